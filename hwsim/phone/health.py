"""The faults of one phone as they come and go, and the state of the phone that follows from them."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from hwsim.faults.entry import Effect, effect_of
from hwsim.faults.episodes import Episodes, Moment
from hwsim.phone.chips import spread
from hwsim.phone.misconfiguration import spelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hwsim.faults.ailment import Ailment
    from hwsim.phone.condition import Condition
    from hwsim.phone.phone import Phone

_FINE_STEP_S, _COARSE_STEP_S = 1.0, 10.0
_FINE_SPAN_S = 600.0
_REACH_BACK_S = 24 * 3600.0  # older than anything that a buffer of the log still holds
_KEPT = 8192
_LONG_USED_S = 7200.0
_IN_SUN, _IN_SUN_C = range(13, 17), 44.0
_OUTSIDE, _OUTSIDE_C = range(5, 8), 3.0
_USUAL_C = 29.0


class Health:
    """Which ailments are there, from ``since_s`` of the present boot on."""

    def __init__(self, phone: Phone, ailments: tuple[Ailment, ...], *, since_s: float = 0.0) -> None:
        self._phone = phone
        self._ailments = ailments
        self._changing = any(one.when != "constant" for one in ailments)
        self._episodes = [Episodes(one, f"{phone.seed}/{phone.profile.name}") for one in ailments]
        self._walking = False
        self._walked_s = since_s
        self._begin(since_s)
        self.worst = self._effect_of([True] * len(ailments)).condition
        """The condition with every ailment there, whether it is now or not."""

    @property
    def settings(self) -> dict[tuple[str, str], str]:
        """The settings that the faults have made; they do not come and go."""
        return spelled(self._phone, effect_of((one.fault, one.severity) for one in self._ailments).settings)

    @property
    def active(self) -> tuple[bool, ...]:
        """Tell of each ailment whether it is there."""
        return self._active

    def walk(self, uptime_s: float) -> bool:
        """Let faults come and go up to a time, and the battery with them; False when none of them ever changes."""
        if not self._changing or self._walking:
            return False
        self._walking = True
        try:
            if uptime_s - self._walked_s > _REACH_BACK_S:
                self._walked_s = uptime_s - _REACH_BACK_S
                self._phone.battery.run_until(self._walked_s)
            while self._walked_s < uptime_s:
                left_s = uptime_s - self._walked_s
                step_s = _FINE_STEP_S if left_s <= _FINE_SPAN_S else _COARSE_STEP_S
                # on whole seconds since the boot, so that it does not matter who looked when
                self._walked_s = min((self._walked_s // step_s + 1) * step_s, uptime_s)
                self._look(self._walked_s)
        finally:
            self._walking = False
        return True

    def condition_at(self, uptime_s: float) -> Condition:
        """Return the condition at a time of this boot."""
        place = bisect_right(self._history, uptime_s, key=lambda entry: entry[0])
        return self._history[max(place - 1, 0)][1]

    def condition_before(self, uptime_s: float) -> Condition:
        """Return the condition at a time of this boot, or (negative) of the days before it.

        What has not been walked through is drawn: the phone was used for long, in the sun in the afternoon and outside
        in the early morning.
        """
        if uptime_s >= self._history[0][0] or not self._changing:
            return self.condition_at(uptime_s)
        clock = self._phone.clock
        bench_s, hour = clock.elapsed_s - clock.uptime_s + uptime_s, clock.at(uptime_s).hour
        cell_c = _IN_SUN_C if hour in _IN_SUN else _OUTSIDE_C if hour in _OUTSIDE else _USUAL_C
        moment = Moment(bench_s, _LONG_USED_S, cell_c)
        return self._effect_of([one.active(moment) for one in self._episodes]).condition

    def wear_in(self, after_s: float) -> dict[str, float]:
        """Return the wear of the parts in so many seconds, should the cell stay as warm as it is."""
        if not self._changing:
            return self._phone.wear
        clock = self._phone.clock
        bench_s, use_s = clock.elapsed_s + after_s, clock.uptime_s + after_s
        moment = Moment(bench_s, max(min(bench_s, use_s), 0.0), self._phone.battery.temperature_c)
        return dict(self._effect_of([one.active(moment) for one in self._episodes]).wear)

    def override(self, condition: Condition, uptime_s: float) -> None:
        """Hold a condition that no ailment makes."""
        self._changing, self.worst = False, condition
        self._history = [(uptime_s, condition)]

    def restart(self) -> Effect:
        """Begin a new boot and return what the phone is like in its first moment."""
        self._begin(0.0)
        return self.effect

    def _begin(self, since_s: float) -> None:
        self._walked_s = since_s
        self._active = tuple(one.when == "constant" for one in self._ailments)
        self.effect = self._effect()
        self._history = [(since_s, self.effect.condition)]

    def _look(self, uptime_s: float) -> None:
        phone, clock = self._phone, self._phone.clock
        phone.battery.run_until(uptime_s)
        bench_s = clock.elapsed_s - (clock.uptime_s - uptime_s)
        moment = Moment(bench_s, max(min(bench_s, uptime_s), 0.0), phone.battery.temperature_c)
        active = tuple(one.active(moment) for one in self._episodes)
        if active != self._active:
            self._active = active
            self.effect = self._effect()
            self._history.append((uptime_s, self.effect.condition))
            del self._history[:-_KEPT]
            phone.come_down_with(self.effect, at_s=uptime_s)

    def _effect(self) -> Effect:
        return self._effect_of(self._active)

    def _effect_of(self, present: Iterable[bool]) -> Effect:
        there = zip(self._ailments, present, strict=True)
        effect = effect_of((one.fault, one.severity) for one, active in there if active)
        effect.condition = spread(self._phone.profile, effect.condition)
        return effect
