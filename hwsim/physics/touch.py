"""Touch: a grid of electrodes, the finger's capacitance on it, and the contacts that the controller reports."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hwsim.physics.arrays import Floats, Singles, Stamps
from hwsim.physics.modes import between, fault_mode


@dataclass(frozen=True)
class Digitizer:
    """The health of a touch layer; places in mm from the top left, deltas in counts of the controller.

    Dead rows, columns and cells give no delta. Ghosts are touches that nobody makes.
    """

    rows: int = 32
    columns: int = 15
    pitch_mm: float = 4.6
    rate_hz: float = 120.0
    peak_counts: float = 1000.0
    finger_mm: float = 3.2
    noise_counts: float = 6.0
    threshold_counts: float = 220.0
    dead_rows: tuple[int, ...] = ()
    dead_columns: tuple[int, ...] = ()
    dead_cells: tuple[tuple[int, int], ...] = ()
    ghosts_per_s: float = 0.0
    ghost_s: float = 0.06
    units_per_mm: float = 150.0

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height of the active area."""
        return self.columns * self.pitch_mm, self.rows * self.pitch_mm

    def sensitivity(self) -> Floats:
        """Return the relative response of each cell (rows, columns)."""
        alive = np.ones((self.rows, self.columns))
        alive[list(self.dead_rows)] = 0.0
        alive[:, list(self.dead_columns)] = 0.0
        for row, column in self.dead_cells:
            alive[row, column] = 0.0
        return alive

    def deltas(self, x_mm: Floats, y_mm: Floats, rng: np.random.Generator) -> Singles:
        """Return one frame of raw deltas (rows, columns) for each place of a finger; NaN is no finger."""
        across = (np.arange(self.columns) + 0.5) * self.pitch_mm - x_mm[:, None]
        down = (np.arange(self.rows) + 0.5) * self.pitch_mm - y_mm[:, None]
        reach = 2.0 * self.finger_mm**2
        touched = np.nan_to_num(
            np.exp(-(down**2) / reach)[:, :, None] * np.exp(-(across**2) / reach)[:, None, :], nan=0.0
        )
        touched *= self.peak_counts * self.sensitivity()
        touched += self.noise_counts * rng.standard_normal(touched.shape)
        return np.asarray(touched, dtype=np.float32)


@dataclass(frozen=True)
class Contacts:
    """What the controller reports: one row per contact and frame, in the panel's units, sorted by time."""

    t_ns: Stamps
    tracking_id: NDArray[np.int64]
    x: NDArray[np.int64]
    y: NDArray[np.int64]


DIGITIZER = Digitizer()


def swipe(
    from_mm: tuple[float, float], to_mm: tuple[float, float], *, duration_s: float, rate_hz: float
) -> tuple[Floats, Floats]:
    """Return the places (x and y in mm) of a finger on a straight line, one for each frame."""
    share = np.linspace(0.0, 1.0, max(2, round(duration_s * rate_hz)))
    return from_mm[0] + share * (to_mm[0] - from_mm[0]), from_mm[1] + share * (to_mm[1] - from_mm[1])


def touch(part: Digitizer, x_mm: Floats, y_mm: Floats, *, rng: np.random.Generator, start_ns: int = 0) -> Contacts:
    """Return what the controller reports while a finger goes through these places, one a frame (NaN: lifted).

    The place is the centroid of the deltas over a third of the threshold in the 3 x 3 cells around the strongest; where
    the strongest cell is under the threshold the contact is lost, and comes back with a new tracking id.
    """
    deltas = part.deltas(x_mm, y_mm, rng)
    strength = deltas.reshape(len(deltas), -1).max(axis=1)
    down = strength >= part.threshold_counts
    place_x, place_y = _centroids(part, deltas)
    identity = np.cumsum(down & ~np.concatenate(([False], down[:-1])))
    frame = np.flatnonzero(down)
    own = _contacts(part, frame, identity[frame], (place_x[frame], place_y[frame]), start_ns)
    if not part.ghosts_per_s:
        return own
    ghosts = _ghosts(part, len(x_mm), int(identity[-1]) if len(identity) else 0, start_ns, rng)
    order = np.argsort(np.concatenate((own.t_ns, ghosts.t_ns)), kind="stable")
    return Contacts(
        *(
            np.concatenate(pair)[order]
            for pair in (
                (own.t_ns, ghosts.t_ns),
                (own.tracking_id, ghosts.tracking_id),
                (own.x, ghosts.x),
                (own.y, ghosts.y),
            )
        )
    )


def _centroids(part: Digitizer, deltas: Singles) -> tuple[Floats, Floats]:
    """Return the centroid (mm) of each frame around its strongest cell."""
    count = len(deltas)
    row, column = np.divmod(deltas.reshape(count, -1).argmax(axis=1), part.columns)
    around = np.arange(-1, 2)
    rows, columns = row[:, None] + around, column[:, None] + around
    padded = np.pad(deltas, ((0, 0), (1, 1), (1, 1)))
    near = padded[np.arange(count)[:, None, None], rows[:, :, None] + 1, columns[:, None, :] + 1].astype(np.float64)
    near[near < part.threshold_counts / 3.0] = 0.0
    total = np.maximum(near.sum(axis=(1, 2)), 1e-9)
    across = (near.sum(axis=1) * (columns + 0.5)).sum(axis=1) / total
    down = (near.sum(axis=2) * (rows + 0.5)).sum(axis=1) / total
    return across * part.pitch_mm, down * part.pitch_mm


def _contacts(
    part: Digitizer, frame: NDArray[np.int64], identity: NDArray[np.int64], at_mm: tuple[Floats, Floats], start_ns: int
) -> Contacts:
    return Contacts(
        t_ns=start_ns + np.round(frame * (1e9 / part.rate_hz)).astype(np.int64),
        tracking_id=identity.astype(np.int64),
        x=np.round(at_mm[0] * part.units_per_mm).astype(np.int64),
        y=np.round(at_mm[1] * part.units_per_mm).astype(np.int64),
    )


def _ghosts(part: Digitizer, frames: int, used: int, start_ns: int, rng: np.random.Generator) -> Contacts:
    """Return touches that nobody makes: at random times for a few frames, mostly near one noisy column."""
    count = rng.poisson(part.ghosts_per_s * frames / part.rate_hz)
    begins = np.sort(rng.integers(0, max(frames, 1), count))
    lengths = 1 + rng.poisson(part.ghost_s * part.rate_hz, count)
    width, height = part.size_mm
    x_mm = np.clip(rng.normal(0.8 * width, 0.05 * width, count), 0.0, width)
    y_mm = rng.uniform(0.0, height, count)
    which = np.repeat(np.arange(count), lengths)
    within = np.arange(len(which)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    frame = begins[which] + within
    inside = frame < frames
    which, frame = which[inside], frame[inside]
    return _contacts(part, frame, used + 1 + which, (x_mm[which], y_mm[which]), start_ns)


@fault_mode(
    "touch.dead_rows",
    of=DIGITIZER,
    fault_from=0.02,
    because="a stroke jumps by most of a millimetre over one dead electrode, and any more breaks it",
)
def dead_rows(part: Digitizer, severity: float) -> Digitizer:
    """The tail of the touch film is cracked, and the outer traces lose contact one after the other."""
    count = max(1, round(0.5 * part.rows * severity))
    return replace(part, dead_rows=tuple(range(part.rows - 6 - count, part.rows - 6)))


@fault_mode(
    "touch.dead_columns",
    of=DIGITIZER,
    fault_from=0.02,
    because="a stroke jumps by most of a millimetre over one dead electrode, and any more breaks it",
)
def dead_columns(part: Digitizer, severity: float) -> Digitizer:
    """A crack in the glass has cut the sense electrodes on its way."""
    count = max(1, round(0.5 * part.columns * severity))
    return replace(part, dead_columns=tuple(range(4, 4 + count)))


@fault_mode(
    "touch.dead_patch",
    of=DIGITIZER,
    fault_from=0.2,
    because="a patch of two cells is as wide as a fingertip, and a key under it cannot be pressed",
)
def dead_patch(part: Digitizer, severity: float) -> Digitizer:
    """The optical glue has come off, and the finger is too far from the electrodes in one patch."""
    side = max(1, round(8 * severity))
    cells = tuple(
        (row, column) for row in range(10, 10 + side) for column in range(5, 5 + side) if column < part.columns
    )
    return replace(part, dead_cells=cells)


@fault_mode(
    "touch.ghosts",
    of=DIGITIZER,
    fault_from=0.05,
    because="more than one touch in ten seconds that nobody makes opens apps by itself",
)
def ghosts(part: Digitizer, severity: float) -> Digitizer:
    """Moisture between the layers or a bad ground couples the display's noise into the sense lines."""
    return replace(part, ghosts_per_s=3.0 * severity)


@fault_mode(
    "touch.noisy",
    of=DIGITIZER,
    fault_from=0.6,
    because="the jitter of a resting finger is then over 0.5 mm, and drawn lines tremble",
)
def noisy(part: Digitizer, severity: float) -> Digitizer:
    """A missing shield film lets the display's switching through to the electrodes."""
    return replace(part, noise_counts=between(part.noise_counts, 200.0, severity))


@fault_mode(
    "touch.slow",
    of=DIGITIZER,
    fault_from=0.3,
    because="under 100 reports a second is less than touch certification asks for, and fast strokes cut corners",
)
def slow(part: Digitizer, severity: float) -> Digitizer:
    """The controller sees a noisy supply and falls back to slow scans with more averaging."""
    return replace(part, rate_hz=between(part.rate_hz, 30.0, severity))
