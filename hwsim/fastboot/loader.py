"""The boot loader of one phone: what it tells about the phone, and what it refuses while it is locked."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from hwsim.phone.software_state import data_writable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hwsim.phone.phone import Phone

_MIB = 1024 * 1024
_SOC_OK_PERCENT = 10
_FILE_SYSTEMS = {"userdata": "f2fs", "cache": "ext4", "super": "raw"}
_SIZES = {
    "boot": 96 * _MIB,
    "recovery": 96 * _MIB,
    "vendor_boot": 96 * _MIB,
    "dtbo": 24 * _MIB,
    "vbmeta": 64 * 1024,
    "modem": 256 * _MIB,
    "super": 8192 * _MIB,
    "userdata": 48_000 * _MIB,
    "cache": 400 * _MIB,
}
_WITHOUT_SLOT = ("super", "userdata", "cache")


@dataclass(frozen=True)
class Dialect:
    """What one maker's loader says; ``variables`` and ``oem`` hold texts with places for facts of the phone."""

    version: str
    max_download_bytes: int
    slots: int
    all_refused: str
    flash_locked: str
    erase_locked: str
    boot_locked: str
    slot_locked: str
    unlock_refused: str
    unknown_command: str
    unknown_variable: str
    locked_info: list[str]
    has_fastbootd: bool
    variables: dict[str, str]
    oem: dict[str, list[str]] = field(default_factory=dict)
    absent: bool = False


@dataclass(frozen=True)
class Image:
    """What a host has sent: its size and hash; the bytes themselves are of no use to an emulated phone."""

    size_bytes: int
    sha256: str


class Download:
    """Takes an image as it comes, piece by piece."""

    def __init__(self, size_bytes: int) -> None:
        self.left_bytes = size_bytes
        self._size_bytes = size_bytes
        self._hash = hashlib.sha256()

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take a piece that is not longer than what is left."""
        self._hash.update(data)
        self.left_bytes -= len(data)

    def image(self) -> Image:
        """Return what has come."""
        return Image(self._size_bytes, self._hash.hexdigest())


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, Any]]:
    text = resources.files("hwsim.fastboot").joinpath("vendors.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def dialect_of(brand: str, family: str) -> Dialect:
    """Return how the loader of a phone speaks: its brand's way, else its chip maker's."""
    tables = _tables()
    name = next((one for one in (brand, family) if one in tables), "generic")
    if brand == "Redmi" and family == "mtk":
        name = family  # one brand, two chip makers: the loader is the chip maker's
    chain = [tables[name]]
    while base := chain[-1].get("base"):
        chain.append(tables[base])
    merged: dict[str, Any] = {}
    for table in reversed(chain):
        for key, value in table.items():
            merged[key] = {**merged.get(key, {}), **value} if isinstance(value, dict) else value
    merged.pop("base", None)
    return Dialect(**merged)


class Bootloader:
    """The loader's memory and its view of the phone; two transports may share it.

    ``unlock_allowed`` is the owner's switch in the developer options. ``written`` is what hosts have flashed, by
    partition. ``leave`` is called with where to go: empty for the system, ``bootloader``, ``fastboot`` or ``recovery``.
    ``userspace`` tells fastbootd, which the system's ramdisk runs, from the loader itself.
    """

    def __init__(self, phone: Phone, leave: Callable[[str], None] = lambda _target: None) -> None:
        self.phone = phone
        self.leave = leave
        self.dialect = dialect_of(phone.profile.brand, phone.profile.family)
        self.unlocked = phone.condition.rooted or phone.profile.verified_boot == "orange"
        self.unlock_allowed = False
        self.userspace = False
        self.active_slot = "a"
        self.staged: Image | None = None
        self.written: dict[str, Image] = {}
        self.erased: list[str] = []

    @property
    def present(self) -> bool:
        """Tell whether this kind of phone has fastboot at all."""
        return not self.dialect.absent

    @property
    def storage_writable(self) -> bool:
        """Tell whether the flash still takes what is written."""
        return data_writable(self.phone)

    def size_of(self, partition: str) -> int | None:
        """Return the size of a partition in bytes, None where there is none of this name."""
        name, _, slot = partition.rpartition("_")
        if self.dialect.slots and slot in self.slot_names and name not in _WITHOUT_SLOT:
            return _SIZES.get(name)
        return None if self.has_slot(partition) else _SIZES.get(partition)

    @property
    def slot_names(self) -> tuple[str, ...]:
        """The names of the slots; empty for a phone that has one of everything."""
        return tuple("abcd"[: self.dialect.slots])

    def has_slot(self, partition: str) -> bool:
        """Tell whether there is one of this partition in each slot."""
        return bool(self.dialect.slots) and partition in _SIZES and partition not in _WITHOUT_SLOT

    def variable(self, name: str) -> str | None:
        """Return a variable by its full name, None where the loader does not know it."""
        key, _, about = name.partition(":")
        if about and key in ("partition-size", "partition-type", "has-slot"):
            return self._about_partition(key, about)
        return dict(self.variables()).get(name)

    def variables(self) -> Iterator[tuple[str, str]]:
        """Yield what ``getvar all`` tells."""
        self.phone.refresh()
        profile, battery = self.phone.profile, self.phone.battery
        yield "version", self.dialect.version
        yield "product", profile.device
        yield "serialno", self.phone.identity.serial
        yield "version-bootloader", "" if profile.bootloader == "unknown" else profile.bootloader
        yield "version-baseband", profile.baseband.partition(",")[0]
        for name, text in self.dialect.variables.items():
            yield name, self.fill(text)
        yield "unlocked", "yes" if self.unlocked else "no"
        yield "is-userspace", "yes" if self.userspace else "no"
        yield "battery-voltage", str(round(battery.voltage_mv))
        yield "battery-soc-ok", "yes" if battery.level >= _SOC_OK_PERCENT else "no"
        yield "max-download-size", f"0x{self.dialect.max_download_bytes:x}"
        yield from self._slots()
        for partition, size_bytes in _SIZES.items():
            ends = [f"_{slot}" for slot in self.slot_names] if self.has_slot(partition) else [""]
            for end in ends:
                yield f"partition-type:{partition}{end}", _FILE_SYSTEMS.get(partition, "raw")
                yield f"partition-size:{partition}{end}", f"0x{size_bytes:x}"

    def fill(self, text: str, **more: str) -> str:
        """Put facts of the phone into a text."""
        profile = self.phone.profile
        facts = {
            "serial": self.phone.identity.serial,
            "imei": self.phone.identity.imeis[0],
            "bootloader": profile.bootloader,
            "fingerprint": profile.fingerprint,
            "model": profile.model,
            "build": profile.incremental,
            "storage_kind": profile.storage_kind,
            "storage": profile.storage_kind.upper(),
            "storage_model": profile.storage_model,
            "unlocked_word": "true" if self.unlocked else "false",
            "lock_word": "UNLOCKED" if self.unlocked else "LOCKED",
            "bootinfo_word": "unlocked" if self.unlocked else "locked",
            "locked_digit": "0" if self.unlocked else "1",
            "frp_word": "protected (77)" if self.phone.condition.frp_locked else "no protection (0)",
        }
        return text.format_map(facts | more)

    def set_unlocked(self, *, unlocked: bool) -> None:
        """Unlock or lock: both wipe the user's data, and the next start of Android tells of it."""
        self.unlocked = unlocked
        self.erased.append("userdata")
        colour = "orange" if unlocked else "green"
        self.phone.properties |= {
            "ro.boot.flash.locked": "0" if unlocked else "1",
            "ro.boot.verifiedbootstate": colour,
        }

    def _slots(self) -> Iterator[tuple[str, str]]:
        if not self.dialect.slots:
            return
        yield "slot-count", str(self.dialect.slots)
        yield "current-slot", self.active_slot
        for slot in self.slot_names:
            yield f"slot-successful:{slot}", "yes" if slot == self.active_slot else "no"
            yield f"slot-unbootable:{slot}", "no"
            yield f"slot-retry-count:{slot}", "7" if slot != self.active_slot else "6"

    def _about_partition(self, key: str, partition: str) -> str | None:
        if key == "has-slot":
            return "yes" if self.has_slot(partition) else "no"
        size_bytes = self.size_of(partition)
        if size_bytes is None:
            return None
        return f"0x{size_bytes:x}" if key == "partition-size" else _FILE_SYSTEMS.get(partition, "raw")
