"""``phonebench rules``: what the service rules say of an order, a return to the factory, a parcel, a statement."""

# Typer reads annotations at run time, so they are not postponed here.
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.language import tr
from agent.cli.options import Json

Ticket = Annotated[str, typer.Argument(metavar="TICKET", help=tr("Ticket of the order."))]
File = Annotated[Path, typer.Argument(metavar="FILE", help=tr("JSON file; `phonebench schema` says what is in it."))]
rules = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help=tr("Service rules: the bench computes, a person signs. What is not known stays undetermined."),
)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.add_typer(rules, name="rules")


@rules.command(help=tr("Warranty, exchange, return and service type of an order."))
def order(
    ticket: Ticket,
    today: Annotated[
        str,
        typer.Option("--today", metavar="YYYY-MM-DD", help=tr("As of this day, else that of the order.")),
    ] = "",
    json: Json = False,
) -> int:
    """Decide on one order."""
    from agent.cli.rule_commands import of_order

    return of_order(ticket, today=today, as_json=json)


@rules.command(help=tr("The same from a file of facts, without an order."))
def facts(file: File, json: Json = False) -> int:
    """Decide on facts."""
    from agent.cli.rule_commands import of_facts

    return of_facts(file, as_json=json)


@rules.command(help=tr("Sign the decision on one rule of an order."))
def sign(  # noqa: PLR0917  typer calls it by name; the order is that of the command line
    ticket: Ticket,
    rule: Annotated[str, typer.Argument(metavar="RULE", help=tr("Name of the rule, such as warranty.main."))],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help=tr("Who signs."))],
    decision: Annotated[
        str, typer.Option("--decision", metavar="eligible|ineligible", help=tr("What the person decides."))
    ],
    note: Annotated[str, typer.Option("--note", help=tr("Why, where it is not what was computed."))] = "",
    json: Json = False,
) -> int:
    """Sign one decision."""
    from agent.cli.rule_commands import sign as run

    return run(ticket, rule, by=by, decision=decision, note=note, as_json=json)


@rules.command(help=tr("Make the packing list of a return to the factory; say what may not go, and why."))
def pack(
    file: File,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help=tr("Write the list there, as CSV under its proper name.")),
    ] = None,
    json: Json = False,
) -> int:
    """Make a packing list."""
    from agent.cli.rule_commands import pack as run

    return run(file, out=out, as_json=json)


@rules.command(help=tr("What to do with a parcel that comes in."))
def parcel(file: File, json: Json = False) -> int:
    """Decide on a parcel."""
    from agent.cli.rule_commands import parcel as run

    return run(file, as_json=json)


@rules.command(help=tr("Add up a monthly statement, and say by when it is signed back."))
def statement(file: File, json: Json = False) -> int:
    """Check a statement."""
    from agent.cli.rule_commands import statement as run

    return run(file, as_json=json)


@rules.command("list", help=tr("List the numbers of the rules, and how open points are read."))
def list_rules(json: Json = False) -> int:
    """List the policy."""
    from agent.cli.rule_commands import list_rules as run

    return run(as_json=json)
