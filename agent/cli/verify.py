"""``phonebench verify``: our numbers beside published ones, so that nobody has to take our word for them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from agent.cli import entry
from agent.cli.language import tr
from agent.cli.screen import print_json, print_table, progress, results
from probes import BadInput, show
from probes.signals.references import Checked, DataCheck, Outcome, all_checks, run_check
from reports import mark

_MARKS: Final[Mapping[Outcome, str]] = {Outcome.AGREES: "✔", Outcome.FAILED: "✘", Outcome.SKIPPED: "-"}
_WORDS: Final[Mapping[Outcome, str]] = {
    Outcome.AGREES: mark("agrees"),
    Outcome.FAILED: mark("does not agree"),
    Outcome.SKIPPED: mark("skipped"),
}


def verify(data: Path | None, *, as_json: bool) -> int:
    """Run the checks that ship with us and, with a folder of recordings, those that read them; 1 when one fails.

    Raises:
        BadInput: ``data`` is no folder, or holds none of the recordings.
    """
    checked = list(_run(data))
    if as_json:
        print_json(_record(checked))
    else:
        _print(checked)
    return entry.FAULT if any(one.outcome is Outcome.FAILED for one in checked) else entry.OK


def _run(data: Path | None) -> Iterator[Checked]:
    if data is not None and not data.is_dir():
        raise BadInput(f"{show(str(data), 80)} is no folder of recordings")
    declared = list(all_checks(with_data=data is not None))
    names = {name for _, check in declared if isinstance(check, DataCheck) for name in check.files}
    if data is not None and not any((data / name).is_file() for name in names):
        raise BadInput(f"{show(str(data), 80)} holds none of the recordings that the checks read")
    for number, (family, check) in enumerate(declared, start=1):
        if progress().is_terminal:
            progress().print(f"{number}/{len(declared)} {tr(check.name)}", end="\r", overflow="ellipsis", no_wrap=True)
        yield run_check(family, check, data)


def _print(checked: list[Checked]) -> None:
    headers = [
        "",
        tr("Check"),
        tr("Ours"),
        tr("Reference"),
        tr("Difference"),
        tr("Tolerance"),
        tr("Unit"),
        tr("Source"),
    ]
    print_table(headers, [_row(one) for one in checked])
    count = Counter(one.outcome for one in checked)
    results().print(
        tr("{agree} agree, {failed} do not agree, {skipped} skipped").format(
            agree=count[Outcome.AGREES], failed=count[Outcome.FAILED], skipped=count[Outcome.SKIPPED]
        )
    )


def _row(one: Checked) -> list[str]:
    check = one.check
    if one.reason:
        ours, difference = f"{tr(_WORDS[one.outcome])}: {show(one.reason, 120)}", ""
    else:
        ours, difference = _number(one.ours), f"{one.ours - check.reference:.1e}"
    reference, tolerance = _number(check.reference), f"{check.tolerance:.1e}"
    return [_MARKS[one.outcome], tr(check.name), ours, reference, difference, tolerance, check.unit, check.source]


def _number(value: float) -> str:
    return f"{value:.10g}"


def _record(checked: list[Checked]) -> dict[str, Any]:
    count = Counter(one.outcome for one in checked)
    return {
        **{str(outcome): count[outcome] for outcome in Outcome},
        "checks": [
            {
                "family": one.family,
                "name": one.check.name,
                "outcome": str(one.outcome),
                "ours": one.ours if math.isfinite(one.ours) else None,
                "reference": one.check.reference,
                "tolerance": one.check.tolerance,
                "unit": one.check.unit,
                "source": one.check.source,
                "reason": show(one.reason, 200),
            }
            for one in checked
        ],
    }
