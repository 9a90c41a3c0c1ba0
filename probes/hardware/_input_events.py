"""What ``getevent -lt`` prints, as contacts of fingers and edges of keys, in the kernel's own time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_LINE: Final = re.compile(
    r"\[\s{0,15}(\d{1,10}\.\d{1,9})\]\s{1,4}(/dev/input/\S{1,60}):\s{1,4}(\S{1,20})\s{1,20}(\S{1,40})\s{1,40}(\S{1,20})"
)
_MOST_LINES: Final = 200_000
_LIFTED: Final = 0xFFFFFFFF
_SLOT, _TRACKING = "ABS_MT_SLOT", "ABS_MT_TRACKING_ID"
_X, _Y = "ABS_MT_POSITION_X", "ABS_MT_POSITION_Y"
_DOWN: Final = {"DOWN": True, "UP": False}


@dataclass(frozen=True, slots=True)
class Event:
    """One line: seconds since boot, node, type, code and value as printed."""

    at_s: float
    node: str
    kind: str
    code: str
    value: str


@dataclass(frozen=True, slots=True)
class KeyEdge:
    """A key went down or up; ``key`` is the kernel's name, ``KEY_POWER``."""

    at_s: float
    key: str
    down: bool


@dataclass(frozen=True, slots=True)
class Report:
    """Where one finger was in one frame, in the panel's units; ``contact`` counts the fingers that came down."""

    at_s: float
    contact: int
    x: int
    y: int


@dataclass(slots=True)
class _Finger:
    contact: int = 0
    x: int | None = None
    y: int | None = None
    is_down: bool = False
    is_new: bool = False


@dataclass(slots=True)
class _Panel:
    """The state of one touch node: the kernel's protocol B tells only what has changed, protocol A tells all again."""

    fingers: dict[int, _Finger] = field(default_factory=dict)
    slot: int = 0

    @property
    def finger(self) -> _Finger:
        return self.fingers.setdefault(self.slot, _Finger())


def events(text: str) -> Iterator[Event]:
    """Lines that are events; device lists, prompts and torn lines are passed over."""
    for line in text.splitlines()[:_MOST_LINES]:
        if found := _LINE.search(line):
            yield Event(float(found[1]), found[2], found[3], found[4], found[5])


def key_edges(text: str) -> list[KeyEdge]:
    """Edges of keys in the order of the text; repeats are none, and neither is the touch of a screen."""
    return [
        KeyEdge(event.at_s, event.code, _DOWN[event.value])
        for event in events(text)
        if event.kind == "EV_KEY" and event.code.startswith("KEY_") and event.value in _DOWN
    ]


def touch_reports(text: str) -> list[Report]:
    """Reports of all fingers in the order of the text."""
    panels: dict[str, _Panel] = {}
    reports: list[Report] = []
    contacts = 0
    for event in events(text):
        panel = panels.setdefault(event.node, _Panel())
        if event.kind == "EV_ABS":
            contacts += _moved(panel, event, contacts + 1)
        elif event.code == "SYN_REPORT":
            for finger in panel.fingers.values():
                if finger.is_down and finger.is_new and finger.x is not None and finger.y is not None:
                    reports.append(Report(event.at_s, finger.contact, finger.x, finger.y))
                finger.is_new = False
    return reports


def _moved(panel: _Panel, event: Event, contact: int) -> int:
    """Take one axis; return 1 where a finger came down."""
    try:
        value = int(event.value, 16)
    except ValueError:
        return 0
    if event.code == _SLOT:
        panel.slot = value
    elif event.code == _TRACKING:
        came = value != _LIFTED
        finger = panel.finger
        finger.is_down = came
        if came:
            finger.contact = contact
            return 1
    elif event.code == _X:
        panel.finger.x, panel.finger.is_new = value, True
    elif event.code == _Y:
        panel.finger.y, panel.finger.is_new = value, True
    return 0
