"""Why this and not the rival: weights that add up, readings that would turn it, and the test that would settle it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np

from agent.localizer._belief import Belief, Bools, Floats
from agent.localizer._knowledge import Knowledge, Link, p_fail
from agent.localizer._noisy_or import Places
from agent.localizer._readings import readers
from reports import Contribution, Explanation, Flip

_LOG10: Final = float(np.log(10.0))
_TRIED: Final = 8
# Of the sets that were weighed, so many of the likeliest are explained: the others hold too little to be a rival.
_LIKELIEST: Final = 1000
_SETTLING: Final = 3
# A test settles something where the two explanations expect it to come out differently by at least this.
_APART: Final = 0.2
_FLIPPED_HIT: Final = (0.90, 0.01)
_FLIPPED_MISS: Final = (0.10, 0.98)


def explain(belief: Belief, knowledge: Knowledge, ran: Collection[str], *, sure: float) -> Explanation | None:
    """Set the likeliest explanation against the likeliest one that does not blame the same components.

    Args:
        belief: what is believed.
        knowledge: who reads what.
        ran: ids of the probes that ran.
        sure: probability at which a component is named.
    """
    likely = np.argsort(-belief.together, kind="stable")[:_LIKELIEST]
    members = belief.members_of(likely)
    leader = _components(belief, members[0])
    others = likely[~_blames(belief, members, leader)]
    if not leader or not len(others):
        return None
    pair = belief.posterior.members[[likely[0], others[0]]]
    likelihood = belief.model.network.likelihood(pair, belief.model.pairs)
    terms = 10.0 * np.log10(likelihood[0] / likelihood[1])
    odds = pair @ belief.model.network.log_odds
    prior = 10.0 * float(odds[0] - odds[1]) / _LOG10
    heavy = np.argsort(-np.abs(terms), kind="stable")
    return Explanation(
        best=_names(belief, pair[0]),
        rival=_names(belief, pair[1]),
        prior_decibans=prior,
        total_decibans=prior + float(terms.sum()),
        terms=tuple(_term(belief, int(number), float(terms[number])) for number in heavy),
        flips=_flips(belief, likely, heavy[:_TRIED].tolist(), sure),
        settle_with=_settling(belief, knowledge, pair, ran),
    )


def _components(belief: Belief, row: Bools) -> frozenset[str]:
    causes = belief.causes.values()
    return frozenset(cause.component for cause, there in zip(causes, row, strict=True) if there)


def _blames(belief: Belief, members: Bools, components: Collection[str]) -> Bools:
    """Which sets of causes blame all of these components."""
    owners = np.array([cause.component for cause in belief.causes.values()])
    ways = [members[:, owners == component].any(axis=1) for component in components]
    return np.asarray(np.all(ways, axis=0), dtype=np.bool_) if ways else np.ones(len(members), np.bool_)


def _names(belief: Belief, modes: Bools) -> tuple[str, ...]:
    names = list(belief.causes)
    return tuple(dict.fromkeys(names[owner] for owner in belief.model.owner[modes]))


def _term(belief: Belief, number: int, decibans: float) -> Contribution:
    seen = belief.observations[number]
    return Contribution(effect=seen.effect, seen=seen.seen is not None, decibans=decibans, evidence=seen.evidence[:2])


def _flips(belief: Belief, sets: Places, numbers: Sequence[int], sure: float) -> tuple[Flip, ...]:
    """Readings that the other way round would name another component, or none; by the likeliest sets alone."""
    weights = belief.together[sets] / belief.together[sets].sum()
    present = belief.model.network.present(belief.posterior.members[sets])
    blamed = _by_component(belief, belief.members_of(sets))
    first = _leader(blamed, weights, sure)
    found: list[Flip] = []
    for number in numbers:
        seen = belief.observations[number].seen is not None
        was, other = belief.model.pairs[number], np.array(_FLIPPED_MISS if seen else _FLIPPED_HIT)
        moved = weights * (other[1] + (other[0] - other[1]) * present[:, number])
        moved /= was[1] + (was[0] - was[1]) * present[:, number]
        instead = _leader(blamed, moved / moved.sum(), sure)
        if instead != first:
            found.append(Flip(effect=belief.observations[number].effect, seen=seen, instead=instead))
    return tuple(found)


def _by_component(belief: Belief, members: Bools) -> dict[str, Bools]:
    """Which of these sets blame a component, for all but what bench and environment can do."""
    causes = belief.causes.values()
    owners = np.array([cause.component for cause in causes])
    named = dict.fromkeys(cause.component for cause in causes if cause.kind != "nuisance")
    return {component: np.asarray(members[:, owners == component].any(axis=1)) for component in named}


def _leader(blamed: Mapping[str, Bools], weights: Floats, sure: float) -> str:
    """The component that these weights name; empty where none is likely enough."""
    shares = {component: float(weights[rows].sum()) for component, rows in blamed.items()}
    best = max(shares, key=shares.__getitem__, default="")
    return best if shares.get(best, 0.0) >= sure else ""


def _settling(belief: Belief, knowledge: Knowledge, pair: Bools, ran: Collection[str]) -> tuple[str, ...]:
    """Probes that did not run and that the two explanations expect to come out differently."""
    best, rival = (set(_names(belief, row)) for row in pair)
    apart: dict[str, float] = {}
    for effect in knowledge.effects.values():
        here, there = (max((_link(effect.caused_by, name) for name in names), default=0.0) for names in (best, rival))
        for probe in readers(effect):
            if probe not in ran and abs(here - there) >= _APART:
                apart[probe] = max(apart.get(probe, 0.0), abs(here - there))
    return tuple(sorted(apart, key=lambda probe: (-apart[probe], probe))[:_SETTLING])


def _link(links: dict[str, Link], name: str) -> float:
    return p_fail(links[name]) if name in links else 0.0
