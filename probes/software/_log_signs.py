"""From the log engine's report to what a probe says: findings with evidence that leads back to the recording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from probes import logs
from probes._catalogue import SOFTWARE
from probes._declare import Bench, LogStream, Sign
from probes._errors import NotSupported
from probes._records import Evidence
from probes._text import show
from probes._verdict import Strength

_STRENGTHS: Final = {
    logs.Strength.STRONG: Strength.STRONG,
    logs.Strength.MODERATE: Strength.MODERATE,
    logs.Strength.WEAK: Strength.WEAK,
}
_SHOWN_LINES: Final = 4


def open_logs(bench: Bench, buffers: tuple[str, ...]) -> Iterator[tuple[str, LogStream]]:
    """Those of the buffers that this phone or report gives, as (name, stream)."""
    for buffer in buffers:
        try:
            yield buffer, bench.log(buffer)
        except NotSupported:
            continue


def signs(report: logs.LogReport, recordings: Mapping[str, str]) -> Iterator[Sign]:
    """What the findings of a scan speak for; benign and absent parts are not said.

    Args:
        recordings: recording id of each log by its name.
    """
    for finding in report.findings:
        strength = _STRENGTHS.get(finding.strength)
        if strength is None or finding.klass in {logs.Klass.BENIGN, logs.Klass.ABSENT_PART}:
            continue
        yield Sign(
            code=finding.code,
            strength=strength,
            components=_components(finding),
            function=finding.function,
            subject=show(finding.unit, 200) if finding.unit else "",
            count=finding.count,
            first=_stamp(finding.first, finding.boots[:1]),
            last=_stamp(finding.last, finding.boots[-1:]),
            evidence=tuple(
                Evidence(recording=recordings.get(line.source, ""), line_no=line.line_no, text=show(line.text, 300))
                for line in finding.evidence[:_SHOWN_LINES]
            ),
        )


def _components(finding: logs.Finding) -> tuple[str, ...]:
    if finding.klass is logs.Klass.COMPONENT:
        return finding.parts
    return (SOFTWARE,) if finding.klass is logs.Klass.SOFTWARE else ()


def _stamp(stamp: logs.Stamp | None, boots: tuple[int, ...]) -> str:
    """The time as the phone wrote it; with the boot where that is not the one in which the logs were taken."""
    if stamp is None:
        return ""
    time = stamp.wall or (f"{stamp.boot_s:.3f} s" if stamp.boot_s is not None else "")
    return f"{time} (boot {boots[0]})" if time and boots and boots[0] else time
