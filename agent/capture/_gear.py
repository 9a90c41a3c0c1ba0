"""What can measure on one phone: chosen when it is first asked for, kept while the phone is on the bench."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import resources
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self, TypeVar

from agent.capture._device_time import DeviceTime
from agent.capture._vibrator import vibrate
from probes import (
    BenchError,
    Blocked,
    CommandFailed,
    LinkError,
    NotSupported,
    NotUnderstood,
    SensorKind,
    SoundOrder,
    Vibrate,
    decode,
)
from probes.formats import parse_sensor_privacy
from reports import mark

if TYPE_CHECKING:
    from agent.companion import Companion, Meanwhile, SensorRows, SoundRows, WaitUntil
    from agent.links import AdbLink

COMPANION_FILE: Final = "companion.jar"
SCRCPY_VARIABLE: Final = "PHONEBENCH_SCRCPY_SERVER"
_ALIVE_S: Final = 5.0
_KEY_S: Final = 15.0  # `input` starts a Java machine of its own
_NO_FILE: Final = mark("the companion (this installation came without its file)")
_NO_KEY: Final = "0"  # KEYCODE_UNKNOWN of Android's KeyEvent
_SMALL_BYTES: Final = 64 * 1024
_Found = TypeVar("_Found")
_NOTHING: Final[Mapping[float, Callable[[], None]]] = MappingProxyType({})


class SensorSource(Protocol):
    """Something that records sensors."""

    name: str

    def sensors(
        self,
        kinds: Sequence[SensorKind],
        *,
        rate_hz: float,
        duration_s: float,
        meanwhile: Meanwhile,
        after_s: float | None = None,
    ) -> dict[SensorKind, SensorRows]:
        """Record side by side; a kind that the phone lacks is missing in the answer.

        With ``after_s`` it ends so long after what is done meanwhile, where that is earlier than ``duration_s``.
        """


class SoundSource(Protocol):
    """Something that records sound, and plays meanwhile where it can."""

    name: str

    def sound(self, order: SoundOrder, *, meanwhile: Meanwhile) -> SoundRows:
        """Play and record."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Programs that a bench may run on phones.

    Attributes:
        companion: ours, the jar's bytes; None where this installation does not have it.
        scrcpy_server: a file that the user names: the unmodified server of scrcpy 3.3.4, which we do not ship.
    """

    companion: bytes | None = None
    scrcpy_server: Path | None = None


def load_companion() -> bytes | None:
    """Return the companion that came with this installation, None where it came without."""
    file = resources.files("agent.companion") / COMPANION_FILE
    return file.read_bytes() if file.is_file() else None


def load_tools() -> Tools:
    """Return the companion of this installation, and scrcpy's server where ``PHONEBENCH_SCRCPY_SERVER`` names it."""
    named = os.environ.get(SCRCPY_VARIABLE)
    return Tools(load_companion(), Path(named).expanduser() if named else None)


class Gear:
    """The capture back-ends of one phone; threads may share it. ``with`` ends what it has started on the phone."""

    def __init__(self, link: AdbLink, tools: Tools) -> None:
        self._link = link
        self._tools = tools
        self._starting = threading.RLock()
        self._companion: Companion | None = None
        self._lack = "" if tools.companion is not None else _NO_FILE
        self.time = DeviceTime(link)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the companion, if it runs."""
        with self._starting:
            running, self._companion = self._companion, None
        if running is not None:
            running.__exit__(None, None, None)

    @cached_property
    def sdk(self) -> int:
        """API level of the phone's Android; 0 where it does not say.

        Raises:
            LinkError: the way to the phone broke.
        """
        answer = self._link.shell(("getprop", "ro.build.version.sdk"), deadline_s=_ALIVE_S, cap_bytes=_SMALL_BYTES)
        digits = decode(answer.stdout).strip()
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 3 else 0

    @cached_property
    def may_press_keys(self) -> bool:
        """Whether a shell may press keys: some makers have a second switch for that. Presses a key that means nothing.

        Raises:
            LinkError: the way to the phone broke.
        """
        asked = ("input", "keyevent", _NO_KEY)
        answer = self._link.shell(asked, deadline_s=_KEY_S, cap_bytes=_SMALL_BYTES)
        return b"INJECT_EVENTS" not in answer.stdout + answer.stderr

    @property
    def has_scrcpy(self) -> bool:
        """Whether the user has named a server of scrcpy."""
        return self._tools.scrcpy_server is not None

    @property
    def companion_lacks(self) -> str:
        """Why there is no companion on this phone; empty while nobody has tried or it runs."""
        return self._lack

    def companion(self) -> Companion | None:
        """Return the running companion; it is started when first asked for, None where it cannot run.

        Raises:
            LinkError: the way to the phone broke.
        """
        with self._starting:
            if self._companion is not None and self._companion.ended is not None:
                self.close()  # it died; the next capture gets a fresh one
            if self._companion is None and not self._lack:
                self._companion = self._start()
            return self._companion

    def need_companion(self, what: str) -> Companion:
        """Return the companion for something that nothing else can do.

        Raises:
            NotSupported: it does not run on this phone.
            LinkError: the way to the phone broke.
        """
        running = self.companion()
        if running is None:
            raise NotSupported(f"{what} cannot be measured on this phone without {self._lack}", link="companion")
        return running

    def sensor_source(self) -> SensorSource:
        """The best way to record sensors."""
        running = self.companion()
        if running is not None and "sensor.start" in _ops(running):
            from agent.capture._companion_source import CompanionSource  # noqa: PLC0415  arrays: only where used

            return CompanionSource(self, running)
        from agent.capture._shell_sensors import ShellSensors  # noqa: PLC0415  as above

        return ShellSensors(self._link, self.time)

    def sound_source(self, order: SoundOrder) -> SoundSource:
        """The best way to do what is ordered.

        Raises:
            NotSupported: nothing on this bench can.
            LinkError: the way to the phone broke.
        """
        running = self.companion()
        if running is not None and "audio.start" in _ops(running):
            from agent.capture._companion_source import CompanionSource  # noqa: PLC0415  arrays: only where used

            return CompanionSource(self, running)
        if order.play is None and self._tools.scrcpy_server is not None:
            from agent.capture._scrcpy import ScrcpyMicrophone  # noqa: PLC0415  as above

            return ScrcpyMicrophone(self._link, self._tools.scrcpy_server, self.time)
        raise NotSupported(f"sound cannot be measured on this phone without {self._lack}", link="adb")

    def vibrate(self, order: Vibrate) -> None:
        """Run the motor now; see ``agent.capture.vibrate``."""
        vibrate(self._link, self.sdk, order)

    def torch(self, *, lit: bool) -> None:
        """Switch the flash LED.

        Raises:
            NotSupported: no companion, or a phone without a flash.
            LinkError: the way to the phone broke.
        """
        running = self.need_companion("the flash")
        self._asked(lambda: running.ask("torch", {"on": int(lit)}), "this phone has no flash that a program may switch")

    def battery_property(self, number: int) -> int | None:
        """Return a property of Android's BatteryManager, None where the phone does not tell it; raises as ``torch``."""
        running = self.need_companion("a property of the battery")
        answer = self._asked(lambda: running.ask("battery", {"id": number}), "this phone tells no such property")
        value = answer.get("value")
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def meanwhile(self, orders: Sequence[Vibrate], looks: Mapping[float, Callable[[], None]] = _NOTHING) -> Meanwhile:
        """Return what runs the motor, and looks after the phone, at their times while something is captured."""
        deeds: list[tuple[float, Callable[[], None]]] = [*looks.items()]
        deeds += ((order.at_s, partial(self.vibrate, order)) for order in orders)

        def run(wait_until: WaitUntil) -> None:
            for at_s, deed in sorted(deeds, key=lambda deed: deed[0]):
                wait_until(at_s)
                deed()

        return run

    def guarded(self, ask: Callable[[], _Found]) -> _Found:
        """Ask the companion; where it dies and the phone is still there, the phone is blamed and not the link.

        Raises:
            CommandFailed: the companion has ended in the middle.
            LinkError: the way to the phone broke.
        """
        try:
            return ask()
        except LinkError as error:
            self._still_there()
            raise CommandFailed("the companion ended in the middle of a capture", link="companion") from error

    def explain_silence(self) -> Blocked | None:
        """Say what keeps a sensor or microphone silent, None where no switch does.

        Raises:
            LinkError: the way to the phone broke.
        """
        answer = self._link.shell(("dumpsys", "sensor_privacy"), deadline_s=10.0, cap_bytes=_SMALL_BYTES)
        try:
            switches = parse_sensor_privacy(decode(answer.stdout))
        except NotUnderstood:
            return None
        if switches.all_sensors:
            return Blocked("the phone's switch for all sensors is off", reason="blocked_privacy", link="adb")
        if switches.microphone:
            return Blocked("the phone's privacy switch silences the microphone", reason="blocked_privacy", link="adb")
        return None

    def _asked(self, ask: Callable[[], _Found], refused: str) -> _Found:
        from agent.companion import Refused  # noqa: PLC0415  arrays: only where used

        try:
            return self.guarded(ask)
        except Refused as error:
            raise NotSupported(refused, link="companion") from error

    def _start(self) -> Companion | None:
        from agent.companion import Companion  # noqa: PLC0415  arrays: only where used

        made = Companion(self._link, self._tools.companion or b"")
        try:
            return made.__enter__()
        except BenchError as error:
            self._still_there()
            self._lack = f"the companion, which this phone does not run ({error.what})"
            return None

    def _still_there(self) -> None:
        """Raise LinkError where the phone itself is gone."""
        self._link.shell(("true",), deadline_s=_ALIVE_S, cap_bytes=_SMALL_BYTES)


def _ops(companion: Companion) -> frozenset[str]:
    found = companion.hello.get("ops")
    return frozenset(op for op in found if isinstance(op, str)) if isinstance(found, list) else frozenset()
