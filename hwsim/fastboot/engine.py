"""The fastboot protocol of the phone's side, whatever carries it (AOSP, system/core/fastboot/README.md).

A command comes in as one message; packets that begin with INFO, OKAY, FAIL or DATA go out. After DATA the next bytes
are those of the image until all have come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.fastboot.loader import Download

if TYPE_CHECKING:
    from hwsim.fastboot.loader import Bootloader

COMMAND_MAX_BYTES = 4096
_PACKET_MAX_BYTES = 256
_OEM_WORDS_MAX = 200


class FastbootDevice:
    """One host's conversation with the loader; ``handle`` takes what came and returns the packets to send."""

    def __init__(self, loader: Bootloader) -> None:
        self.loader = loader
        self._download: Download | None = None

    @property
    def awaiting_bytes(self) -> int:
        """How many bytes of an image are still to come; 0 while a command is awaited."""
        return self._download.left_bytes if self._download is not None else 0

    def handle(self, data: bytes | bytearray | memoryview) -> list[bytes]:
        """Take a command, or a piece of the image that was announced (what is too much of it fails)."""
        if self._download is not None:
            return self._take(data)
        if len(data) > COMMAND_MAX_BYTES:
            return [_fail("Command too long")]
        line = bytes(data).decode("utf-8", "replace").rstrip("\0\n")
        verb, argument = _split(line)
        if verb in _WAYS_OUT:
            return self._go(_WAYS_OUT[verb])
        if verb not in _METHODS or (self.loader.userspace and verb in _LOADER_ONLY):
            return self._unknown(line)
        answer: list[bytes] = getattr(self, _METHODS[verb])(argument)
        return answer

    def reset(self) -> None:
        """Forget a download that the host broke off: the cable was pulled."""
        self._download = None

    def _take(self, data: bytes | bytearray | memoryview) -> list[bytes]:
        download = self._download
        if download is None or len(data) > download.left_bytes:
            self.reset()
            return [_fail("Invalid data length")]
        download.feed(data)
        if download.left_bytes:
            return []
        self.loader.staged, self._download = download.image(), None
        return [_okay()]

    def _unknown(self, line: str) -> list[bytes]:
        word = line.partition(" ")[2] if line.startswith("oem ") else line.partition(":")[0]
        return [_fail(self.loader.fill(self.loader.dialect.unknown_command, verb=_plain(word)))]

    def _getvar(self, name: str) -> list[bytes]:
        dialect = self.loader.dialect
        if name == "all":
            if dialect.all_refused:
                return [_fail(dialect.all_refused)]
            return [_info(f"{key}:{value}") for key, value in self.loader.variables()] + [_okay()]
        value = self.loader.variable(name)
        if value is not None:
            return [_okay(value)]
        return [_fail(dialect.unknown_variable)] if dialect.unknown_variable else [_okay()]

    def _start_download(self, size: str) -> list[bytes]:
        try:
            size_bytes = int(size, 16)
        except ValueError:
            return [_fail("Invalid size")]
        if not 0 < size_bytes <= self.loader.dialect.max_download_bytes:
            return [_fail("Requested download size is more than max allowed")]
        self._download = Download(size_bytes)
        return [b"DATA%08x" % size_bytes]

    def _flash(self, partition: str) -> list[bytes]:
        loader = self.loader
        if not loader.unlocked:
            return self._refuse(loader.dialect.flash_locked)
        size_bytes, staged = loader.size_of(partition), loader.staged
        if size_bytes is None and loader.has_slot(partition):
            partition = f"{partition}_{loader.active_slot}"
            size_bytes = loader.size_of(partition)
        if size_bytes is None:
            return [_fail("(" + _plain(partition) + ") No such partition")]
        if staged is None:
            return [_fail("No image was sent")]
        if staged.size_bytes > size_bytes:
            return [_fail("Image is larger than partition")]
        if not loader.storage_writable:
            return [_fail("Error flashing partition : Write Protected")]
        loader.written[partition] = staged
        return [_okay()]

    def _erase(self, partition: str) -> list[bytes]:
        loader = self.loader
        if not loader.unlocked:
            return self._refuse(loader.dialect.erase_locked)
        if loader.size_of(partition) is None:
            return [_fail("(" + _plain(partition) + ") No such partition")]
        if not loader.storage_writable:
            return [_fail("Error erasing partition : Write Protected")]
        loader.erased.append(partition)
        loader.written.pop(partition, None)
        return [_okay()]

    def _boot(self, _argument: str) -> list[bytes]:
        if not self.loader.unlocked:
            return self._refuse(self.loader.dialect.boot_locked)
        if self.loader.staged is None:
            return [_fail("No image was sent")]
        return self._go("")

    def _set_active(self, slot: str) -> list[bytes]:
        loader = self.loader
        if not loader.unlocked:
            return self._refuse(loader.dialect.slot_locked)
        if slot.removeprefix("_") not in loader.slot_names:
            return [_fail("Invalid slot")]
        loader.active_slot = slot.removeprefix("_")
        return [_okay()]

    def _flashing(self, word: str) -> list[bytes]:
        loader = self.loader
        if word == "get_unlock_ability":
            return [_info(f"get_unlock_ability: {int(loader.unlock_allowed)}"), _okay()]
        if word == "unlock":
            if not loader.unlock_allowed:
                return [_fail(loader.dialect.unlock_refused)]
            if loader.unlocked:
                return [_fail("Device already : unlocked!")]
            loader.set_unlocked(unlocked=True)
            return [_okay()]
        if word == "lock":
            if loader.unlocked:
                loader.set_unlocked(unlocked=False)
            return [_okay()]
        return self._unknown(f"flashing {word}")

    def _oem(self, words: str) -> list[bytes]:
        lines = self.loader.dialect.oem.get(words.partition(" ")[0])
        if lines is None:
            return self._unknown(f"oem {words[:_OEM_WORDS_MAX]}")
        return [_info(self.loader.fill(line)) for line in lines] + [_okay()]

    def _refuse(self, text: str) -> list[bytes]:
        return [_info(line) for line in self.loader.dialect.locked_info] + [_fail(text)]

    def _go(self, target: str) -> list[bytes]:
        if target == "fastboot" and not self.loader.dialect.has_fastbootd:
            return self._unknown("reboot-fastboot")
        self.loader.leave(target)
        return [_okay()]

    def _upload(self, _argument: str) -> list[bytes]:
        """Nothing is staged by an oem command of ours, so there is nothing to fetch."""
        return [_fail("No data staged by the last command")]


def _split(line: str) -> tuple[str, str]:
    """Part a command from its argument: ``flash:boot`` at the colon, ``oem lock`` at the space."""
    for word in ("oem", "flashing"):
        if line.startswith(f"{word} "):
            return word, line.removeprefix(f"{word} ").strip()
    verb, _, argument = line.partition(":")
    return verb, argument


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:64]


def _packet(kind: bytes, text: str) -> bytes:
    return (kind + text.encode("utf-8", "replace"))[:_PACKET_MAX_BYTES]


def _info(text: str) -> bytes:
    return _packet(b"INFO", text)


def _okay(text: str = "") -> bytes:
    return _packet(b"OKAY", text)


def _fail(text: str) -> bytes:
    return _packet(b"FAIL", text)


_LOADER_ONLY = ("boot", "oem", "flashing")
_METHODS = {
    "getvar": "_getvar",
    "download": "_start_download",
    "flash": "_flash",
    "erase": "_erase",
    "boot": "_boot",
    "set_active": "_set_active",
    "flashing": "_flashing",
    "oem": "_oem",
    "upload": "_upload",
}
_WAYS_OUT = {
    "continue": "",
    "reboot": "",
    "reboot-bootloader": "bootloader",
    "reboot-fastboot": "fastboot",
    "reboot-recovery": "recovery",
}
