"""Which mode a device on USB is in, from its descriptors alone: nothing is opened for that.

Sources of the numbers: interface triples of adb and fastboot in AOSP (``adb.h``, ``usb_fastboot``), classes by usb.org
(still image = MTP and PTP, wireless = RNDIS, CDC), download modes as public tools and lists know them: Qualcomm
05c6:9008 and MediaTek 0e8d:0003/2000 (usb.ids), Samsung 04e8:685d, :68c3, :6601 (Heimdall), AOSP's recovery 18d1:d001.
Not verified on real phones beyond those lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HUB_CLASS: Final = 9

Triple = tuple[int, int, int]


class UsbFunction(StrEnum):
    """What one interface is for."""

    ADB = "adb"
    FASTBOOT = "fastboot"
    FILES = "files"
    TETHER = "tether"
    SERIAL = "serial"
    STORAGE = "storage"
    UNKNOWN = "unknown"


class UsbMode(StrEnum):
    """What a phone is at its socket; ``NOTHING`` is a socket at which nothing has enumerated.

    A phone that only charges mostly does not enumerate at all: the current tells it from an empty socket.
    ``RECOVERY`` and ``SIDELOAD`` look alike on USB; the adb server knows which (see ``refined``).
    """

    ADB = "adb"
    MTP = "mtp"
    CHARGING_ONLY = "charging_only"
    FASTBOOT = "fastboot"
    RECOVERY = "recovery"
    SIDELOAD = "sideload"
    QUALCOMM_9008 = "qualcomm_9008"
    MEDIATEK_PRELOADER = "mediatek_preloader"
    MEDIATEK_BROM = "mediatek_brom"
    SAMSUNG_DOWNLOAD = "samsung_download"
    TETHER = "tether"
    SERIAL = "serial"
    STORAGE = "storage"
    OTHER = "other"
    NOTHING = "nothing"

    @property
    def android_runs(self) -> bool | None:
        """True where only a running Android shows this, False where none runs, None where both may be."""
        if self in _ANDROID:
            return True
        return False if self in _NO_ANDROID else None


@dataclass(frozen=True, slots=True)
class UsbEndpoint:
    """One pipe: ``address`` has bit 7 set for those into the host; ``kind`` is 2 for bulk, 3 for interrupt."""

    address: int
    kind: int


@dataclass(frozen=True, slots=True)
class UsbInterface:
    """One interface of the active configuration."""

    number: int
    triple: Triple
    endpoints: tuple[UsbEndpoint, ...] = ()

    @property
    def function(self) -> UsbFunction:
        """What it is for."""
        if self.triple in _BY_TRIPLE:
            return _BY_TRIPLE[self.triple]
        return _BY_CLASS.get(self.triple[0], UsbFunction.UNKNOWN)


@dataclass(frozen=True, slots=True)
class UsbDescriptor:
    """What a device says of itself without being opened.

    ``path`` is the socket as the kernel names it, such as ``1-1.4`` (bus, then the ports of the hubs on the way): it
    stays the same whatever is plugged in there. ``address`` is given anew each time a device enumerates.
    """

    path: str
    address: int
    vendor_id: int
    product_id: int
    device_class: int
    power_ma: int
    interfaces: tuple[UsbInterface, ...]

    @property
    def ids(self) -> str:
        """Vendor and product as ``05c6:9008``."""
        return f"{self.vendor_id:04x}:{self.product_id:04x}"

    @property
    def functions(self) -> frozenset[UsbFunction]:
        """What its interfaces are for."""
        return frozenset(one.function for one in self.interfaces)

    @property
    def is_hub(self) -> bool:
        """Whether other devices hang on it."""
        return self.device_class == HUB_CLASS


def mode_of(descriptor: UsbDescriptor | None) -> UsbMode:
    """The mode of what is at a socket; None stands for an empty one."""
    if descriptor is None:
        return UsbMode.NOTHING
    functions = descriptor.functions
    if UsbFunction.FASTBOOT in functions:
        return UsbMode.FASTBOOT
    by_ids = _BY_IDS.get((descriptor.vendor_id, descriptor.product_id))
    if by_ids is not None:
        return by_ids
    if not descriptor.interfaces:
        return UsbMode.CHARGING_ONLY
    return next((mode for function, mode in _BY_FUNCTION if function in functions), UsbMode.OTHER)


def refined(mode: UsbMode, adb_state: str) -> UsbMode:
    """The mode with what the adb server says of the phone at the same socket: it tells recovery from sideload."""
    if mode in (UsbMode.ADB, UsbMode.RECOVERY) and adb_state in (UsbMode.RECOVERY, UsbMode.SIDELOAD):
        return UsbMode(adb_state)
    return mode


_BY_TRIPLE: Final[dict[Triple, UsbFunction]] = {
    (0xFF, 0x42, 0x01): UsbFunction.ADB,
    (0xFF, 0x42, 0x03): UsbFunction.FASTBOOT,
    (0x06, 0x01, 0x01): UsbFunction.FILES,
    (0xFF, 0xFF, 0x00): UsbFunction.FILES,  # MTP of gadgets before Android 8, f_mtp.c
    (0xE0, 0x01, 0x03): UsbFunction.TETHER,
    (0xEF, 0x04, 0x01): UsbFunction.TETHER,
    (0x02, 0x02, 0xFF): UsbFunction.TETHER,
    (0x02, 0x06, 0x00): UsbFunction.TETHER,
    (0x02, 0x0D, 0x00): UsbFunction.TETHER,
}
_BY_CLASS: Final = {0x02: UsbFunction.SERIAL, 0x0A: UsbFunction.SERIAL, 0x08: UsbFunction.STORAGE}
_BY_FUNCTION: Final = (
    (UsbFunction.ADB, UsbMode.ADB),
    (UsbFunction.FILES, UsbMode.MTP),
    (UsbFunction.TETHER, UsbMode.TETHER),
    (UsbFunction.STORAGE, UsbMode.STORAGE),
    (UsbFunction.SERIAL, UsbMode.SERIAL),
)
_BY_IDS: Final = {
    (0x05C6, 0x9008): UsbMode.QUALCOMM_9008,
    (0x0E8D, 0x0003): UsbMode.MEDIATEK_BROM,
    (0x0E8D, 0x2000): UsbMode.MEDIATEK_PRELOADER,
    (0x04E8, 0x685D): UsbMode.SAMSUNG_DOWNLOAD,
    (0x04E8, 0x68C3): UsbMode.SAMSUNG_DOWNLOAD,
    (0x04E8, 0x6601): UsbMode.SAMSUNG_DOWNLOAD,
    (0x18D1, 0xD001): UsbMode.RECOVERY,
}
_ANDROID: Final = frozenset({UsbMode.ADB, UsbMode.MTP, UsbMode.TETHER, UsbMode.STORAGE})
_NO_ANDROID: Final = frozenset(
    {
        UsbMode.FASTBOOT,
        UsbMode.RECOVERY,
        UsbMode.SIDELOAD,
        UsbMode.QUALCOMM_9008,
        UsbMode.MEDIATEK_PRELOADER,
        UsbMode.MEDIATEK_BROM,
        UsbMode.SAMSUNG_DOWNLOAD,
    }
)
