"""The keys at the side: each press must come once, go once, and be the key that was pressed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Measure, ProbeMeta, Reading, Reply, Said, Says
from probes._errors import NotSupported
from probes._limits import AtMost, LimitSource
from probes._records import Evidence
from probes._station import Does, StationBench, Task
from probes._verdict import Capability, Effort, Resource, Stage, Unit
from probes.hardware._input_events import KeyEdge, key_edges
from probes.software._ask import refused

_PART: Final = "BUT"
_IN_A_SERIES: Final = 48  # one press in twenty that goes wrong shows in 48 with 91 %
_MOST_SLIPS: Final = (1, 3)
"""So many silent presses after the first and the second series are a person's; more ask for another series."""
_MOST_MISSED: Final = 6
_SERIES_S: Final = 90.0
_BOUNCE_S: Final = 0.06
_MISSED: Final = LimitSource(
    kind="prior",
    text="people miscount or slip about once in a hundred presses: one silent in 48 is theirs, and six in 144",
)
_TWICE: Final = LimitSource(kind="prior", text="no finger lets go of a key and presses it again within 60 ms")
_HELD: Final = LimitSource(kind="prior", text="a key that stays down when the finger has left is held by something")
_NAMES: Final = {"power": "KEY_POWER", "volume_up": "KEY_VOLUMEUP", "volume_down": "KEY_VOLUMEDOWN"}
_WORDS: Final = {"power": "power", "volume_up": "volume up", "volume_down": "volume down"}
_TEXTS: Final = {
    # Android calls for help after five presses with less than half a second between them
    "power": "Press the power key {count} times, one press in a second and never faster.",
    "volume_up": "Press the volume up key {count} times, one after the other.",
    "volume_down": "Press the volume down key {count} times, one after the other.",
}


@dataclass(slots=True)
class _Tally:
    """What the presses of one key came to."""

    missed: int = 0
    doubled: int = 0
    held: int = 0


def _count(name: str, label: str, code: str, source: LimitSource, *, high: int = 0, key: bool = False) -> Measure:
    return Measure(
        name=name,
        label=label,
        unit=Unit.COUNT,
        limit=AtMost(high=high, source=source),
        says=Says(code=code, component=_PART),
        key=key,
    )


def _meta(which: str) -> ProbeMeta:
    return ProbeMeta(
        id=f"keys.{which}",
        version=2,
        purpose=f"Key: {_WORDS[which]}",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.MEDIUM,
        duration_s=60.0 if which == "power" else 30.0,
        resources=frozenset({Resource.OPERATOR}),
        wants=frozenset({Capability.OPERATOR, Capability.INPUT_EVENTS}),
        measures=(
            _count("missed", "Presses without effect", f"button.{which}_deaf", _MISSED, high=_MOST_MISSED, key=True),
            _count("doubled", "Presses that came twice", f"button.{which}_bounces", _TWICE),
            _count("held", "Presses that did not end", f"button.{which}_held", _HELD),
        ),
    )


class PowerKey(HardwareProbe):
    """The power key, pressed until it is sure."""

    meta = _meta("power")
    _which: ClassVar[str] = "power"

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Prompt for a series and listen to all keys: a slip of the hand shows as another key.

        Where presses were lost more are asked for: few that are lost may be a person's, and many tell whose.
        """
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who presses keys")
        tally, replies = _Tally(), []
        for slips in (*_MOST_SLIPS, _MOST_MISSED):
            reply = _one_series(bench, self._which)
            replies.append(reply)
            _judge(reply.out.parse(key_edges), _NAMES[self._which], tally)
            if tally.doubled or tally.held or not slips < tally.missed <= _MOST_MISSED:
                break
        evidence = tuple(Evidence(recording=reply.id, text=f"{_IN_A_SERIES} presses asked for") for reply in replies)
        yield Reading(name="missed", value=tally.missed, evidence=evidence)
        yield Reading(name="doubled", value=tally.doubled, evidence=evidence)
        yield Reading(name="held", value=tally.held, evidence=evidence)


class VolumeUpKey(PowerKey):
    """The upper volume key, pressed until it is sure."""

    meta = _meta("volume_up")
    _which: ClassVar[str] = "volume_up"


class VolumeDownKey(PowerKey):
    """The lower volume key, pressed until it is sure."""

    meta = _meta("volume_down")
    _which: ClassVar[str] = "volume_down"


def _one_series(bench: StationBench, which: str) -> Reply:
    task = Task(
        does=Does.PRESS, what=f"{which} x{_IN_A_SERIES}", text=_TEXTS[which], values={"count": float(_IN_A_SERIES)}
    )
    reply = bench.listen_while(task, "getevent", "-lt", duration_s=_SERIES_S)
    if refused(reply) and b"denied" in reply.out.raw.lower():
        raise NotSupported("the phone does not let its shell read input events", step="getevent")
    return reply


def _judge(edges: Sequence[KeyEdge], name: str, tally: _Tally) -> None:
    """Add what one series brought; presses of another key were slips of the hand, and say nothing of this one."""
    own = sorted((edge for edge in edges if edge.key == name), key=lambda edge: edge.at_s)
    slips = sum(edge.down for edge in edges if edge.key != name)
    presses = [edge for edge in own if edge.down]
    again = sum(late.down and not early.down and late.at_s - early.at_s < _BOUNCE_S for early, late in pairwise(own))
    tally.doubled += again
    tally.missed += max(_IN_A_SERIES - slips - (len(presses) - again), 0)
    tally.held += sum(early.down and late.down for early, late in pairwise(own)) + bool(own and own[-1].down)
