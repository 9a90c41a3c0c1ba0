"""Reads a cassette file. It may come from anybody: sizes are counted while it is unpacked, names never become paths.

The format (docs/cassettes.md): a zip with ``cassette.json`` and ``bodies/<sha256>``.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "phonebench.cassette/1"
ENDS = ("exit", "cut", "silent", "lost")
_KINDS = ("shell", "file", "stat", "list")
_HEAD_MAX_BYTES = 32 * 1024 * 1024
_BODY_MAX_BYTES = 128 * 1024 * 1024
_ALL_MAX_BYTES = 512 * 1024 * 1024
_ENTRIES_MAX = 20_000
_TEXT_MAX = 8_192
_PIECE_BYTES = 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    UnicodeError,
    RecursionError,
)


class BadCassette(ValueError):
    """The file is no cassette that can be served; the text says why in one line."""


@dataclass(frozen=True)
class Said:
    """One answer of the phone's shell; ``end`` is one of ``ENDS``."""

    out: bytes
    err: bytes
    exit_code: int
    end: str


@dataclass(frozen=True)
class Kept:
    """A file of the phone, or what it told about one: the content is None where only that was asked."""

    mode: int
    size_bytes: int
    mtime_s: int
    content: bytes | None = None


@dataclass
class Tape:
    """What one phone said: answers by command line in the order in which they came.

    ``marked`` answers any line that has the words in it; ``withheld`` counts answers that were no text.
    """

    serial: str = ""
    features: tuple[str, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)
    answers: dict[str, list[Said]] = field(default_factory=dict)
    marked: dict[str, Said] = field(default_factory=dict)
    files: dict[str, Kept] = field(default_factory=dict)
    folders: dict[str, list[str]] = field(default_factory=dict)
    withheld: int = 0


def read_tape(path: Path) -> Tape:
    """Read a cassette and check all of it.

    Raises:
        BadCassette: it is not there, damaged, too large, or of another format.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _Reader(archive).tape()
    except BadCassette as error:
        raise BadCassette(f"{_shown(path.name)} {error}") from None
    except _UNREADABLE as error:
        reason = (error.strerror or "cannot be read") if isinstance(error, OSError) else "is damaged or no cassette"
        raise BadCassette(f"{_shown(path.name)}: {reason}") from None


class _Reader:
    """Unpacks one archive; what all of its parts unpack to is bounded."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left_bytes = _ALL_MAX_BYTES
        self._bodies: dict[str, bytes] = {}
        if len(archive.infolist()) > _ENTRIES_MAX:
            raise BadCassette("has too many parts")

    def tape(self) -> Tape:
        head = self._head()
        tape = Tape()
        phone, properties = _table(head.get("phone", {})), _table(head.get("properties", {}))
        tape.serial = _text(phone.get("serial", ""))
        features = phone.get("features", [])
        if not isinstance(features, list) or len(features) > _ENTRIES_MAX:
            raise BadCassette("has features that are no list")
        tape.features = tuple(_text(one) for one in features)
        tape.properties = {_text(name): _text(value) for name, value in properties.items()}
        entries = head.get("exchanges", [])
        if not isinstance(entries, list) or len(entries) > _ENTRIES_MAX:
            raise BadCassette("has exchanges that are no list, or too many")
        for entry in entries:
            self._add(tape, _table(entry))
        return tape

    def _head(self) -> dict[str, Any]:
        try:
            raw = self._unpack("cassette.json", _HEAD_MAX_BYTES)
            head = _table(json.loads(raw))
        except ValueError as error:
            if isinstance(error, BadCassette):
                raise
            raise BadCassette("has a cassette.json that is no JSON") from None
        if head.get("schema") != SCHEMA:
            raise BadCassette(f"is of format {_shown(str(head.get('schema')))}, not {SCHEMA}")
        return head

    def _add(self, tape: Tape, entry: dict[str, Any]) -> None:
        kind = entry.get("kind")
        if kind not in _KINDS:
            raise BadCassette(f"has an exchange of unknown kind {_shown(str(kind))}")
        tape.withheld += bool(entry.get("withheld", False))
        if kind == "shell":
            self._add_answer(tape, entry)
        elif kind == "list":
            names = entry.get("names", [])
            if not isinstance(names, list):
                raise BadCassette("has a folder whose names are no list")
            tape.folders[_text(entry.get("path"))] = [_text(name) for name in names]
        else:
            content = self._body(entry.get("out")) if kind == "file" else None
            size_bytes = len(content) if content is not None else _whole(entry.get("size_bytes", 0))
            path, mode = _text(entry.get("path")), _whole(entry.get("mode", 0o100644))
            if content is not None or path not in tape.files:
                tape.files[path] = Kept(mode, size_bytes, _whole(entry.get("mtime_s", 0)), content)

    def _add_answer(self, tape: Tape, entry: dict[str, Any]) -> None:
        end = entry.get("end", "exit")
        if end not in ENDS:
            raise BadCassette(f"has an answer that ends with {_shown(str(end))}")
        said = Said(
            self._body(entry.get("out")), self._body(entry.get("err")), _whole(entry.get("exit_code", 0)) & 0xFF, end
        )
        if "contains" in entry:
            words = _text(entry["contains"])
            if not words:
                raise BadCassette("has an answer to every command line")
            tape.marked[words] = said
        tape.answers.setdefault(_text(entry.get("command")), []).append(said)

    def _body(self, sha256: object) -> bytes:
        if sha256 is None:
            return b""
        if not isinstance(sha256, str) or not _HASH.fullmatch(sha256):
            raise BadCassette("names a body by what is no hash")
        if sha256 not in self._bodies:
            body = self._unpack(f"bodies/{sha256}", _BODY_MAX_BYTES)
            if hashlib.sha256(body).hexdigest() != sha256:
                raise BadCassette("has a body that is not what its hash says")
            self._bodies[sha256] = body
        return self._bodies[sha256]

    def _unpack(self, name: str, cap_bytes: int) -> bytes:
        try:
            part = self._archive.open(name)
        except KeyError:
            raise BadCassette(f"has no {name[:40]}") from None
        pieces, left_bytes = [], min(cap_bytes, self._left_bytes)
        with part:
            while piece := part.read(_PIECE_BYTES):
                left_bytes -= len(piece)
                if left_bytes < 0:
                    raise BadCassette("unpacks to more than a cassette may hold")
                pieces.append(piece)
        body = b"".join(pieces)
        self._left_bytes -= len(body)
        return body


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadCassette("has a record that is no table")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _TEXT_MAX:
        raise BadCassette("has a name that is no text, or too long")
    return value


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**53:
        raise BadCassette("has a number that is no whole one, or out of range")
    return value


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:80]
