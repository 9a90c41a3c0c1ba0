"""Prior odds: what is common, what this phone's history makes likelier, and causes that come and go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.localizer._knowledge import Cause, Knowledge
from probes import BadInput, show

Floats = NDArray[np.float64]

_PROBABLE: Final = 0.5
_STEPS: Final = 60


@dataclass(frozen=True, slots=True)
class Mode:
    """One way for a cause to be there: always (activation 1), or now and then."""

    cause: int
    activation: float
    share: float


def contexts_of(knowledge: Knowledge, model: str) -> tuple[str, ...]:
    """Contexts that hold for a phone by its model name alone."""
    fits = (name for name, context in knowledge.contexts.items() if _fits(model, context.models))
    return tuple(fits)


def _fits(model: str, patterns: Collection[str]) -> bool:
    return bool(model) and any(fnmatchcase(model, pattern) for pattern in patterns)


def log_odds(
    causes: Mapping[str, Cause], knowledge: Knowledge, contexts: Collection[str]
) -> tuple[Floats, tuple[Mode, ...]]:
    """Logarithm of the prior odds of every mode, and the modes, those of one cause beside each other.

    The odds are scaled down, all alike, where parts and programs leave fewer phones without a fault than come to the
    bench.

    Raises:
        BadInput: a context that the knowledge does not have.
    """
    odds = np.array([cause.prior / (1.0 - cause.prior) for cause in causes.values()])
    real = np.array([cause.kind != "nuisance" for cause in causes.values()], dtype=np.bool_)
    odds *= _scale(odds[real], knowledge.shop.no_fault_ratio)
    unknown = sorted(set(contexts) - set(knowledge.contexts))
    if unknown:
        raise BadInput(f"no knowledge file has this history of a phone: {show(', '.join(unknown), 100)}")
    for name in contexts:
        factors = knowledge.contexts[name].odds
        odds *= [factors.get(key, factors.get(cause.component, 1.0)) for key, cause in causes.items()]
    modes = [mode for row, name in enumerate(causes) for mode in _modes(row, knowledge, name)]
    owner = np.array([mode.cause for mode in modes], dtype=np.intp)
    share = np.array([mode.share for mode in modes])
    return np.log(odds[owner] * share), tuple(modes)


def _modes(row: int, knowledge: Knowledge, name: str) -> list[Mode]:
    comes = knowledge.intermittent.get(name)
    if comes is None:
        return [Mode(row, 1.0, 1.0)]
    each = comes.share / len(comes.activation)
    return [Mode(row, 1.0, 1.0 - comes.share), *(Mode(row, activation, each) for activation in comes.activation)]


def _scale(odds: Floats, no_fault_ratio: float | None) -> float:
    """Factor on the odds that leaves at least that share of phones without a fault; never above 1."""
    if no_fault_ratio is None or np.log1p(odds).sum() <= -np.log(no_fault_ratio):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = _PROBABLE * (low + high)
        if np.log1p(odds * middle).sum() > -np.log(no_fault_ratio):
            high = middle
        else:
            low = middle
    return low
