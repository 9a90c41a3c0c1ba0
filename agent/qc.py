"""Quality control on a live phone: which checks run, and what their results come to beside the intake run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from agent.order_steps import require_inspected
from agent.orders import OrderCase
from agent.plan import known_probes
from agent.remedies import to_test_again
from probes import BadInput, Probe, ProbeResult, Stage
from reports import (
    Conclusion,
    Diagnosis,
    IdentityMatch,
    QcAnswers,
    QcRecord,
    cleared,
    compare_runs,
    judge_items,
    match_identity,
    outcome_of,
    wanted_probes,
)
from reports.service import Answer, coverage_of

LONGEST_S: Final = 90.0
"""Declared length of a check up to which a control runs it anyway. Our own choice."""


def require_repaired(case: OrderCase) -> str:
    """The id of the intake run, where an order is ready for its control.

    Raises:
        BadInput: it was not inspected, has no intake run, or is not repaired.
    """
    require_inspected(case)
    if not case.intake_run:
        raise BadInput(
            f"there is no intake run to compare with: `phonebench order attach {case.order.ticket} RUN`", step="qc"
        )
    if case.repair is None:
        raise BadInput(f"no repair is on record: `phonebench order repair {case.order.ticket} FILE`", step="qc")
    return case.intake_run


def complaint_of(case: OrderCase, before: Diagnosis) -> tuple[str, ...]:
    """Symptom codes that must be gone: those of the order, else those that the intake run heard."""
    return case.order.codes or before.complaints


def probes_for(case: OrderCase, before: Diagnosis, others: Sequence[Probe] = ()) -> tuple[Probe, ...]:
    """The checks of a control: of the complaint, of the main functions, and all that were not in order at intake.

    Checks that watch for minutes are left to where they have failed before.
    """
    known, again = known_probes(others), frozenset(to_test_again(before.results))
    wanted = frozenset(wanted_probes(complaint_of(case, before), [probe.meta.id for probe in known], again))
    return tuple(
        probe
        for probe in known
        if probe.meta.id in again or (probe.meta.id in wanted and probe.meta.duration_s <= LONGEST_S)
    )


def identity_probe() -> Probe:
    """The check that says which phone it is: run first, so that the wrong one is found within a second."""
    return next(probe for probe in known_probes() if probe.meta.stage is Stage.IDENTITY)


def control(
    case: OrderCase, before: Diagnosis, after: Diagnosis, *, unattended: bool, answers: QcAnswers | None
) -> QcRecord:
    """Judge a control.

    Raises:
        BadInput: the phone is not the one of the order, or the run says nothing because bench or link broke.
    """
    identity = require_not_another(case, after)
    if after.conclusion is Conclusion.BENCH_TROUBLE:
        raise BadInput(f"run {after.run_id} broke off: see `phonebench report {after.run_id}`", step="qc")
    return record_of(
        case, before, after.results, run_after=after.run_id, identity=identity, unattended=unattended, answers=answers
    )


def require_not_another(case: OrderCase, found: Diagnosis) -> IdentityMatch:
    """Whether a run is of the phone of the order, or the phone does not say which it is.

    Raises:
        BadInput: it is another phone.
    """
    identity = match_identity(case.ids, imei=found.phone.imei, serial=found.phone.serial)
    if identity is IdentityMatch.MISMATCH:
        what = f"the phone on the bench is not the phone of order {case.order.ticket}"
        raise BadInput(f"{what}: fetch the right one; nothing was recorded", step="qc")
    return identity


def record_of(
    case: OrderCase,
    before: Diagnosis,
    results: Sequence[ProbeResult],
    *,
    run_after: str,
    identity: IdentityMatch,
    unattended: bool,
    answers: QcAnswers | None,
) -> QcRecord:
    """The record of a control: items, comparison with the intake run, looks, coverage."""
    items = judge_items(complaint_of(case, before), results, identity, answers, again=to_test_again(before.results))
    return QcRecord(
        ticket=case.order.ticket,
        number=len(case.qc) + 1,
        created_at=datetime.now(UTC),
        run_before=before.run_id,
        run_after=run_after,
        unattended=unattended,
        identity=identity,
        items=items,
        outcome=outcome_of(items),
        original_fault_cleared=cleared(items),
        comparisons=tuple(compare_runs(before.results, results)),
        cosmetic_delta=answers.cosmetic if answers else None,
        screws_ok=answers.screws_ok if answers else Answer.UNKNOWN,
        coverage=coverage_of(results),
    )
