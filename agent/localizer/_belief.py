"""How much to believe in each cause, given what was seen and what was looked for in vain.

Names on the outside, the engine of ``_noisy_or`` inside: knowledge becomes a network, observations become likelihood
pairs. Two observations of one effect are one reading, never two. A cause that comes and goes is several modes inside
and one cause outside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.localizer._knowledge import Cause, Effect, Knowledge, p_fail
from agent.localizer._noisy_or import Network, Places, Posterior, infer
from agent.localizer._priors import Mode, log_odds
from probes import SOFTWARE, Evidence, Strength, components

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# P(reading | effect present), P(reading | effect absent); a strong reading has the false alarm rate of its effect.
# Priors: our own assumption until benches have counted.
STRONG_HIT: Final = 0.90
_MODERATE: Final = (0.60, 0.08)
_WEAK: Final = (0.45, 0.25)
# A moderate reading is so much more often false than a strong one of the same effect, and at least so often.
_MODERATE_TIMES: Final = 5.0
_MODERATE_LEAST: Final = 0.002
_NOT_SEEN: Final = (0.10, 0.98)
# A finding whose code no knowledge file lists still points at its component, as a plain witness.
_UNLISTED_LEAK: Final = 0.02
_UNLISTED_PRIOR: Final = 0.01
# Links and leaks keep this far from 0 and 1: one wrong number must not veto a part for ever.
_EDGE: Final = 1e-4
# Readings that fit no set of causes better than this contradict each other.
CONTRADICTION: Final = 1e-6
_CLASH: Final = 0.2
# From this tolerance on, which belief is the strongest matters and its last digits do not: fewer sets are extended.
_ROUGH: Final = 1e-4
_FEW: Final = 40
_MANY: Final = 100
_NAMED: Final = 6
_TRIED: Final = 100


@dataclass(frozen=True, slots=True)
class Observation:
    """One effect that was looked at: how loudly it was seen, or ``None`` when it was not there.

    Attributes:
        pair: P(reading | effect present) and P(reading | effect absent) of a graded reading, in place of the usual.
        looks: how often it was looked for, where that was several times; something that comes and goes shows itself
            the sooner.
    """

    effect: str
    seen: Strength | None
    components: tuple[str, ...] = ()
    function: str = ""
    evidence: tuple[Evidence, ...] = ()
    pair: tuple[float, float] | None = None
    looks: int = 1


@dataclass(frozen=True, slots=True)
class Model:
    """Knowledge and observations as numbers.

    Attributes:
        owner: the cause of each row of the network, which has a row for each mode of it.
        pairs: likelihood pair of each observation, shape (observations, 2).
        effects: every effect, with those that only this run has.
    """

    causes: Mapping[str, Cause]
    effects: Mapping[str, Effect]
    observations: tuple[Observation, ...]
    network: Network
    owner: NDArray[np.intp]
    pairs: Floats


@dataclass(frozen=True, slots=True)
class Belief:
    """Posterior over causes.

    Attributes:
        causes: ids in the order of the rows below.
        marginals: P(cause is there), shape (causes,).
        nothing: P(no cause is there).
        decibans: evidence for each cause alone against nothing, shape (causes, observations).
        together: P of each set of causes that was weighed, shape (sets,); causes that nothing was read of are in none.
        model: the numbers behind it.
        posterior: the same for the modes of causes.
        clash: effects whose readings contradict each other, where no set of causes fits them.
    """

    causes: Mapping[str, Cause]
    observations: tuple[Observation, ...]
    marginals: Floats
    nothing: float
    decibans: Floats
    together: Floats
    model: Model
    posterior: Posterior
    clash: tuple[str, ...] = ()

    @property
    def priors(self) -> Floats:
        """P(cause is there) before anything was read, shape (causes,)."""
        odds = np.bincount(self.model.owner, np.exp(self.model.network.log_odds), minlength=len(self.causes))
        return np.asarray(odds / (1.0 + odds), dtype=np.float64)

    def members_of(self, sets: Places) -> Bools:
        """Which causes are in which of these sets, shape (sets, causes)."""
        first = np.searchsorted(self.model.owner, np.arange(len(self.causes)))
        return np.asarray(np.logical_or.reduceat(self.posterior.members[sets], first, axis=1), dtype=np.bool_)

    def of_component(self, component: str) -> float:
        """P(at least one cause of that component is there)."""
        return self.of_any(name for name, cause in self.causes.items() if cause.component == component)

    def of_kind(self, *kinds: str) -> float:
        """P(at least one cause of these kinds is there)."""
        return self.of_any(name for name, cause in self.causes.items() if cause.kind in kinds)

    def of_any(self, names: Iterable[str]) -> float:
        """P(at least one of these causes is there)."""
        wanted = set(names)
        rows = np.array([name in wanted for name in self.causes], dtype=np.bool_)
        return self.posterior.of_any(rows[self.model.owner])


def believe(
    knowledge: Knowledge,
    observations: Sequence[Observation],
    *,
    contexts: Collection[str] = (),
    tolerance: float = 1e-6,
) -> Belief:
    """Weigh the observations against the knowledge. Deterministic; no observation order matters.

    Args:
        knowledge: causes, effects and links.
        observations: what was looked at, each effect once.
        contexts: what is known of the phone before any test, by id.
        tolerance: share of the belief that larger sets of causes may hold and yet be left out.
    """
    model = model_of(knowledge, observations, contexts=contexts)
    rough = tolerance > _ROUGH
    posterior = infer(
        model.network, model.pairs, tolerance=tolerance, width=_FEW if rough else _MANY, whole=1 if rough else 2
    )
    count = len(model.causes)
    first = np.searchsorted(model.owner, np.arange(count))
    single = np.zeros((count + 1, len(model.owner)), dtype=np.bool_)
    single[np.arange(1, count + 1), first] = True
    likelihood = model.network.likelihood(single, model.pairs)
    return Belief(
        causes=model.causes,
        observations=model.observations,
        marginals=_marginals(posterior, model.owner, count),
        nothing=posterior.nothing,
        decibans=10 * np.log10(likelihood[1:] / likelihood[0]),
        together=posterior.weights,
        model=model,
        posterior=posterior,
        clash=_clash(model, posterior),
    )


def _marginals(posterior: Posterior, owner: Places, count: int) -> Floats:
    """P(cause is there): in a set that was weighed, or by itself."""
    causes = owner[posterior.columns]
    # two modes of one cause in one set are beside each other, and count once
    once = np.append(True, (np.diff(posterior.rows) != 0) | (np.diff(causes) != 0))[: len(causes)]
    missing = 1.0 - np.bincount(causes[once], posterior.weights[posterior.rows[once]], minlength=count)
    quiet = np.log1p(-np.where(posterior.alone, posterior.marginals, 0.0))
    lone = np.bincount(owner, quiet, minlength=count)
    return np.asarray(np.clip(1.0 - missing * np.exp(lone), 0.0, 1.0), dtype=np.float64)


def model_of(knowledge: Knowledge, observations: Sequence[Observation], *, contexts: Collection[str] = ()) -> Model:
    """Turn knowledge and observations into numbers."""
    usable = sorted((seen for seen in observations if _usable(knowledge, seen)), key=lambda seen: seen.effect)
    causes, effects = _with_unlisted(knowledge, usable)
    odds, modes = log_odds(causes, knowledge, contexts)
    links, leaks, masks = tables(
        [effects[seen.effect] for seen in usable], list(causes), modes, _looks(usable, effects, list(causes))
    )
    pairs = np.array([_reading(seen, effects[seen.effect]) for seen in usable], dtype=np.float64).reshape(-1, 2)
    owner = np.array([mode.cause for mode in modes], dtype=np.intp)
    return Model(causes, effects, tuple(usable), Network(odds, links, leaks, masks), owner, pairs)


def _looks(observations: Sequence[Observation], effects: Mapping[str, Effect], names: Sequence[str]) -> Floats:
    """How often each cause could have shown each effect, shape (causes, effects).

    What one probe reads in vain it reads at one look: the effects of a cause share it, or a chip that was away once
    would count as away as often as it has axes.
    """
    looks = np.tile(np.array([seen.looks for seen in observations], dtype=np.float64), (len(names), 1))
    at_once: dict[tuple[str, ...], list[int]] = {}
    for column, seen in enumerate(observations):
        readers = effects[seen.effect].readers
        if seen.seen is None and readers:
            at_once.setdefault(readers, []).append(column)
    number = {name: row for row, name in enumerate(names)}
    for columns in at_once.values():
        shown = Counter(name for column in columns for name in effects[observations[column].effect].caused_by)
        for name, count in shown.items():
            looks[number[name], columns] /= count
    return looks


def tables(
    effects: Sequence[Effect], names: Sequence[str], modes: Sequence[Mode], looks: Floats
) -> tuple[Floats, Floats, Floats]:
    """Links, leaks and masks of effects, by mode of a cause; the word of a link includes the leak (Henrion's form).

    ``looks`` is how often a cause could have shown an effect, shape (causes, effects).
    """
    number = {name: row for row, name in enumerate(names)}
    links, masks = np.zeros((len(names), len(effects))), np.zeros((len(names), len(effects)))
    leaks = np.array([effect.leak for effect in effects])
    for column, effect in enumerate(effects):
        for name, link in effect.caused_by.items():
            links[number[name], column] = (p_fail(link) - effect.leak) / (1 - effect.leak)
        for name, link in effect.masked_by.items():
            masks[number[name], column] = p_fail(link)
    owner = np.array([mode.cause for mode in modes], dtype=np.intp)
    there = np.array([mode.activation for mode in modes])[:, None]
    links, masks = np.clip(links, 0.0, 1 - _EDGE)[owner], np.clip(masks, 0.0, 1 - _EDGE)[owner]
    comes = there < 1.0
    return (
        np.where(comes, 1.0 - (1.0 - there * links) ** looks[owner], links),
        leaks,
        np.where(comes, there * masks, masks),
    )


def _reading(seen: Observation, effect: Effect) -> tuple[float, float]:
    """P(reading | effect present), P(reading | effect absent)."""
    if seen.pair is not None:
        return seen.pair
    if seen.seen is None:
        return _NOT_SEEN
    if seen.seen is Strength.STRONG:
        return STRONG_HIT, effect.false_alarm
    if seen.seen is Strength.WEAK:
        return _WEAK
    hit, false_alarm = _MODERATE
    return hit, min(false_alarm, max(_MODERATE_LEAST, _MODERATE_TIMES * effect.false_alarm))


def _clash(model: Model, posterior: Posterior) -> tuple[str, ...]:
    """Where no set of causes explains the readings together: those that the best one explains worst."""
    best = np.argsort(-posterior.weights, kind="stable")[:_TRIED]
    if not len(model.observations):
        return ()
    fits = model.network.likelihood(posterior.members[best], model.pairs) / model.pairs.max(axis=1)
    totals = np.log(fits).sum(axis=1)
    top = int(totals.argmax())
    if totals[top] >= np.log(CONTRADICTION):
        return ()
    worst = np.argsort(fits[top], kind="stable")[:_NAMED]
    return tuple(model.observations[number].effect for number in worst if fits[top, number] < _CLASH)


def _usable(knowledge: Knowledge, seen: Observation) -> bool:
    return seen.effect in knowledge.effects or (seen.seen is not None and bool(seen.components))


def _with_unlisted(
    knowledge: Knowledge, observations: Sequence[Observation]
) -> tuple[dict[str, Cause], dict[str, Effect]]:
    causes, effects = dict(knowledge.causes), dict(knowledge.effects)
    for seen in observations:
        if seen.effect in effects:
            continue
        same: list[str] = []
        for component in seen.components:
            known = [name for name, cause in causes.items() if cause.component == component]
            if not known:
                known = [f"unlisted_{component.lower()}"]
                causes[known[0]] = _unlisted_cause(component, seen.function)
            same += known
        effects[seen.effect] = Effect(
            leak=_UNLISTED_LEAK,
            caused_by=dict.fromkeys(same, "sometimes"),
            source="prior: no knowledge file lists this finding",
            en=seen.effect,
            zh=seen.effect,
        )
    return causes, effects


def _unlisted_cause(component: str, function: str) -> Cause:
    return Cause(
        component=component,
        kind="software" if component == SOFTWARE else "part",
        function=function,
        prior=_UNLISTED_PRIOR,
        source="prior: no knowledge file lists this component",
        en="a fault of this part",
        zh=components()[component].zh,
    )
