"""Serial ports of USB devices: what Linux's option and cdc_acm drivers make of two pipes, on a pseudo terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import struct
import tty
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hwsim.usb.device import IN, Transfer
from hwsim.usb.live.channel import Peek, RunIt

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.usb.bus import Place
    from hwsim.usb.live.channel import Channel, File, Steps
    from hwsim.usb.live.tree import Properties, Tree
    from hwsim.usb.live.uevents import Events

_PREFIXES = {"option": "ttyUSB", "usb_serial_simple": "ttyUSB", "cdc_acm": "ttyACM"}
_CDC_DATA = 10
_READ_BYTES = 4096
_BACKLOG_MAX_BYTES = 256 * 1024
_GET, _SET_BITS, _CLEAR_BITS, _SET = 0x5415, 0x5416, 0x5417, 0x5418
_RTS_DTR, _CTS_CAR_DSR = 0x002 | 0x004, 0x020 | 0x040 | 0x100


class Terminal:
    """One serial port; ``lines`` are its modem-control lines as TIOCM_ bits."""

    def __init__(self, place: Place, addresses: tuple[int, ...]) -> None:
        self._loop = asyncio.get_running_loop()
        self._device = place.device
        self._out = next(one for one in addresses if not one & IN)
        self._in = next(one for one in addresses if one & IN and self._device.pipes[one].packet_bytes > 16)
        self._ours, self._theirs = pty.openpty()
        for end in (self._ours, self._theirs):
            tty.setraw(end)
        os.set_blocking(self._ours, False)
        self.path = os.ttyname(self._theirs)
        self.lines = _RTS_DTR | _CTS_CAR_DSR
        self._backlog = bytearray()
        self._open = True
        self._loop.add_reader(self._ours, self._read)
        self._fetch()

    def close(self) -> None:
        """Hang up."""
        self._open = False
        self._loop.remove_reader(self._ours)
        self._loop.remove_writer(self._ours)
        for end in (self._ours, self._theirs):
            os.close(end)

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._ours, _READ_BYTES)
            self._device.submit(Transfer(self._out, _taken, data=data))

    def _fetch(self) -> None:
        if self._open:
            self._device.submit(Transfer(self._in, self._fetched, room_bytes=16384))

    def _fetched(self, transfer: Transfer) -> None:
        if transfer.error or not self._open:
            return
        if (
            len(self._backlog) + len(transfer.data) <= _BACKLOG_MAX_BYTES
        ):  # without a reader it fills up: bytes are lost
            self._backlog += transfer.data
        self._flush()
        self._loop.call_soon(self._fetch)

    def _flush(self) -> None:
        while self._backlog:
            try:
                written = os.write(self._ours, self._backlog)
            except BlockingIOError:
                self._loop.add_writer(self._ours, self._flush)
                return
            del self._backlog[:written]
        self._loop.remove_writer(self._ours)


class TerminalFile:
    """One open file of a serial port: the modem-control lines are ours, all else is the pseudo terminal's."""

    def __init__(self, find: Callable[[], Terminal | None]) -> None:
        self._find = find

    def closed(self) -> None:
        """Nothing was held."""

    def read(self, _channel: Channel, _address: int, _length: int) -> Steps:
        """Let the client do it."""
        raise RunIt
        yield Peek(0, 0)  # makes this a generator

    def ioctl(self, channel: Channel, request: int, argument: int) -> Steps:
        """Serve TIOCMGET and its kin."""
        terminal = self._find()
        if terminal is None or request not in (_GET, _SET_BITS, _CLEAR_BITS, _SET):
            raise RunIt
        if request == _GET:
            channel.poke(argument, struct.pack("=I", terminal.lines))
            return 0
        bits = int.from_bytes((yield Peek(argument, 4)), "little") & _RTS_DTR
        if request == _SET:
            terminal.lines = terminal.lines & ~_RTS_DTR | bits
        elif request == _SET_BITS:
            terminal.lines |= bits
        else:
            terminal.lines &= ~bits
        return 0


@dataclass
class Terminals:
    """All serial ports of a bed; each gets the lowest number that is free."""

    tree: Tree
    events: Events
    listen: Callable[[str, Callable[[], File]], None]
    _open: dict[str, tuple[Place, Terminal, Properties]] = field(default_factory=dict)
    _served: set[str] = field(default_factory=set)

    def arrived(self, place: Place) -> None:
        """Open the ports of a new device."""
        interfaces = place.device.interfaces
        for one, number, addresses in interfaces:
            prefix = _PREFIXES.get(one.driver)
            if prefix is None or one.triple[0] == _CDC_DATA:  # which belongs to the interface before it
                continue
            self._add(place, number, prefix, interfaces[number + 1][2] if prefix == "ttyACM" else addresses)

    def left(self, place: Place) -> None:
        """Hang up the ports of a device that has gone."""
        for name, (of, terminal, properties) in list(self._open.items()):
            if of is place:
                del self._open[name]
                self.tree.remove_terminal(name)
                self.events.send("remove", properties)
                terminal.close()

    def _add(self, place: Place, number: int, prefix: str, addresses: tuple[int, ...]) -> None:
        name = next(f"{prefix}{count}" for count in range(1000) if f"{prefix}{count}" not in self._open)
        terminal = Terminal(place, addresses)
        if name not in self._served:
            self._served.add(name)
            self.listen(f"/dev/{name}", lambda: TerminalFile(lambda: self._terminal(name)))
        properties = self.tree.add_terminal(place, number, name, terminal.path)
        self._open[name] = (place, terminal, properties)
        self.events.send("add", properties)

    def _terminal(self, name: str) -> Terminal | None:
        return self._open[name][1] if name in self._open else None


def _taken(_transfer: Transfer) -> None:
    """The device has it."""
