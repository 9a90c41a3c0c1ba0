"""The glass of the screen as the bench camera sees it, while the framebuffer behind it is known to be right.

What the screenshot shows and the photograph does not is the panel's. The camera must see the whole screen with a rim
of a tenth around it, and for single dots a pixel of its own for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import AtLeast, AtMost, LimitSource
from probes._records import Evidence
from probes._station import StationBench
from probes._verdict import Capability, Effort, Resource, Risk, Stage, Unit, Verdict
from probes.hardware.display_page import (
    Page,
    pixel_pitch_mm,
    plain_ratio,
    put_away,
    screen_size,
    screenshot,
    show,
)
from probes.hardware.display_panel import bright_level, find_screen, is_overexposed, look_at_glass

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from probes._station import Photo

_PART: Final = "DSP"
_LEVEL: Final = "140"
_LEAST_PLAIN_RATIO: Final = 0.8
_DARK_RATIO: Final = 0.05
_PAGES: Final = (Page.RED, Page.GREEN, Page.BLUE, Page.GREY, Page.BLACK)
_USUAL_PITCH_MM: Final = 25.4 / 420
_LIT: Final = LimitSource(kind="prior", text="a white page that a set-up camera sees as black is not lit at all")
_DOTS: Final = LimitSource(kind="prior", text="what buyers of spare displays let pass: two dots of one colour")
_LINES: Final = LimitSource(kind="standard", text="missing lines are a fault of the statutory list, from the first")
_EVEN: Final = LimitSource(kind="prior", text="a part of the screen with under four fifths of the light is seen")
_CLOUDS: Final = LimitSource(
    kind="prior", text="index after SEMI D31, made for larger panels; healthy phones keep well under it"
)
_BURNT: Final = LimitSource(
    kind="prior", text="1.5 % over patches that symbols fill by half: 3 % at a sharp edge is seen on grey"
)
_ALL: Final = ("white_ratio", "dead_dots", "lines", "evenness_ratio", "clouds_index", "burnt_ratio")


class Glass(HardwareProbe):
    """Plain pages, photographed."""

    meta = ProbeMeta(
        id="display.glass",
        version=1,
        purpose="Screen before the bench camera",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        risk=Risk.CHANGES_SETTING,
        duration_s=20.0,
        resources=frozenset({Resource.SCREEN, Resource.STILLNESS}),  # nobody moves what the camera looks at
        wants=frozenset({Capability.BENCH_CAMERA, Capability.SCREENSHOT, Capability.SETTINGS}),
        needs_setting=frozenset(
            {"setting.color_inversion", "setting.grayscale", "setting.extra_dim", "setting.magnification"}
        ),
        measures=(
            Measure(
                name="white_ratio",
                label="Light of a white page, of what blinds the camera",
                unit=Unit.NONE,
                limit=AtLeast(low=_DARK_RATIO, source=_LIT),
                says=Says(code="display.glass_dark", component=_PART),
                key=True,
            ),
            Measure(
                name="dead_dots",
                label="Dots that stay dark or lit",
                unit=Unit.COUNT,
                limit=AtMost(high=2, source=_DOTS),
                says=Says(code="display.dead_dots", component=_PART),
            ),
            Measure(
                name="lines",
                label="Lines that are missing",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_LINES),
                says=Says(code="display.lines", component=_PART),
            ),
            Measure(
                name="evenness_ratio",
                label="Darkest part over brightest",
                unit=Unit.NONE,
                limit=AtLeast(low=0.8, source=_EVEN),
                says=Says(code="display.uneven", component=_PART),
            ),
            Measure(
                name="clouds_index",
                label="Strongest cloud over what is just seen",
                unit=Unit.NONE,
                limit=AtMost(high=1.5, source=_CLOUDS),
                says=Says(code="display.clouds", component=_PART),
            ),
            Measure(
                name="burnt_ratio",
                label="Light lost under symbols",
                unit=Unit.NONE,
                limit=AtMost(high=0.015, source=_BURNT),
                says=Says(code="display.burnt_in", component=_PART),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Show each page, photograph it, and judge the glass where the framebuffer is right."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes a camera that looks at the screen")
        size = screen_size(bench)
        pitch_mm = pixel_pitch_mm(bench) or _USUAL_PITCH_MM
        with ExitStack() as stack:
            stack.enter_context(bench.setting("system", "screen_brightness_mode", "0"))
            stack.enter_context(bench.setting("system", "screen_brightness", _LEVEL))
            white = _photographed(bench, Page.WHITE, size)
            yield from self._judged(bench, white, size, pitch_mm)
            put_away(bench)

    def _judged(
        self, bench: StationBench, white: Photo | None, size: tuple[int, int], pitch_mm: float
    ) -> Iterator[Said]:
        if white is None:
            yield from _excused(_ALL, "framebuffer_wrong")
            return
        evidence = (Evidence(recording=white.id, text=f"{white.instrument}, calibrated {white.calibrated or 'never'}"),)
        level = bright_level(white.rgb)
        found = None if level < _DARK_RATIO else find_screen(white.rgb, size)
        if found is None and level >= _DARK_RATIO:
            yield from _excused(_ALL, "screen_not_found")
            return
        yield Reading(name="white_ratio", value=level, evidence=evidence)
        if found is None or is_overexposed(white.rgb):
            yield from _excused(_ALL[1:], "screen_dark" if found is None else "camera_blinded")
            return
        photos = dict(_photos(bench, size))
        if len(photos) < len(_PAGES):
            yield from _excused(_ALL[1:], "framebuffer_wrong")
            return
        registration, px_a_dot = found
        glass = look_at_glass(photos, registration, size=size, px_a_dot=px_a_dot, pitch_mm=pitch_mm)
        for name in _ALL[1:]:
            value = getattr(glass, name)
            if value is None:
                coarse = name == "dead_dots" and px_a_dot < 1.0
                verdict = Verdict.NOT_SUPPORTED if coarse else Verdict.INCONCLUSIVE
                yield Excuse(name=name, verdict=verdict, reason="camera_too_coarse" if coarse else "not_told")
            else:
                yield Reading(name=name, value=value, evidence=evidence)


def _photos(bench: StationBench, size: tuple[int, int]) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Photographs of the coloured pages whose framebuffer is right."""
    for page in _PAGES:
        photo = _photographed(bench, page, size)
        if photo is not None:
            yield page.name.lower(), photo.rgb


def _photographed(bench: StationBench, page: Page, size: tuple[int, int]) -> Photo | None:
    """A photograph of a page; None where the framebuffer does not hold it."""
    show(bench, page, size)
    drawn = screenshot(bench)
    if drawn is None or plain_ratio(drawn, page) < _LEAST_PLAIN_RATIO:
        return None
    return bench.picture()


def _excused(names: tuple[str, ...], reason: str) -> Iterator[Said]:
    for name in names:
        yield Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason=reason)
