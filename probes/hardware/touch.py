"""The touch layer: touches that nobody makes while the phone lies there, and strokes over the whole screen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import MIB, Measure, ProbeMeta, Reading, Reply, Said, Says
from probes._errors import NotSupported
from probes._limits import AtLeast, AtMost, LimitSource
from probes._records import Evidence
from probes._station import Does, StationBench, Task
from probes._verdict import Capability, Effort, Resource, Stage, Unit
from probes.formats import parse_display, parse_getevent
from probes.hardware._input_events import Report, touch_reports
from probes.hardware._strokes import Panel, StrokesSeen, judge, panel_size
from probes.hardware._tracks import excuse
from probes.hardware.display_page import is_dark
from probes.software._ask import ask, refused

_PART: Final = "TCH"
_WAKE_KEY: Final = "224"
_SHORT_S: Final = 7.0
_LONG_S: Final = 45.0
_SLACK_S: Final = 15.0
_GRID_S: Final = 60.0
_LEAST_STROKES: Final = 8
_NOBODY: Final = LimitSource(
    kind="prior", text="nobody touches a phone that lies on the bench; one touch may be a sleeve or a hand in passing"
)
_HLK: Final = LimitSource(
    kind="standard", text="Windows HLK, touch reporting rate: at least 100 reports a second for each contact"
)
_JITTER: Final = LimitSource(
    kind="prior", text="Windows HLK allows 1 mm over 10 mm of way; with a sigma of 0.3 mm single reports reach that"
)
_BEND: Final = LimitSource(
    kind="prior", text="Windows HLK allows 1 mm over 10 mm of way; a hand's own curve stays under 0.3 mm"
)
_SKIP: Final = LimitSource(kind="prior", text="electrodes are 4 to 5 mm apart: a longer jump has left one out")
_CELLS: Final = LimitSource(kind="prior", text="a line of cells that all strokes cross without a report is dead")


def _ghost_meta(name: str, version: int, duration_s: float, effort: Effort, *others: Resource) -> ProbeMeta:
    return ProbeMeta(
        id=name,
        version=version,
        purpose="Touches that nobody makes",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=effort,
        duration_s=duration_s + 1.0,
        resources=frozenset({Resource.STILLNESS, *others}),
        wants=frozenset({Capability.INPUT_EVENTS}),
        measures=(
            Measure(
                name="ghost_touches",
                label="Touches without a finger",
                unit=Unit.COUNT,
                limit=AtMost(high=1, source=_NOBODY),
                says=Says(code="touch.ghosts", component=_PART),
                key=True,
            ),
        ),
    )


class GhostTouches(HardwareProbe):
    """Watches the lit screen of a phone that nobody touches, for some seconds."""

    meta = _ghost_meta("touch.ghosts_short", 1, _SHORT_S, Effort.NONE, Resource.SCREEN)
    _duration_s: ClassVar[float] = _SHORT_S

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Wake the screen, as a dark one is not scanned, and listen to its node."""
        bench.shell("input", "keyevent", _WAKE_KEY)
        if is_dark(bench):
            yield from excuse(["ghost_touches"], "screen_off")
            return
        # the phone's own time ends it, so that a slow link does not shorten the watch
        watch = ("timeout", f"{self._duration_s:g}", "getevent", "-lt")
        reply = bench.shell(*watch, deadline_s=self._duration_s + _SLACK_S, cap_bytes=4 * MIB)
        _refuse(reply)
        contacts = {report.contact for report in reply.out.parse(touch_reports)}
        text = f"{len(contacts)} touches in {self._duration_s:g} s"
        yield Reading(name="ghost_touches", value=len(contacts), evidence=(Evidence(recording=reply.id, text=text),))


class LongGhostTouches(GhostTouches):
    """The same for three quarters of a minute: a touch in ten seconds opens apps by itself.

    Whatever the screen shows meanwhile: keys that other checks press come from no input node.
    """

    meta = _ghost_meta("touch.ghosts", 2, _LONG_S, Effort.LOW)
    _duration_s: ClassVar[float] = _LONG_S


def _refuse(reply: Reply) -> None:
    if refused(reply):
        raise NotSupported("the phone does not let its shell read input events", step="getevent")


@dataclass(frozen=True, slots=True)
class _Heard:
    """What came of the strokes; ``panel`` is as the phone describes it."""

    reply: Reply
    reports: list[Report]
    panel: Panel


class SwipedGrid(HardwareProbe):
    """Strokes along every row and column, drawn by whoever stands at the bench."""

    meta = ProbeMeta(
        id="touch.swiped_grid",
        version=1,
        purpose="Touch over the whole screen",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,  # half a minute of strokes, while the phone charges for another check
        duration_s=40.0,
        resources=frozenset({Resource.OPERATOR, Resource.SCREEN}),
        wants=frozenset({Capability.OPERATOR, Capability.INPUT_EVENTS}),
        measures=(
            Measure(
                name="strokes",
                label="Strokes heard",
                unit=Unit.COUNT,
                limit=AtLeast(low=1, source=_CELLS),
                says=Says(code="touch.no_reports", component=_PART),
                key=True,
            ),
            Measure(
                name="skip_mm",
                label="Longest jump within a stroke (mm)",
                unit=Unit.NONE,
                limit=AtMost(high=4.0, source=_SKIP),
                says=Says(code="touch.dead_zone", component=_PART),
            ),
            Measure(
                name="dead_lines",
                label="Rows and columns without an answer",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_CELLS),
                says=Says(code="touch.dead_lines", component=_PART),
            ),
            Measure(
                name="bend_mm",
                label="Largest bend in a straight stroke (mm)",
                unit=Unit.NONE,
                limit=AtMost(high=1.0, source=_BEND),
                says=Says(code="touch.bent_strokes", component=_PART),
            ),
            Measure(
                name="jitter_mm",
                label="Trembling of a stroke (mm)",
                unit=Unit.NONE,
                limit=AtMost(high=0.3, source=_JITTER),
                says=Says(code="touch.jitter", component=_PART),
            ),
            Measure(
                name="rate_hz",
                label="Reports of a finger in a second",
                unit=Unit.HERTZ,
                limit=AtLeast(low=100.0, source=_HLK),
                says=Says(code="touch.slow_reports", component=_PART),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Have the grid drawn; a second time where nothing was heard, since people overlook prompts."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who draws on the screen")
        names = [measure.name for measure in self.meta.measures]
        bench.shell("input", "keyevent", _WAKE_KEY)
        heard = _draw(bench)
        seen = judge(heard.reports, heard.panel)
        if seen is None or seen.count < _LEAST_STROKES:
            heard = _draw(bench)
            seen = judge(heard.reports, heard.panel)
        evidence = (Evidence(recording=heard.reply.id, text=f"{len(heard.reports)} reports"),)
        yield Reading(name="strokes", value=0 if seen is None else seen.count, evidence=evidence)
        if seen is None or seen.count < _LEAST_STROKES:
            yield from excuse(names[1:], "too_few_strokes")
            return
        yield from _readings(seen, evidence)


def _readings(seen: StrokesSeen, evidence: tuple[Evidence, ...]) -> Iterator[Said]:
    yield Reading(name="skip_mm", value=seen.skip_mm, evidence=evidence)
    yield Reading(name="dead_lines", value=seen.dead_lines, evidence=evidence)
    yield Reading(name="bend_mm", value=seen.bend_mm, evidence=evidence)
    for name, value in (("jitter_mm", seen.jitter_mm), ("rate_hz", seen.rate_hz)):
        if math.isnan(value):
            yield from excuse([name], "too_short")
        else:
            yield Reading(name=name, value=value, evidence=evidence)


def _draw(bench: StationBench) -> _Heard:
    task = Task(
        does=Does.SWIPE_GRID,
        text="Draw with one finger along every row and every column of the screen, from edge to edge, without haste.",
    )
    panel = _panel(bench)
    reply = bench.listen_while(task, "getevent", "-lt", duration_s=_GRID_S, cap_bytes=8 * MIB)
    _refuse(reply)
    return _Heard(reply, reply.out.parse(touch_reports), panel)


def _panel(bench: StationBench) -> Panel:
    """The panel by its own axes and the screen's density.

    Raises:
        NotSupported: the phone lists no touch screen, or does not describe its display.
    """
    node = ask(bench, parse_getevent, "getevent", "-lp").value.touch
    display = ask(bench, parse_display, "dumpsys", "display").value.main
    if node is None or display is None or not display.density_dpi:
        raise NotSupported("the phone describes no touch screen that could be drawn on", step="getevent")
    x_axis = node.axes.get("ABS_MT_POSITION_X")
    y_axis = node.axes.get("ABS_MT_POSITION_Y")
    if x_axis is None or y_axis is None or x_axis.high <= x_axis.low or y_axis.high <= y_axis.low:
        raise NotSupported("the touch screen tells no range of its axes", step="getevent")
    wide_mm, high_mm = panel_size(display.width_px, display.height_px, display.density_dpi)
    return Panel(
        wide_mm=wide_mm,
        high_mm=high_mm,
        x_mm_per_unit=wide_mm / (x_axis.high - x_axis.low),
        y_mm_per_unit=high_mm / (y_axis.high - y_axis.low),
    )
