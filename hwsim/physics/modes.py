"""Fault modes: how the severity of a fault becomes a physical parameter of a part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Part = TypeVar("Part")


@dataclass(frozen=True)
class FaultMode(Generic[Part]):
    """One way for a part to go bad; calling it gives the part as it is at a severity.

    ``reason`` is the physical cause in one sentence, ``fault_from`` the severity from which a bench engineer calls
    it a fault and ``because`` why from there. Severity 0 is the healthy part, unchanged.
    """

    name: str
    healthy: Part
    fault_from: float
    because: str
    reason: str
    change: Callable[[Part, float], Part]

    def __call__(self, part: Part, severity: float) -> Part:
        """Return ``part`` with this fault at ``severity`` 0..1; raises ValueError outside that range."""
        if not 0.0 <= severity <= 1.0:
            raise ValueError(f"severity of {self.name} is 0 to 1, not {severity}")
        return self.change(part, severity) if severity else part


def fault_mode(
    name: str, *, of: Part, fault_from: float, because: str
) -> Callable[[Callable[[Part, float], Part]], FaultMode[Part]]:
    """Declare a fault mode of the part ``of``; the first line of the function's docstring is its physical reason."""

    def declare(change: Callable[[Part, float], Part]) -> FaultMode[Part]:
        reason = (change.__doc__ or "").strip().partition("\n")[0]
        return FaultMode(name=name, healthy=of, fault_from=fault_from, because=because, reason=reason, change=change)

    return declare


def between(healthy: float, worst: float, severity: float) -> float:
    """Return the value on the straight line from healthy (severity 0) to worst (severity 1)."""
    return healthy + (worst - healthy) * severity


def between_log(healthy: float, worst: float, severity: float) -> float:
    """Return the value on the exponential from healthy to worst, for positive values that span decades."""
    return float(healthy * (worst / healthy) ** severity)
