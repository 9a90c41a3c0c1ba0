"""Input events of the kernel: what a touch or a key becomes on its node, and how ``getevent`` prints it.

Names and numbers are those of linux/input-event-codes.h. Layout of the plain lines seen on a OnePlus 3T, that of ``-l``
in AOSP's getevent; both have not changed since Android 4.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NamedTuple

SYN, KEY, ABS, SW = 0, 1, 3, 5
LID = 0x00
_TYPES = {SYN: "EV_SYN", KEY: "EV_KEY", ABS: "EV_ABS", SW: "EV_SW"}
BTN_TOUCH, SLOT, TOUCH_MAJOR, POSITION_X, POSITION_Y, TRACKING_ID, PRESSURE = 0x14A, 0x2F, 0x30, 0x35, 0x36, 0x39, 0x3A
_CODES = {
    SYN: {0: "SYN_REPORT"},
    KEY: {
        0x01: "KEY_ESC",
        0x66: "KEY_HOME",
        0x71: "KEY_MUTE",
        0x72: "KEY_VOLUMEDOWN",
        0x73: "KEY_VOLUMEUP",
        0x74: "KEY_POWER",
        0x8B: "KEY_MENU",
        0x9E: "KEY_BACK",
        0xD4: "KEY_CAMERA",
        0xE2: "KEY_MEDIA",
        0x8F: "KEY_WAKEUP",
        BTN_TOUCH: "BTN_TOUCH",
    },
    ABS: {
        SLOT: "ABS_MT_SLOT",
        TOUCH_MAJOR: "ABS_MT_TOUCH_MAJOR",
        POSITION_X: "ABS_MT_POSITION_X",
        POSITION_Y: "ABS_MT_POSITION_Y",
        TRACKING_ID: "ABS_MT_TRACKING_ID",
        PRESSURE: "ABS_MT_PRESSURE",
    },
    SW: {LID: "SW_LID", 0x02: "SW_HEADPHONE_INSERT", 0x04: "SW_MICROPHONE_INSERT"},
}
KEY_NUMBERS = {name.removeprefix("KEY_"): code for code, name in _CODES[KEY].items() if name.startswith("KEY_")}
_WORD = 0xFFFFFFFF
_QUEUE_EVENTS = 16_384  # two whole grids of strokes; a reader further behind loses the oldest, as in the kernel


class Event(NamedTuple):
    """One ``input_event``: when (seconds since boot), on which node, what."""

    at_s: float
    path: str
    kind: int
    code: int
    value: int


class Watch:
    """One reader of the nodes; ``paths`` empty means all of them."""

    def __init__(self, paths: frozenset[str]) -> None:
        self._paths = paths
        self._events: deque[Event] = deque(maxlen=_QUEUE_EVENTS)
        self._arrived = asyncio.Event()

    def offer(self, event: Event) -> None:
        """Take an event if this reader looks at its node."""
        if not self._paths or event.path in self._paths:
            self._events.append(event)
            self._arrived.set()

    @property
    def has_more(self) -> bool:
        """Whether an event waits to be read."""
        return bool(self._events)

    async def next(self) -> Event:
        """Return the next event, waiting for one."""
        while not self._events:
            self._arrived.clear()
            await self._arrived.wait()
        return self._events.popleft()


class InputHub:
    """Hands events of the kernel to everybody who reads the nodes now; nobody sees what came before."""

    def __init__(self) -> None:
        self._watches: list[Watch] = []
        self._touches = 0
        self._down: set[tuple[str, int]] = set()

    @property
    def reader_count(self) -> int:
        """How many readers there are."""
        return len(self._watches)

    def watch(self, paths: frozenset[str] = frozenset()) -> Watch:
        """Begin to read; ``leave`` ends it."""
        watch = Watch(paths)
        self._watches.append(watch)
        return watch

    def leave(self, watch: Watch) -> None:
        """End reading."""
        self._watches.remove(watch)

    def send(self, events: list[Event]) -> None:
        """Hand events to all readers, but for a key that goes where it is already: the kernel drops that."""
        told = [event for event in events if self._is_news(event)]
        for watch in self._watches:
            for event in told:
                watch.offer(event)

    def _is_news(self, event: Event) -> bool:
        if event.kind != KEY or event.value not in (0, 1):
            return True
        key, was_down = (event.path, event.code), (event.path, event.code) in self._down
        (self._down.add if event.value else self._down.discard)(key)
        return was_down != bool(event.value)

    def next_touch(self) -> int:
        """Return the tracking id of a new finger; the kernel's protocol B counts them up to 65535."""
        self._touches = (self._touches + 1) & 0xFFFF
        return self._touches


def switch_events(path: str, code: int, *, on: bool, at_s: float) -> list[Event]:
    """Return what a switch puts on its node when it changes."""
    return [Event(at_s, path, SW, code, int(on)), Event(at_s, path, SYN, 0, 0)]


def key_events(path: str, code: int, *, down: bool, at_s: float) -> list[Event]:
    """Return what one edge of a key puts on its node."""
    return [Event(at_s, path, KEY, code, int(down)), Event(at_s, path, SYN, 0, 0)]


def finger_down(path: str, tracking_id: int, x: int, y: int, *, at_s: float) -> list[Event]:
    """Return what a finger that lands puts on the touch node (multi-touch protocol B, slot 0)."""
    pairs = ((ABS, TRACKING_ID, tracking_id), (KEY, BTN_TOUCH, 1), (ABS, POSITION_X, x), (ABS, POSITION_Y, y))
    return _frame(path, at_s, *pairs, (ABS, TOUCH_MAJOR, 6), (ABS, PRESSURE, 58))


def finger_moved(path: str, x: int, y: int, *, at_s: float) -> list[Event]:
    """Return what a finger that slides puts on the touch node."""
    return _frame(path, at_s, (ABS, POSITION_X, x), (ABS, POSITION_Y, y))


def finger_up(path: str, *, at_s: float) -> list[Event]:
    """Return what a finger that lifts puts on the touch node."""
    return _frame(path, at_s, (ABS, TRACKING_ID, -1), (KEY, BTN_TOUCH, 0))


def _frame(path: str, at_s: float, *pairs: tuple[int, int, int]) -> list[Event]:
    found = [Event(at_s, path, kind, code, value) for kind, code, value in pairs]
    return [*found, Event(at_s, path, SYN, 0, 0)]


def code_name(kind: int, code: int) -> str:
    """Return the name of a code, or its number in hexadecimal where getevent knows none."""
    return _CODES.get(kind, {}).get(code) or f"{code:04x}"


def event_line(event: Event, *, labels: bool, stamped: bool, with_node: bool) -> str:
    """Return the line that getevent prints for an event: numbers, or names with ``-l``; ``-t`` puts the time first."""
    head = f"[{event.at_s:15.6f}] " if stamped else ""
    if with_node:
        head += f"{event.path}: "
    if not labels:
        return f"{head}{event.kind:04x} {event.code:04x} {event.value & _WORD:08x}"
    value = f"{event.value & _WORD:08x}"
    if event.kind == KEY:
        value = {0: "UP", 1: "DOWN", 2: "REPEAT"}.get(event.value, value)
    return f"{head}{_TYPES.get(event.kind, '?'):<12} {code_name(event.kind, event.code):<20} {value:<20}"
