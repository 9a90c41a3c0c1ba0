"""``phonebench learn``: limits of one model from known-good phones of it."""

# Typer reads annotations at run time, so they are not postponed here.
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.language import tr

_Model = Annotated[str, typer.Argument(metavar="MODEL", help=tr("Model as the phone tells it, such as SM-A546B."))]
_Runs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[RUN...]", help=tr("Runs of known-good phones; all good runs of the model where none is.")),
]
_Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help=tr("File to write; else it goes to standard output."))
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        help=tr("Learn limits for a model from runs of at least five known-good phones, for --limits."),
        epilog=tr("Example: phonebench learn SM-A546B --out a54.toml"),
    )(learn)


def learn(model: _Model, runs: _Runs = None, out: _Out = None) -> int:
    """Write a limits file, and say beside it what it rests on."""
    from agent.cli import entry
    from agent.cli.bench import opened
    from agent.cli.screen import progress
    from agent.learn import good_runs, limits_file
    from agent.learn import learn as learned_from
    from probes import StoreError, show

    with opened() as (_, journal):
        good = good_runs(journal, model, runs or ())
    learned = learned_from(good)
    text = limits_file(model, good, learned)
    if out is None:
        typer.echo(text, nl=False)
    else:
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise StoreError(f"cannot write {show(str(out))}: {error.strerror}", step="learn") from error
    said = progress()
    said.print(tr("{limits} limits from {phones} known-good phones").format(limits=len(learned), phones=len(good)))
    for one in learned:
        if one.outside:
            words = tr("{what}: outside of the learned limit lies run {runs}; is that phone good?")
            said.print(words.format(what=f"{one.probe}.{one.measure}", runs=", ".join(one.outside)))
    return entry.OK
