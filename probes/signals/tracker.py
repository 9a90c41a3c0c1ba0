"""The block least-squares tracker: frequency response, harmonics H2..H5, THD and the residual of a sweep recording.

Method: linear least squares. In each block (a twelfth of an octave, longer at low frequencies) the recording is fitted
by cosines and sines of the sweep's own phase and of its multiples, with amplitudes that may bend (fundamental) or lean
(H2, H3) within the block, and a constant. Whatever is left is the residual: rub and buzz, noise, glitches, harmonics
above the fifth. No Fourier transform of the recording is made: two products of small matrices per block do it for all
channels, and because each block only looks at the sweep's present frequency, reflections that come more than some
milliseconds late fall out of the high frequencies. The matrices depend on the sweep alone; `plan` keeps those of the
last two sweeps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from probes.signals._channels import TINY, Complex, Reasons, raw_channels, whole
from probes.signals._validity import Float, Judged, Reason, Samples, WrongShape, nan_like
from probes.signals.delay import find_sweep, profile
from probes.signals.sweep import HIGHEST_ORDER, Sweep
from probes.signals.tracker_plan import COLUMNS, COSINES, SINES, Plan, plan

TIMES_STD = 4.0
"""A fundamental below this many standard deviations is not there."""
LEAST_COHERENT = 0.5
"""Below this, reflections are as strong as the sound itself, and its delay moves with them."""
LEAST_TURN = 0.02
"""A delay that turns the fundamental by less than this (rad) over half a block leaves -120 dB of residual."""
STEP_S = 1.5e-3
"""A delay that steps by more than this within an octave has lost or gained samples."""
SLIP_BLOCKS = 6
SLIP_CYCLES = 2.0
FULL_SCALE = 0.9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Track(Judged):
    """What a sweep recording says at each block's frequency; C channels, B blocks, NaN where nothing can be said.

    Attributes:
        frequency_hz: (B,) what the sweep played in the middle of the block.
        response: (C, B) complex gain from the stimulus (its samples) to the recording (full scale 1.0), the delay
            taken out; its phase is that of a sine.
        response_std_ratio: (C, B) the magnitude's standard deviation as a share of it, from the residual (white).
        harmonic_ratio: (C, 4, B) amplitudes of H2..H5 over that of the fundamental; NaN above half the rate.
        harmonic_std_ratio: (C, 4, B) the standard deviation of each, also the floor below which it says nothing.
        residual_rms: (C, B) what no harmonic explains, full scale 1.0.
        fundamental_rms: (C, B) the same for the fundamental.
        peak: (C,) the largest sample, full scale 1.0.
        delay_s: (C,) from the start of the recording to the start of the sweep.
        drift_s: (B,) how the delay moved over the sweep, all channels alike (clock, group delay).
    """

    frequency_hz: Float
    response: Complex
    response_std_ratio: Float
    harmonic_ratio: Float
    harmonic_std_ratio: Float
    residual_rms: Float
    fundamental_rms: Float
    peak: Float
    delay_s: Float
    drift_s: Float
    channel_reasons: tuple[Reasons, ...] = ()

    @property
    def gain_db(self) -> Float:
        """(C, B) the frequency response in dB re the stimulus."""
        level: Float = 20.0 * np.log10(np.abs(self.response) + TINY)
        return level

    @property
    def thd_ratio(self) -> Float:
        """(C, B) root of the summed squares of H2..H5 over the fundamental; harmonics above half the rate left out."""
        squares = np.nansum(self.harmonic_ratio**2, axis=1)
        return np.where(np.isfinite(self.harmonic_ratio).any(axis=1), np.sqrt(squares), np.nan)

    @property
    def residual_ratio(self) -> Float:
        """(C, B) the residual's rms over the fundamental's."""
        return self.residual_rms / (self.fundamental_rms + TINY)

    @property
    def thd_noise_ratio(self) -> Float:
        """(C, B) THD+N: harmonics and residual together over the fundamental."""
        squares = np.nansum(self.harmonic_ratio**2, axis=1)
        total: Float = np.sqrt(squares + self.residual_ratio**2)
        return total


def track(recording: Samples, sweep: Sweep, *, delay_s: float | Float | None = None, max_delay_s: float = 0.6) -> Track:
    """Measure response, harmonics and residual of each channel of a sweep recording.

    Args:
        recording: (channels, samples) or (samples,); int16 is full scale 1.0; at the sweep's rate.
        sweep: what was played.
        delay_s: when the sweep starts in the recording, one number or one per channel; found when None, with its drift.
        max_delay_s: how far to look for it.

    Returns:
        A `Track`. A channel in which the sweep is not found is `TOO_NOISY`, one whose delay steps has `LOST_SAMPLES`.
        Response and harmonics of a closed-form signal come out to about 1e-6; a delay that is wrong by 5 samples at
        48 kHz costs below 0.05 dB at 15 kHz.
    """
    sound, scale = raw_channels(recording)
    made = plan(sweep)
    channels, blocks = len(sound), len(made.blocks)
    moments = np.array([(block.start + block.count / 2.0) / sweep.rate_hz for block in made.blocks])
    drift = np.zeros(blocks)
    reasons: list[Reasons] = [()] * channels
    if blocks == 0 or sound.shape[-1] < made.blocks[0].count:
        short = (Reason.EMPTY if sound.shape[-1] == 0 else Reason.TOO_SHORT,)
        return _blank(made, tuple([short] * channels))
    if delay_s is None:
        late, drift, reasons = _aligned(sound, sweep, moments, max_delay_s)
    else:
        given = np.asarray(delay_s, dtype=np.float64)
        if given.shape not in {(), (channels,)} or not np.isfinite(given).all():
            raise WrongShape(f"delay_s must be one finite number or one for each of the {channels} channels")
        late = given + np.zeros(channels)
    sums = _project(sound, made, late, drift)
    return _read(made, sums, scale=scale, late=late, drift=drift, reasons=reasons)


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Projections (B, C, columns) in samples' own units, residual energy and peak (B, C)."""

    projections: Float
    energy: Float
    peak: Float


def _project(sound: npt.NDArray[Any], made: Plan, late: Float, drift: Float) -> _Sums:
    """Fit all blocks. The residual is subtracted sample by sample: a difference of energies would drown in rounding."""
    channels, samples = sound.shape
    projections = np.zeros((len(made.blocks), channels, COLUMNS), dtype=np.float32)
    energy, high, low = (np.zeros((len(made.blocks), channels), dtype=np.float32) for _ in range(3))
    begins = _starts(made, np.nan_to_num(late), drift) + np.array([[block.start] for block in made.blocks])
    counts = np.array([[block.count] for block in made.blocks])
    outside = (begins < 0) | (begins + counts > samples)
    at = np.clip(begins, 0, np.maximum(samples - counts, 0))
    together = (np.ptp(at, axis=1) == 0).tolist()
    room = model = np.empty((0, 0), dtype=np.float32)
    with np.errstate(invalid="ignore", over="ignore"):  # NaN and infinities in a channel are named afterwards
        for index in np.flatnonzero(~outside.all(axis=1)).tolist():
            base, starts = made.blocks[index].base, at[index].tolist()
            count = base.shape[-1]
            if room.shape[-1] != count:
                room, model = np.empty((2, channels, count), dtype=np.float32)
            if together[index]:
                room[:] = sound[:, starts[0] : starts[0] + count]
            else:
                for row, channel, start in zip(room, sound, starts, strict=True):
                    row[:] = channel[start : start + count]
            room.max(axis=1, out=high[index])
            room.min(axis=1, out=low[index])
            found = room @ base.T
            room -= np.matmul(found, base, out=model)
            np.vecdot(room, room, out=energy[index])
            projections[index, :, : len(base)] = found
    energy[outside] = np.nan
    return _Sums(projections.astype(np.float64), energy.astype(np.float64), np.maximum(high, -low).astype(np.float64))


def _starts(made: Plan, late: Float, drift: Float) -> npt.NDArray[np.int64]:
    """(B, C) delays in samples; blocks in which the channels' differences turn no phase to speak of share one."""
    rate = made.sweep.rate_hz
    starts = np.round((late + drift[:, np.newaxis]) * rate).astype(np.int64)
    hz = np.array([block.frequency_hz for block in made.blocks])
    lengths_s = np.array([block.count for block in made.blocks]) / rate
    turn = np.pi * hz / made.sweep.growth_s * lengths_s * np.ptp(starts, axis=1) / rate
    alike = turn < LEAST_TURN
    starts[alike] = starts[alike].mean(axis=1, keepdims=True).astype(np.int64)
    return starts


def _read(made: Plan, sums: _Sums, *, scale: float, late: Float, drift: Float, reasons: list[Reasons]) -> Track:
    """Turn projections into gains, ratios and their standard deviations."""
    rate = made.sweep.rate_hz
    hz = np.array([block.frequency_hz for block in made.blocks])
    with np.errstate(invalid="ignore", over="ignore"):
        amplitudes = np.matmul(sums.projections, made.read) * scale
    values = (amplitudes[:, :, SINES] + 1j * amplitudes[:, :, COSINES]).transpose(1, 2, 0)
    stds = (np.sqrt(sums.energy) * scale)[:, :, np.newaxis] * made.spread[:, np.newaxis, :]
    stds = stds.transpose(1, 2, 0)
    there = np.abs(values[:, 0]) > TIMES_STD * stds[:, 0]
    slipped = _slipped(hz, np.where(there, values[:, 0], np.nan))
    judged = tuple(why or _denied(sums, slipped, there, channel) for channel, why in enumerate(reasons))
    bad = np.array([bool(why) for why in judged])[:, np.newaxis]
    first = np.where(there & ~bad, np.abs(values[:, 0]), np.nan)
    late_s = np.where(bad, 0.0, late[:, np.newaxis]) + drift - _starts(made, np.nan_to_num(late), drift).T / rate
    counts = np.array([block.count for block in made.blocks])
    residual = np.where(bad.T, np.nan, np.sqrt(sums.energy / counts[:, np.newaxis])).T * scale
    peak = np.where(bad[:, 0], np.nan, np.max(np.where(np.isfinite(sums.peak), sums.peak, 0.0), axis=0) * scale)
    return Track(
        frequency_hz=hz,
        response=np.where(np.isnan(first), np.nan, values[:, 0] * np.exp(2j * np.pi * hz * late_s)),
        response_std_ratio=stds[:, 0] / first,
        harmonic_ratio=np.abs(values[:, 1:]) / first[:, np.newaxis],
        harmonic_std_ratio=stds[:, 1:] / first[:, np.newaxis],
        residual_rms=residual,
        fundamental_rms=first * (made.sweep.amplitude / math.sqrt(2.0)),
        peak=peak,
        delay_s=np.where(bad[:, 0], np.nan, late),
        drift_s=drift,
        channel_reasons=judged,
        reasons=whole(judged),
        remarks=(Reason.CLIPPED,) if bool((peak >= FULL_SCALE).any()) else (),
    )


def _slipped(hz: Float, response: Complex) -> npt.NDArray[np.bool_]:
    """Channels in which a stretch of half an octave lags by one constant time of many periods: no device does that."""
    if len(hz) < SLIP_BLOCKS + 1:
        return np.zeros(len(response), dtype=np.bool_)
    turns = np.angle(response[:, 1:] * response[:, :-1].conj()) / (2.0 * np.pi)
    lag_s = sliding_window_view(-turns / np.diff(hz), SLIP_BLOCKS, axis=1)
    cycles = np.abs(lag_s.mean(axis=-1)) * hz[: lag_s.shape[1]]
    alike = np.ptp(lag_s, axis=-1) < 0.2 * np.abs(lag_s.mean(axis=-1))
    slipped: npt.NDArray[np.bool_] = (alike & (cycles > SLIP_CYCLES)).any(axis=1)
    return slipped


def _denied(sums: _Sums, slipped: npt.NDArray[np.bool_], sounding: npt.NDArray[np.bool_], channel: int) -> Reasons:
    energy, peak = sums.energy[:, channel], sums.peak[:, channel]
    if not np.isfinite(peak[np.isfinite(sums.energy).any(axis=1)]).all() or np.isinf(energy).any():
        return (Reason.NOT_FINITE,)
    covered = np.isfinite(energy)
    if not covered.any():
        return (Reason.TOO_SHORT,)
    if not peak[covered].any():
        return (Reason.ALL_ZERO,)
    if not sounding[channel].any():
        return (Reason.TOO_NOISY,)
    return (Reason.LOST_SAMPLES,) if slipped[channel] else ()


def _aligned(
    sound: npt.NDArray[Any], sweep: Sweep, moments: Float, max_delay_s: float
) -> tuple[Float, Float, list[Reasons]]:
    """Delay of each channel, the common drift at each block, and the reasons of channels where none is found."""
    start = find_sweep(sound, sweep, max_delay_s=max_delay_s)
    late, reasons = start.delay_s, list(start.channel_reasons)
    if not np.isfinite(late).any():
        return late, np.zeros(len(moments)), reasons
    octaves = math.log2(sweep.stop_hz / sweep.start_hz)
    at_hz = sweep.stop_hz / 2.0 ** np.arange(min(octaves, 3.0) / 1.5, 0.0, -min(octaves, 3.0) / 2.0)
    found, when_s = profile(
        sound, sweep, late, at_hz=at_hz, window_s=0.2 * sweep.octave_s, reach_s=0.005, least_coherent=LEAST_COHERENT
    )
    if np.isnan(found[:, -1]).any():  # silent there, or much later than 5 ms
        far = find_sweep(sound, sweep, max_delay_s=max_delay_s, around_hz=float(at_hz[-1]))
        again = np.where(far.coherent_ratio >= LEAST_COHERENT, far.delay_s, np.nan)
        found[:, -1] = np.where(np.isnan(found[:, -1]), again, found[:, -1])
    sure = np.where(start.coherent_ratio >= LEAST_COHERENT, late, np.nan)
    if _stepped(np.column_stack([sure, found])):
        reasons = [why or (Reason.LOST_SAMPLES,) for why in reasons]
    heard = np.isfinite(late)
    late[heard] = np.nanmedian(np.column_stack([late, found])[heard], axis=1)  # one window may follow a reflection
    moved = found - late[:, np.newaxis]
    known = np.isfinite(moved).any(axis=0)
    if not known.any():
        return late, np.zeros(len(moments)), reasons
    return late, np.interp(moments, when_s[known], np.nanmedian(moved[:, known], axis=0)), reasons


def _stepped(delays: Float) -> bool:
    """Whether most channels step alike: a reflection that outshouts the sound does so in one."""
    for steps in np.diff(delays, axis=1).T:
        known = steps[np.isfinite(steps)]
        if (
            2 * len(known) >= len(steps)
            and bool((np.abs(known) > STEP_S).all())
            and float(np.ptp(known)) < STEP_S / 2.0
        ):
            return True
    return False


def _blank(made: Plan, reasons: tuple[Reasons, ...]) -> Track:
    channels, blocks = len(reasons), len(made.blocks)
    wide, deep, few = nan_like(channels, blocks), nan_like(channels, HIGHEST_ORDER - 1, blocks), nan_like(channels)
    return Track(
        frequency_hz=np.array([block.frequency_hz for block in made.blocks]),
        response=wide.astype(np.complex128),
        response_std_ratio=wide,
        harmonic_ratio=deep,
        harmonic_std_ratio=deep,
        residual_rms=wide,
        fundamental_rms=wide,
        peak=few,
        delay_s=few,
        drift_s=np.zeros(blocks),
        channel_reasons=reasons,
        reasons=whole(reasons),
    )
