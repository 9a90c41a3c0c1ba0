"""A run for an order: whether it may begin, whether this is the right phone, and what becomes of it."""

from __future__ import annotations

from agent import order_steps as steps
from agent import qc, runs
from agent.cli.language import tr
from agent.cli.order_screen import news_lines
from agent.cli.screen import error_line, progress
from agent.home import Home
from agent.journal import Journal
from agent.orders import OrderBook, OrderCase
from probes import BadInput
from reports import Conclusion, Diagnosis, IdentityMatch, match_identity


def order_for_run(home: Home, ticket: str) -> OrderCase:
    """The order that a run is wanted for.

    Raises:
        BadInput: there is none, its phone is not here or not inspected, or it is repaired and wants a control.
    """
    case = OrderBook(home).case(ticket)
    steps.require_inspected(case)
    _require_not_repaired(case)
    return case


def require_its_phone(home: Home, journal: Journal, case: OrderCase, phone: runs.PhoneAddress) -> None:
    """Ask the phone who it is, before anything else; another one is put on record and blocks the sign-off.

    Raises:
        BadInput: it is another phone than the one of the order.
        BenchError: the phone cannot be used as it is.
    """
    ticket = case.order.ticket
    found = runs.diagnose_phone(home, journal, phone, runs.Orders(probes=(qc.identity_probe(),)))
    if match_identity(case.ids, imei=found.phone.imei, serial=found.phone.serial) is not IdentityMatch.MISMATCH:
        return
    with OrderBook(home).changing(ticket) as held:
        held[0] = steps.attach(held[0], found)
    what = f"the phone on the bench is not the phone of order {ticket}"
    raise BadInput(f"{what}: fetch the right one; no sign-off before it was tested", step="compare identity")


def keep_with_order(home: Home, diagnosis: Diagnosis) -> None:
    """Make a run the intake run of the order that it names, and say what the operator must know."""
    if diagnosis.conclusion is Conclusion.BENCH_TROUBLE:
        words = tr("run {run} broke off and is not put to the order: `phonebench resume {run}`")
        progress().print(f"phonebench: {words.format(run=diagnosis.run_id)}")
        return
    try:
        with OrderBook(home).changing(diagnosis.order) as held:
            before = held[0]
            _require_not_repaired(before)
            held[0] = steps.attach(before, diagnosis)
            news = news_lines(before, held[0], diagnosis)
    except BadInput as error:  # the order went on meanwhile: the run is kept and shown all the same
        progress().print(f"phonebench: {error_line(error)}")
        return
    for line in (*identity_lines(held[0].identity), *news):
        progress().print(f"phonebench: {line}")


def _require_not_repaired(case: OrderCase) -> None:
    if case.repair is not None:
        raise BadInput(f"the phone is repaired: `phonebench qc --order {case.order.ticket}` controls it", step="test")


def identity_lines(identity: IdentityMatch) -> list[str]:
    """What is to be said where a run is not known to be of the phone of its order."""
    return {
        IdentityMatch.MISMATCH: [tr("this run is of another phone than the order: fetch the right phone; no sign-off")],
        IdentityMatch.UNREAD: [tr("the phone does not say which it is: compare its label by eye; no sign-off")],
        IdentityMatch.MATCH: [],
    }[identity]
