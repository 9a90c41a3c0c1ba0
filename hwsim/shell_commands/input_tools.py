"""``input``, ``getevent`` and ``sendevent``.

``input`` enters above the kernel, so ``getevent`` never shows what it does, on a real phone as here. Usage errors
follow AOSP; unverified.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hwsim.render.getevent import show_devices
from hwsim.render.input import devices
from hwsim.render.input_events import Event, event_line
from hwsim.render.shell_state import shell_state
from hwsim.shell_commands.camera_app import RELEASE_KEY, release
from hwsim.shell_commands.keys import key_number, react_to_key
from hwsim.shell_commands.reply import thrown
from hwsim.worn_hand import haunt

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone
    from hwsim.render.input_events import Watch
    from hwsim.shell_commands.process import Process
    from hwsim.shell_commands.reply import Reply

_KEY_SOURCES = ("dpad", "gamepad", "joystick", "keyboard")
_SOURCES = (*_KEY_SOURCES, "mouse", "stylus", "touchnavigation", "touchpad", "touchscreen", "trackball")
_COUNTS = {
    "tap": (2, 2),
    "swipe": (4, 5),
    "draganddrop": (4, 5),
    "press": (0, 0),
    "roll": (2, 2),
    "motionevent": (3, 3),
}
_SINCE = {"motionevent": 29, "keycombination": 31}
_SECOND_SWITCH = "persist.security.adbinput"
_LONG_REASON_SINCE = 33
_MOST_EVENTS = 2**31
_LINES_AT_ONCE = 64


async def run_input(process: Process) -> int:
    """Tap, swipe, press keys or type, as an app would see it."""
    words = list(process.arguments)
    if words and words[0] in _SOURCES:
        words.pop(0)
    action, rest = (words[0], words[1:]) if words else ("", [])
    if process.phone.profile.sdk < _SINCE.get(action, 0):
        action = ""
    if action and (refused := _injection_refused(process.phone, action)):
        process.err(refused.err.removesuffix("\n"))
        return refused.code
    state = shell_state(process.phone)
    if action == "keyevent" and rest:
        await _press(process.phone, [word for word in rest if not word.startswith("--")])
        return 0
    if action == "keycombination" and len(rest) > 1:
        return 0
    if action == "text" and rest:
        state.typed += rest[0].replace("%s", " ")
        return 0
    if action in _COUNTS and _fits(action, rest):
        return 0
    known = action in (*_COUNTS, "keyevent", "text", "keycombination")
    process.err(f"Error: Invalid arguments for command: {action}" if known else f"Error: Unknown command: {action}")
    process.err("Usage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]")
    return 255


async def _press(phone: Phone, words: list[str]) -> None:
    for number in map(key_number, words):
        react_to_key(phone, number)
        if number == RELEASE_KEY:
            await release(phone)


def _injection_refused(phone: Phone, action: str) -> Reply | None:
    """Xiaomi's system lets the shell user touch other apps only after a second switch in the developer options."""
    if phone.profile.manufacturer != "Xiaomi" or phone.properties.get(_SECOND_SWITCH) == "1":
        return None
    if phone.profile.sdk >= _LONG_REASON_SINCE:
        who = "the caller (or the source of the instrumentation, if any) to have the INJECT_EVENTS permission."
        return thrown(phone, action, f"java.lang.SecurityException: Injecting input events requires {who}")
    reason = "Injecting to another application requires INJECT_EVENTS permission"
    return thrown(phone, action, f"java.lang.SecurityException: {reason}")


def _fits(action: str, words: list[str]) -> bool:
    numbers = words[1:] if action == "motionevent" else words
    least, most = _COUNTS[action]
    try:
        return least <= len(words) <= most and all(float(word) == float(word) for word in numbers)
    except ValueError:
        return False


@dataclass
class _Wanted:
    labels: bool = False
    stamped: bool = False
    possible: bool = False
    everything: bool = False
    quiet: bool = False
    no_wait: bool = False
    count: int = _MOST_EVENTS
    paths: list[str] = field(default_factory=list)


async def run_getevent(process: Process) -> int:
    """List the input devices, then print events as they come; ``-p`` and ``-i`` end with the list."""
    wanted = _read_options(process.arguments)
    if wanted is None:
        process.err("Usage: getevent [-t] [-n] [-s switchmask] [-S] [-v] [-p] [-i] [-l] [-q] [-c count] [-r] [device]")
        return 1
    known = {device.path for device in devices(process.phone)}
    for path in wanted.paths:
        if path not in known:
            process.err(f"could not open {path}, No such file or directory")
            return 1
    only = frozenset(wanted.paths)
    if wanted.no_wait:
        _print_list(process, wanted, only)
        return 0
    hub = shell_state(process.phone).hub
    watch = hub.watch(only)  # before the list is out: who has read it may act at once
    try:
        _print_list(process, wanted, only)
        await process.stdout.flush()
        # one reader is enough to make the controller's noise visible, and two of them see the same
        ghosts = asyncio.create_task(haunt(process.phone)) if hub.reader_count == 1 else None
        try:
            await _follow(process, wanted, watch, with_node=len(only) != 1)
        finally:
            if ghosts is not None:
                ghosts.cancel()
    finally:
        hub.leave(watch)
    return 0


def _print_list(process: Process, wanted: _Wanted, only: frozenset[str]) -> None:
    if wanted.quiet or (only and not (wanted.possible or wanted.everything)):
        return
    process.out(
        show_devices(
            process.phone, only=only, possible=wanted.possible, labels=wanted.labels, everything=wanted.everything
        )
    )


async def _follow(process: Process, wanted: _Wanted, watch: Watch, *, with_node: bool) -> None:
    for number in range(wanted.count):
        event = await watch.next()
        line = event_line(event, labels=wanted.labels, stamped=wanted.stamped, with_node=with_node)
        process.out(f"{line}\n")
        if not watch.has_more or number % _LINES_AT_ONCE == 0:
            await process.stdout.flush()


def _read_options(words: list[str]) -> _Wanted | None:
    wanted = _Wanted()
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            wanted.paths.append(word)
            continue
        for letter in word[1:]:
            if letter == "c":
                count = next(rest, "")
                if not count.isdecimal():
                    return None
                wanted.count = int(count)
            elif letter in "sv":
                next(rest, None)
            elif letter in "tnSdpilqr":
                _set_letter(wanted, letter)
            else:
                return None
    return wanted


def _set_letter(wanted: _Wanted, letter: str) -> None:
    wanted.labels = wanted.labels or letter == "l"
    wanted.stamped = wanted.stamped or letter == "t"
    wanted.quiet = wanted.quiet or letter == "q"
    wanted.possible = wanted.possible or letter == "p"
    wanted.everything = wanted.everything or letter == "i"
    wanted.no_wait = wanted.no_wait or letter in "piS"


async def run_sendevent(process: Process) -> int:
    """Write one event to a node; the group ``input``, to which the shell user belongs, may."""
    words = process.arguments
    if len(words) != 4 or not all(word.removeprefix("-").isdecimal() for word in words[1:]):
        process.err("sendevent: Needs 4 arguments" if len(words) < 4 else "sendevent: bad number")
        return 1
    path = words[0]
    if path not in {device.path for device in devices(process.phone)}:
        return process.fail(f"{path}: No such file or directory")
    kind, code, value = (int(word) for word in words[1:])
    shell_state(process.phone).hub.send([Event(process.phone.clock.uptime_s, path, kind, code, value)])
    await asyncio.sleep(0)
    return 0
