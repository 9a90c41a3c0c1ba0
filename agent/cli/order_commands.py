"""What the commands around an order do. Everything that is printed goes through the mask of its order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent import order_steps as steps
from agent.cli import entry
from agent.cli.bench import opened
from agent.cli.language import tr
from agent.cli.order_screen import case_rows, notice_lines
from agent.cli.screen import print_json, print_table, progress
from agent.home import open_home
from agent.orders import OrderBook, OrderCase, read_record
from probes import show
from probes.complaint import read_complaint
from reports import (
    ApprovalStatus,
    IdentityMatch,
    IntakeInspection,
    RepairDone,
    RepairOffer,
    ServiceMode,
    SymptomReport,
    WorkOrder,
    answer_offer,
)
from reports.service import policy


def take(file: Path, *, keep_contact: bool, as_json: bool) -> int:
    """Take one order in; 3 where a paper is missing or the customer must be told something."""
    book = OrderBook(open_home())
    order = _coded(read_record(WorkOrder, file))
    case = book.take(order, keep_contact=keep_contact)
    lines = notice_lines(steps.decide_all(case, None).notice)
    if order.service_mode is ServiceMode.MAIL_IN and not order.backup_note_given:
        lines.append(tr("by mail: tell the customer to save the data before the phone is sent"))
    return _told(book, case, as_json=as_json, lines=lines)


def _coded(order: WorkOrder) -> WorkOrder:
    """The order with codes for symptoms that came in words only."""
    return order.model_copy(update={"symptoms": tuple(_coded_symptom(one) for one in order.symptoms)})


def _coded_symptom(one: SymptomReport) -> SymptomReport:
    if one.codes:
        return one
    named = tuple(code for code in read_complaint(one.words).named if code != "SYS-01" or one.function)
    return one.model_copy(update={"codes": named})


def list_orders(*, as_json: bool) -> int:
    """List all orders."""
    book = OrderBook(open_home())
    cases = book.cases()
    if as_json:
        print_json([book.public(case) for case in cases])
        return entry.OK
    rows = [
        [
            case.order.ticket,
            str(case.order.received_on),
            book.mask(case).text(show(case.order.model, 40)),
            ", ".join(case.order.codes),
            case.history[-1].what,
        ]
        for case in cases
    ]
    print_table([tr("Ticket"), tr("Received"), tr("Model"), tr("Symptoms"), tr("Last step")], rows)
    return entry.OK


def show_order(ticket: str, *, sealed: bool, as_json: bool) -> int:
    """Show one order, masked; ``sealed`` prints the record as it is kept."""
    book = OrderBook(open_home())
    case = book.case(ticket)
    if sealed:
        print_json(case.model_dump(mode="json"))
        return entry.OK
    return _told(book, case, as_json=as_json)


def cancel(ticket: str, *, by: str, reason: str, as_json: bool) -> int:
    """Close an order without a hand-over."""
    book = OrderBook(open_home())
    with book.changing(ticket) as held:
        held[0] = steps.cancel(held[0], by=by, reason=reason)
    return _told(book, held[0], as_json=as_json)


def inspect(ticket: str, file: Path, *, as_json: bool) -> int:
    """Record backup reminder and inspection."""
    book = OrderBook(open_home())
    inspection = read_record(IntakeInspection, file)
    with book.changing(ticket) as held:
        held[0] = steps.inspect(held[0], inspection)
    lines = []
    if inspection.ack is None:
        lines.append(tr("the customer has not confirmed the inspection yet"))
    if inspection.stops_tests:
        lines.append(tr("the battery is swollen: isolate the phone, test nothing, connect no charger"))
    return _told(book, held[0], as_json=as_json, lines=lines)


def attach(ticket: str, run_id: str, *, as_json: bool) -> int:
    """Make a run the intake run; 3 where it is of another phone, or the phone does not say which it is."""
    with opened() as (home, journal):
        book = OrderBook(home)
        diagnosis = steps.stored_diagnosis(journal, run_id)
        with book.changing(ticket) as held:
            held[0] = steps.attach(held[0], diagnosis)
    lines = {
        IdentityMatch.MISMATCH: [tr("this run is of another phone than the order: fetch the right phone; no sign-off")],
        IdentityMatch.UNREAD: [tr("the phone does not say which it is: compare its label by eye; no sign-off")],
        IdentityMatch.MATCH: [],
    }[held[0].identity]
    return _told(book, held[0], as_json=as_json, lines=lines)


def plan(ticket: str, file: Path, *, as_json: bool) -> int:
    """Record a repair plan; 3, for it waits for an answer."""
    book = OrderBook(open_home())
    wanted = read_record(RepairOffer, file)
    with book.changing(ticket) as held:
        held[0] = steps.offer(held[0], wanted)
    lines = [tr("awaiting the customer's approval: nothing is repaired before")]
    impact = wanted.high_impact(policy())
    if impact:
        lines.append(tr("high impact, talk it through: {reasons}").format(reasons=", ".join(impact)))
    lines += [
        tr("{part} is scarce: tell the customer to expect {days} days").format(part=part.code, days=part.wait.days)
        for part in wanted.parts
        if part.wait is not None and part.wait.customer_told_at is None
    ]
    lines += [
        tr("{part}: not proven to be an original part").format(part=part.code)
        for part in wanted.parts
        if str(part.oem_verified) != "yes"
    ]
    return _told(book, held[0], as_json=as_json, lines=lines)


def approve(ticket: str, *, by: str, method: str, decline: bool, discussed: bool, as_json: bool) -> int:
    """Record the customer's answer to the plan."""
    from probes import BadInput

    book = OrderBook(open_home())
    status = ApprovalStatus.DECLINED if decline else ApprovalStatus.APPROVED
    with book.changing(ticket) as held:
        case = held[0]
        if case.offer is None or case.approval is None:
            raise BadInput(
                f"there is no plan to answer: `phonebench order plan {case.order.ticket} FILE`", step="approve"
            )
        answer = answer_offer(
            case.offer,
            case.approval,
            policy(),
            status=status,
            method=method,
            by=by,
            at=datetime.now(UTC),
            discussed=discussed,
        )
        held[0] = case.changed(str(status), by=by, approval=answer)
    return _told(book, held[0], as_json=as_json)


def repair(ticket: str, file: Path, *, as_json: bool) -> int:
    """Record a repair that the customer agreed to."""
    book = OrderBook(open_home())
    done = read_record(RepairDone, file)
    with book.changing(ticket) as held:
        held[0] = steps.repair(held[0], done, datetime.now(UTC))
    return _told(book, held[0], as_json=as_json)


def hand_over(ticket: str, *, by: str, as_json: bool) -> int:
    """Hand the phone over and print the pack."""
    with opened() as (home, journal):
        book, now = OrderBook(home), datetime.now(UTC)
        with book.changing(ticket) as held:
            case = held[0]
            steps.require_ready(case)
            diagnosis = steps.stored_diagnosis(journal, case.intake_run)
            decisions = steps.decide_all(case, diagnosis)
            held[0] = steps.hand_over(case, diagnosis, decisions, by=by, now=now)
    return _told(book, held[0], as_json=as_json)


def _told(book: OrderBook, case: OrderCase, *, as_json: bool, lines: Sequence[str] = ()) -> int:
    """Print the order, masked, then what is to be done at once; 3 where there is such a thing."""
    mask = book.mask(case)
    if as_json:
        data: dict[str, Any] = book.public(case)
        print_json({**data, "to_do": [mask.text(line) for line in lines]})
    else:
        print_table([tr("What"), tr("Value")], [[name, mask.text(value)] for name, value in case_rows(case)])
        for line in lines:
            progress().print(f"phonebench: {mask.text(line)}")
    return entry.OPEN if lines else entry.OK
