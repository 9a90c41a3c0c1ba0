"""The matrices of the sweep tracker: for each block of a sweep, an orthonormal base of what it may contain."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import scipy.linalg

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
    """The blocks and matrices of a sweep (about 80 bytes for each of its samples); faded ends are left out."""
    blocks: list[Block] = []
    reads: list[Float] = []
    rate = sweep.rate_hz
    at = math.ceil(sweep.fade_in_s * rate)
    end = sweep.count - math.ceil(sweep.fade_out_s * rate)
    while at < end:
        hz = float(sweep.frequency_hz(at / rate))
        count = max(LEAST_SAMPLES, math.ceil(max(sweep.octave_s * BLOCK_OCTAVES, LEAST_CYCLES / hz) * rate))
        if at + count > end:
            break
        block, read = _block(sweep, at, count)
        blocks.append(block)
        reads.append(read)
        at += count
    read = np.reshape(reads, (-1, COLUMNS, COLUMNS))
    power = np.sum(read**2, axis=1)
    spare = np.array([block.count - len(block.base) for block in blocks])
    spread = np.sqrt((power[:, COSINES] + power[:, SINES]) / (2.0 * spare[:, np.newaxis]))
    return Plan(sweep, _together(blocks), read, spread)


def _together(blocks: list[Block]) -> tuple[Block, ...]:
    """The same blocks with their bases in one large array, which the system can keep in large pages."""
    store = np.empty(sum(block.base.size for block in blocks), dtype=np.float32)
    moved, at = [], 0
    for block in blocks:
        base = store[at : at + block.base.size].reshape(block.base.shape)
        base[:] = block.base
        moved.append(replace(block, base=base))
        at += base.size
    return tuple(moved)


def _block(sweep: Sweep, start: int, count: int) -> tuple[Block, Float]:
    """A block's base (column 0 the constant, then for each order cosine and sine with their bends) and its reading."""
    rate = sweep.rate_hz
    times_s = (start + np.arange(count)) / rate
    middle_s = (start + (count - 1) / 2.0) / rate
    place = (times_s - middle_s) * (2.0 * rate / count)
    phase, envelope = sweep.phase_rad(times_s), sweep.envelope(times_s)
    last_hz = float(sweep.frequency_hz(times_s[-1]))
    orders = max(1, min(HIGHEST_ORDER, math.floor(HIGHEST_SHARE * rate / last_hz)))
    columns = [np.full(count, sweep.amplitude)]
    for order in range(1, orders + 1):
        cosine, sine = envelope * np.cos(order * phase), envelope * np.sin(order * phase)
        for power in range(DEGREES.get(order, 0) + 1):
            columns += [cosine * place**power, sine * place**power]
    base, upper = np.linalg.qr(np.stack(columns, axis=1))
    read = np.full((COLUMNS, COLUMNS), np.nan)
    width = len(upper)
    read[:, :width] = 0.0
    read[:width, :width] = scipy.linalg.solve_triangular(upper, np.eye(width)).T
    block = Block(
        start=start,
        count=count,
        frequency_hz=float(sweep.frequency_hz(middle_s)),
        base=np.ascontiguousarray(base.T, dtype=np.float32),
    )
    return block, read
