"""What a live phone is asked besides commands: sensors, sound, motor, torch, files, settings, its own time."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from agent.benches import _captured as captured
from agent.benches._live import LiveBench
from agent.benches._return import SOURCE as RETURN
from agent.benches._return import is_back
from agent.links import AdbLink
from agent.station import EMPTY
from probes import (
    MIB,
    BenchError,
    Blocked,
    Capability,
    DeviceError,
    LinkTimeout,
    NotSupported,
    OutputTooLarge,
    Reply,
    SensorKind,
    SoundOrder,
    Take,
    Track,
    Vibrate,
)

if TYPE_CHECKING:
    from agent.benches._recorder import Recorder
    from agent.capture import Gear
    from agent.ledger import Ledger
    from agent.safety import Guard

_Found = TypeVar("_Found")


class EquippedBench(LiveBench):
    """A live phone with what can measure on it. Everything is kept before a probe sees it.

    Args:
        link: the way to the phone.
        recorder: keeps what comes.
        gear: what can measure on this phone.
        ledger: remembers settings that are to be put back.
        guard: stops what is no longer safe.
        lack: what the station around the phone lacks for a capability; None where it is none of the station's.
    """

    def __init__(
        self,
        link: AdbLink,
        recorder: Recorder,
        gear: Gear,
        ledger: Ledger,
        guard: Guard,
        *,
        lack: Callable[[Capability], str | None] = EMPTY.lack,
    ) -> None:
        super().__init__(link, recorder)
        self._gear = gear
        self._ledger = ledger
        self._guard = guard
        self._lack = lack
        self._lit = False

    def prepare(self, wants: Iterable[Capability]) -> None:
        """Refuse a probe that makes no sense here, or is not safe now; see ``agent.session``.

        Raises:
            NotSupported: something that it wants lacks.
            Blocked: the phone is too hot or too empty for a load.
            LinkError: the way to the phone broke.
        """
        wanted = frozenset(wants)

        def ask() -> None:
            if not wanted:
                return
            from agent.capture import abilities  # noqa: PLC0415  no cost for those who want nothing

            around = {one: self._lack(one) for one in wanted}
            lacks = dict.fromkeys(lack for lack in around.values() if lack)
            of_phone = [one for one, lack in around.items() if lack is None]
            missing = [one for one in abilities(self._gear, of_phone) if one.lacks]
            lacks |= dict.fromkeys(one.lacks for one in missing)
            if lacks:
                reason = missing[0].reason if missing else _station_reason(around)
                what = f"cannot be measured on this phone without {'; '.join(lacks)}"
                raise NotSupported(what, reason=reason, link="adb")

        self._kept("prepare", self._recorder.now_ns(), ask)

    def finish(self) -> None:
        """Put out the flash, if a probe has left it lit."""
        if self._lit:
            self._lit = False
            with suppress(BenchError):
                self._gear.torch(lit=False)

    def sense(
        self, kinds: Sequence[SensorKind], *, rate_hz: float, duration_s: float, during: Sequence[Vibrate] = ()
    ) -> Mapping[SensorKind, Track]:
        """Record sensors; see ``probes.HardwareBench``."""
        source, started_ns = captured.sense_source(kinds, rate_hz, duration_s, during), self._recorder.now_ns()

        def ask() -> dict[SensorKind, Track]:
            way = self._gear.sensor_source()
            looks = dict.fromkeys(self._guard.during(duration_s), self._guard.look)
            meanwhile = self._gear.meanwhile(during, looks)
            rows = way.sensors(kinds, rate_hz=rate_hz, duration_s=duration_s, meanwhile=meanwhile)
            return captured.keep_tracks(self._recorder, source, way.name, rows, rate_hz=rate_hz, started_ns=started_ns)

        return self._kept(source, started_ns, ask)

    def sound(self, order: SoundOrder) -> Take:
        """Play and record; see ``probes.HardwareBench``."""
        source, started_ns = captured.sound_source(order), self._recorder.now_ns()

        def ask() -> Take:
            self._guard.check_sound(order)
            way = self._gear.sound_source(order)
            looks = dict.fromkeys(self._guard.during(order.duration_s), self._guard.look)
            rows = way.sound(order, meanwhile=self._gear.meanwhile(order.during, looks))
            if rows.is_silenced or not rows.frames.any():
                raise self._silenced(is_told=rows.is_silenced)
            return captured.keep_take(self._recorder, source, way.name, rows, order.inputs, started_ns=started_ns)

        return self._kept(source, started_ns, ask)

    def vibrate(self, order: Vibrate) -> None:
        """Run the motor; see ``probes.HardwareBench``."""

        def ask() -> None:
            if order.at_s > 0:
                self._gear.time.wait(order.at_s)
            self._gear.vibrate(order)

        self._done(captured.vibrate_source(order), ask)

    def torch(self, *, lit: bool) -> None:
        """Switch the flash LED; see ``probes.HardwareBench``."""
        self._lit = self._lit or lit
        self._done(f"torch {'on' if lit else 'off'}", lambda: self._gear.torch(lit=lit))
        self._lit = lit

    def battery_property(self, number: int) -> int | None:
        """Return a property of Android's BatteryManager; see ``probes.HardwareBench``."""
        source, started_ns = f"battery property {number}", self._recorder.now_ns()

        def ask() -> int | None:
            value = self._gear.battery_property(number)
            captured.keep_head(self._recorder, source, {"value": value}, started_ns)
            return value

        return self._kept(source, started_ns, ask)

    def pull(self, path: str, *, deadline_s: float = 30.0, cap_bytes: int = 64 * MIB) -> bytes:
        """Return a file of the phone; see ``probes.HardwareBench``."""
        source, started_ns = f"pull {path}", self._recorder.now_ns()

        def ask() -> bytes:
            sink = io.BytesIO()
            self._link.pull(path, sink, deadline_s=deadline_s, cap_bytes=cap_bytes)
            self._recorder.reply(source, sink.getvalue(), b"", 0, started_ns)
            return sink.getvalue()

        return self._kept(f"{source} refused", started_ns, ask)

    @contextmanager
    def setting(self, namespace: str, key: str, value: str) -> Iterator[None]:
        """Change a setting for the length of a block; see ``probes.HardwareBench``."""
        with ExitStack() as stack:
            changed = self._ledger.changed(self._link, namespace, key, value)

            def change() -> None:
                self._guard.check_setting(namespace, key, value)
                stack.enter_context(changed)

            self._done(f"setting {namespace}/{key}={value}", change)
            yield

    def listen(
        self,
        *argv: str,
        duration_s: float,
        enough: Callable[[bytes], bool] = lambda _heard: False,
        cap_bytes: int = MIB,
    ) -> Reply:
        """Run a command that does not end by itself; see ``probes.HardwareBench``."""
        started_ns, heard, end_s = self._recorder.now_ns(), bytearray(), monotonic() + duration_s
        try:
            with self._link.stream(argv, deadline_s=duration_s, cap_bytes=cap_bytes) as stream:
                for piece in stream:
                    heard += piece
                    if enough(bytes(heard)):
                        break
        except LinkTimeout:
            if monotonic() < end_s:
                raise
        except OutputTooLarge:
            heard = heard[:cap_bytes]
        return self._recorder.reply(" ".join(argv), bytes(heard), b"", None, started_ns, complete=False)

    def comes_back(self, *, wait_s: float, by_hand: bool = True) -> bool:
        """Wait for a phone that has left the link; see ``probes.HardwareBench``."""
        started_ns = self._recorder.now_ns()
        back = is_back(self._link, wait_s=wait_s)
        if not back and by_hand and self._started_by_hand():
            back = is_back(self._link, wait_s=wait_s)
        if back:
            self._gear.close()  # what ran on the phone has ended with it
        captured.keep_head(self._recorder, RETURN, {"back": back}, started_ns)
        return back

    def _started_by_hand(self) -> bool:
        """Have somebody start the phone; False where nobody is there."""
        return False

    def wait(self, duration_s: float) -> None:
        """Wait for the phone's own time; see ``probes.HardwareBench``. What heats meanwhile is watched."""
        self._gear.time.wait(duration_s, meanwhile=self._guard.look)

    def _silenced(self, *, is_told: bool) -> Blocked:
        blocked = self._gear.explain_silence()
        if blocked is not None:
            return blocked
        if is_told:
            return Blocked("another app of the phone holds the microphone", reason="blocked_busy", link="companion")
        return Blocked("the microphone gives nothing but zeros: it is muted", reason="blocked_muted", link="companion")

    def _done(self, source: str, act: Callable[[], None], *, looks: bool = True) -> None:
        started_ns = self._recorder.now_ns()

        def ask() -> None:
            act()
            captured.keep_head(self._recorder, source, {"done": True}, started_ns)

        self._kept(source, started_ns, ask, looks=looks)

    def _kept(self, source: str, started_ns: int, ask: Callable[[], _Found], *, looks: bool = True) -> _Found:
        """Ask, and keep a refusal as the answer that it is; ``looks`` is false where no phone need be there."""
        try:
            if looks:
                self._guard.look()
            return ask()
        except DeviceError as error:
            captured.keep_refusal(self._recorder, source, error, started_ns)
            raise


def _station_reason(around: Mapping[Capability, str | None]) -> str:
    """Reason code for what the station lacks: a person before an instrument, as without one none can be placed."""
    return "operator_absent" if around.get(Capability.OPERATOR) else "no_instrument"
