"""How a fault comes and goes: by chance, after a while of use, in the heat or in the cold."""

from __future__ import annotations

import random
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hwsim.faults.ailment import Ailment

_PERIODS_IN_CHUNK = 32


class Moment(NamedTuple):
    """A moment in a phone's life: since it came to the bench (negative: before), since use began, and how warm."""

    bench_s: float
    use_s: float
    cell_c: float


def duty_ratio(severity: float) -> float:
    """Return the share of time in which an intermittent fault is there."""
    return 0.08 + 0.62 * severity


def period_s(severity: float) -> float:
    """Return the mean time from one coming of an intermittent fault to the next."""
    return 60.0 + 240.0 * severity


def after_s(severity: float) -> float:
    """Return how long the phone is used before the fault comes."""
    return 1500.0 - 1200.0 * severity


def hot_from_c(severity: float) -> float:
    """Return the temperature of the cell from which the fault is there in the heat."""
    return 42.0 - 6.0 * severity


def cold_until_c(severity: float) -> float:
    """Return the temperature of the cell up to which the fault is there in the cold."""
    return 5.0 + 9.0 * severity


class Episodes:
    """When one ailment is there; the same for the same seed text at any time, whoever asks in whatever order.

    An intermittent fault is a telegraph process: exponential stays in both states, drawn anew from the seed for each
    chunk of time, so that no day has to be walked through to know its end.
    """

    def __init__(self, ailment: Ailment, seed: str) -> None:
        self._ailment = ailment
        self._seed = f"{seed}/{ailment.fault.id}/episodes"
        self._chunk: tuple[int, bool, list[float]] = (0, False, [])
        self._chunk_s = _PERIODS_IN_CHUNK * period_s(ailment.severity)

    def active(self, moment: Moment) -> bool:
        """Tell whether the fault is there."""
        severity = self._ailment.severity
        match self._ailment.when:
            case "intermittent":
                return self._telegraph(moment.bench_s)
            case "after_a_while":
                return moment.use_s >= after_s(severity)
            case "hot":
                return moment.cell_c >= hot_from_c(severity)
            case "cold":
                return moment.cell_c <= cold_until_c(severity)
            case _:
                return True

    def _telegraph(self, at_s: float) -> bool:
        number = int(at_s // self._chunk_s)
        if number != self._chunk[0] or not self._chunk[2]:
            self._chunk = self._draw(number)
        _, first, switches = self._chunk
        return first ^ bool(bisect_right(switches, at_s) % 2)

    def _draw(self, number: int) -> tuple[int, bool, list[float]]:
        chance = random.Random(f"{self._seed}/{number}")
        severity = self._ailment.severity
        duty, period = duty_ratio(severity), period_s(severity)
        first = state = chance.random() < duty
        at_s, end_s = number * self._chunk_s, (number + 1) * self._chunk_s
        switches = []
        while at_s < end_s:
            at_s += chance.expovariate(1.0 / (period * (duty if state else 1.0 - duty)))
            state = not state
            switches.append(at_s)
        return number, first, switches
