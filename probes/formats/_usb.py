"""``dumpsys usb``: connected or not, in which mode, and the state of the Type-C port."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import append, flag, frozen, lines, put, require

_MARKS = ("USB Manager State:", "USB MANAGER STATE (dumpsys usb):")
_FIELD = re.compile(r"\s{2,20}(m?[A-Z][A-Za-z ]{2,40}): (.{0,300})")
_TREE = re.compile(r"\s{2,40}([a-z_]{2,60})=(.{0,200})")
_PORT = re.compile(r"\s{2,20}(\S{1,60}): port=UsbPort\{(.{0,400}?)\}, status=UsbPortStatus\{(.{0,1000})")
_PAIR = re.compile(r"\b([A-Za-z]{2,40})=([^,\]}\[{]{0,100})")
_OPEN = re.compile(r"[\[{]\s{0,4}$")
_MAX_DEPTH = 40
_MAX_NAME_CHARS = 60


@dataclass(frozen=True, slots=True)
class UsbPort:
    """One Type-C port; ``fields`` as printed."""

    port_id: str
    connected: bool | None
    mode: str | None
    power_role: str | None
    data_role: str | None
    contaminant: str | None
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Usb:
    """State of the USB service; ``fields`` as printed, those of the tree by path (``device_manager.handler.x``)."""

    connected: bool | None
    configured: bool | None
    host_connected: bool | None
    functions: tuple[str, ...]
    kernel_state: str | None
    ports: tuple[UsbPort, ...]
    fields: Mapping[str, str]


def parse_usb(text: str) -> Usb:
    """Read ``dumpsys usb`` in its three layouts (2.3; 4 to 8.1; the tree from 9 on).

    Raises:
        NotUnderstood: no title of the USB service is there.
    """
    fields: dict[str, str] = {}
    ports: list[dict[str, str]] = []
    path: list[str] = []
    marked = False
    for line in lines(text):
        marked = marked or line.startswith(_MARKS)
        if found := _PORT.match(line):
            pairs = dict(_PAIR.findall(f"{found[2]}, {found[3]}"))
            append(ports, {"id": found[1], **pairs}, cap=16)
        elif found := _FIELD.fullmatch(line):
            put(fields, found[1], found[2].strip(), cap=500)
        else:
            _tree_line(line, path, fields, ports)
    require(marked, "usb dump", text)
    return Usb(
        connected=_first_flag(fields, "mConnected", "device_manager.handler.connected"),
        configured=_first_flag(fields, "mConfigured", "device_manager.handler.configured"),
        host_connected=_first_flag(fields, "mHostConnected", "device_manager.handler.host_connected"),
        functions=_functions(fields),
        kernel_state=fields.get("Kernel state") or fields.get("device_manager.handler.kernel_state"),
        ports=tuple(_port(table) for table in ports),
        fields=frozen(fields),
    )


def _tree_line(line: str, path: list[str], fields: dict[str, str], ports: list[dict[str, str]]) -> None:
    stripped = line.strip()
    if stripped[:1] in {"}", "]"}:
        if path:
            path.pop()
    elif _OPEN.search(stripped[-8:]):
        name = stripped[:_MAX_NAME_CHARS].partition("=")[0].strip("{[ ")
        append(path, name, cap=_MAX_DEPTH)
        if name == "port":
            append(ports, {}, cap=16)
    elif found := _TREE.fullmatch(line):
        put(fields, ".".join([*filter(None, path), found[1]]), found[2].strip(), cap=2000)
        if ports and "usb_ports" in path:
            ports[-1].setdefault(found[1], found[2].strip())


def _port(table: Mapping[str, str]) -> UsbPort:
    def first(*names: str) -> str | None:
        return next((value for name in names if (value := table.get(name))), None)

    return UsbPort(
        port_id=table.get("id", ""),
        connected=flag(table.get("connected")),
        mode=first("current_mode", "currentMode"),
        power_role=first("power_role", "currentPowerRole"),
        data_role=first("data_role", "currentDataRole"),
        contaminant=first("contaminant_presence_status", "contaminantDetectionStatus"),
        fields=frozen(table),
    )


def _first_flag(fields: Mapping[str, str], *names: str) -> bool | None:
    values = (flag(fields[name].split(",")[0]) for name in names if name in fields)
    return next((value for value in values if value is not None), None)


def _functions(fields: Mapping[str, str]) -> tuple[str, ...]:
    names = ("mCurrentFunctions", "Enabled Functions", "device_manager.handler.current_functions")
    raw = next((fields[name] for name in names if fields.get(name)), "")
    return tuple(token for token in re.split(r"[,\s]+", raw[:300]) if token)
