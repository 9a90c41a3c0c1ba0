"""Device lists of ``getevent``: plain, ``-p`` with what each device can send, ``-i`` with all about it.

Layouts: the plain list seen on a OnePlus 3T; ``-p`` and ``-i`` follow AOSP's getevent, the same in all versions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.input import HALL_PATH, Device, devices, lid_closed
from hwsim.render.input_events import (
    ABS,
    BTN_TOUCH,
    KEY,
    KEY_NUMBERS,
    LID,
    POSITION_X,
    POSITION_Y,
    PRESSURE,
    SLOT,
    SW,
    TOUCH_MAJOR,
    TRACKING_ID,
    code_name,
)

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_TOUCH_CLASSES = "0x00000015"
_JACK_CLASSES = "0x00000080"
_TITLES = {KEY: "KEY (0001)", ABS: "ABS (0003)", SW: "SW  (0005)"}
_PER_ROW = {True: 4, False: 8}
_INDENT = " " * 15
_DIRECT = "INPUT_PROP_DIRECT"


def key_paths(phone: Phone) -> dict[int, str]:
    """Return the node of each hardware key by its number: the power chip has power and volume down, as on most."""
    first, second = devices(phone)[:2]
    names = {"POWER": first.path, "VOLUMEDOWN": first.path, "VOLUMEUP": second.path}
    return {KEY_NUMBERS[name]: path for name, path in names.items()}


def touch_path(phone: Phone) -> str | None:
    """Return the touchscreen's node; None when its controller does not answer."""
    return next((device.path for device in devices(phone) if device.classes == _TOUCH_CLASSES), None)


def show_devices(phone: Phone, *, only: frozenset[str], possible: bool, labels: bool, everything: bool) -> str:
    """Return the list of devices that getevent prints first, restricted to the nodes named in ``only`` (if any)."""
    lines: list[str] = []
    for number, device in enumerate(devices(phone), 1):
        if only and device.path not in only:
            continue
        lines.append(f"add device {number}: {device.path}")
        if everything:
            lines += ["  bus:      0018", "  vendor    0000", "  product   0000", "  version   0000"]
        lines.append(f'  name:     "{device.name}"')
        if everything:
            lines += [f'  location: "{device.location}"', '  id:       ""', "  version:  1.0.1"]
        if possible or everything:
            lines += _possible(phone, device, labels=labels)
    return "".join(f"{line}\n" for line in lines)


def axis_ranges(phone: Phone) -> dict[int, tuple[int, int]]:
    """Return smallest and largest value of each axis of the touchscreen."""
    wide, high = phone.profile.screen[:2]
    sizes = {SLOT: (0, 9), TOUCH_MAJOR: (0, 255), POSITION_X: (0, wide - 1), POSITION_Y: (0, high - 1)}
    return {**sizes, TRACKING_ID: (0, 65_535), PRESSURE: (0, 255)}


def _possible(phone: Phone, device: Device, *, labels: bool) -> list[str]:
    lines, properties = ["  events:"], "<none>"
    if device.classes == _TOUCH_CLASSES:
        properties = _DIRECT
        lines += _rows(KEY, [_code(KEY, BTN_TOUCH, labels=labels)], labels=labels)
        for number, (code, (low, high)) in enumerate(axis_ranges(phone).items()):
            head = f"    {_TITLES[ABS]}:" if number == 0 else _INDENT
            tail = f": value 0, min {low}, max {high}, fuzz 0, flat 0, resolution 0"
            lines.append(f"{head} {_code(ABS, code, labels=labels)} {tail}")
    elif device.path == HALL_PATH:
        lines += _rows(SW, [_code(SW, LID, labels=labels, down=lid_closed(phone))], labels=labels)
    elif device.classes == _JACK_CLASSES:
        lines += _rows(SW, [_code(SW, code, labels=labels) for code in (2, 4)], labels=labels)
    else:
        codes = sorted(code for code, path in key_paths(phone).items() if path == device.path)
        lines += _rows(KEY, [_code(KEY, code, labels=labels) for code in codes], labels=labels)
    return [*lines, "  input props:", f"    {properties}"]


def _code(kind: int, code: int, *, labels: bool, down: bool = False) -> str:
    """Return a code as the list prints it: a star behind a switch or key that is on."""
    mark = "*" if down else " "
    return f"{code_name(kind, code)[:20] + mark:<21}" if labels else f"{code:04x}{mark}"


def _rows(kind: int, codes: list[str], *, labels: bool) -> list[str]:
    size = _PER_ROW[labels]
    rows = [" ".join(codes[at : at + size]) for at in range(0, len(codes), size)]
    return [(f"    {_TITLES[kind]}: " if at == 0 else f"{_INDENT} ") + row for at, row in enumerate(rows)]
