"""fastboot on two bulk pipes: a command in each transfer, answers of at most 256 bytes (AOSP fastboot, README.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hwsim.usb.descriptors import Endpoint, Interface
from hwsim.usb.device import Function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hwsim.usb.device import Bytes

_ANSWER_MAX_BYTES = 256


class Bootloader(Protocol):
    """The boot loader behind the interface."""

    def handle(self, packet: bytes) -> Iterable[bytes]:
        """Take a command, or a piece of the data that was promised, and return the answers that are due now."""


class FastbootFunction(Function):
    """The fastboot interface of a boot loader; ``after`` is called when a transfer has been answered."""

    interfaces = (
        Interface(triple=(0xFF, 0x42, 0x03), endpoints=(Endpoint(True), Endpoint(False)), name="Android Fastboot"),
    )

    def __init__(self, bootloader: Bootloader, *, after: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._bootloader = bootloader
        self._after = after

    def received(self, data: Bytes) -> None:
        """Answer one transfer of the host."""
        for answer in self._bootloader.handle(bytes(data)):
            self.send(answer[:_ANSWER_MAX_BYTES])
        if self._after is not None:
            self._after()
