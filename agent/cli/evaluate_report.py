"""What ``evaluate`` does and prints."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Final

from agent.cli import entry
from agent.cli.language import tr
from agent.cli.screen import print_json, progress, results
from agent.evaluate import KINDS, Case, Library, Shard, draw, read_shards, run_cases, running_commit
from agent.evaluation import figures, judge, missed, perturbed
from agent.evaluation_ceiling import ceiling
from agent.evaluation_complaints import Customers
from agent.evaluation_page import Evaluation, as_page, as_records
from agent.evaluation_reach import Reach, read_claims
from agent.guide import Rules
from agent.localizer import cost_s, load_knowledge
from agent.plan import make_plan
from agent.plan_files import probes_of, read_plan
from agent.runs import agent_version
from probes import BadInput, Probe, StoreError, first_look, show

_SEEDS: Final = 2**31
_CEILING_CASES: Final = 200
_UNKNOWN: Final = "unknown"
_GUIDED: Final = "guided"
_BENCH: Final = "standard"
"""The plan that runs every test of a bench with a person at it: what a guided run is to be cheaper than."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to evaluate; see the command's options."""

    cases: int
    seed: int | None
    plans: tuple[str, ...]
    jobs: int
    keep: Path | None
    page: Path | None
    record: Path | None
    training: bool
    kinds: tuple[str, ...]
    claims: Path | None


def evaluate(wanted: Wanted, *, as_json: bool) -> int:
    """Draw and run cases, score them with all that was kept, print and write the figures.

    Raises:
        BadInput: there is no such plan, no claim where claims are named, or no case to score.
        SetupError: phones cannot be emulated here.
        StoreError: a file cannot be written.
    """
    plans = [_Planned.read(name) for name in wanted.plans]
    if strange := [kind for kind in wanted.kinds if kind not in KINDS]:
        raise BadInput(f"there is no kind of case {show(strange[0], 60)!r}: take one of {', '.join(KINDS)}")
    claims = read_claims(wanted.claims) if wanted.claims is not None else {}
    for path in (wanted.page, wanted.record):
        _refuse_unwritable(path, wanted.keep)
    seed = secrets.randbelow(_SEEDS) if wanted.seed is None else wanted.seed
    progress().print(tr("seed {seed}").format(seed=seed))
    probes = make_plan({probe.meta.id: probe for plan in plans for probe in plan.probes}.values())
    with tempfile.TemporaryDirectory(prefix="phonebench-cases-") as place:
        shards = _shards(wanted, probes, seed, wanted.keep or Path(place))
    if not shards:
        raise BadInput("there is no case to score: draw some with --cases, or name a folder with --keep")
    evaluations = [_scored(wanted, plan, shards, seed, claims) for plan in plans]
    page, record = "\n".join(as_page(evaluations)) + "\n", as_records(evaluations)
    for path, text in ((wanted.page, page), (wanted.record, json.dumps(record, indent=1) + "\n")):
        if path is not None:
            _write(path, text)
    if as_json:
        print_json(record)
    else:
        results().print(page)
    return entry.OK


@dataclass(frozen=True, slots=True)
class _Planned:
    """A plan with its probes."""

    name: str
    probes: tuple[Probe, ...]
    rules: Rules

    @classmethod
    def read(cls, name: str) -> _Planned:
        plan = read_plan(name)
        return cls(show(name, 60), probes_of(plan), plan.rules)

    def part(self, shard: Shard) -> Shard:
        """What the probes of this plan have said of a case."""
        own = {probe.meta.id for probe in self.probes}
        return shard.model_copy(update={"results": tuple(one for one in shard.results if one.probe in own)})


def _scored(
    wanted: Wanted, plan: _Planned, every: Sequence[Shard], seed: int, claims: Mapping[str, frozenset[str]]
) -> Evaluation:
    knowledge, probes, shards = load_knowledge(), plan.probes, [plan.part(shard) for shard in every]
    whole = replace(plan.rules, stop_at_band=False)
    library = Library.read().faults
    reach = Reach.of(library, probes, claims)
    customers = Customers(library)
    everything = judge(shards, probes, knowledge, whole, reach=reach)
    once = [probe for probe in probes if probe.meta.id == first_look(probe.meta.id)]  # the plan guided looks once
    guided = judge(shards, once, knowledge, read_plan(_GUIDED).rules, reach=reach, customers=customers)
    moved = judge(shards, probes, perturbed(knowledge, seed), whole, reach=reach)
    tests = {probe.meta.id: probe.meta for probe in (*probes_of(read_plan(_BENCH)), *probes)}
    every_test_s = sum(cost_s(meta) for meta in tests.values() if meta.id == first_look(meta.id))
    return Evaluation(
        about=_about(wanted, plan, shards, seed) | {"knowledge": knowledge.sha256[:12]},
        columns={
            "everything run": figures(everything, every_test_s=every_test_s),
            "guided, with a complaint": figures(guided, every_test_s=every_test_s),
            "everything run, perturbed knowledge": figures(moved, every_test_s=every_test_s),
        },
        missed=missed(everything),
        beyond=reach.beyond(),
        ceiling=ceiling(knowledge, probes, count=_CEILING_CASES, seed=seed),
    )


def _about(wanted: Wanted, plan: _Planned, shards: Sequence[Shard], seed: int) -> dict[str, str | int]:
    ran = Counter(shard.commit or _UNKNOWN for shard in shards)
    kept = Counter("held-out profiles and severities" if one.case.held_out else "training part" for one in shards)
    return {
        "plan": plan.name,
        "probes": len(plan.probes),
        "cases": len(shards),
        "seed": seed,
        "kinds": ", ".join(sorted({one.case.kind for one in shards})),
        "drawn from": ", ".join(kept) if len(kept) == 1 else _counted(kept),
        "what the plan can see": "by stage" if wanted.claims is None else "by stage and by the claims of its probes",
        "cases without a present version of some probe": sum(shard.lacks(plan.probes) for shard in shards),
        "commit of the runs": _counted(ran),
        "commit of the judgement": running_commit() or _UNKNOWN,
        "agent": agent_version(),
    }


def _counted(words: Counter[str]) -> str:
    return ", ".join(f"{word} ({count} cases)" for word, count in sorted(words.items()))


def _shards(wanted: Wanted, probes: Sequence[Probe], seed: int, folder: Path) -> list[Shard]:
    if not wanted.cases:
        return read_shards(folder)
    kinds = tuple(kind for kind in KINDS if kind in wanted.kinds) or KINDS
    cases = draw(Library.read(), probes, wanted.cases, seed, held_out=not wanted.training, kinds=kinds)
    began, done = monotonic(), list[Case]()

    def tell(case: Case, what: str) -> None:
        done.append(case)
        line = tr("{done}/{total} {case}: {what} ({seconds} s)").format(
            done=len(done), total=len(cases), case=show(case.name, 100), what=what, seconds=round(monotonic() - began)
        )
        progress().print(line, soft_wrap=True)

    run = run_cases(cases, probes, folder, jobs=wanted.jobs, tell=tell)
    return read_shards(folder) if wanted.keep is not None else run


def _refuse_unwritable(path: Path | None, keep: Path | None) -> None:
    """Say before the first phone that figures could not be written after the last one."""
    if path is None:
        return
    if keep is not None and path.resolve().parent == keep.resolve():
        raise BadInput(f"{show(str(path), 100)} would lie among the cases of --keep: choose another folder")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise StoreError(f"cannot write {show(str(path), 100)}")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {show(str(path), 100)}: {error.strerror}") from error
