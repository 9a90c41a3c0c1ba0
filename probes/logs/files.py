"""Logs out of files: text in any packing, bug reports, drop box folders, ``logcat -B``, standard input.

Files are read once and in pieces, so their size does not matter. What a file holds is hostile: names inside an
archive are only names, what comes out of a packer is counted, and what is damaged is read as far as it goes.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import mmap
import re
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

from probes._errors import BadInput, NotUnderstood
from probes._text import show
from probes.formats.bugreport import BugreportSection, index
from probes.logs.binary import is_binary_logcat, text_of
from probes.logs.records import LogSource

CHUNK_BYTES: Final = 1 << 20
STDIN: Final = "-"
_HEAD_BYTES: Final = 1 << 13
_MAX_UNPACKED: Final = 64 << 30  # a bound on time, not on memory
_MAX_SPOOLED: Final = 2 << 30
_MAX_MEMBERS: Final = 20_000
_MAX_DEPTH: Final = 3
_DAMAGED: Final = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError)
_UNREADABLE: Final = (*_DAMAGED, UnicodeError, NotImplementedError, RuntimeError)
_PROTO: Final = re.compile(rb"\x08[\x00-\x06]\x12[\x08-\xff][\x20-\x7e]{4}")
_REPORT: Final = re.compile(rb"^== dumpstate: \d", re.MULTILINE)
_NO_TEXT: Final = re.compile(
    r"\.(?:png|jpe?g|webp|mp4|pb|proto|bin|elf|so|apk|dex|db|pcap|cfa|perfetto-trace|trace|dmp|hprof|img|exe)$",
    re.IGNORECASE,
)
_LOGGISH: Final = re.compile(
    r"anr|traces|tombstone|pstore|ramoops|kmsg|dmesg|kernel|logcat|dropbox|crash|radio|\.log|log\.txt|\.txt$",
    re.IGNORECASE,
)
_REPORT_FOLDER: Final = re.compile(
    r"^FS/.*(?:/anr/|tombstone|pstore|ramoops|kmsg|logcat|dropbox|bootstat|/log/)", re.IGNORECASE
)
_SECTION: Final = re.compile(r"\bLOG(?:CAT)?\b|KMSG|RAMOOPS|PSTORE|TOMBSTONE|\bANR\b|DMESG")
_NO_SECTION: Final = re.compile(r"STATISTICS|TAGS|LOGPERSIST|PROTO|BLUETOOTH")
_SECTION_FILE: Final = re.compile(r"ramoops|pstore|last_?kmsg|tombstone|/anr/", re.IGNORECASE)
_KINDS: Final = (
    (re.compile(r"LAST (?:KMSG|KERNEL)|RAMOOPS|PSTORE", re.IGNORECASE), "last_kernel"),
    (re.compile(r"LAST", re.IGNORECASE), "last_logcat"),
    (re.compile(r"TOMBSTONE", re.IGNORECASE), "tombstone"),
    (re.compile(r"ANR", re.IGNORECASE), "anr"),
    (re.compile(r"KERNEL|KMSG|DMESG", re.IGNORECASE), "kernel"),
    (re.compile(r"EVENT", re.IGNORECASE), "events"),
    (re.compile(r"RADIO", re.IGNORECASE), "radio"),
    (re.compile(r"CRASH", re.IGNORECASE), "crash"),
)
_ENTRY: Final = re.compile(r"(?:[A-Za-z]+_)*[A-Za-z]+@\d{10,13}\.(?:txt|lost|dat)(?:\.gz)?$")


class LogFiles:
    """Opens files as logs, one after the other. Read each source before asking for the next.

    A path that leads into an archive (``report.zip/FS/data/anr/anr_1``) opens that member; ``-`` is standard input.
    ``notes`` fills while reading: what was left out, and what was damaged.
    """

    def __init__(self, paths: Sequence[str | Path], *, stdin: IO[bytes] | None = None) -> None:
        self._paths = [str(path) for path in paths]
        self._stdin = stdin
        self.notes: list[str] = []

    def __iter__(self) -> Iterator[LogSource]:
        for path in self._paths:
            yield from self._path(path)

    def _path(self, path: str) -> Iterator[LogSource]:
        if path == STDIN:
            if self._stdin is not None:
                yield from self._stream(_buffered(self._stdin), "stdin", 0)
            return
        place, member = _split(Path(path))
        try:
            if place.is_dir():
                yield from self._folder(place)
                return
            with place.open("rb") as file:
                if member:
                    yield from self._zip(file, place.name, 0, only=member)
                else:
                    yield from self._stream(file, place.name, 0)
        except OSError as error:
            raise BadInput(f"cannot read {show(path)}: {error.strerror or error}", step="open log") from error

    def _folder(self, folder: Path) -> Iterator[LogSource]:
        files = sorted(item for item in folder.rglob("*") if item.is_file() and not item.is_symlink())
        if len(files) > _MAX_MEMBERS:
            raise BadInput(f"{show(str(folder))} holds more than {_MAX_MEMBERS} files", step="open log")
        for item in files:
            name = item.relative_to(folder).as_posix()
            if _NO_TEXT.search(name):
                self._left_out(name)
            else:
                with item.open("rb") as file:
                    yield from self._stream(file, name, 0)

    def _stream(self, file: io.BufferedReader, name: str, depth: int) -> Iterator[LogSource]:
        """Look at the first bytes of a file and read it as what they say it is."""
        head = _peek(file)
        if depth > _MAX_DEPTH:
            self.notes.append(f"{show(name)}: packed more than {_MAX_DEPTH} times, left out")
        elif head.startswith(b"PK\x03\x04"):
            with _seekable(file) as place:
                yield from self._zip(place, name, depth)
        elif unpacked := _unpacked(file, head):
            with unpacked:
                yield from self._stream(unpacked, re.sub(r"\.(?:gz|bz2|xz)$", "", name), depth + 1)
        elif head[257:262] == b"ustar":
            yield from self._tar(file, name, depth)
        elif _REPORT.search(head):
            with _seekable(file) as place:
                yield from self._report(place)
        elif name.endswith(".pb") or _PROTO.match(head):
            self.notes.append(f"{show(name)}: a tombstone as protobuf is not read; take the text beside it")
        else:
            yield LogSource(name, self._text(file, head, name), _entry(name))

    def _text(self, file: io.BufferedReader, head: bytes, name: str) -> Iterator[bytes]:
        chunks = self._chunks(file, name)
        if name.endswith(".enc.z"):  # pstore packs its records itself
            return self._inflated(chunks, name)
        return text_of(chunks) if is_binary_logcat(head) else chunks

    def _chunks(self, file: IO[bytes], name: str) -> Iterator[bytes]:
        """A file in pieces; damage ends it with a note, since the part before it is still evidence."""
        size = 0
        try:
            while chunk := file.read(CHUNK_BYTES):
                size += len(chunk)
                if size > _MAX_UNPACKED:
                    self.notes.append(f"{show(name)}: read up to {_MAX_UNPACKED >> 30} GiB only")
                    return
                yield chunk
        except _UNREADABLE as error:
            self.notes.append(f"{show(name)}: damaged after {size} bytes ({show(str(error), 80)})")

    def _inflated(self, chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
        engine = zlib.decompressobj()
        try:
            for chunk in chunks:
                yield engine.decompress(chunk, CHUNK_BYTES)
                while engine.unconsumed_tail:
                    yield engine.decompress(engine.unconsumed_tail, CHUNK_BYTES)
        except zlib.error as error:
            self.notes.append(f"{show(name)}: damaged ({show(str(error), 80)})")

    def _zip(self, file: IO[bytes], name: str, depth: int, *, only: str = "") -> Iterator[LogSource]:
        try:
            with zipfile.ZipFile(file) as archive:
                members = [one for one in archive.infolist() if not one.is_dir()]
                wanted = [one for one in members if one.filename == only] if only else _worth_reading(members)
                if only and not wanted:
                    raise BadInput(f"{show(name)} holds no {show(only)}", step="open log")
                for member in wanted[:_MAX_MEMBERS]:
                    with archive.open(member) as inside:
                        # zipfile's reader is a BufferedIOBase with peek: all that is used of it here
                        yield from self._stream(cast("io.BufferedReader", inside), member.filename, depth + 1)
                left = len(members) - len(wanted)
                if left and not only:
                    self.notes.append(f"{show(name)}: {left} files in it are no logs")
        except _UNREADABLE as error:
            self.notes.append(f"{show(name)}: damaged or locked ({show(str(error), 80)})")

    def _tar(self, file: IO[bytes], name: str, depth: int) -> Iterator[LogSource]:
        try:
            with tarfile.open(fileobj=file, mode="r|") as archive:
                for member in archive:
                    inside = archive.extractfile(member) if member.isfile() else None
                    if inside is None or _NO_TEXT.search(member.name):
                        continue
                    yield from self._stream(_buffered(inside), member.name, depth + 1)
        except _UNREADABLE as error:
            self.notes.append(f"{show(name)}: damaged ({show(str(error), 80)})")

    def _report(self, file: IO[bytes]) -> Iterator[LogSource]:
        """The logs of an Android bug report, section by section."""
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as blob:
            try:
                sections = index(blob).sections
            except NotUnderstood as error:
                self.notes.append(error.what)
                sections = ()
            if hasattr(mmap, "MADV_DONTNEED"):
                blob.madvise(mmap.MADV_DONTNEED)  # the index has touched every page of it
        for section in sections:
            name = _section_kind(section)
            if name and section.size_bytes:
                yield LogSource(name, self._part(file, section))

    def _part(self, file: IO[bytes], section: BugreportSection) -> Iterator[bytes]:
        at = section.start
        while at < section.end:
            file.seek(at)
            chunk = file.read(min(CHUNK_BYTES, section.end - at))
            if not chunk:
                return
            at += len(chunk)
            yield chunk

    def _left_out(self, name: str) -> None:
        self.notes.append(f"{show(name)}: no text, left out")


def _split(path: Path) -> tuple[Path, str]:
    """A path and, where it leads into a file, the member's name."""
    for parent in path.parents:
        if parent.is_file():
            return parent, path.relative_to(parent).as_posix()
    return path, ""


def _buffered(file: IO[bytes]) -> io.BufferedReader:
    """The file with ``peek``, which standard input and packers already have."""
    return cast("io.BufferedReader", file) if hasattr(file, "peek") else io.BufferedReader(cast("io.RawIOBase", file))


def _peek(file: io.BufferedReader) -> bytes:
    try:
        return file.peek(_HEAD_BYTES)[:_HEAD_BYTES]
    except _UNREADABLE:
        return b""


def _unpacked(file: io.BufferedReader, head: bytes) -> io.BufferedReader | None:
    """What a packer's first bytes promise, unpacked while it is read."""
    if head.startswith(b"\x1f\x8b"):
        return cast("io.BufferedReader", gzip.GzipFile(fileobj=file))
    if head.startswith(b"BZh"):
        return cast("io.BufferedReader", bz2.BZ2File(file))
    if head.startswith(b"\xfd7zXZ\x00"):
        return cast("io.BufferedReader", lzma.LZMAFile(file))
    return None


@contextmanager
def _seekable(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """The file itself where it lies on the disk, else a copy without a name."""
    if isinstance(file, io.BufferedReader) and isinstance(file.raw, io.FileIO) and file.seekable():
        yield file
        return
    with tempfile.TemporaryFile() as copy:
        size = 0
        while chunk := file.read(CHUNK_BYTES):
            size += len(chunk)
            if size > _MAX_SPOOLED:
                raise BadInput(f"an archive in an archive is larger than {_MAX_SPOOLED >> 30} GiB", step="open log")
            copy.write(chunk)
        copy.flush()
        copy.seek(0)
        yield copy


def _worth_reading(members: Sequence[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """The members of an archive that may be logs; of a bug report, the report and the folders of its logs."""
    names = [one.filename for one in members]
    is_report = "main_entry.txt" in names or any(name.startswith("FS/") for name in names)
    found = []
    for member in members:
        name = member.filename
        if _NO_TEXT.search(name) or name in {"main_entry.txt", "version.txt", "dumpstate_log.txt"}:
            continue
        if name.startswith("FS/"):
            if _REPORT_FOLDER.search(name):
                found.append(member)
        elif (is_report and "/" not in name) or name.endswith(".zip") or _LOGGISH.search(name) or "." not in name:
            found.append(member)
    return found


def _section_kind(section: BugreportSection) -> str:
    """What log a section is, or an empty string."""
    if section.kind == "service":
        return "dropbox" if section.title == "dropbox" else ""
    title = section.title.upper()
    if _SECTION_FILE.search(section.command) or (_SECTION.search(title) and not _NO_SECTION.search(title)):
        words = f"{title} {section.command}"
        return next((kind for pattern, kind in _KINDS if pattern.search(words)), "main")
    return ""


def _entry(name: str) -> str:
    """The file name of a drop box entry, or an empty string."""
    last = name.rsplit("/", 1)[-1]
    return last if _ENTRY.match(last) else ""
