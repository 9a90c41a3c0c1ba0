"""Mounts: the kernel's table (``mount``, ``/proc/mounts``) and ``dumpsys mount`` with its volumes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import append, frozen, lines, put, require

_SHELL = re.compile(r"(\S{1,300}) on (/.{0,300}?) type (\S{1,40}) \(([^()]{0,2000})\)\s{0,8}")
_PROC = re.compile(r"(\S{1,300}) (/\S{0,300}) ([a-z0-9_.]{2,40}) ((?:rw|ro)(?:,\S{0,2000})?) \d \d\s{0,8}")


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system."""

    source: str
    target: str
    fs_type: str
    options: tuple[str, ...]

    @property
    def is_read_only(self) -> bool:
        """Whether it is mounted ``ro``; a data partition that is went there after errors."""
        return "ro" in self.options


@dataclass(frozen=True, slots=True)
class Mounts:
    """The mounts in the order of the text."""

    mounts: tuple[Mount, ...]

    def at(self, target: str) -> Mount | None:
        """Return what is mounted at ``target`` now: the last one covers the others."""
        return next((mount for mount in reversed(self.mounts) if mount.target == target), None)


def parse_mounts(text: str) -> Mounts:
    """Read the output of ``mount`` or ``/proc/mounts``.

    Raises:
        NotUnderstood: no line has one of these shapes.
    """
    mounts: list[Mount] = []
    for line in lines(text):
        if found := _SHELL.fullmatch(line) or _PROC.fullmatch(line):
            append(mounts, Mount(found[1], found[2], found[3], tuple(found[4].split(","))), cap=2000)
    require(mounts, "mount table", text)
    return Mounts(mounts=tuple(mounts))


_BLOCK = re.compile(r"\s{0,8}(Volume|Disk)Info\{([^{}]{0,120})\}:?\s{0,8}")
_PAIR = re.compile(r"(?<!\S)([A-Za-z]{2,30})=(\S{0,200})")
_MARK = "mObbMounts:"


@dataclass(frozen=True, slots=True)
class StorageVolume:
    """One volume or disk of the storage service; ``fields`` as printed (type, state, fsType, path ...)."""

    kind: str
    volume_id: str
    fields: Mapping[str, str]

    @property
    def state(self) -> str | None:
        """MOUNTED, UNMOUNTABLE, BAD_REMOVAL ..."""
        return self.fields.get("state")


@dataclass(frozen=True, slots=True)
class StorageService:
    """Volumes and disks of ``dumpsys mount``; Android 2.3 prints none."""

    volumes: tuple[StorageVolume, ...]


def parse_mount_service(text: str) -> StorageService:
    """Read ``dumpsys mount``.

    Raises:
        NotUnderstood: none of the headings of this service is there.
    """
    opened: list[tuple[str, str, dict[str, str]]] = []
    marked = inside = False
    for line in lines(text):
        if found := _BLOCK.fullmatch(line):
            append(opened, (found[1], found[2], {}), cap=200)
            inside = True
        elif not line[:3].strip() and line.strip() and inside:
            for key, value in _PAIR.findall(line[:2000]):
                put(opened[-1][2], key, value, cap=60)
        else:
            inside = False
            marked = marked or line.strip() == _MARK
    require(opened or marked, "mount service dump", text)
    return StorageService(
        volumes=tuple(StorageVolume(kind.lower(), name, frozen(table)) for kind, name, table in opened)
    )
