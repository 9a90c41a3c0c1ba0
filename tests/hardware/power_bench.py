"""What the tests of battery, charging and stress share: one way to read a result."""

from __future__ import annotations

from probes import ProbeResult


def values(result: ProbeResult) -> dict[str, float | str | None]:
    """Value by measurement, its reason where it has none."""
    return {taken.name: taken.value if taken.value is not None else taken.reason for taken in result.measurements}


def number(result: ProbeResult, name: str) -> float:
    """A measurement that has to be a number."""
    found = values(result)[name]
    assert isinstance(found, int | float), result
    return found


def found(result: ProbeResult) -> set[tuple[str, str]]:
    """Code and part of each finding."""
    return {(one.code, "/".join(one.components)) for one in result.findings}
