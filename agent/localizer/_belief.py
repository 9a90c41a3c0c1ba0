r"""How much to believe in each cause, given what was seen and what was looked for in vain.

Two layers, leaky noisy-OR: an effect e is present under a set of causes h with
:math:`P(e|h) = 1 - (1 - leak_e) \prod_{i \in h} (1 - s_{ie})`, and a reading of it has a likelihood pair (if
present, if absent). All sets of at most two causes are enumerated. Two observations of one effect are one reading,
never two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.localizer._knowledge import P_FAIL, Cause, Effect, Knowledge
from probes import SOFTWARE, Evidence, Strength, components

Floats = NDArray[np.float64]

# P(reading | effect present), P(reading | effect absent); a strong reading has the false alarm rate of its effect.
# Priors: our own assumption until benches have counted.
_STRONG_HIT: Final = 0.90
_MODERATE: Final = (0.60, 0.08)
_WEAK: Final = (0.45, 0.25)
_NOT_SEEN: Final = (0.10, 0.98)
# A finding whose code no knowledge file lists still points at its component, as a plain witness.
_UNLISTED_LEAK: Final = 0.02
_UNLISTED_PRIOR: Final = 0.01


@dataclass(frozen=True, slots=True)
class Observation:
    """One effect that was looked at: how loudly it was seen, or ``None`` when it was not there."""

    effect: str
    seen: Strength | None
    components: tuple[str, ...] = ()
    function: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Belief:
    """Posterior over causes.

    Attributes:
        causes: ids in the order of the rows below.
        marginals: P(cause is there), shape (causes,).
        nothing: P(no cause is there).
        decibans: evidence for each cause against nothing, shape (causes, observations).
        together: for each pair list, P of each hypothesis, shape (hypotheses,).
        members: which causes are in which hypothesis, shape (hypotheses, causes).
    """

    causes: Mapping[str, Cause]
    observations: tuple[Observation, ...]
    marginals: Floats
    nothing: float
    decibans: Floats
    together: Floats
    members: NDArray[np.bool_]

    def of_component(self, component: str) -> float:
        """P(at least one cause of that component is there)."""
        rows = np.array([cause.component == component for cause in self.causes.values()])
        return float(min(1.0, self.together[self.members[:, rows].any(axis=1)].sum()))


def believe(knowledge: Knowledge, observations: Sequence[Observation]) -> Belief:
    """Weigh the observations against the knowledge. Deterministic; no observation order matters."""
    usable = sorted((seen for seen in observations if _usable(knowledge, seen)), key=lambda seen: seen.effect)
    causes, effects = _with_unlisted(knowledge, usable)
    names = list(causes)
    links = _links(names, [effects[seen.effect] for seen in usable])
    leaks = np.array([effects[seen.effect].leak for seen in usable])
    pairs = np.array([_reading(seen, effects[seen.effect]) for seen in usable]).reshape(-1, 2)
    members = _hypotheses(len(names))
    priors = np.array([causes[name].prior for name in names])
    log_prior = members @ np.log(priors / (1 - priors))
    likelihood = _likelihood(members, links, leaks, pairs)
    log_posterior = log_prior + np.log(likelihood).sum(axis=1)
    weights = np.exp(log_posterior - log_posterior.max())
    together = weights / weights.sum()
    alone = likelihood[1 : len(names) + 1]
    return Belief(
        causes=causes,
        observations=tuple(usable),
        marginals=together @ members,
        nothing=float(together[0]),
        decibans=10 * np.log10(alone / likelihood[0]),
        together=together,
        members=members,
    )


def _reading(seen: Observation, effect: Effect) -> tuple[float, float]:
    """P(reading | effect present), P(reading | effect absent)."""
    if seen.seen is None:
        return _NOT_SEEN
    if seen.seen is Strength.STRONG:
        return _STRONG_HIT, effect.false_alarm
    return _MODERATE if seen.seen is Strength.MODERATE else _WEAK


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


def _links(names: Sequence[str], effects: Sequence[Effect]) -> Floats:
    """Noisy-OR link strengths, shape (causes, effects): s = (p_fail - leak) / (1 - leak)."""
    links = np.zeros((len(names), len(effects)))
    row = {name: number for number, name in enumerate(names)}
    for column, effect in enumerate(effects):
        for name, word in effect.caused_by.items():
            links[row[name], column] = (P_FAIL[word] - effect.leak) / (1 - effect.leak)
    return links


def _hypotheses(causes: int) -> NDArray[np.bool_]:
    """Membership of no cause, each cause alone, and each pair: shape (1 + n + n(n-1)/2, n)."""
    pairs = list(combinations(range(causes), 2))
    members = np.zeros((1 + causes + len(pairs), causes), dtype=np.bool_)
    members[1 : causes + 1] = np.eye(causes, dtype=np.bool_)
    if pairs:
        rows = np.arange(causes + 1, len(members))
        first, second = np.array(pairs).T
        members[rows, first] = members[rows, second] = True
    return members


def _likelihood(members: NDArray[np.bool_], links: Floats, leaks: Floats, pairs: Floats) -> Floats:
    """P(reading of each effect | hypothesis), shape (hypotheses, effects)."""
    absent = (1 - leaks) * np.exp(members @ np.log1p(-links))
    return pairs[:, 0] * (1 - absent) + pairs[:, 1] * absent
