"""The focus drive: the chart photographed from close by and from arm's length.

A stock shell tells the camera app to take a photo, and no more: no position of the drive, no raw picture. What remains
is the camera's own automatic focus at two distances; a lens without a drive is left out. Sharp at both: the drive is
good. Sharp at one of them only: it does not travel. Soft at both alike: the lens, or what is on it. Not verified on a
real phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import AtLeast, LimitSource
from probes._records import Evidence
from probes._station import Does, StationBench, Task
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.formats import CameraService, parse_camera
from probes.hardware.camera_chart import Chart, look_at_chart
from probes.hardware.camera_measures import PART, SHARP_CYCLES_PX
from probes.hardware.camera_photo import Facing, Shot, shoot
from probes.hardware.camera_sensor import no_photo, refuse_black
from probes.software._ask import ask

_NEAR_TEXTS: Final = {
    Facing.REAR: "Wipe the rear lens. Hold the rear camera {distance} cm before the small chart, by the ruler, and let "
    "it focus.",
    Facing.FRONT: "Wipe the front lens. Hold the front camera {distance} cm before the small chart, by the ruler, and "
    "let it focus.",
}
_FAR_TEXTS: Final = {
    Facing.REAR: "Hold the rear camera at arm's length (60 cm) before the large chart and let it focus.",
    Facing.FRONT: "Hold the front camera at arm's length (60 cm) before the large chart and let it focus.",
}
_SIDE: Final = {Facing.REAR: "back", Facing.FRONT: "front"}
_CLOSEST_CM: Final = 12.0
_SPARE: Final = 1.2  # a hand is not a rail: so much farther than the nearest that the maker promises
_FARTHEST_CM: Final = 25.0
_CM_PER_M: Final = 100.0
_ASKED: Final = 2
_GROWN: Final = 1.3
_FOLLOWS: Final = LimitSource(
    kind="prior",
    text="one lens is as sharp at both distances, within a tenth; a drive that misses by half a dioptre loses a third",
)


class _Seen(NamedTuple):
    """What a photo of a chart told, and the photo."""

    chart: Chart | None
    shot: Shot | None


def _meta(facing: Facing, purpose: str) -> ProbeMeta:
    return ProbeMeta(
        id=f"camera.{facing}_focus",
        version=1,
        purpose=purpose,
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.MEDIUM,
        duration_s=25.0,
        resources=frozenset({Resource.CAMERA, Resource.SCREEN, Resource.OPERATOR}),
        wants=frozenset({Capability.PHOTO, Capability.OPERATOR}),
        needs_setting=frozenset({"setting.camera_privacy"}),
        measures=(
            Measure(
                name="follows_ratio",
                label="Sharpness at the softer distance over the sharper",
                unit=Unit.NONE,
                limit=AtLeast(low=0.75, source=_FOLLOWS),
                says=Says(code=f"camera.{facing}_focus_stuck", component=PART[facing]),
                key=True,
            ),
            Measure(
                name="best_cycles_px",
                label="Sharpness at the better distance",
                unit=Unit.NONE,
                limit=AtLeast(low=0.12, source=SHARP_CYCLES_PX),
                says=Says(code=f"camera.{facing}_soft", component=PART[facing]),
            ),
            Measure(name="near_cycles_px", label="Sharpness close by", unit=Unit.NONE),
            Measure(name="far_cycles_px", label="Sharpness at arm's length", unit=Unit.NONE),
        ),
    )


class _CameraFocus(HardwareProbe):
    """Whether the lens of one camera follows from far to near."""

    facing: Facing

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Have the chart held far and near, and compare a photo of each."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who holds the phone")
        near_cm, before = _near_cm(bench, self.facing), "front_" if self.facing is Facing.FRONT else ""
        order = Task(does=Does.AIM, what=f"{before}chart_far", text=_FAR_TEXTS[self.facing])
        far = self._seen(bench, order, 0.0)
        beyond = _GROWN * far.chart.span_ratio if far.chart is not None else 0.0
        order = Task(
            does=Does.AIM,
            what=f"{before}chart_near",
            text=_NEAR_TEXTS[self.facing],
            values={"distance": round(near_cm)},
        )
        near = self._seen(bench, order, beyond)
        if far.shot is None or near.shot is None:
            yield no_photo(self.facing)
        yield from self._judged(near, far, beyond)

    def _judged(self, near: _Seen, far: _Seen, beyond: float) -> Iterator[Said]:
        evidence = tuple(
            Evidence(text=f"{where}: {seen.chart.centre_cycles_px:.3f} cycles a pixel, lens of {seen.shot.focal_mm} mm")
            for where, seen in (("near", near), ("far", far))
            if seen.chart is not None and seen.shot is not None
        )
        why = _open(near, far, beyond)
        values: dict[str, float] = {}
        if near.chart is not None and far.chart is not None and not why:
            near_px, far_px = near.chart.centre_cycles_px, far.chart.centre_cycles_px
            best = max(near_px, far_px)
            values = {"near_cycles_px": near_px, "far_cycles_px": far_px, "best_cycles_px": best}
            values["follows_ratio"] = min(near_px, far_px) / best
        yield from self._told(values, why, evidence)

    def _seen(self, bench: StationBench, order: Task, beyond: float) -> _Seen:
        """A photo of the chart that looks larger than ``beyond``; who has overlooked the request is asked once more."""
        chart = shot = None
        for _again in range(_ASKED):
            bench.do(order)
            shot = shoot(bench, self.facing)
            if shot is None:
                break
            refuse_black(shot)
            chart = look_at_chart(shot.light)
            if chart is not None and chart.span_ratio > beyond:
                break
        return _Seen(chart, shot)

    def _told(self, values: Mapping[str, float], why: str, evidence: tuple[Evidence, ...]) -> Iterator[Said]:
        for measure in self.meta.measures:
            if measure.name in values:
                yield Reading(name=measure.name, value=values[measure.name], evidence=evidence)
            else:
                yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason=why)


class RearCameraFocus(_CameraFocus):
    """Whether the main rear camera's lens follows from far to near."""

    facing = Facing.REAR
    meta = _meta(Facing.REAR, "Rear camera: focus from near to far")


class FrontCameraFocus(_CameraFocus):
    """The same of the front camera, whose lens is glued on most phones: these are said to have no drive to judge."""

    facing = Facing.FRONT
    meta = _meta(Facing.FRONT, "Front camera: focus from near to far")


def _near_cm(bench: HardwareBench, facing: Facing) -> float:
    """How close to hold the chart: what the maker promises, and some more.

    Raises:
        NotSupported: the lens stands still, or is not made for what is near, or a front lens is not told of.
    """
    nearest_dpt = _nearest_dpt(ask(bench, parse_camera, "dumpsys", "media.camera").value, facing)
    if nearest_dpt is None:
        if facing is Facing.FRONT:
            raise NotSupported("it does not tell whether its front lens moves: most have a fixed focus", link="adb")
        return _CLOSEST_CM
    if nearest_dpt <= 0.0:
        raise NotSupported("its lens has a fixed focus: there is no drive to judge", link="adb")
    near_cm = max(_SPARE * _CM_PER_M / nearest_dpt, _CLOSEST_CM)
    if near_cm > _FARTHEST_CM:
        raise NotSupported("its lens is not made for what is near: far and near hardly differ", link="adb")
    return near_cm


def without_drive(service: CameraService) -> frozenset[str]:
    """Ids of the checks of a drive that there is none of: the phone says that this lens has a fixed focus."""
    kinds = (RearCameraFocus, FrontCameraFocus)
    return frozenset(kind.meta.id for kind in kinds if _nearest_dpt(service, kind.facing) == 0.0)


def _nearest_dpt(service: CameraService, facing: Facing) -> float | None:
    """The nearest focus of the first camera on that side (dioptres), 0 of a fixed one; None where it is not told."""
    told = (one.nearest_focus_dpt for one in service.devices if (one.facing or "").lower() == _SIDE[facing])
    return next(told, None)


def _open(near: _Seen, far: _Seen, beyond: float) -> str:
    """Why the two photos cannot be compared; empty where they can."""
    if near.shot is None or far.shot is None:
        return "no_photo"
    if near.chart is None or far.chart is None:
        return "no_chart"
    if near.chart.span_ratio <= beyond:
        return "not_moved"
    if near.shot.focal_mm != far.shot.focal_mm or near.shot.grey.size != far.shot.grey.size:
        return "other_lens"  # some apps change to a second camera for what is close
    return ""
