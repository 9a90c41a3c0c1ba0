"""From rows to the table: how often each claim was true, and how often a probe cried on a healthy phone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from benchmarks.detection.cells import HEALTHY, Cell, all_cells, severities
from benchmarks.detection.claims import Claim, probe_of
from hwsim.phone.profile import profiles
from hwsim.split import held_out_profiles, is_held_out

SCHEMA: Final = 1
_Z: Final = 1.959964
_LISTED: Final = 12
_CANNOT: Final = "not_supported"
Rows = Mapping[Cell, Mapping[str, Any]]


def wilson(count: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), which is honest at 0 % and 100 % too.

    >>> [round(edge, 3) for edge in wilson(24, 24)]
    [0.862, 1.0]
    """
    if not total:
        return 0.0, 1.0
    share, spread = count / total, _Z * _Z / total
    middle = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / total / 4)
    return (middle - half if count else 0.0), (middle + half if count < total else 1.0)  # exact at both ends


def is_detected(row: Mapping[str, Any], claim: Claim) -> bool:
    """Whether the finding that was claimed is there and names the part."""
    return any(one["code"] == claim.finding and claim.component in one["components"] for one in row["findings"])


def is_false(row: Mapping[str, Any]) -> bool:
    """Whether a probe found something on a healthy phone."""
    return bool(row["findings"])


def make_table(
    claims: Sequence[Claim], rows: Rows, faulty_seeds: int, healthy_seeds: int, *, partly: bool = False
) -> dict[str, Any]:
    """The table as it is published.

    Args:
        claims: what is claimed.
        rows: what was tried.
        faulty_seeds: phones per claim and severity that were wanted.
        healthy_seeds: healthy phones per probe that were wanted.
        partly: take what there is; the table then says how many of the trials it rests on.

    Raises:
        ValueError: a trial was not run yet.
    """
    wanted = all_cells(claims, faulty_seeds, healthy_seeds)
    cells = [cell for cell in wanted if cell in rows]
    if len(cells) < len(wanted) and not partly:
        missing = next(cell for cell in wanted if cell not in rows)
        raise ValueError(f"{len(wanted) - len(cells)} of {len(wanted)} trials were not run yet, e.g. {missing}")
    held = set(held_out_profiles(list(profiles())))
    probes = {claim.probe: claim for claim in claims}
    return {
        "schema": SCHEMA,
        "commits": sorted({str(rows[cell].get("commit", "unknown")) for cell in cells}),
        "trials": len(cells),
        "trials_wanted": len(wanted),
        "claims": [
            _claim_row(claim, severity, cells, rows, held) for claim in claims for severity in severities(claim.mode)
        ],
        "healthy": [_healthy_row(claim, cells, rows, held) for _, claim in sorted(probes.items())],
    }


def _claim_row(claim: Claim, severity: float, cells: Sequence[Cell], rows: Rows, held: set[str]) -> dict[str, Any]:
    asked = [one for one in cells if (one.mode, one.severity, one.probe) == (claim.mode, severity, claim.probe)]
    tried = [cell for cell in asked if rows[cell]["verdict"] != _CANNOT]
    missed = [cell for cell in tried if not is_detected(rows[cell], claim)]
    return {
        "mode": claim.mode,
        "severity": severity,
        "severity_held_out": is_held_out(claim.mode, severity),
        "probe": claim.probe,
        "probe_version": probe_of(claim).meta.version,
        "finding": claim.finding,
        "component": claim.component,
        "stage": claim.stage,
        "seeds": _seeds(asked),
        "not_supported": len(asked) - len(tried),
        **_counts("detected", tried, [cell for cell in tried if cell not in missed], held),
        "missed": [_named(cell, rows[cell]) for cell in missed[:_LISTED]],
    }


def _healthy_row(claim: Claim, cells: Sequence[Cell], rows: Rows, held: set[str]) -> dict[str, Any]:
    asked = [one for one in cells if (one.mode, one.probe) == (HEALTHY, claim.probe)]
    tried = [cell for cell in asked if rows[cell]["verdict"] != _CANNOT]
    wrong = [cell for cell in tried if is_false(rows[cell])]
    unjudged = [cell for cell in tried if cell not in wrong and rows[cell]["verdict"] in {"error", "crash"}]
    return {
        "probe": claim.probe,
        "probe_version": probe_of(claim).meta.version,
        "seeds": _seeds(asked),
        "not_supported": len(asked) - len(tried),
        **_counts("false", tried, wrong, held),
        "broke": len(unjudged),
        "listed": [_named(cell, rows[cell]) for cell in [*wrong, *unjudged][:_LISTED]],
    }


def _counts(word: str, tried: Sequence[Cell], counted: Sequence[Cell], held: set[str]) -> dict[str, Any]:
    low, high = wilson(len(counted), len(tried))
    return {
        "phones": len(tried),
        "profiles": len({cell.profile for cell in tried}),
        word: len(counted),
        "interval": [round(low, 3), round(high, 3)],
        "held_out_phones": sum(cell.profile in held for cell in tried),
        f"held_out_{word}": sum(cell.profile in held for cell in counted),
    }


def _seeds(tried: Sequence[Cell]) -> list[int]:
    """First and last."""
    seeds = [cell.seed for cell in tried]
    return [min(seeds), max(seeds)] if seeds else []


def _named(cell: Cell, row: Mapping[str, Any]) -> dict[str, Any]:
    found = sorted({one["code"] for one in row["findings"]})
    return {"profile": cell.profile, "seed": cell.seed, "verdict": row["verdict"], "said": row["said"], "found": found}


def page(table: Mapping[str, Any], unseen: Mapping[str, str]) -> Iterator[str]:
    """The table as a page for people."""
    yield "# What the hardware probes detect"
    yield ""
    yield f"Written by `make soak` (commit {', '.join(table['commits'])}), not by hand."
    if table["trials"] < table["trials_wanted"]:
        yield ""
        yield (
            f"It rests on {table['trials']} of {table['trials_wanted']} trials so far. A row with few phones says "
            "little, as its interval shows."
        )
    yield ""
    yield from _HOW
    yield ""
    yield "| fault mode | severity | probe | version | finding | part | phones | detected | 95 % | held out |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for row in table["claims"]:
        held = f"{row['held_out_detected']}/{row['held_out_phones']}"
        mark = " h" if row["severity_held_out"] else ""
        what = f"{row['mode']} | {row['severity']:g}{mark} | {row['probe']} | {row['probe_version']} | {row['finding']}"
        yield f"| {what} | {row['component']} | {row['phones']} | {row['detected']} | {_span(row)} | {held} |"
    yield from ("", "## Healthy phones", "")
    yield "| probe | version | phones | false findings | 95 % | held out | broke |"
    yield "|---|---|---|---|---|---|---|"
    for row in table["healthy"]:
        held = f"{row['held_out_false']}/{row['held_out_phones']}"
        what = f"{row['probe']} | {row['probe_version']} | {row['phones']} | {row['false']}"
        yield f"| {what} | {_span(row)} | {held} | {row['broke']} |"
    yield from _failures(table)
    if unseen:
        yield from ("", "## What no probe tells", "", "| fault mode | why |", "|---|---|")
        yield from (f"| {mode} | {why} |" for mode, why in sorted(unseen.items()))


_HOW: Final = (
    "Each claimed fault mode at the severity from which a bench engineer calls it a fault, and as a clear case, on",
    "emulated phones of all kinds that can have it, looked at through the real adb server in simulated time. Detected:",
    "the probe raised the claimed finding and it names the part. Phones that a probe says it cannot measure on are not",
    "counted (`docs/detection.json` has their number). The interval is Wilson's at 95 %. Held out: phones of the",
    "kinds that nobody looked at while the probes were made, and severities marked h (see `hwsim/split.toml`); the",
    "probes' limits were chosen on the other kinds. Emulated phones are not real phones: a rate here says that the",
    "method works on the physics that hwsim has, and nothing about a model on the market.",
)


def _failures(table: Mapping[str, Any]) -> Iterator[str]:
    missed = [(row, one) for row in table["claims"] for one in row["missed"]]
    wrong = [(row, one) for row in table["healthy"] for one in row["listed"]]
    if not missed and not wrong:
        return
    yield from ("", f"## Misses and false findings (at most {_LISTED} a row)", "")
    for row, one in missed:
        yield f"- {row['mode']} at {row['severity']:g}: {_where(one)}"
    for row, one in wrong:
        yield f"- healthy, {row['probe']}: {_where(one)}"


def _where(one: Mapping[str, Any]) -> str:
    found = ", ".join(one["found"]) or "nothing"
    return f"{one['profile']} seed {one['seed']}: {one['verdict']} {one['said']}, found {found}".replace("|", "/")


def _span(row: Mapping[str, Any]) -> str:
    low, high = row["interval"]
    return f"{100 * low:.0f}-{100 * high:.0f} %"
