"""Where a phone's panel lies in a bench camera's photograph, and the photograph brought to the panel's own pixels.

The four sides of a lit panel are found on a threshold, then each is measured to a fraction of a pixel where the light
crosses half its height, and fitted by a straight line without the rounded corners. Four corners give the projective
map; with more known points the map is the least-squares one. Points are (column, row) in pixels, pixel centres at
whole numbers, as in OpenCV.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from probes.signals._pictures import as_picture, as_plane, picture_flaws
from probes.signals._validity import Float, Judged, Reason, SignalError, WrongShape, WrongValue, as_reals, nan_like

_MIN_SIZE: Final = 32
_MIN_PANEL_RATIO: Final = 0.02
_SAMPLES: Final = 200
_CORNER_SHARE: Final = 0.12
"""Share of a side next to each corner that is not measured: phones' corners are round."""
_SEARCH_RATIOS: Final = (0.06, 0.02)
_MAX_RESIDUAL_PX: Final = 2.0
_CORNERS: Final = 4
_MIN_CONTRAST_RATIO: Final = 0.2
_MAX_OVERSAMPLING: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPlace(Judged):
    """The panel in a photograph: corners (4, 2) as (column, row), from the top left clockwise.

    ``corner_std_px`` is their standard deviation from the scatter along the sides, ``bow_px`` how far the worst side
    bends (lens distortion): above one pixel it is remarked (`COARSE`).
    """

    corners_px: Float
    corner_std_px: float
    bow_px: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Judged):
    """Map from photograph to panel, ``homography`` (3, 3), and what points leave unexplained.

    ``residual_px`` is the rms of a coordinate in panel pixels, ``point_std_px`` the same for the degrees of freedom.
    """

    homography: Float
    residual_px: float
    point_std_px: float


@dataclass(frozen=True, slots=True)
class _Side:
    """A side of a panel: homogeneous line (3,), scatter of its points around it, and how far it bows."""

    line: Float
    scatter_px: float
    bow_px: float


def find_panel(photo: npt.ArrayLike) -> PanelPlace:
    """The one bright quadrilateral of a photograph (panel showing white, the rest dark).

    Args:
        photo: (rows, columns), any real type; the whole panel in view, at least 2 % of the picture.

    Invalid: nothing bright that has four sides (`NOT_FOUND`), a side not within the picture or not straight (`NO_FIT`).

    Raises:
        WrongShape, WrongType: not one plane of numbers.
    """
    plane = as_plane(photo, name="photo")
    if reasons := picture_flaws(plane, at_least=(_MIN_SIZE, _MIN_SIZE)):
        return _nowhere(reasons[0])
    values = plane.astype(np.float32)
    outline = _outline(values)
    if outline is None:
        return _nowhere(Reason.NOT_FOUND)
    corners = outline
    # round corners hide where the sides meet: a first look reaches far, the second starts from what it found
    for reach in _SEARCH_RATIOS:
        sides = [_measure_side(values, corners, number, reach) for number in range(_CORNERS)]
        measured = [side for side in sides if side is not None]
        if len(measured) < _CORNERS:
            return _nowhere(Reason.NO_FIT)
        meets = np.array([np.cross(measured[number - 1].line, measured[number].line) for number in range(_CORNERS)])
        corners = meets[:, :2] / meets[:, 2:]
    # a line through n points extrapolated to its end has four times the variance of their mean
    std = math.sqrt(2.0) * 2.0 * max(side.scatter_px for side in measured) / math.sqrt(_SAMPLES)
    bow = max(side.bow_px for side in measured)
    return PanelPlace(remarks=(Reason.COARSE,) if bow > 1.0 else (), corners_px=corners, corner_std_px=std, bow_px=bow)


def register(photo_points_px: npt.ArrayLike, panel_points_px: npt.ArrayLike) -> Registration:
    """Least-squares projective map that takes points of the photograph to points of the panel.

    Args:
        photo_points_px: (points, 2), as (column, row); ``panel_points_px`` the same points on the panel.

    With four points the map is exact and nothing is left to judge it by (``residual_px`` NaN); ``point_std_px`` is the
    residual for the degrees of freedom. Invalid when no map fits (`NO_FIT`: points in a line).

    Raises:
        WrongShape: not (points, 2), different numbers, fewer than four.
    """
    points = [as_reals(one, name="points") for one in (photo_points_px, panel_points_px)]
    if any(one.ndim != 2 or one.shape[1] != 2 for one in points) or points[0].shape != points[1].shape:
        raise WrongShape(f"points must be (points, 2) twice, not {points[0].shape} and {points[1].shape}")
    count = len(points[0])
    if count < _CORNERS:
        raise WrongShape(f"four points are needed, not {count}")
    missing = Registration(
        reasons=(Reason.NO_FIT,), homography=nan_like(3, 3), residual_px=math.nan, point_std_px=math.nan
    )
    if not all(np.isfinite(one).all() for one in points) or _in_a_line(points[0]) or _in_a_line(points[1]):
        return missing
    # where there is no map, OpenCV gives None, which becomes a NaN without dimensions
    homography = np.asarray(cv2.findHomography(points[0], points[1], 0)[0], dtype=np.float64)
    if homography.shape != (3, 3) or not abs(float(np.linalg.det(homography))) > np.finfo(float).tiny:
        return missing
    squares = float(np.sum((mapped(homography, points[0]) - points[1]) ** 2))
    free = 2 * count - 8
    return Registration(
        homography=homography,
        residual_px=math.sqrt(squares / (2 * count)) if free else math.nan,
        point_std_px=math.sqrt(squares / free) if free else math.nan,
    )


def register_panel(place: PanelPlace, *, rows: int, columns: int) -> Registration:
    """Map from the photograph to a panel of ``rows`` x ``columns`` pixels, by the outer edges of its corner pixels.

    Raises:
        WrongValue: a panel without pixels. SignalError: the place is not valid.
    """
    if min(rows, columns) < 1:
        raise WrongValue(f"a panel has pixels, not {rows} x {columns}")
    if not place.valid:
        raise SignalError("the panel was not found: " + ", ".join(place.reasons))
    left, right, top, bottom = -0.5, columns - 0.5, -0.5, rows - 0.5
    return register(place.corners_px, [(left, top), (right, top), (right, bottom), (left, bottom)])


def mapped(homography: npt.ArrayLike, points_px: npt.ArrayLike) -> Float:
    """Points (points, 2) taken through a (3, 3) projective map; NaN or infinite where the map sends them there.

    Raises:
        WrongShape: no points (points, 2), no matrix (3, 3). WrongType: no real numbers.
    """
    points, matrix = as_reals(points_px, name="points_px"), as_reals(homography, name="homography")
    if points.ndim != 2 or points.shape[1] != 2 or matrix.shape != (3, 3):
        raise WrongShape(f"points (points, 2) and a map (3, 3) are needed, not {points.shape} and {matrix.shape}")
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        through = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ matrix.T
        return np.asarray(through[:, :2] / through[:, 2:])


def rectify(photo: npt.ArrayLike, registration: Registration, *, rows: int, columns: int) -> npt.NDArray[np.float32]:
    """The photograph as the panel's own pixels: (rows, columns) or (rows, columns, channels), float32.

    Each panel pixel is the mean over its area: the photograph is sampled as finely as it resolves the panel, at least
    twice a pixel, and averaged. Places outside the photograph are NaN.

    Raises:
        SignalError: the registration is not valid. WrongShape, WrongType: not a picture.
    """
    array = as_picture(photo, name="photo").astype(np.float32)
    if not array.size:
        raise WrongShape(f"a photograph without pixels: {array.shape}")
    if not registration.valid:
        raise SignalError("the registration is not valid: " + ", ".join(registration.reasons))
    fine = _oversampling(registration.homography, rows, columns)
    scale = np.array([[fine, 0.0, 0.5 * (fine - 1)], [0.0, fine, 0.5 * (fine - 1)], [0.0, 0.0, 1.0]])
    size = (columns * fine, rows * fine)
    planes = []
    for channel in range(array.shape[2]):
        flat = cv2.warpPerspective(
            np.ascontiguousarray(array[..., channel]),
            scale @ registration.homography,
            size,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=math.nan,
        )
        planes.append(cv2.resize(flat, (columns, rows), interpolation=cv2.INTER_AREA))
    out = np.stack(planes, axis=2)
    return np.asarray(out[..., 0] if np.ndim(photo) == 2 else out, dtype=np.float32)


def _oversampling(homography: Float, rows: int, columns: int) -> int:
    """Samples across a panel pixel: twice, or as many as the photograph has pixels there."""
    outline = np.array([(0.0, 0.0), (columns, 0.0), (columns, rows), (0.0, rows)])
    in_photo = mapped(np.linalg.inv(homography), outline)
    sides = np.hypot(*(np.roll(in_photo, -1, axis=0) - in_photo).T) / np.array([columns, rows, columns, rows])
    return int(np.clip(math.ceil(float(sides.max())), 2, _MAX_OVERSAMPLING))


def _in_a_line(points: Float) -> bool:
    """Whether the points do not span an area."""
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return bool(spread[1] <= 1e-9 * max(spread[0], np.finfo(float).tiny))


def _outline(values: npt.NDArray[np.float32]) -> Float | None:
    """Rough corners (4, 2) of the largest bright thing, from the top left clockwise; None when it has no four sides."""
    low, high = (float(np.quantile(values[::4, ::4], share)) for share in (0.02, 0.98))
    if not high - low > _MIN_CONTRAST_RATIO * abs(high):
        return None
    mask = (values > 0.5 * (low + high)).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(contours, key=cv2.contourArea, default=None)
    if largest is None or cv2.contourArea(largest) < _MIN_PANEL_RATIO * values.size:
        return None
    hull = cv2.convexHull(largest)
    length = cv2.arcLength(hull, True)
    for tolerance in (0.02, 0.03, 0.04, 0.05, 0.07):
        corners = cv2.approxPolyDP(hull, tolerance * length, True)
        if len(corners) == _CORNERS:
            return _clockwise(corners[:, 0].astype(np.float64))
    return None


def _clockwise(corners: Float) -> Float:
    """Corners from the top left on (smallest sum of row and column), clockwise as one looks at the picture."""
    middle = corners.mean(axis=0)
    ordered = corners[np.argsort(np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0]))]
    return np.roll(ordered, -int(np.argmin(ordered.sum(axis=1))), axis=0)


def _measure_side(values: npt.NDArray[np.float32], corners: Float, number: int, reach_ratio: float) -> _Side | None:
    """The side that starts at a corner, from profiles across it; None where none is found."""
    start, end = corners[number], corners[(number + 1) % _CORNERS]
    along = end - start
    length = float(np.hypot(*along))
    normal = np.array([along[1], -along[0]]) / length
    if normal @ (corners.mean(axis=0) - start) > 0:
        normal = -normal
    reach = max(4.0, reach_ratio * length)
    share = np.linspace(_CORNER_SHARE, 1.0 - _CORNER_SHARE, _SAMPLES)
    depth = np.arange(-reach, reach, 0.25)
    places = start + share[:, np.newaxis, np.newaxis] * along + depth[:, np.newaxis] * normal
    profile = cv2.remap(
        values,
        places[..., 0].astype(np.float32),
        places[..., 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=math.nan,
    ).astype(np.float64)
    offset = _half_height(profile, depth)
    if np.count_nonzero(np.isfinite(offset)) < _SAMPLES // 2:
        return None
    return _fit_side(share, offset, start=start, along=along, normal=normal)


def _half_height(profile: Float, depth: Float) -> Float:
    """Depth at which each profile, bright first, falls under half its height; NaN where it does not."""
    tenth = max(2, profile.shape[1] // 10)
    bright, dark = np.median(profile[:, :tenth], axis=1), np.median(profile[:, -tenth:], axis=1)
    half = 0.5 * (bright + dark)
    under = profile < half[:, np.newaxis]
    at = np.argmax(under, axis=1)
    line = np.arange(len(profile))
    before = profile[line, np.maximum(at - 1, 0)]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = (before - half) / (before - profile[line, at])
    found = (at > 0) & (bright > dark) & np.isfinite(profile).all(axis=1)
    return np.where(found, depth[np.maximum(at - 1, 0)] + part * (depth[1] - depth[0]), math.nan)


def _fit_side(share: Float, offset: Float, *, start: Float, along: Float, normal: Float) -> _Side | None:
    used = np.isfinite(offset)
    fit = np.zeros(2)
    for _ in range(3):
        fit = np.polyfit(share[used], offset[used], 1)
        away = np.abs(offset - np.polyval(fit, share))
        used = np.isfinite(offset) & (away <= max(3.0 * 1.4826 * float(np.median(away[used])), 0.05))
    residual = offset[used] - np.polyval(fit, share[used])
    scatter = float(residual.std())
    curve = np.polyfit(share[used], offset[used], 2)[0] if np.count_nonzero(used) > _SAMPLES // 2 else math.inf
    if not scatter <= _MAX_RESIDUAL_PX:
        return None
    ends = [start + at * along + np.polyval(fit, at) * normal for at in (0.0, 1.0)]
    line = np.cross([*ends[0], 1.0], [*ends[1], 1.0])
    return _Side(line, scatter, abs(float(curve)) / 8.0)


def _nowhere(reason: Reason) -> PanelPlace:
    return PanelPlace(reasons=(reason,), corners_px=nan_like(4, 2), corner_std_px=math.nan, bow_px=math.nan)
