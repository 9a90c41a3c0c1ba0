"""Input devices: ``getevent`` (with or without ``-p``, ``-l``) and ``dumpsys input``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import frozen, hexadecimal, lines, number, put, require

_ADD = re.compile(r"add device (\d{1,6}): (/dev/input/\S{1,100})")
_NAME = re.compile(r'\s{1,8}name:\s{1,8}"(.{0,200})"')
_AXIS = re.compile(
    r"\s{0,20}(?:ABS \(0003\):)?\s{0,20}([0-9a-fA-F]{4}|ABS_[A-Z_0-9]{1,40})\s{1,8}"
    r": value (-?\d{1,11}), min (-?\d{1,11}), max (-?\d{1,11})"
)
_EVENT = re.compile(r"(?:\[[^\]]{1,40}\] )?(/dev/input/\S{1,100}): (\S{1,20})\s{1,20}(\S{1,40})\s{1,40}(\S{1,20})")
_SINGLE_EVENT = re.compile(r"(?:0003|EV_ABS)")
# linux/input-event-codes.h: ABS_MT_POSITION_X
_TOUCH_X = frozenset({"0035", "ABS_MT_POSITION_X"})
_MAX_DEVICES = 100


@dataclass(frozen=True, slots=True)
class AxisRange:
    """Smallest and largest value that an axis can have."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class InputNode:
    """One node. ``axes`` is keyed by code or name as printed; ``event_count`` counts the events in the text."""

    node: str
    name: str | None
    axes: Mapping[str, AxisRange]
    event_count: int
    is_touch: bool


@dataclass(frozen=True, slots=True)
class Getevent:
    """The nodes in the order of the text."""

    nodes: tuple[InputNode, ...]

    @property
    def touch(self) -> InputNode | None:
        """The node that declares or sends multi-touch positions; it may be named after the chip."""
        return next((node for node in self.nodes if node.is_touch), None)


class _Node:
    """One node while its lines are read."""

    def __init__(self, node: str) -> None:
        self.node = node
        self.name: str | None = None
        self.axes: dict[str, AxisRange] = {}
        self.events = 0
        self.touch = False

    def done(self) -> InputNode:
        return InputNode(
            node=self.node,
            name=self.name,
            axes=frozen(self.axes),
            event_count=self.events,
            is_touch=self.touch or bool(_TOUCH_X & self.axes.keys()),
        )


def parse_getevent(text: str) -> Getevent:
    """Read what ``getevent`` printed: shell prompts and "could not get driver version" lines are passed over.

    Raises:
        NotUnderstood: no device was announced.
    """
    nodes: dict[str, _Node] = {}
    current: _Node | None = None
    for line in lines(text):
        if found := _ADD.match(line):
            current = _Node(found[2])
            put(nodes, found[2], current, cap=_MAX_DEVICES)
        elif current and (found := _NAME.match(line)):
            current.name = found[1]
        elif current and (found := _AXIS.match(line)):
            put(current.axes, found[1], AxisRange(low=int(found[3]), high=int(found[4])), cap=100)
        elif (found := _EVENT.match(line)) and (node := nodes.get(found[1])):
            node.events += 1
            node.touch = node.touch or (bool(_SINGLE_EVENT.fullmatch(found[2])) and found[3] in _TOUCH_X)
    require(nodes, "getevent device list", text)
    return Getevent(nodes=tuple(node.done() for node in nodes.values()))


_HUB_DEVICE = re.compile(r"    (-?\d{1,6}): (.{1,200})")
_HUB_FIELD = re.compile(r"      ([A-Z][A-Za-z ]{1,40}): ?(.{0,300})")
_READER_DEVICE = re.compile(r"  Device (-?\d{1,6}): (.{1,200})")
_RANGE = re.compile(r"      ([A-Z][A-Z_]{0,30}): source=.{1,60}?, min=(-?[0-9.]{1,20}), max=(-?[0-9.]{1,20})")
_SWITCHES = re.compile(r"      SwitchValues: ([0-9a-fA-F]{1,8})\s{0,8}")
_AKA = " (aka device "
_HUB, _READER = "Event Hub State:", "Input Reader State"
# android/input: INPUT_DEVICE_CLASS_TOUCH | INPUT_DEVICE_CLASS_TOUCH_MT; newer builds print the names
_TOUCH_BITS = 0x14
_TOUCH_WORDS = ("TOUCH", "TOUCH_MT")


@dataclass(frozen=True, slots=True)
class HubDevice:
    """One device of the event hub; ``fields`` as printed, ``ranges`` and ``switches`` from the reader's part.

    ``switches`` has a bit for each switch that is on, by its number in linux/input-event-codes.h; None without any.
    """

    device_id: int
    name: str
    path: str | None
    fields: Mapping[str, str]
    ranges: Mapping[str, AxisRange]
    switches: int | None = None

    @property
    def is_touch(self) -> bool:
        """Whether the hub takes this device for a touchscreen or touchpad."""
        classes = self.fields.get("Classes", "")
        bits = hexadecimal(classes)
        if bits is not None:
            return bool(bits & _TOUCH_BITS)
        return any(word.strip() in _TOUCH_WORDS for word in classes.split("|"))


@dataclass(frozen=True, slots=True)
class InputManager:
    """The devices of ``dumpsys input``."""

    devices: tuple[HubDevice, ...]

    @property
    def touch(self) -> HubDevice | None:
        """The first touch device."""
        return next((device for device in self.devices if device.is_touch), None)


def parse_input(text: str) -> InputManager:
    """Read ``dumpsys input``; vendors may put lines of their own in front.

    Raises:
        NotUnderstood: there is no event hub in the text.
    """
    hub: dict[int, tuple[str, dict[str, str]]] = {}
    ranges: dict[str, dict[str, AxisRange]] = {}
    switches: dict[str, int] = {}
    section = reader_name = ""
    seen = False
    fields: dict[str, str] = {}
    for line in lines(text):
        if line[:1].strip():
            section = line
            seen = seen or line.startswith(_HUB)
        elif section.startswith(_HUB) and (found := _HUB_DEVICE.fullmatch(line)):
            fields = {}
            put(hub, int(found[1]), (found[2].split(_AKA)[0], fields), cap=_MAX_DEVICES)
        elif section.startswith(_HUB) and (found := _HUB_FIELD.fullmatch(line)):
            put(fields, found[1], found[2].strip(), cap=60)
        elif section.startswith(_READER) and (found := _READER_DEVICE.fullmatch(line)):
            reader_name = found[2]
        elif section.startswith(_READER) and (found := _RANGE.match(line)):
            put(ranges, reader_name, {}, cap=_MAX_DEVICES)
            put(ranges.get(reader_name, {}), found[1], _range(found[2], found[3]), cap=40)
        elif section.startswith(_READER) and (found := _SWITCHES.fullmatch(line)):
            put(switches, reader_name, int(found[1], 16), cap=_MAX_DEVICES)
    require(seen, "input dump", text)
    return InputManager(devices=tuple(_hub_device(key, *entry, ranges, switches) for key, entry in hub.items()))


def _hub_device(
    device_id: int,
    name: str,
    fields: Mapping[str, str],
    ranges: Mapping[str, Mapping[str, AxisRange]],
    switches: Mapping[str, int],
) -> HubDevice:
    return HubDevice(
        device_id=device_id,
        name=name,
        path=fields.get("Path"),
        fields=frozen(fields),
        ranges=frozen(ranges.get(name, {})),
        switches=switches.get(name),
    )


def _range(low: str, high: str) -> AxisRange:
    return AxisRange(low=number(low) or 0.0, high=number(high) or 0.0)
