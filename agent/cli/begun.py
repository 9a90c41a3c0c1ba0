"""How a run was begun: kept beside it before the journal knows of it, so that one that is killed goes on the same way.

It holds what the command line said, not what came of it: files are named, and read again.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from pydantic import ConfigDict, StrictInt, StrictStr, ValidationError, model_validator

from agent.guide import Rules
from agent.home import Home
from agent.rack import RackSpec
from probes import BadInput, Record, StoreError

_FILE: Final = "begun.json"


class Begun(Record):
    """What a run was begun with.

    Attributes:
        rack: how the phone was emulated; None for one on the bench.
        number: which phone of that rack.
        rules: how the order of its plan is found.
        limits: file of limits; None for the declared ones.
        indicators: file of watching programs; None for the list that ships.
        bench: file of the bench's instruments.
        modem: address of the phone's modem.
        unattended: whether nobody is at the bench.
    """

    model_config = ConfigDict(strict=False)

    rack: RackSpec | None = None
    number: StrictInt = 0
    rules: Rules = Rules()
    limits: Path | None = None
    indicators: Path | None = None
    bench: Path | None = None
    modem: StrictStr = ""
    unattended: bool = False

    @model_validator(mode="after")
    def _is_there(self) -> Begun:
        if self.rack is not None and not 0 <= self.number < self.rack.phones:
            raise ValueError("the rack has no such phone")
        return self


def keep_begun(home: Home, run_id: str, begun: Begun) -> None:
    """Keep it in the folder of a run.

    Raises:
        StoreError: the folder cannot be written to.
    """
    folder = home.run_dir(run_id)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / _FILE).open("wb") as file:
            file.write(begun.model_dump_json().encode())
            file.flush()
            os.fsync(file.fileno())  # the journal is durable, too, and knows of the run next
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error.strerror}", step="begin run") from error


def read_begun(home: Home, run_id: str) -> Begun:
    """What was kept of a run; as on a bare bench where nothing was.

    Raises:
        BadInput: what was kept is damaged.
    """
    try:
        return Begun.model_validate_json((home.run_dir(run_id) / _FILE).read_bytes())
    except FileNotFoundError:
        return Begun()
    except (OSError, ValidationError) as error:
        raise BadInput(f"nobody can tell how run {run_id} was begun: diagnose the phone anew", step="resume") from error
