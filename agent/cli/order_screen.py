"""Orders, decisions and controls as rows of words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from agent.cli.language import tr
from agent.cli.screen import language
from agent.order_steps import blockers, day_of, decide_all
from agent.orders import Event, OrderCase
from probes import show, symptoms
from reports import Cost, Diagnosis, IdentityMatch, QcRecord, QcState, mark
from reports.service import CustomerNotice, Eligibility, service_words

_STATES: Final = {
    QcState.PASSED: ("✔", mark("passed")),
    QcState.FAILED: ("✘", mark("failed")),
    QcState.OPEN: ("?", mark("open")),
}
_BAD_PAPERS: Final = frozenset({"altered_documents", "documents_do_not_fit"})
_USES: Final = {
    "intake": mark("before the repair"),
    "control": mark("quality control"),
    "other_phone": mark("of another phone"),
}


def case_rows(case: OrderCase) -> Iterator[tuple[str, str]]:
    """One order in a few lines; the caller masks them."""
    order = case.order
    yield tr("Ticket"), order.ticket
    yield tr("Model"), show(f"{order.brand} {order.model} {order.colour}".strip(), 80)
    for one in case.ids:
        yield one.kind.upper(), one.compact
    for symptom in order.symptoms:
        named = [f"{code} {symptoms()[code].name(language())}" for code in symptom.codes]
        yield tr("Symptom"), show("; ".join([*named, *filter(None, [symptom.words])]), 160)
    yield tr("Identity"), words(f"identity_{case.identity}")
    if case.inspection is not None:
        yield tr("Backup"), words(f"backup_{case.inspection.backup.answer}")
        found = [one.flaw for one in case.inspection.flaws if str(one.answer) == "yes"]
        yield tr("Flaws"), ", ".join(words(str(flaw)) for flaw in found) or "—"
    yield from _work_rows(case)
    if case.photos:
        yield tr("Photos"), photo_words(case)
    yield tr("Last step"), event_words(case.history[-1])
    for code in blockers(case) if case.is_open else ():
        yield tr("Open before the hand-over"), words(code)


def event_words(event: Event) -> str:
    """A step of an order: what, and which run, control, photo or rule it was about."""
    about = " ".join(words(part) for part in event.about.split())
    return show(f"{words(event.what)} ({about})" if about else words(event.what), 200)


def photo_words(case: OrderCase) -> str:
    """What the photos on record show, and how many of them this bench keeps."""
    shown = ", ".join(dict.fromkeys(words(one.shows) for one in case.photos))
    kept = tr("copies kept: {many}").format(many=sum(bool(one.kept_sha256) for one in case.photos))
    return f"{len(case.photos)}: {shown} ({kept})"


def _work_rows(case: OrderCase) -> Iterator[tuple[str, str]]:
    """What was tested, offered, repaired, controlled and handed over."""
    if case.intake_run:
        yield tr("Intake run"), case.intake_run
    for one in case.all_runs:
        yield tr("Run"), f"{one.run} · {tr(_USES[one.use])}"
    if case.offer is not None and case.approval is not None:
        parts = ", ".join(part.code for part in case.offer.parts)
        yield tr("Repair plan"), show(f"{parts} · {_cost_words(case.offer.cost)}", 160)
        yield tr("Approval"), words(str(case.approval.status))
    if case.repair is not None:
        yield tr("Repair"), show(f"{case.repair.handling} ({case.repair.repaired_by})", 120)
    for record in case.qc:
        yield tr("Quality control"), f"{record.number}: {tr(_STATES[record.outcome][1])}"
    if case.is_open and case.qc and case.qc[-1].is_signed_off:
        yield words("return_to_customer"), str(day_of(case, case.qc[-1].created_at))  # the same day: a target
    if case.handover is not None:
        log = case.handover.log
        row = (log.sent_in_on, log.fault, log.cause, log.handling, log.handed_over_on, log.repairer_signature)
        yield tr("Repair log"), show(" | ".join(map(str, row)), 200)
        for timer in case.handover.timers:
            yield words(timer.what), str(timer.due_on)


def _cost_words(cost: Cost) -> str:
    """What a repair costs, and why nothing, or why nobody knows."""
    if cost.total_minor is None:
        return words(cost.unknown_reason)
    told = f"{cost.total_minor / 100:.2f} {cost.currency}"
    return f"{told} ({words(cost.free_reason)})" if cost.free_reason else told


def notice_lines(notice: CustomerNotice) -> list[str]:
    """What the customer must be told at once, a line each; where a proof is bad, that none is left needs no line."""
    reasons = [one for one in notice.reasons if one != "missing_documents" or not _BAD_PAPERS & set(notice.reasons)]
    lines = [tr("tell the customer now: {what}").format(what=words(reason)) for reason in reasons]
    if notice.quote_required:
        lines.append(tr("tell the customer now: what the repair will cost"))
    return lines


def news_lines(before: OrderCase, after: OrderCase, diagnosis: Diagnosis | None = None) -> list[str]:
    """What the customer must be told at once since a step of an order, and was not told before it."""
    old = decide_all(before, None).notice
    new = decide_all(after, diagnosis if after.identity is IdentityMatch.MATCH else None).notice
    quote = new.quote_required and not old.quote_required
    fresh = tuple(one for one in new.reasons if one not in old.reasons)
    return notice_lines(new.model_copy(update={"reasons": fresh, "quote_required": quote}))


def decision_row(one: Eligibility) -> list[str]:
    """One decision: rule, decision, last day, and why or what is missing."""
    why = [*(f"✘ {words(code)}" for code in one.reasons), *(f"? {words(code)}" for code in one.missing)]
    signed = f"{one.signed.by}" if one.signed else ""
    return [words(one.rule_id), words(str(one.decision)), str(one.last_day or ""), ", ".join(why), show(signed, 40)]


def qc_rows(record: QcRecord) -> Iterator[list[str]]:
    """Each item of a control: mark, name, state, reason, and who or what spoke for it."""
    for item in record.items:
        sign, state = _STATES[item.state]
        name = words(item.name) if "." not in item.name else _complaint(item.name)
        speaker = item.answered_by or ", ".join(item.probes)
        yield [sign, name, tr(state), show(words(item.reason) if item.reason else "", 80), show(speaker, 120)]


def _complaint(name: str) -> str:
    code = name.partition(".")[2]
    known = symptoms().get(code)
    return f"{code} {known.name(language())}" if known else code


def words(code: str) -> str:
    """A code of the service side in the language of the operator; an unknown one as it is."""
    return service_words(code, language())
