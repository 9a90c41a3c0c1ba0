"""What stops a probe before something gets hot, loud or empty. The limits are data: ``agent/safety.toml``."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from probes import Blocked, Output, Risk, SoundOrder, decode
from probes.formats import parse_battery, parse_thermalservice

if TYPE_CHECKING:
    from agent.links import AdbLink

_DEADLINE_S: Final = 10.0
_CAP_BYTES: Final = 256 * 1024
_BRIGHTNESS: Final = ("system", "screen_brightness")
_BRIGHTEST: Final = 255
_SKIN: Final = 3  # android.os.Temperature.TYPE_SKIN


@dataclass(frozen=True, slots=True)
class SafetyLimit:
    """One limit of the file: nothing below ``least`` or above ``most``, in ``unit``, with where it comes from."""

    least: float
    most: float
    unit: str
    source_kind: str
    source: str

    def holds(self, value: float) -> bool:
        """Whether a value is within the limit."""
        return self.least <= value <= self.most


@cache
def safety_limits() -> dict[str, SafetyLimit]:
    """The limits by section and name, such as ``load.cell_c``."""
    data = tomllib.loads((resources.files("agent") / "safety.toml").read_text(encoding="utf-8"))
    return {f"{section}.{name}": _limit(row) for section, table in data.items() for name, row in table.items()}


def _limit(row: dict[str, Any]) -> SafetyLimit:
    least, most = float(row.get("least", "-inf")), float(row.get("most", "inf"))
    return SafetyLimit(least, most, row["unit"], row["source"]["kind"], row["source"]["text"])


class Guard:
    """Watches one phone for one probe.

    Args:
        link: the way to the phone.
        risk: what the probe does to it; only a load is watched.
        charges: whether the probe lets the phone charge.
        clock_s: the bench's monotonic clock, seconds.
    """

    def __init__(
        self, link: AdbLink, risk: Risk, *, charges: bool = False, clock_s: Callable[[], float] = monotonic
    ) -> None:
        self._link = link
        self._watched = risk is Risk.LOADS_PART or charges
        self._charges = charges
        self._clock_s = clock_s
        self._asking = threading.Lock()
        self._next_s = clock_s()

    def check_sound(self, order: SoundOrder) -> None:
        """Refuse what is too loud or too long.

        Raises:
            Blocked: it is.
        """
        limits = safety_limits()
        if order.play is None:
            return
        name = "sound.earpiece_level" if order.output is Output.EARPIECE else "sound.speaker_level"
        if not limits[name].holds(order.play.level):
            raise _stopped(f"a level of {order.play.level:g} is above {limits[name].most:g}", "too_loud")
        if not limits["sound.longest_s"].holds(order.play.duration_s):
            raise _stopped(f"{order.play.duration_s:g} s of sound are too long", "too_long")

    def check_setting(self, namespace: str, key: str, value: str) -> None:
        """Refuse a screen that is brighter than it should be for long.

        Raises:
            Blocked: it is.
        """
        limit = safety_limits()["screen.brightness_ratio"]
        if (namespace, key) == _BRIGHTNESS and value.isdigit() and not limit.holds(int(value) / _BRIGHTEST):
            raise _stopped(f"a brightness of {value} of {_BRIGHTEST} is above {limit.most:.0%}", "too_bright")

    def check_current(self, current_ma: float) -> None:
        """Refuse to go on where more flows into the phone than the bench allows.

        Raises:
            Blocked: it does.
        """
        limit = safety_limits()["charge.current_ma"]
        if not limit.holds(current_ma):
            raise _stopped(f"{current_ma:.0f} mA flow into the phone, above {limit.most:g}", "current")

    def during(self, duration_s: float) -> tuple[float, ...]:
        """When to look while something runs for so long: not at all where nothing is loaded."""
        every_s = safety_limits()["watch.every_s"].most
        return tuple(every_s * count for count in range(1, int(duration_s / every_s) + 1)) if self._watched else ()

    def look(self) -> None:
        """Look at the phone's temperatures and charge, if the probe loads it and the last look is long enough ago.

        Raises:
            Blocked: it has to end now; the phone is fine, the test is over.
            LinkError: the way to the phone broke.
        """
        if not self._watched:
            return
        with self._asking:
            now_s = self._clock_s()
            if now_s < self._next_s:
                return
            self._next_s = now_s + safety_limits()["watch.every_s"].most
        self._look_at_cell()
        self._look_at_skin()

    def _look_at_cell(self) -> None:
        limits, battery = safety_limits(), parse_battery(self._read("dumpsys", "battery"))
        cell_c, level = battery.temperature_c, battery.percent
        window = limits["charge.cell_c" if self._charges else "load.cell_c"]
        if cell_c is not None and not window.holds(cell_c):
            raise _stopped(
                f"the cell is at {cell_c:g} C, outside {window.least:g}..{window.most:g}", "cell_temperature"
            )
        if level is not None and not self._charges and not limits["load.level_percent"].holds(level):
            least = limits["load.level_percent"].least
            raise _stopped(f"the battery is at {level} %, below {least:g}", "low_battery")

    def _look_at_skin(self) -> None:
        limit = safety_limits()["load.skin_c"]
        try:
            thermal = parse_thermalservice(self._read("dumpsys", "thermalservice"))
        except ValueError:
            return  # NotUnderstood: before Android 10 nobody says how warm the case is
        for reading in thermal.readings:
            if reading.kind == _SKIN and not limit.holds(reading.temperature_c):
                warm = f"the case is at {reading.temperature_c:g} C, above {limit.most:g}"
                raise _stopped(warm, "skin_temperature")

    def _read(self, *argv: str) -> str:
        return decode(self._link.shell(argv, deadline_s=_DEADLINE_S, cap_bytes=_CAP_BYTES).stdout)


def _stopped(what: str, why: str) -> Blocked:
    return Blocked(f"stopped for safety: {what}", reason=f"safety_{why}", link="adb")
