"""The framebuffer: whether a plain page that is shown comes out plain, before any glass is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtLeast, LimitSource
from probes._records import Evidence
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.hardware.display_page import Page, hidden_by, plain_ratio, put_away, screen_size, screenshot, show

_PAGES: Final = (Page.RED, Page.GREEN, Page.BLUE)
_PLAIN: Final = LimitSource(kind="prior", text="a viewer's own bars take less than a fifth of the screen")


class Framebuffer(HardwareProbe):
    """Red, green and blue pages and a screenshot of each: what the software draws is what was asked for."""

    meta = ProbeMeta(
        id="display.framebuffer",
        version=2,
        purpose="Picture that the software draws",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.LOW,
        duration_s=5.0,
        resources=frozenset({Resource.SCREEN}),
        wants=frozenset({Capability.SCREENSHOT}),
        measures=(
            Measure(
                name="plain_ratio",
                label="Share of the picture in the right colour",
                unit=Unit.NONE,
                limit=AtLeast(low=0.8, source=_PLAIN),
                says=Says(code="display.framebuffer_wrong", component="SW"),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Show each page, and keep the worst."""
        size = screen_size(bench)
        shares: list[float] = []
        for page in _PAGES:
            show(bench, page, size)
            if not shares and (reason := hidden_by(bench)):
                put_away(bench)
                yield Excuse(name="plain_ratio", verdict=Verdict.INCONCLUSIVE, reason=reason)
                return
            picture = screenshot(bench)
            if picture is None:
                break
            shares.append(plain_ratio(picture, page))
        put_away(bench)
        if len(shares) < len(_PAGES):
            yield Excuse(name="plain_ratio", verdict=Verdict.INCONCLUSIVE, reason="no_screenshot")
            return
        yield Reading(name="plain_ratio", value=min(shares), evidence=(Evidence(text=f"screen {size[0]} x {size[1]}"),))
