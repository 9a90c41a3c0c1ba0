r"""The engine: posterior over sets of causes in a two-layer leaky noisy-OR with masks and soft readings.

An effect e is present under a set of causes h with

.. math:: P(e|h) = \Bigl(1 - (1 - leak_e) \prod_{i \in h} (1 - s_{ie})\Bigr) \prod_{i \in h} (1 - mask_{ie})

and its readings have one likelihood pair (if present, if absent). Readings that are certain and negative are linear and
go into the odds; causes that no other reading touches are solved in closed form; of the rest, all sets of two are
enumerated and the best of them extended by one cause at a time. Knows numbers only, no names and no phones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]

# A likelihood never falls below this, so that one impossible reading vetoes nothing
# for ever and logarithms stay finite.
_FLOOR: Final = 1e-18
# Sets less likely than this share of the tolerance are weighed and not told.
_UNTOLD: Final = 1e-2
# Up to so many entangled causes every set is weighed: 4096 at most.
_FEW: Final = 12
# Sets of a size that are extended, times the square of the causes: the fewer the causes, the more sets.
_WORK: Final = 400_000
_CERTAIN: Final = 1.0 - 1e-12
# Seed of the random numbers that name a set by the sum of its members; any other does as well.
_HASH_SEED: Final = 20_260_101
# Factors of at least _FLOOR that can be multiplied before a float underflows.
_BLOCK: Final = 16


@dataclass(frozen=True, slots=True)
class Network:
    """Causes, effects and how they hang together.

    Attributes:
        log_odds: natural logarithm of each cause's prior odds, shape (causes,).
        links: noisy-OR strengths s (Diez's form: the leak is not included), shape (causes, effects).
        leaks: probability of each effect without any cause, shape (effects,).
        masks: probability that a cause hides an effect, shape (causes, effects).
    """

    log_odds: Floats
    links: Floats
    leaks: Floats
    masks: Floats

    @classmethod
    def of(cls, priors: ArrayLike, leaks: ArrayLike, links: ArrayLike, masks: ArrayLike | None = None) -> Self:
        """Build a network from probabilities.

        Raises:
            ValueError: shapes do not fit, a number is no probability, or a prior is 0 or 1.
        """
        prior, leak = (np.asarray(part, dtype=np.float64).reshape(-1) for part in (priors, leaks))
        shape = (len(prior), len(leak))
        link = np.asarray(links, dtype=np.float64).reshape(shape)
        mask = np.zeros(shape) if masks is None else np.asarray(masks, dtype=np.float64).reshape(shape)
        for part in (prior, leak, link, mask):
            if not bool(np.all((part >= 0.0) & (part <= 1.0))):
                raise ValueError("a probability lies between 0 and 1")
        if bool(np.any((prior <= 0.0) | (prior >= 1.0))):
            raise ValueError("a prior of 0 or 1 could never be changed by any evidence")
        link, leak, mask = (np.minimum(part, _CERTAIN) for part in (link, leak, mask))
        return cls(np.log(prior) - np.log1p(-prior), link, leak, mask)

    def present(self, members: Bools) -> Floats:
        """P(effect | set of causes), shape (sets, effects)."""
        weights = members.astype(np.float64)
        absent = (1.0 - self.leaks) * np.exp(weights @ np.log1p(-self.links))
        shown = np.exp(weights @ np.log1p(-self.masks))
        return np.asarray((1.0 - absent) * shown, dtype=np.float64)

    def likelihood(self, members: Bools, pairs: ArrayLike) -> Floats:
        """P(readings of an effect | set of causes), shape (sets, effects); ``pairs`` as for ``infer``."""
        pair = np.asarray(pairs, dtype=np.float64).reshape(-1, 2)
        return np.asarray(pair[:, 1] + (pair[:, 0] - pair[:, 1]) * self.present(members), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is believed after the readings.

    Attributes:
        marginals: P(cause is there), shape (causes,).
        members: the sets of causes that were weighed, shape (sets, causes); the first is the empty one.
        weights: P(exactly this set, among the causes that are not alone), shape (sets,); they add up to 1.
        alone: causes that no reading entangles with others: they are in no set, and independent of all.
        rows, columns: where ``members`` is true, set by set: few places of many.
        tail: probability of the largest sets that were weighed: how much may still lie beyond them.
    """

    marginals: Floats
    members: Bools
    weights: Floats
    alone: Bools
    rows: Places
    columns: Places
    tail: float

    @property
    def nothing(self) -> float:
        """P(no cause at all)."""
        return float(self.weights[0] * np.prod(1.0 - self.marginals[self.alone]))

    def of_any(self, causes: Bools) -> float:
        """P(at least one of these causes is there)."""
        without = np.ones(len(self.weights), dtype=np.bool_)
        without[self.rows[causes[self.columns]]] = False
        none = self.weights[without].sum()
        return float(min(1.0, max(0.0, 1.0 - none * np.prod(1.0 - self.marginals[self.alone & causes]))))


def infer(
    network: Network, pairs: ArrayLike, *, width: int = 100, most: int = 7, tolerance: float = 1e-9, whole: int = 2
) -> Posterior:
    """Posterior over the causes of a network. Deterministic.

    Args:
        network: causes and effects.
        pairs: for each effect P(its readings | present) and P(its readings | absent), shape (effects, 2), not both 0;
            (1, 1) where nothing was read. Only their ratio counts.
        width: how many sets of each size are extended, at least; more where there are few causes.
        most: size of the largest sets; with few causes all are weighed.
        tolerance: stop when the sets of a size hold less than this share.
        whole: up to this size all sets are weighed; 1 for a rough answer.

    Raises:
        ValueError: a pair is negative, not finite, or (0, 0).
    """
    pair = np.asarray(pairs, dtype=np.float64).reshape(len(network.leaks), 2)
    if not bool(np.all(np.isfinite(pair) & (pair >= 0.0))) or bool(np.any(pair.sum(axis=1) <= 0.0)):
        raise ValueError("a likelihood pair holds two numbers from 0 up, not both 0")
    pair = np.divide(pair, pair.max(axis=1, keepdims=True)) if len(pair) else pair
    masked = (network.masks > 0.0).any(axis=0)
    linear = (pair[:, 0] == 0.0) & ~masked
    odds = network.log_odds + np.log1p(-network.links[:, linear]).sum(axis=1)
    open_ = ~linear & (pair[:, 0] != pair[:, 1])
    linked: Bools = (network.links[:, open_] > 0.0) | (network.masks[:, open_] > 0.0)
    touched = np.asarray(linked.any(axis=1), dtype=np.bool_)
    search = _Search(network, odds, pair, np.flatnonzero(touched), np.flatnonzero(open_))
    count = int(touched.sum())
    if whole > 1:
        width = max(width, _WORK // max(1, count) ** 2)
        if count <= _FEW:
            most = whole = count
    sets, scores, tail = search.run(width, most, tolerance, whole)
    weights = np.exp(scores - scores.max())
    weights /= weights.sum()
    told = weights > tolerance * _UNTOLD
    told[0] = True
    weights = weights[told] / weights[told].sum()
    members = sets[told]
    if not touched.all():
        members = np.zeros((len(weights), len(odds)), dtype=np.bool_)
        members[:, touched] = sets[told]
    rows, columns = np.nonzero(members)
    in_sets = np.bincount(columns, weights[rows], minlength=len(odds))
    marginals = np.where(touched, in_sets, 1.0 / (1.0 + np.exp(-odds)))
    return Posterior(np.clip(marginals, 0.0, 1.0), members, weights, ~touched, rows, columns, tail)


class _Search:
    """Sets of the entangled causes, by size; each level's best are the parents of the next."""

    def __init__(
        self, network: Network, odds: Floats, pair: Floats, causes: NDArray[np.intp], open_: NDArray[np.intp]
    ) -> None:
        self._odds = odds[causes]
        self._keep = 1.0 - network.links[np.ix_(causes, open_)]
        self._show = 1.0 - network.masks[np.ix_(causes, open_)]
        self._quiet = 1.0 - network.leaks[open_]
        self._absent = pair[open_, 1]
        self._step = pair[open_, 0] - pair[open_, 1]
        touch = (self._keep < 1.0) | (self._show < 1.0)
        self._touched = [np.flatnonzero(row) for row in touch]
        self._masks = [bool((self._show[i, columns] < 1.0).any()) for i, columns in enumerate(self._touched)]
        self._any_mask = any(self._masks)
        self._names = np.random.default_rng(_HASH_SEED).integers(1, 2**63, size=len(causes), dtype=np.uint64)

    def run(self, width: int, most: int, tolerance: float, whole: int) -> tuple[Bools, Floats, float]:
        """All sets that were weighed, the logarithm of their weights, and the share of the last level."""
        count = len(self._odds)
        level = np.zeros((1, count), dtype=np.bool_)
        scores = self._score(level)
        sets, logs, tail = [level], [scores], 0.0
        for size in range(1, min(most, count) + 1):
            if size > whole:
                best = np.argsort(-scores, kind="stable")[:width]
                level, scores = level[best], scores[best]
            level, scores = self._extend(level, scores)
            sets.append(level)
            logs.append(scores)
            top = max(float(part.max(initial=-np.inf)) for part in logs)
            masses = [float(np.exp(part - top).sum()) for part in logs]
            tail = masses[-1] / sum(masses)
            if size >= 2 and tail < tolerance:
                break
        return np.concatenate(sets), np.concatenate(logs), tail

    def _state(self, level: Bools) -> tuple[Floats, Floats]:
        """P(nothing causes the effect) and P(nothing hides it), by set and effect."""
        weights = level.astype(np.float64)
        absent = self._quiet * np.exp(weights @ np.log(self._keep))
        shown = np.exp(weights @ np.log(self._show)) if self._any_mask else np.ones_like(absent)
        return absent, shown

    def _score(self, level: Bools) -> Floats:
        absent, shown = self._state(level)
        likely = np.maximum(self._absent + self._step * (1.0 - absent) * shown, _FLOOR)
        return np.asarray(level @ self._odds + _log_product(likely), dtype=np.float64)

    def _extend(self, parents: Bools, scores: Floats) -> tuple[Bools, Floats]:
        """Each parent with one cause more, every set once."""
        absent, shown = self._state(parents)
        likely = np.maximum(self._absent + self._step * (1.0 - absent) * shown, _FLOOR)
        count, causes = parents.shape
        gains = np.empty((count, causes))
        for cause, columns in enumerate(self._touched):
            gone = absent[:, columns] * self._keep[cause, columns]
            there = 1.0 - gone
            there *= shown[:, columns]
            if self._masks[cause]:
                there *= self._show[cause, columns]
            there *= self._step[columns]
            there += self._absent[columns]
            np.maximum(there, _FLOOR, out=there)
            gains[:, cause] = _log_product(there) - _log_product(likely[:, columns])
        gains += self._odds + scores[:, None]
        fresh = ~parents
        names = (parents * self._names).sum(axis=1, dtype=np.uint64)[:, None] + self._names[None, :]
        _, first = np.unique(names[fresh], return_index=True)
        rows, added = np.nonzero(fresh)
        first.sort()
        rows, added = rows[first], added[first]
        level = parents[rows]
        level[np.arange(len(rows)), added] = True
        return level, gains[rows, added]


def _log_product(values: Floats) -> Floats:
    """Sum of the logarithms of each row: products of a few factors first, as a logarithm costs as much as ten."""
    rows, columns = values.shape
    blocks = -(-columns // _BLOCK)
    whole = np.ones((rows, blocks * _BLOCK))
    whole[:, :columns] = values
    products = whole.reshape(rows, blocks, _BLOCK).prod(axis=2)
    return np.asarray(np.log(products).sum(axis=1), dtype=np.float64)
