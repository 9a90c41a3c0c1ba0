"""``phonebench order``: take an order in, inspect, attach a run, plan, record the repair, hand over."""

# Typer reads annotations at run time, so they are not postponed here.
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.language import tr
from agent.cli.options import Json, Run

Ticket = Annotated[str, typer.Argument(metavar="TICKET", help=tr("Ticket of the order."))]
File = Annotated[Path, typer.Argument(metavar="FILE", help=tr("JSON file; `phonebench schema` says what is in it."))]
order = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help=tr("Work orders: from intake to hand-over. Numbers of phones are masked in all output."),
)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.add_typer(order, name="order")


@order.command(help=tr("Take a work order in."), epilog=tr("Example: phonebench order take order.json"))
def take(
    file: File,
    keep_contact: Annotated[
        bool, typer.Option("--keep-contact", help=tr("Keep name and number of the customer, too."))
    ] = False,
    json: Json = False,
) -> int:
    """Take one order in."""
    from agent.cli.order_commands import take as run

    return run(file, keep_contact=keep_contact, as_json=json)


@order.command(
    help=tr("Fetch a work order from the ticket system and take it in."),
    epilog=tr("Example: phonebench order pull https://tickets.example/api/orders/T-1001"),
)
def pull(
    wanted: Annotated[
        str,
        typer.Argument(
            metavar="URL|TICKET", help=tr("Address of the order; a ticket where PHONEBENCH_ORDERS_URL has the address.")
        ),
    ],
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help=tr("Ask unencrypted, on a wire that is your own."))
    ] = False,
    deadline_s: Annotated[
        float, typer.Option("--deadline", metavar="SECONDS", min=0.1, max=120.0, help=tr("How long to wait at most."))
    ] = 20.0,
    keep_contact: Annotated[
        bool, typer.Option("--keep-contact", help=tr("Keep name and number of the customer, too."))
    ] = False,
    json: Json = False,
) -> int:
    """Pull one order."""
    from agent.cli.order_commands import pull as run

    return run(wanted, plain_http=plain_http, deadline_s=deadline_s, keep_contact=keep_contact, as_json=json)


@order.command("list", help=tr("List the orders, newest first."))
def list_orders(json: Json = False) -> int:
    """List all orders."""
    from agent.cli.order_commands import list_orders as run

    return run(as_json=json)


@order.command(help=tr("Show one order."))
def show(
    ticket: Ticket,
    sealed: Annotated[
        bool, typer.Option("--sealed", help=tr("Print the sealed record as JSON, with the numbers in clear."))
    ] = False,
    json: Json = False,
) -> int:
    """Show one order."""
    from agent.cli.order_commands import show_order as run

    return run(ticket, sealed=sealed, as_json=json)


@order.command(help=tr("Record backup reminder and inspection: before any test."))
def inspect(ticket: Ticket, file: File, json: Json = False) -> int:
    """Record the intake inspection."""
    from agent.cli.order_commands import inspect as run

    return run(ticket, file, as_json=json)


@order.command(help=tr("Put a photo of the intake on record by its hash; the inspection then needs no hashes."))
def photo(
    ticket: Ticket,
    file: Annotated[Path, typer.Argument(metavar="PHOTO", help=tr("JPEG, PNG or WebP picture."))],
    item: Annotated[
        str, typer.Option("--item", metavar="NAME", help=tr("What it shows: scratch, box, water_seal, proof ..."))
    ],
    keep: Annotated[
        bool, typer.Option("--keep", help=tr("Keep a copy on this bench: the picture alone, without place and camera."))
    ] = False,
    json: Json = False,
) -> int:
    """Record one photo."""
    from agent.cli.order_commands import photo as run

    return run(ticket, file, shows=item, keep=keep, as_json=json)


@order.command(help=tr("Make a run the intake run of an order, and see whether it is the same phone."))
def attach(
    ticket: Ticket,
    run: Run = "last",
    json: Json = False,
) -> int:
    """Attach a run."""
    from agent.cli.order_commands import attach as go

    return go(ticket, run, as_json=json)


@order.command(help=tr("Record a repair plan; it waits for the customer's answer (`phonebench approve`)."))
def plan(ticket: Ticket, file: File, json: Json = False) -> int:
    """Record a repair plan."""
    from agent.cli.order_commands import plan as run

    return run(ticket, file, as_json=json)


@order.command(help=tr("Record what was repaired; only after the customer has agreed."))
def repair(ticket: Ticket, file: File, json: Json = False) -> int:
    """Record a repair."""
    from agent.cli.order_commands import repair as run

    return run(ticket, file, as_json=json)


@order.command(help=tr("Hand the phone over, and print the pack and the repair log that go with it."))
def handover(
    ticket: Ticket,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help=tr("Who hands it over."))],
    json: Json = False,
) -> int:
    """Hand the phone over."""
    from agent.cli.order_commands import hand_over as run

    return run(ticket, by=by, as_json=json)


@order.command(help=tr("Close an order without a hand-over, such as one taken in by mistake."))
def cancel(
    ticket: Ticket,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=tr("Why."))],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help=tr("Who closes it."))],
    json: Json = False,
) -> int:
    """Close an order."""
    from agent.cli.order_commands import cancel as run

    return run(ticket, by=by, reason=reason, as_json=json)
