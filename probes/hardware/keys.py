"""The keys at the side: each press must come once, go once, and be the key that was pressed.

All keys are pressed in turn, so that the volume keys fill the pause that the power key needs: five of its presses in
two seconds and a half make Android call for help. Who presses keys two hundred times slips, which is told from a key
that fails by the order in which the presses come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

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
_ROUNDS: Final = 72  # one release in twenty that does not come shows with 97 %
_AGAIN: Final = 48
_FEW: Final = 2
"""So many presses of a key without effect in the rounds are a person's; with more the key is pressed again."""
_MOST_MISSED: Final = 6
_MOST_EDGES: Final = 3000
_SERIES_S: Final = 240.0
_BOUNCE_S: Final = 0.1
_SHORTEST_S: Final = 0.03
_LONGEST_S: Final = 0.9
_MISSED: Final = LimitSource(
    kind="prior",
    text="people overlook or slip about once in a hundred presses: up to two silent in 72 are theirs, six in 120",
)
_TWICE: Final = LimitSource(
    kind="prior", text="no finger lets go of a key and presses it again within 0.1 s, or holds it for less than 0.03 s"
)
_HELD: Final = LimitSource(
    kind="prior",
    text="a key that is down for 0.9 s and more, or for good, while others are pressed is held by something",
)
_KEYS: Final = {"volume_up": "KEY_VOLUMEUP", "volume_down": "KEY_VOLUMEDOWN", "power": "KEY_POWER"}
_LABELS: Final = {
    "volume_up": (
        "Volume up: presses without effect",
        "Volume up: presses that came twice",
        "Volume up: presses that did not end",
    ),
    "volume_down": (
        "Volume down: presses without effect",
        "Volume down: presses that came twice",
        "Volume down: presses that did not end",
    ),
    "power": (
        "Power key: presses without effect",
        "Power key: presses that came twice",
        "Power key: presses that did not end",
    ),
}
_IN_TURN: Final = (
    "Press volume up, volume down and power in turn, {count} times round: briskly, but let each go before the next, "
    "and power never more than once in a second."
)
_TEXTS: Final = {
    "volume_up": "Press the volume up key {count} times, one after the other.",
    "volume_down": "Press the volume down key {count} times, one after the other.",
    "power": "Press the power key {count} times, one press in a second and never faster.",
}


@dataclass(slots=True)
class _Tally:
    """What the presses of one key came to."""

    missed: int = 0
    doubled: int = 0
    held: int = 0
    evidence: list[Evidence] = field(default_factory=list)


def _measures(which: str) -> tuple[Measure, ...]:
    def count(place: int, name: str, code: str, source: LimitSource, high: int) -> Measure:
        return Measure(
            name=f"{which}_{name}",
            label=_LABELS[which][place],
            unit=Unit.COUNT,
            limit=AtMost(high=high, source=source),
            says=Says(code=f"button.{which}_{code}", component=_PART),
            key=place == 0,
        )

    return (
        count(0, "missed", "deaf", _MISSED, _MOST_MISSED),
        count(1, "doubled", "bounces", _TWICE, 0),
        count(2, "held", "held", _HELD, 0),
    )


class SideKeys(HardwareProbe):
    """Volume up, volume down and power in turn, and again alone what was in doubt."""

    meta = ProbeMeta(
        id="keys.pressed",
        version=1,
        purpose="Keys at the side: volume and power",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.MEDIUM,
        duration_s=90.0,
        resources=frozenset({Resource.OPERATOR}),
        wants=frozenset({Capability.OPERATOR, Capability.INPUT_EVENTS}),
        measures=tuple(measure for which in _KEYS for measure in _measures(which)),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Listen to all keys while they are pressed: a slip of the hand shows as another key.

        Few presses that are lost may be a person's: that key is pressed again, and many tell whose they are.
        """
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who presses keys")
        tallies = {which: _Tally() for which in _KEYS}
        _series(bench, _IN_TURN, tuple(_KEYS), _ROUNDS, tallies)
        for which, tally in tallies.items():
            if _FEW < tally.missed <= _MOST_MISSED and not (tally.doubled or tally.held):
                _series(bench, _TEXTS[which], (which,), _AGAIN, tallies)
        for which, tally in tallies.items():
            evidence = tuple(tally.evidence)
            yield Reading(name=f"{which}_missed", value=tally.missed, evidence=evidence)
            yield Reading(name=f"{which}_doubled", value=tally.doubled, evidence=evidence)
            yield Reading(name=f"{which}_held", value=tally.held, evidence=evidence)


def _series(bench: StationBench, text: str, keys: tuple[str, ...], times: int, tallies: dict[str, _Tally]) -> None:
    """Have keys pressed in turn, and add what came of each."""
    reply = _heard(bench, text, f"{','.join(keys)} x{times}", times)
    edges = sorted(reply.out.parse(key_edges)[:_MOST_EDGES], key=lambda edge: edge.at_s)
    came: list[KeyEdge] = []
    for name in _KEYS.values():
        came += _presses([edge for edge in edges if edge.key == name])
    order = [edge.key for edge in sorted(came, key=lambda edge: edge.at_s)]
    lost = lost_presses([_KEYS[which] for which in keys] * times, order)
    for which in keys:
        own, tally = [edge for edge in edges if edge.key == _KEYS[which]], tallies[which]
        held = _held(own)
        tally.doubled += _doubled(own)
        tally.held += held
        tally.missed += max(lost[_KEYS[which]] - held, 0)  # who presses a key that is down already presses nothing
        tally.evidence.append(Evidence(recording=reply.id, text=f"{times} presses asked for"))


def _heard(bench: StationBench, text: str, what: str, times: int) -> Reply:
    task = Task(does=Does.PRESS, what=what, text=text, values={"count": float(times)}, deadline_s=_SERIES_S)
    reply = bench.listen_while(task, "getevent", "-lt", duration_s=_SERIES_S)
    if refused(reply) and b"denied" in reply.out.raw.lower():
        raise NotSupported("the phone does not let its shell read input events", step="getevent")
    return reply


def _presses(own: Sequence[KeyEdge]) -> list[KeyEdge]:
    """The presses of one key; what comes again within the time of a bounce belongs to the press before."""
    downs = [edge for edge in own if edge.down]
    bounced = {id(late) for early, late in pairwise(own) if _is_bounce(early, late)}
    return [edge for edge in downs if id(edge) not in bounced]


def _is_bounce(early: KeyEdge, late: KeyEdge) -> bool:
    return late.down and not early.down and late.at_s - early.at_s < _BOUNCE_S


def _doubled(own: Sequence[KeyEdge]) -> int:
    """How often the key came twice, or let go sooner than a finger can."""
    brief = sum(early.down and not late.down and late.at_s - early.at_s < _SHORTEST_S for early, late in pairwise(own))
    return max(sum(_is_bounce(early, late) for early, late in pairwise(own)), brief)


def _held(own: Sequence[KeyEdge]) -> int:
    """How often it stayed down: the next edge is late, or another press, or there is none."""
    late = sum(one.down and (two.down or two.at_s - one.at_s >= _LONGEST_S) for one, two in pairwise(own))
    return late + bool(own and own[-1].down)


def lost_presses(asked: Sequence[str], came: Sequence[str]) -> Counter[str]:
    """How many presses of each key are missing, by the cheapest explanation: lost, another key, or one too many.

    >>> lost_presses(["up", "down", "power"] * 2, ["up", "down", "power", "down", "down", "power"])  # a slip
    Counter()
    >>> lost_presses(["up", "down", "power"] * 2, ["up", "down", "power", "down", "power"])
    Counter({'up': 1})
    """
    cost = [[*range(len(came) + 1)]]
    for place, wanted in enumerate(asked):
        above, row = cost[-1], [place + 1]
        for number, key in enumerate(came):
            row.append(min(above[number] + (key != wanted), above[number + 1] + 1, row[-1] + 1))
        cost.append(row)
    lost: Counter[str] = Counter()
    place, number = len(asked), len(came)
    while place:
        if number and cost[place][number] == cost[place - 1][number - 1] + (came[number - 1] != asked[place - 1]):
            place, number = place - 1, number - 1
        elif cost[place][number] == cost[place - 1][number] + 1:
            place -= 1
            lost[asked[place]] += 1
        else:
            number -= 1
    return lost
