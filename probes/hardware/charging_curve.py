"""A charge watched to its end: phases, the voltage that the charger holds, and the capacity that was counted meanwhile.

A long observation. The rests that a counted capacity needs are reckoned from the voltage under current and the
resistance that the load step at the beginning gives, as a phone on a cable never rests.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtLeast, LimitSource
from probes._verdict import Effort, Resource, Risk, Stage, Unit, Verdict
from probes.formats import Battery
from probes.hardware.battery_load import start_load
from probes.hardware.battery_sampling import CHARGING, FULL, Sampler, excuse_all, read_service
from probes.hardware.charging_now import is_held_back

_EVERY_S: Final = 60.0
_LONGEST: Final = 480
_LOOK_EVERY: Final = 5
_LEAST_LOOKS: Final = 16
_LOAD_S: Final = 3
_NOT_CHARGING: Final = 4
_END_PERCENT: Final = 97
# A lithium cobalt cell of 4.4 V or more at rest; the same prior curve for every model.
_SHARES: Final = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_OCV_V: Final = (3.30, 3.60, 3.69, 3.74, 3.78, 3.815, 3.865, 3.94, 4.03, 4.13, 4.26, 4.40)
_LEAST_SPAN: Final = 0.3
_TYPICAL_OHM: Final = 0.15
_END: Final = LimitSource(
    kind="prior", text="a charge that ends by itself ends at 100 %; three points are left to the gauge's own errors"
)
_STATUTORY: Final = LimitSource(
    kind="standard", text="statutory fault table, BAT-01: capacity below 80 % of the design"
)


class ChargingCurve(HardwareProbe):
    """A charge to its end, for hours."""

    meta = ProbeMeta(
        id="charging.curve",
        version=2,
        purpose="A charge watched to its end",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.HIGH,
        needs_setting=frozenset({"battery.swollen", "setting.charge_limit"}),
        risk=Risk.LOADS_PART,
        duration_s=_EVERY_S * _LONGEST / 2,
        resources=frozenset({Resource.USB_CURRENT}),
        measures=(
            Measure(
                name="end_level_percent",
                label="Level at which the charge ends",
                unit=Unit.PERCENT,
                limit=AtLeast(low=_END_PERCENT, source=_END),
                says=Says(code="charge.ends_early"),
                key=True,
            ),
            Measure(name="float_mv", label="Voltage at the end of the charge", unit=Unit.MILLIVOLT),
            Measure(name="taper_s", label="Time constant of the taper", unit=Unit.SECOND),
            Measure(name="steps_down", label="Steps down before the taper", unit=Unit.COUNT),
            Measure(name="moved_mah", label="Charge counted", unit=Unit.MILLIAMPERE_HOUR),
            Measure(
                name="counted_percent",
                label="Counted capacity against the design",
                unit=Unit.PERCENT,
                limit=AtLeast(low=72.0, marginal_below=80.0, source=_STATUTORY),
                says=Says(code="battery.counted_low", component="BAT"),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Find the resistance, then look once a minute until the charge has ended."""
        before = read_service(bench)
        if not before.plugged or before.status not in {CHARGING, FULL}:
            yield from excuse_all(self.meta, "not_charging")
            return
        ohm = _resistance_ohm(bench)
        sampler, last = Sampler(bench, has_phone_clock=True), before
        for look in range(_LONGEST):
            sampler.watch(1, every_s=_EVERY_S)
            if look % _LOOK_EVERY == 0:
                last = read_service(bench)
                if last.status != CHARGING and last.plugged:
                    break
        yield sampler.kept()
        yield _end(sampler, last)
        yield from self._curve(sampler)
        yield _counted(bench, sampler, ohm)

    @staticmethod
    def _curve(sampler: Sampler) -> Iterator[Said]:
        from probes.signals.charge_curve import charge_curve  # noqa: PLC0415  arrays only where one measures

        times, volts, amperes = sampler.arrays()
        amperes = amperes if float(amperes.mean()) > 0 else -amperes  # the pack was charged, however it is signed
        found = charge_curve(times, volts, amperes)
        values = {
            "float_mv": 1000 * found.float_v,
            "taper_s": found.taper_s,
            "steps_down": float(len(found.step_ratios)),
            "moved_mah": found.moved_mah,
        }
        why = found.reasons[0].value if found.reasons else "not_covered"
        for name, value in values.items():
            if found.valid and math.isfinite(value):
                yield Reading(name=name, value=round(value, 1), evidence=sampler.evidence(f"{len(times)} minutes"))
            else:
                yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason=why)  # a weak supply has no taper


def _resistance_ohm(bench: HardwareBench) -> float:
    """From one short load step; a typical one where that shows nothing."""
    from probes.signals.resistance import step_resistance  # noqa: PLC0415  as above

    sampler = Sampler(bench)
    sampler.watch(3, every_s=0.2)
    start_load(bench, cores=6, lasting_s=_LOAD_S)
    sampler.watch(3, every_s=0.2)
    bench.wait(_LOAD_S + 1.0)
    found = step_resistance(*sampler.arrays())
    ohm = abs(found.resistance_ohm)
    return ohm if found.valid and 0.02 < ohm < 1.0 else _TYPICAL_OHM


def _end(sampler: Sampler, last: Battery) -> Said:
    """The level at the end, if the charge has come to one by itself."""
    if len(sampler.samples) < _LEAST_LOOKS and (last.percent or 0) >= _END_PERCENT:
        return Excuse(name="end_level_percent", verdict=Verdict.INCONCLUSIVE, reason="was_full_before")
    if last.status not in {FULL, _NOT_CHARGING} or last.percent is None:
        return Excuse(name="end_level_percent", verdict=Verdict.INCONCLUSIVE, reason="did_not_end")
    if last.percent < _END_PERCENT and is_held_back(last, sampler.samples[-1].current_a):
        return Excuse(name="end_level_percent", verdict=Verdict.INCONCLUSIVE, reason="charging_not_expected")
    text = f"status {last.status_name}, {last.percent} %, {last.voltage_mv} mV"
    return Reading(name="end_level_percent", value=last.percent, evidence=sampler.evidence(text))


def _counted(bench: HardwareBench, sampler: Sampler, ohm: float) -> Said:
    """Capacity from the charge between two reckoned rests."""
    from probes.formats import parse_batterystats  # noqa: PLC0415  only after hours
    from probes.signals.capacity import OpenCircuit, counted_capacity  # noqa: PLC0415  as above
    from probes.software._ask import try_ask  # noqa: PLC0415  as above

    stats = try_ask(bench, parse_batterystats, "dumpsys", "batterystats", deadline_s=20)
    design_mah = stats.value.design_capacity_mah if stats is not None else None
    if not design_mah:
        return Excuse(name="counted_percent", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    import numpy as np  # noqa: PLC0415  as above

    times, volts, amperes = sampler.arrays()
    sign = 1.0 if float(amperes.mean()) > 0 else -1.0
    rests = volts - sign * amperes * ohm
    found = counted_capacity(
        times,
        sign * amperes,
        rest_before_v=float(rests[0]),
        rest_after_v=min(float(rests[-1]), _OCV_V[-1]),
        curve=OpenCircuit(np.array(_SHARES), np.array(_OCV_V)),
        rest_std_v=0.01,
        least_span=_LEAST_SPAN,
    )
    if not found.valid:
        return Excuse(name="counted_percent", verdict=Verdict.NOT_SUPPORTED, reason=found.reasons[0].value)
    percent = 100 * found.capacity_mah / design_mah
    spread = 100 * found.capacity_std_mah / design_mah
    text = f"{found.moved_mah:.0f} mAh over {100 * found.span:.0f} % of the charge, sigma {spread:.1f} %"
    return Reading(name="counted_percent", value=round(percent, 1), evidence=sampler.evidence(text))
