"""What these tests share: a bus with one phone on it, looked at by pyusb in the same process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import usb.core

from hwsim.rack import Rack, RackPlan
from hwsim.unit import Unit
from hwsim.usb.bus import Bus
from hwsim.usb.device import UsbDevice
from hwsim.usb.modes import phone_device
from hwsim.usb.pyusb_backend import EmulatedBackend

T = TypeVar("T")


class Loop:
    """An event loop in a thread of its own, where phones live whose daemon works asynchronously."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()

    def call(self, doing: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(doing, self.loop).result(10)

    def run(self, action: Callable[[], T]) -> T:
        async def doing() -> T:
            return action()

        return self.call(doing())

    def close(self) -> None:
        async def settle() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        self.call(settle())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


def plug(device: UsbDevice, *, path: str = "1-1", loop: Loop | None = None) -> Any:
    """Plug a device into a bus of its own and return what pyusb makes of it."""
    bus = Bus()
    if loop is None:
        bus.plug(device, path)
    else:
        loop.run(lambda: bus.plug(device, path))
    backend = EmulatedBackend(bus, loop=loop.loop if loop is not None else None)
    found = usb.core.find(backend=backend, idVendor=device.identity.vendor_id, idProduct=device.identity.product_id)
    assert found is not None
    return found


def a_unit(profile: str) -> Unit:
    return Rack(RackPlan(profile=profile, seed=7)).units[0]


def in_mode(profile: str, mode: str) -> UsbDevice:
    device = phone_device(a_unit(profile), mode, on_abort=lambda: None)
    assert device is not None
    return device
