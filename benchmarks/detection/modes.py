"""Every claimed mode once over the real wire: ``python -m benchmarks.detection.modes --number 7``.

The number turns kinds of phone and seeds on, so that one number is one set of phones and the next is another. A mode
that is missed is tried on another phone; missed on both, it is a failed mode. At the severity from which a fault is
called one, nine of ten are found at worst (see the table), so about one mode in a hundred fails by chance: the run
fails where more do than chance explains.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.detection.cells import Cell, kinds_for, severities
from benchmarks.detection.claims import FOLDER, Claim, probe_of, read_claims
from benchmarks.detection.table import is_detected
from benchmarks.detection.trial import Pace, run_trials
from hwsim.phone.profile import profiles
from probes import Capability

_PHONES: Final = 8
_TRIES: Final = 2
_BY_CHANCE_RATIO: Final = 0.03
_LONGEST_S: Final = 30.0
"""Charging for hours, keys pressed one by one: what would take longer at real speed is run faster."""
_FIRST_SEED: Final = 100_000
_PHOTOS: Final = frozenset({Capability.PHOTO})


def cell_for(claim: Claim, place: int, number: int, attempt: int) -> Cell:
    """The phone of a claim in the run of that number: at the severity from which it is called a fault."""
    probe = probe_of(claim)
    kinds = [kind for kind in kinds_for(claim.mode, probe) if _takes_photos(kind) or not _PHOTOS & probe.meta.wants]
    turn = place + number + attempt
    seed = _FIRST_SEED + _TRIES * (number * 1000 + place) + attempt
    profile, severity = kinds[turn % len(kinds)], severities(claim.mode)[0]
    return Cell(claim.mode, severity, profile, seed, probe.meta.id, probe.meta.version, claim.stage == "assisted")


def _takes_photos(kind: str) -> bool:
    """A stock shell of Xiaomi's presses no keys, and so no shutter: a try there tells nothing and costs another."""
    return profiles()[kind].manufacturer != "Xiaomi"


def try_once(claims: Sequence[Claim], number: int, attempt: int, speed: float) -> tuple[list[Claim], set[Claim]]:
    """Run each claim on one phone, longest probes first; return what was missed, and what that phone cannot tell."""
    by_cell = {cell_for(claim, place, number, attempt): claim for place, claim in enumerate(claims)}
    longest_first = sorted(by_cell, key=lambda cell: -probe_of(by_cell[cell]).meta.duration_s)
    missed: list[Claim] = []
    cannot: set[Claim] = set()

    def told(cell: Cell, outcome: dict[str, Any]) -> None:
        if not is_detected(outcome, by_cell[cell]):
            missed.append(by_cell[cell])
            if outcome["verdict"] == "not_supported":
                cannot.add(by_cell[cell])
            found = sorted({one["code"] for one in outcome["findings"]}) or "nothing"
            where = f"{cell.mode}:{cell.severity:g} on {cell.profile} seed {cell.seed}"
            print(f"missed: {where}: {cell.probe} {outcome['verdict']} {outcome['said']}, found {found}", flush=True)

    run_trials(longest_first, told, phones=_PHONES, pace=Pace(speed, _LONGEST_S), stamp={})
    return sorted(missed), cannot


def main(argv: Sequence[str]) -> int:
    """Run all claims; 1 where more were missed on every phone that they were tried on than chance explains."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection.modes", description=__doc__)
    parser.add_argument("--number", type=int, default=0, help="which set of phones")
    parser.add_argument("--speed", type=float, default=1.0, help="seconds of the phones in one of ours")
    parser.add_argument("--stage", default="", help="only unattended or assisted")
    parser.add_argument("--only", default="", help="modes that begin with one of these, by commas")
    parser.add_argument("--claims", type=Path, default=FOLDER, help="folder of claims")
    asked = parser.parse_args(argv)
    started_s = time.monotonic()
    begins = tuple(asked.only.split(","))
    known = read_claims(asked.claims)
    claims = [claim for claim in known if claim.stage.startswith(asked.stage) and claim.mode.startswith(begins)]
    missed, unable = claims, set(claims)
    for attempt in range(_TRIES):
        if missed:
            missed, cannot = try_once(missed, asked.number, attempt, asked.speed)
            unable &= cannot
    missed = [claim for claim in missed if claim not in unable]  # two phones that cannot tell say nothing of the probe
    seen = len(claims) - len(missed)
    print(f"{len({claim.mode for claim in claims})} modes: {seen} passed, {len(missed)} failed")
    print(f"number {asked.number}, {_PHONES} phones at once, {time.monotonic() - started_s:.0f} s")
    for claim in missed:
        print(f"failed: {claim.mode}: {claim.probe} does not raise {claim.finding} for {claim.component}")
    return 1 if len(missed) > _BY_CHANCE_RATIO * len(claims) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
