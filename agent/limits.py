"""Limits from a file, in place of those that probes declare: by probe, by measurement."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from agent.plan import known_probes
from agent.session import Limits
from probes import BadInput, Limit, OneOf, Recorded, Unit, show

DECLARED: Final = "declared"
_MAX_BYTES: Final = 1 << 20
_adapter: TypeAdapter[Limit] = TypeAdapter(Limit)


def read_limits(path: Path) -> tuple[Limits, str]:
    """Read a limits file and return its limits and a name for them: file name and start of its SHA-256.

    The file is TOML::

        ["battery.gauge".soh_percent]
        kind = "at_least"
        low = 75
        source = { kind = "learned", text = "our shop, 2026-10" }

    Raises:
        BadInput: it is not readable, not TOML, or names a probe, measurement or limit that does not exist.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise BadInput(f"limits file {show(path.name)} is larger than 1 MiB")
        data = tomllib.loads(raw.decode())
    except OSError as error:
        raise BadInput(f"cannot read limits file {show(str(path))}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # also a number or a nesting without end
        raise BadInput(f"limits file {show(path.name)} is not TOML: {show(str(error))}") from error
    known = {probe.meta.id: {measure.name: measure.unit for measure in probe.meta.measures} for probe in known_probes()}
    limits: dict[str, dict[str, Limit]] = {}
    for probe, table in data.items():
        if probe not in known or not isinstance(table, dict):
            raise BadInput(f"limits file {show(path.name)}: there is no probe {show(probe)!r}")
        for name, limit in table.items():
            if name not in known[probe]:
                raise BadInput(f"limits file {show(path.name)}: {probe} has no measurement {show(name)!r}")
            limits.setdefault(probe, {})[name] = _limit(path.name, f"{probe}.{name}", limit, known[probe][name])
    return limits, f"{show(path.name)} {hashlib.sha256(raw).hexdigest()[:12]}"


def _limit(file_name: str, place: str, data: object, unit: Unit) -> Limit:
    try:
        limit = _adapter.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([place, *(str(part) for part in first["loc"])])
        raise BadInput(f"limits file {show(file_name)}: {where}: {first['msg']}") from error
    if unit is Unit.TEXT and not isinstance(limit, OneOf | Recorded):
        raise BadInput(f"limits file {show(file_name)}: {place} is a text: it takes one_of, not {limit.kind}")
    return limit
