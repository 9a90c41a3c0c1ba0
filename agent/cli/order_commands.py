"""What the commands around an order do. Everything that is printed goes through the mask of its order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from agent import order_photos as photos
from agent import order_pull as pulling
from agent import order_steps as steps
from agent.cli import entry
from agent.cli.bench import opened
from agent.cli.language import tr
from agent.cli.order_run import identity_lines
from agent.cli.order_screen import case_rows, event_words, news_lines, notice_lines, words
from agent.cli.screen import print_json, print_table, progress
from agent.home import open_home
from agent.orders import OrderBook, OrderCase, parse_record, read_file, read_record
from probes import BadInput, show
from probes.complaint import read_complaint
from reports import (
    ApprovalStatus,
    IntakeInspection,
    PhotoOf,
    RepairDone,
    RepairOffer,
    ServiceMode,
    SymptomReport,
    WorkOrder,
    answer_offer,
)
from reports.service import policy

_MAX_BYTES: Final = 1 << 20


def take(file: Path, *, keep_contact: bool, as_json: bool) -> int:
    """Take one order in; 3 where a paper is missing or the customer must be told something."""
    return _take(read_record(WorkOrder, file), keep_contact=keep_contact, as_json=as_json)


def pull(wanted: str, *, plain_http: bool, deadline_s: float, keep_contact: bool, as_json: bool) -> int:
    """Fetch one order from the ticket system and take it in, as ``take`` does."""
    place = pulling.place_of(wanted, plain_http=plain_http)
    order = parse_record(WorkOrder, pulling.pull(place, deadline_s=deadline_s), place.name)
    if "://" not in wanted and order.ticket != wanted:
        raise BadInput(
            f"{place.name} gives order {order.ticket} where {show(wanted, 60)} was asked for", step="pull order"
        )
    return _take(order, keep_contact=keep_contact, as_json=as_json)


def _take(given: WorkOrder, *, keep_contact: bool, as_json: bool) -> int:
    book = OrderBook(open_home())
    order = _coded(given)
    case = book.take(order, keep_contact=keep_contact)
    lines = notice_lines(steps.decide_all(case, None).notice)
    if any(not one.codes for one in case.order.symptoms):
        lines.append(tr("no symptom is known for these words: ask what fails, see `phonebench complaint`"))
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
            book.mask(case).text(event_words(case.history[-1])),
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
    raw = read_file(file, cap_bytes=_MAX_BYTES)
    with book.changing(ticket) as held:
        inspection = parse_record(IntakeInspection, photos.with_photos(raw, held[0].photos), file.name)
        before = held[0]
        held[0] = steps.inspect(before, inspection)
        lines = news_lines(before, held[0])  # inside: an inspection that the rules cannot read is not kept
    if inspection.ack is None:
        lines.append(tr("the customer has not confirmed the inspection yet"))
    if inspection.stops_tests:
        lines.append(tr("the battery is swollen: isolate the phone, test nothing, connect no charger"))
    return _told(book, held[0], as_json=as_json, lines=lines)


def photo(ticket: str, file: Path, *, shows: str, keep: bool, as_json: bool) -> int:
    """Hash a photo of the intake, and keep a clean copy where that is wanted."""
    if shows not in set(PhotoOf):
        raise BadInput(f"--item takes one of {', '.join(PhotoOf)}", step="photo")
    home = open_home()
    book, seen = OrderBook(home), photos.read_photo(file)
    with book.changing(ticket) as held:
        changed = photos.add_photo(held[0], seen, shows=PhotoOf(shows), kept=keep, now=datetime.now(UTC))
        place = photos.keep_copy(home, ticket, seen) if keep else None
        held[0] = changed
    row = held[0].photos[-1]
    if as_json:
        print_json(row.model_dump(mode="json") | {"copy": str(place) if place else None})
        return entry.OK
    rows = [[words(row.shows), row.sha256], [tr("Size"), f"{row.kind} {row.width_px} x {row.height_px}"]]
    if row.had_position:
        rows.append(
            [tr("Position"), tr("the file says where it was taken: that is not kept; mind it when you pass it on")]
        )
    if place is not None:
        rows.append([tr("Copy"), str(place)])
    print_table([tr("What"), tr("Value")], rows)
    return entry.OK


def attach(ticket: str, run_id: str, *, as_json: bool) -> int:
    """Make a run the intake run; 3 where it is of another phone, or the phone does not say which it is."""
    with opened() as (home, journal):
        book = OrderBook(home)
        diagnosis = steps.stored_diagnosis(journal, run_id)
        with book.changing(ticket) as held:
            before = held[0]
            held[0] = steps.attach(before, diagnosis)
            lines = [*identity_lines(held[0].identity), *news_lines(before, held[0], diagnosis)]
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
        lines.append(tr("high impact, talk it through: {reasons}").format(reasons=", ".join(map(words, impact))))
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
            _require_ready(case)
            diagnosis = steps.stored_diagnosis(journal, case.intake_run)
            decisions = steps.decide_all(case, diagnosis)
            held[0] = steps.hand_over(case, diagnosis, decisions, by=by, now=now)
    return _told(book, held[0], as_json=as_json)


def _require_ready(case: OrderCase) -> None:
    """Say in the language of the operator what stands before a hand-over."""
    standing = steps.blockers(case)
    if standing:
        what = "; ".join(map(words, standing))
        raise BadInput(tr("the phone cannot be handed over yet: {what}").format(what=what), step="hand over")


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
