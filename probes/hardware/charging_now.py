"""Charging as it is at this moment, on the bench's own port: felt, taken, passed on."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtLeast, LimitSource, OneOf
from probes._verdict import Effort, Resource, Stage, Unit, Verdict
from probes.formats import Battery
from probes.hardware.battery_sampling import CHARGING, FULL, Sampler, read_bus, read_service

_LOOKS: Final = 4
_EVERY_S: Final = 0.3
_AGAIN: Final = 3
_AGAIN_S: Final = 3.0
_NEARLY_FULL_PERCENT: Final = 95
_CELL_C: Final = (3.0, 43.0)
_NOT_CHARGING: Final = 4  # BatteryManager's status of a battery that is neither charged nor discharged
_HELD_FROM_PERCENT: Final = 70
_RESTS_BELOW_A: Final = 0.03
"""An awake phone takes more than this from a battery that nothing relieves; less is the gauge's own error."""
_CHARGES: Final = LimitSource(
    kind="prior", text="between 3 and 43 °C and below 95 % a phone on a cable charges, unless it was told not to"
)
_BUS: Final = LimitSource(
    kind="prior", text="USB 2.0 leaves 4.40 V at a port under its rated load; a port of the bench stays well above"
)


class ChargingNow(HardwareProbe):
    """What the cable brings and what becomes of it, without a load and without a hand."""

    meta = ProbeMeta(
        id="charging.now",
        version=3,
        purpose="Charging as it is now",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.NONE,
        needs_setting=frozenset({"setting.charge_limit"}),
        duration_s=2.0,
        resources=frozenset({Resource.USB_CURRENT}),
        measures=(
            Measure(
                name="state",
                label="State on the bench's port",
                unit=Unit.TEXT,
                limit=OneOf(values=("charging", "full"), source=_CHARGES),
                says=Says(code="charge.none"),
                key=True,
            ),
            Measure(name="charge_ma", label="Current into the battery", unit=Unit.MILLIAMPERE),
            Measure(
                name="bus_mv",
                label="Voltage at the port",
                unit=Unit.MILLIVOLT,
                limit=AtLeast(low=4450, marginal_below=4550, source=_BUS),
                says=Says(code="charge.bus_low"),
            ),
            Measure(name="input_ma", label="Current at the port", unit=Unit.MILLIAMPERE),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Look several times; a phone that nothing feeds is not judged."""
        service, sampler = _settled(bench), Sampler(bench)
        if not service.plugged:
            for measure in self.meta.measures:
                yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason="not_plugged_in")
            return
        sampler.watch(_LOOKS, every_s=_EVERY_S)
        text = f"{service.status_name}, {service.percent} %, {service.temperature_c} °C"
        evidence = sampler.evidence(text)
        current_a = median(sample.current_a for sample in sampler.samples)
        if _is_excused(service) or is_held_back(service, current_a):
            yield Excuse(name="state", verdict=Verdict.INCONCLUSIVE, reason="charging_not_expected")
        else:
            states = {CHARGING: "charging", FULL: "full"}
            yield Reading(name="state", value=states.get(service.status or 0, "not charging"), evidence=evidence)
        yield Reading(name="charge_ma", value=round(1000 * current_a), evidence=evidence)
        bus = read_bus(bench)
        for name, value in (
            ("bus_mv", bus.voltage_mv if bus else None),
            ("input_ma", bus.current_raw_ma if bus else None),
        ):
            if value is None:
                yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
            else:
                yield Reading(name=name, value=round(value), evidence=evidence)


def _settled(bench: HardwareBench) -> Battery:
    """What the service says; asked again where it does not charge, as a load that has just ended is no fault."""
    service = read_service(bench)
    for _ in range(_AGAIN):
        if not service.plugged or service.status in {CHARGING, FULL}:
            break
        bench.wait(_AGAIN_S)
        service = read_service(bench)
    return service


def _is_excused(service: Battery) -> bool:
    """Whether a phone may well not charge: nearly full, or its cell too cold or too warm for it."""
    cell_c, level = service.temperature_c, service.percent
    out = cell_c is not None and not _CELL_C[0] <= cell_c <= _CELL_C[1]
    return service.status not in {CHARGING, FULL} and (out or (level is not None and level >= _NEARLY_FULL_PERCENT))


def is_held_back(service: Battery, current_a: float) -> bool:
    """Whether a phone has stopped a charge by itself: a limit that no setting that we know tells.

    Such a phone lives on the cable, and its battery rests. Behind a dead charger or port the same status is told, but
    the phone lives on its battery.

    Args:
        service: what the battery service says.
        current_a: the battery's, however the phone signs it.
    """
    held = service.status == _NOT_CHARGING and service.health_name == "good" and bool(service.plugged)
    return held and (service.percent or 0) >= _HELD_FROM_PERCENT and abs(current_a) <= _RESTS_BELOW_A
