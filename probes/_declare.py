"""How a probe is declared, then written.

A probe is frozen metadata and one function. The function turns what a phone says into readings; it holds no verdict
text, because the declared limits decide. A failed measurement fails its probe by itself and raises its finding.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from probes._limits import Limit, Recorded
from probes._records import Evidence
from probes._verdict import Capability, Effort, Need, Resource, Risk, Stage, Strength, Unit, Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from probes._text import DeviceText

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """The finding that a measurement raises when it fails (strong) or is marginal (weak)."""

    code: str
    component: str | None = None
    function: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A declared measurement.

    Attributes:
        name: stable name with its unit, e.g. ``full_charge_mah``.
        label: English words for a table; translated when shown.
        key: the probe cannot pass without it: excused as not supported, the probe is inconclusive at best.
    """

    name: str
    label: str
    unit: Unit
    limit: Limit = field(default_factory=Recorded)
    says: Says | None = None
    key: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeMeta:
    """What is known of a probe before it runs.

    Attributes:
        id: dotted, stable; the first word is the subsystem.
        version: raised whenever the same recordings could give other numbers.
        needs_setting: codes of findings (``setting.mic_privacy``) that keep it from running: the owner's setting would
            make a good part look dead. They must be looked for before it, and where one is found it is not run.
        duration_s: how long it takes as a rule, for the plan and the progress bar; not a deadline.
        resources: what it must have for itself; probes of a stage whose resources go together run side by side.
        wants: what the bench must be able to do with the phone; where that lacks, it is not supported, without a try.
    """

    id: str
    version: int
    purpose: str
    stage: Stage
    effort: Effort = Effort.NONE
    needs: frozenset[Need] = frozenset({Need.SHELL})
    needs_setting: frozenset[str] = frozenset()
    risk: Risk = Risk.NONE
    duration_s: float
    measures: tuple[Measure, ...]
    resources: frozenset[Resource] = frozenset()
    wants: frozenset[Capability] = frozenset()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a phone answered to one command. Kept as the recording ``id`` by whoever serves the bench.

    ``at_ns`` is the bench's monotonic clock when the answer was complete; a replay gives the stored one.
    """

    id: str
    out: DeviceText
    err: DeviceText
    at_ns: int = 0
    exit_code: int | None = 0
    complete: bool = True


class LogStream(Protocol):
    """Bytes of a log in chunks; ``id`` names the recording that keeps them."""

    @property
    def id(self) -> str:
        """Name of the recording."""

    def __iter__(self) -> Iterator[bytes]:
        """Chunks as they come, none over 1 MiB."""


class Bench(Protocol):
    """What a probe may ask of whatever stands for the phone: a live one, a bug report, or a stored run."""

    def shell(self, *argv: str, deadline_s: float = 10.0, cap_bytes: int = MIB) -> Reply:
        """Run a command and wait for its end.

        Raises:
            LinkError: the way to the phone broke.
            NotSupported: this phone or report cannot answer it.
        """

    def log(self, buffer: str, *, deadline_s: float = 60.0, cap_bytes: int = 64 * MIB) -> LogStream:
        """Stream one log.

        Args:
            buffer: ``main``, ``system``, ``crash``, ``events``, ``radio``, ``kernel``, ``last_kernel``, ``dropbox``.
            deadline_s: end of the whole stream.
            cap_bytes: a longer log is cut there.

        Raises:
            LinkError: the way to the phone broke.
            NotSupported: this phone or report does not give that log.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value for a declared measurement."""

    name: str
    value: float | str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """Why a declared measurement has no value."""

    name: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A finding that no single limit decides, e.g. one from a log."""

    code: str
    strength: Strength
    components: tuple[str, ...] = ()
    function: str = ""
    subject: str = ""
    count: int = 1
    first: str = ""
    last: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Arrays to keep beside the record: one 1-D array per channel, all as long as ``t_ns`` (bench clock)."""

    source: str
    t_ns: NDArray[np.int64]
    channels: Mapping[str, NDArray[np.float64]]
    units: Mapping[str, Unit]


Said = Reading | Excuse | Sign | Samples


class Probe(ABC):
    """One check. Subclasses set ``meta`` and write ``run``."""

    meta: ProbeMeta

    @abstractmethod
    def run(self, bench: Bench) -> Iterator[Said]:
        """Ask the phone, say what was read. Same answers must give the same readings, bit for bit."""
