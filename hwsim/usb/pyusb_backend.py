"""A backend for pyusb in the same process: ``usb.core.find(backend=EmulatedBackend(bus))``, without library or root.

Without a loop, devices answer within the call and time does not pass: what is not there at once is a time-out. With
the asyncio loop that the phones live in, calls come from another thread and wait as long as they are allowed to.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import errno
import os
import struct
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeVar

import usb.backend
from usb.core import USBError, USBTimeoutError

from hwsim.usb import descriptors as wire
from hwsim.usb.bus import BUS_NUMBER, Bus, Place
from hwsim.usb.device import IN, Setup, Stall, Transfer

T = TypeVar("T")
_SPEEDS = {"low": 1, "full": 2, "high": 3}
_ANSWER_S = 10.0


@dataclass
class _Handle:
    place: Place
    open: bool = True


class EmulatedBackend(usb.backend.IBackend):  # type: ignore[misc]  # pyusb has no types
    """What pyusb asks of a backend, answered by the devices of a bus."""

    def __init__(self, bus: Bus, *, loop: asyncio.AbstractEventLoop | None = None) -> None:
        super().__init__()
        self._bus = bus
        self._loop = loop

    def enumerate_devices(self) -> Iterator[Place]:
        """List what is plugged in."""
        return iter(self._on_loop(lambda: list(self._bus)))

    def get_parent(self, dev: Place) -> Place | None:
        """Return the hub that a device hangs on."""
        return self._bus.at(dev.parent)

    def get_device_descriptor(self, dev: Place) -> SimpleNamespace:
        """Return the device descriptor with what the host knows beside it."""
        names = (
            "bLength bDescriptorType bcdUSB bDeviceClass bDeviceSubClass bDeviceProtocol bMaxPacketSize0 idVendor "
            "idProduct bcdDevice iManufacturer iProduct iSerialNumber bNumConfigurations"
        )
        found = _fields("<BBHBBBBHHHBBBB", names, dev.device.device_bytes)
        found.bus, found.address, found.speed = BUS_NUMBER, dev.address, _SPEEDS[dev.device.speed]
        found.port_numbers = dev.ports or None
        found.port_number = dev.ports[-1] if dev.ports else 0
        return found

    def get_configuration_descriptor(self, dev: Place, config: int) -> SimpleNamespace:
        """Return a configuration; IndexError past the last."""
        if config:
            raise IndexError(config)
        names = (
            "bLength bDescriptorType wTotalLength bNumInterfaces bConfigurationValue iConfiguration bmAttributes "
            "bMaxPower"
        )
        return _fields("<BBHBBBBB", names, dev.device.configuration_bytes)

    def get_interface_descriptor(self, dev: Place, intf: int, alt: int, config: int) -> SimpleNamespace:
        """Return an interface; IndexError past the last."""
        if alt or config:
            raise IndexError(alt)
        names = (
            "bLength bDescriptorType bInterfaceNumber bAlternateSetting bNumEndpoints bInterfaceClass "
            "bInterfaceSubClass bInterfaceProtocol iInterface"
        )
        return _fields("<9B", names, _pieces(dev, wire.INTERFACE)[intf])

    def get_endpoint_descriptor(self, dev: Place, ep: int, intf: int, alt: int, config: int) -> SimpleNamespace:
        """Return an endpoint; IndexError past the last."""
        if alt or config:
            raise IndexError(alt)
        address = dev.device.interfaces[intf][2][ep]
        piece = next(one for one in _pieces(dev, wire.ENDPOINT) if one[2] == address)
        names = "bLength bDescriptorType bEndpointAddress bmAttributes wMaxPacketSize bInterval"
        found = _fields("<BBBBHB", names, piece)
        found.bRefresh = found.bSynchAddress = 0
        return found

    def open_device(self, dev: Place) -> _Handle:
        """Open a device; ENODEV once it is gone."""
        handle = _Handle(dev)
        self._alive(handle)
        return handle

    def close_device(self, dev_handle: _Handle) -> None:
        """Close it."""
        dev_handle.open = False

    def set_configuration(self, dev_handle: _Handle, config_value: int) -> None:
        """Choose a configuration."""
        self._call(dev_handle, lambda: dev_handle.place.device.configure(config_value))

    def get_configuration(self, dev_handle: _Handle) -> int:
        """Return the configuration in force."""
        return self._call(dev_handle, lambda: dev_handle.place.device.configuration)

    def set_interface_altsetting(self, dev_handle: _Handle, _intf: int, altsetting: int) -> None:
        """Choose the only setting there is."""
        self._alive(dev_handle)
        if altsetting:
            raise _failure(errno.EINVAL)

    def claim_interface(self, dev_handle: _Handle, intf: int) -> None:
        """Claim an interface: nobody else could have it in this process."""
        self._alive(dev_handle)
        if intf >= len(dev_handle.place.device.interfaces):
            raise _failure(errno.ENOENT)

    def release_interface(self, dev_handle: _Handle, _intf: int) -> None:
        """Release it."""
        self._alive(dev_handle)

    def bulk_write(self, dev_handle: _Handle, ep: int, _intf: int, data: array[int], timeout: int) -> int:
        """Send one transfer and return how many bytes were taken."""
        return len(self._transfer(dev_handle, ep, timeout, data=data.tobytes()).data)

    def bulk_read(self, dev_handle: _Handle, ep: int, _intf: int, buff: array[int], timeout: int) -> int:
        """Fill ``buff`` from one transfer and return how many bytes came."""
        got = self._transfer(dev_handle, ep, timeout, room_bytes=len(buff)).data
        buff[: len(got)] = array("B", got)
        return len(got)

    intr_write = bulk_write
    intr_read = bulk_read

    def ctrl_transfer(  # noqa: PLR0917 - pyusb calls it so
        self,
        dev_handle: _Handle,
        bmRequestType: int,  # noqa: N803 - pyusb's names
        bRequest: int,  # noqa: N803 - pyusb's names
        wValue: int,  # noqa: N803 - pyusb's names
        wIndex: int,  # noqa: N803 - pyusb's names
        data: array[int],
        _timeout: int,
    ) -> int:
        """Make a control transfer and return its length; EPIPE where the device stalls."""
        setup = Setup(bmRequestType, bRequest, wValue, wIndex, len(data))
        out = b"" if bmRequestType & IN else data.tobytes()
        answer = self._call(dev_handle, lambda: dev_handle.place.device.control(setup, out))
        if not bmRequestType & IN:
            return len(out)
        data[: len(answer)] = array("B", answer)
        return len(answer)

    def clear_halt(self, dev_handle: _Handle, ep: int) -> None:
        """Let a stalled pipe run again."""
        self._call(dev_handle, lambda: dev_handle.place.device.clear_halt(ep))

    def reset_device(self, dev_handle: _Handle) -> None:
        """Reset the port."""
        self._call(dev_handle, dev_handle.place.device.reset)

    def is_kernel_driver_active(self, dev_handle: _Handle, _intf: int) -> bool:
        """Tell that there is no kernel in this process."""
        self._alive(dev_handle)
        return False

    def detach_kernel_driver(self, dev_handle: _Handle, _intf: int) -> None:
        """Refuse: there is no driver."""
        self._alive(dev_handle)
        raise _failure(errno.ENOENT)

    attach_kernel_driver = detach_kernel_driver

    def _alive(self, handle: _Handle) -> None:
        if not handle.open or self._bus.at(handle.place.path) is not handle.place:
            raise _failure(errno.ENODEV)

    def _call(self, handle: _Handle, action: Callable[[], T]) -> T:
        self._alive(handle)
        try:
            return self._on_loop(action)
        except Stall:
            raise _failure(errno.EPIPE) from None

    def _on_loop(self, action: Callable[[], T]) -> T:
        if self._loop is None:
            return action()

        async def run() -> T:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(_ANSWER_S)

    def _transfer(self, handle: _Handle, address: int, timeout_ms: int, **what: Any) -> Transfer:
        self._alive(handle)
        done: concurrent.futures.Future[Transfer] = concurrent.futures.Future()
        transfer = Transfer(address, done.set_result, **what)
        device = handle.place.device
        self._on_loop(lambda: device.submit(transfer))
        try:
            # a pyusb time-out of 0 is none at all
            done.result(0 if self._loop is None else timeout_ms / 1000 or None)
        except concurrent.futures.TimeoutError:
            if self._on_loop(lambda: device.cancel(transfer, errno.ETIMEDOUT)):
                raise USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT) from None
        if transfer.error:
            raise _failure(errno.ENODEV if transfer.error == errno.ESHUTDOWN else transfer.error)
        return transfer


def _pieces(place: Place, kind: int) -> list[bytes]:
    """Cut the configuration into its descriptors and return those of one kind."""
    data, found = place.device.configuration_bytes, []
    while data:
        if data[1] == kind:
            found.append(data[: data[0]])
        data = data[data[0] :]
    return found


def _fields(layout: str, names: str, data: bytes) -> SimpleNamespace:
    values = struct.unpack_from(layout, data)
    found = SimpleNamespace(**dict(zip(names.split(), values, strict=True)))
    found.extra_descriptors = []
    return found


def _failure(number: int) -> USBError:
    return USBError(os.strerror(number), -number, number)
