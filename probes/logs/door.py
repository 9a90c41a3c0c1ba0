"""What the package's door offers of the engine, which is loaded with the first log that is read.

Commands that only list something need neither its arrays nor its patterns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from probes.logs.catalogue import Signature
from probes.logs.records import Finding, LogReport, LogSource, ProcessCrashes


def scan(sources: Iterable[LogSource], *, catalogue: Sequence[Signature] | None = None) -> LogReport:
    """Read logs and say what they speak for; arguments as for ``probes.logs.engine.scan``."""
    from probes.logs import engine  # noqa: PLC0415  arrays and patterns take a fifth of a second

    return engine.scan(sources, catalogue=catalogue)


def crash_findings(crashes: tuple[ProcessCrashes, ...]) -> list[Finding]:
    """Falls as findings; see ``probes.logs.crashes.crash_findings``."""
    from probes.logs import crashes as module  # noqa: PLC0415  as above

    return module.crash_findings(crashes)
