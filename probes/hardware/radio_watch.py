"""Card, mobile network, Wi-Fi and satellites watched for minutes: contacts that come and go by themselves."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource
from probes._verdict import Effort, Resource, Stage, Unit, Verdict
from probes.formats import SlotState, parse_telephony
from probes.hardware.radio_dumps import parse_satellites, parse_wifi_air
from probes.hardware.sim_contact import first_card, losses
from probes.hardware.wifi import ask_for_scan
from probes.software._ask import try_ask
from probes.software._cards import card_states, radio_is_off

_TICK_S: Final = 1.25
_CELL_TICKS: Final = 4
_LEAST: Final = 5
_REJOIN_TICKS: Final = 24  # prior: half a minute after its card is back a phone has its network again
_DROP_DB: Final = 15.0
_STILL: Final = LimitSource(kind="prior", text="nothing moves: a card that nobody touches is not lost once")
_FADING: Final = LimitSource(
    kind="prior",
    text="fading beside a phone that lies still stays within some dB; 15 dB below its own best quarter is a contact",
)


def drops(levels: Sequence[float]) -> int:
    """How many looks were far below the middle of the best quarter; a look without a level counts as -200.

    The best quarter, not all: a contact that is open more than half of the time would else set the measure itself.

    >>> drops([-48.0, -49.0, -80.0, -48.0, -47.0]), drops([-48.0, -80.0, -80.0, -80.0, -81.0])
    (1, 4)
    """
    best = sorted(levels, reverse=True)[: max(1, len(levels) // 4)]
    middle = statistics.median(best)
    return sum(level < middle - _DROP_DB for level in levels)


@dataclass
class _Seen:
    """What the watch has seen so far; an absent level counts as no level at all."""

    cards: list[str] = field(default_factory=list)
    cell_dbm: list[float] = field(default_factory=list)
    wifi_dbm: list[float] = field(default_factory=list)
    sky_dbhz: list[float] = field(default_factory=list)


_NO_LEVEL: Final = -200.0


def _measures() -> tuple[Measure, ...]:
    return (
        Measure(
            name="card_losses",
            label="Losses of the SIM card",
            unit=Unit.COUNT,
            limit=AtMost(high=0, source=_STILL),
            says=Says(code="sim.contact_opens", component="SIM"),
        ),
        Measure(
            name="cell_drops",
            label="Drops of the mobile network",
            unit=Unit.COUNT,
            limit=AtMost(high=0, source=_FADING),
            says=Says(code="radio.level_drops", component="ANT"),
            key=True,
        ),
        Measure(
            name="wifi_drops",
            label="Drops of Wi-Fi",
            unit=Unit.COUNT,
            limit=AtMost(high=0, source=_FADING),
            says=Says(code="wifi.level_drops", component="ANT"),
        ),
        Measure(
            name="sky_drops",
            label="Drops of satellites",
            unit=Unit.COUNT,
            limit=AtMost(high=0, source=_FADING),
            says=Says(code="gnss.level_drops", component="ANT"),
        ),
    )


class RadioWatch(HardwareProbe):
    """Levels and card over three quarters of a minute."""

    span_s: float = 42.5
    air_ticks: int = 6
    meta = ProbeMeta(
        id="radio.watch",
        version=3,
        purpose="Radio contacts over three quarters of a minute",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.LOW,
        duration_s=45.0,
        resources=frozenset({Resource.RADIO}),
        measures=_measures(),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Look at the card each moment, at the cell every five seconds, at Wi-Fi and sky every eight to ten."""
        if radio_is_off(bench):
            for measure in self.meta.measures:
                yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason="radio_switched_off")
            return
        seen = _Seen()
        for tick in range(round(self.span_s / _TICK_S)):
            if tick:
                bench.wait(_TICK_S)
            _look(bench, seen, tick, self.air_ticks)
        yield _card_losses(seen.cards)
        for name, levels in (
            ("cell_drops", seen.cell_dbm),
            ("wifi_drops", seen.wifi_dbm),
            ("sky_drops", seen.sky_dbhz),
        ):
            heard = [level for level in levels if level > _NO_LEVEL]
            if len(heard) < _LEAST:
                yield Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason="no_level")
            else:
                yield Reading(name=name, value=drops(levels))


class LongRadioWatch(RadioWatch):
    """The same over eight minutes: a contact that opens once in two minutes needs them."""

    span_s = 480.0
    air_ticks = 8
    meta = ProbeMeta(
        id="radio.long_watch",
        version=2,
        purpose="Radio contacts over eight minutes",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.MEDIUM,
        duration_s=500.0,
        resources=frozenset({Resource.RADIO}),
        measures=_measures(),
    )


def _look(bench: HardwareBench, seen: _Seen, tick: int, air_ticks: int) -> None:
    seen.cards.append(first_card(card_states(bench) or ("",)))
    if tick % _CELL_TICKS == 0:
        told = try_ask(bench, lambda text: _loudest_dbm(parse_telephony(text).slots), "dumpsys", "telephony.registry")
        level = told.value if told is not None else None
        # a card that was lost takes its service with it: that is no antenna's drop
        if level is not None or losses(seen.cards[-_REJOIN_TICKS:]) == 0:
            seen.cell_dbm.append(_NO_LEVEL if level is None else level)
    if tick % air_ticks == 0:
        air = try_ask(bench, parse_wifi_air, "dumpsys", "wifi", cap_bytes=16 << 20)
        if air is not None and air.value.is_on:
            seen.wifi_dbm.append(max(air.value.levels_dbm, default=_NO_LEVEL))
            ask_for_scan(bench)
        sky = try_ask(bench, parse_satellites, "dumpsys", "location", cap_bytes=16 << 20)
        if sky is not None and sky.value.is_on:
            best = sky.value.best_dbhz
            seen.sky_dbhz.append(_NO_LEVEL if best is None else best)


def _loudest_dbm(slots: tuple[SlotState, ...]) -> int | None:
    """The level of the cell that any slot listens to, registered or not."""
    return max((level for slot in slots if (level := slot.signal.lte_rsrp_dbm) is not None), default=None)


def _card_losses(cards: list[str]) -> Said:
    if not any(cards):
        return Excuse(name="card_losses", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    if set(cards) == {"ABSENT"}:
        return Excuse(name="card_losses", verdict=Verdict.INCONCLUSIVE, reason="no_card")
    return Reading(name="card_losses", value=losses(cards))
