"""The phone's files as the shell user sees them: a little writable space, sysfs and procfs, and much that is denied."""

from __future__ import annotations

import errno
import posixpath
import stat
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hwsim.adbd.machine import FileRefused, FileStat
from hwsim.phone.software_state import data_writable

if TYPE_CHECKING:
    from functools import partial

    from hwsim.phone.phone import Phone

_WRITABLE = ("/storage/emulated/0", "/data/local/tmp")
_LINKS = (
    ("/storage/self/primary", "/storage/emulated/0"),
    ("/sdcard", "/storage/emulated/0"),
    ("/d/", "/sys/kernel/debug/"),
    ("/mnt/sdcard", "/storage/emulated/0"),
)
_DENIED_FOLDERS = (
    "/data/tombstones",
    "/data/anr",
    "/data/system",
    "/data/data",
    "/data/app",
    "/data/vendor",
    "/data/misc",
    "/data/media",
    "/sys/fs/pstore",
    "/sys/kernel/debug",
    "/cache",
    "/metadata",
    "/dev/block",
    "/mnt/vendor",
)
_DENIED = (*_DENIED_FOLDERS, "/proc/kmsg", "/proc/last_kmsg")
_UNLISTABLE = ("/data", "/data/local")
_FOLDERS = (
    "/storage/emulated/0/DCIM",
    "/storage/emulated/0/Download",
    "/storage/emulated/0/Pictures",
    "/storage/emulated/0/Android",
    "/data/local/tmp",
    "/system/bin",
    "/vendor/bin",
    "/dev/input",
    "/data/tombstones",
    "/data/anr",
    "/sys/fs/pstore",
)
_FILE_MODE = stat.S_IFREG | 0o660
_READ_ONLY_MODE = stat.S_IFREG | 0o444
_FOLDER_MODE = stat.S_IFDIR | 0o771
_FAT_NAME_LIMIT = 255
_DENIALS_KEPT = 200


@dataclass
class _Stored:
    content: bytes | bytearray
    mode: int
    mtime_s: int


def _refuse(code: int) -> FileRefused:
    reasons = {
        errno.ENOENT: "No such file or directory",
        errno.EACCES: "Permission denied",
        errno.EISDIR: "Is a directory",
        errno.ENOTDIR: "Not a directory",
        errno.EROFS: "Read-only file system",
        errno.ENOSPC: "No space left on device",
        errno.ENAMETOOLONG: "File name too long",
    }
    return FileRefused(code, reasons[code])


def _under(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")


class FileSystem:
    """Stored files, and read-only ones whose content is computed when somebody reads."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._stored: dict[str, _Stored] = {}
        self._made: set[str] = set()
        self.denials: deque[tuple[int, float, str]] = deque(maxlen=_DENIALS_KEPT)
        """What the shell user was refused: number of the boot, seconds since it, path."""
        for folder in _FOLDERS + _DENIED_FOLDERS:
            self._make_folders(folder)

    @cached_property
    def _virtual(self) -> dict[str, partial[bytes]]:
        from hwsim.render.virtual_files import virtual_files  # noqa: PLC0415 - only a phone whose files are read pays

        return virtual_files(self._phone)

    @cached_property
    def _virtual_folders(self) -> dict[str, set[str]]:
        folders: dict[str, set[str]] = {}
        for path in self._virtual:
            child = path
            while child != "/":
                parent, name = posixpath.split(child)
                folders.setdefault(parent, set()).add(name)
                child = parent
        return folders

    def resolve(self, path: str) -> str:
        """Return the path without links, dots and doubled slashes."""
        absolute = posixpath.normpath(posixpath.join("/", path))
        if absolute.startswith("//"):
            absolute = absolute[1:]
        for link, target in _LINKS:
            if _under(absolute, link.rstrip("/")):
                return target.rstrip("/") + absolute[len(link.rstrip("/")) :]
        return absolute

    def is_denied(self, path: str) -> bool:
        """Tell whether the shell user may not look at a resolved path."""
        if any(_under(path, folder) for folder in _DENIED):
            return True
        profile = self._phone.profile
        if not profile.power_supply_readable and _under(path, "/sys/class/power_supply"):
            return True
        if any(_under(path, folder) for folder in profile.denied_paths):
            return True
        return not profile.health_readable and ("health_descriptor" in path or "life_time" in path)

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        """Tell about one path."""
        if not follow and posixpath.normpath(path) in ("/sdcard", "/d"):
            return FileStat(stat.S_IFLNK | 0o777, 21, self._birth_s)
        resolved = self.resolve(path)
        if resolved in self._stored:
            found = self._stored[resolved]
            return FileStat(stat.S_IFREG | (found.mode & 0o777), len(found.content), found.mtime_s)
        parent = posixpath.dirname(resolved)
        if parent != "/" and self.is_denied(parent):
            raise _refuse(errno.EACCES)
        if self._is_folder(resolved):
            return FileStat(_FOLDER_MODE, 4096, self._birth_s)
        if resolved in self._virtual:
            return FileStat(_READ_ONLY_MODE, 4096 if resolved.startswith("/sys") else 0, self._birth_s)
        raise _refuse(errno.ENOENT)

    def names(self, path: str) -> list[str]:
        """List a folder."""
        resolved = self.resolve(path)
        if self.is_denied(resolved) or resolved in _UNLISTABLE:
            raise _refuse(errno.EACCES)
        if not self._is_folder(resolved):
            raise _refuse(errno.ENOTDIR if resolved in self._stored or resolved in self._virtual else errno.ENOENT)
        found = set(self._virtual_folders.get(resolved, ()))
        for known in (*self._stored, *self._made):
            parent, name = posixpath.split(known)
            if parent == resolved and name:
                found.add(name)
        return sorted(found)

    def read(self, path: str) -> bytes | bytearray:
        """Return the content of a file."""
        resolved = self.resolve(path)
        if resolved in self._stored:
            return self._stored[resolved].content
        if self.is_denied(resolved):
            if resolved in self._virtual:
                self.denials.append((self._phone.boot_count, self._phone.clock.uptime_s, resolved))
            raise _refuse(errno.EACCES)
        if self._is_folder(resolved):
            raise _refuse(errno.EISDIR)
        if resolved in self._virtual:
            self._phone.refresh()
            return self._virtual[resolved]()
        raise _refuse(errno.ENOENT)

    def check_writable(self, path: str) -> None:
        """Raise when the shell user may not write there."""
        resolved = self.resolve(path)
        if any(len(piece.encode("utf-8", "surrogateescape")) > _FAT_NAME_LIMIT for piece in resolved.split("/")):
            raise _refuse(errno.ENAMETOOLONG)
        if self._is_folder(resolved):
            raise _refuse(errno.EISDIR)
        if not any(_under(resolved, folder) for folder in _WRITABLE):
            raise _refuse(errno.EROFS if resolved.startswith(("/system", "/vendor")) else errno.EACCES)
        if not data_writable(self._phone):
            raise _refuse(errno.EROFS)
        for ancestor in _ancestors(resolved):
            if ancestor in self._stored:
                raise _refuse(errno.ENOTDIR)

    def write(self, path: str, content: bytes | bytearray, *, mode: int, mtime_s: int) -> None:
        """Store a file, making folders on the way."""
        self.check_writable(path)
        if len(content) > self._phone.storage.data.free_kib * 1024:
            raise _refuse(errno.ENOSPC)
        resolved = self.resolve(path)
        self._make_folders(posixpath.dirname(resolved))
        self._stored[resolved] = _Stored(content, mode or _FILE_MODE, mtime_s)

    def put(self, path: str, content: bytes, *, append: bool = False) -> None:
        """Write from the shell: ``>`` or ``>>``."""
        resolved = self.resolve(path)
        before = bytes(self._stored[resolved].content) if append and resolved in self._stored else b""
        self.write(path, before + content, mode=_FILE_MODE, mtime_s=round(self._phone.clock.now.timestamp()))

    def store_report(self, path: str, content: bytes) -> None:
        """Store what a service of the system wrote where the shell user may read but not write."""
        self._stored[self.resolve(path)] = _Stored(content, _FILE_MODE, round(self._phone.clock.now.timestamp()))

    def make_folder(self, path: str) -> None:
        """Make a folder and those above it."""
        if self._is_folder(self.resolve(path)):
            return
        self.check_writable(path)
        self._make_folders(self.resolve(path))

    def remove(self, path: str, *, recursive: bool = False) -> None:
        """Remove a file, or a folder with all that is in it."""
        resolved = self.resolve(path)
        if resolved in self._stored:
            del self._stored[resolved]
            return
        self.stat(path)
        if not recursive:
            raise _refuse(errno.EISDIR if self._is_folder(resolved) else errno.EACCES)
        if not any(_under(resolved, folder) and resolved != folder for folder in _WRITABLE):
            raise _refuse(errno.EACCES)
        self._stored = {known: file for known, file in self._stored.items() if not _under(known, resolved)}
        self._made = {known for known in self._made if not _under(known, resolved)}

    @property
    def _birth_s(self) -> int:
        return round(self._phone.clock.at(0).timestamp())

    def _is_folder(self, resolved: str) -> bool:
        return resolved == "/" or resolved in self._made or resolved in self._virtual_folders

    def _make_folders(self, resolved: str) -> None:
        self._made.update(_ancestors(resolved))
        self._made.add(resolved)


def _ancestors(resolved: str) -> list[str]:
    found = []
    parent = posixpath.dirname(resolved)
    while parent != "/":
        found.append(parent)
        parent = posixpath.dirname(parent)
    return found
