"""Defective pixels of a camera sensor: single ones and clusters, from one dark frame or one flat field.

A pixel is defective when it differs by more than the threshold from the median of the 24 nearest pixels of its colour.
Not all medians are computed: a first pass holds every pixel against one other pixel of its colour a few places away
(every pixel is in one pair), and only what stands out there is looked at. A defect that is twice the threshold away is
always found; one that exceeds it by less than twice the noise may be missed, as it may be in the next frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from probes.signals._pictures import apart, as_plane, is_clipped, noise_of_pairs, picture_flaws
from probes.signals._validity import Float, Judged, Reason, checked_number

Places = npt.NDArray[np.intp]
_MOSAIC: Final = 2
_SHIFT: Final = 7
"""Columns, in steps of one colour, between the two pixels of a pair: clusters narrower than that are found."""
_TILES: Final = 8
_NOISE_SAMPLES: Final = 250
_BLOCK: Final = 128
_SLACK_SIGMAS: Final = 3.0
_PAIR_SIGMAS: Final = 5.5
_MAX_SUSPECT_RATIO: Final = 0.02
_RING_RATIO: Final = 0.75
_MIN_SIZE: Final = 4 * _SHIFT
_RING: Final = ((-2, -2), (-2, 0), (-2, 2), (0, -2), (0, 2), (2, -2), (2, 0), (2, 2))
_NEAREST: Final = tuple((r, c) for r in range(-2, 3) for c in range(-2, 3) if (r, c) != (0, 0))
_BESIDE: Final = tuple((r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if (r, c) != (0, 0))
_NATIVE: Final = frozenset({"uint8", "uint16", "int16", "int32", "float32", "float64"})


@dataclass(frozen=True, slots=True)
class Cluster:
    """Defects that touch (in the grid of their colour): first row and column, size in that grid, number of pixels."""

    row_px: int
    column_px: int
    height: int
    width: int
    pixels: int

    @property
    def is_block(self) -> bool:
        """Whether it reaches two pixels of its colour both ways: more than the camera's own correction hides."""
        return self.height > 1 and self.width > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DefectPixels(Judged):
    """Defective pixels, ordered by row: ``deviation_dn`` is against the median of the neighbours (hot is positive).

    ``deviation_std_dn`` is its standard deviation from the noise; ``threshold_dn`` the median of the thresholds that
    were used; ``noise_dn`` the median noise of a pixel. ``clusters`` holds what touches, the largest first.
    """

    row_px: Places
    column_px: Places
    deviation_dn: Float
    deviation_std_dn: float
    noise_dn: float
    threshold_dn: float
    clusters: tuple[Cluster, ...]

    @property
    def hot(self) -> int:
        """Number of pixels that are too bright."""
        return int(np.count_nonzero(self.deviation_dn > 0))

    @property
    def dark(self) -> int:
        """Number of pixels that are too dark: dead ones in a flat field."""
        return int(np.count_nonzero(self.deviation_dn < 0))


@dataclass(frozen=True, slots=True)
class _Frame:
    """A plane with the noise of each colour (row phase, column phase) in each of its tiles."""

    plane: npt.NDArray[Any]
    step: int
    noise_dn: Float
    floor_dn: float
    sigmas: float

    @property
    def threshold_dn(self) -> Float:
        return np.maximum(self.floor_dn, self.sigmas * self.noise_dn)

    @property
    def tiles(self) -> int:
        """Tiles along each side."""
        return int(self.noise_dn.shape[2])

    def threshold_at(self, keys: Places) -> Float:
        """Thresholds of pixels given by their place in the flattened plane."""
        height, width = self.plane.shape
        row, column = _rows_and_columns(keys, width)
        tiles, phase = self.tiles, self.step - 1  # steps are 1 or 2, and "and" is quicker than a remainder
        tile = (row & phase, column & phase, row * tiles // height, column * tiles // width)
        return np.asarray(self.threshold_dn[tile])

    def deviations(self, keys: Places, ring: tuple[tuple[int, int], ...]) -> Float:
        """Pixels less the median of those around them; at the border neighbours are mirrored."""
        height, width = self.plane.shape
        away = np.array(ring) * self.step
        index = keys[:, np.newaxis] + (away[:, 0] * width + away[:, 1])
        row, column = _rows_and_columns(keys, width)
        reach = 2 * self.step
        border = (np.minimum(row, height - 1 - row) < reach) | (np.minimum(column, width - 1 - column) < reach)
        if border.any():
            down = _mirror(row[border, np.newaxis] + away[:, 0], height)
            index[border] = down * width + _mirror(column[border, np.newaxis] + away[:, 1], width)
        flat = self.plane.ravel()
        around = flat.take(index)
        middle = around.shape[1] // 2
        around.partition((middle - 1, middle), axis=1)
        median = 0.5 * (around[:, middle - 1].astype(np.float64) + around[:, middle])
        return np.asarray(flat.take(keys) - median)


def find_defects(
    picture: npt.ArrayLike,
    *,
    mosaic: bool,
    floor_dn: float = 0.0,
    sigmas: float = 6.0,
    white_dn: float | None = None,
) -> DefectPixels:
    """Defective pixels of one plane.

    Args:
        picture: (rows, columns): dark frame (hot pixels), flat field (dead ones); any real type.
        mosaic: whether it is a raw 2 x 2 colour mosaic (neighbours of the same colour are two pixels away).
        floor_dn: least deviation that counts; 150/1023 of full scale is what service tools use for hot pixels.
        sigmas: and least number of standard deviations of the noise, which is taken in each of 8 x 8 tiles.
        white_dn: level at which the sensor saturates; by default that of the integer type, none for floats.

    Invalid when the picture is clipped over more than a tenth, or when over 2 % of its pixels stand out
    (`TOO_NOISY`: it is no dark frame and no flat field).

    Raises:
        WrongShape: not one plane. WrongType: no real numbers. WrongValue: a negative floor, sigmas under 1.
    """
    plane = as_plane(picture)
    checked_number(floor_dn, name="floor_dn", above=0.0)
    checked_number(sigmas, name="sigmas", above=1.0)
    step = _MOSAIC if mosaic else 1
    if reasons := picture_flaws(plane, at_least=(_MIN_SIZE * step, _MIN_SIZE * step)):
        return _invalid(reasons)
    if is_clipped(plane, white_dn):
        return _invalid((Reason.CLIPPED,))
    if plane.dtype.name not in _NATIVE:
        plane = plane.astype(np.float64)
    frame = _Frame(np.ascontiguousarray(plane), step, _tile_noise(plane, step), floor_dn, sigmas)
    suspects = _suspects(frame)
    if len(suspects) > _MAX_SUSPECT_RATIO * plane.size:
        return _invalid((Reason.TOO_NOISY,))
    keys, deviation = _confirmed(frame, suspects)
    rows, columns = _rows_and_columns(keys, plane.shape[1])
    noise = float(np.median(frame.noise_dn))
    return DefectPixels(
        row_px=rows,
        column_px=columns,
        deviation_dn=deviation,
        deviation_std_dn=noise * math.sqrt(1.0 + math.pi / 2.0 / len(_NEAREST)),
        noise_dn=noise,
        threshold_dn=float(np.median(frame.threshold_dn)),
        clusters=_clusters(keys, plane.shape[1], step),
    )


def _rows_and_columns(keys: Places, width: int) -> tuple[Places, Places]:
    """What ``divmod`` gives, many times as fast: a division by one number is a multiplication."""
    rows = keys // width
    return rows, keys - rows * width


def _mirror(index: Places, size: int) -> Places:
    """Indices beyond the border folded back; the colour of a mosaic stays the same."""
    index = np.abs(index)
    return np.where(index < size, index, 2 * (size - 1) - index)


def _tile_noise(plane: npt.NDArray[Any], step: int) -> Float:
    """Robust noise of a pixel, (row phase, column phase, tiles, tiles): each colour and tile, from some of its rows.

    At most 8 x 8 tiles, fewer where one would hold less than some 250 pixels of a colour: noise that is known to 7 %.
    """
    height, width = plane.shape[0] // step, plane.shape[1] // step
    tiles = int(np.clip(math.isqrt(height * width // _NOISE_SAMPLES), 1, _TILES))
    tall, wide = height // tiles, (width - 1) // tiles
    rows = int(np.clip(_NOISE_SAMPLES // wide, 1, tall))
    every = max(1, wide // _NOISE_SAMPLES)
    row = (np.arange(tiles)[:, np.newaxis] * tall + (2 * np.arange(rows) + 1) * tall // (2 * rows)).ravel()
    noise = np.empty((step, step, tiles, tiles))
    for phase in np.ndindex(step, step):
        lines = plane[row * step + phase[0], phase[1] :: step]
        sides = (lines[:, : tiles * wide], lines[:, 1 : tiles * wide + 1])
        parts = [side.reshape(tiles, rows, tiles, wide)[..., ::every].swapaxes(1, 2) for side in sides]
        noise[phase] = noise_of_pairs(*(part.reshape(tiles, tiles, -1) for part in parts))
    return noise


def _suspects(frame: _Frame) -> Places:
    """Both pixels of every pair that differs too much, as places in the flattened plane."""
    height, pair = frame.plane.shape[0], 2 * frame.step
    whole = height // pair * pair
    limits = _pair_limits(frame)
    parts = [(top, min(top + _BLOCK * pair, whole)) for top in range(0, whole, _BLOCK * pair)]
    if whole < height:
        parts.append((height - pair, height))
    blocks = [range(top + phase, bottom, pair) for top, bottom in parts for phase in range(frame.step)]
    found = [_unlike(frame, blocks, limits)]
    for top, bottom in ((0, whole), *parts[len(range(0, whole, _BLOCK * pair)) :]):
        found += [_unlike_at_ends(frame, range(top + phase, bottom, pair), limits) for phase in range(frame.step)]
    return _once(np.concatenate(found))


def _once(keys: Places) -> Places:
    """Every key once, in order; by sorting, which is quicker than hashing for thousands."""
    keys = np.sort(keys)
    return keys[np.diff(keys, prepend=-1) > 0]


def _pair_limits(frame: _Frame) -> npt.NDArray[Any]:
    """Difference, (tiles, row phase, columns), from which pairs are looked at: a little under the threshold."""
    width, step, tiles = frame.plane.shape[1], frame.step, frame.tiles
    noise, threshold = frame.noise_dn, frame.threshold_dn
    limit = np.maximum(threshold - _SLACK_SIGMAS * noise, np.minimum(_PAIR_SIGMAS * noise, threshold))
    if frame.plane.dtype.kind != "f":  # for integers "above the limit" is "above its floor": no conversion
        limit = np.minimum(limit, np.iinfo(frame.plane.dtype).max).astype(frame.plane.dtype)
    column = np.arange(width)
    by_column = limit.transpose(2, 0, 1, 3).reshape(tiles, step, -1)
    return by_column[:, :, column % step * tiles + column * tiles // width]


def _unlike(frame: _Frame, blocks: list[range], limits: npt.NDArray[Any]) -> Places:
    """Pairs that differ too much: the upper pixels in the rows of a block, the lower ones a step below, to the right.

    The first pass keeps the largest difference of each column of each block, so that only few are looked at again.
    """
    (height, width), step, plane = frame.plane.shape, frame.step, frame.plane
    shift = _SHIFT * step
    scratch = np.empty((_BLOCK, width - shift), plane.dtype)  # one for all blocks: it stays in the cache
    most, parts = np.empty(width - shift, plane.dtype), []
    for rows in blocks:
        upper = plane[rows.start : rows.stop : rows.step, : width - shift]
        size = cv2.absdiff(upper, plane[rows.start + step : rows.stop : rows.step, shift:], scratch[: len(upper)])
        allowed = limits[rows.start * frame.tiles // height, rows.start % step, : width - shift]
        columns = (np.maximum.reduce(size, axis=0, out=most) > allowed).nonzero()[0]
        parts.append((rows, columns, size.take(columns, axis=1) > allowed.take(columns)))
    found = [np.zeros(0, np.intp)]
    for rows, columns, high in parts:
        pairs, at = high.nonzero()
        found.append((rows.start + rows.step * pairs) * width + columns.take(at))
    key = np.concatenate(found)
    return np.concatenate([key, key + (step * width + shift)])


def _unlike_at_ends(frame: _Frame, rows: range, limits: npt.NDArray[Any]) -> Places:
    """Pairs in the columns that the shift leaves at both ends: held against their own side of the picture."""
    (height, width), step = frame.plane.shape, frame.step
    shift = _SHIFT * step
    upper = frame.plane[rows.start : rows.stop : rows.step]
    lower = frame.plane[rows.start + step : rows.stop : rows.step]
    tile = np.arange(rows.start, rows.stop, rows.step) * frame.tiles // height
    found = []
    for up, down in ((width - shift, width - 2 * shift), (shift, 0)):
        size = cv2.absdiff(upper[:, up : up + shift], lower[:, down : down + shift])
        pairs, at = np.nonzero(size > limits[:, rows.start % step, up : up + shift][tile])
        key = (rows.start + rows.step * pairs) * width + at
        found += [key + up, key + step * width + down]
    return np.concatenate(found)


def _confirmed(frame: _Frame, suspects: Places) -> tuple[Places, Float]:
    """Those suspects that are defects, and the defects that touch them, with their deviations."""
    # pixels in memory next to it are quickest to ask, then a ring that lies outside small clusters, then all around
    beside, below = 2 * frame.step, 2 * frame.step * frame.plane.shape[1]
    fresh = _standing_out(frame, suspects, (-beside, beside))
    fresh = fresh[np.abs(frame.deviations(fresh, _RING)) > _RING_RATIO * frame.threshold_at(fresh)]
    seen, kept, sizes = fresh, [], []
    while len(fresh):
        deviation = frame.deviations(fresh, _NEAREST)
        bad = np.abs(deviation) > frame.threshold_at(fresh)
        kept.append(fresh[bad])
        sizes.append(deviation[bad])
        fresh = _standing_out(frame, _once(_beside(frame, fresh[bad])), (-beside, beside, -below, below))
        if len(fresh):
            fresh = fresh[seen.take(np.searchsorted(seen, fresh), mode="clip") != fresh]
            seen = np.sort(np.concatenate([seen, fresh]))
    if not kept:
        return np.zeros(0, np.intp), np.zeros(0)
    keys = np.concatenate(kept)
    order = np.argsort(keys)
    return keys[order], np.concatenate(sizes)[order]


def _standing_out(frame: _Frame, keys: Places, away: tuple[int, ...]) -> Places:
    """Those that differ from one of the pixels that lie so far away in memory: cheap to ask."""
    flat = frame.plane.ravel()
    here, limit = flat.take(keys), _RING_RATIO * frame.threshold_at(keys)
    sides = (apart(here, flat.take(keys + offset, mode="clip")) > limit for offset in away)
    return np.asarray(keys[reduce(np.logical_or, sides)])


def _beside(frame: _Frame, keys: Places) -> Places:
    """The eight pixels of the same colour around each."""
    height, width = frame.plane.shape
    row, column = _rows_and_columns(keys, width)
    away = np.array(_BESIDE) * frame.step
    down, across = row[:, np.newaxis] + away[:, 0], column[:, np.newaxis] + away[:, 1]
    inside = (down >= 0) & (down < height) & (across >= 0) & (across < width)
    return np.asarray(down[inside] * width + across[inside])


def _clusters(keys: Places, width: int, step: int) -> tuple[Cluster, ...]:
    """Groups of two and more defects that touch in the grid of their colour, the largest first."""
    rows, columns = _rows_and_columns(keys, width)
    one, other = _touching(keys, columns, width, step)
    if not len(one):
        return ()
    label, before = np.arange(len(keys)), np.zeros(0, np.intp)
    while not np.array_equal(label, before):  # every group takes its lowest label, in strides that double
        before = label.copy()
        lowest = np.minimum(label[one], label[other])
        np.minimum.at(label, one, lowest)
        np.minimum.at(label, other, lowest)
        label = label[label]
    member = np.zeros(len(keys), bool)
    member[one] = member[other] = True
    _, group = np.unique(label[member], return_inverse=True)
    pixels = np.bincount(group)
    bounds = []
    for along in (rows[member], columns[member]):
        first, last = np.full(len(pixels), along.max()), np.zeros(len(pixels), np.intp)
        np.minimum.at(first, group, along)
        np.maximum.at(last, group, along)
        bounds += [first, (last - first) // step + 1]
    found = [
        Cluster(*map(int, values)) for values in zip(bounds[0], bounds[2], bounds[1], bounds[3], pixels, strict=True)
    ]
    return tuple(sorted(found, key=lambda cluster: -cluster.pixels))


def _touching(keys: Places, columns: Places, width: int, step: int) -> tuple[Places, Places]:
    """Pairs of defects (indices into ``keys``, which are in order) that are neighbours of one colour."""
    ones, others = [], []
    for down, across in ((0, 1), (1, -1), (1, 0), (1, 1)):
        wanted = keys + step * (down * width + across)
        at = np.searchsorted(keys, wanted)
        beside = columns + step * across
        hit = (keys.take(at, mode="clip") == wanted) & (beside >= 0) & (beside < width)
        ones.append(hit.nonzero()[0])
        others.append(at[hit])
    return np.concatenate(ones), np.concatenate(others)


def _invalid(reasons: tuple[Reason, ...]) -> DefectPixels:
    none = np.zeros(0, np.intp)
    return DefectPixels(
        reasons=reasons,
        row_px=none,
        column_px=none,
        deviation_dn=np.zeros(0),
        deviation_std_dn=math.nan,
        noise_dn=math.nan,
        threshold_dn=math.nan,
        clusters=(),
    )
