"""The files of the library, read once."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources

from hwsim.faults.entry import BadEntry, Fault, make_fault


@lru_cache(maxsize=1)
def library() -> dict[str, Fault]:
    """Return all faults by id, healthy first; raises BadEntry for a file that makes no sense."""
    faults: dict[str, Fault] = {}
    files = sorted((file for file in resources.files("hwsim.faults").iterdir()), key=lambda file: file.name)
    for file in files:
        if not file.name.endswith(".toml"):
            continue
        for name, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if name in faults:
                raise BadEntry(f"{name} is in two files, one of them {file.name}")
            faults[name] = make_fault(name, entry)
    return {"healthy": faults.pop("healthy"), **faults}
