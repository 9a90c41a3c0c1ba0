"""A run in the shape of an OpenHTF test record as JSON, for factories that collect those."""

from __future__ import annotations

import json
from typing import Any, Final

from probes import Measurement, ProbeResult, Verdict
from reports._covered import coverage_codes, coverage_in
from reports._diagnosis import Conclusion
from reports._i18n import translator
from reports.render._paper import Paper

_OUTCOMES: Final = {Verdict.PASS: "PASS", Verdict.MARGINAL: "PASS", Verdict.FAIL: "FAIL"}
_PHASES: Final = {
    Verdict.PASS: "PASS",
    Verdict.MARGINAL: "PASS",
    Verdict.FAIL: "FAIL",
    Verdict.SKIPPED: "SKIP",
    Verdict.NOT_SUPPORTED: "SKIP",
}
_GOOD: Final = frozenset({Conclusion.NOTHING_FOUND, Conclusion.NO_FAULT_FOUND})
_FAULTY: Final = frozenset({Conclusion.PART, Conclusion.SOFTWARE, Conclusion.AMBIGUOUS, Conclusion.CONFIGURATION})


def openhtf_json(paper: Paper) -> bytes:
    """The run as an OpenHTF-style record; times are milliseconds since 1970, ``dut_id`` is the masked serial number."""
    diagnosis = paper.diagnosis
    phases = [_phase(result, paper) for result in diagnosis.results]
    begun = round(diagnosis.created_at.timestamp() * 1000)
    ended = max((phase["end_time_millis"] for phase in phases), default=begun)
    record = {
        "dut_id": diagnosis.phone.serial or diagnosis.phone.imei or None,
        "start_time_millis": begun,
        "end_time_millis": max(begun, ended),
        "outcome": _outcome(paper),
        "outcome_details": [{"code": str(diagnosis.conclusion), "description": paper.part}],
        "station_id": "phonebench",
        "metadata": {
            "test_name": "phonebench",
            "test_version": diagnosis.agent_version,
            "run_id": diagnosis.run_id,
            "ticket": paper.ticket,
            "limits": diagnosis.limits,
            "knowledge_sha256": diagnosis.knowledge_sha256,
            "coverage": coverage_codes(coverage_in(diagnosis)),
            "model": f"{diagnosis.phone.brand} {diagnosis.phone.model}".strip(),
        },
        "phases": phases,
        "diagnoses": [
            {"result": suspect.component, "description": suspect.cause, "is_failure": True, "priority": 2}
            for suspect in diagnosis.suspects
        ],
        "log_records": [],
    }
    return (json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _outcome(paper: Paper) -> str:
    """``PASS`` only where the exit code of the diagnosis is 0 as well."""
    diagnosis = paper.diagnosis
    if diagnosis.conclusion in _FAULTY:
        return "FAIL"
    return "PASS" if diagnosis.conclusion in _GOOD and diagnosis.exit_code == 0 else "ERROR"


def _phase(result: ProbeResult, paper: Paper) -> dict[str, Any]:
    begun = round(result.started_at.timestamp() * 1000)
    return {
        "name": result.probe,
        "codeinfo": {"name": result.probe, "docstring": None, "sourcecode": ""},
        "start_time_millis": begun,
        "end_time_millis": begun + round(result.duration_ns / 1e6),
        "outcome": _PHASES.get(result.verdict, "ERROR"),
        "result": result.reason,
        "measurements": {taken.name: _measurement(taken, paper) for taken in result.measurements},
        "attachments": {
            one.id: {"mimetype": "application/octet-stream", "sha1": None, "sha256": one.sha256}
            for one in result.recordings
        },
        "diagnosis_results": [],
        "failure_diagnosis_results": [found.code for found in result.findings],
        "options": {},
    }


def _measurement(taken: Measurement, paper: Paper) -> dict[str, Any]:
    limit = taken.limit.text()
    return {
        "name": taken.name,
        "outcome": _OUTCOMES.get(taken.verdict, "UNSET"),
        "measured_value": taken.value,
        "marginal": taken.verdict is Verdict.MARGINAL,
        "units": taken.unit.symbol or None,
        "validators": [limit] if limit else [],
        "docstring": translator(paper.language)(taken.label),
    }
