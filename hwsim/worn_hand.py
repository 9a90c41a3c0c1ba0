"""A finger on worn keys and a worn touch film: what reaches the kernel's nodes when a part is not what it was.

Strokes go through the physics of the digitizer: dead cells, ghosts, jitter. Keys that are whole take the short way of
:mod:`hwsim.shell_commands.fingers`; worn ones go through the physics of their dome switches, bounces and all.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from hwsim.phone.at_bench import bench_of
from hwsim.render.getevent import key_paths, touch_path
from hwsim.render.input import HALL_PATH
from hwsim.render.input_events import (
    KEY_NUMBERS,
    LID,
    Event,
    finger_down,
    finger_moved,
    finger_up,
    key_events,
    switch_events,
)
from hwsim.render.shell_state import shell_state
from hwsim.shell_commands import fingers
from hwsim.shell_commands.keys import react_to_key

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone
    from hwsim.physics.touch import Contacts

_HELD_S = 0.12
_MAGNET_S = 1.0
_SPEED_PX_S = 1500.0
_LEAST_S = 0.05
_HAUNT_S = 0.5
_LONGEST_HAUNT_S = 60.0  # what a test's leap in time leaves of ghosts
_PARTS = {"POWER": "power_key", "VOLUMEUP": "volume_up_key", "VOLUMEDOWN": "volume_down_key"}
_ANDROID_KEYS = {"POWER": 26, "VOLUMEUP": 24, "VOLUMEDOWN": 25}


def press(phone: Phone, name: str, *, after_s: float = 0.0) -> int:
    """Press and release a key (``VOLUMEUP``), ``after_s`` from now; return how many events reached its node.

    Raises:
        ValueError: the phone has no such key.
    """
    if not after_s and not _worn(phone, "key."):
        return fingers.press(phone, name)
    import numpy as np  # noqa: PLC0415 - a whole phone's keys need no arrays

    from hwsim.physics import keys  # noqa: PLC0415 - as above
    from hwsim.physics.noise import generator  # noqa: PLC0415 - as above

    code = KEY_NUMBERS[name]
    path = key_paths(phone).get(code)
    if path is None:
        raise ValueError(f"no key of this phone is called {name!r}")
    part, now_s = getattr(phone.parts_in(after_s), _PARTS[name]), phone.clock.uptime_s + after_s
    rng = generator(phone.seed, "key", name, f"{now_s:.3f}")
    edges = keys.key_events(part, keys.line_edges(part, np.array([0.0]), np.array([_HELD_S]), rng=rng))
    events: list[Event] = []
    for t_ns, pressed in zip(edges.t_ns.tolist(), edges.pressed.tolist(), strict=True):
        events += key_events(path, code, down=pressed, at_s=now_s + t_ns / 1e9)
        if pressed:
            react_to_key(phone, _ANDROID_KEYS[name])
    shell_state(phone).hub.send(events)
    return len(events)


def pass_magnet(phone: Phone, *, after_s: float = 0.0) -> None:
    """Bring a magnet to the Hall switch for a second, ``after_s`` from now; one that is stuck tells nothing."""
    phone.refresh()
    if phone.condition.hall_stuck:
        return
    now_s = phone.clock.uptime_s + after_s
    events = switch_events(HALL_PATH, LID, on=True, at_s=now_s)
    events += switch_events(HALL_PATH, LID, on=False, at_s=now_s + _MAGNET_S)
    shell_state(phone).hub.send(events)


def stroke(phone: Phone, begin: tuple[int, int], end: tuple[int, int], *, after_s: float = 0.0) -> float:
    """Draw a finger from one point of the screen to another (pixels), ``after_s`` from now; return how long it takes.

    A touch controller that is off its bus sees nothing of it.
    """
    from hwsim.physics import touch as film  # noqa: PLC0415 - an idle phone needs no arrays
    from hwsim.physics.noise import generator  # noqa: PLC0415 - as above

    path = touch_path(phone)
    part, start_s = phone.parts_in(after_s).digitizer, phone.clock.uptime_s + after_s
    wide, high = phone.profile.screen[:2]
    per_px = (part.size_mm[0] / wide, part.size_mm[1] / high)
    length_px = max(abs(end[0] - begin[0]), abs(end[1] - begin[1]))
    took_s = max(length_px / _SPEED_PX_S, _LEAST_S)
    if path is None:
        return took_s
    x_mm, y_mm = film.swipe(
        (begin[0] * per_px[0], begin[1] * per_px[1]),
        (end[0] * per_px[0], end[1] * per_px[1]),
        duration_s=took_s,
        rate_hz=part.rate_hz,
    )
    rng = generator(phone.seed, "stroke", str((begin, end)), f"{start_s:.3f}")
    _report(phone, film.touch(part, x_mm, y_mm, rng=rng), start_s)
    return took_s


async def haunt(phone: Phone) -> None:
    """Let a worn touch film report touches that nobody makes, for as long as somebody reads its node.

    They are drawn a moment at a time: a film that heals stops at once, and one that breaks begins.
    """
    until_s = phone.clock.uptime_s
    while True:
        await asyncio.sleep(_HAUNT_S / phone.times.speed)
        phone.refresh()
        begin_s, until_s = until_s, phone.clock.uptime_s
        if phone.condition.touch_on_bus and (_worn(phone, "touch.ghosts") or _ripple_per_s(phone)):
            _ghosts_of(phone, begin_s, min(until_s - begin_s, _LONGEST_HAUNT_S))


def _ghosts_of(phone: Phone, start_s: float, length_s: float) -> None:
    import numpy as np  # noqa: PLC0415 - an idle phone needs no arrays

    from hwsim.physics import touch as film  # noqa: PLC0415 - as above
    from hwsim.physics.noise import generator  # noqa: PLC0415 - as above

    part = phone.parts.digitizer
    part = replace(part, ghosts_per_s=part.ghosts_per_s + _ripple_per_s(phone))
    nowhere = np.full(round(length_s * part.rate_hz), np.nan)
    rng = generator(phone.seed, "ghosts", f"{start_s:.3f}")
    _report(phone, film.touch(part, nowhere, nowhere, rng=rng), start_s)


def _report(phone: Phone, seen: Contacts, start_s: float) -> None:
    """Put what the controller has seen on its node."""
    path = touch_path(phone)
    if path is None:
        return
    part = phone.parts.digitizer
    wide, high = phone.profile.screen[:2]
    scale = (wide / part.size_mm[0] / part.units_per_mm, high / part.size_mm[1] / part.units_per_mm)
    rows = [
        (identity, start_s + t_ns / 1e9, min(round(x * scale[0]), wide - 1), min(round(y * scale[1]), high - 1))
        for identity, t_ns, x, y in zip(
            seen.tracking_id.tolist(), seen.t_ns.tolist(), seen.x.tolist(), seen.y.tolist(), strict=True
        )
    ]
    shell_state(phone).hub.send(_events(phone, path, rows))


def _events(phone: Phone, path: str, rows: list[tuple[int, float, int, int]]) -> list[Event]:
    """Return the events of contacts one after the other; overlapping ghosts follow the stroke that they disturb."""
    hub, events = shell_state(phone).hub, []
    for identity in dict.fromkeys(row[0] for row in rows):
        own = [row for row in rows if row[0] == identity]
        _, first_s, x, y = own[0]
        events += finger_down(path, hub.next_touch(), x, y, at_s=first_s)
        for _, at_s, moved_x, moved_y in own[1:]:
            events += finger_moved(path, moved_x, moved_y, at_s=at_s)
        events += finger_up(path, at_s=own[-1][1] + 0.008)
    return events


def _ripple_per_s(phone: Phone) -> float:
    """Return how many touches in a second a supply's ripple makes; none without a supply."""
    return bench_of(phone).charger_noise if phone.battery.supply_ma > 0 else 0.0


def _worn(phone: Phone, prefix: str) -> bool:
    return any(name.startswith(prefix) and severity > 0 for name, severity in phone.wear.items())
