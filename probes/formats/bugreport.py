"""Where things are in an Android bug report, from 2.3 to today, without holding the report in memory.

A report is a flat text: ``------ TITLE (command) ------`` begins a section, and inside the DUMPSYS sections
``DUMP OF SERVICE [CRITICAL|HIGH|NORMAL] name:`` begins a service. The index is two lists of byte offsets; the text
itself stays where it is (a mapped file, say) and is cut out with ``section_bytes``.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ._bugreport_header import BugreportHeader, read_header
from ._reading import misfit

Blob = bytes | bytearray | memoryview | mmap.mmap
Kind = Literal["section", "service"]

# Each pattern begins with a fixed string, so that the search for it runs at the speed of memory.
_RULE = re.compile(rb"\n------ ([^\n]{0,400}?) ?------[ \t]*\r?(?=\n|\Z)")
_SERVICE = re.compile(rb"\nDUMP OF SERVICE (?:(CRITICAL|HIGH|NORMAL) )?([^\s:][^\n:]{0,199}):?[ \t]*\r?(?=\n|\Z)")
_SERVICE_END = re.compile(
    rb"\n-{9} ([0-9.]{1,12})s was the duration of dumpsys ([^\n,]{1,200})(?:, ending at: [^\n]{0,60})?\r?(?=\n|\Z)"
)
_DURATION = re.compile(r"([0-9.]{1,12})s was the duration of '(.{0,300})'\Z")
_HEAD = re.compile(r"(.{0,300}?)(?:(?:^| )\((.{0,300})\))?\Z")
_DATED_FILE = re.compile(r"(/\S{1,200}): \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\Z")
_SEPARATOR = re.compile(rb"\n[-=]{40,100}\r?\Z")
_SEPARATOR_BYTES = 110
_BANNER = re.compile(rb"\n== (?!dumpstate: \d)[^\n]{1,200}\n={40,80}\r?(?=\n|\Z)")
_HEADER_BYTES = 65_536
_MAX_SECTIONS = 20_000
# a report that was cut at the front may begin with a title
_FIRST_RULE = re.compile(_RULE.pattern.removeprefix(rb"\n"))
_FIRST_SERVICE = re.compile(_SERVICE.pattern.removeprefix(rb"\n"))


@dataclass(frozen=True, slots=True)
class BugreportSection:
    """One part of the report, ``start`` and ``end`` being byte offsets of its body.

    ``priority`` is CRITICAL, HIGH or NORMAL where a service's title says so, else empty. ``duration_s`` is what the
    report says that this part took; ``is_cut`` is True for a part that the end of the file cut off.
    """

    kind: Kind
    title: str
    command: str
    start: int
    end: int
    priority: str = ""
    duration_s: float | None = None
    is_cut: bool = False

    @property
    def size_bytes(self) -> int:
        """Length of the body."""
        return self.end - self.start

    @property
    def file(self) -> str | None:
        """The file that the section shows, when its command is a path and no program."""
        found = _DATED_FILE.match(self.command)
        path = found[1] if found else self.command
        return path if path.startswith("/") and " " not in path and "/bin/" not in path else None


@dataclass(frozen=True, slots=True)
class BugreportIndex:
    """The header's facts and every part in the order of the report; services lie inside a DUMPSYS section."""

    header: BugreportHeader
    sections: tuple[BugreportSection, ...]
    size_bytes: int

    @property
    def is_truncated(self) -> bool:
        """Whether the file ends in the middle of a part."""
        return any(section.is_cut for section in self.sections)

    def section(self, *titles: str) -> BugreportSection | None:
        """Return the first section with one of ``titles`` that has a body, in the order of ``titles``."""
        return next((item for title in titles for item in self.all_sections(title) if item.size_bytes), None)

    def all_sections(self, title: str) -> tuple[BugreportSection, ...]:
        """Return every section titled ``title``."""
        return tuple(item for item in self.sections if item.kind == "section" and item.title == title)

    def by_command(self, start: str) -> tuple[BugreportSection, ...]:
        """Return every section whose command or file begins with ``start``."""
        return tuple(item for item in self.sections if item.kind == "section" and item.command.startswith(start))

    def service(self, name: str) -> BugreportSection | None:
        """Return the largest dump of the service ``name``: newer reports dump some of them more than once."""
        return max(self.services(name), key=lambda item: item.size_bytes, default=None)

    def services(self, name: str) -> tuple[BugreportSection, ...]:
        """Return every dump of the service ``name``."""
        return tuple(item for item in self.sections if item.kind == "service" and item.title == name)


def index(blob: Blob) -> BugreportIndex:
    """Find the parts of a bug report.

    Args:
        blob: the whole report; a mapped file costs no memory.

    Raises:
        NotUnderstood: there is neither the header of dumpstate nor a single section or service.
    """
    header = read_header(_cut(blob, 0, _HEADER_BYTES))
    marks = _marks(blob)
    sections = tuple(_sections(blob, marks))
    if not sections and header.dumpstate_time is None:
        raise misfit("bug report", _cut(blob, 0, 400).decode("utf-8", errors="replace"))
    return BugreportIndex(header=header, sections=sections, size_bytes=len(blob))


def section_bytes(blob: Blob, section: BugreportSection, *, cap_bytes: int) -> bytes:
    """Return the body of ``section``, at most ``cap_bytes`` of it."""
    return _cut(blob, section.start, min(section.end, section.start + max(0, cap_bytes)))


@dataclass(frozen=True, slots=True)
class _Mark:
    """A line that begins or ends a part: ``line_start`` and the offset behind its line end."""

    line_start: int
    body_start: int
    kind: Literal["section", "service", "section_end", "service_end", "banner"]
    text: str
    priority: str = ""
    duration_s: float | None = None


def _marks(blob: Blob) -> list[_Mark]:
    marks = [mark for source in (_rules(blob), _services(blob), _service_ends(blob)) for mark in source]
    banners = (found.start() + 1 for found in _limited(_BANNER, blob))
    marks += [_Mark(_rule_before(blob, start), start, "banner", "") for start in banners]
    return sorted(marks, key=lambda mark: mark.line_start)[:_MAX_SECTIONS]


def _limited(pattern: re.Pattern[bytes], blob: Blob) -> Iterator[re.Match[bytes]]:
    for count, found in enumerate(pattern.finditer(blob)):
        if count >= _MAX_SECTIONS:
            return
        yield found


def _rules(blob: Blob) -> Iterator[_Mark]:
    first = _FIRST_RULE.match(blob)
    for found in (*([first] if first else []), *_limited(_RULE, blob)):
        text = _text(found[1])
        start = found.start() + (found is not first)
        if duration := _DURATION.fullmatch(text):
            yield _Mark(start, _after(blob, found.end()), "section_end", duration[2], "", _seconds(duration[1]))
        elif text.strip("- "):
            yield _Mark(start, _after(blob, found.end()), "section", text)


def _services(blob: Blob) -> Iterator[_Mark]:
    first = _FIRST_SERVICE.match(blob)
    for found in (*([first] if first else []), *_limited(_SERVICE, blob)):
        start = found.start() + (found is not first)
        yield _Mark(
            _rule_before(blob, start), _after(blob, found.end()), "service", _text(found[2]), _text(found[1] or b"")
        )


def _rule_before(blob: Blob, line_start: int) -> int:
    """Return the start of the line of dashes or equals signs above ``line_start``, if there is one."""
    ruled = _SEPARATOR.search(_cut(blob, max(0, line_start - 1 - _SEPARATOR_BYTES), max(0, line_start - 1)))
    return line_start - (ruled.end() - ruled.start()) if ruled else line_start


def _service_ends(blob: Blob) -> Iterator[_Mark]:
    for found in _limited(_SERVICE_END, blob):
        end = _after(blob, found.end())
        yield _Mark(found.start() + 1, end, "service_end", _text(found[2]), "", _seconds(_text(found[1])))


def _sections(blob: Blob, marks: list[_Mark]) -> Iterator[BugreportSection]:
    """Close a service at the next mark of any kind, a section at the next mark that is not a service's."""
    end_of_blob = len(blob)
    closing: dict[int, _Mark | None] = {}
    section: int | None = None
    service: int | None = None
    for place, mark in enumerate(marks):
        if service is not None:
            closing[service] = mark
            service = None
        if mark.kind in {"section", "section_end", "banner"} and section is not None:
            closing[section] = mark
            section = None
        if mark.kind == "section":
            section = place
        elif mark.kind == "service":
            service = place
    for place, mark in enumerate(marks):
        if mark.kind in {"section", "service"}:
            yield _part(mark, closing.get(place), end_of_blob)


def _part(mark: _Mark, closed_by: _Mark | None, end_of_blob: int) -> BugreportSection:
    end = closed_by.line_start if closed_by else end_of_blob
    is_service = mark.kind == "service"
    head = _HEAD.match(mark.text)
    title, command = (mark.text, f"dumpsys {mark.text}") if is_service or head is None else (head[1], head[2] or "")
    told = closed_by is not None and closed_by.kind in {"section_end", "service_end"}
    return BugreportSection(
        kind="service" if is_service else "section",
        title=title.strip(),
        command=command.strip(),
        start=min(mark.body_start, end),
        end=end,
        priority=mark.priority,
        duration_s=closed_by.duration_s if closed_by and told else None,
        is_cut=closed_by is None,
    )


def _cut(blob: Blob, start: int, end: int) -> bytes:
    return bytes(blob[start:end])


def _after(blob: Blob, offset: int) -> int:
    return min(offset + 1, len(blob))


def _text(raw: bytes) -> str:
    return bytes(raw).decode("utf-8", errors="replace").strip()


def _seconds(digits: str) -> float | None:
    try:
        return float(digits)
    except ValueError:
        return None
