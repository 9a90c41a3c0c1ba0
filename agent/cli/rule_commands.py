"""What ``phonebench rules`` does."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from agent import order_steps as steps
from agent.cli import entry
from agent.cli.bench import opened
from agent.cli.language import tr
from agent.cli.order_screen import decision_row, notice_lines, words
from agent.cli.screen import language, print_json, print_table, progress, results
from agent.journal import Journal
from agent.orders import OrderBook, OrderCase, SignedDecision, read_record
from probes import BadInput, StoreError, components, show
from reports import Diagnosis
from reports import service as rules
from reports.service import Decision, PackingList, ServiceDecisions, Signature

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, full-width twins included."""


def of_order(ticket: str, *, today: str, as_json: bool) -> int:
    """Decide on one order; 3 while the service type is undetermined."""
    with opened() as (home, journal):
        book = OrderBook(home)
        case = book.case(ticket)
        decided = _with_signatures(case, _decided(case, journal, _day(today)))
    if as_json:
        print_json(book.mask(case).data(decided.model_dump(mode="json")))
        return _code(decided)
    return _print(decided)


def of_facts(file: Path, *, as_json: bool) -> int:
    """Decide on facts from a file."""
    decided = rules.evaluate_rules(read_record(rules.ServiceFacts, file))
    if as_json:
        print_json(decided.model_dump(mode="json"))
        return _code(decided)
    return _print(decided)


def sign(ticket: str, rule: str, *, by: str, decision: str, note: str, as_json: bool) -> int:
    """Put a person's decision on record, beside what was computed."""
    if decision not in {str(Decision.ELIGIBLE), str(Decision.INELIGIBLE)}:
        raise BadInput("a person decides eligible or ineligible", step="sign")
    if not by.strip():
        raise BadInput("a signature needs a name", step="sign")
    with opened() as (home, journal):
        book = OrderBook(home)
        with book.changing(ticket) as held:
            case, now = held[0], datetime.now(UTC)
            decided = _decided(case, journal, None)
            computed = next((one for one in decided.decisions if one.rule_id == rule), None)
            if computed is None:
                known = ", ".join(one.rule_id for one in decided.decisions)
                raise BadInput(f"there is no rule {show(rule, 40)!r}: take one of {known}", step="sign")
            wanted = Decision(decision)
            if wanted is not computed.decision and not note.strip():
                raise BadInput(f"the rule says {computed.decision}: another decision needs --note", step="sign")
            signed = SignedDecision(
                rule_id=rule,
                computed=computed.decision,
                decided=wanted,
                signature=Signature(by=by, at=now),
                note=note,
            )
            others = tuple(one for one in case.decisions if one.rule_id != rule)
            held[0] = case.changed("rule_signed", by=by, about=f"{rule} {wanted}", decisions=(*others, signed))
    data = book.mask(held[0]).data(signed.model_dump(mode="json"))
    if as_json:
        print_json(data)
    else:
        results().print(f"{words(rule)}: {words(decision)} ({show(by, 40)})")
    return entry.OK


def pack(file: Path, *, out: Path | None, as_json: bool) -> int:
    """Make a packing list; 3 where items were refused."""
    listed = rules.pack(read_record(rules.ReturnOrder, file))
    if out is not None:
        place = out / f"{listed.file_name}.csv"
        try:
            place.write_text(packing_csv(listed), encoding="utf-8-sig", newline="")
        except OSError as error:
            raise StoreError(f"cannot write {show(str(place), 120)}: {error.strerror}", step="pack") from error
        progress().print(f"phonebench: {show(str(place), 200)}")
    if as_json:
        print_json(listed.model_dump(mode="json"))
    else:
        results().print(show(listed.file_name, 200))
        print_table(
            [tr("Model"), tr("Colour"), tr("Part"), tr("Count"), tr("Tickets")],
            [
                [show(one.model), show(one.colour), _part(one.code), str(one.count), _joined(one.tickets)]
                for one in listed.lines
            ],
        )
        for number, bundle in enumerate(listed.bundles, start=1):
            partial = tr(" (partial)") if bundle.partial else ""
            words_of = tr("bundle {number}: {model}, {count} units{partial}")
            results().print(
                words_of.format(number=number, model=show(bundle.model, 40), count=len(bundle.tickets), partial=partial)
            )
        for one in listed.refused:
            why = decision_row(one.decision)[3]
            results().print(
                tr("refused: {ticket} {part}: {why}").format(
                    ticket=show(one.item.ticket, 60), part=_part(one.item.code), why=why
                )
            )
    return entry.OPEN if listed.refused else entry.OK


def packing_csv(listed: PackingList) -> str:
    """The list as CSV: no cell can be a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([tr("Model"), tr("Colour"), tr("Part"), tr("Count"), tr("Tickets")])
    for one in listed.lines:
        cells = (one.model, one.colour, one.code)
        writer.writerow([*map(_cell, cells), one.count, _cell(" ".join(one.tickets))])
    return out.getvalue()


def _cell(text: str) -> str:
    return f"'{show(text)}" if text.startswith(_FORMULA) else show(text)


def parcel(file: Path, *, as_json: bool) -> int:
    """Say what to do with a parcel; 3 while something is to be done."""
    decided = rules.receive(read_record(rules.Parcel, file))
    if as_json:
        print_json(decided.model_dump(mode="json"))
    else:
        for step in decided.steps:
            results().print(f"→ {words(str(step))}")
        for model, count in decided.shortage.items():
            results().print(tr("short: {model}, {count}").format(model=show(model, 60), count=count))
    return entry.OPEN if decided.steps else entry.OK


def statement(file: Path, *, as_json: bool) -> int:
    """Check a statement; 1 where it does not add up, 3 while it is not signed."""
    checked = rules.check_statement(read_record(rules.Statement, file), datetime.now(UTC))
    if as_json:
        print_json(checked.model_dump(mode="json"))
    else:
        off = tr("{month}: {state}, due {due}; units off by {units}, parts off by {parts}")
        state, due = words(checked.state), f"{checked.due_at:%Y-%m-%d %H:%M %z}"
        results().print(
            off.format(month=checked.month, state=state, due=due, units=checked.units_off, parts=checked.parts_off)
        )
    if not checked.is_right:
        return entry.FAULT
    return entry.OK if checked.state == "signed_in_time" else entry.OPEN


def list_rules(*, as_json: bool) -> int:
    """List the policy and its readings."""
    numbers = rules.policy()
    if as_json:
        print_json(numbers.model_dump(mode="json"))
        return entry.OK
    data = numbers.model_dump(mode="json", exclude={"readings"})
    rows = [
        [name, ", ".join(f"{key} {one}" for key, one in value.items()) if isinstance(value, dict) else str(value)]
        for name, value in data.items()
    ]
    rows += [[name, words(name)] for name in numbers.readings]
    print_table([tr("Name"), tr("Value")], rows)
    return entry.OK


def _decided(case: OrderCase, journal: Journal, today: date | None) -> ServiceDecisions:
    return steps.decide_all(case, _diagnosis(case, journal), today)


def _diagnosis(case: OrderCase, journal: Journal) -> Diagnosis | None:
    return steps.stored_diagnosis(journal, case.intake_run) if case.intake_run else None


def _with_signatures(case: OrderCase, decided: ServiceDecisions) -> ServiceDecisions:
    signed = {one.rule_id: one.signature for one in case.decisions}
    rows = tuple(one.model_copy(update={"signed": signed.get(one.rule_id)}) for one in decided.decisions)
    return decided.model_copy(update={"decisions": rows})


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput("--today takes a day as YYYY-MM-DD", step="rules") from error


def _print(decided: ServiceDecisions) -> int:
    console = results()
    kinds = str(decided.service_type or " / ".join(decided.candidates))
    console.print(tr("service type: {type}").format(type=kinds))
    if decided.missing:
        console.print(tr("to settle it: {what}").format(what=", ".join(words(name) for name in decided.missing)))
    headers = [tr("Rule"), tr("Decision"), tr("Last day"), tr("Why, or what is missing"), tr("Signed by")]
    print_table(headers, [decision_row(one) for one in decided.decisions])
    for name in decided.assumptions:
        console.print(tr("assumption: {what}").format(what=words(name)))
    for line in notice_lines(decided.notice):
        progress().print(f"phonebench: {line}")
    return _code(decided)


def _code(decided: ServiceDecisions) -> int:
    return entry.OPEN if decided.service_type is None else entry.OK


def _part(code: str) -> str:
    known = components().get(code)
    return f"{code} {known.name(language())}" if known else code


def _joined(tickets: tuple[str, ...]) -> str:
    return show(" ".join(tickets), 200)
