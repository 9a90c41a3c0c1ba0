"""Linux's usbfs as a program sees it: the ioctls of ``/dev/bus/usb/BBB/DDD`` (include/uapi/linux/usbdevice_fs.h)."""

from __future__ import annotations

import asyncio
import errno
import struct
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hwsim.usb.device import IN, Setup, Stall, Transfer
from hwsim.usb.live.channel import Later, Peek

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.usb.bus import Place
    from hwsim.usb.device import Bytes
    from hwsim.usb.live.channel import Channel, Steps
    from hwsim.usb.live.doorbell import Doorbell

_URB = struct.Struct("=BB2xiI4xQ6iIQ")  # 56 bytes: type, endpoint, status, flags, buffer, lengths ..., user's pointer
_URB_CONTROL = 2
_TRANSFER_MAX_BYTES = 64 << 20
_CONTROL_TRANSFER = struct.Struct("=BBHHHI4xQ")
_BULK_TRANSFER = struct.Struct("=III4xQ")
_DRIVER = struct.Struct("=I256s")
_SPEED = {"low": 1, "full": 2, "high": 3}
_CAPABILITIES = 0x01 | 0x04 | 0x10 | 0x40  # zero packet, no packet size limit, reap after disconnect, drop privileges
_SETUP = struct.Struct("<BBHHH")
_DISCONNECT, _CONNECT = 0x5516, 0x5517


@dataclass
class Node:
    """A device as its node shows it: who has claimed what, and which kernel drivers still hold an interface."""

    place: Place
    bell: Doorbell
    files: set[UsbFile] = field(default_factory=set)
    claims: dict[int, UsbFile] = field(default_factory=dict)
    drivers: dict[int, str] = field(default_factory=dict)
    gone: bool = False

    def __post_init__(self) -> None:
        self.drivers = {number: one.driver for one, number, _ in self.place.device.interfaces if one.driver}

    def ring(self) -> None:
        """Wake the pollers while anybody has something to reap or has not heard yet that the device is gone."""
        if any(file.finished or (self.gone and not file.knows_gone) for file in self.files):
            self.bell.ring()
        else:
            self.bell.hush()

    def leave(self) -> None:
        """Be a device that is gone: files that are open hear ENODEV."""
        self.gone = True
        self.bell.remove()
        self.ring()
        self.close_unused()

    def close_unused(self) -> None:
        """Let go of a gone device that nobody holds any more."""
        if self.gone and not self.files:
            self.bell.close()


@dataclass(eq=False)
class _Urb:
    address: int
    buffer: int
    raw: bytes
    transfer: Transfer


class UsbFile:
    """One open file of a node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._device = node.place.device
        self._urbs: dict[int, _Urb] = {}
        self.finished: deque[_Urb] = deque()
        self.knows_gone = False
        node.files.add(self)

    def closed(self) -> None:
        """Release what this file held."""
        for urb in list(self._urbs.values()):
            self._device.cancel(urb.transfer)
        self.finished.clear()
        for number in [number for number, file in self._node.claims.items() if file is self]:
            del self._node.claims[number]
        if self in self._node.files:
            self._node.files.remove(self)
            self._node.ring()
            self._node.close_unused()

    def read(self, channel: Channel, address: int, length: int) -> Steps:
        """Read the descriptors."""
        self._present()
        data = (self._device.device_bytes + self._device.configuration_bytes)[:length]
        channel.poke(address, data)
        return len(data)
        yield Peek(0, 0)  # makes this a generator

    def ioctl(self, channel: Channel, request: int, argument: int) -> Steps:
        """Serve one request; ENOTTY for what usbfs does not know, ENODEV once the device is gone."""
        number = request & 0xFFFF
        if number not in (0x550C, 0x550D, 0x550B):  # reaping and discarding work after the end
            self._present()
        handler = _HANDLERS.get(number)
        if handler is None:
            raise OSError(errno.ENOTTY, "no such request")
        steps: Steps = getattr(self, handler)(channel, argument)
        return (yield from steps)

    def _present(self) -> None:
        if self._node.gone:
            raise OSError(errno.ENODEV, "the device is gone")

    def _submit(self, _channel: Channel, argument: int) -> Steps:
        raw = yield Peek(argument, _URB.size)
        kind, endpoint, _status, _flags, buffer, length = _URB.unpack(raw)[:6]
        if not 0 <= length <= _TRANSFER_MAX_BYTES or (kind == _URB_CONTROL and length < _SETUP.size):
            raise OSError(errno.EINVAL, "no such length")
        urb = _Urb(argument, buffer, raw, Transfer(endpoint, self._finish, room_bytes=length))
        if kind == _URB_CONTROL:
            head = yield Peek(buffer, 8)
            setup = Setup(*_SETUP.unpack(head))
            data = b"" if setup.request_type & IN else (yield Peek(buffer + 8, min(setup.length, length - 8)))
            self._urbs[argument] = urb
            self._control(urb, setup, data)
            return 0
        if not endpoint & IN:
            urb.transfer.data = yield Peek(buffer, length)
        self._present()
        if endpoint not in self._device.pipes:
            raise OSError(errno.ENOENT, "no such endpoint")
        self._urbs[argument] = urb
        self._device.submit(urb.transfer)
        return 0

    def _control(self, urb: _Urb, setup: Setup, data: bytes) -> None:
        urb.buffer += 8
        try:
            urb.transfer.data = self._device.control(setup, data)
        except Stall:
            urb.transfer.finish(errno.EPIPE)
        else:
            if not setup.request_type & IN:
                urb.transfer.data = data
            urb.transfer.address = setup.request_type & IN
            urb.transfer.finish()

    def _finish(self, transfer: Transfer) -> None:
        for urb in self._urbs.values():
            if urb.transfer is transfer:
                self.finished.append(urb)
                self._node.ring()
                return

    def _discard(self, _channel: Channel, argument: int) -> Steps:
        urb = self._urbs.get(argument)
        if urb is None or not self._device.cancel(urb.transfer):
            raise OSError(errno.EINVAL, "not under way")
        return 0
        yield Peek(0, 0)  # makes this a generator

    def _reap_at_once(self, channel: Channel, argument: int) -> Steps:
        if not self.finished:
            if self._node.gone:
                self.knows_gone = True
                self._node.ring()
            raise OSError(errno.ENODEV if self._node.gone else errno.EAGAIN, "nothing to reap")
        urb = self.finished.popleft()
        self._urbs.pop(urb.address, None)
        self._node.ring()
        transfer = urb.transfer
        data: Bytes = transfer.data
        if transfer.address & IN and data:
            channel.poke(urb.buffer, data)
        done = bytearray(urb.raw)
        struct.pack_into("=i", done, 4, -transfer.error)
        struct.pack_into("=i", done, 28, len(data))
        channel.poke(urb.address, done[:32])
        channel.poke(argument, struct.pack("=Q", urb.address))
        return 0
        yield Peek(0, 0)  # makes this a generator

    def _control_now(self, channel: Channel, argument: int) -> Steps:
        raw = yield Peek(argument, _CONTROL_TRANSFER.size)
        *fields, _timeout_ms, buffer = _CONTROL_TRANSFER.unpack(raw)
        setup = Setup(*fields)
        data = b"" if setup.request_type & IN else (yield Peek(buffer, setup.length))
        try:
            answer = self._device.control(setup, data)
        except Stall:
            raise OSError(errno.EPIPE, "stalled") from None
        if setup.request_type & IN:
            channel.poke(buffer, answer)
            return len(answer)
        return setup.length

    def _bulk_now(self, channel: Channel, argument: int) -> Steps:
        endpoint, length, timeout_ms, buffer = _BULK_TRANSFER.unpack((yield Peek(argument, _BULK_TRANSFER.size)))
        if length > _TRANSFER_MAX_BYTES:
            raise OSError(errno.EINVAL, "no such length")
        done = Later()
        over: list[Transfer] = []

        def finished(transfer: Transfer) -> None:
            over.append(transfer)
            done.resume()

        transfer = Transfer(endpoint, finished, room_bytes=length)
        if not endpoint & IN:
            transfer.data = yield Peek(buffer, length)
        self._device.submit(transfer)
        if not over:
            timer = None
            if timeout_ms:
                loop = asyncio.get_running_loop()
                timer = loop.call_later(timeout_ms / 1000, self._device.cancel, transfer, errno.ETIMEDOUT)
            try:
                yield done
            finally:  # also when the client has died
                if timer is not None:
                    timer.cancel()
                self._device.cancel(transfer)
        if transfer.error:
            raise OSError(transfer.error, "transfer failed")
        if endpoint & IN:
            channel.poke(buffer, transfer.data)
        return len(transfer.data)

    def _claim(self, number: int) -> None:
        if number not in {number for _, number, _ in self._device.interfaces}:
            raise OSError(errno.ENOENT, "no such interface")
        if self._node.drivers.get(number) or self._node.claims.get(number, self) is not self:
            raise OSError(errno.EBUSY, "the interface is taken")
        self._node.claims[number] = self

    def _claim_interface(self, _channel: Channel, argument: int) -> Steps:
        self._claim(_word((yield Peek(argument, 4))))
        return 0

    def _release_interface(self, _channel: Channel, argument: int) -> Steps:
        number = _word((yield Peek(argument, 4)))
        if self._node.claims.pop(number, None) is not self:
            raise OSError(errno.EINVAL, "not claimed")
        return 0

    def _disconnect_claim(self, _channel: Channel, argument: int) -> Steps:
        number = _word((yield Peek(argument, 4)))
        self._node.drivers.pop(number, None)
        self._claim(number)
        return 0

    def _driver_request(self, _channel: Channel, argument: int) -> Steps:
        number, code, _data = struct.unpack("=IIQ", (yield Peek(argument, 16)))
        if code == _DISCONNECT:
            if self._node.drivers.pop(number, None) is None:
                raise OSError(errno.ENODATA, "no driver")
        elif code == _CONNECT:
            driver = {n: one.driver for one, n, _ in self._device.interfaces}.get(number, "")
            if driver:
                self._node.drivers[number] = driver
        else:
            raise OSError(errno.ENOTTY, "no such request of a driver")
        return 0

    def _get_driver(self, channel: Channel, argument: int) -> Steps:
        number = _word((yield Peek(argument, 4)))
        name = "usbfs" if number in self._node.claims else self._node.drivers.get(number, "")
        if not name:
            raise OSError(errno.ENODATA, "no driver")
        channel.poke(argument, _DRIVER.pack(number, name.encode()))
        return 0

    def _set_configuration(self, _channel: Channel, argument: int) -> Steps:
        value = _word((yield Peek(argument, 4)))
        if self._node.claims or self._node.drivers:
            raise OSError(errno.EBUSY, "interfaces are in use")
        _stall_is_error(self._device.configure, 0 if value == 0xFFFF_FFFF else value)
        return 0

    def _set_interface(self, _channel: Channel, argument: int) -> Steps:
        number, alternate = struct.unpack("=II", (yield Peek(argument, 8)))
        if alternate or number >= len(self._device.interfaces):
            raise OSError(errno.EINVAL, "no such setting")
        return 0

    def _clear_halt(self, _channel: Channel, argument: int) -> Steps:
        _stall_is_error(self._device.clear_halt, _word((yield Peek(argument, 4))))
        return 0

    def _reset(self, _channel: Channel, _argument: int) -> Steps:
        self._device.reset()
        return 0
        yield Peek(0, 0)  # makes this a generator

    def _connection(self, channel: Channel, argument: int) -> Steps:
        channel.poke(argument, struct.pack("=IB3x", self._node.place.address, self._device.speed == "low"))
        return 0
        yield Peek(0, 0)  # makes this a generator

    def _capabilities(self, channel: Channel, argument: int) -> Steps:
        channel.poke(argument, struct.pack("=I", _CAPABILITIES))
        return 0
        yield Peek(0, 0)  # makes this a generator

    def _speed(self, _channel: Channel, _argument: int) -> Steps:
        return _SPEED[self._device.speed]
        yield Peek(0, 0)  # makes this a generator

    def _nothing(self, _channel: Channel, _argument: int) -> Steps:
        return 0
        yield Peek(0, 0)  # makes this a generator


_HANDLERS = {
    0x5500: "_control_now",
    0x5502: "_bulk_now",
    0x5503: "_clear_halt",
    0x5504: "_set_interface",
    0x5505: "_set_configuration",
    0x5508: "_get_driver",
    0x550A: "_submit",
    0x550B: "_discard",
    0x550C: "_reap_at_once",
    0x550D: "_reap_at_once",
    0x550F: "_claim_interface",
    0x5510: "_release_interface",
    0x5511: "_connection",
    0x5512: "_driver_request",
    0x5514: "_reset",
    0x5515: "_clear_halt",
    0x551A: "_capabilities",
    0x551B: "_disconnect_claim",
    0x551E: "_nothing",
    0x551F: "_speed",
}


def _word(raw: bytes) -> int:
    return int.from_bytes(raw, "little")


def _stall_is_error(action: Callable[[int], None], value: int) -> None:
    try:
        action(value)
    except Stall:
        raise OSError(errno.EINVAL, "refused") from None
