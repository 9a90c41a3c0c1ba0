"""What the logs of the phone speak for: every buffer that it gives, through the log engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._declare import Bench, Measure, Probe, ProbeMeta, Reading, Said
from probes._errors import NotSupported
from probes._limits import AtLeast, LimitSource
from probes._verdict import Need, Stage, Unit
from probes.logs import LogSource, scan
from probes.software._log_signs import open_logs, signs

_BUFFERS: Final = ("main", "system", "events", "radio", "kernel", "last_kernel", "dropbox")


class SystemLogs(Probe):
    """Streams the logs once, in bounded memory, and says what their lines speak for."""

    meta = ProbeMeta(
        id="logs.system",
        version=1,
        purpose="What the system's logs speak for",
        stage=Stage.SOFTWARE,
        needs=frozenset({Need.LOGS}),
        duration_s=2.0,
        measures=(
            Measure(
                name="logs_read",
                label="Logs read",
                unit=Unit.COUNT,
                limit=AtLeast(low=1, source=LimitSource(kind="prior", text="without any log nothing can be said")),
            ),
            Measure(name="lines_read", label="Lines read", unit=Unit.COUNT),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Open each log that there is, scan them together, and pass on what was found."""
        recordings: dict[str, str] = {}

        def sources() -> Iterator[LogSource]:
            for name, stream in open_logs(bench, _BUFFERS):
                recordings[name] = stream.id
                yield LogSource(name, stream)

        report = scan(sources())
        if not report.sources:
            raise NotSupported("none of its logs can be read", step="logs")
        yield Reading(name="logs_read", value=len(report.sources))
        yield Reading(name="lines_read", value=sum(source.lines for source in report.sources))
        yield from signs(report, recordings)
