"""The measurements that several camera probes share, with their limits and what they speak for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from probes._declare import Excuse, Measure, Reading, Said, Says
from probes._limits import AtLeast, AtMost, Limit, LimitSource
from probes._records import Evidence
from probes._verdict import Unit, Verdict
from probes.hardware.camera_photo import Facing

PART: Final = {Facing.REAR: "RFC", Facing.FRONT: "FFC"}
_BLOCK: Final = LimitSource(
    kind="prior", text="cameras hide single pixels of a colour that are dead; two and more both ways are seen"
)
_LINE: Final = LimitSource(kind="prior", text="a line across the picture is a fault of the chip at any size")
_ROWS: Final = LimitSource(
    kind="prior", text="the eye finds stripes from a tenth of the noise of a pixel on: the rule of sensor makers"
)
_HOT: Final = LimitSource(
    kind="prior", text="50 of a million is about what a factory's list of pixels to be hidden holds; more are seen"
)
_BLACK: Final = LimitSource(
    kind="prior", text="a covered camera is black but for its noise; 8 % of white is seen as grey"
)
_CORNERS: Final = LimitSource(
    kind="standard", text="CameraITS, test_lens_shading_and_color_uniformity: corners alike within 20 %; 2 % are kept"
)
_SPECK: Final = LimitSource(
    kind="prior",
    text="a spot of 1.25 % on 20 pixels, 1.5 % at its peak, is seen on a plain wall; far corners are left out",
)
SHARP_CYCLES_PX: Final = LimitSource(
    kind="prior", text="half the contrast at 0.12 cycles a pixel is a spread of 1.5 pixels: small print is lost"
)
"""Why a picture is called sharp from 0.12 cycles a pixel on."""
_SIDES: Final = LimitSource(
    kind="prior", text="halves of a picture that differ by a fifth in sharpness are seen on a page of print"
)
_GLARE: Final = LimitSource(
    kind="prior", text="dark beside light that is lifted by 1.5 % of the step: clean lenses stay under half a percent"
)

_KINDS: Final[Mapping[str, tuple[str, Unit, Limit, str]]] = {
    "dead_blocks": ("Groups of dead pixels", Unit.COUNT, AtMost(high=0, source=_BLOCK), "dead_pixels"),
    "lines": ("Lines in the picture", Unit.COUNT, AtMost(high=0, source=_LINE), "lines"),
    "row_noise_ratio": ("Noise along rows", Unit.NONE, AtMost(high=0.1, source=_ROWS), "row_noise"),
    "hot_ppm": ("Hot pixels of a million", Unit.COUNT, AtMost(high=50.0, source=_HOT), "hot_pixels"),
    "dark_level_ratio": ("Level in the dark", Unit.NONE, AtMost(high=0.08, source=_BLACK), "black_level"),
    "corners_ratio": ("Brightness of opposite corners", Unit.NONE, AtLeast(low=0.82, source=_CORNERS), "decentred"),
    "specks": ("Specks in a plain field", Unit.COUNT, AtMost(high=0, source=_SPECK), "specks"),
    "centre_cycles_px": ("Sharpness in the middle", Unit.NONE, AtLeast(low=0.12, source=SHARP_CYCLES_PX), "soft"),
    "sides_ratio": ("Sharpness of the softer half", Unit.NONE, AtLeast(low=0.8, source=_SIDES), "soft_side"),
    "glare_ratio": ("Light spilt into the dark", Unit.NONE, AtMost(high=0.015, source=_GLARE), "veil"),
}


def camera_measures(facing: Facing, *names: str) -> tuple[Measure, ...]:
    """Declare measurements of one camera; codes begin with ``camera.rear_`` or ``camera.front_``."""
    made = []
    for name in names:
        label, unit, limit, code = _KINDS[name]
        says = Says(code=f"camera.{facing}_{code}", component=PART[facing])
        made.append(Measure(name=name, label=label, unit=unit, limit=limit, says=says))
    return tuple(made)


def told(values: Mapping[str, float | None], why: str, evidence: tuple[Evidence, ...]) -> Iterator[Said]:
    """Say values, and excuse those that are missing."""
    for name, value in values.items():
        if value is None:
            yield Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason=why)
        else:
            yield Reading(name=name, value=value, evidence=evidence)
