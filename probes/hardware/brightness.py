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
from probes.hardware.display_page import is_dark

_LEVELS: Final = (60, 130, 200)
_SETTLES_S: Final = 0.8
# the first is that of display 0: AOSP dumps the power controllers in the order of their displays, and display 0 is the
# one that is in use, on a folded phone too. A level that is no number (NaN, -1 of a dark one) is none
_POWER_STATE: Final = re.compile(rb"\bmScreenBrightness=(\d+(?:\.\d+)?)?")
# where a maker leaves the power state out; further down, the high brightness mode of Android 13 prints a field of the
# same name that stays at 0 where the phone has no such mode
_DEVICE: Final = re.compile(rb"\bmBrightness(?:State)?=(\d+(?:\.\d+)?)?")
_FOLLOWS: Final = LimitSource(kind="prior", text="each of three levels that are set one after the other must be taken")


class BrightnessFollows(HardwareProbe):
    """Three levels are set; the display manager must take them in their order."""

    meta = ProbeMeta(
        id="display.brightness",
        version=2,
        purpose="Brightness setting",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.NONE,
        risk=Risk.CHANGES_SETTING,
        duration_s=4.3,
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
        bench.wait(_SETTLES_S)
        if is_dark(bench):  # a dark screen keeps one level, whatever is set
            yield Excuse(name="levels", verdict=Verdict.INCONCLUSIVE, reason="screen_off")
            return
        shown = []
        with bench.setting("system", "screen_brightness_mode", "0"):
            for level in _LEVELS:
                with bench.setting("system", "screen_brightness", str(level)):
                    bench.wait(_SETTLES_S)
                    reply = bench.shell("dumpsys", "display")
                level_shown = _shown(reply.out.raw)
                if level_shown is None:
                    yield Excuse(name="levels", verdict=Verdict.INCONCLUSIVE, reason="not_told")
                    return
                shown.append(level_shown)
        rising = 1 + sum(later > earlier for earlier, later in pairwise(shown))
        text = f"{_LEVELS} set, {tuple(shown)} shown"
        yield Reading(name="levels", value=rising, evidence=(Evidence(recording=reply.id, text=text),))


def _shown(dump: bytes) -> float | None:
    """Level of the screen in use: 0..255 before Android 11 and a ratio since; None where the dump does not tell."""
    found = _POWER_STATE.search(dump) or _DEVICE.search(dump)
    return float(found[1]) if found is not None and found[1] is not None else None
