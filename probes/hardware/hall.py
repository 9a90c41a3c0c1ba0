"""The Hall switch before the screen, which tells that a cover is closed: a magnet must switch it on, and off again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Reply, Said, Says
from probes._errors import NotSupported
from probes._limits import AtMost, LimitSource
from probes._records import Evidence
from probes._station import Does, StationBench, Task
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.hardware._input_events import events
from probes.software._ask import refused

_PART: Final = "PCB"
_FUNCTION: Final = "hall"
_PASSES: Final = 5
_MOST_MISSED: Final = 3
_LISTEN_S: Final = 25.0
_TEXT: Final = (
    "Move a magnet along the edges of the screen, {count} times from outside and away again, "
    "about two seconds each: a closed cover has its magnet there."
)
_DEAF: Final = LimitSource(
    kind="prior", text="a magnet may miss the switch now and then; four passes of five that do nothing are the switch's"
)
# getevent -lp marks a switch that is on with a star behind its name
_LID: Final = re.compile(r"\bSW_LID\b")


class HallSwitch(HardwareProbe):
    """A magnet passes the switch a few times; each pass must close it once and open it once."""

    meta = ProbeMeta(
        id="sensors.hall",
        version=1,
        purpose="Hall switch, by a magnet",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        duration_s=20.0,
        resources=frozenset({Resource.OPERATOR}),
        wants=frozenset({Capability.OPERATOR, Capability.INPUT_EVENTS}),
        measures=(
            Measure(
                name="missed",
                label="Passes of the magnet without effect",
                unit=Unit.COUNT,
                limit=AtMost(high=_MOST_MISSED, source=_DEAF),
                says=Says(code="hall.deaf", component=_PART, function=_FUNCTION),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Listen to all switches while the magnet passes; a phone that has none is not asked."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody with a magnet")
        if not _has_switch(bench.shell("getevent", "-lp")):
            yield Excuse(name="missed", verdict=Verdict.NOT_SUPPORTED, reason="no_hall_switch")
            return
        task = Task(does=Does.HOLD_MAGNET, what=f"x{_PASSES}", text=_TEXT, values={"count": float(_PASSES)})
        reply = bench.listen_while(task, "getevent", "-lt", duration_s=_LISTEN_S)
        seen = reply.out.parse(_closings)
        evidence = (Evidence(recording=reply.id, text=f"{seen} of {_PASSES} passes closed and opened the switch"),)
        yield Reading(name="missed", value=max(0, _PASSES - seen), evidence=evidence)


def _has_switch(reply: Reply) -> bool:
    if refused(reply) and b"denied" in reply.out.raw.lower():
        raise NotSupported("the phone does not let its shell read input events", step="getevent")
    return reply.out.parse(_has_label)


def _has_label(text: str) -> bool:
    return _LID.search(text) is not None


def _closings(text: str) -> int:
    """How often a switch of a cover went on and off again."""
    is_on, count = False, 0
    for event in events(text):
        if event.kind == "EV_SW" and event.code == "SW_LID":
            on = event.value.lstrip("0") not in {"", "UP"}
            count += is_on and not on
            is_on = on
    return count
