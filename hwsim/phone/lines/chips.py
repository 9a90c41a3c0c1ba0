"""Chips on buses: found at boot, asked in vain again and again, or lost together with everybody on their bus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.chips import FLEXES, Bus, Chip, buses, chips, has_chip

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Writer

_PROBES_FROM_S = 2.9
_STEP_S = 0.06
_HAL_AFTER_S = 10.5
_ATTEMPTS_AT_BOOT = 3
_BUS_PERIOD_S = 75.0
_TOGETHER_S = 0.004
_IN_USE_RATIO = 0.3
_FRONT_RATIO = 0.35
_ADDRESSES = {"touch": 0x38, "nfc": 0x28, "camera_rear": 0x10, "camera_front": 0x1A}
"""Chips whose drivers have modules of their own; the bus's driver names them by address."""


def write_boot(writer: Writer) -> None:
    """Probe every chip of the table."""
    at_s = _PROBES_FROM_S
    for chip in _fitted(writer):
        at_s += _STEP_S
        if getattr(writer.condition, chip.field):
            if chip.found:
                writer.kernel(at_s, chip.found, comm="swapper/0", pid=1)
            continue
        for _attempt in range(_ATTEMPTS_AT_BOOT):
            _refuse(writer, at_s, chip)
            at_s += _STEP_S
        if chip.given_up:
            writer.kernel(at_s, chip.given_up, level=3, comm="swapper/0", pid=1)
        _complain(writer, at_s + _HAL_AFTER_S, chip)
    for bus in _dead_buses(writer):
        for attempt in range(_ATTEMPTS_AT_BOOT):
            _bus_hangs(writer, _PROBES_FROM_S + attempt * 0.9, bus)


def write_span(writer: Writer) -> None:
    """Repeat what drivers and services try again, and let loose flexes come and go."""
    for chip in _fitted(writer):
        if not getattr(writer.condition, chip.field):
            for at_s in writer.moments(chip.period_s):
                _refuse(writer, at_s, chip)
                _complain(writer, at_s + 0.2, chip)
    for bus in _dead_buses(writer):
        for at_s in writer.moments(_BUS_PERIOD_S):
            _bus_hangs(writer, at_s, bus)
    for flex in _several(writer.condition.flex_loose):
        for at_s in writer.moments(writer.condition.flex_drop_period_s):
            _flex_opens(writer, at_s, flex)


def _fitted(writer: Writer) -> list[Chip]:
    profile = writer.phone.profile
    return [chip for chip in chips(profile.family) if has_chip(profile, chip.name)]


def _bus_of(writer: Writer, name: str) -> Bus | None:
    bus = buses(writer.phone.profile.family).get(name)
    return bus if bus is not None and bus.controller else None


def _several(names: str) -> list[str]:
    return names.split("+") if names else []


def _dead_buses(writer: Writer) -> list[Bus]:
    found = [_bus_of(writer, name) for name in _several(writer.condition.bus_dead)]
    return [bus for bus in found if bus is not None]


def _refuse(writer: Writer, at_s: float, chip: Chip) -> None:
    """One attempt: the controller is not acknowledged (when its bus moves at all), and the driver says so."""
    bus = _bus_of(writer, chip.bus)
    if bus is not None:
        text = bus.stuck[0] if chip.bus in _several(writer.condition.bus_dead) else bus.nack
        writer.kernel(at_s, _named(text, bus, chip.address), level=3)
    for number, text in enumerate(chip.refused):
        writer.kernel(at_s + 0.002 * (number + 1), text, level=3)


def _complain(writer: Writer, at_s: float, chip: Chip) -> None:
    for number, (process, level, tag, text) in enumerate(chip.hal):
        writer.log(at_s + 0.1 * number, process, level, tag, text)


def _bus_hangs(writer: Writer, at_s: float, bus: Bus) -> None:
    for number, text in enumerate(bus.stuck):
        address = writer.rng.choice(_bus_addresses(writer, bus))
        writer.kernel(at_s + 0.1 * number, _named(text, bus, address), level=3)


def _bus_addresses(writer: Writer, bus: Bus) -> list[int]:
    own = [chip.address for chip in _fitted(writer) if chip.bus == bus.name]
    return own or [_ADDRESSES["touch"], _ADDRESSES["nfc"]]


def _named(text: str, bus: Bus, address: int) -> str:
    return text.replace("{ctl}", bus.controller).replace("{addr}", f"0x{address:02x}")


def _flex_opens(writer: Writer, at_s: float, flex: str) -> None:
    """All chips behind one plug fall silent within milliseconds, and are back when the phone is laid down."""
    names = [name for name in FLEXES[flex] if has_chip(writer.phone.profile, name)]
    table = {chip.name: chip for chip in _fitted(writer)}
    for number, name in enumerate(names):
        when_s = at_s + number * _TOGETHER_S
        chip = table.get(name)
        if chip is not None:
            _refuse(writer, when_s, chip)
            _complain(writer, when_s + 0.3, chip)
            back = chip.found or f"{name}: answers again after reset"
        else:
            back = _elsewhere_opens(writer, when_s, name)
        writer.kernel(when_s + 2.4, back)
    if flex == "camera" and writer.rng.random() < _IN_USE_RATIO:
        _lost_in_use(writer, at_s)


def _lost_in_use(writer: Writer, at_s: float) -> None:
    """A camera is open while the plug lifts: a hand that takes a picture moves the phone. The front one is rarer."""
    number = int(writer.rng.random() < _FRONT_RATIO)
    text = f"Camera {number}: notifyError: Camera HAL reported serious device error"
    writer.log(at_s + 0.9, "cameraserver", "E", "Camera3-Device", text)
    text = f"disconnect: Disconnected client for camera {number} for PID {9000 + writer.rng.randrange(900)}"
    writer.log(at_s + 1.2, "cameraserver", "I", "CameraService", text)


def _elsewhere_opens(writer: Writer, at_s: float, name: str) -> str:
    bus = _bus_of(writer, "camera" if name.startswith("camera") else "front")
    if bus is not None:
        writer.kernel(at_s, _named(bus.nack, bus, _ADDRESSES[name]), level=3)
    what = {
        "touch": f"{writer.phone.profile.touch_name}: connection lost, reset by driver",
        "camera_rear": "camera sensor 0: stream lost, no frame for 1000 ms",
        "camera_front": "camera sensor 1: stream lost, no frame for 1000 ms",
    }[name]
    writer.kernel(at_s + 0.002, what, level=3)
    return what.partition(":")[0] + ": back after reset"
