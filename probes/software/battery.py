"""The battery as the phone's own gauges report it: several sources, which may contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from probes._declare import Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Samples, Says
from probes._limits import AtLeast, AtMost, Between, LimitSource
from probes._records import Evidence
from probes._text import show
from probes._verdict import Stage, Unit, Verdict
from probes.formats import (
    Battery,
    BatteryStats,
    PowerSupply,
    ThermalService,
    parse_battery,
    parse_batterystats,
    parse_power_supply,
    parse_thermalservice,
)
from probes.software._ask import Answer, ask, try_ask

_SOH_SOURCE = LimitSource(
    kind="standard", text="statutory fault table, BAT-01: capacity below 80 %; that 83 % warns is our own assumption"
)
_CYCLES_SOURCE = LimitSource(
    kind="prior", text="EU 2023/1670 asks for 80 % of capacity after 800 cycles: the warning; that 1500 fail is ours"
)
_TEMPERATURE_SOURCE = LimitSource(kind="prior", text="a phone on a bench lies between these; cells are rated 0..45 °C")
_GAP_SOURCE = LimitSource(
    kind="prior", text="some sensor of a resting phone is within some kelvin of its battery; a wide gap is the sensor's"
)
_SPREAD_SOURCE = LimitSource(kind="prior", text="gauges of one phone normally agree within some per cent of capacity")
_LEVEL_SOURCE = LimitSource(
    kind="prior", text="open-circuit voltage of lithium-cobalt cells tells the charge within some 15 points at low load"
)

_FOLLOW_SOURCE = LimitSource(
    kind="prior",
    text="what was counted is off by some per cent, the power model by a factor; a gauge that stands still by any",
)

_SKIN_SOURCE = LimitSource(
    kind="prior",
    text="in a phone at rest the board warms its skin sensor and the pack follows: the pack is not warmer by 6 K",
)
_AUTHENTIC_SOURCE = LimitSource(
    kind="prior", text="the maker's own question to the pack's identity chip; a pack that another shop has put in fails"
)
_DEFAULT_SOURCE = LimitSource(
    kind="prior",
    text="drivers show 50 % where the gauge chip gives no answer; a gauge that stands still may stand there",
)

# Open-circuit voltage of a lithium-cobalt cell charged to 4.4 V or more, against charge. A prior for every model.
_OCV_MV: Final = (3300, 3600, 3690, 3740, 3780, 3815, 3865, 3940, 4030, 4130, 4260)
_OCV_PERCENT: Final = (0, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90)
_TYPICAL_RESISTANCE_OHM: Final = 0.15
_GAUGES: Final = ("battery", "bms", "maxfg", "max170xx_battery", "fg", "mtk-battery", "sec-fuelgauge")
_SUPPLY_DIR: Final = "/sys/class/power_supply"
_SAMPLE_COUNT: Final = 5
_IMPLIED_FROM_PERCENT: Final = 20
_FOLLOWED_FROM_PERCENT: Final = 5
_MODELLED_FROM_PERCENT: Final = 20
_PLATEAU_FROM_PERCENT: Final = 97  # drivers show 100 % until some points of the charge are gone
_DEFAULT_PERCENT: Final = 50
_LEAP_PERCENT: Final = 5
_LEAPS: Final = 3  # there, back, and there again; a restart may set a level right once
_STANDS_BELOW_PERCENT: Final = 25
_SKIN: Final = 3  # android.os.Temperature.TYPE_SKIN


@dataclass(frozen=True, slots=True)
class _Sources:
    """What was asked, as far as it answered."""

    service: Answer[Battery]
    gauges: tuple[PowerSupply, ...]
    stats: Answer[BatteryStats] | None
    reply_id: str


class BatteryGauge(Probe):
    """Capacity, cycles, level and temperature from every gauge that answers, held against each other."""

    meta = ProbeMeta(
        id="battery.gauge",
        version=4,
        purpose="Battery as its gauges report it: capacity, cycles, plausibility",
        stage=Stage.SOFTWARE,
        duration_s=0.5,
        measures=(
            Measure(name="level_percent", label="Battery level", unit=Unit.PERCENT),
            Measure(name="voltage_mv", label="Battery voltage", unit=Unit.MILLIVOLT),
            Measure(name="current_ma", label="Battery current", unit=Unit.MILLIAMPERE),
            Measure(
                name="temperature_c",
                label="Battery temperature",
                unit=Unit.CELSIUS,
                limit=Between(low=-10, high=50, source=_TEMPERATURE_SOURCE),
                says=Says(code="battery.temperature_out_of_range"),
            ),
            Measure(
                name="temperature_gap_c",
                label="Battery against nearest other temperature",
                unit=Unit.CELSIUS,
                limit=AtMost(high=25, marginal_above=18, source=_GAP_SOURCE),
                says=Says(code="battery.thermistor_implausible", component="BAT"),
            ),
            Measure(
                name="above_skin_c",
                label="Battery above the skin's temperature",
                unit=Unit.CELSIUS,
                limit=AtMost(high=6, marginal_above=4, source=_SKIN_SOURCE),
                says=Says(code="battery.warmer_than_skin", component="BAT"),
            ),
            Measure(
                name="authentic",
                label="Battery answers as the maker's own",
                unit=Unit.NONE,
                limit=AtLeast(low=1, source=_AUTHENTIC_SOURCE),
                says=Says(code="battery.not_authentic", component="BAT"),
            ),
            Measure(name="full_charge_mah", label="Full charge today", unit=Unit.MILLIAMPERE_HOUR),
            Measure(name="design_mah", label="Full charge when new", unit=Unit.MILLIAMPERE_HOUR),
            Measure(
                name="soh_percent",
                label="State of health (SoH)",
                unit=Unit.PERCENT,
                limit=AtLeast(low=80.0, marginal_below=83.0, source=_SOH_SOURCE),
                says=Says(code="battery.capacity_low", component="BAT"),
            ),
            Measure(
                name="soh_spread_percent",
                label="Disagreement between capacity sources",
                unit=Unit.PERCENT,
                limit=AtMost(high=25, marginal_above=12, source=_SPREAD_SOURCE),
                says=Says(code="battery.gauges_disagree"),
            ),
            Measure(
                name="cycle_count",
                label="Charge cycles",
                unit=Unit.COUNT,
                limit=AtMost(high=1500, marginal_above=800, source=_CYCLES_SOURCE),
                says=Says(code="battery.many_cycles", component="BAT"),
            ),
            Measure(
                name="level_follow_percent",
                label="Level drop against the charge drawn",
                unit=Unit.PERCENT,
                limit=AtLeast(low=25, marginal_below=40, source=_FOLLOW_SOURCE),
                says=Says(code="battery.level_stuck", component="BAT"),
            ),
            Measure(
                name="default_level",
                label="Level stands at a driver's default",
                unit=Unit.NONE,
                limit=AtMost(high=0, source=_DEFAULT_SOURCE),
                says=Says(code="battery.level_default", component="PCB", function="gauge"),
            ),
            Measure(
                name="level_gap_percent",
                label="Shown level against cell voltage",
                unit=Unit.PERCENT,
                limit=AtMost(high=40, marginal_above=30, source=_LEVEL_SOURCE),
                says=Says(code="battery.level_implausible", component="BAT"),
            ),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Ask the battery service, every gauge under sysfs, and the thermal service for a second opinion."""
        service = ask(bench, parse_battery, "dumpsys", "battery")
        if service.value.updates_stopped:
            yield from _frozen(self.meta)
            return
        sources = _sources(bench, service)
        yield from _state(bench, sources)
        yield from _capacity(sources)
        yield from _follow(sources)
        yield _authentic(sources)
        yield from _temperature(bench, service)


def _frozen(meta: ProbeMeta) -> Iterator[Said]:
    """Somebody froze the service with ``dumpsys battery set``: nothing that it says is a measurement."""
    for measure in meta.measures:
        yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason="battery_service_overridden")


def _sources(bench: Bench, service: Answer[Battery]) -> _Sources:
    stats = try_ask(bench, parse_batterystats, "dumpsys", "batterystats", deadline_s=20)
    answer = try_ask(bench, parse_power_supply, "cat", *(f"{_SUPPLY_DIR}/{name}/uevent" for name in _GAUGES))
    if answer is None:
        return _Sources(service, (), stats, service.reply.id)
    gauges = [supply for supply in answer.value.supplies.values() if supply.fields.get("TYPE", "Battery") != "USB"]
    return _Sources(service, tuple(gauges), stats, answer.reply.id)


def _state(bench: Bench, sources: _Sources) -> Iterator[Said]:
    state, evidence = sources.service.value, sources.service.evidence()
    yield _number("level_percent", state.percent, evidence)
    yield _number("voltage_mv", state.voltage_mv, evidence)
    sampled = _sample(bench) if sources.gauges else None
    if sampled is not None:
        yield sampled
    current_ma = float(median(sampled.channels["current_ma"])) if sampled is not None else None
    yield _number("current_ma", current_ma, (Evidence(recording=sources.reply_id),))
    gap = _level_gap(state, current_ma, charging=bool(state.plugged))
    yield _number("level_gap_percent", gap, sources.service.evidence(f"{state.percent} %, {state.voltage_mv} mV"))


def _sample(bench: Bench) -> Samples | None:
    """Voltage and current some times in a row: one reading of a current says little."""
    import numpy as np  # noqa: PLC0415  only phones that let a stock shell read sysfs come here

    rows: list[tuple[int, float, float]] = []
    for _ in range(_SAMPLE_COUNT):
        answer = try_ask(bench, parse_power_supply, "cat", f"{_SUPPLY_DIR}/battery/uevent")
        supply = answer.value.battery if answer else None
        if answer is None or supply is None or supply.voltage_mv is None or supply.current_raw_ma is None:
            return None
        rows.append((answer.reply.at_ns, supply.voltage_mv, supply.current_raw_ma))
    t_ns, voltage_mv, current_ma = zip(*rows, strict=True)
    return Samples(
        source=f"{_SUPPLY_DIR}/battery/uevent",
        t_ns=np.array(t_ns, dtype=np.int64),
        channels={"voltage_mv": np.array(voltage_mv), "current_ma": np.array(current_ma)},
        units={"voltage_mv": Unit.MILLIVOLT, "current_ma": Unit.MILLIAMPERE},
    )


def _level_gap(state: Battery, current_ma: float | None, *, charging: bool) -> int | None:
    """Difference between the level shown and the level that the voltage speaks for, in points.

    The voltage is taken back to rest with a typical resistance. The sign of a current differs between drivers, so the
    plug decides it. Without a current nothing is said: a load of one ampere alone moves the voltage by 150 mV.
    """
    if state.percent is None or state.voltage_mv is None or current_ma is None:
        return None
    drop_mv = abs(current_ma) * _TYPICAL_RESISTANCE_OHM
    rest_mv = state.voltage_mv - drop_mv if charging else state.voltage_mv + drop_mv
    if rest_mv >= _OCV_MV[-1]:
        return max(0, _OCV_PERCENT[-1] - state.percent)
    return round(abs(state.percent - _percent_at(rest_mv)))


def _percent_at(rest_mv: float) -> float:
    for (low_mv, low), (high_mv, high) in zip(
        zip(_OCV_MV, _OCV_PERCENT, strict=True), zip(_OCV_MV[1:], _OCV_PERCENT[1:], strict=True), strict=False
    ):
        if rest_mv <= high_mv:
            return low + (high - low) * max(0.0, rest_mv - low_mv) / (high_mv - low_mv)
    return float(_OCV_PERCENT[-1])


def _capacity(sources: _Sources) -> Iterator[Said]:
    """The gauges' own ratio, the counter divided by the level, and what the battery statistics have learned."""
    evidence = (Evidence(recording=sources.reply_id),)
    stats = sources.stats.value if sources.stats else None
    design_mah = _first(gauge.charge_full_design_mah for gauge in sources.gauges)
    design_mah = design_mah or (stats.design_capacity_mah if stats else None)
    shares = [(gauge.name, share) for gauge in sources.gauges if (share := gauge.health_ratio) is not None]
    full_mah = _first(gauge.charge_full_mah for gauge in sources.gauges)
    implied_mah = _implied_full_mah(sources.service.value)
    learned_mah = stats.learned_capacity_mah if stats else None
    if design_mah:
        further = (("counter over level", implied_mah), ("learned", learned_mah))
        shares += [(name, mah / design_mah) for name, mah in further if mah]
    yield _number("full_charge_mah", full_mah or learned_mah or implied_mah, evidence)
    yield _number("design_mah", design_mah, evidence)
    words = ", ".join(f"{show(name, 30)} {100 * share:.0f} %" for name, share in shares)
    seen = (Evidence(recording=sources.reply_id, text=words),)
    percents = [100 * share for _, share in shares]
    soh = round(median(percents), 1) if percents else None
    spread = round(max(percents) - min(percents), 1) if len(percents) > 1 else None
    yield _number("soh_percent", soh, seen)
    yield _number("soh_spread_percent", spread, seen)
    yield _number("cycle_count", _first(gauge.cycle_count for gauge in sources.gauges), evidence)


def _implied_full_mah(state: Battery) -> float | None:
    """Full charge that counter and level speak for together; only where the level is high enough to divide by."""
    if not state.charge_counter_uah or not state.percent or state.percent < _IMPLIED_FROM_PERCENT:
        return None
    return state.charge_counter_uah / 1000 / state.percent * 100


def _follow(sources: _Sources) -> Iterator[Said]:
    """Whether the level fell as charge was drawn: a gauge that stands still does not.

    What was drawn is what the phone has counted. Its power model stands in where nothing is counted; a real phone's
    was seen to overstate the drain eightfold, so it takes more of it, and says nothing of a level near full.
    """
    stats, level = (sources.stats.value if sources.stats else None), sources.service.value.percent
    capacity_mah = stats and (stats.design_capacity_mah or stats.estimated_capacity_mah)
    names = ("level_follow_percent", "default_level")
    told = stats and stats.first_level_percent is not None and stats.computed_drain_mah is not None
    if sources.stats is None or stats is None or level is None or not capacity_mah or not told:
        yield from _unknown(names, "not_reported")
        return
    counted_mah = stats.discharge_mah.get("Discharge")  # 0 where there is no counter, or one that stands still, too
    drawn_percent = 100 * (counted_mah or stats.computed_drain_mah or 0.0) / capacity_mah
    near_full = level >= _PLATEAU_FROM_PERCENT
    least_percent = _FOLLOWED_FROM_PERCENT if counted_mah and not near_full else _MODELLED_FROM_PERCENT
    if drawn_percent < least_percent or (near_full and not counted_mah):
        yield from _unknown(names, "too_short_on_battery")
        return
    first = stats.first_level_percent or 0
    fell = max(
        0, first - level, fell_percent(stats.levels_percent)
    )  # who has charged it meanwhile has lifted the level
    drawn = f"{drawn_percent:.0f} % drawn {'as counted' if counted_mah else 'by the power model'}"
    words = f"level from {first} to {level} %, fell by {fell} %, {drawn}"
    follow, evidence = round(100 * fell / drawn_percent), sources.stats.evidence(words)
    yield Reading(name="level_follow_percent", value=follow, evidence=evidence)
    stands = follow < _STANDS_BELOW_PERCENT and level == _DEFAULT_PERCENT == first
    leaps = _leaps_to_default(stats.levels_percent)
    evidence += sources.stats.evidence(f"{leaps} leaps to {_DEFAULT_PERCENT} % and away")
    yield Reading(name="default_level", value=int(stands or leaps >= _LEAPS), evidence=evidence)


def fell_percent(levels: Sequence[int]) -> int:
    """How far the level went down in all, leaps left out, whatever charging has put back."""
    return sum(early - late for early, late in pairwise(levels) if 0 < early - late < _LEAP_PERCENT)


def _leaps_to_default(levels: Sequence[int]) -> int:
    """How often the level leapt to the default or away from it: a gauge that falls silent now and then."""
    steps = [(early, late) for early, late in pairwise(levels) if abs(late - early) >= _LEAP_PERCENT]
    return sum(_DEFAULT_PERCENT in step for step in steps)


def _unknown(names: Sequence[str], reason: str) -> Iterator[Said]:
    for name in names:
        yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason=reason)


def _authentic(sources: _Sources) -> Said:
    """What makers' drivers say of the pack's identity chip; few let a stock shell read it."""
    for gauge in sources.gauges:
        if (told := gauge.fields.get("AUTHENTIC", "").strip()) in {"0", "1"}:
            evidence = (Evidence(recording=sources.reply_id, text=f"{gauge.name}: AUTHENTIC={told}"),)
            return Reading(name="authentic", value=int(told), evidence=evidence)
    return Excuse(name="authentic", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")


def _temperature(bench: Bench, service: Answer[Battery]) -> Iterator[Said]:
    reading_c = service.value.temperature_c
    yield _number("temperature_c", reading_c, service.evidence(f"{reading_c} °C"))
    thermal = try_ask(bench, parse_thermalservice, "dumpsys", "thermalservice")
    yield _above_skin(reading_c, service, thermal)
    others = [
        sensor.temperature_c
        for sensor in (thermal.value.now or thermal.value.cached if thermal else ())
        if "batt" not in sensor.name.lower() and -40 < sensor.temperature_c < 120 and sensor.temperature_c != 0
    ]
    if reading_c is None or not others or thermal is None:
        yield Excuse(name="temperature_gap_c", verdict=Verdict.NOT_SUPPORTED, reason="no_second_sensor")
        return
    nearest_c = min(
        others, key=lambda other_c: abs(other_c - reading_c)
    )  # a busy processor is hot, not all sensors are
    words = f"battery {reading_c} °C, nearest of {len(others)} other sensors {nearest_c:.1f} °C"
    yield Reading(
        name="temperature_gap_c",
        value=round(abs(reading_c - nearest_c), 1),
        evidence=(*service.evidence(words), *thermal.evidence(words)),
    )


def _above_skin(reading_c: float | None, service: Answer[Battery], thermal: Answer[ThermalService] | None) -> Said:
    """How much warmer the pack claims to be than the case: a thermistor with moisture beside it reads too warm."""
    rows = (thermal.value.now or thermal.value.cached) if thermal is not None else ()
    skins = [row.temperature_c for row in rows if row.kind == _SKIN and 0 < row.temperature_c < 80]
    if reading_c is None or thermal is None or not skins:
        return Excuse(name="above_skin_c", verdict=Verdict.NOT_SUPPORTED, reason="no_second_sensor")
    words = f"battery {reading_c} °C, skin {max(skins):.1f} °C"
    evidence = (*service.evidence(words), *thermal.evidence(words))
    return Reading(name="above_skin_c", value=round(reading_c - max(skins), 1), evidence=evidence)


def _number(name: str, value: float | None, evidence: Sequence[Evidence]) -> Said:
    if value is None:
        return Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    return Reading(name=name, value=value, evidence=tuple(evidence))


def _first(values: Iterator[float | None] | Iterator[int | None]) -> float | None:
    return next((value for value in values if value is not None and value > 0), None)
