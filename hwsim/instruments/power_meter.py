"""USB power meters between hub and phone: what they measure is what the phone really draws.

Two wires. ``um25c``: the serial protocol (over Bluetooth there) of RDTech's UM25C as published by the sigrok project
and in rdserialtool: one byte 0xF0 asks for a frame of 130 bytes, all fields big endian; see ``_FIELDS``. ``scpi``: own
protocol in the manner of SCPI-99, for meters with a serial line of text.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from hwsim.instruments.instrument import Instrument, LineInstrument
from hwsim.phone.at_bench import bench_of

if TYPE_CHECKING:
    from hwsim.unit import Unit

FRAME_BYTES = 130
_MODEL_UM25C = 0x09C9
_END_MARK = 0xFFF1
_ASK, _CLEAR_GROUP = 0xF0, 0xF4
_FIRST_GROUP, _LAST_GROUP = 0xA0, 0xA9
_GROUPS = 10
_PORT_OPEN_V = 5.12
_VOLT_NOISE, _AMPERE_NOISE = 0.0008, 0.0003
_ROOM_C = 24.0
_UNCALIBRATED_RATIO = 1.06
_SECONDS_PER_HOUR = 3600.0
_OPEN_CIRCUIT_DECIOHM = 99_999


class Reading(NamedTuple):
    """What flows now: volt and ampere at the meter."""

    volts: float
    amperes: float

    @property
    def watts(self) -> float:
        """The power."""
        return self.volts * self.amperes


class Tap:
    """The place between hub and phone: what flows there, and what has flowed since the meter was plugged in."""

    def __init__(self, owner: Instrument) -> None:
        self._owner = owner
        self._last_s = owner.now_s
        self.charge_mah = 0.0
        self.energy_mwh = 0.0

    def read(self) -> Reading:
        """Measure, and count what has flowed since the last time."""
        owner = self._owner
        truth = drawn(owner.unit)
        gain = owner.gain_ratio * (1.0 if owner.ailing.calibrated else _UNCALIBRATED_RATIO)
        volts = (truth.volts + _VOLT_NOISE * float(owner.rng.standard_normal())) * gain
        amperes = (truth.amperes + _AMPERE_NOISE * float(owner.rng.standard_normal())) * gain if truth.amperes else 0.0
        seen = Reading(max(volts, 0.0), max(amperes, 0.0))
        hours = (owner.now_s - self._last_s) / _SECONDS_PER_HOUR
        self._last_s = owner.now_s
        self.charge_mah += seen.amperes * 1000.0 * hours
        self.energy_mwh += seen.watts * 1000.0 * hours
        return seen

    def clear(self) -> None:
        """Count from nothing."""
        self.charge_mah = self.energy_mwh = 0.0


def drawn(unit: Unit) -> Reading:
    """Return what really flows from the hub into a phone, without any error of a meter."""
    unit.phone.refresh()
    battery = unit.phone.battery
    if not unit.plugged or battery.supply_ma <= 0:
        return Reading(_PORT_OPEN_V if unit.plugged else 0.0, 0.0)
    amperes = battery.drawn_ma / 1000.0
    return Reading(battery.bus_mv / 1000.0 + amperes * bench_of(unit.phone).cable_ohm, amperes)


class Um25c(Instrument):
    """RDTech UM25C: answers 0xF0 with a frame; other known bytes change its display and are obeyed in silence."""

    kind = "um25c"

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self._tap = Tap(self)
        self._group = 0
        self._groups = [(0.0, 0.0)] * _GROUPS

    def tick(self) -> None:
        """Go on counting while nobody asks."""
        self._count()

    def _feed(self, data: bytes) -> bytes:
        said = bytearray()
        for byte in data:
            if byte == _ASK:
                said += self._frame()
            elif byte == _CLEAR_GROUP:
                self._groups[self._group] = (0.0, 0.0)
            elif _FIRST_GROUP <= byte <= _LAST_GROUP:
                self._group = byte - _FIRST_GROUP
        return bytes(said)

    def _count(self) -> Reading:
        seen = self._tap.read()
        charge, energy = self._groups[self._group]
        self._groups[self._group] = (charge + self._tap.charge_mah, energy + self._tap.energy_mwh)
        self._tap.clear()
        return seen

    def _frame(self) -> bytes:
        seen = self._count()
        frame = bytearray(FRAME_BYTES)

        def put(at: int, layout: str, value: float) -> None:
            top = 2 ** (8 * struct.calcsize(layout)) - 1
            struct.pack_into(f">{layout}", frame, at, min(max(round(value), 0), top))

        ohm = seen.volts / seen.amperes if seen.amperes > 0.001 else _OPEN_CIRCUIT_DECIOHM / 10.0
        put(0, "H", _MODEL_UM25C)
        put(2, "H", seen.volts * 1000.0)
        put(4, "H", seen.amperes * 10_000.0)
        put(6, "I", seen.watts * 1000.0)
        put(10, "H", _ROOM_C)
        put(12, "H", _ROOM_C * 1.8 + 32.0)
        put(14, "H", self._group)
        for number, (charge, energy) in enumerate(self._groups):
            put(16 + 8 * number, "I", charge)
            put(20 + 8 * number, "I", energy)
        put(96, "H", 60.0)  # D+ and D- in hundredths of a volt, and the charging mode that follows from them
        put(98, "H", 60.0)
        put(100, "H", 7.0)
        put(122, "I", min(ohm * 10.0, _OPEN_CIRCUIT_DECIOHM))
        put(128, "H", _END_MARK)
        return bytes(frame)


class ScpiMeter(LineInstrument):
    """A meter of text lines: ``MEAS:VOLT?``, ``MEAS:CURR?``, ``MEAS:POW?``, ``SENS:CHAR?`` (mAh), ``CAL:DATE?``."""

    kind = "scpi_meter"
    too_long = b""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self._tap = Tap(self)
        self._errors: list[str] = []

    def tick(self) -> None:
        """Go on counting while nobody asks."""
        self._tap.read()

    def obey(self, line: str) -> bytes:
        """Answer a question; errors wait in a queue for ``SYST:ERR?``."""
        word = line.upper()
        if word == "*IDN?":
            return b"PHONEBENCH,EMULATED USB METER,0,1.0\n"
        if word == "*RST":
            self._tap.clear()
            return b""
        if word == "SYST:ERR?":
            error = self._errors.pop(0) if self._errors else '0,"No error"'
            return f"{error}\n".encode()
        if word == "CAL:DATE?":
            return b"2026-01-15\n" if self.ailing.calibrated else b"0000-00-00\n"
        seen = self._tap.read()
        known = {"VOLT": seen.volts, "CURR": seen.amperes, "POW": seen.watts}
        name = word.removeprefix("MEAS:").removesuffix("?")
        if word.startswith("MEAS:") and word.endswith("?") and name in known:
            return f"{known[name]:.6E}\n".encode()
        if word == "SENS:CHAR?":
            return f"{self._tap.charge_mah:.6E}\n".encode()
        self._errors = [*self._errors[-15:], '-113,"Undefined header"']
        return b""
