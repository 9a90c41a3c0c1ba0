"""How well software faults and settings are named: every mode on every kind of phone, through real adb.

A software fault is right when the conclusion is software and no part is pulled; a setting is right when it is found, by
its own code, before any hardware probe could run, and explains the complaint that a customer has of it. The true fault
is what the phone was made with. Held-out profiles (``hwsim/split.toml``) are counted apart; tune on the others.

Run: python benchmarks/software_stage.py [--seeds 301,302] [--only app.,setting.] [--profiles NAME,NAME]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from agent.localizer import RunFacts, conclude, load_knowledge
from agent.plan import make_plan
from agent.sim_phone import SimPhone, SimPhones, SimRack
from hwsim.faults import library
from hwsim.phone.profile import profiles
from hwsim.split import held_out_profiles
from probes import ProbeResult
from reports import Conclusion, Diagnosis

_HEALTHY = "healthy"
_QUIET = {Conclusion.NOTHING_FOUND, Conclusion.NO_FAULT_FOUND}


def diagnose(phone: SimPhone, complaints: tuple[str, ...]) -> Diagnosis:
    """The whole software stage on one phone."""
    results: list[ProbeResult] = [phone.run(probe) for probe in make_plan()]
    facts = RunFacts(
        run_id="benchmark",
        created_at=datetime.now(UTC),
        source="adb",
        subject=phone.serial,
        agent_version="benchmark",
        limits="declared",
        complaints=complaints,
    )
    return conclude(facts, results, load_knowledge())


def kind_of(mode: str) -> str:
    """Software, configuration, or healthy."""
    return _HEALTHY if mode == _HEALTHY else library()[mode].cause


def is_right(mode: str, diagnosis: Diagnosis) -> bool:
    """Whether the diagnosis is what the mode calls for."""
    if mode == _HEALTHY:
        return diagnosis.conclusion in _QUIET
    if kind_of(mode) == "software":
        return diagnosis.conclusion is Conclusion.SOFTWARE and not diagnosis.plan.parts
    explained = {found.code for found in diagnosis.settings if found.explains}
    return diagnosis.conclusion is Conclusion.CONFIGURATION and mode in explained


def cases(seeds: list[int], only: tuple[str, ...], names: list[str]) -> Iterator[tuple[str, str, int]]:
    """Mode, profile, seed: every mode that a kind of phone can have, and healthy phones."""
    modes = [name for name, fault in library().items() if fault.truth == "SW"]
    for mode in (_HEALTHY, *modes):
        for name in names:
            fits = mode == _HEALTHY or library()[mode].fits(profiles()[name])
            if fits and mode.startswith(only):
                yield from ((mode, name, seed) for seed in seeds)


def main() -> int:
    """Run the cases, print what was wrong and the shares by kind and by what was held out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="301,302")
    parser.add_argument("--only", default="", help="modes that begin with one of these")
    parser.add_argument("--profiles", default=",".join(profiles()))
    asked = parser.parse_args()
    names = asked.profiles.split(",")
    held = set(held_out_profiles(list(profiles())))
    right: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    known = load_knowledge().settings
    with tempfile.TemporaryDirectory() as folder, SimRack(Path(folder)) as rack:
        seeds = [int(seed) for seed in asked.seeds.split(",")]
        for mode, profile, seed in cases(seeds, tuple(asked.only.split(",")), names):
            with SimPhones(rack) as phones:
                phone = phones(profile=profile, seed=seed)
                if mode != _HEALTHY:
                    phone.break_(mode)
                diagnosis = diagnose(phone, known[mode].symptoms[:1] if mode in known else ())
            key = (kind_of(mode), "held-out profiles" if profile in held else "other profiles")
            total[key] += 1
            right[key] += is_right(mode, diagnosis)
            if not is_right(mode, diagnosis):
                found = [suspect.cause for suspect in diagnosis.suspects[:1]]
                print(f"wrong: {mode} on {profile}, seed {seed}: {diagnosis.conclusion} {found}")
    for (kind, part), count in sorted(total.items()):
        print(f"{kind}, {part}: {right[kind, part]} of {count} right ({100 * right[kind, part] / count:.1f} %)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
