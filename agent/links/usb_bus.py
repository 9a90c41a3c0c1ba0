"""What is plugged in where, through pyusb on libusb: listing opens nothing, opening takes a path and nothing else."""

from __future__ import annotations

import contextlib
import errno
import math
from collections.abc import Iterator
from typing import Any, Final

from agent.links.usb_modes import UsbDescriptor, UsbEndpoint, UsbInterface
from probes import LinkBusy, LinkError, LinkTimeout, MissingTool, SetupError, Unplugged

_POWER_UNIT_MA: Final = 2
_GONE: Final = frozenset({errno.ENODEV, errno.ENXIO, errno.ESHUTDOWN, errno.ENOENT})


class UsbForbidden(SetupError):
    """The user of the bench may not open the device. Example: no udev rule for phones."""

    code = "E_SETUP_USB_RIGHTS"
    cure = "give the bench's user the right to USB devices (a udev rule), then plug the phone in again"


class UsbBus:
    """All USB devices of this machine, by the path of their socket.

    Args:
        backend: a pyusb backend; by default libusb of the system, or the one that libusb-package brings.
    """

    def __init__(self, backend: Any = None) -> None:
        self._backend = backend

    def listed(self) -> tuple[UsbDescriptor, ...]:
        """What is plugged in, by path, hubs included; no device is opened.

        Raises:
            MissingTool: no libusb.
            LinkError: the bus cannot be listed.
        """
        found = [described for device in self._devices() if (described := _described(device)) is not None]
        return tuple(sorted(found, key=lambda one: _sort_key(one.path)))

    def at(self, path: str) -> UsbDescriptor | None:
        """What is at a socket now; None where nothing has enumerated. No device is opened.

        Raises:
            MissingTool: no libusb.
            LinkError: the bus cannot be listed.
        """
        device = self._device(path)
        return None if device is None else _described(device)

    @contextlib.contextmanager
    def opened(self, path: str) -> Iterator[Any]:
        """Open the pyusb device at a socket, and none else; it is let go of when the block ends.

        Raises:
            Unplugged: nothing is there.
            UsbForbidden: no right to open it.
            LinkBusy: another program has it.
            LinkError: it cannot be opened, or a transfer inside the block failed.
        """
        import usb.util  # noqa: PLC0415  most runs of the agent never look at USB

        device = self._device(path)
        if device is None:
            raise Unplugged(f"nothing is at USB socket {path}")
        try:
            with converted():
                yield device
        finally:
            with contextlib.suppress(Exception):
                usb.util.dispose_resources(device)

    def _device(self, path: str) -> Any:
        return next((device for device in self._devices() if path_of(device) == path), None)

    def _devices(self) -> list[Any]:
        import usb.core  # noqa: PLC0415  most runs of the agent never look at USB

        with converted():
            return list(usb.core.find(find_all=True, backend=self._library()))

    def _library(self) -> Any:
        if self._backend is None:
            self._backend = _find_library()
        return self._backend


def path_of(device: Any) -> str:
    """The socket of a pyusb device, such as ``1-1.4``; empty for a root hub, which is in none."""
    ports = device.port_numbers
    return f"{device.bus}-{'.'.join(map(str, ports))}" if ports else ""


@contextlib.contextmanager
def converted() -> Iterator[None]:
    """Turn pyusb's errors into ours; a time-out is a ``LinkTimeout``."""
    import usb.core  # noqa: PLC0415  most runs of the agent never look at USB

    try:
        yield
    except usb.core.USBTimeoutError as error:
        raise LinkTimeout("the device on USB did not answer before the deadline") from error
    except usb.core.NoBackendError as error:
        raise MissingTool("no libusb on this machine") from error
    except usb.core.USBError as error:
        raise _ours(error) from error
    except NotImplementedError as error:
        raise LinkError("this libusb cannot talk to the device") from error


def timeout_ms(remaining_s: float) -> int:
    """A time-out for pyusb, whole milliseconds above zero (zero would wait for ever)."""
    return max(1, math.ceil(remaining_s * 1000))


def _ours(error: Any) -> SetupError | LinkError:
    number = error.errno
    if number in (errno.EACCES, errno.EPERM):
        return UsbForbidden("no right to open the device on USB")
    if number in _GONE:
        return Unplugged("the device has left USB")
    if number == errno.EBUSY:
        return LinkBusy("another program has the device on USB")
    return LinkError(f"USB failed ({errno.errorcode.get(number or 0, 'unknown')})")


def _find_library() -> Any:
    import usb.backend.libusb1  # noqa: PLC0415  loads the library

    backend = usb.backend.libusb1.get_backend()
    if backend is None:
        import libusb_package  # noqa: PLC0415  only where the system has no libusb

        backend = libusb_package.get_libusb1_backend()
    if backend is None:
        raise MissingTool("no libusb on this machine")
    return backend


def _described(device: Any) -> UsbDescriptor | None:
    """What a device says of itself; None for a root hub, and for one that left while it was looked at."""
    import usb.core  # noqa: PLC0415  most runs of the agent never look at USB

    path = path_of(device)
    if not path:
        return None
    interfaces, power_ma = list[UsbInterface](), 0
    try:
        for configuration in device.configurations()[:1]:
            power_ma = configuration.bMaxPower * _POWER_UNIT_MA
            interfaces = [_interface(one) for one in configuration if one.bAlternateSetting == 0]
    except usb.core.USBError:
        return None
    return UsbDescriptor(
        path, device.address, device.idVendor, device.idProduct, device.bDeviceClass, power_ma, tuple(interfaces)
    )


def _interface(one: Any) -> UsbInterface:
    triple = one.bInterfaceClass, one.bInterfaceSubClass, one.bInterfaceProtocol
    return UsbInterface(
        one.bInterfaceNumber, triple, tuple(UsbEndpoint(end.bEndpointAddress, end.bmAttributes & 3) for end in one)
    )


def _sort_key(path: str) -> tuple[int, ...]:
    return tuple(int(part) for part in path.replace("-", ".").split("."))
