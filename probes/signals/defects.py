"""Defective pixels of a camera sensor: single ones and clusters, from one dark frame or one flat field.

A pixel is defective when it differs by more than the threshold from the median of the 24 nearest pixels of its colour.
Not all medians are computed: a first pass holds every pixel against one other pixel of its colour a few places away
(every pixel is in one pair), and only what stands out there is looked at. A defect that is twice the threshold away is
always found; one that exceeds it by less than twice the noise may be missed, as it may be in the next frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from probes.signals._pictures import apart, as_plane, full_scale, is_clipped, noise_of_pairs, picture_flaws
from probes.signals._validity import Float, Judged, Reason, checked_number

Places = npt.NDArray[np.intp]
_MOSAIC: Final = 2
_SHIFT: Final = 7
"""Columns, in steps of one colour, between the two pixels of a pair: clusters narrower than that are found."""
_TILES: Final = 8
_BLOCK_BYTES: Final = 1 << 21
_NOISE_SAMPLES: Final = 250
_SLACK_SIGMAS: Final = 3.0
_PAIR_SIGMAS: Final = 5.5
_MAX_SUSPECT_RATIO: Final = 0.02
_HINT_RATIO: Final = 0.75
_MIN_SIZE: Final = 4 * _SHIFT
_AROUND: Final = np.array([at for at in range(25) if at != 12])
"""The 24 pixels nearest to the middle one of 5 x 5, counted by row."""
_BESIDE: Final = np.isin(_AROUND, (6, 7, 8, 11, 13, 16, 17, 18))
_NATIVE: Final = frozenset({np.uint8, np.uint16, np.int16, np.int32, np.float32, np.float64})


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

    def around(self, keys: Places) -> Places:
        """Places, (pixels, 24), of the nearest pixels of the same colour; at the border they are mirrored."""
        height, width = self.plane.shape
        row, column = _rows_and_columns(keys[:, np.newaxis], width)
        away = np.arange(-2, 3) * self.step
        down, across = _mirror(row + away, height), _mirror(column + away, width)
        return np.asarray((down[..., np.newaxis] * width + across[:, np.newaxis]).reshape(-1, 25).take(_AROUND, axis=1))


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
    if plane.dtype.type not in _NATIVE:
        plane = plane.astype(np.float64)
    frame = _Frame(np.ascontiguousarray(plane), step, _tile_noise(plane, step), floor_dn, sigmas)
    suspects = _suspects(frame)
    if len(suspects) > _MAX_SUSPECT_RATIO * plane.size:
        return _invalid((Reason.TOO_NOISY,))
    keys, deviation = _confirmed(frame, suspects)
    rows, columns = _rows_and_columns(keys, plane.shape[1])
    noise = float(_median(frame.noise_dn.ravel()))
    return DefectPixels(
        row_px=rows,
        column_px=columns,
        deviation_dn=deviation,
        deviation_std_dn=noise * math.sqrt(1.0 + math.pi / 2.0 / len(_BESIDE)),
        noise_dn=noise,
        threshold_dn=float(_median(frame.threshold_dn.ravel())),
        clusters=_clusters(keys, plane.shape[1], step),
    )


def _rows_and_columns(keys: Places, width: int) -> tuple[Places, Places]:
    """What ``divmod`` gives, many times as fast: a division by one number is a multiplication."""
    rows = keys // width
    return rows, keys - rows * width


def _mirror(index: Places, size: int) -> Places:
    """Indices beyond the border folded back; the colour of a mosaic stays the same."""
    index = np.abs(index)
    return np.minimum(index, 2 * (size - 1) - index)


def _tile_noise(plane: npt.NDArray[Any], step: int) -> Float:
    """Robust noise of a pixel, (row phase, column phase, tiles, tiles): each colour and tile, from some of its rows.

    At most 8 x 8 tiles, fewer where one would hold less than some 250 pixels of a colour: noise that is known to 7 %.
    """
    height, width = plane.shape[0] // step, plane.shape[1] // step
    tiles = min(max(math.isqrt(height * width // _NOISE_SAMPLES), 1), _TILES)
    tall, wide = height // tiles, (width - 1) // tiles
    rows = min(max(_NOISE_SAMPLES // wide, 1), tall)
    every = max(1, wide // _NOISE_SAMPLES)
    row = (np.arange(tiles)[:, np.newaxis] * tall + (2 * np.arange(rows) + 1) * tall // (2 * rows)).ravel()
    lines = plane[(row[:, np.newaxis] * step + np.arange(step)).ravel()]
    size = apart(lines[:, :-step], lines[:, step:])[:, : tiles * wide * step]
    size = size.reshape(tiles, rows, step, tiles, wide, step)[..., ::every, :]
    # a copy in order: a median along what lies scattered takes ten times as long
    return noise_of_pairs(size.transpose(2, 5, 0, 3, 1, 4).copy().reshape(step, step, tiles, tiles, -1))


def _suspects(frame: _Frame) -> Places:
    """Both pixels of every pair that differs too much, as places in the flattened plane."""
    plane, step = frame.plane, frame.step
    width, shift = plane.shape[1], _SHIFT * step
    limits, never = _pair_limits(frame)
    # the columns that the shift leaves at both ends are held against their own side of the picture: laid out as a
    # narrow picture in which the pairs lie as everywhere
    ends = (slice(shift, 2 * shift), slice(shift), slice(width - shift, width), slice(width - 2 * shift, width - shift))
    at_ends = np.concatenate([limits[..., end] for end in ends], axis=-1)
    at_ends.reshape(-1, step, 2, 2, shift)[..., 1, :] = never
    limits[..., width - shift :] = never
    found = _unlike(np.concatenate([plane[:, end] for end in ends], axis=1), step, at_ends)
    row, column = _rows_and_columns(found, len(ends) * shift)
    column = np.concatenate([np.arange(width)[end] for end in ends]).take(column)
    return _once(np.concatenate([_unlike(plane, step, limits), row * width + column]))


def _once(keys: Places) -> Places:
    """Every key once, in order; by sorting, which is quicker than hashing for thousands."""
    keys = np.sort(keys)
    first = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    return keys[first]


def _pair_limits(frame: _Frame) -> tuple[npt.NDArray[Any], float]:
    """Difference, (tiles, row phase, columns), from which pairs are looked at: a little under the threshold.

    And the difference that no pair can exceed.
    """
    width, step, tiles = frame.plane.shape[1], frame.step, frame.tiles
    noise, threshold = frame.noise_dn, frame.threshold_dn
    limit = np.maximum(threshold - _SLACK_SIGMAS * noise, np.minimum(_PAIR_SIGMAS * noise, threshold))
    never = full_scale(frame.plane)
    # for integers "above the limit" is "above its floor": no conversion
    limit = np.minimum(limit, never).astype(frame.plane.dtype)
    counts = np.diff(np.arange(tiles + 1) * -(-width // step) // tiles)
    by_column = np.repeat(limit.transpose(2, 0, 3, 1), counts, axis=2).reshape(tiles, step, -1)[..., :width]
    return by_column, never


def _unlike(plane: npt.NDArray[Any], step: int, limits: npt.NDArray[Any]) -> Places:
    """Both pixels of the pairs that differ too much: the lower one lies ``step`` rows below, ``_SHIFT`` to the right.

    Rows go in groups, of which the first half is held against the second. The first pass keeps the largest difference
    of each column of groups in a block, so that only few are looked at again.
    """
    (height, width), tiles = plane.shape, len(limits)
    group, half = 2 * step, step * width
    length = half - _SHIFT * step
    whole, tall = height - height % group, max(1, _BLOCK_BYTES // (length * plane.itemsize)) * group
    parts = [(top, min(top + tall, whole), limits) for top in range(0, whole, tall)]
    if whole < height:
        parts.append((height - group, height, np.roll(limits, height % step, axis=1)))
    scratch, most = np.empty((tall // group, length), plane.dtype), np.empty(length, plane.dtype)
    keys, sizes = [], []
    for top, bottom, limit in parts:
        rows = plane[top:bottom].reshape(-1, 2 * half)
        size = cv2.absdiff(rows[:, :length], rows[:, -length:], scratch[: len(rows)])
        least = limit[top * tiles // height : (bottom - 1) * tiles // height + 1].min(axis=0).ravel()[:length]
        columns = (np.maximum.reduce(size, axis=0, out=most) > least).nonzero()[0]
        pairs, at = (size.take(columns, axis=1) > least.take(columns)).nonzero()
        column = columns.take(at)
        keys.append(top * width + 2 * half * pairs + column)
        sizes.append(size[pairs, column])
    key = np.concatenate(keys)
    row, column = _rows_and_columns(key, width)
    key = key[np.concatenate(sizes) > limits[row * tiles // height, row % step, column]]
    return np.concatenate([key, key + 2 * half - length])


def _confirmed(frame: _Frame, suspects: Places) -> tuple[Places, Float]:
    """Those suspects that are defects, and the defects that touch them, with their deviations."""
    flat = frame.plane.ravel()
    fresh = _standing_out(frame, suspects)
    seen, kept, sizes = fresh, [fresh[:0]], [np.zeros(0)]
    while len(fresh):
        index = frame.around(fresh)
        around = flat.take(index)
        median = _median(around)
        deviation, limit = flat.take(fresh) - median, frame.threshold_at(fresh)
        bad = np.abs(deviation) > limit
        kept.append(fresh[bad])
        sizes.append(deviation[bad])
        beside = around[bad][:, _BESIDE]
        alike = np.abs(beside - median[bad, np.newaxis]) > _HINT_RATIO * limit[bad, np.newaxis]
        fresh = _once(index[bad][:, _BESIDE][alike])
        if len(fresh):
            fresh = fresh[seen.take(np.searchsorted(seen, fresh), mode="clip") != fresh]
            seen = np.sort(np.concatenate([seen, fresh]))
    keys = np.concatenate(kept)
    order = np.argsort(keys)
    return keys[order], np.concatenate(sizes)[order]


def _standing_out(frame: _Frame, keys: Places) -> Places:
    """Those that differ from the pixel two to the left or to the right: next to them in memory, so cheap to ask."""
    flat, away = frame.plane.ravel(), 2 * frame.step
    here, limit = flat.take(keys), _HINT_RATIO * frame.threshold_at(keys)
    left, right = (apart(here, flat.take(keys + offset, mode="clip")) > limit for offset in (-away, away))
    return np.asarray(keys[left | right])


def _median(values: npt.NDArray[Any]) -> Float:
    """Median along the last axis; a fraction of what numpy's own takes for a few values."""
    lower, upper = (values.shape[-1] - 1) // 2, values.shape[-1] // 2
    ordered = np.sort(values, axis=-1)  # of so few quicker than a partition
    return np.asarray(0.5 * (ordered[..., lower].astype(np.float64) + ordered[..., upper]))


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
