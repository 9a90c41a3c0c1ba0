"""A load step of some seconds: what the battery's voltage does under it, and how the processor warms up.

Cores are kept busy by the phone's own checksum program under a time-out, so that the load ends by itself even when
the bench dies in the middle. The resistance is that of cell, protection board and connector together. A phone that goes
off meanwhile is what the load was for: the silence of the link is then the measurement, once the phone has said why.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._errors import LinkError
from probes._limits import AtMost, LimitSource
from probes._verdict import Effort, Resource, Risk, Stage, Unit, Verdict
from probes.hardware._going_off import MEASURES, after_silence, before, stayed_on
from probes.hardware.battery_sampling import CHARGING, Sample, Sampler, excuse_all, phone_uptime_s, read_service
from probes.hardware.core_temperature import cores_c

_CORES: Final = 6
_LOAD_S: Final = 5
_EVERY_S: Final = 0.2
_ENDS_S: Final = 0.3
_REST_SAMPLES: Final = 4
_LOADED_SAMPLES: Final = 10
_LEAST_STEP_A: Final = 0.3
_PER_K: Final = 0.025  # resistance of lithium-ion cells falls by 2..3 % for each kelvin about room temperature
_REFERENCE_C: Final = 25.0
_KNOWN_C: Final = (10.0, 45.0)
_PEAK_A: Final = 2.5
_LEAST_PERCENT: Final = 20
_RESISTANCE: Final = LimitSource(
    kind="prior",
    text="healthy phones show 100..200 mOhm with board and connector; above 250 they sag until they go off",
)
_JUNCTION: Final = LimitSource(
    kind="prior",
    text="some kelvin per watt lie between cores and board with sound paste; not yet learned from known-good phones",
)


class BatteryLoadStep(HardwareProbe):
    """Direct-current resistance of the battery, its sag, and the heat path of the processor, from one load step."""

    meta = ProbeMeta(
        id="battery.load_step",
        version=2,
        purpose="Battery and processor under a load of some seconds",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.NONE,
        needs_setting=frozenset({"battery.swollen"}),
        risk=Risk.LOADS_PART,
        duration_s=8.0,
        resources=frozenset({Resource.PHONE, Resource.USB_CURRENT}),
        measures=(
            Measure(name="load_step_ma", label="Load step", unit=Unit.MILLIAMPERE),
            Measure(
                name="resistance_25c_mohm",
                label="Battery resistance at 25 °C",
                unit=Unit.MILLIOHM,
                limit=AtMost(high=250.0, marginal_above=220.0, source=_RESISTANCE),
                says=Says(code="battery.resistance_high", component="BAT"),
                key=True,
            ),
            Measure(name="peak_sag_mv", label="Voltage lost under a peak load", unit=Unit.MILLIVOLT),
            Measure(
                name="cores_k_per_w",
                label="Warming of the cores for each watt",
                unit=Unit.NONE,
                limit=AtMost(high=8.5, marginal_above=7.0, source=_JUNCTION),
                says=Says(code="thermal.cores_hot", component="PCB", function="thermal"),
            ),
            *MEASURES,
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Rest, load, rest; then the steps between them, or what became of a phone that went off."""
        sampler, service = Sampler(bench), read_service(bench)
        if service.percent is not None and service.percent < _LEAST_PERCENT:
            yield from excuse_all(self.meta, "low_battery")
            return
        then = before(bench, service)
        cores_before_c = _mean_c(cores_c(bench))
        sampler.watch(_REST_SAMPLES, every_s=_EVERY_S)
        try:
            in_time, cores_after_c = _load(bench, sampler)
        except LinkError:
            said = after_silence(bench, then, sampler.samples)
            if said is None:
                raise
            yield sampler.kept()
            yield from said
            yield from excuse_all(self.meta, "went_off", but=frozenset(measure.name for measure in MEASURES))
            return
        yield sampler.kept()
        yield from stayed_on()
        if not in_time:  # this bench looked so late that the load was over
            yield from excuse_all(self.meta, "samples_lost", but=frozenset(measure.name for measure in MEASURES))
            return
        yield from self._resistance(sampler, service.temperature_c)
        gains = service.status == CHARGING
        yield self._warming(sampler, cores_before_c, cores_after_c, saturated=gains)

    def _resistance(self, sampler: Sampler, temperature_c: float | None) -> Iterator[Said]:
        from probes.signals.resistance import step_resistance  # noqa: PLC0415  arrays only where one measures

        names = ("load_step_ma", "resistance_25c_mohm", "peak_sag_mv")
        kept = _plateaus(sampler.samples)
        found = step_resistance(
            [sample.t_ns / 1e9 for sample in kept],
            [sample.voltage_v for sample in kept],
            [sample.current_a for sample in kept],
            least_step_a=_LEAST_STEP_A,
        )
        ohm = abs(found.resistance_ohm)  # a gauge that counts discharge as positive gives it negative
        if not found.valid or not math.isfinite(ohm) or found.resistance_std_ohm > 0.25 * ohm:
            reason = found.reasons[0].value if found.reasons else "too_noisy"
            yield from (Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason=reason) for name in names)
            return
        text = f"{len(found.steps_a)} steps, {1000 * ohm:.0f} mOhm at {temperature_c} °C"
        evidence = sampler.evidence(text)
        yield Reading(name="load_step_ma", value=round(1000 * float(abs(found.steps_a).max())), evidence=evidence)
        if temperature_c is None or not _KNOWN_C[0] <= temperature_c <= _KNOWN_C[1]:
            for name in names[1:]:
                yield Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason="battery_temperature_unknown")
            return
        at_25c = 1000 * ohm * math.exp(_PER_K * (temperature_c - _REFERENCE_C))
        yield Reading(name="resistance_25c_mohm", value=round(at_25c, 1), evidence=evidence)
        yield Reading(name="peak_sag_mv", value=round(1000 * ohm * _PEAK_A), evidence=evidence)

    @staticmethod
    def _warming(sampler: Sampler, before_c: float | None, after_c: float | None, *, saturated: bool) -> Said:
        """Kelvin per watt of the load, whose watts the battery alone has given while the port was at its limit."""
        if before_c is None or after_c is None:
            return Excuse(name="cores_k_per_w", verdict=Verdict.NOT_SUPPORTED, reason="no_processor_temperature")
        watts = _load_w(sampler.samples)
        if watts is None or not saturated:
            return Excuse(name="cores_k_per_w", verdict=Verdict.INCONCLUSIVE, reason="load_not_known")
        text = f"cores from {before_c:.1f} to {after_c:.1f} °C under {watts:.2f} W"
        return Reading(
            name="cores_k_per_w", value=round((after_c - before_c) / watts, 2), evidence=sampler.evidence(text)
        )


def _load(bench: HardwareBench, sampler: Sampler) -> tuple[bool, float | None]:
    """Sample under the load and after it; whether the samples were in time, and how warm the cores got."""
    began_s = phone_uptime_s(bench)
    start_load(bench, cores=_CORES, lasting_s=_LOAD_S)
    sampler.watch(_LOADED_SAMPLES // 2, every_s=_EVERY_S)
    cores_after_c = _mean_c(cores_c(bench))
    in_time = _is_within(_LOAD_S, began_s, phone_uptime_s(bench))
    sampler.watch(_LOADED_SAMPLES // 2, every_s=_EVERY_S)
    # by the phone's clock: what comes next must not find the load still there
    now_s = phone_uptime_s(bench)
    left_s = _LOAD_S if began_s is None or now_s is None else began_s + _LOAD_S - now_s
    bench.wait(max(left_s, 0.0) + _ENDS_S)
    sampler.watch(_REST_SAMPLES, every_s=2 * _EVERY_S)
    return in_time, cores_after_c


def start_load(bench: HardwareBench, *, cores: int, lasting_s: int) -> None:
    """Keep so many cores busy; it ends by itself after so many seconds of the phone's time."""
    numbers = " ".join(str(number) for number in range(1, cores + 1))
    bench.shell("sh", "-c", f"for core in {numbers}; do timeout {lasting_s} sha256sum /dev/zero >/dev/null 2>&1 & done")


def _is_within(length_s: float, began_s: float | None, now_s: float | None) -> bool:
    """Whether no more than a length of the phone's time has passed; a phone that tells no time is believed."""
    return began_s is None or now_s is None or now_s - began_s < length_s


def _mean_c(temperatures_c: list[float] | None) -> float | None:
    return sum(temperatures_c) / len(temperatures_c) if temperatures_c else None


def _threshold_a(samples: list[Sample]) -> float:
    """Half-way between rest and load."""
    amperes = [sample.current_a for sample in samples]
    return (max(amperes) + min(amperes)) / 2


def _plateaus(samples: list[Sample]) -> list[Sample]:
    """The samples without those next to a step: current and voltage of one sample may lie a moment apart."""
    limit_a = _threshold_a(samples)
    sides = [sample.current_a > limit_a for sample in samples]
    return [
        sample
        for place, sample in enumerate(samples)
        if all(sides[near] == sides[place] for near in (place - 1, place + 1) if 0 <= near < len(samples))
    ]


def _load_w(samples: list[Sample]) -> float | None:
    """Power that the load took from the battery: the difference of its medians; None without a step."""
    from statistics import median  # noqa: PLC0415  only here

    limit_a = _threshold_a(samples)
    first = samples[0].current_a > limit_a
    rest = [one.current_a * one.voltage_v for one in samples if (one.current_a > limit_a) == first]
    load = [one.current_a * one.voltage_v for one in samples if (one.current_a > limit_a) != first]
    if not rest or not load:
        return None
    watts = abs(median(load) - median(rest))
    return watts if watts >= _LEAST_STEP_A * 3.0 else None
