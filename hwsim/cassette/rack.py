"""Recorded phones side by side, with a control socket of their own.

Control: one JSON object a line, as that of a rack: ``unplug``, ``replug``, ``rewind``, ``unknown`` (what was asked that
the tape does not know, with how often), ``stop``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hwsim.adbd.server import AdbdServer
from hwsim.cassette.machine import TapeMachine
from hwsim.cassette.tape import read_tape
from hwsim.line_socket import LineSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_EVENTS_MAX = 100
"""What is told without being asked must fit into a pipe that nobody reads."""


class TapeUnit:
    """One recorded phone with its daemon."""

    def __init__(self, path: Path, *, port: int, tell: Callable[[dict[str, object]], None]) -> None:
        self.tape = read_tape(path)
        self.machine = TapeMachine(self.tape, tell=tell)
        self.server = AdbdServer(self.machine, port=port)
        self.machine.lose_link = self.server.drop_links


class TapeRack:
    """All phones of the cassettes; raises BadCassette where one cannot be served."""

    def __init__(
        self, paths: Sequence[Path], *, base_port: int = 0, tell: Callable[[dict[str, object]], None] = lambda _e: None
    ) -> None:
        self._told = 0
        self.units = [
            TapeUnit(path, port=base_port + index if base_port else 0, tell=self._teller(tell, index))
            for index, path in enumerate(paths)
        ]

    async def start(self) -> None:
        """Listen on all ports."""
        for unit in self.units:
            await unit.server.start()

    def hello(self) -> list[dict[str, object]]:
        """Tell where each phone is."""
        return [
            {"index": index, "port": unit.server.port, "serial": unit.tape.serial, "withheld": unit.tape.withheld}
            for index, unit in enumerate(self.units)
        ]

    def stop(self) -> None:
        """Drop all links and stop listening."""
        for unit in self.units:
            unit.server.close()

    def _teller(self, tell: Callable[[dict[str, object]], None], index: int) -> Callable[[dict[str, object]], None]:
        def told(event: dict[str, object]) -> None:
            self._told += 1
            if self._told <= _EVENTS_MAX:
                tell({"phone": index, **event})

        return told


class TapeControl(LineSocket):
    """The bench's hand on recorded phones."""

    def __init__(self, rack: TapeRack, path: Path, *, on_stop: Callable[[], None]) -> None:
        super().__init__(path)
        self._units = rack.units
        self._on_stop = on_stop

    async def answer(self, line: bytes) -> dict[str, Any]:
        """Answer one request."""
        try:
            request = json.loads(line)
            command, index = request["cmd"], request.get("phone", 0)
        except (ValueError, TypeError, KeyError, AttributeError):
            return {"ok": False, "error": "a request is a JSON object with cmd"}
        if command == "stop":
            self._on_stop()
            return {"ok": True}
        if type(index) is not int or not 0 <= index < len(self._units):
            return {"ok": False, "error": f"phone is a number from 0 to {len(self._units) - 1}, not {index!r}"}
        return await self._do(command, self._units[index])

    async def _do(self, command: object, unit: TapeUnit) -> dict[str, Any]:
        if command == "unplug":
            unit.server.stop()
        elif command == "replug":
            await unit.server.start()
        elif command == "rewind":
            unit.machine.rewind()
        elif command == "unknown":
            return {"ok": True, "commands": dict(unit.machine.unknown)}
        else:
            return {"ok": False, "error": f"a recorded phone cannot {command!r}"}
        return {"ok": True}
