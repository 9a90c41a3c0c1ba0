"""The companion as a source of sensors and sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from agent.companion import Companion, Meanwhile, SensorRows, SoundRows, record_sensors, record_sound
from probes import SensorKind, SoundOrder

if TYPE_CHECKING:
    from agent.capture._gear import Gear

NAME: Final = "companion"


class CompanionSource:
    """Records through a running companion."""

    name = NAME

    def __init__(self, gear: Gear, companion: Companion) -> None:
        self._gear = gear
        self._companion = companion

    def sensors(
        self,
        kinds: Sequence[SensorKind],
        *,
        rate_hz: float,
        duration_s: float,
        meanwhile: Meanwhile,
        after_s: float | None = None,
    ) -> dict[SensorKind, SensorRows]:
        """Record side by side, every sample with the stamp of its event.

        Raises:
            Blocked: the phone's switch for all sensors is off.
            CommandFailed: the companion ended in the middle.
            LinkError: the way to the phone broke.
        """
        rows = self._gear.guarded(
            lambda: record_sensors(
                self._companion, kinds, rate_hz=rate_hz, duration_s=duration_s, meanwhile=meanwhile, after_s=after_s
            )
        )
        if rows and not any(len(row.t_ns) for row in rows.values()):
            blocked = self._gear.explain_silence()
            if blocked is not None and "all sensors" in blocked.what:
                raise blocked
        return rows

    def sound(self, order: SoundOrder, *, meanwhile: Meanwhile) -> SoundRows:
        """Play and record on the phone's own clocks; raises as ``sensors``, and NotSupported without a microphone."""
        return self._gear.guarded(lambda: record_sound(self._companion, order, meanwhile=meanwhile))
