"""What a shell user has changed on a phone since it booted: nothing of it survives a restart."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from hwsim.render.input_events import InputHub

if TYPE_CHECKING:
    from datetime import datetime

    from hwsim.phone.phone import Phone


class Vibration(NamedTuple):
    """One vibration that somebody asked for: the wall clock at its start, its length and who asked why."""

    at: datetime
    duration_ms: int
    reason: str


class Notification(NamedTuple):
    """One notification that the shell posted."""

    tag: str
    title: str
    text: str


@dataclass
class ShellState:
    """Changes of one boot.

    ``battery`` holds the keys that ``dumpsys battery set`` has overridden, ``picture`` is the file that a viewer shows.
    """

    boot_count: int
    battery: dict[str, int] = field(default_factory=dict)
    battery_updates_stopped: bool = False
    vibrations: list[Vibration] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    focused: str = ""
    picture: str = ""
    front_camera: bool = False
    awake: bool = True
    typed: str = ""
    playing: bool = False
    hub: InputHub = field(default_factory=InputHub)


_STATES: dict[int, ShellState] = {}


def shell_state(phone: Phone) -> ShellState:
    """Return the state of a phone's present boot; it is made when first asked for, so that idle phones pay nothing."""
    found = _STATES.get(id(phone))
    if found is None:
        # A phone compares by value and can be no key of a weak dictionary: its identity is, and leaves with it.
        weakref.finalize(phone, _STATES.pop, id(phone), None).atexit = False
    if found is None or found.boot_count != phone.boot_count:
        found = _STATES[id(phone)] = ShellState(boot_count=phone.boot_count)
    return found
