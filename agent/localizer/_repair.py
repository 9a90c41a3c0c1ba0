"""From suspects to a repair plan: what to do first, what it opens, what it costs where known, how to check it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from agent.localizer._actions import PriceList, RepairAction
from agent.localizer._knowledge import Knowledge
from probes import SOFTWARE
from reports import CostRange, MinutesRange, RepairStep, Suspect, Unknown

NO_PRICE: Final = Unknown(reason="no_price_list")
NO_LABOUR: Final = Unknown(reason="no_labour_times")
_PER_HOUR: Final = 60.0
_DEFAULT: Final = "default"
# From this belief on a rival that needs no part is tried before one that does.
_TRIED: Final = 0.05


@dataclass(frozen=True, slots=True)
class _Job:
    """One repair that could be done, with what it is worth."""

    name: str
    action: RepairAction
    suspect: Suspect
    part_minutes: float

    @property
    def minutes(self) -> float:
        """Work and part together, the part in minutes of work."""
        return sum(self.action.minutes) / 2 + self.part_minutes


def steps_for(
    knowledge: Knowledge,
    suspects: Sequence[Suspect],
    ran: Collection[str],
    *,
    model: str = "",
    before: Sequence[Suspect] = (),
) -> tuple[RepairStep, ...]:
    """Repairs of these suspects, each component once, by chance per cost of work and part; software first.

    ``before`` are rivals that are put right without a part: they are tried before any part is ordered.
    What lies behind one opening is taken together where that is worth more than opening twice (bottom-up P over C).
    A part costs what the shop's price list for this model says, or else what the action reckons for it.
    """
    price = _price_list(knowledge.prices, model)
    jobs = [job for suspect in suspects for job in _job(knowledge, suspect, price)]
    soft = [job for job in jobs if job.suspect.component == SOFTWARE]
    hard = [job for job in jobs if job.suspect.component != SOFTWARE]
    opened: set[str] = set()
    steps: list[RepairStep] = []
    rivals = [job for suspect in before for job in _job(knowledge, suspect, price)]
    for job in (*soft, *_ordered(knowledge, rivals), *_ordered(knowledge, hard)):
        opens = tuple(name for name in job.action.opens if name not in opened)
        opened.update(opens)
        steps.append(
            RepairStep(
                action=job.name,
                component=job.suspect.component,
                cause=job.suspect.cause,
                probability=job.suspect.probability,
                minutes=MinutesRange(low=job.action.minutes[0], high=job.action.minutes[1]),
                opens=opens,
                verify_with=_verify(job.action, ran),
            )
        )
    return tuple(steps)


def brought(knowledge: Knowledge, parts: Collection[str]) -> frozenset[str]:
    """Which of these parts come with another of them, as the touch layer comes with a display assembly."""
    actions = (action for action in knowledge.actions.values() if action.component in parts)
    return frozenset(part for action in actions for part in action.comes_with if part in parts)


def without_part(knowledge: Knowledge, suspects: Iterable[Suspect], sure: Sequence[Suspect]) -> list[Suspect]:
    """Rivals of what is sure that are put right without a part, as a plug is: worth a try before a part is ordered."""
    spoken = {part.effect for one in sure for part in one.contributions if part.seen and part.decibans > 0}
    return [
        one
        for one in suspects
        if one not in sure
        and one.component != SOFTWARE
        and one.probability >= _TRIED
        and any(part.effect in spoken and part.decibans > 0 for part in one.contributions)
        and any(job.action.part_minutes == 0.0 for job in _job(knowledge, one, None))
    ]


def _job(knowledge: Knowledge, suspect: Suspect, price: PriceList | None) -> list[_Job]:
    fits = [
        _Job(name, action, suspect, _part_minutes(action, price))
        for name, action in knowledge.actions.items()
        if (suspect.cause in action.fixes) or (not action.fixes and action.component == suspect.component)
    ]
    return sorted(fits, key=lambda job: (not job.action.fixes, job.name))[:1]


def _part_minutes(action: RepairAction, price: PriceList | None) -> float:
    """What the part costs, in minutes of work."""
    needs = action.part_minutes > 0.0
    if needs and price is not None and price.labour_per_hour and action.component in price.parts:
        return _PER_HOUR * sum(price.parts[action.component]) / 2 / price.labour_per_hour
    return action.part_minutes


def _ordered(knowledge: Knowledge, jobs: Sequence[_Job]) -> list[_Job]:
    """Clusters of jobs behind the same opening, cut where the chance per minute is highest; then all by that ratio."""
    clusters: dict[tuple[str, ...], list[_Job]] = {}
    for job in jobs:
        clusters.setdefault(job.action.opens, []).append(job)
    batches: list[tuple[float, str, list[_Job]]] = []
    for opens, members in clusters.items():
        members.sort(key=lambda job: (-job.suspect.probability / job.minutes, job.name))
        opening = sum(sum(knowledge.openings[name].minutes) / 2 for name in opens)
        ratios = []
        chance, minutes = 0.0, opening
        for job in members:
            chance, minutes = chance + job.suspect.probability, minutes + job.minutes
            ratios.append(chance / minutes)
        cut = ratios.index(max(ratios)) + 1
        batches.append((ratios[cut - 1], members[0].name, members[:cut]))
        batches += [(job.suspect.probability / job.minutes, job.name, [job]) for job in members[cut:]]
    after_opening = sorted(batches, key=lambda batch: (-batch[0], batch[1]))
    return [job for _, _, batch in after_opening for job in batch]


def _verify(action: RepairAction, ran: Collection[str]) -> tuple[str, ...]:
    """Probes of this run that have to pass after the action."""
    return tuple(probe for probe in ran if any(fnmatchcase(probe, pattern) for pattern in action.verify))


def time_of(knowledge: Knowledge, steps: Iterable[RepairStep]) -> Unknown | MinutesRange:
    """Hands-on minutes of all steps, each opening once."""
    chosen = list(steps)
    if not chosen:
        return NO_LABOUR
    openings = [knowledge.openings[name].minutes for step in chosen for name in step.opens]
    low = sum(step.minutes.low for step in chosen) + sum(minutes[0] for minutes in openings)
    high = sum(step.minutes.high for step in chosen) + sum(minutes[1] for minutes in openings)
    return MinutesRange(low=low, high=high)


def cost_of(
    knowledge: Knowledge, parts: Sequence[str], time: Unknown | MinutesRange, model: str
) -> Unknown | CostRange:
    """Parts and labour in the shop's prices; unknown, with the reason, as long as one of them is."""
    if isinstance(time, Unknown):
        return NO_PRICE
    price = _price_list(knowledge.prices, model)
    if price is None:
        return NO_PRICE
    if price.labour_per_hour is None:
        return Unknown(reason="no_labour_price")
    if any(part not in price.parts for part in parts):
        return Unknown(reason="no_price_of_part")
    low, high = (price.labour_per_hour * minutes / _PER_HOUR for minutes in (time.low, time.high))
    return CostRange(
        low=low + sum(price.parts[part][0] for part in parts),
        high=high + sum(price.parts[part][1] for part in parts),
        currency=price.currency,
    )


def _price_list(prices: Mapping[str, PriceList], model: str) -> PriceList | None:
    for price in prices.values():
        if model and any(fnmatchcase(model, pattern) for pattern in price.models):
            return price
    return prices.get(_DEFAULT)
