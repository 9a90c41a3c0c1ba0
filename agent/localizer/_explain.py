"""Why this and not the rival: weights that add up, readings that would turn it, and the test that would settle it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from agent.localizer._belief import Belief, Bools, Floats
from agent.localizer._knowledge import Knowledge, Link, p_fail
from agent.localizer._noisy_or import Posterior, infer
from reports import Contribution, Explanation, Flip

_LOG10: Final = float(np.log(10.0))
_TRIED: Final = 8
# Of the sets that were weighed, so many of the likeliest are looked through for the rival.
_LIKELIEST: Final = 1000
# Log odds of a cause that is left out: low enough to be in no set, and no float overflows.
_NEVER: Final = -200.0
# A reading that sets the best against the rival by less than this (decibans) turns nothing.
_HEAVY: Final = 3.0
_SETTLING: Final = 3
# A test settles something where the two explanations expect it to come out differently by at least this.
_APART: Final = 0.2
_FLIPPED_HIT: Final = (0.90, 0.01)
_FLIPPED_MISS: Final = (0.10, 0.98)


def explain(belief: Belief, knowledge: Knowledge, ran: Collection[str], *, of: str, sure: float) -> Explanation | None:
    """Set the likeliest explanation that blames a component against the likeliest one that does not.

    Args:
        belief: what is believed.
        knowledge: who reads what.
        ran: ids of the probes that ran.
        of: the component that the conclusion speaks of.
        sure: told probability at which a component is named.
    """
    likely = np.argsort(-belief.together, kind="stable")[:_LIKELIEST]
    blamed = _blames(belief, belief.members_of(likely), of)
    if not blamed.any():
        return None
    best = belief.posterior.members[likely[blamed][0]]
    others = likely[~blamed]
    rival = belief.posterior.members[others[0]] if len(others) else _without(belief, of)
    pair = np.array([best, rival])
    likelihood = belief.model.network.likelihood(pair, belief.model.pairs)
    terms = 10.0 * np.log10(likelihood[0] / likelihood[1])
    odds = pair @ belief.model.network.log_odds
    prior = 10.0 * float(odds[0] - odds[1]) / _LOG10
    heavy = np.argsort(-np.abs(terms), kind="stable")
    turning = [number for number in heavy[:_TRIED] if abs(terms[number]) >= _HEAVY]
    return Explanation(
        best=_names(belief, pair[0]),
        rival=_names(belief, pair[1]),
        prior_decibans=prior,
        total_decibans=prior + float(terms.sum()),
        terms=tuple(_term(belief, int(number), float(terms[number])) for number in heavy),
        flips=tuple(_flips(belief, turning, knowledge.calibration.believed(sure))),
        settle_with=_settling(belief, knowledge, pair, ran),
    )


def _blames(belief: Belief, members: Bools, component: str) -> Bools:
    """Which sets of causes blame a component."""
    owners = np.array([cause.component for cause in belief.causes.values()])
    return np.asarray(members[:, owners == component].any(axis=1), dtype=np.bool_)


def _without(belief: Belief, component: str) -> Bools:
    """The likeliest modes that do not blame a component, where no such set was worth weighing."""
    model = belief.model
    odds = np.where(_rows(belief, component), _NEVER, model.network.log_odds)
    posterior = _roughly(belief, model.pairs, odds)
    return np.asarray(posterior.members[int(posterior.weights.argmax())], dtype=np.bool_)


def _roughly(belief: Belief, pairs: Floats, log_odds: Floats) -> Posterior:
    return infer(replace(belief.model.network, log_odds=log_odds), pairs, tolerance=1e-3, width=40, whole=1)


def _names(belief: Belief, modes: Bools) -> tuple[str, ...]:
    names = list(belief.causes)
    return tuple(dict.fromkeys(names[owner] for owner in belief.model.owner[modes]))


def _term(belief: Belief, number: int, decibans: float) -> Contribution:
    seen = belief.observations[number]
    return Contribution(effect=seen.effect, seen=seen.seen is not None, decibans=decibans, evidence=seen.evidence[:2])


def _flips(belief: Belief, numbers: Sequence[int], sure: float) -> Iterator[Flip]:
    """Readings that the other way round would name another component, or none: each is tried."""
    first = _named(belief, belief.posterior, sure)
    for number in numbers:
        reading = belief.observations[number]
        seen, pairs = reading.seen is not None, belief.model.pairs.copy()
        pairs[number] = _FLIPPED_MISS if seen else _FLIPPED_HIT
        instead = _named(belief, _roughly(belief, pairs, belief.model.network.log_odds), sure)
        if instead != first:
            yield Flip(effect=reading.effect, seen=seen, instead=instead)


def _named(belief: Belief, posterior: Posterior, sure: float) -> str:
    """The component that is named, of all but what bench and environment can do; empty where none is likely enough."""
    best, most = "", 0.0
    for component in dict.fromkeys(cause.component for cause in belief.causes.values() if cause.kind != "nuisance"):
        rows = _rows(belief, component)
        # the sum is a bound, and much cheaper
        share = posterior.of_any(rows) if float(posterior.marginals[rows].sum()) >= sure else 0.0
        if share >= sure and share > most:
            best, most = component, share
    return best


def _rows(belief: Belief, component: str) -> Bools:
    """Which modes are of this component."""
    ours = np.array([cause.component == component for cause in belief.causes.values()], dtype=np.bool_)
    return np.asarray(ours[belief.model.owner], dtype=np.bool_)


def _settling(belief: Belief, knowledge: Knowledge, pair: Bools, ran: Collection[str]) -> tuple[str, ...]:
    """Probes that did not run and that the two explanations expect to come out differently."""
    best, rival = (set(_names(belief, row)) for row in pair)
    apart: dict[str, float] = {}
    for effect in knowledge.effects.values():
        here, there = (max((_link(effect.caused_by, name) for name in names), default=0.0) for names in (best, rival))
        for probe in effect.readers:
            if probe not in ran and abs(here - there) >= _APART:
                apart[probe] = max(apart.get(probe, 0.0), abs(here - there))
    return tuple(sorted(apart, key=lambda probe: (-apart[probe], probe))[:_SETTLING])


def _link(links: dict[str, Link], name: str) -> float:
    return p_fail(links[name]) if name in links else 0.0
