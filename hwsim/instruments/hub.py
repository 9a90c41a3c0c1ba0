"""A switchable USB hub on a serial line.

Wire: the command line of Cambrionix's hubs as their public manual describes it (``mode``, ``state``, ``id``,
``health``, ``crf``), lines that end with CR, answers with CRLF and the prompt ``>> ``. The words of its errors are
unverified. Port 1 feeds the first phone of the rack, and so on.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hwsim.instruments.instrument import LineInstrument
from hwsim.instruments.power_meter import drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hwsim.unit import Unit

_PROMPT = b">> "
_MODES = {"o": "O", "s": "S", "c": "C"}


class SwitchedHub(LineInstrument):
    """Switches each phone's port off (``o``), to data (``s``) or to charging alone (``c``).

    A port that only charges has no data lines, so its phone is gone for adb as well.
    """

    kind = "hub"
    too_long = b"*E401: Line too long\r\n>> "

    def __init__(self, unit: Unit, units: Sequence[Unit] = ()) -> None:
        super().__init__(unit)
        self._units = list(units) or [unit]
        self._modes = ["S" if one.plugged else "O" for one in self._units]
        self._rebooted = True
        self._switching: set[asyncio.Task[None]] = set()

    def obey(self, line: str) -> bytes:
        """Obey one command."""
        word, *arguments = line.lower().split()
        if word == "id":
            return self._says(f"mfr:cambrionix,mode:main,hw:EMULATED-{len(self._units)},hwid:0x00,fw:1.83,sn:000000")
        if word == "crf":
            self._rebooted = False
            return self._says()
        if word == "health":
            return self._says("Voltage Now: 5.12", "Temperature Now: 31.5", f"Rebooted: {int(self._rebooted)}")
        if word in ("mode", "state"):
            ports = self._ports(arguments[1:] if word == "mode" else arguments)
            if ports is None or (word == "mode" and (not arguments or arguments[0] not in _MODES)):
                return self._says("*E402: Invalid parameter")
            if word == "state":
                return self._says(*(self._state(port) for port in ports))
            for port in ports:
                self._switch(port, _MODES[arguments[0]])
            return self._says()
        return self._says("*E400: Unknown command")

    def _ports(self, arguments: list[str]) -> list[int] | None:
        if not arguments:
            return list(range(len(self._units)))
        ports = [int(one) - 1 if one.isdecimal() and len(one) < 4 else -1 for one in arguments]
        return ports if all(0 <= port < len(self._units) for port in ports) else None

    def _switch(self, port: int, mode: str) -> None:
        unit, before = self._units[port], self._modes[port]
        self._modes[port] = mode
        if mode == before:
            return
        if mode == "S":
            task = asyncio.get_running_loop().create_task(unit.plug())
            self._switching.add(task)
            task.add_done_callback(self._switching.discard)
            return
        unit.unplug()
        if mode == "C":  # the supply stays
            unit.phone.connect_supply(plugged=True)

    def _state(self, port: int) -> str:
        unit, mode = self._units[port], self._modes[port]
        unit.phone.refresh()
        battery = unit.phone.battery
        there = mode != "O" and battery.supply_ma > 0
        milliamperes = round(drawn(unit).amperes * 1000.0 * self.gain_ratio) if mode == "S" else 0
        if mode == "C" and there:
            milliamperes = round(battery.drawn_ma)
        flags = ["R"] if self._rebooted else []
        flags += ["A" if there else "D", mode]
        return f"{port + 1}, {milliamperes:04d}, {' '.join(flags)}, 0, 0, x, 0.0"

    @staticmethod
    def _says(*lines: str) -> bytes:
        return b"".join(f"{line}\r\n".encode() for line in lines) + _PROMPT
