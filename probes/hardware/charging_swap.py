"""The customer's charger and cable against the bench's: what changes with the part belongs to the part.

Same phone, minutes apart: what the phone takes for itself, its charger's losses and the meter's gain stand on both
sides and cancel. Done while the bench's charger is plugged in anyway: see ``charging_known_good``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from probes._declare import Measure, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import AtLeast, AtMost, LimitSource, OneOf
from probes._station import Question, StationBench
from probes._verdict import Unit
from probes.hardware.battery_sampling import CHARGING
from probes.hardware.charging_supply import Supply, look, plugged, unmeasured

_APART_S: Final = 5.0
_MOST_LOST_PERCENT: Final = 5.5
_DOUBT_PERCENT: Final = 3.0
"""Nearer to the limit than this, both cables are compared again: what two looks at each give strays by 2 %."""
_MOST_ROUNDS: Final = 3
_LEAST_W: Final = 2.0
_GOOD_CABLE: Final = "Feed it from the known-good charger and cable again"
_OWN_CABLE: Final = "Feed it from the known-good charger through the customer's cable"
_CABLE: Final = LimitSource(
    kind="standard",
    text="USB Type-C: at most 500 mV lost on VBUS and 250 mV on ground at 3 A: a loop of 250 mOhm; a good cable has 80",
)
_LOSS: Final = LimitSource(
    kind="prior",
    text="a cable of 250 mOhm loses 10 % at 2 A, a good one 3 %; the difference is held against its middle",
)
_LESS: Final = LimitSource(
    kind="prior",
    text="on one charger a good cable brings what another does, within the 3 % by which the phone's own load strays",
)
_OWN: Final = LimitSource(
    kind="standard", text="statutory fault table: with its own charger the phone cannot be charged"
)


_Round = tuple[tuple[Supply, ...], tuple[Supply, ...]]
"""Looks at a good cable, and at the customer's."""

MEASURES: Final = (
    Measure(
        name="cable_loss_percent",
        label="Power lost in the customer's cable beyond a good one",
        unit=Unit.PERCENT,
        limit=AtMost(high=_MOST_LOST_PERCENT, source=_LOSS),
        says=Says(code="charge.cable_loss", component="ACC-CBL"),
    ),
    Measure(
        name="cable_power_percent",
        label="Power through the customer's cable",
        unit=Unit.PERCENT,
        limit=AtLeast(low=80.0, source=_LESS),
        says=Says(code="charge.cable_loss", component="ACC-CBL"),
    ),
    Measure(
        name="cable_extra_mohm",
        label="Resistance of the customer's cable beyond a good one",
        unit=Unit.MILLIOHM,
        limit=AtMost(high=170.0, source=_CABLE),
        says=Says(code="charge.cable_loss", component="ACC-CBL"),
    ),
    Measure(
        name="own_charger_felt",
        label="Customer's charger felt",
        unit=Unit.TEXT,
        limit=OneOf(values=("yes",), source=_OWN),
        says=Says(code="charge.own_charger_dead", component="ACC-CHG"),
    ),
    Measure(name="own_power_percent", label="Power of the customer's charger", unit=Unit.PERCENT),
)
"""What the customer's charger and cable come to, beside what the bench's do."""


def customers(bench: StationBench, good: tuple[Supply, ...]) -> Iterator[Said]:
    """The customer's cable on the bench's charger, then his charger on the bench's cable.

    Args:
        bench: where the known-good charger is plugged in.
        good: two looks at the phone on it.
    """
    brought = Question(asks="charger_brought", text="Has the customer brought charger and cable?")
    if _answer(bench, brought) == "no":
        yield from (unmeasured(measure.name, "not_brought") for measure in MEASURES)
        return
    yield from _cable(*_compared(bench, good))
    text = "Feed it from the customer's charger through the bench's cable"
    own = (look(bench),) if plugged(bench, "own", text) else ()
    yield Reading(name="own_charger_felt", value="yes" if own else "no", evidence=good[0].evidence)
    if own and _watts(good) > 0:
        percent = round(100 * _watts(own) / max(_watts(good), 1e-3))
        yield Reading(name="own_power_percent", value=percent, evidence=own[0].evidence)
    else:
        yield unmeasured("own_power_percent", "no_supply_felt")


def looks(bench: StationBench) -> tuple[Supply, ...]:
    """Two looks some seconds apart: what the phone does beside being charged comes and goes."""
    first = look(bench)
    bench.wait(_APART_S)
    return (first, look(bench))


def _answer(bench: StationBench, question: Question) -> str:
    """Ask; where nobody at this bench can tell, go on as if it were there: a plug that is missing is noticed."""
    try:
        return bench.ask(question)
    except NotSupported:
        return question.options[0]


def _watts(looks: tuple[Supply, ...]) -> float:
    return sum(one.battery_w for one in looks) / max(len(looks), 1)


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None


def _compared(bench: StationBench, good: tuple[Supply, ...]) -> _Round:
    """The customer's cable beside a good one; again near the limit, until two comparisons are on one side of it.

    Who overlooks a prompt compares a cable with itself, and finds no loss: the middle one of three is believed.
    """
    rounds = [(good, _on_cable(bench, "own_cable", _OWN_CABLE))]
    while len(rounds) < _MOST_ROUNDS and _is_in_doubt([_lost_percent(*one) for one in rounds]):
        rounds.append((_on_cable(bench, "known_good", _GOOD_CABLE), _on_cable(bench, "own_cable", _OWN_CABLE)))
    return sorted(rounds, key=lambda one: _lost_percent(*one) or 0.0)[len(rounds) // 2]


def _on_cable(bench: StationBench, what: str, text: str) -> tuple[Supply, ...]:
    return looks(bench) if plugged(bench, what, text) else ()


def _is_in_doubt(lost_percent: Sequence[float | None]) -> bool:
    off = [lost - _MOST_LOST_PERCENT for lost in lost_percent if lost is not None]
    if len(off) < len(lost_percent):
        return False
    return abs(off[0]) < _DOUBT_PERCENT and (len(off) == 1 or max(off) > 0 >= min(off))


def _lost_percent(good: tuple[Supply, ...], cable: tuple[Supply, ...]) -> float | None:
    with_good = _mean([one.transfer_ratio for one in good])
    with_own = _mean([one.transfer_ratio for one in cable])
    return None if with_good is None or with_own is None else 100 * (1 - with_own / with_good)


def _cable(good: tuple[Supply, ...], cable: tuple[Supply, ...]) -> Iterator[Said]:
    """What the cable loses by the balance of power, and its resistance where the phone tells its port's voltage.

    A cable that is so bad that the charger's chip takes less through it loses no more than others: that is told apart.
    """
    lost = _lost_percent(good, cable)
    if lost is None:
        yield unmeasured("cable_loss_percent", "needs_meter_and_charge")
    else:
        yield Reading(name="cable_loss_percent", value=round(lost, 1), evidence=cable[0].evidence)
    if cable and all(one.service.status == CHARGING for one in (*good, *cable)) and _watts(good) > _LEAST_W:
        percent = round(100 * _watts(cable) / _watts(good))
        yield Reading(name="cable_power_percent", value=percent, evidence=cable[0].evidence)
    else:
        yield unmeasured("cable_power_percent", "not_charging")
    ohm, good_ohm = (_mean([one.path_ohm for one in looks]) for looks in (cable, good))
    if ohm is None or good_ohm is None:
        yield unmeasured("cable_extra_mohm", "no_voltage_at_both_ends")
    else:
        extra_ohm = ohm - good_ohm
        yield Reading(name="cable_extra_mohm", value=round(1000 * extra_ohm), evidence=cable[0].evidence)
