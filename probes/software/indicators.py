"""Package names by which programs that watch somebody in secret are known, read from a list that anybody can update."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from pydantic import Field, StrictStr, ValidationError

from probes._errors import BadInput
from probes._limits import Record

_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+")
_MAX_BYTES = 4 * 1024 * 1024


class Indicators(Record):
    """A list of indicators.

    Attributes:
        source: who keeps the list, licence included; shown with every match.
        updated: date of the list, as its keeper writes it.
        watchers: name of the program by package name.
        trusted_admins: packages that may be device administrators without a remark.
    """

    source: StrictStr = Field(min_length=1)
    licence: StrictStr = Field(min_length=1)
    updated: StrictStr = ""
    watchers: MappingProxyType[str, str] = MappingProxyType({})
    trusted_admins: frozenset[str] = frozenset()

    model_config = Record.model_config | {"arbitrary_types_allowed": True}


class _File(Record):
    source: StrictStr = Field(min_length=1)
    licence: StrictStr = Field(min_length=1)
    updated: StrictStr = ""
    watcher: dict[StrictStr, list[StrictStr]] = Field(default_factory=dict)
    trusted_admins: list[StrictStr] = Field(default_factory=list)


@cache
def shipped_indicators() -> Indicators:
    """The list that ships with phonebench."""
    return _parsed(resources.files("probes.software").joinpath("indicators.toml").read_bytes(), "indicators.toml")


def read_indicators(path: Path) -> Indicators:
    """Read a list from a file.

    Raises:
        BadInput: it cannot be read or is not such a list; says where.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}", step="read indicators") from error
    if len(raw) > _MAX_BYTES:
        raise BadInput(f"{path.name} is larger than {_MAX_BYTES} bytes", step="read indicators")
    return _parsed(raw, path.name)


def _parsed(raw: bytes, name: str) -> Indicators:
    try:
        file = _File.model_validate(tomllib.loads(raw.decode()))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"indicators {name}, {place}: {first['msg']}", step="read indicators") from error
    except (ValueError, RecursionError) as error:  # no TOML, no UTF-8, a number or a nesting without end
        raise BadInput(f"indicators {name}: {error}", step="read indicators") from error
    for package in (package for packages in file.watcher.values() for package in packages):
        if not _PACKAGE.fullmatch(package):
            raise BadInput(f"indicators {name}: {package!r} is no package name", step="read indicators")
    watchers = {package: program for program, packages in file.watcher.items() for package in packages}
    return Indicators(
        source=file.source,
        licence=file.licence,
        updated=file.updated,
        watchers=MappingProxyType(watchers),
        trusted_admins=frozenset(file.trusted_admins),
    )
