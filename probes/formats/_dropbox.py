"""``dumpsys dropbox``: crashes, hangs, boots and kernel panics that the phone remembers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ._reading import append, frozen, lines, put, require

_COUNT = re.compile(r"Drop box contents: (\d{1,9}) entries")
_ENTRY = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) (\S{1,120}) \(([^()]{1,120})\)")
_SIZE = re.compile(r"(\d{1,15}) bytes")
_HEADER = re.compile(r"([A-Z][A-Za-z-]{1,30}): (.{0,300})")
_LOST = "contents lost"
_MAX_ENTRIES = 5000
_MAX_HEADER_LINES = 12
_CUT = " ..."


@dataclass(frozen=True, slots=True)
class DropboxEntry:
    """One entry. ``headers`` holds what the list shows of it (Process, Package, Build, Subject ...), perhaps cut."""

    time: str
    tag: str
    kind: str
    size_bytes: int | None
    headers: Mapping[str, str]

    @property
    def is_lost(self) -> bool:
        """Whether the phone has thrown the content away and keeps the date only."""
        return self.kind == _LOST


@dataclass(frozen=True, slots=True)
class Dropbox:
    """The entries, oldest first as printed; ``declared_count`` is the phone's own count."""

    declared_count: int
    entries: tuple[DropboxEntry, ...]

    def count_by_tag(self) -> Mapping[str, int]:
        """Return how many entries there are of each tag."""
        return frozen(Counter(entry.tag for entry in self.entries))

    def tagged(self, *tags: str) -> tuple[DropboxEntry, ...]:
        """Return the entries with one of ``tags``."""
        return tuple(entry for entry in self.entries if entry.tag in tags)


@dataclass(slots=True)
class _Open:
    time: str
    tag: str
    kind: str
    headers: dict[str, str] = field(default_factory=dict)
    lines_left: int = _MAX_HEADER_LINES


def parse_dropbox(text: str) -> Dropbox:
    """Read ``dumpsys dropbox``, short or with ``--print``.

    Raises:
        NotUnderstood: the line with the number of entries is missing.
    """
    count: re.Match[str] | None = None
    opened: list[_Open] = []
    for line in lines(text):
        if count is None:
            count = _COUNT.match(line)
        elif found := _ENTRY.match(line):
            append(opened, _Open(found[1], found[2], found[3]), cap=_MAX_ENTRIES)
        elif opened and opened[-1].lines_left and line.strip():
            opened[-1].lines_left -= 1
            _headers(line, opened[-1])
        elif opened:
            opened[-1].lines_left = 0
    require(count, "dropbox dump", text)
    return Dropbox(declared_count=int(count[1]) if count else 0, entries=tuple(_done(item) for item in opened))


def _headers(line: str, entry: _Open) -> None:
    # the short form joins the lines of the entry with slashes: "Process: x/Flags: 0x1/Build: a/b/c ..."
    key = ""
    for part in line.strip().removesuffix(_CUT)[:2000].split("/"):
        if found := _HEADER.fullmatch(part):
            key = found[1]
            put(entry.headers, key, found[2].strip(), cap=20)
        elif key in entry.headers:
            entry.headers[key] += f"/{part}"


def _done(item: _Open) -> DropboxEntry:
    size = _SIZE.search(item.kind)
    return DropboxEntry(
        time=item.time,
        tag=item.tag,
        kind=item.kind.split(",")[0],
        size_bytes=int(size[1]) if size else None,
        headers=frozen(item.headers),
    )
