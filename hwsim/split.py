"""Which kinds of phone and which severities are held out, by hash and by nothing else (see ``split.toml``)."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import Any, NamedTuple


class Split(NamedTuple):
    """The rule: how many profiles, which share of the severities, and in how many bins 0..1 is cut."""

    held_out_profiles: int
    held_out_severity_ratio: float
    severity_bins: int


@lru_cache(maxsize=1)
def split() -> Split:
    """Read the rule."""
    text = resources.files("hwsim").joinpath("split.toml").read_text(encoding="utf-8")
    return Split(**tomllib.loads(text))


def held_out_profiles(names: list[str]) -> list[str]:
    """Return the profiles that are held out, in the order of their hashes."""
    return sorted(names, key=lambda name: _hash(f"profile/{name}"))[: split().held_out_profiles]


def held_out_bins(fault: str) -> list[int]:
    """Return the bins of severity of a fault that are held out."""
    rule = split()
    return [
        place
        for place in range(rule.severity_bins)
        if _hash(f"severity/{fault}/{place}") < rule.held_out_severity_ratio
    ]


def is_held_out(fault: str, severity: float) -> bool:
    """Tell whether a fault of a severity 0..1 is held out."""
    bins = split().severity_bins
    return min(int(severity * bins), bins - 1) in held_out_bins(fault)


def listing(profiles: list[str], faults: list[str]) -> dict[str, Any]:
    """Return everything that is held out, for programs that may not import this one."""
    return {
        "profiles": held_out_profiles(profiles),
        "severity_bins": split().severity_bins,
        "severities": {fault: held_out_bins(fault) for fault in faults},
    }


def _hash(text: str) -> float:
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big") / 2.0**64
