"""``phonebench cassette``: recorded phones without a phone at hand."""

# Typer reads annotations at run time, so they are not postponed here.
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.language import tr

cassette = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=tr("Recorded phones, personal data masked."))


@cassette.command(
    "from-dumps",
    help=tr("Make a cassette of dumps that were taken one by one; a device's name and __ may stand before theirs."),
    epilog=tr("Example: phonebench cassette from-dumps dumps pixel8.cassette --device pixel8"),
)
def from_dumps(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=tr("Folder of dumps."))],
    out: Annotated[Path, typer.Argument(metavar="OUT", help=tr("File to write."))],
    device: Annotated[
        str, typer.Option("--device", metavar="NAME", help=tr("Whose dumps: what stands before __ in their names."))
    ] = "",
    json: Annotated[bool, typer.Option("--json", help=tr("Print JSON for programs."))] = False,
) -> int:
    """Convert, and return the exit code."""
    from agent import cassettes
    from agent.cli.screen import print_json
    from probes import BadInput, show

    require_place(out)
    if not device and (known := cassettes.devices_of(folder)) and known != ("",):
        names = ", ".join(show(name, 60) for name in known[:20])
        raise BadInput(f"the dumps are of several devices; name one with --device: {names}", step="read dumps")
    tape = cassettes.from_dumps(folder, device)
    tape.save(out)
    if json:
        print_json({"cassette": str(out), "answers": tape.exchanges})
    else:
        tell(out, tape.exchanges)
    return 0


def require_place(out: Path) -> None:
    """Refuse a place that cannot be written before a phone is asked for minutes.

    Raises:
        BadInput: no file can be there.
    """
    from probes import BadInput, show

    if out.is_dir() or not out.parent.is_dir():
        raise BadInput(f"{show(str(out))} cannot be a file", step="save cassette")


def tell(out: Path, answers: int) -> None:
    """Say what was kept and where."""
    from agent.cli.screen import progress
    from probes import show

    words = tr("{answers} answers kept in {file}, personal data masked")
    progress().print(words.format(answers=answers, file=show(str(out), 200)))
