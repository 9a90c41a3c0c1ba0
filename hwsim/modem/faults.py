"""The modem's fault library: each fault drives state and nothing else, and names the part that repairs it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources
from typing import Any


class UnknownFault(ValueError):
    """No fault of that name, or a severity outside 0..1; the text says which."""


@dataclass(frozen=True)
class Condition:
    """The state of the parts around the modem; the defaults are a healthy phone."""

    card_present: bool = True
    card_dead: bool = False
    contact_flaps_per_minute: float = 0.0
    pin_asked: bool = False
    pin_blocked: bool = False
    antenna_loss_db: float = 0.0
    receive_dead: bool = False
    transmit_dead: bool = False
    crash_mean_s: float = 0.0
    silent: bool = False
    identity_lost: bool = False
    network_refuses: bool = False
    flight_mode: bool = False


@dataclass(frozen=True)
class Fault:
    """One way to be broken."""

    id: str
    truth: str
    reason: str
    fault_from: float
    because: str
    drives: dict[str, Any]
    function: str = ""

    def condition(self, severity: float) -> Condition:
        """Return the condition that this fault makes at a severity (0..1)."""
        return Condition(**{name: _at(value, severity) for name, value in self.drives.items()})


def _at(value: Any, severity: float) -> Any:
    if isinstance(value, list):
        low, high = value
        return low + (high - low) * severity
    return value


@lru_cache(maxsize=1)
def library() -> dict[str, Fault]:
    """Read the library that ships beside this module."""
    table = tomllib.loads((resources.files("hwsim.modem") / "faults.toml").read_text(encoding="utf-8"))
    known = {field.name for field in fields(Condition)}
    for name, entry in table.items():
        if unknown := set(entry["drives"]) - known:
            raise UnknownFault(f"{name} drives what a modem does not have: {', '.join(sorted(unknown))}")
    return {name: Fault(id=name, **entry) for name, entry in table.items()}


def parse_fault(text: str) -> tuple[Fault, float]:
    """Read ``id`` or ``id:severity``; without a severity it is 0.7.

    Raises:
        UnknownFault: There is no such fault, or the severity is not between 0 and 1.
    """
    name, _, number = text.partition(":")
    fault = library().get(name)
    if fault is None:
        raise UnknownFault(f"no fault of the modem is called {name!r}; known: {', '.join(sorted(library()))}")
    try:
        severity = float(number or "0.7")
    except ValueError:
        severity = -1.0
    if not 0.0 <= severity <= 1.0:
        raise UnknownFault(f"a severity lies between 0 and 1, not {number!r}")
    return fault, severity
