"""A hand on the phone: touches and keys as the bench's operator makes them, below everything that Android does.

They reach the kernel's nodes and whoever reads these with ``getevent``, and Android reacts to the keys. What the
``input`` tool makes is of another kind: it enters above the kernel, and no node ever shows it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hwsim.render.getevent import key_paths, touch_path
from hwsim.render.input_events import KEY_NUMBERS, Event, finger_down, finger_moved, finger_up, key_events
from hwsim.render.shell_state import shell_state
from hwsim.shell_commands.keys import react_to_key

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_HELD_S = 0.12
_FRAME_S = 1 / 120  # a panel scans about that often
_STEP_POINTS = 40
_MOST_POINTS = 1000
_ANDROID_KEYS = {"POWER": 26, "VOLUMEUP": 24, "VOLUMEDOWN": 25}


def touch(phone: Phone, points: list[tuple[int, int]]) -> int:
    """Put a finger down on the first point, draw it through the others, lift it; return how many events that made.

    A controller that is off its bus makes none.
    """
    path = touch_path(phone)
    if path is None or not points:
        return 0
    hub, at_s = shell_state(phone).hub, phone.clock.uptime_s
    events = finger_down(path, hub.next_touch(), *points[0], at_s=at_s)
    for x, y in _between(points):
        at_s += _FRAME_S
        events += finger_moved(path, x, y, at_s=at_s)
    events += finger_up(path, at_s=at_s + _FRAME_S)
    hub.send(events)
    return len(events)


def press(phone: Phone, name: str, *, action: str = "press") -> int:
    """Press a key, or move it one way with ``action`` down or up; return how many events that made.

    Raises:
        ValueError: the phone has no such key, or the action is none of the three.
    """
    code = KEY_NUMBERS.get(name.upper().removeprefix("KEY_"), -1)
    path = key_paths(phone).get(code)
    if path is None:
        known = sorted(key for key, number in KEY_NUMBERS.items() if number in key_paths(phone))
        raise ValueError(f"no key of this phone is called {name!r}; known: {', '.join(known)}")
    edges = {"press": (True, False), "down": (True,), "up": (False,)}.get(action)
    if edges is None:
        raise ValueError(f"action is press, down or up, not {action!r}")
    events: list[Event] = []
    for place, edge in enumerate(edges):
        events += key_events(path, code, down=edge, at_s=phone.clock.uptime_s + place * _HELD_S)
    shell_state(phone).hub.send(events)
    if True in edges and (number := _ANDROID_KEYS.get(name.upper().removeprefix("KEY_"))):
        react_to_key(phone, number)
    return len(events)


def operate(phone: Phone, request: dict[str, Any]) -> dict[str, Any]:
    """Do what a request of the control socket asks: ``{"points": [[x, y], ...]}`` or ``{"key": "VOLUMEUP"}``.

    Raises:
        ValueError: the request makes no sense; the text says why.
    """
    if "key" in request:
        return {"events": press(phone, str(request["key"]), action=str(request.get("action", "press")))}
    points = request.get("points")
    if not isinstance(points, list) or not 0 < len(points) <= _MOST_POINTS:
        raise ValueError(f"points is a list of 1 to {_MOST_POINTS} [x, y], not {points!r}")
    return {"events": touch(phone, [_point(phone, point) for point in points])}


def _point(phone: Phone, point: object) -> tuple[int, int]:
    wide, high = phone.profile.screen[:2]
    if not isinstance(point, list) or [type(part) for part in point] != [int, int]:
        raise ValueError(f"a point is [x, y] in whole numbers, not {point!r}")
    x, y = point
    if not (0 <= x < wide and 0 <= y < high):
        raise ValueError(f"the point {point!r} is off the screen of {wide} x {high}")
    return x, y


def _between(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the path behind the first point, with a frame every few pixels."""
    path = []
    for (x0, y0), (x1, y1) in pairwise(points):
        steps = max(max(abs(x1 - x0), abs(y1 - y0)) // _STEP_POINTS, 1)
        path += [(x0 + (x1 - x0) * at // steps, y0 + (y1 - y0) * at // steps) for at in range(1, steps + 1)]
    return path
