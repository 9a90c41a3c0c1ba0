"""The chip of each camera, from one photo of whatever is before it: judged where that is plain, or dark.

A phone that lies on its back has its rear camera in the dark and its front camera at the ceiling. A picture of things
says nothing of a chip and is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Sign
from probes._errors import Blocked
from probes._records import Evidence
from probes._verdict import Capability, Effort, Resource, Stage, Strength, Unit, Verdict
from probes.hardware._gamma import ONE_PICTURE
from probes.hardware.camera_field import View, hot_ppm, look_at_field, view_of
from probes.hardware.camera_measures import PART, camera_measures
from probes.hardware.camera_photo import Facing, Shot, shoot

_FIELD: Final = ("dead_blocks", "lines", "row_noise_ratio")
_DURATION_S: Final = 4.0
_MILLION: Final = 1e6


def _meta(facing: Facing, purpose: str) -> ProbeMeta:
    return ProbeMeta(
        id=f"camera.{facing}_sensor",
        version=1,
        purpose=purpose,
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.LOW,
        duration_s=_DURATION_S,
        resources=frozenset({Resource.CAMERA, Resource.SCREEN}),
        wants=frozenset({Capability.PHOTO}),
        needs_setting=frozenset({"setting.camera_privacy"}),
        measures=(
            Measure(name="megapixels", label="Size of a photo in megapixels", unit=Unit.NONE),
            *camera_measures(facing, *_FIELD, "hot_ppm"),
        ),
    )


class _CameraSensor(HardwareProbe):
    """One photo, and what its view allows to say."""

    facing: Facing

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Take a photo, tell what it shows, and judge the chip by it."""
        shot = shoot(bench, self.facing)
        if shot is None:
            yield no_photo(self.facing)
            for measure in self.meta.measures:
                yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason="no_photo")
            return
        refuse_black(shot)
        evidence = (Evidence(text=f"{shot.grey.shape[1]} x {shot.grey.shape[0]} pixels"),)
        yield Reading(name="megapixels", value=shot.grey.size / _MILLION, evidence=evidence)
        view, values = _seen(shot)
        why = {View.PLAIN: "not_dark", View.DARK: "too_dark", View.OTHER: "not_plain"}[view]
        for name, value in values.items():
            if value is not None:
                yield Reading(name=name, value=value, evidence=evidence)
            else:  # what one view cannot show is no shortcoming of the phone
                verdict = Verdict.INCONCLUSIVE if view is View.OTHER else Verdict.NOT_SUPPORTED
                yield Excuse(name=name, verdict=verdict, reason=why)


def _seen(shot: Shot) -> tuple[View, dict[str, float | None]]:
    """What the photo shows, and what that says of the chip."""
    values: dict[str, float | None] = dict.fromkeys((*_FIELD, "hot_ppm"))
    with ONE_PICTURE:
        light = shot.light
        view = view_of(light)
        if view is View.PLAIN:
            field = look_at_field(light)
            values |= {name: getattr(field, name) for name in _FIELD}
        elif view is View.DARK:
            values["hot_ppm"] = hot_ppm(light)
    return view, values


class RearCameraSensor(_CameraSensor):
    """The chip of the main rear camera."""

    facing = Facing.REAR
    meta = _meta(Facing.REAR, "Image sensor of the rear camera")


class FrontCameraSensor(_CameraSensor):
    """The chip of the front camera."""

    facing = Facing.FRONT
    meta = _meta(Facing.FRONT, "Image sensor of the front camera")


def no_photo(facing: Facing) -> Sign:
    """A camera app that gives no photo: a camera that does not open, or an app that asks something first."""
    return Sign(code=f"camera.{facing}_no_photo", strength=Strength.MODERATE, components=(PART[facing],))


def refuse_black(shot: Shot) -> None:
    """Refuse a picture of nothing but zeros: Android gives that where its privacy switch withholds the camera.

    Raises:
        Blocked: the picture is one.
    """
    if shot.is_black:
        raise Blocked("the camera gives nothing but black: it is withheld", reason="blocked_privacy", link="adb")
