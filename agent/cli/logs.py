"""``logs``: what log files speak for, with the lines that say it, and on wish why each counted or did not."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from agent.benches import LOG_COMMANDS, LiveBench, Recorder
from agent.cli import entry
from agent.cli.diagnose import Wanted, one_phone
from agent.cli.language import tr
from agent.cli.names import names
from agent.cli.screen import language, print_json, results
from agent.home import open_home
from agent.links import AdbLink, Lease
from agent.store import Store
from probes import BadInput, NotSupported, show
from probes.logs import (
    Finding,
    Klass,
    LogFiles,
    LogReport,
    LogSource,
    Signature,
    Stamp,
    Strength,
    load_signatures,
    plot_timeline,
    read_own_signatures,
    scan,
)

_QUIET: Final = frozenset({Klass.BENIGN, Klass.ABSENT_PART})
_SHOWN_LINES: Final = 3
_EXPLAINED_LINES: Final = 12
_LINE_CHARS: Final = 240


def logs(
    files: Sequence[str],
    *,
    explain: bool,
    as_json: bool,
    plot: Path | None,
    signatures: Path | None,
    phone: Wanted | None = None,
) -> int:
    """Read log files, or all logs of ``phone``, and say what they speak for.

    A strong finding that is not benign ends in exit code 1.
    """
    if bool(files) == bool(phone):
        raise BadInput("give log files, or --serial, or --sim", step="logs")
    known = load_signatures()
    if signatures is not None:
        own, problems = read_own_signatures(signatures)
        if problems:
            sys.stderr.write("".join(f"{problem}\n" for problem in problems))
            raise BadInput(f"{len(problems)} mistakes in {show(str(signatures))}", step="signatures")
        known += own
    catalogue = known if signatures is not None else None
    notes: Sequence[str]
    if phone is not None:
        with _logs_of(phone) as live:
            report, notes = scan(live, catalogue=catalogue), live.notes
    else:
        opened = LogFiles(files, stdin=getattr(sys.stdin, "buffer", None))  # a daemon has no standard input
        report, notes = scan(opened, catalogue=catalogue), opened.notes
    if plot is not None:
        plot_timeline(report, plot, with_benign=explain)
    if as_json:
        print_json(_json(report, notes, known if explain else ()))
    else:
        _print(report, notes, {one.id: one for one in known}, explain=explain)
    return _exit_code(report)


class _LiveLogs:
    """All logs that a phone gives, one after the other; what it refuses is noted."""

    def __init__(self, bench: LiveBench) -> None:
        self._bench = bench
        self.notes: list[str] = []

    def __iter__(self) -> Iterator[LogSource]:
        for name in LOG_COMMANDS:
            try:
                stream = self._bench.log(name)
            except NotSupported as error:
                self.notes.append(error.what)
            else:
                yield LogSource(name, stream)


@contextmanager
def _logs_of(phone: Wanted) -> Iterator[_LiveLogs]:
    """The logs of a phone. They pass through a folder that is gone afterwards: what is looked at once is not kept."""
    with ExitStack() as stack:
        address = one_phone(phone, stack)
        stack.enter_context(Lease(open_home().leases, address.key, what="phonebench logs"))
        link = stack.enter_context(AdbLink(address.server, address.serial, transport_id=address.transport_id))
        recorder = Recorder(Store(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="phonebench-logs-")))))
        recorder.start("logs")
        yield _LiveLogs(LiveBench(link, recorder))


def _exit_code(report: LogReport) -> int:
    if not any(source.lines for source in report.sources):
        return entry.OPEN
    strong = [one for one in report.findings if one.strength is Strength.STRONG and one.klass not in _QUIET]
    return entry.FAULT if strong else entry.OK


def _json(report: LogReport, notes: Sequence[str], known: Sequence[Signature]) -> dict[str, Any]:
    used = {name for finding in report.findings for name in finding.signature_ids}
    data = {"schema": 1, **asdict(report), "notes": list(notes)}
    if known:
        data["signatures"] = [
            {"id": one.id, "source": one.source, "benign_when": one.benign_when, "pattern": one.pattern}
            for one in known
            if one.id in used
        ]
    return data


def _print(report: LogReport, notes: Sequence[str], known: dict[str, Signature], *, explain: bool) -> None:
    console = results()
    for source in report.sources:
        words = tr("{lines} lines, {boots} boots").format(lines=source.lines, boots=source.boots)
        console.print(f"{show(source.name)}: {words}, {_span(source.first, source.last)}")
    for note in notes:
        console.print(f"- {note}")
    loud = [one for one in report.findings if one.klass not in _QUIET]
    quiet = [one for one in report.findings if one.klass in _QUIET]
    if not loud:
        console.print(tr("Nothing in these logs speaks for a fault."))
    for finding in loud:
        _print_finding(console, finding, known, explain=explain)
    if quiet and not explain:
        words = tr("{number} findings are normal for healthy phones; --explain shows them and why.")
        console.print(words.format(number=len(quiet)))
    for finding in quiet if explain else ():
        _print_finding(console, finding, known, explain=True)


def _print_finding(console: Console, finding: Finding, known: dict[str, Signature], *, explain: bool) -> None:
    parts = "/".join(finding.parts)
    unit = f" {show(finding.unit, 80)}" if finding.unit else ""
    name = names(finding.code, language())
    named = f" - {name}" if name != finding.code else ""
    head = f"{finding.strength.value:8} {finding.klass.value:11} {parts:8} {finding.code}{unit}{named}"
    console.print(f"\n{head}\n  {', '.join(_facts(finding))}")
    if explain:
        for line in _reasons(finding, known):
            console.print(f"  {line}")
    shown = finding.evidence[: _EXPLAINED_LINES if explain else _SHOWN_LINES]
    for one in shown:
        console.print(f"    {show(one.source, 60)}:{one.line_no}: {show(one.text, _LINE_CHARS)}")
    if finding.count > len(shown):
        console.print("    " + tr("... {count} lines in all").format(count=finding.count))


def _facts(finding: Finding) -> Iterator[str]:
    yield tr("{count} lines").format(count=finding.count)
    if finding.rate_per_h is not None:
        yield tr("{rate:.1f} per hour").format(rate=finding.rate_per_h)
    if finding.first is not None:
        yield _span(finding.first, finding.last)
    if finding.boots:
        yield tr("boot {boots}").format(boots=", ".join(str(boot) for boot in finding.boots[-5:]))


def _reasons(finding: Finding, known: dict[str, Signature]) -> Iterator[str]:
    """Why each signature of a finding counted as it did; the signature's own strength is what it could have reached."""
    reasons = {reason.partition(": ")[0]: reason.partition(": ")[2] for reason in finding.why}
    for name in finding.signature_ids:
        signature = known.get(name)
        if signature is None:  # crashes are counted by rules of their own
            yield f"{name}: {'; '.join(finding.why)}"
            continue
        words = tr("{name} (up to {strength}): {why}; from: {source}")
        yield words.format(
            name=name, strength=signature.strength.value, why=reasons.get(name, ""), source=signature.source
        )
        if signature.benign_when:
            yield "  " + tr("benign when: {when}").format(when=signature.benign_when)
        yield "  " + tr("pattern: {pattern}").format(pattern=show(signature.pattern, 600))


def _span(first: Stamp | None, last: Stamp | None) -> str:
    if first is None or last is None:
        return tr("no clock")
    return f"{_moment(first)} .. {_moment(last)}"


def _moment(stamp: Stamp) -> str:
    if stamp.boot_s is not None:
        return f"{stamp.boot_s:.1f} s"
    if stamp.wall_s is not None and stamp.zone_s == 0:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(stamp.wall_s))
    return stamp.wall
