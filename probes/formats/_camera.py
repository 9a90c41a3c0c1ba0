"""``dumpsys media.camera``: how many cameras the HAL found, and what became of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import append, flag, lines, require, whole

_COUNT = re.compile(r"\s{0,8}Number of (normal )?camera devices: (\d{1,4})\s{0,8}")
_DEVICE = re.compile(r"(?:== Camera HAL device (\S{1,120}) .{0,80}static info|\s{0,8}Camera (\S{1,40}) information:)")
_PROVIDER = re.compile(r"== Camera Provider HAL (\S{1,120}) .{0,80}static info: (\d{1,4}) devices")
_FACT = re.compile(r"\s{1,40}(Facing|Orientation|Has a flash unit): ([A-Za-z0-9]{1,20})\s{0,8}")
_NEAREST = "android.lens.info.minimumFocusDistance"
_NEAREST_KEY = re.compile(r"\s{1,40}android\.lens\.info\.minimumFocusDistance \([0-9a-f]{1,8}\): float\[1\]\s{0,8}")
_NUMBER = re.compile(r"\s{1,40}\[(\d{1,6}\.\d{1,12}) \]\s{0,8}")
_EVENT = re.compile(r"\s{1,8}(\d\d-\d\d \d\d:\d\d:\d\d) : ([A-Z_]{2,40}) (.{0,300})")
_ERRORS = re.compile(r"== Camera error traces \((\d{1,6})\)")
_CLIENT = re.compile(r"\(Camera ID: (\S{1,40}), .{0,200}?Client Package Name: ([A-Za-z0-9_.]{1,200})")
_NEVER_USED = "No camera client yet"
_MARKS = ("Camera module HAL API", "== Service global info", "No active camera clients", _NEVER_USED)
_MAX_CAMERAS = 64


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """One camera as the HAL describes it. ``facing`` is as printed: BACK and Back are both in use.

    ``nearest_focus_dpt`` is one over the nearest distance in metres that its lens can be focused at, 0 if fixed.
    """

    name: str
    facing: str | None
    orientation_deg: int | None
    has_flash: bool | None
    nearest_focus_dpt: float | None = None


@dataclass(frozen=True, slots=True)
class CameraEvent:
    """One line of the service's log: CONNECT, DISCONNECT, EVICT, ADD, REMOVE, DIED, ERROR ..."""

    time: str
    action: str
    detail: str


@dataclass(frozen=True, slots=True)
class CameraProvider:
    """One camera provider HAL and the number of devices that it found."""

    name: str
    device_count: int


@dataclass(frozen=True, slots=True)
class CameraClient:
    """Who holds a camera open now."""

    camera: str
    package: str


@dataclass(frozen=True, slots=True)
class CameraService:
    """The service's state; ``number_of_cameras`` is None where the layout prints no count (Android 2.3)."""

    number_of_cameras: int | None
    number_of_normal_cameras: int | None
    devices: tuple[CameraDevice, ...]
    providers: tuple[CameraProvider, ...]
    events: tuple[CameraEvent, ...]
    error_trace_count: int | None
    clients: tuple[CameraClient, ...] = ()

    @property
    def facing(self) -> tuple[str, ...]:
        """Facing of each described camera, as printed."""
        return tuple(device.facing for device in self.devices if device.facing is not None)


class _Reader:
    """Collects the devices; a description may repeat a field per API, the first one counts."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.facts: list[dict[str, str]] = []

    def open(self, name: str) -> None:
        if len(self.names) < _MAX_CAMERAS:
            self.names.append(name)
            self.facts.append({})

    def put(self, key: str, value: str) -> None:
        if self.facts:
            self.facts[-1].setdefault(key, value)

    def devices(self) -> tuple[CameraDevice, ...]:
        return tuple(
            CameraDevice(
                name=name,
                facing=facts.get("Facing"),
                orientation_deg=whole(facts.get("Orientation")),
                has_flash=flag(facts.get("Has a flash unit")),
                nearest_focus_dpt=float(facts[_NEAREST]) if _NEAREST in facts else None,
            )
            for name, facts in zip(self.names, self.facts, strict=True)
        )


def parse_camera(text: str) -> CameraService:
    """Read ``dumpsys media.camera``.

    Raises:
        NotUnderstood: there is neither a count nor any line that this service is known to begin with.
    """
    reader = _Reader()
    counts: dict[str, int] = {}
    providers: list[CameraProvider] = []
    events: list[CameraEvent] = []
    clients: list[CameraClient] = []
    marked = is_next = False
    for line in lines(text):
        marked = marked or line.startswith(_MARKS)
        was_next, is_next = is_next, _NEAREST_KEY.fullmatch(line) is not None
        if was_next and (found := _NUMBER.fullmatch(line)):
            reader.put(_NEAREST, found[1])
        elif found := _DEVICE.match(line):
            reader.open(found[1] or found[2])
        elif found := _PROVIDER.match(line):
            append(providers, CameraProvider(name=found[1], device_count=int(found[2])), cap=_MAX_CAMERAS)
        elif found := _EVENT.match(line):
            append(events, CameraEvent(time=found[1], action=found[2], detail=found[3]), cap=1000)
        elif found := _CLIENT.search(line[:1000]):
            append(clients, CameraClient(camera=found[1], package=found[2]), cap=_MAX_CAMERAS)
        else:
            _field(line, reader, counts)
    require(counts or marked, "media.camera dump", text)
    return CameraService(
        number_of_cameras=counts.get("cameras"),
        number_of_normal_cameras=counts.get("normal"),
        devices=reader.devices(),
        providers=tuple(providers),
        events=tuple(events),
        error_trace_count=counts.get("errors"),
        clients=tuple(clients),
    )


def _field(line: str, reader: _Reader, counts: dict[str, int]) -> None:
    if found := _FACT.fullmatch(line):
        reader.put(found[1], found[2])
    elif found := _COUNT.match(line):
        counts.setdefault("normal" if found[1] else "cameras", int(found[2]))
    elif found := _ERRORS.match(line):
        counts.setdefault("errors", int(found[1]))
