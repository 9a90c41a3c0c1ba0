"""Checks of our analysers against numbers that others published, and how a check comes out.

A family of analysers keeps its checks in ``checks_<family>.py`` as two tuples: ``CHECKS`` needs nothing but the
program, ``DATA_CHECKS`` reads published recordings from a folder. Here is the one place where files are read.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

FAMILIES: Final = ("audio", "motion", "power", "image")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One number of ours beside a published or closed-form one.

    ``tolerance`` is absolute, in ``unit`` (UCUM text, "1" for a ratio). ``name`` is an English message id; ``source``
    names the table, paper or formula. ``run`` computes our number.
    """

    name: str
    reference: float
    tolerance: float
    unit: str
    source: str
    run: Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCheck:
    """A check that reads ``files`` (relative to the folder of recordings); ``run`` takes that folder."""

    name: str
    reference: float
    tolerance: float
    unit: str
    source: str
    files: tuple[str, ...]
    run: Callable[[Path], float]


class Outcome(StrEnum):
    """How a check came out; only ``FAILED`` speaks against us."""

    AGREES = "agrees"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A check with our number (``nan`` where it was skipped or broke off) and, for those, the reason."""

    family: str
    check: Check | DataCheck
    ours: float
    outcome: Outcome
    reason: str = ""


def all_checks(*, with_data: bool) -> Iterator[tuple[str, Check | DataCheck]]:
    """Every check that is declared, as ``(family, check)``; those that read recordings only where asked for."""
    for family in FAMILIES:
        module = importlib.import_module(f"probes.signals.checks_{family}")
        yield from ((family, check) for check in module.CHECKS)
        if with_data:
            yield from ((family, check) for check in module.DATA_CHECKS)


def run_check(family: str, check: Check | DataCheck, data: Path | None = None) -> Checked:
    """Run one check. A missing file skips it; a check that breaks off has failed, whatever broke."""
    try:
        if isinstance(check, Check):
            ours = check.run()
        elif data is None:
            return _skipped(family, check, "no folder of recordings")
        elif missing := [name for name in check.files if not (data / name).is_file()]:
            return _skipped(family, check, ", ".join(missing))
        else:
            ours = check.run(data)
    except Exception as error:  # noqa: BLE001  a verification that stops at its first trouble verifies nothing
        return Checked(
            family=family, check=check, ours=math.nan, outcome=Outcome.FAILED, reason=f"{type(error).__name__}: {error}"
        )
    agrees = math.isfinite(ours) and abs(ours - check.reference) <= check.tolerance
    return Checked(family=family, check=check, ours=float(ours), outcome=Outcome.AGREES if agrees else Outcome.FAILED)


def _skipped(family: str, check: DataCheck, reason: str) -> Checked:
    return Checked(family=family, check=check, ours=math.nan, outcome=Outcome.SKIPPED, reason=reason)
