"""The steps of an order, each allowed only after those before it: inspect, attach, offer, repair, hand over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from agent.journal import Journal
from agent.orders import OrderCase, first_error
from probes import BadInput, ProbeResult, StoreError, Unfinished, components, symptoms
from reports import (
    Approval,
    Conclusion,
    Diagnosis,
    Flaw,
    HandOver,
    IdentityMatch,
    IntakeInspection,
    QcRecord,
    RepairDone,
    RepairLogRow,
    RepairOffer,
    match_identity,
    read_diagnosis,
    require_approved,
    timers,
)
from reports.service import (
    Answer,
    FaultState,
    HumanDamage,
    ManufactureSource,
    PartClass,
    ServiceDecisions,
    ServiceFacts,
    coverage_of,
    evaluate_rules,
    policy,
)

_FAULTY: Final = frozenset({Conclusion.PART, Conclusion.SOFTWARE, Conclusion.AMBIGUOUS})
_NO_FAULT: Final = frozenset({Conclusion.CONFIGURATION, Conclusion.NO_FAULT_FOUND})
_CLASSES: Final = {
    "BAT": PartClass.BATTERY,
    "ACC-CHG": PartClass.CHARGER,
    "ACC-CBL": PartClass.OTHER,
    "ACC-HST": PartClass.OTHER,
}
_HEALTH: Final = ("battery.gauge", "soh_percent")


def cancel(case: OrderCase, *, by: str, reason: str) -> OrderCase:
    """Close an order without a hand-over, such as one that was taken in by mistake.

    Raises:
        BadInput: it is closed already, something was repaired, or nobody says why.
    """
    _require_here(case)
    if case.repair is not None:
        raise BadInput("the phone was repaired: hand it over", step="cancel")
    if not by.strip() or not reason.strip():
        raise BadInput("a cancelled order needs a name and a reason", step="cancel")
    return case.changed("cancelled", by=by, cancelled=reason)


def stored_diagnosis(journal: Journal, run_id: str) -> Diagnosis:
    """The diagnosis of a run that is done.

    Raises:
        BadInput: there is no such run.
        Unfinished: it is not done.
        StoreError: what is stored is damaged.
    """
    row = journal.run(run_id)
    if row.diagnosis is None:
        raise Unfinished(f"run {row.id} is not finished: `phonebench resume {row.id}`", step="attach run")
    try:
        return read_diagnosis(row.diagnosis.encode())
    except StoreError as error:
        raise StoreError(f"the stored diagnosis of run {row.id} is damaged: `phonebench replay {row.id}`") from error


def inspect(case: OrderCase, inspection: IntakeInspection) -> OrderCase:
    """Put the intake inspection on record.

    Raises:
        BadInput: the phone is not here any more, or was already repaired.
    """
    _require_here(case)
    if case.repair is not None:
        raise BadInput("the phone is repaired: its looks at intake are on record", step="inspect")
    return case.changed("inspected", by=inspection.inspected_by, inspection=inspection)


def attach(case: OrderCase, diagnosis: Diagnosis) -> OrderCase:
    """Make a run the intake run of an order. Another phone is put on record as a mismatch, and blocks the sign-off.

    Raises:
        BadInput: nobody has inspected the phone, or its battery is swollen.
    """
    inspection = require_inspected(case)
    identity = match_identity(case.ids, imei=diagnosis.phone.imei, serial=diagnosis.phone.serial)
    if identity is IdentityMatch.MISMATCH:
        runs = case.with_run(diagnosis.run_id, "other_phone")
        return case.changed("run_of_another_phone", about=diagnosis.run_id, identity=identity, runs=runs)
    what = "run_attached_early" if diagnosis.created_at < inspection.inspected_at else "run_attached"
    runs = case.with_run(diagnosis.run_id, "intake")
    return case.changed(what, about=diagnosis.run_id, identity=identity, intake_run=diagnosis.run_id, runs=runs)


def require_inspected(case: OrderCase) -> IntakeInspection:
    """The inspection, without which no test is run for an order.

    Raises:
        BadInput: there is none, or it found what forbids any test.
    """
    _require_here(case)
    if case.inspection is None:
        raise BadInput(
            f"the backup reminder and the inspection come first: `phonebench order inspect {case.order.ticket} FILE`",
            step="test",
        )
    if case.inspection.stops_tests:
        raise BadInput("the battery is swollen: isolate the phone, test nothing, connect no charger", step="test")
    return case.inspection


def offer(case: OrderCase, wanted: RepairOffer) -> OrderCase:
    """Make the customer an offer; it awaits an answer, and an answer to an older one counts no more.

    Raises:
        BadInput: there is no diagnosis of this phone, or the phone is repaired already.
    """
    _require_here(case)
    if not case.intake_run or case.identity is not IdentityMatch.MATCH:
        raise BadInput(
            f"there is no run of this phone to base a plan on: `phonebench order attach {case.order.ticket} RUN`",
            step="plan",
        )
    if case.repair is not None:
        raise BadInput("the phone is repaired already", step="plan")
    awaiting = Approval(offer_sha256=wanted.sha256)
    return case.changed("offer_made", offer=wanted, approval=awaiting)


def repair(case: OrderCase, done: RepairDone, now: datetime) -> OrderCase:
    """Put a repair on record, where the customer agreed to this very plan.

    Raises:
        NotApproved: the customer did not agree to it.
        BadInput: a part or an erasure that the customer was not asked about, or a time before the approval or to come.
    """
    _require_here(case)
    require_approved(case.offer, case.approval)
    if case.offer is None or case.approval is None or case.approval.at is None:
        raise BadInput("the approval has no time", step="repair")
    asked = {part.code for part in case.offer.parts}
    extra = sorted({part.code for part in done.parts} - asked)
    if extra:
        raise BadInput(
            f"{', '.join(extra)}: not in the plan that the customer agreed to; make a new plan", step="repair"
        )
    if done.wiped and not case.offer.loses_data:
        raise BadInput("the customer was not asked about losing data", step="repair")
    at = done.repaired_at or now
    if not case.approval.at <= at <= now:
        raise BadInput("a repair lies between the customer's approval and now", step="repair")
    return case.changed("repaired", by=done.repaired_by, repair=done.model_copy(update={"repaired_at": at}))


def decide_all(case: OrderCase, diagnosis: Diagnosis | None, today: date | None = None) -> ServiceDecisions:
    """What the service rules say of an order as of a day: by default the day on which the phone came.

    Raises:
        BadInput: a date lies in the future.
    """
    try:
        return evaluate_rules(facts_of(case, diagnosis, today or case.order.received_on))
    except ValidationError as error:
        raise BadInput(first_error(error, f"order {case.order.ticket}"), step="rules") from error


def facts_of(case: OrderCase, diagnosis: Diagnosis | None, today: date) -> ServiceFacts:
    """Everything the rules look at, from order, inspection and diagnosis; what none of them says stays unknown."""
    order, seen = case.order, case.inspection
    proofs = seen.proofs if seen and seen.proofs is not None else order.proofs
    source = seen.manufacture_source if seen and seen.manufacture_source is not None else order.manufacture_source
    return ServiceFacts(
        today=today,
        part=_part_class(diagnosis),
        sold=seen.sold if seen and seen.sold is not None else order.sold,
        purchase_date=order.purchase_date,
        proofs=proofs,
        manufacture_date=order.manufacture_date,
        manufacture_source=source if order.manufacture_date else ManufactureSource.UNKNOWN,
        fault=_fault(diagnosis),
        fault_reason=str(diagnosis.conclusion) if diagnosis and diagnosis.conclusion in _NO_FAULT else "",
        statute_fault=_statute(order.codes),
        human_damage=_human_damage(seen),
        looks=seen.looks if seen else ServiceFacts(today=today).looks,
        call_time_s=seen.call_time_s if seen else None,
        call_time_source=seen.call_time_source if seen else ServiceFacts(today=today).call_time_source,
        days_off=seen.days_off if seen else 0,
        repairs_of_fault=seen.repairs_of_fault if seen else None,
        parts_wait_days=seen.parts_wait_days if seen else None,
        handed_over_on=seen.handed_over_on if seen else None,
        same_fault=seen.same_fault if seen else Answer.UNKNOWN,
        accessory_swaps=seen.accessory_swaps if seen else None,
        still_faulty={FaultState.CONFIRMED: Answer.YES, FaultState.NONE: Answer.NO}.get(
            _fault(diagnosis), Answer.UNKNOWN
        ),
        battery_capacity_ratio=_capacity(diagnosis.results if diagnosis else ()),
    )


def _human_damage(seen: IntakeInspection | None) -> HumanDamage:
    if seen is None:
        return HumanDamage()
    if seen.says(Flaw.UNOFFICIAL_REPAIR) is Answer.YES:
        return seen.human_damage.model_copy(update={"unauthorised_repair": Answer.YES})
    return seen.human_damage


def _part_class(diagnosis: Diagnosis | None) -> PartClass:
    parts = diagnosis.plan.parts if diagnosis else ()
    classes = {_CLASSES.get(code, PartClass.MAIN) for code in parts}
    return classes.pop() if len(classes) == 1 else PartClass.MAIN


def _fault(diagnosis: Diagnosis | None) -> FaultState:
    if diagnosis is None:
        return FaultState.UNKNOWN
    if diagnosis.conclusion in _FAULTY:
        return FaultState.CONFIRMED
    return FaultState.NONE if diagnosis.conclusion in _NO_FAULT else FaultState.UNKNOWN


def _statute(codes: tuple[str, ...]) -> Answer:
    """Whether the statute's table for the main unit has the complaint; a function of the manual is for a person."""
    rows = {symptoms()[code].statute for code in codes}
    if "yes" in rows:
        return Answer.YES
    return Answer.UNKNOWN if "function" in rows or not rows else Answer.NO


def _capacity(results: tuple[ProbeResult, ...]) -> float | None:
    values = [
        taken.value
        for one in results
        if one.probe == _HEALTH[0]
        for taken in one.measurements
        if taken.name == _HEALTH[1]
    ]
    return float(values[0]) / 100 if values and isinstance(values[0], int | float) else None


def day_of(case: OrderCase, moment: datetime) -> date:
    """The day of a moment in the seller's calendar."""
    return moment.astimezone(ZoneInfo(case.order.time_zone)).date()


def blockers(case: OrderCase) -> tuple[str, ...]:
    """What stands between an order and its hand-over, as codes; nothing where it may go."""
    last = case.qc[-1] if case.qc else None
    after_repair = case.repair is not None
    rows = (
        ("not_here", not case.is_open),
        ("not_inspected", case.inspection is None),
        ("customer_has_not_confirmed_inspection", case.inspection is not None and case.inspection.ack is None),
        (f"phone_{case.identity}", case.identity is not IdentityMatch.MATCH),
        ("offer_not_answered", case.approval is not None and str(case.approval.status) == "awaiting_approval"),
        ("approved_but_not_repaired", not after_repair and str(getattr(case.approval, "status", "")) == "approved"),
        ("no_quality_control", after_repair and last is None),
        ("quality_control_not_signed_off", last is not None and not last.is_signed_off),
        ("controlled_before_the_repair", _is_older(last, case.repair)),
    )
    return tuple(name for name, stands in rows if stands)


def _is_older(control: QcRecord | None, done: RepairDone | None) -> bool:
    if control is None or done is None or done.repaired_at is None:
        return False
    return control.created_at < done.repaired_at


def require_ready(case: OrderCase) -> IntakeInspection:
    """The inspection of an order that may be handed over.

    Raises:
        BadInput: something stands between the order and its hand-over.
    """
    standing = blockers(case)
    if standing or case.inspection is None:
        raise BadInput(f"the phone cannot be handed over yet: {', '.join(standing)}", step="hand over")
    return case.inspection


def hand_over(
    case: OrderCase, diagnosis: Diagnosis, decisions: ServiceDecisions, *, by: str, now: datetime
) -> OrderCase:
    """Close an order with the pack that goes to the customer.

    Raises:
        BadInput: something stands between the order and its hand-over.
    """
    inspection = require_ready(case)
    today, last, done = day_of(case, now), case.qc[-1] if case.qc else None, case.repair
    signatures = (last.self_check, last.cross_check.signature if last.cross_check else None) if last else ()
    pack = HandOver(
        ticket=case.order.ticket,
        phone=_phone_words(case),
        service_type=decisions.service_type,
        handed_over_at=now,
        handed_over_by=by,
        symptoms=case.order.codes,
        diagnosis=str(diagnosis.conclusion),
        components=_named_parts(diagnosis),
        parts=done.parts if done else (),
        original_fault_cleared=last.original_fault_cleared if last else Answer.UNKNOWN,
        before_after=last.comparisons if last else (),
        coverage=last.coverage if last else coverage_of(diagnosis.results),
        warranty=tuple(one for one in decisions.decisions if one.rule_id.startswith("warranty.")),
        log=RepairLogRow(
            sent_in_on=case.order.received_on,
            fault=", ".join(case.order.codes) or "; ".join(one.words for one in case.order.symptoms),
            cause=done.cause if done else str(diagnosis.conclusion),
            handling=done.handling if done else "returned_without_repair",
            handed_over_on=today,
            repairer_signature=done.repaired_by if done else by,
        ),
        timers=timers(today, hold_days=policy().repair_hold_days, follow_up_days=policy().follow_up_days),
        erasure=done.erasure if done else None,
        checked_by=tuple(one for one in signatures if one is not None),
        held_items=tuple(str(one.item) for one in inspection.box if one.state == "held"),
    )
    return case.changed("handed_over", by=by, handover=pack)


def _phone_words(case: OrderCase) -> str:
    order = case.order
    named = " ".join(filter(None, (order.brand, order.model, order.colour)))
    return f"{named} · {case.number.kind.label} {case.number.compact}"


def _named_parts(diagnosis: Diagnosis) -> tuple[str, ...]:
    """The parts that the diagnosis blames: those of its plan, else its first suspect, but no rival of them."""
    blamed = diagnosis.plan.parts or tuple(one.component for one in diagnosis.suspects[:1])
    return tuple(dict.fromkeys(code for code in blamed if code in components()))


def _require_here(case: OrderCase) -> None:
    if not case.is_open:
        raise BadInput(f"order {case.order.ticket} is closed: its phone is not here", step="order")
