"""The log engine: fault signatures over kernel log, logcat and the other logs of a phone. The package's public door."""

from probes.logs.catalogue import Rule, Signature, load_signatures
from probes.logs.door import crash_findings, scan
from probes.logs.files import LogFiles
from probes.logs.lines import LineKind, LogLine, parse_line
from probes.logs.own import read_own_signatures
from probes.logs.plot import plot_timeline
from probes.logs.records import (
    ClockNote,
    Event,
    EvidenceLine,
    Finding,
    Klass,
    LogReport,
    LogSource,
    ProcessCrashes,
    SourceStats,
    Stamp,
    Strength,
)
from probes.logs.redact import redact

__all__ = [
    "ClockNote",
    "Event",
    "EvidenceLine",
    "Finding",
    "Klass",
    "LineKind",
    "LogFiles",
    "LogLine",
    "LogReport",
    "LogSource",
    "ProcessCrashes",
    "Rule",
    "Signature",
    "SourceStats",
    "Stamp",
    "Strength",
    "crash_findings",
    "load_signatures",
    "parse_line",
    "plot_timeline",
    "read_own_signatures",
    "redact",
    "scan",
]
