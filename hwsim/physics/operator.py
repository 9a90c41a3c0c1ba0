"""The person at the bench: does what is asked, takes a human time for it and makes human mistakes, all from a seed.

Times are lognormal around a median for each kind of action, as manual tasks are; a mistake is another action than
the asked one (the neighbouring key), none at all (overlooked), or the wrong answer to a question.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

_MEDIAN_S = {
    "press": 2.2,
    "swipe_grid": 9.0,
    "plug": 5.5,
    "unplug": 2.5,
    "insert_sim": 28.0,
    "place": 4.5,
    "cover": 3.0,
    "hold_magnet": 4.0,
    "uncover": 2.0,
    "take_photo": 11.0,
    "headset": 6.0,
    "switch_off": 15.0,
    "answer": 3.5,
    "look": 7.0,
}
_SIGMA = 0.35
_NEIGHBOURS = {"volume_up": "volume_down", "volume_down": "volume_up", "power": "volume_down"}


@dataclass(frozen=True)
class Deed:
    """One thing done: what it became (None: overlooked), how long it took and whether it was a mistake."""

    what: str | None
    took_s: float
    mistake: bool


class Operator:
    """One person; two of the same seed do the same in the same order."""

    def __init__(self, seed: int, *, mistake_ratio: float = 0.02, pace_ratio: float = 1.0) -> None:
        """Take a seed, the share of actions that go wrong and how slow the person is (1: the usual)."""
        self._rng = Random(f"operator/{seed}")
        self._mistake_ratio = mistake_ratio
        self._pace_ratio = pace_ratio

    def delay_s(self, action: str) -> float:
        """Return how long this one action takes; raises KeyError for an unknown one."""
        median_s = _MEDIAN_S[action] * self._pace_ratio
        return median_s * math.exp(_SIGMA * self._rng.gauss(0.0, 1.0))

    def does(self, action: str, what: str) -> Deed:
        """Return what becomes of a request; a slip goes to the neighbour where there is one, else nothing happens."""
        took_s = self.delay_s(action)
        if self._rng.random() >= self._mistake_ratio:
            return Deed(what, took_s, mistake=False)
        return Deed(_NEIGHBOURS.get(what) if self._rng.random() < 0.5 else None, took_s, mistake=True)

    def answers(self, *, truth: bool, action: str = "answer") -> tuple[bool, float]:
        """Return the answer to a yes-no question about what is so, and how long it took."""
        took_s = self.delay_s(action)
        return truth != (self._rng.random() < self._mistake_ratio), took_s

    def sees(self, ratio: float, *, action: str = "look") -> tuple[bool, float]:
        """Return whether a damage is reported that a careful look finds with chance ``ratio`` (0: there is none).

        A mistake also reports damage that is not there: a reflection, dirt.
        """
        noticed = ratio > 0 and self._rng.random() < ratio
        return self.answers(truth=noticed, action=action)


def median_s(action: str) -> float:
    """Return the median time of a kind of action; raises KeyError for an unknown one."""
    return _MEDIAN_S[action]


def spread() -> float:
    """Return the standard deviation of the logarithm of the times."""
    return _SIGMA


def known_actions() -> tuple[str, ...]:
    """Return what an operator can be asked to do."""
    return tuple(_MEDIAN_S)
