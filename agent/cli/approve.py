"""``phonebench approve``: the customer's answer to a repair plan."""

# Typer reads annotations at run time, so they are not postponed here.
from typing import Annotated

import typer

from agent.cli.language import tr
from agent.cli.options import Json


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        help=tr("Record the customer's written or electronic answer to a repair plan."),
        epilog=tr("Example: phonebench approve TICKET --by C-1 --method signature"),
    )(approve)


def approve(  # noqa: PLR0917  typer calls it by name; the order is that of the command line
    ticket: Annotated[str, typer.Argument(metavar="TICKET", help=tr("Ticket of the order."))],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help=tr("Who answered."))],
    method: Annotated[
        str, typer.Option("--method", metavar="signature|message|app|mail", help=tr("How the answer came."))
    ],
    decline: Annotated[bool, typer.Option("--decline", help=tr("The customer does not want the repair."))] = False,
    discussed: Annotated[
        bool, typer.Option("--discussed", help=tr("High cost, lost data or changed functions were talked through."))
    ] = False,
    json: Json = False,
) -> int:
    """Record the answer."""
    from agent.cli.order_commands import approve as run

    return run(ticket, by=by, method=method, decline=decline, discussed=discussed, as_json=json)
