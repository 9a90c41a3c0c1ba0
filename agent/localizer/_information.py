"""How many bits a test is worth: mutual information between its readings and the sets of causes. Numbers only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.localizer._noisy_or import Floats, Network, Posterior

# Sets of causes less likely than this, or beyond so many, do not change which test is best.
_LIKELY: Final = 1e-6
_SETS: Final = 500
# Tests with at most so many readings are weighed exactly; the bound of the others is their sum.
_EXACT: Final = 4


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings that could be taken.

    Attributes:
        network: links, leaks and masks of the effects that they read, causes as in the posterior.
        sensitivity: P(reading says so | effect present), shape (readings,).
        false_alarm: P(reading says so | effect absent), shape (readings,).
    """

    network: Network
    sensitivity: Floats
    false_alarm: Floats


def expected_bits(posterior: Posterior, readings: Readings, tests: Sequence[Sequence[int]]) -> Floats:
    """Bits that each test is expected to give; a test takes several readings at once.

    Causes that are alone in the posterior are taken into account one at a time.
    """
    weights, base = _sets(posterior, readings)
    singles = [number for number, test in enumerate(tests) if len(test) == 1]
    bits = np.zeros(len(tests))
    bits[singles] = _single(weights, base, readings, posterior, [tests[number][0] for number in singles])
    for number, test in enumerate(tests):
        if len(test) > 1:
            joint = _Joint(readings, posterior, np.asarray(test, dtype=np.intp))
            bits[number] = joint.bits(weights, base)
    return np.maximum(bits, 0.0)


def _sets(posterior: Posterior, readings: Readings) -> tuple[Floats, tuple[Floats, Floats]]:
    """The likely sets: their weights, and by set and reading P(nothing causes it) and P(nothing hides it)."""
    best = np.argsort(-posterior.weights, kind="stable")[:_SETS]
    best = best[posterior.weights[best] > _LIKELY]
    members = posterior.members[best].astype(np.float64)
    network = readings.network
    absent = (1.0 - network.leaks) * np.exp(members @ np.log1p(-network.links))
    shown = np.exp(members @ np.log1p(-network.masks))
    weights = posterior.weights[best]
    return weights / weights.sum(), (absent, shown)


def _entropy(share: Floats) -> Floats:
    """Bits of a yes that comes with that probability."""
    inside = np.clip(share, 1e-12, 1.0 - 1e-12)
    return np.asarray(-(inside * np.log2(inside) + (1.0 - inside) * np.log2(1.0 - inside)), dtype=np.float64)


def _single(
    weights: Floats, base: tuple[Floats, Floats], readings: Readings, posterior: Posterior, columns: Sequence[int]
) -> Floats:
    """Bits of tests of one reading each, all at once."""
    chosen = np.asarray(columns, dtype=np.intp)
    network, alone = readings.network, posterior.alone
    linked = (network.links[:, chosen] > 0.0) | (network.masks[:, chosen] > 0.0)
    cause, place = np.nonzero(linked & alone[:, None])
    cause = np.concatenate([np.full(len(chosen), -1), cause])
    place = np.concatenate([np.arange(len(chosen)), place])
    column = chosen[place]
    keep = np.where(cause < 0, 1.0, 1.0 - network.links[cause, column])
    show = np.where(cause < 0, 1.0, 1.0 - network.masks[cause, column])
    share = np.where(cause < 0, 1.0, _odds(posterior.marginals[cause]))
    share /= np.bincount(place, share, minlength=len(chosen))[place]
    says = _says(base[0][:, column] * keep, base[1][:, column] * show, readings, column)
    mean = np.asarray(np.bincount(place, share * (weights @ says), minlength=len(chosen)), dtype=np.float64)
    rest = np.bincount(place, share * (weights @ _entropy(says)), minlength=len(chosen))
    return np.asarray(_entropy(mean) - rest, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Joint:
    """One test of several readings."""

    readings: Readings
    posterior: Posterior
    columns: NDArray[np.intp]

    def bits(self, weights: Floats, base: tuple[Floats, Floats]) -> float:
        """What the test is expected to give."""
        weight, says = self._says(weights, base)
        rest = float(weight @ _entropy(says).sum(axis=1))
        count = len(self.columns)
        if count > _EXACT:
            kinds = float(-(weight[weight > 0] * np.log2(weight[weight > 0])).sum())
            return min(float(_entropy(weight @ says).sum()) - rest, kinds)
        outcomes = np.array(list(product((True, False), repeat=count)))
        chances = np.array([float(weight @ np.where(outcome, says, 1.0 - says).prod(axis=1)) for outcome in outcomes])
        chances = chances[chances > 0.0]
        return float(-(chances * np.log2(chances)).sum()) - rest

    def _says(self, weights: Floats, base: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """Weight of each set with none or one of the lone causes, and P(each reading says so) under it."""
        links, masks = self.readings.network.links[:, self.columns], self.readings.network.masks[:, self.columns]
        touched = ((links > 0.0) | (masks > 0.0)).any(axis=1) & self.posterior.alone
        ones = np.ones((1, len(self.columns)))
        keep, show = np.concatenate([ones, 1.0 - links[touched]]), np.concatenate([ones, 1.0 - masks[touched]])
        share = np.concatenate([[1.0], _odds(self.posterior.marginals[touched])])
        weight = (weights[:, None] * (share / share.sum())).reshape(-1)
        absent = (base[0][:, None, self.columns] * keep).reshape(-1, len(self.columns))
        shown = (base[1][:, None, self.columns] * show).reshape(-1, len(self.columns))
        return weight, _says(absent, shown, self.readings, self.columns)


def _says(absent: Floats, shown: Floats, readings: Readings, column: NDArray[np.intp]) -> Floats:
    fa = readings.false_alarm[column]
    return np.asarray(fa + (readings.sensitivity[column] - fa) * (1.0 - absent) * shown, dtype=np.float64)


def _odds(share: Floats) -> Floats:
    inside = np.minimum(share, 1.0 - 1e-9)
    return np.asarray(inside / (1.0 - inside), dtype=np.float64)
