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


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a line was written, as far as the line itself says.

    ``boot_s`` is seconds since the kernel started. ``wall`` is the wall clock as printed; ``wall_s`` is the same as
    seconds, counted from the start of an unknown year where the line has no year: compare it only within one source.
    """

    boot_s: float | None = None
    wall: str = ""
    wall_s: float | None = None

    @property
    def seconds(self) -> float | None:
        """Seconds on the best clock of the line (kernel clock before wall clock), or None."""
        return self.boot_s if self.boot_s is not None else self.wall_s


@dataclass(frozen=True)
class LogSource:
    """One log: its name (``kernel``, ``main``, ``radio``, ``last_kmsg``, ``dropbox`` ...) and its bytes, in chunks."""

    name: str
    chunks: Iterable[bytes]


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
    """How often one process fell over, and when (at most 50 stamps are kept)."""

    process: str
    kind: str
    count: int
    stamps: tuple[Stamp, ...]
    evidence: tuple[EvidenceLine, ...]

    @property
    def shortest_gap_s(self) -> float | None:
        """Shortest time between two falls in one log, in seconds; None with fewer than two clocks."""
        times = sorted(stamp.seconds for stamp in self.stamps if stamp.seconds is not None)
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        return min(gaps, default=None)


@dataclass(frozen=True)
class LogReport:
    """Everything that a scan found, in an order that does not depend on the order of the sources."""

    findings: tuple[Finding, ...]
    sources: tuple[SourceStats, ...]
    crashes: tuple[ProcessCrashes, ...]

    def with_code(self, code: str) -> tuple[Finding, ...]:
        """The findings of one code, strongest first."""
        return tuple(finding for finding in self.findings if finding.code == code)
