"""The library of faults, and how one is put into a phone."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from hwsim.phone.condition import Condition, is_field, is_whole


class UnknownFault(ValueError):
    """No fault has this id, or the severity is outside its range."""


@dataclass(frozen=True)
class Fault:
    """One way for a phone to be broken; ``truth`` is a component code, ``function`` set for board functions."""

    id: str
    truth: str
    function: str | None
    reason: str
    severity_min: float
    severity_max: float
    severity_default: float
    drives: dict[str, Any]

    def condition(self, severity: float | None = None) -> Condition:
        """Return the condition of a phone with this fault; raises UnknownFault for a severity out of range."""
        chosen = self.severity_default if severity is None else severity
        if not self.severity_min <= chosen <= self.severity_max:
            raise UnknownFault(f"severity of {self.id} is {self.severity_min} to {self.severity_max}, not {chosen}")
        condition = Condition()
        for name, value in self.drives.items():
            if isinstance(value, list):
                driven = value[0] + (value[1] - value[0]) * chosen
                setattr(condition, name, round(driven) if is_whole(name) else driven)
            else:
                setattr(condition, name, value)
        return condition


@lru_cache(maxsize=1)
def library() -> dict[str, Fault]:
    """Return all faults by id; raises UnknownFault when the file drives a field that does not exist."""
    text = resources.files("hwsim").joinpath("faults.toml").read_text(encoding="utf-8")
    faults = {}
    for name, entry in tomllib.loads(text).items():
        unknown = [field for field in entry["drives"] if not is_field(field)]
        if unknown:
            raise UnknownFault(f"{name} drives {unknown}, which no phone has")
        low, high = entry["severity"]
        faults[name] = Fault(
            id=name,
            truth=entry["truth"],
            function=entry.get("function"),
            reason=entry["reason"],
            severity_min=low,
            severity_max=high,
            severity_default=entry["default"],
            drives=entry["drives"],
        )
    return faults


def parse_fault(text: str) -> tuple[Fault, float]:
    """Read ``id`` or ``id:severity``; raises UnknownFault with a sentence for the operator."""
    name, _, severity_text = text.partition(":")
    fault = library().get(name)
    if fault is None:
        raise UnknownFault(f"no fault is called {name!r}; `faults` lists them")
    try:
        severity = float(severity_text) if severity_text else fault.severity_default
    except ValueError:
        raise UnknownFault(f"severity {severity_text!r} is not a number") from None
    fault.condition(severity)
    return fault, severity
