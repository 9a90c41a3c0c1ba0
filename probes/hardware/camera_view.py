"""Each camera on a plain wall, in the dark and on a chart: chip, lens and focus.

Somebody holds the phone. Who has overlooked a request leaves the old view before the camera: what the photo shows is
looked at before it is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import ProbeMeta, Said
from probes._errors import NotSupported
from probes._records import Evidence
from probes._station import Does, StationBench, Task
from probes._verdict import Capability, Effort, Resource, Stage
from probes.hardware.camera_chart import look_at_chart
from probes.hardware.camera_field import View, corners_ratio, hot_ppm, look_at_field, specks, view_of
from probes.hardware.camera_measures import camera_measures, told
from probes.hardware.camera_photo import Facing, Shot, shoot
from probes.hardware.camera_sensor import no_photo, refuse_black

_FIELD: Final = ("dead_blocks", "lines", "row_noise_ratio", "corners_ratio", "specks")
_DARK: Final = ("dark_level_ratio", "hot_ppm")
_CHART: Final = ("centre_cycles_px", "sides_ratio", "glare_ratio")
_ASKED: Final = 2
_UNEVEN: Final = 0.1
_DIM: Final = 0.02
_TEXTS: Final = {
    (Facing.REAR, "flat"): "Wipe the rear lens. Hold the rear camera before an even, lit white surface.",
    (Facing.REAR, "dark"): "Cover the rear camera so that no light comes in.",
    (Facing.REAR, "chart"): "Hold the rear camera before the chart so that the chart fills the picture.",
    (Facing.FRONT, "flat"): "Wipe the front lens. Hold the front camera before an even, lit white surface.",
    (Facing.FRONT, "dark"): "Cover the front camera so that no light comes in.",
    (Facing.FRONT, "chart"): "Hold the front camera before the chart so that the chart fills the picture.",
}


def _meta(facing: Facing, purpose: str) -> ProbeMeta:
    return ProbeMeta(
        id=f"camera.{facing}_view",
        version=1,
        purpose=purpose,
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.MEDIUM,
        duration_s=30.0,
        resources=frozenset({Resource.CAMERA, Resource.SCREEN, Resource.OPERATOR}),
        wants=frozenset({Capability.PHOTO, Capability.OPERATOR}),
        needs_setting=frozenset({"setting.camera_privacy"}),
        measures=camera_measures(facing, *_FIELD, *_DARK, *_CHART),
    )


class _CameraView(HardwareProbe):
    """Three photos of one camera."""

    facing: Facing

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Have the camera held before three views and judge a photo of each."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who holds the phone")
        field = self._seen(bench, "flat", lambda shot: view_of(shot.light) is View.PLAIN)
        if field is not None:
            refuse_black(field)
        yield from self._field(field)
        yield from self._darkness(self._seen(bench, "dark", _is_even))
        yield from self._chart(self._seen(bench, "chart", lambda shot: look_at_chart(shot.light) is not None))
        if field is None:
            yield no_photo(self.facing)

    def _seen(self, bench: StationBench, view: str, fits: Callable[[Shot], bool]) -> Shot | None:
        """A photo of a view; who has overlooked it is asked once more."""
        what = view if self.facing is Facing.REAR else f"front_{view}"
        shot = None
        for _again in range(_ASKED):
            bench.do(Task(does=Does.AIM, what=what, text=_TEXTS[self.facing, view]))
            shot = shoot(bench, self.facing)
            if shot is None or fits(shot):
                break
        return shot

    def _field(self, shot: Shot | None) -> Iterator[Said]:
        values: dict[str, float | None] = dict.fromkeys(_FIELD)
        why = "no_photo" if shot is None else "not_plain"
        light = None if shot is None else shot.light
        if light is not None and view_of(light) is View.PLAIN:
            field = look_at_field(light)
            values |= {name: getattr(field, name) for name in _FIELD[:3]}
            values |= {"corners_ratio": corners_ratio(light), "specks": specks(light)}
        yield from told(values, why, _evidence(shot))

    def _darkness(self, shot: Shot | None) -> Iterator[Said]:
        """A picture of things was taken with the hand away; one that is even says how black the camera's black is."""
        values: dict[str, float | None] = dict.fromkeys(_DARK)
        if shot is not None and _is_even(shot):
            light = shot.light
            values["dark_level_ratio"] = float(light.mean())
            if view_of(light) is View.DARK:
                values["hot_ppm"] = hot_ppm(light)
        yield from told(values, "no_photo" if shot is None else "not_dark", _evidence(shot))

    def _chart(self, shot: Shot | None) -> Iterator[Said]:
        chart = None if shot is None else look_at_chart(shot.light)
        values = {name: None if chart is None else float(getattr(chart, name)) for name in _CHART}
        yield from told(values, "no_photo" if shot is None else "no_chart", _evidence(shot))


class RearCameraView(_CameraView):
    """The main rear camera."""

    facing = Facing.REAR
    meta = _meta(Facing.REAR, "Rear camera: plain wall, darkness and chart")


class FrontCameraView(_CameraView):
    """The front camera."""

    facing = Facing.FRONT
    meta = _meta(Facing.FRONT, "Front camera: plain wall, darkness and chart")


def _evidence(shot: Shot | None) -> tuple[Evidence, ...]:
    return () if shot is None else (Evidence(text=f"{shot.grey.shape[1]} x {shot.grey.shape[0]} pixels"),)


def _is_even(shot: Shot) -> bool:
    """Whether the corners are as bright as the middle: a lens falls off, what the chip makes by itself does not."""
    light, (rows, columns) = shot.light, shot.light.shape
    tall, wide = rows // 16, columns // 16
    corners = [light[:tall, :wide], light[:tall, -wide:], light[-tall:, :wide], light[-tall:, -wide:]]
    middle = float(light[rows // 2 - tall : rows // 2 + tall, columns // 2 - wide : columns // 2 + wide].mean())
    return all(abs(float(corner.mean()) - middle) <= max(_UNEVEN * middle, _DIM) for corner in corners)
