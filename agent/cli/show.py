"""``runs``, ``replay``, ``compare``, ``probes`` and ``schema``: what is stored and what is declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from agent.cli import entry
from agent.cli.bench import opened
from agent.cli.language import tr
from agent.cli.names import names
from agent.cli.screen import language, print_json, print_table, progress, results
from agent.consent import BackupAnswer, Consent
from agent.journal import RunLine, RunRow
from agent.limits import DECLARED, read_limits
from agent.orders import PUBLISHED
from agent.plan import known_probes
from agent.runs import Orders
from agent.runs import replay as replay_run
from probes import BadInput, Measurement, ProbeResult, Recorded, StoreError, Unfinished
from reports import (
    CONCLUSIONS,
    VERDICTS,
    Conclusion,
    Diagnosis,
    Translate,
    Triage,
    mark,
    measurement_words,
    print_diagnosis,
    read_diagnosis,
    redacted,
    schema_of,
    shown_name,
)

_RECORDS: Mapping[str, type[BaseModel]] = {
    "backup_answer": BackupAnswer,
    "consent": Consent,
    "diagnosis": Diagnosis,
    "probe_result": ProbeResult,
    "triage": Triage,
    **PUBLISHED,
}


_STATES: Mapping[str, str] = {
    "running": mark("not finished"),
    "broken": mark("link broke"),
    "done": mark("done"),
}


def runs(number: int, *, as_json: bool) -> int:
    """List the newest runs."""
    with opened() as (_, journal):
        rows = journal.lines(number)
    if as_json:
        print_json([_run_record(row) for row in rows])
        return entry.OK
    print_table(
        [tr("Run"), tr("State"), tr("Done"), tr("Phone"), tr("Result")],
        [
            [
                row.id,
                tr(_STATES.get(row.state, row.state)),
                f"{row.done}/{row.planned}",
                row.phone or shown_name(row.subject),
                _result_words(row),
            ]
            for row in rows
        ],
    )
    return entry.OK


def replay(run_id: str, *, limits_file: Path | None, as_json: bool) -> int:
    """Judge a stored run again; says which numbers changed (none should) and shows the new verdicts."""
    limits, name = read_limits(limits_file) if limits_file else ({}, DECLARED)
    with opened() as (home, journal):
        diagnosis, changed = replay_run(home, journal, journal.run(run_id), Orders(limits, name))
    if changed:
        progress().print(tr("these numbers are not what they were: {names}").format(names=", ".join(changed)))
    return show_diagnosis(diagnosis, as_json=as_json)


def compare(first: str, second: str, *, as_json: bool) -> int:
    """Show what differs between two runs; the exit code is that of the second."""
    with opened() as (_, journal):
        before, after = (stored_diagnosis(journal.run(run_id)) for run_id in (first, second))
    rows = list(_differences(before, after, tr))
    if as_json:
        keys = ("what", "before", "after")
        print_json(
            {
                "before": before.run_id,
                "after": after.run_id,
                "changes": [dict(zip(keys, row, strict=True)) for row in rows],
            }
        )
    else:
        print_table([tr("What"), before.run_id, after.run_id], rows)
    return after.exit_code


def probes(*, as_json: bool) -> int:
    """List probes, their measurements and limits."""
    plan = known_probes()
    if as_json:
        print_json([_probe_record(probe.meta) for probe in plan])
        return entry.OK
    rows = [
        [
            meta.id if number == 0 else "",
            str(meta.stage) if number == 0 else "",
            tr(measure.label),
            measure.unit.symbol,
            measure.limit.text(),
            _source(measure.limit),
        ]
        for meta in (probe.meta for probe in plan)
        for number, measure in enumerate(meta.measures)
    ]
    print_table([tr("Probe"), tr("Stage"), tr("Measurement"), tr("Unit"), tr("Limit"), tr("Source of the limit")], rows)
    return entry.OK


def schema(record: str) -> int:
    """Print the JSON Schema of a published record, or with ``list`` the names of all.

    Raises:
        BadInput: there is no record of that name.
    """
    if record == "list":
        results().print("\n".join(_RECORDS), markup=False, highlight=False)
        return entry.OK
    if record not in _RECORDS:
        raise BadInput(f"there is no record {record[:40]!r}: take one of {', '.join(_RECORDS)}")
    print_json(schema_of(_RECORDS[record]))
    return entry.OK


def stored_diagnosis(row: RunRow) -> Diagnosis:
    """The diagnosis of a run.

    Raises:
        Unfinished: the run is not done.
        StoreError: its record is damaged.
    """
    if row.diagnosis is None:
        raise Unfinished(
            f"run {row.id} is not finished ({row.done} of {len(row.plan)} probes): `phonebench resume {row.id}`"
        )
    try:
        return read_diagnosis(row.diagnosis.encode())
    except StoreError as error:
        raise StoreError(f"the stored diagnosis of run {row.id} is damaged: `phonebench replay {row.id}`") from error


def show_diagnosis(diagnosis: Diagnosis, *, as_json: bool) -> int:
    """Print a diagnosis, the numbers of its phone masked; the exit code is its own."""
    return show_record(redacted(diagnosis), as_json=as_json)


def show_record(diagnosis: Diagnosis, *, as_json: bool) -> int:
    """Print a diagnosis as it is given; the exit code is its own."""
    if as_json:
        print_json(diagnosis.model_dump(mode="json"))
    else:
        print_diagnosis(results(), diagnosis, language(), names)
    return diagnosis.exit_code


def _run_record(row: RunLine) -> dict[str, Any]:
    return {
        "run": row.id,
        "created_at": row.created_at,
        "source": row.source,
        "subject": shown_name(row.subject),
        "state": row.state,
        "done": row.done,
        "planned": row.planned,
        "conclusion": row.conclusion or None,
    }


def _result_words(row: RunLine) -> str:
    if row.conclusion not in CONCLUSIONS:
        return row.conclusion
    return f"{tr(CONCLUSIONS[Conclusion(row.conclusion)])} {row.part}".strip()


def _differences(before: Diagnosis, after: Diagnosis, translate: Translate) -> Iterator[tuple[str, str, str]]:
    if before.conclusion is not after.conclusion:
        yield translate("Result"), translate(CONCLUSIONS[before.conclusion]), translate(CONCLUSIONS[after.conclusion])
    tables = [_measured(before), _measured(after)]
    masked = [_measured(redacted(before)), _measured(redacted(after))]
    for key in dict.fromkeys((*tables[0], *tables[1])):
        said = [_words(table.get(key), translate) for table in tables]
        if said[0] != said[1]:
            old, new = (_words(table.get(key), translate) for table in masked)
            yield key, old, new


def _measured(diagnosis: Diagnosis) -> dict[str, Measurement]:
    return {f"{result.probe}:{taken.name}": taken for result in diagnosis.results for taken in result.measurements}


def _words(taken: Measurement | None, translate: Translate) -> str:
    if taken is None:
        return "—"
    return f"{measurement_words(taken, translate)} · {translate(VERDICTS[taken.verdict])}"


def _probe_record(meta: Any) -> dict[str, Any]:
    return {
        "id": meta.id,
        "version": meta.version,
        "purpose": meta.purpose,
        "stage": str(meta.stage),
        "effort": str(meta.effort),
        "needs": sorted(str(need) for need in meta.needs),
        "risk": str(meta.risk),
        "duration_s": meta.duration_s,
        "measures": [
            {
                "name": measure.name,
                "label": measure.label,
                "unit": str(measure.unit),
                "limit": measure.limit.model_dump(mode="json"),
            }
            for measure in meta.measures
        ],
    }


def _source(limit: Any) -> str:
    return "" if isinstance(limit, Recorded) else f"{limit.source.kind}: {limit.source.text}"
