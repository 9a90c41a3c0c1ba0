"""Whether the display manager follows the brightness setting. What the glass does of it, only a camera can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtLeast, LimitSource
from probes._records import Evidence
from probes._verdict import Capability, Effort, Resource, Risk, Stage, Unit, Verdict

_LEVELS: Final = (60, 130, 200)
_SETTLES_S: Final = 0.8
_SHOWN: Final = re.compile(rb"\bm(?:ScreenBrightness|BrightnessState|Brightness)=(\d+(?:\.\d+)?)")
_FOLLOWS: Final = LimitSource(kind="prior", text="each of three levels that are set one after the other must be taken")


class BrightnessFollows(HardwareProbe):
    """Three levels are set; the display manager must take them in their order."""

    meta = ProbeMeta(
        id="display.brightness",
        version=1,
        purpose="Brightness setting",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.NONE,
        risk=Risk.CHANGES_SETTING,
        duration_s=3.5,
        resources=frozenset({Resource.SCREEN}),
        wants=frozenset({Capability.SETTINGS}),
        measures=(
            Measure(
                name="levels",
                label="Brightness levels that are taken",
                unit=Unit.COUNT,
                limit=AtLeast(low=len(_LEVELS), source=_FOLLOWS),
                says=Says(code="display.brightness_stuck", component="SW"),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Set each level, read back what the display manager makes of it."""
        bench.shell("input", "keyevent", "224")
        shown = []
        with bench.setting("system", "screen_brightness_mode", "0"):
            for level in _LEVELS:
                with bench.setting("system", "screen_brightness", str(level)):
                    bench.wait(_SETTLES_S)
                    reply = bench.shell("dumpsys", "display")
                found = _SHOWN.findall(reply.out.raw)
                if not found:
                    yield Excuse(name="levels", verdict=Verdict.INCONCLUSIVE, reason="not_told")
                    return
                shown.append(float(found[-1]))
        rising = 1 + sum(later > earlier for earlier, later in pairwise(shown))
        text = f"{_LEVELS} set, {tuple(shown)} shown"
        yield Reading(name="levels", value=rising, evidence=(Evidence(recording=reply.id, text=text),))
