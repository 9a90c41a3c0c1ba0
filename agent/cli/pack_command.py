"""``phonebench pack``: the hand-over pack of an order as a page, and the label that goes on the phone."""

# Typer reads annotations at run time, so they are not postponed here.
import hashlib
from typing import Annotated

import typer

from agent.cli.language import tr
from agent.cli.options import Json


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        help=tr("Write the hand-over pack of an order as a page, and its repair label."),
        epilog=tr("Example: phonebench pack T-1001 --pdf --label png"),
    )(pack)


def pack(
    ticket: Annotated[str, typer.Argument(metavar="TICKET", help=tr("Ticket of the order."))],
    label: Annotated[
        str, typer.Option("--label", metavar="png|svg|zpl", help=tr("Write the repair label, too, 60 by 40 mm."))
    ] = "",
    pdf: Annotated[bool, typer.Option("--pdf", help=tr("Write it as a PDF, too."))] = False,
    json: Json = False,
) -> int:
    """Write the pack of an order that is handed over; numbers of the phone are masked."""
    from agent.cli import entry
    from agent.cli.names import names
    from agent.cli.report import tell, write_file
    from agent.cli.screen import language
    from agent.home import open_home
    from agent.orders import OrderBook
    from probes import BadInput
    from reports import HandOver
    from reports.render import LABELS, pack_label, pack_page, pack_pdf

    if label and label not in LABELS:
        raise BadInput(f"there is no label of that kind: take one of {', '.join(LABELS)}")
    home = open_home()
    book = OrderBook(home)
    case = book.case(ticket)
    if case.handover is None:
        raise BadInput(f"order {case.order.ticket} is not handed over yet", step="pack")
    given = HandOver.model_validate(book.mask(case).data(case.handover.model_dump(mode="json")), strict=False)
    folder = home.root / "orders" / "packs"
    # a ticket may hold anything: no name of a file is made of it
    name = f"{hashlib.sha256(ticket.encode()).hexdigest()[:16]}.{language()}"
    files = [write_file(folder / f"{name}.html", pack_page(given, language(), names))]
    if pdf:
        files.append(write_file(folder / f"{name}.pdf", pack_pdf(given, language(), names)))
    if label:
        files.append(write_file(folder / f"{name}.label.{label}", pack_label(given, language(), label)))
    tell([str(file) for file in files], as_json=json)
    return entry.OK
