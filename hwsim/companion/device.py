"""What the companion finds on the phone it runs on: clocks, identity, battery, torch and the health of the parts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from hwsim.companion.air import air_of
from hwsim.companion.scene import POSTURES, Scene, turned
from hwsim.phone.at_bench import bench_of
from hwsim.phone.chips import sensor_answers
from hwsim.phone.exertion import exert
from hwsim.physics.vibration import Buzz
from hwsim.render.shell_state import shell_state
from hwsim.render.switches import holder, microphone_blocked, sensors_blocked
from hwsim.render.telephony import in_service

if TYPE_CHECKING:
    from hwsim.companion.quirks import Quirks
    from hwsim.phone.phone import Phone

SHELL_UID = 2000
_NS = 1_000_000_000
_MIC_SINCE = 30
_DATES_SINCE = 34
_PART_STATUS_SINCE = 35
_PRIVACY_TOGGLE_SINCE = 31
_UNKNOWN_RATE_SDKS = (31, 32)  # whether the shell user has HIGH_SAMPLING_RATE_SENSORS there is unverified
_DAY_S = 86_400
_STATUS_CHARGING, _STATUS_DISCHARGING, _STATUS_NOT_CHARGING, _STATUS_FULL = 2, 3, 4, 5
_PART_ORIGINAL, _PART_REPLACED = 1, 2


class Device:
    """The phone as a program of the shell user sees it."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self._seen: tuple[object, ...] = ()
        self._present = Scene(phone.parts)

    @property
    def quirks(self) -> Quirks:
        """The ugly modes that the bench has ordered."""
        return self.phone.quirks

    @property
    def now_ns(self) -> int:
        """BOOTTIME: it goes on while the phone sleeps."""
        return round(self.phone.clock.uptime_s * _NS)

    @cached_property
    def asleep_ns(self) -> int:
        """BOOTTIME minus MONOTONIC: how long the phone has slept since its boot; on the bench it stays awake."""
        boots = self.phone.boot_count
        return round(self.phone.rng(f"suspend/{boots}").uniform(900.0, 5400.0) * _NS) if not boots else 0

    @property
    def speed(self) -> float:
        """Simulated seconds in one of the host's."""
        return self.phone.times.speed

    def scene(self) -> Scene:
        """Return the phone at the bench as it is now: the same object until a part breaks or the phone vibrates."""
        self.phone.refresh()
        parts, vibrations = self.phone.parts, shell_state(self.phone).vibrations
        bench = bench_of(self.phone)
        air = air_of(self.phone)
        turn = (bench.turn_deg, bench.turn_rate_dps, bench.turn_since_s, bench.turn_until_s)
        seen = (id(parts), tuple(vibrations), bench.lux_at_sensor, bench.distance_cm, bench.posture, turn, air)
        if seen != self._seen or self._present.parts is not parts:
            boot = self.phone.clock.at(0)
            buzzes = tuple(Buzz((one.at - boot).total_seconds(), one.duration_ms / 1000) for one in vibrations)
            self._seen = seen
            self._present = Scene(
                parts,
                buzzes,
                motion=turned(POSTURES[bench.posture], *turn),
                lux=bench.lux_at_sensor,
                distance_cm=bench.distance_cm,
                air=air,
            )
        return self._present

    def sensor_alive(self, kind: int) -> bool:
        """Tell whether a sensor of Android's type number is there: its chip answers, and somebody reads it."""
        condition = self.phone.condition
        return condition.sensor_hub_alive and sensor_answers(condition, kind)

    @property
    def sensors_muted(self) -> bool:
        """Tell whether the developer's tile keeps all sensors from telling anything."""
        return sensors_blocked(self.phone)

    @property
    def rate_clamped(self) -> bool:
        """Tell whether sensors are held to 200 Hz: by a missing permission or by the microphone's privacy toggle."""
        return self.quirks.rate_clamp or self._mic_muted or self.phone.profile.sdk in _UNKNOWN_RATE_SDKS

    @property
    def may_record(self) -> bool:
        """Tell whether the shell user may use the microphone: from Android 11 on."""
        return self.phone.profile.sdk >= _MIC_SINCE

    @property
    def mic_silent(self) -> bool:
        """Tell whether a recording would be zeros: the toggle is on, or another app holds the microphone."""
        return self._mic_muted or self.client_silenced

    @property
    def client_silenced(self) -> bool:
        """Tell whether the recorder is told that others have the microphone."""
        return self.quirks.silent_source or holder(self.phone, "microphone") is not None

    @property
    def _mic_muted(self) -> bool:
        muted = self.quirks.mic_muted or microphone_blocked(self.phone)
        return muted and self.phone.profile.sdk >= _PRIVACY_TOGGLE_SINCE

    def set_torch(self, *, lit: bool) -> None:
        """Light the torch or put it out."""
        exert(self.phone, torch=lit)

    def battery(self, number: int) -> int | None:
        """Return a battery property by its number in BatteryManager; None where the phone does not tell it.

        1 to 6 are asked of every phone, 7 to 10 came with Android 14 and 11 and 12 with 15; which makers fill them is
        unverified, so here Google's do.
        """
        self.phone.refresh()
        battery = self.phone.battery
        known = {
            1: battery.charge_counter_uah,
            2: round(battery.current_ma * 1000),
            3: round(battery.samples[-1].current_ma * 1000),
            4: battery.level,
            6: self._battery_status(),
        }
        if number in known:
            return known[number]
        return self._battery_record(number) if self.phone.profile.brand == "google" else None

    def sims(self) -> list[dict[str, Any]]:
        """Return state and operator of each slot; the second one is empty."""
        numeric, name = self.phone.profile.imsi_operator
        there = in_service(self.phone)
        return [
            {"slot": 0, "state": "READY" if there else "NOT_READY", "operator": numeric if there else "", "name": name},
            {"slot": 1, "state": "ABSENT", "operator": "", "name": ""},
        ]

    def _battery_status(self) -> int:
        battery = self.phone.battery
        if battery.full:
            return _STATUS_FULL
        if battery.charging:
            return _STATUS_CHARGING
        return _STATUS_NOT_CHARGING if battery.supply_ma > 0 else _STATUS_DISCHARGING

    def _battery_record(self, number: int) -> int | None:
        """Return what the pack's own memory holds, where the Android version asks for it."""
        sdk, condition = self.phone.profile.sdk, self.phone.condition
        made_s = int(self.phone.clock.at(0).timestamp()) // _DAY_S * _DAY_S - (condition.battery_cycles + 200) * _DAY_S
        since_34 = {7: made_s, 8: made_s + 90 * _DAY_S, 9: 1, 10: round(condition.battery_full_ratio * 100)}
        since_35 = {12: _PART_ORIGINAL if condition.battery_genuine else _PART_REPLACED}
        if sdk >= _DATES_SINCE and number in since_34:
            return since_34[number]
        return since_35.get(number) if sdk >= _PART_STATUS_SINCE else None
