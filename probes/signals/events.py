"""Events in time: where their rate changes, and whether they come in a rhythm.

For crash storms, reconnects, thermal cycles: times of log lines become a few stretches of steady rate with exact
intervals. Stretches are found by the likelihood ratio of a Poisson process whose rate inside differs from that outside
(the scan statistic of M. Kulldorff, 1997), again within each part; the limit grows with the number of pairs compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import chdtri

from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    WrongValue,
    as_series,
    checked_number,
    flaws,
)

LEAST_EVENTS = 5
CANDIDATES = 256
"""Ends of stretches that are tried at once; more events are thinned, and the best ends then refined."""
MOST_DEPTH = 24
MOST_TRIALS = 20_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of steady rate: how many events, the rate and its 95 % interval (exact, Garwood 1936)."""

    start_s: float
    end_s: float
    count: int
    rate_hz: float
    rate_low_hz: float
    rate_high_hz: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates(Judged):
    """The stretches of steady rate, in order; one when the rate never changes."""

    stretches: tuple[Stretch, ...]
    count: int
    span_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm(Judged):
    """The strongest rhythm: ``period_s`` and its deviation, ``strength`` 0..1 and the ``chance`` that none is there."""

    period_s: float
    period_std_s: float
    strength: float
    chance: float


def rates(times_s: Samples, *, start_s: float | None = None, end_s: float | None = None, chance: float = 0.01) -> Rates:
    """Split the time between ``start_s`` and ``end_s`` into stretches of steady event rate.

    Args:
        times_s: (events,) in any order.
        start_s: when the watching began; the first event when None.
        end_s: when it ended; the last event when None.
        chance: how probable a false split of a steady process may be (about).

    Returns:
        `Rates`; fewer than five events are `TOO_SHORT`.
    """
    times = as_series(times_s, name="times_s")
    wrong = flaws(times, constant_is_bad=False)
    if wrong:
        return Rates(stretches=(), count=len(times), span_s=math.nan, reasons=wrong)
    first = float(times.min()) if start_s is None else checked_number(start_s, name="start_s")
    last = float(times.max()) if end_s is None else checked_number(end_s, name="end_s")
    if times.min() < first or times.max() > last:
        raise WrongValue("events lie outside the time that was watched")
    level = checked_number(chance, name="chance", above=1e-12, below=0.5)
    times = np.sort(times)
    span = last - first
    if len(times) < LEAST_EVENTS or span <= 0.0:
        return Rates(stretches=(), count=len(times), span_s=span, reasons=(Reason.TOO_SHORT,))
    cuts = sorted(set(_cuts(times, first, last, level, 0)))
    edges = np.array([first, *cuts, last])
    counts = np.histogram(times, edges)[0]
    made = [_stretch(*ends, int(n)) for ends, n in zip(pairwise(edges.tolist()), counts, strict=True)]
    return Rates(stretches=tuple(made), count=len(times), span_s=span)


def rhythm(times_s: Samples, *, shortest_s: float, longest_s: float, chance: float = 0.01) -> Rhythm:
    """Find the period at which events gather (Rayleigh's test over a grid of periods, as many trials as it has).

    A rhythm whose chance exceeds ``chance`` is `NOT_FOUND`. Periods above a third of the span cannot be seen.
    """
    times = as_series(times_s, name="times_s")
    low = checked_number(shortest_s, name="shortest_s", above=1e-9)
    high = checked_number(longest_s, name="longest_s", above=low)
    wrong = flaws(times, at_least=LEAST_EVENTS, constant_is_bad=False)
    blank = math.nan
    span = float(np.ptp(times)) if not wrong else 0.0
    high = min(high, span / 3.0)
    if wrong or high <= low:
        return Rhythm(
            period_s=blank, period_std_s=blank, strength=blank, chance=blank, reasons=wrong or (Reason.TOO_SHORT,)
        )
    trials = min(MOST_TRIALS, max(16, math.ceil(4.0 * span * (1.0 / low - 1.0 / high))))
    frequency = np.linspace(1.0 / high, 1.0 / low, trials)
    power = np.array(
        [_rayleigh(times, part) for part in np.array_split(frequency, max(1, trials // 256))], dtype=object
    )
    strength: Float = np.concatenate(list(power)).astype(np.float64)
    best = int(strength.argmax())
    top = float(strength[best])
    by_chance = min(1.0, trials * math.exp(-min(700.0, len(times) * top**2)))
    if by_chance > checked_number(chance, name="chance", above=0.0, below=1.0):
        return Rhythm(period_s=blank, period_std_s=blank, strength=top, chance=by_chance, reasons=(Reason.NOT_FOUND,))
    spread = math.sqrt(-2.0 * math.log(min(1.0 - 1e-12, top))) / (2.0 * math.pi)
    std_hz = math.sqrt(12.0 / len(times)) * spread / span
    return Rhythm(
        period_s=1.0 / float(frequency[best]),
        period_std_s=(std_hz + float(frequency[1] - frequency[0]) / 4.0) / float(frequency[best]) ** 2,
        strength=top,
        chance=by_chance,
    )


def _rayleigh(times: Float, frequency: Float) -> Float:
    """|mean of exp(2 pi i f t)| for each frequency."""
    strength: Float = np.abs(np.exp(2j * np.pi * frequency[:, np.newaxis] * (times - times[0])).mean(axis=1))
    return strength


def _cuts(times: Float, start: float, end: float, chance: float, depth: int) -> list[float]:
    """Ends of the stretch that differs most from its surroundings, and those within the parts."""
    inside = times[(times >= start) & (times <= end)]
    if len(inside) < LEAST_EVENTS or end <= start or depth > MOST_DEPTH:
        return []
    found = _scan(inside, start, end, chance)
    if found is None:
        return []
    edges = [start, *(edge for edge in found if start < edge < end), end]
    inner = [cut for a, b in pairwise(edges) for cut in _cuts(times, a, b, chance, depth + 1)]
    return [*edges[1:-1], *inner]


def _scan(times: Float, start: float, end: float, chance: float) -> tuple[float, float] | None:
    """The stretch whose rate differs most from the rest, when that is no chance; its ends lie between events."""
    count, span = len(times), end - start
    between = np.concatenate([[start], (times[1:] + times[:-1]) / 2.0, [end]])
    places = np.unique(np.linspace(0, count, min(count + 1, CANDIDATES)).round().astype(np.int64))
    best = _best_pair(between, places, count, span)
    reach = math.ceil(count / CANDIDATES)
    if reach > 1:
        fine = {place for edge in best[1:] for place in range(edge - 2 * reach, edge + 2 * reach + 1)}
        best = _best_pair(between, np.array(sorted(place for place in fine if 0 <= place <= count)), count, span)
    limit = math.log(max(count, 8) ** 2 / 2.0) + math.log(1.0 / chance)
    return (float(between[best[1]]), float(between[best[2]])) if best[0] > limit else None


def _best_pair(
    between: Float, places: np.ndarray[tuple[int], np.dtype[np.int64]], count: int, span: float
) -> tuple[float, int, int]:
    """Log likelihood ratio and ends (indices of ``between``) of the best stretch with its ends among ``places``."""
    first, last = places[:, np.newaxis], places[np.newaxis, :]
    number = (last - first).astype(np.float64)
    share = (between[last] - between[first]) / span
    allowed = (number >= 0) & (share > 0.0) & (share < 1.0) & ((number >= LEAST_EVENTS) | (number <= 1))
    expected = np.where(allowed, share * count, 1.0)
    rest = count - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = np.where(number > 0, number * np.log(number / expected), 0.0)
        outer = np.where(count > number, (count - number) * np.log((count - number) / rest), 0.0)
    ratio = np.where(allowed, inner + outer, -np.inf)
    at = np.unravel_index(int(ratio.argmax()), ratio.shape)
    return float(ratio[at]), int(places[at[0]]), int(places[at[1]])


def _stretch(start: float, end: float, count: int) -> Stretch:
    """The rate and its exact interval: chi-squared quantiles with 2 n and 2 n + 2 degrees of freedom."""
    span = end - start
    low = chdtri(2.0 * count, 0.975) / 2.0 if count else 0.0
    high = chdtri(2.0 * count + 2.0, 0.025) / 2.0
    return Stretch(start, end, count, count / span, float(low) / span, float(high) / span)
