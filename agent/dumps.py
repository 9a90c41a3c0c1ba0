"""Dumps that somebody else took: a bug report (zip or text), or a folder of single dumps. Hostile input throughout.

Nothing from a file's inside becomes a path; sizes are counted while they are read, whatever the archive claims.
"""

from __future__ import annotations

import hashlib
import lzma
import mmap
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO, Final

from probes import MIB, BadInput, NotUnderstood, decode, show
from probes.formats.bugreport import BugreportIndex, BugreportSection, index

_MAX_BYTES: Final = 512 * MIB
_MAX_ENTRIES: Final = 10_000
_MAX_RATIO: Final = 100
_RATIO_FROM_BYTES: Final = 32 * MIB
_MAX_FILES: Final = 2_000
_SNIFF_BYTES: Final = 4_000
# what zipfile and its decompressors raise on damaged archives; a name that is not UTF-8 is one of them
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    UnicodeError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)

_LOG_TITLES: Final = {
    "main": ("SYSTEM LOG", "MAIN LOG"),
    "events": ("EVENT LOG",),
    "radio": ("RADIO LOG",),
    "kernel": ("KERNEL LOG",),
    "last_kernel": ("LAST KMSG", "LAST KERNEL LOG"),
}
_LOG_FILES: Final = {"last_kernel": ("/sys/fs/pstore/console-ramoops", "/proc/last_kmsg")}
_TOPIC_TITLES: Final = {"getprop": ("SYSTEM PROPERTIES",), "df": ("FILESYSTEMS & FREE SPACE",), "uptime": ("UPTIME",)}
_TOPIC_FILES: Final = {
    "power_supply": "/sys/class/power_supply",
    "storage_health": "health_descriptor",
    "meminfo": "/proc/meminfo",
    "mounts": "/proc/mounts",
}

# Names that people give to single dumps; the first that fits counts. A device's name and "__" may stand before.
_NAMES: Final = (
    (re.compile(r"(dumpsys[_ .-])?dropbox.*"), "log dropbox"),
    (re.compile(r"dumpsys[_ .-](.+)"), r"dumpsys \1"),
    (re.compile(r".*getprop.*|.*build[_.]?prop.*"), "getprop"),
    (re.compile(r"df"), "df"),
    (re.compile(r"uptime"), "uptime"),
    (re.compile(r".*power_supply.*"), "power_supply"),
    (re.compile(r".*(ufs_health|health_descriptor|emmc_health).*"), "storage_health"),
    (re.compile(r"pm_list_packages.*-3.*"), "pm list packages -3"),
    (re.compile(r"pm_list_packages.*"), "pm list packages"),
    (re.compile(r".*(last_?kmsg|ramoops|pstore).*"), "log last_kernel"),
    (re.compile(r".*(dmesg|kmsg|kernel).*"), "log kernel"),
    (re.compile(r".*(logcat.*events?|events?[_.]log).*"), "log events"),
    (re.compile(r".*radio.*"), "log radio"),
    (re.compile(r".*logcat.*crash.*"), "log crash"),
    (re.compile(r".*(logcat|main|system).*"), "log main"),
)
# What a dump looks like, where its name says nothing.
_LOOKS: Final = (
    (re.compile(r"^\[(ro|persist|gsm|sys)\.[^\]]+\]: \[", re.MULTILINE), "getprop"),
    (re.compile(r"^Current Battery Service state:", re.MULTILINE), "dumpsys battery"),
    (re.compile(r"^Drop box contents:", re.MULTILINE), "dumpsys dropbox"),
    (re.compile(r"^(Filesystem\s+(1K-blocks|Size))", re.MULTILINE), "df"),
    (re.compile(r"^POWER_SUPPLY_\w+=", re.MULTILINE), "power_supply"),
    (re.compile(r"^(<\d>)?\[ *\d+\.\d{6}|^\[\w{3} \w{3} +\d+ [\d:]{8} \d{4}\]", re.MULTILINE), "log kernel"),
    (re.compile(r"^--------- beginning of|^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} ", re.MULTILINE), "log main"),
)


_LOG_LINE: Final = re.compile(
    r"^\W{0,3}(?:<\d>)?[\[{(] *\d|^\[\w{3} \w{3}|^\d\d-\d\d \d\d:\d\d:\d\d"
    r"|^\d{4}-\d\d-\d\d \d\d:|^--------- |^[VDIWEF]/|^Drop box",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class _Dump:
    topic: str
    body: memoryview


class Dumps:
    """An offline phone's answers, by topic. Use it as a context manager: the views are gone when it is closed."""

    def __init__(self, name: str, sha256: str, volumes: Sequence[tuple[BugreportIndex, memoryview]]) -> None:
        self.name = name
        self.sha256 = sha256
        self._volumes = tuple(volumes)
        self._singles: list[_Dump] = []

    @property
    def is_truncated(self) -> bool:
        """Whether a report ends in the middle of a part."""
        return any(report.is_truncated for report, _ in self._volumes)

    @property
    def topics(self) -> tuple[str, ...]:
        """What the single dumps of a folder were taken for."""
        return tuple(dump.topic for dump in self._singles)

    def add(self, topic: str, body: memoryview) -> None:
        """Add a single dump."""
        self._singles.append(_Dump(topic, body))

    def answers(self, argv: Sequence[str]) -> list[memoryview]:
        """What the phone had answered to a command; empty where nobody asked it then."""
        topic = topic_of(argv)
        found = [dump.body for dump in self._singles if dump.topic == topic]
        for report, blob in self._volumes:
            found += [blob[part.start : part.end] for part in _parts(report, topic) if part.size_bytes]
        return found[:1] if topic.startswith("dumpsys ") else found

    def log(self, buffer: str) -> list[memoryview]:
        """The sections or files of one log."""
        found = [dump.body for dump in self._singles if dump.topic == f"log {buffer}"]
        for report, blob in self._volumes:
            parts = [part for title in _LOG_TITLES.get(buffer, ()) for part in report.all_sections(title)]
            parts += report.services(buffer)  # the drop box is a service that prints a log
            parts += [part for file in _LOG_FILES.get(buffer, ()) for part in report.by_command(file)]
            found += [blob[part.start : part.end] for part in parts if part.size_bytes]
        return found


def topic_of(argv: Sequence[str]) -> str:
    """Name what a command asks for, so that a dump taken with another command line can answer it.

    >>> topic_of(["cat", "/sys/class/power_supply/battery/uevent"])
    'power_supply'
    """
    line = " ".join(argv)
    for topic, mark in _TOPIC_FILES.items():
        if mark in line:
            return topic
    return line


def _parts(report: BugreportIndex, topic: str) -> list[BugreportSection]:
    if topic.startswith("dumpsys "):
        service = report.service(topic.removeprefix("dumpsys "))
        return [service] if service else list(report.by_command(topic))[:1]
    if topic in _TOPIC_TITLES:
        part = report.section(*_TOPIC_TITLES[topic])
        return [part] if part else []
    if topic in _TOPIC_FILES:
        return [part for part in report.sections if _TOPIC_FILES[topic] in part.command]
    return [part for part in report.sections if part.kind == "section" and part.command == topic]


def open_dumps(path: Path) -> Dumps:
    """Open a bug report or a folder of dumps.

    Raises:
        BadInput: it is not there, not readable, not what it should be, or too large.
    """
    try:
        if path.is_dir():
            return _open_folder(path)
        if path.exists() and not path.is_file():  # a pipe would be waited for, a device has no end
            raise BadInput(f"{show(path.name)} is neither a file nor a folder", step="open report")
        with path.open("rb") as file:
            zipped = file.read(4) == b"PK\x03\x04"
            file.seek(0)
            return _open_zip(path, file) if zipped else _open_file(path, file)
    except OSError as error:
        raise BadInput(f"cannot read {show(str(path))}: {error.strerror}", step="open report") from error


def _open_file(path: Path, file: IO[bytes]) -> Dumps:
    body = _mapped(file, show(path.name))
    digest = hashlib.sha256(body).hexdigest()
    try:
        return Dumps(show(path.name), digest, [(index(body), body)])
    except NotUnderstood:
        topic = topic_of_dump(path.name, body)
    if not topic:
        raise BadInput(f"{show(path.name)} is neither a bug report nor a dump that is known", step="open report")
    dumps = Dumps(show(path.name), digest, [])
    dumps.add(topic, body)
    return dumps


def _open_folder(path: Path) -> Dumps:
    files = sorted(item for item in path.rglob("*") if item.is_file() and not item.is_symlink())
    if len(files) > _MAX_FILES or sum(item.stat().st_size for item in files) > _MAX_BYTES:
        raise BadInput(f"{show(path.name)} holds more than {_MAX_FILES} files or {_MAX_BYTES // MIB} MiB")
    digest, volumes, singles = hashlib.sha256(), list[tuple[BugreportIndex, memoryview]](), list[_Dump]()
    for item in files:
        if not item.stat().st_size:
            continue
        with item.open("rb") as file:
            body = _mapped(file, show(item.name))
        digest.update(body)
        topic = topic_of_dump(item.name, body)
        if topic:
            singles.append(_Dump(topic, body))
            continue
        try:
            volumes.append((index(body), body))
        except NotUnderstood:
            continue
    if not volumes and not singles:
        raise BadInput(f"no file in {show(path.name)} is a dump that is known", step="open report")
    dumps = Dumps(show(path.name), digest.hexdigest(), volumes)
    for dump in singles:
        dumps.add(dump.topic, dump.body)
    return dumps


def _open_zip(path: Path, file: BufferedReader) -> Dumps:
    name = show(path.name)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > _MAX_ENTRIES:
                raise BadInput(f"{name} holds more than {_MAX_ENTRIES} entries", step="open report")
            bodies = [_extract(archive, entry, name) for entry in _reports(archive, entries, name)]
    except _UNREADABLE as error:
        raise BadInput(f"{name} is damaged, cut off or locked: {show(str(error))}", step="open report") from error
    volumes: list[tuple[BugreportIndex, memoryview]] = []
    for body in bodies:
        try:
            volumes.append((index(body), body))
        except NotUnderstood:
            continue
    if not volumes:
        raise BadInput(f"{name} is a zip without an Android bug report in it", step="open report")
    file.seek(0)
    return Dumps(name, hashlib.file_digest(file, "sha256").hexdigest(), volumes)


def _reports(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], name: str) -> Iterator[zipfile.ZipInfo]:
    """The report itself, named by main_entry.txt or else the largest text, then the vendor's part."""
    by_name = {entry.filename: entry for entry in entries}
    main = by_name.get("main_entry.txt")
    pointed = b""
    if main is not None:
        with archive.open(main) as file:
            pointed = file.read(300)
    report = by_name.get(decode(pointed).strip())
    texts = [entry for entry in entries if entry.filename.endswith(".txt") and "/" not in entry.filename]
    report = report or max(texts, key=lambda entry: entry.file_size, default=None)
    if report is None:
        raise BadInput(f"{name} is a zip without an Android bug report in it", step="open report")
    yield report
    board = by_name.get("dumpstate_board.txt")
    if board is not None and board is not report:
        yield board


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> memoryview:
    """Unpack one entry into a file without a name, counting what really comes out of it."""
    size_bytes = 0
    with tempfile.TemporaryFile() as sink:
        with archive.open(entry) as source:
            while chunk := source.read(MIB):
                size_bytes += len(chunk)
                ratio = size_bytes / max(1, entry.compress_size)
                if size_bytes > _MAX_BYTES or (size_bytes > _RATIO_FROM_BYTES and ratio > _MAX_RATIO):
                    raise BadInput(
                        f"{name} unpacks to more than {_MAX_BYTES // MIB} MiB or over {_MAX_RATIO} times its size",
                        step="open report",
                    )
                sink.write(chunk)
        sink.flush()
        return _mapped(sink, name)


def _mapped(file: IO[bytes], name: str) -> memoryview:
    size_bytes = file.seek(0, 2)
    if not size_bytes:
        raise BadInput(f"{name} is empty", step="open report")
    if size_bytes > _MAX_BYTES:
        raise BadInput(f"{name} is larger than {_MAX_BYTES // MIB} MiB", step="open report")
    return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def topic_of_dump(file_name: str, body: memoryview) -> str:
    """What a single dump was taken for: by its name, else by its looks; empty where neither is known."""
    stem = file_name.lower().rsplit("__", 1)[-1]
    stem = re.sub(r"\.(txt|log|out)$", "", stem)
    head = decode(bytes(body[:_SNIFF_BYTES]))
    for pattern, topic in _NAMES:
        found = pattern.fullmatch(stem)
        # words like "system" and "kernel" stand in many names: such a file must also look like a log
        if found and (not topic.startswith("log ") or _LOG_LINE.search(head)):
            return found.expand(topic)
    return next((topic for pattern, topic in _LOOKS if pattern.search(head)), "")
