"""The words of the log engine: what goes in, what comes out, and how strong a finding is."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Strength(StrEnum):
    """How much a finding speaks for what it names, after the rules have been applied."""

    BENIGN = "benign"
    WEAK = "weak"
    MODERATE = "moderate"
    STRONG = "strong"

    @property
    def rank(self) -> int:
        """Position from 0 (benign) to 3 (strong), for comparing."""
        return _RANKS[self]


_RANKS = {strength: rank for rank, strength in enumerate(Strength)}


class Klass(StrEnum):
    """What kind of cause a line speaks for."""

    COMPONENT = "component"
    SOFTWARE = "software"
    LINK = "link"
    ABSENT_PART = "absent_part"
    BENIGN = "benign"


YEARLESS_BELOW_S = 367 * 86400.0


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a line was written, as far as the line itself says.

    ``boot_s`` is seconds since the kernel started. ``wall`` is the wall clock as printed; ``wall_s`` is the same as
    seconds since 1970 on that clock, or since the start of an unknown leap year where the line has no year (such a
    number is below ``YEARLESS_BELOW_S``). ``zone_s`` is how far that clock is east of UTC; None where unknown.
    """

    boot_s: float | None = None
    wall: str = ""
    wall_s: float | None = None
    zone_s: int | None = None

    @property
    def seconds(self) -> float | None:
        """Seconds on the best clock of the line (kernel clock before wall clock), or None."""
        return self.boot_s if self.boot_s is not None else self.wall_s


@dataclass(frozen=True)
class LogSource:
    """One log: its name (``kernel``, ``main``, ``radio``, ``last_kmsg``, ``dropbox`` ...) and its bytes, in chunks.

    ``entry`` is the file name of a single drop box entry (``data_app_crash@1700000000000.txt``): the entry itself does
    not say what it is and when it was written.
    """

    name: str
    chunks: Iterable[bytes]
    entry: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One line that speaks for a finding, redacted, at most 500 characters; show it through ``probes._text.show``.

    ``line_no`` counts from 1; ``offset_bytes`` is the place of the line's first byte in the source.
    """

    source: str
    line_no: int
    offset_bytes: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the logs speak for.

    ``parts`` are the components (codes of the catalogue) it may name, likeliest first: a log line often does not
    say which camera it means. ``unit`` tells several of a kind apart (slot, bus address, block device, process).
    ``rate_per_h`` is None when the sources carry no usable clock. ``why`` says which rules decided the strength.
    ``boots`` are the boots in which it was seen: 0 is the one in which the logs were taken, -1 the one before it.
    """

    code: str
    parts: tuple[str, ...]
    function: str
    unit: str
    strength: Strength
    klass: Klass
    signature_ids: tuple[str, ...]
    count: int
    first: Stamp | None
    last: Stamp | None
    rate_per_h: float | None
    evidence: tuple[EvidenceLine, ...]
    why: tuple[str, ...] = ()
    boots: tuple[int, ...] = ()

    @property
    def part(self) -> str:
        """The likeliest component, or an empty string."""
        return self.parts[0] if self.parts else ""


@dataclass(frozen=True, slots=True)
class SourceStats:
    """What one source was: size, clock range, boots seen, lines per level (``V D I W E F`` or ``?``)."""

    name: str
    lines: int
    size_bytes: int
    first: Stamp | None
    last: Stamp | None
    boots: int
    levels: dict[str, int] = field(hash=False)


@dataclass(frozen=True, slots=True)
class ProcessCrashes:
    """How often one process fell over, and when (at most 50 stamps are kept, each with its boot as in ``Finding``).

    ``undated`` are those of ``count`` whose time the phone itself wrote over: they tell how often, not how fast.
    """

    process: str
    kind: str
    count: int
    stamps: tuple[Stamp, ...]
    evidence: tuple[EvidenceLine, ...]
    source: str = ""
    boots: tuple[int, ...] = ()
    undated: int = 0

    @property
    def shortest_gap_s(self) -> float | None:
        """Shortest time between two falls in one log, in seconds; None with fewer than two clocks."""
        times = sorted(stamp.seconds for stamp in self.stamps if stamp.seconds is not None)
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        return min(gaps, default=None)


@dataclass(frozen=True, slots=True)
class Event:
    """Some lines of a finding close together, on the clocks that all sources share.

    ``boot`` counts as in ``Finding``. ``boot_s`` is seconds since that boot on the kernel's clock, ``wall_s`` seconds
    since 1970 on the phone's wall clock (see ``ClockNote``); one of them is as printed, the other was worked out and
    may be ``uncertainty_s`` off. It is None where no line ties the two clocks together.
    """

    code: str
    part: str
    unit: str
    klass: Klass
    strength: Strength
    source: str
    boot: int
    boot_s: float | None
    wall_s: float | None
    uncertainty_s: float
    count: int


@dataclass(frozen=True, slots=True)
class ClockNote:
    """What the wall clock of the events is.

    ``zone_s`` is seconds east of UTC, None where no line says it. ``year`` is None where no line says it: the times
    then stand in the year 2000. ``anchors`` is the number of lines that tie the kernel's clock to the wall clock.
    """

    zone_s: int | None = None
    year: int | None = None
    anchors: int = 0


@dataclass(frozen=True)
class LogReport:
    """Everything that a scan found, in an order that does not depend on the order of the sources."""

    findings: tuple[Finding, ...]
    sources: tuple[SourceStats, ...]
    crashes: tuple[ProcessCrashes, ...]
    events: tuple[Event, ...] = ()
    clock: ClockNote = ClockNote()

    def with_code(self, code: str) -> tuple[Finding, ...]:
        """The findings of one code, strongest first."""
        return tuple(finding for finding in self.findings if finding.code == code)
