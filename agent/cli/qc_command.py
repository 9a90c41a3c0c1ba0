"""What ``phonebench qc`` does: run the control, keep its record with the order, sign it."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from agent import qc as control
from agent import runs
from agent.cli import entry
from agent.cli.bench import opened
from agent.cli.diagnose import Wanted, one_phone
from agent.cli.language import tr
from agent.cli.order_screen import qc_rows, words
from agent.cli.screen import print_json, print_table, progress, results
from agent.home import open_home
from agent.order_steps import stored_diagnosis
from agent.orders import OrderBook, OrderCase, read_record
from agent.turn import TERMINAL
from probes import BadInput, BenchError, Probe, ProbeResult, Unit
from reports import (
    VERDICTS,
    Conclusion,
    QcAnswers,
    QcRecord,
    WorkOrder,
    covered,
    sign_qc,
    waive_cross_check,
)
from reports.service import Signature


def qc(order: str, phone: Wanted, *, answers: Path | None, as_json: bool) -> int:
    """Control the phone of an order; the exit code is that of the record, 2 where bench or link broke."""
    said = read_record(QcAnswers, answers) if answers else None
    with opened() as (home, journal), ExitStack() as stack:
        book = OrderBook(home)
        case = book.case(_ticket(order))
        mask = book.mask(case)
        before = stored_diagnosis(journal, control.require_repaired(case))
        probes = control.probes_for(case, before)
        total = len(probes)

        def watch(seq: int, probe: Probe, result: ProbeResult | None) -> None:
            if result is not None and not as_json:
                line = f"[{seq + 1}/{total}] {probe.meta.id}: {tr(VERDICTS[result.verdict])}"
                TERMINAL.tell(lambda: progress().print(line))

        try:
            address = one_phone(phone, stack)
            first = runs.diagnose_phone(home, journal, address, runs.Orders(probes=(control.identity_probe(),)))
            control.require_not_another(case, first)
            complaints = control.complaint_of(case, before)
            orders = runs.Orders(probes=probes, watch=watch, complaints=complaints, order=case.order.ticket)
            after = runs.diagnose_phone(home, journal, address, orders)
        except BenchError as error:
            # a serial may stand in the words of an error: they are masked, and say what they said
            error.what, error.device = mask.text(error.what), mask.text(error.device)
            raise
        if after.conclusion is Conclusion.BENCH_TROUBLE:
            words_of = tr("run {run} broke off; nothing was recorded: check cable and hub, then control again")
            progress().print(f"phonebench: {words_of.format(run=after.run_id)}")
            return entry.BENCH
        record = control.control(case, before, after, unattended=phone.unattended, answers=said)
        with book.changing(case.order.ticket) as held:
            done = (*held[0].qc, record)
            known = held[0].with_run(after.run_id, "control")
            held[0] = held[0].changed(f"qc_{record.outcome}", about=str(record.number), qc=done, runs=known)
    return _show(book, held[0], record, as_json=as_json)


def sign(order: str, *, by: str, waive: str, as_json: bool) -> int:
    """Sign the last control of an order, or waive the second engineer."""
    book = OrderBook(open_home())
    if not by.strip():
        raise BadInput("a waiver is signed: give --sign NAME, too", step="qc")
    with book.changing(_ticket(order)) as held:
        case = held[0]
        if not case.qc:
            raise BadInput(f"order {case.order.ticket} has no control to sign: run it first", step="qc")
        last = case.qc[-1]
        if waive:
            record, what = waive_cross_check(last, by=by, reason=waive), "qc_waived"
        else:
            record, what = sign_qc(last, Signature(by=by, at=datetime.now(UTC))), "qc_signed"
        held[0] = case.changed(what, by=by, about=str(record.number), qc=(*case.qc[:-1], record))
    return _show(book, held[0], record, as_json=as_json)


def _ticket(order: str) -> str:
    """The ticket, or that of the file that the order came in."""
    path = Path(order)
    if path.suffix == ".json" and path.is_file():
        return read_record(WorkOrder, path).ticket
    return order


def _show(book: OrderBook, case: OrderCase, record: QcRecord, *, as_json: bool) -> int:
    mask = book.mask(case)
    if as_json:
        print_json(mask.data(record.model_dump(mode="json")))
        return record.exit_code
    console = results()
    headers = ["", tr("Item"), tr("State"), tr("Reason"), tr("Spoken for by")]
    print_table(headers, [[mask.text(cell) for cell in row] for row in qc_rows(record)])
    changed = [one for one in record.comparisons if one.change in {"better", "worse"}]
    for one in changed:
        unit = Unit(one.unit).symbol if one.unit in set(Unit) else one.unit
        side = " → ".join((str(one.before), f"{one.after} {unit}".strip()))
        console.print(mask.text(f"{one.probe}:{one.name}: {side} ({words(one.change)})"))
    told = tr(", ").join(f"{part}: {state}" for part, state in covered(record.coverage, tr))
    console.print(f"{tr('Coverage')}: {told}")
    sentence = {
        0: tr("quality control passed"),
        1: tr("quality control failed"),
        3: tr("quality control open: answer what is left, see --answers"),
    }[record.exit_code]
    signed = tr(" and signed off") if record.is_signed_off else ""
    console.print(f"{sentence}{signed}")
    return record.exit_code
