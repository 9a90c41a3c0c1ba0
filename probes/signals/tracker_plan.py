"""The matrices of the sweep tracker: for each block of a sweep, an orthonormal base of what it may contain.

Method: least squares through a QR decomposition of each block's signals, made once for a sweep; the bases are
kept in single precision, orthonormal within 1e-6.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from probes.signals._validity import Float, Float32
from probes.signals.sweep import HIGHEST_ORDER, Sweep

BLOCK_OCTAVES = 1.0 / 12.0
LEAST_CYCLES = 3.0
"""Cycles of the fundamental in the shortest block: fewer cannot tell the harmonics apart."""
LEAST_SAMPLES = 128
HIGHEST_SHARE = 0.49
"""Harmonics above this share of the sampling rate are not there to be seen."""
DEGREES = {1: 2, 2: 1, 3: 1}
"""How far the amplitude of an order may bend within a block (2 a parabola, 1 a slope); 0 for the others."""
COSINES = np.array([1, 7, 11, 15, 17])
"""The column of each order's cosine."""
SINES = COSINES + 1
COLUMNS = 19


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One block of a plan: where it lies in the sweep, an orthonormal base of its signals and how to read it."""

    start: int
    count: int
    frequency_hz: float
    base: Float32
    """(columns, count): multiplied with the samples it gives the projections."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """All blocks of one sweep, in order."""

    sweep: Sweep
    blocks: tuple[Block, ...]
    read: Float
    """(blocks, COLUMNS, COLUMNS): projections times this are amplitudes; NaN for orders above half the rate."""
    spread: Float
    """(blocks, orders): the root of the residual's energy times this is the standard deviation of an amplitude."""

    @property
    def nbytes(self) -> int:
        """The memory that the matrices take."""
        return sum(block.base.nbytes for block in self.blocks) + self.read.nbytes


@lru_cache(maxsize=2)
def plan(sweep: Sweep) -> Plan:
    """The blocks and matrices of a sweep (about 65 bytes for each of its samples); faded ends are left out."""
    spans = _spans(sweep)
    widths = [_width(_orders(sweep, start + count - 1)) for start, count in spans]
    # One large array for all bases, which the system can keep in large pages; made at once, so that none is held twice.
    store = np.empty(sum(width * count for width, (_, count) in zip(widths, spans, strict=True)), dtype=np.float32)
    blocks, at = [], 0
    read = np.full((len(spans), COLUMNS, COLUMNS), np.nan)
    for (start, count), width, how in zip(spans, widths, read, strict=True):
        base = store[at : at + width * count].reshape(width, count)
        at += base.size
        _fill(base, how, sweep, start)
        hz = float(sweep.frequency_hz((start + (count - 1) / 2.0) / sweep.rate_hz))
        blocks.append(Block(start=start, count=count, frequency_hz=hz, base=base))
    power = np.sum(read**2, axis=1)
    spare = np.array([block.count - len(block.base) for block in blocks])
    spread = np.sqrt((power[:, COSINES] + power[:, SINES]) / (2.0 * spare[:, np.newaxis]))
    return Plan(sweep, tuple(blocks), read, spread)


def _spans(sweep: Sweep) -> list[tuple[int, int]]:
    """First sample and length of each block."""
    spans: list[tuple[int, int]] = []
    rate = sweep.rate_hz
    at = math.ceil(sweep.fade_in_s * rate)
    end = sweep.count - math.ceil(sweep.fade_out_s * rate)
    while at < end:
        hz = float(sweep.frequency_hz(at / rate))
        count = max(LEAST_SAMPLES, math.ceil(max(sweep.octave_s * BLOCK_OCTAVES, LEAST_CYCLES / hz) * rate))
        if at + count > end:
            break
        spans.append((at, count))
        at += count
    return spans


def _orders(sweep: Sweep, last: int) -> int:
    """How many harmonics, the fundamental among them, a block may hold that ends with sample ``last``."""
    last_hz = float(sweep.frequency_hz(last / sweep.rate_hz))
    return max(1, min(HIGHEST_ORDER, math.floor(HIGHEST_SHARE * sweep.rate_hz / last_hz)))


def _width(orders: int) -> int:
    return 1 + sum(2 * (DEGREES.get(order, 0) + 1) for order in range(1, orders + 1))


def _fill(base: Float32, read: Float, sweep: Sweep, start: int) -> None:
    """A block's base (first the constant, then for each order cosine and sine with their bends) and its reading."""
    rate, (width, count) = sweep.rate_hz, base.shape
    times_s = (start + np.arange(count)) / rate
    middle_s = (start + (count - 1) / 2.0) / rate
    place = (times_s - middle_s) * (2.0 * rate / count)
    phase, envelope = sweep.phase_rad(times_s), sweep.envelope(times_s)
    columns = np.empty((count, width))
    columns[:, 0] = sweep.amplitude
    at = 1
    for order in range(1, _orders(sweep, start + count - 1) + 1):
        cosine, sine = envelope * np.cos(order * phase), envelope * np.sin(order * phase)
        for power in range(DEGREES.get(order, 0) + 1):
            columns[:, at], columns[:, at + 1] = cosine * place**power, sine * place**power
            at += 2
    orthonormal, upper = np.linalg.qr(columns)
    base[:] = orthonormal.T
    read[:, :width] = 0.0
    read[:width, :width] = np.linalg.solve(upper, np.eye(width)).T  # an upper triangle: elimination changes nothing
