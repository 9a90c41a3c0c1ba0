"""The radio path: cells on the air, the antenna between them and the receiver, and what the receiver measures."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

# Thermal noise of one 15 kHz subcarrier at 290 K (-174 dBm/Hz).
NOISE_PER_SUBCARRIER_DBM = -132.2
# A common lowest level for camping (Qrxlevmin of TS 36.304) and the margin by which a cell must come back.
CAMP_LOWEST_DBM = -122.0
CAMP_HYSTERESIS_DB = 3.0
_SUBCARRIERS_PER_BLOCK = 12
_BLOCKS = 50  # 10 MHz of LTE
_LOAD_RATIO = 0.5
_NEIGHBOUR_RATIO = 0.12
_FADING_SIGMA_DB = 1.3
_FADING_SLOT_S = 1.0
_CARRIED = 0.8
_BREAK_S = 6.0


@dataclass(frozen=True)
class Cell:
    """One cell as a good phone at the same place hears it."""

    plmn: str
    long_name: str
    short_name: str
    act: int
    rsrp_dbm: float
    lac: int
    ci: int
    allowed: bool = True


# Networks 001-01 and 001-02 are set aside for tests (ITU-T E.212).
BENCH_CELLS = (
    Cell("00101", "Bench Net One", "BenchOne", 7, -93.0, 0x1A2B, 0x01A2D4C5),
    Cell("00101", "Bench Net One", "BenchOne", 2, -97.0, 0x1A2B, 0x0B417C02),
    Cell("00102", "Bench Net Two", "BenchTwo", 7, -104.0, 0x2C01, 0x0312AA07, allowed=False),
)


@dataclass(frozen=True)
class Signal:
    """What the receiver measures of one cell."""

    rsrp_dbm: float
    rsrq_db: float
    rssi_dbm: float
    sinr_db: float

    @property
    def csq(self) -> int:
        """The first number of +CSQ (TS 27.007 §8.5): 0 is -113 dBm or less, each step 2 dB."""
        return min(31, max(0, round((self.rssi_dbm + 113) / 2)))

    @property
    def rsrp_index(self) -> int:
        """The RSRP of +CESQ (TS 27.007 §8.69): 0 is below -140 dBm, each step 1 dB."""
        return min(97, max(0, math.floor(self.rsrp_dbm + 141)))

    @property
    def rsrq_index(self) -> int:
        """The RSRQ of +CESQ (TS 27.007 §8.69): 0 is below -19.5 dB, each step half a dB."""
        return min(34, max(0, math.floor((self.rsrq_db + 20) * 2)))


@dataclass
class Antenna:
    """The way from the air to the receiver: `loss_db` more than a good phone has, on receiving and on sending.

    `breaks_ratio` is the share of time in which a bent contact is open, which costs `break_loss_db` more.
    """

    loss_db: float = 0.0
    receive_dead: bool = False
    transmit_dead: bool = False
    breaks_ratio: float = 0.0
    break_loss_db: float = 30.0
    noise_figure_db: float = 7.0


@dataclass
class Radio:
    """A receiver at one place, with fading that a seed fixes for all time."""

    seed: int = 0
    antenna: Antenna = field(default_factory=Antenna)
    cells: tuple[Cell, ...] = BENCH_CELLS

    def signal(self, cell: Cell, now_s: float) -> Signal:
        """Measure a cell."""
        rsrp_dbm = cell.rsrp_dbm - self._loss_db(now_s) + self._fading_db(cell, now_s)
        noise_ratio = 10 ** ((NOISE_PER_SUBCARRIER_DBM + self.antenna.noise_figure_db - rsrp_dbm) / 10)
        # Power a subcarrier, in units of the cell's reference signal: its own load, neighbours, noise (TS 36.214 §5.1).
        subcarrier = _LOAD_RATIO + _NEIGHBOUR_RATIO + noise_ratio
        return Signal(
            rsrp_dbm=rsrp_dbm,
            rsrq_db=-10 * math.log10(_SUBCARRIERS_PER_BLOCK * subcarrier),
            rssi_dbm=rsrp_dbm + 10 * math.log10(_SUBCARRIERS_PER_BLOCK * _BLOCKS * subcarrier),
            sinr_db=-10 * math.log10(_NEIGHBOUR_RATIO + noise_ratio),
        )

    def heard(self, now_s: float, *, lowest_dbm: float = CAMP_LOWEST_DBM) -> list[tuple[Cell, Signal]]:
        """Return the cells above a level, the strongest first."""
        if self.antenna.receive_dead:
            return []
        measured = [(cell, self.signal(cell, now_s)) for cell in self.cells]
        found = [pair for pair in measured if pair[1].rsrp_dbm >= lowest_dbm]
        return sorted(found, key=lambda pair: -pair[1].rsrp_dbm)

    def _loss_db(self, now_s: float) -> float:
        """Return the antenna's loss now; an open contact stays open for some seconds."""
        antenna = self.antenna
        if not antenna.breaks_ratio:
            return antenna.loss_db
        open_now = random.Random(f"breaks:{self.seed}:{int(now_s // _BREAK_S)}").random() < antenna.breaks_ratio
        return antenna.loss_db + (antenna.break_loss_db if open_now else 0.0)

    def _fading_db(self, cell: Cell, now_s: float) -> float:
        """Slow fading: normal, with a memory of a few slots, the same for the same seed, cell and time."""
        slot = int(now_s // _FADING_SLOT_S)
        weights = [_CARRIED**age for age in range(8)]
        norm = math.sqrt(sum(weight * weight for weight in weights))
        draws = (random.Random(f"fade:{self.seed}:{cell.ci}:{slot - age}").gauss() for age in range(8))
        total = sum(weight * draw for weight, draw in zip(weights, draws, strict=True))
        return _FADING_SIGMA_DB * total / norm
