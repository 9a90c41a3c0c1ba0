"""A fault as one phone has it: how bad, and when."""

from __future__ import annotations

from dataclasses import dataclass

from hwsim.faults.entry import WHEN, Fault
from hwsim.faults.library import library

MOST = 3
"""How many faults a phone may have at once."""


class UnknownFault(ValueError):
    """No fault has this id, or it cannot be so bad or come and go like that; a sentence for the operator."""


@dataclass(frozen=True)
class Ailment:
    """A fault, its severity (0 to 1) and how it comes and goes (one of ``WHEN``)."""

    fault: Fault
    severity: float
    when: str = "constant"

    def __post_init__(self) -> None:
        if not 0.0 <= self.severity <= 1.0:
            raise UnknownFault(f"severity of {self.fault.id} is 0 to 1, not {self.severity}")
        if self.when not in self.fault.conditions:
            raise UnknownFault(f"{self.fault.id} is {' or '.join(self.fault.conditions)}, never {self.when!r}")

    @property
    def is_fault(self) -> bool:
        """Tell whether a bench engineer calls it a fault: it names a repair and is bad enough."""
        return self.fault.truth != "NONE" and self.severity >= self.fault.fault_from

    def __str__(self) -> str:
        return f"{self.fault.id}:{self.severity:g}" + ("" if self.when == "constant" else f"@{self.when}")


def parse_faults(text: str, *, severity: float | None = None) -> tuple[Ailment, ...]:
    """Read ``id``, ``id:severity``, ``id:severity@when``, up to three joined by ``+``.

    ``severity`` holds for those that name none; without it they get their clear case. ``healthy`` is no fault and gives
    none. Raises UnknownFault.
    """
    every = (_parse(part.strip(), severity) for part in text.split("+"))
    found = tuple(one for one in every if one.fault.id != "healthy")
    names = [one.fault.id for one in found]
    if len(found) > MOST or len(set(names)) < len(names):
        raise UnknownFault(f"a phone has up to {MOST} different faults, not {text}")
    return found


def _parse(text: str, otherwise: float | None) -> Ailment:
    named, _, when = text.partition("@")
    name, _, number = named.partition(":")
    fault = library().get(name)
    if fault is None:
        raise UnknownFault(f"no fault is called {name!r}; `faults` lists them")
    chosen = fault.severity_default if otherwise is None else otherwise
    try:
        severity = float(number) if number else chosen
    except ValueError:
        raise UnknownFault(f"severity {number!r} is not a number") from None
    if when and when not in WHEN:
        raise UnknownFault(f"faults are {', '.join(WHEN)}, not {when!r}")
    return Ailment(fault, severity, when or "constant")
