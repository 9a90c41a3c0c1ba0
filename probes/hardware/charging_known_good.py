"""Charging from the bench's known-good charger and cable: what is still bad then is in the phone.

The customer's cable and charger follow in the same visit, so that no plug is put in twice.

Current limit and constant voltage are told apart by time: while the charger limits the current, the voltage climbs;
while it holds the voltage, the current falls. Only in the first case is a small current a fault. In the middle of its
charge a cell climbs slowly, so that a phone that takes little is watched until one of the two has shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Measure, ProbeMeta, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import AtLeast, AtMost, LimitSource, OneOf
from probes._station import StationBench
from probes._verdict import Capability, Effort, Resource, Risk, Stage, Unit
from probes.hardware.battery_sampling import CHARGING, FULL
from probes.hardware.charging_supply import IDLE_W, Supply, look, off_the_port, plugged, unmeasured
from probes.hardware.charging_swap import MEASURES, customers, looks

_KNOWN_GOOD_W: Final = 10.0
_WATCH_S: Final = 52.0  # with the seconds of the looks a minute
_WATCHES: Final = 3  # at 1 A a large cell climbs by 1 to 2 mV in a minute where its curve is flattest
_RISE_V: Final = 0.002
_FALL_RATIO: Final = 0.98
_LEAST_W: Final = 4.0
_LEAST_PERCENT: Final = 66.0
_FELT: Final = LimitSource(kind="standard", text="a known-good charger is felt by a phone whose port is good")
_TAKEN: Final = LimitSource(
    kind="prior", text="a phone below the end of its charge takes most of 10 W; two thirds are left to its own limits"
)
_LOSS: Final = LimitSource(
    kind="prior",
    text="charger chips pass on 88..94 %, a good cable and port 97 %; the phone's own 0.4..1 W are guessed",
)
_PATH: Final = LimitSource(
    kind="prior",
    text="a good cable's 80 mOhm and two aged USB-C contacts of 50 mOhm each; cable to be measured by bench",
)


class KnownGoodCharger(HardwareProbe):
    """Power, losses and path resistance on the bench's own charger, and what the customer's change of it."""

    meta = ProbeMeta(
        id="charging.known_good",
        version=4,
        purpose="Charging from a known-good charger and cable, and from the customer's",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        needs_setting=frozenset({"battery.swollen", "setting.charge_limit"}),
        risk=Risk.LOADS_PART,
        duration_s=75.0,
        # somebody plugs now and then, and has their hands free for other checks in between
        resources=frozenset({Resource.USB_CURRENT, Resource.PLUG}),
        wants=frozenset({Capability.OPERATOR}),
        measures=(
            Measure(
                name="felt",
                label="Known-good charger felt",
                unit=Unit.TEXT,
                limit=OneOf(values=("yes",), source=_FELT),
                says=Says(code="charge.not_felt", component="CHG"),
                key=True,
            ),
            Measure(
                name="state",
                label="State on the known-good charger",
                unit=Unit.TEXT,
                limit=OneOf(values=("charging", "full"), source=_FELT),
                says=Says(code="charge.refused"),
            ),
            Measure(
                name="taken_percent",
                label="Power taken of what the charger offers",
                unit=Unit.PERCENT,
                limit=AtLeast(low=_LEAST_PERCENT, source=_TAKEN),
                says=Says(code="charge.slow", component="PCB", function="charger"),
            ),
            Measure(
                name="passed_on_percent",
                label="Power that reaches the battery and the phone",
                unit=Unit.PERCENT,
                limit=AtLeast(low=81.0, source=_LOSS),
                says=Says(code="charge.inefficient", component="PCB", function="charger"),
            ),
            Measure(
                name="path_mohm",
                label="Resistance from meter to port with a good cable",
                unit=Unit.MILLIOHM,
                limit=AtMost(high=180.0, marginal_above=150.0, source=_PATH),
                says=Says(code="charge.path_resistance", component="CHG"),
            ),
            Measure(name="charge_ma", label="Current into the battery", unit=Unit.MILLIAMPERE),
            *MEASURES,
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Plug it in and look; then the customer's cable and charger; plug the bench's port in again."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who plugs the charger in")
        text = "Feed the phone from the bench's known-good charger and cable, through the meter; adb stays connected"
        with off_the_port(bench):
            felt = plugged(bench, "known_good", text)
            seen = looks(bench) if felt else (look(bench),)
            yield Reading(name="felt", value="yes" if felt else "no", evidence=seen[0].evidence)
            if not felt:
                yield from (unmeasured(measure.name, "no_supply_felt") for measure in self.meta.measures[1:])
                return
            yield from _judged(bench, seen)
            yield from customers(bench, seen)


def _judged(bench: StationBench, seen: tuple[Supply, ...]) -> Iterator[Said]:
    """What the phone makes of the known-good charger; only where that is little it is watched for longer."""
    first, second = seen[0], seen[-1]
    if second.service.status == CHARGING and _is_little(first):
        for _ in range(_WATCHES):
            bench.wait(_WATCH_S)
            second = look(bench)
            if _climbs(first, second) or not _is_steady(first, second):
                break
    states = {CHARGING: "charging", FULL: "full"}
    yield Reading(name="state", value=states.get(second.service.status or 0, "not charging"), evidence=second.evidence)
    yield Reading(name="charge_ma", value=round(1000 * second.current_a), evidence=second.evidence)
    yield _taken(first, second)
    yield _passed_on(second)
    ohm = second.path_ohm
    if ohm is None:
        yield unmeasured("path_mohm", "no_voltage_at_both_ends")
    else:
        yield Reading(name="path_mohm", value=round(1000 * ohm), evidence=second.evidence)


def _taken(first: Supply, second: Supply) -> Said:
    """The share of the offer, where it is the charger that limits and not the end of the charge."""
    if first.service.status != CHARGING or second.service.status != CHARGING:
        return unmeasured("taken_percent", "not_charging")
    if _is_little(first) and not (_climbs(first, second) and _is_steady(first, second)):
        return unmeasured("taken_percent", "near_full")
    return Reading(name="taken_percent", value=round(_taken_percent(first), 1), evidence=second.evidence)


def _is_little(supply: Supply) -> bool:
    return supply.service.status == CHARGING and _taken_percent(supply) < _LEAST_PERCENT


def _climbs(first: Supply, second: Supply) -> bool:
    return second.voltage_v - first.voltage_v >= _RISE_V


def _is_steady(first: Supply, second: Supply) -> bool:
    return second.service.status == CHARGING and second.current_a >= _FALL_RATIO * first.current_a


def _taken_percent(supply: Supply) -> float:
    return 100 * (supply.battery_w + IDLE_W) / _offered_w(supply)


def _offered_w(supply: Supply) -> float:
    """What the phone says it was offered, the charger's label where it does not say."""
    current_ua = supply.service.max_charging_current_ua or 0
    voltage_uv = supply.service.max_charging_voltage_uv or 0
    return current_ua * voltage_uv * 1e-12 or _KNOWN_GOOD_W


def _passed_on(supply: Supply) -> Said:
    ratio = supply.transfer_ratio
    if ratio is None or supply.service.status != CHARGING:
        return unmeasured("passed_on_percent", "needs_meter_and_charge")
    if supply.battery_w < _LEAST_W:
        return unmeasured("passed_on_percent", "near_full")
    return Reading(name="passed_on_percent", value=round(100 * ratio, 1), evidence=supply.evidence)
