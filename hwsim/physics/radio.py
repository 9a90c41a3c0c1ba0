"""Radio: what a phone's antennas bring in, as the levels that its modem and its radios report."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hwsim.physics.arrays import Floats
from hwsim.physics.filters import lag
from hwsim.physics.modes import between, fault_mode

THERMAL_DBM_HZ = -174.0
SUBCARRIER_HZ = 15e3
TRACKED_DBHZ = 10.0
"""Satellites under this are not tracked."""


@dataclass(frozen=True)
class Antenna:
    """The health of an antenna path: loss beyond a good one's, noise figure, and breaks of its spring contact."""

    loss_db: float = 0.0
    noise_figure_db: float = 6.0
    breaks_ratio: float = 0.0
    break_loss_db: float = 30.0

    def losses_db(self, count: int, *, step_s: float, rng: np.random.Generator) -> Floats:
        """Return the loss at each moment; a broken contact stays broken for some seconds."""
        if not self.breaks_ratio:
            return np.full(count, self.loss_db)
        wander = lag(rng.standard_normal(count), step_s=step_s, tau_s=4.0, start=0.0)
        return self.loss_db + np.where(_ranks(wander) < self.breaks_ratio, self.break_loss_db, 0.0)


@dataclass(frozen=True)
class Place:
    """The radio field where the phone lies: power of each source at a good antenna (dBm), interference and fading."""

    cell_dbm_per_subcarrier: float = -92.0
    interference_dbm_per_subcarrier: float = -112.0
    cell_load_ratio: float = 0.5
    wifi_dbm: float = -48.0
    bluetooth_dbm: float = -55.0
    satellite_dbm: float = -130.0
    fading_db: float = 1.5
    fading_tau_s: float = 3.0


@dataclass(frozen=True)
class CellSignal:
    """The levels of a cell as Android reports them, whole dB: reference power and quality, and signal to noise."""

    rsrp_dbm: Floats
    rsrq_db: Floats
    sinr_db: Floats
    rssi_dbm: Floats


ANTENNA = Antenna()
BENCH_PLACE = Place()


def cell_signal(
    antenna: Antenna,
    place: Place = BENCH_PLACE,
    *,
    count: int,
    step_s: float,
    rng: np.random.Generator,
    blocks: int = 50,
) -> CellSignal:
    """Return the levels of one LTE cell of ``blocks`` resource blocks over time.

    Reference quality follows its definition ``N*RSRP/RSSI`` (3GPP TS 36.214): the power of twelve subcarriers, loaded
    to ``cell_load_ratio``, with interference and noise.
    """
    loss = antenna.losses_db(count, step_s=step_s, rng=rng)
    rsrp = place.cell_dbm_per_subcarrier - loss + fading_db(place, count, step_s=step_s, rng=rng)
    noise_dbm = THERMAL_DBM_HZ + 10.0 * np.log10(SUBCARRIER_HZ) + antenna.noise_figure_db
    other_mw = _mw(place.interference_dbm_per_subcarrier - loss) + _mw(noise_dbm)
    per_block_mw = 12.0 * (place.cell_load_ratio * _mw(rsrp) + other_mw)
    return CellSignal(
        rsrp_dbm=np.clip(np.round(rsrp), -140.0, -44.0),
        rsrq_db=np.clip(np.round(10.0 * np.log10(_mw(rsrp) / per_block_mw)), -34.0, 3.0),
        sinr_db=np.clip(np.round(10.0 * np.log10(_mw(rsrp) / other_mw)), -20.0, 30.0),
        rssi_dbm=np.round(10.0 * np.log10(per_block_mw * blocks)),
    )


def level_dbm(
    antenna: Antenna,
    at_good_antenna_dbm: float,
    place: Place = BENCH_PLACE,
    *,
    count: int,
    step_s: float,
    rng: np.random.Generator,
) -> Floats:
    """Return the level that a Wi-Fi or Bluetooth radio reports over time, whole dBm, not under -110."""
    loss = antenna.losses_db(count, step_s=step_s, rng=rng)
    seen = at_good_antenna_dbm - loss + fading_db(place, count, step_s=step_s, rng=rng)
    return np.maximum(np.round(seen), -110.0)


def satellites_dbhz(
    antenna: Antenna, elevations_deg: Floats, place: Place = BENCH_PLACE, *, rng: np.random.Generator
) -> Floats:
    """Return carrier over noise density (dB-Hz) of satellites by elevation; what is under 10 is not tracked (NaN)."""
    pattern_db = 10.0 * np.log10(np.maximum(np.sin(np.radians(elevations_deg)), 0.05)) * 0.6
    seen = place.satellite_dbm + pattern_db - antenna.loss_db - (THERMAL_DBM_HZ + antenna.noise_figure_db - 4.0)
    seen = seen + rng.standard_normal(len(elevations_deg)) * 1.2
    return np.where(seen < TRACKED_DBHZ, np.nan, np.round(seen, 1))


def decibels(ratio: float) -> float:
    """Return a ratio of powers in dB."""
    return float(10.0 * np.log10(ratio))


def fading_db(place: Place, count: int, *, step_s: float, rng: np.random.Generator) -> Floats:
    """Return slow fading over time: Gaussian in dB with the place's spread, correlated over its time constant."""
    keep = float(np.exp(-step_s / place.fading_tau_s))
    spread = place.fading_db * float(np.sqrt((1.0 + keep) / (1.0 - keep)))
    start = place.fading_db * float(rng.standard_normal())
    return lag(rng.standard_normal(count) * spread, step_s=step_s, tau_s=place.fading_tau_s, start=start)


def _ranks(values: Floats) -> Floats:
    """Return the rank of each value as a share 0..1."""
    order = np.argsort(np.argsort(values))
    return order / max(len(values), 1)


def _mw(level_dbm: Floats | float) -> Floats:
    return np.asarray(10.0 ** (np.asarray(level_dbm) / 10.0), dtype=np.float64)


@fault_mode(
    "antenna.lossy",
    of=ANTENNA,
    fault_from=0.3,
    because="over 10 dB against a golden unit on the same fixture is beyond the way a phone is held",
)
def lossy(part: Antenna, severity: float) -> Antenna:
    """The coaxial plug is off or the antenna's foil is torn: only stray coupling is left."""
    return replace(part, loss_db=between(part.loss_db, 38.0, severity))


@fault_mode(
    "antenna.loose",
    of=ANTENNA,
    fault_from=0.1,
    because="a call drops when the level is away for seconds in every minute",
)
def loose(part: Antenna, severity: float) -> Antenna:
    """A spring contact between board and frame is bent and opens with every flex."""
    return replace(part, breaks_ratio=0.7 * severity)


@fault_mode(
    "antenna.receiver_deaf",
    of=ANTENNA,
    fault_from=0.4,
    because="10 dB of noise figure take the edge of the cell away, while the level still looks good",
)
def receiver_deaf(part: Antenna, severity: float) -> Antenna:
    """The low-noise amplifier was hurt by static: it passes the signal but adds noise."""
    return replace(part, noise_figure_db=between(part.noise_figure_db, 34.0, severity))
