"""``phonebench fixtures list|check``: what stands on the bench, and whether it answers and is calibrated."""

# Typer reads annotations at run time, so they are not postponed here.
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli import entry
from agent.cli.language import tr

if TYPE_CHECKING:
    from fixtures import Place, Token

BenchOption = Annotated[Path, typer.Option("--bench", metavar="FILE", help=tr("Bench file (TOML)."))]
Json = Annotated[bool, typer.Option("--json", help=tr("Print JSON for programs."))]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True, rich_markup_mode=None, help=tr("Instruments and known-good parts of the bench.")
    )
    group.command("list", help=tr("List what the bench file names; nothing is opened."))(list_fixtures)
    group.command("check", help=tr("Open each instrument: does it answer, does its calibration hold?"))(check_fixtures)
    app.add_typer(group, name="fixtures")


def list_fixtures(bench: BenchOption, json: Json = False) -> int:
    """List what the file names."""
    from fixtures import read_bench

    file = read_bench(bench)
    rows = [_record(one) for one in file.places] + [_token_record(one) for one in file.tokens]
    return _show(rows, as_json=json)


def check_fixtures(bench: BenchOption, json: Json = False) -> int:
    """Open each and say what it says; exit code 2 where one cannot be used."""
    from fixtures import read_bench

    file = read_bench(bench)
    rows = [_checked(one) for one in file.places] + [_token_record(one) for one in file.tokens]
    _show(rows, as_json=json)
    return entry.OK if all(row["state"] in ("ok", "person") for row in rows) else entry.BENCH


def _checked(place: "Place") -> dict[str, Any]:
    from agent.operator import AbsentOperator
    from probes import BenchError

    row = _record(place)
    if place.driver == "human":
        return row | {"state": "person"}
    try:
        with place.make(AbsentOperator()) as fixture:
            row |= {"says": fixture.identify(), "calibrated": str(fixture.calibration.on or "")}
            row["state"] = "ok" if fixture.calibration.holds(_today()) or not _measures(place) else "not_calibrated"
    except BenchError as error:
        row |= {"state": "missing", "says": error.line(tr)}
    return row


def _record(place: "Place") -> dict[str, Any]:
    return {
        "name": place.name,
        "kind": str(place.kind),
        "driver": place.driver,
        "serves": place.serves,
        "calibrated": str(place.calibration.on or ""),
        "state": "",
        "says": "",
    }


def _token_record(token: "Token") -> dict[str, Any]:
    return {
        "name": token.name,
        "kind": token.kind,
        "driver": "",
        "serves": "",
        "calibrated": str(token.checked.on or ""),
        "state": "ok" if token.checked.holds(_today()) else "not_checked",
        "says": "",
    }


def _measures(place: "Place") -> bool:
    """Whether its readings count as measurements: a hub or a lamp needs no certificate."""
    from fixtures import Kind

    return place.kind in (Kind.POWER_METER, Kind.SOUND)


def _today() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


def _show(rows: list[dict[str, Any]], *, as_json: bool) -> int:
    from agent.cli.screen import print_json, print_table
    from probes import show

    if as_json:
        print_json(rows)
        return entry.OK
    heads = [tr("Name"), tr("Kind"), tr("Driver"), tr("Socket"), tr("Calibrated"), tr("State"), tr("Says")]
    print_table(heads, [[show(str(value), 80) for value in row.values()] for row in rows])
    return entry.OK
