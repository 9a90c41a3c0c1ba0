"""Evaluation: emulated phones with known faults go through the whole chain, and the truth is joined afterwards.

A case is drawn (faults, severities, kind of phone, seed, nuisance), its phone is diagnosed over the real wire with
every probe of a plan, and what the probes said is kept as one file. All figures are made from these files by
``agent.evaluation``, so that a large evaluation can be scored again without a phone.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import StrictBool, StrictFloat, StrictInt, StrictStr, ValidationError

from agent.plan import blocking
from agent.rack import list_faults, list_held_out, list_profiles
from agent.session import withheld
from agent.sim_phone import SimPhone, SimPhones, SimRack, Truth
from probes import BadInput, BenchError, Probe, ProbeResult, Record, Stage, StoreError

Kind = Literal["single", "multiple", "intermittent", "healthy", "nuisance"]
_MIX: Final[Mapping[Kind, float]] = {
    "single": 0.49,
    "multiple": 0.15,
    "intermittent": 0.12,  # with half of it, the interval of 200 cases held .2 and .5 alike
    "healthy": 0.12,
    "nuisance": 0.12,
}
KINDS: Final = tuple(_MIX)
_SPEEDS: Final = (12.0, 4.0)
"""How fast a phone's time runs: as fast as a busy machine bears, and slower for what lost samples on the way."""
_LOST: Final = frozenset(
    {"samples_lost", "samples_lost_on_the_way", "play_time_unknown", "command_failed", "link_failed", "blocked_busy"}
)
"""Reasons of a probe that say nothing of the phone when its time runs faster than ours."""
NUISANCES: Final = 0.08
"""Share of faulty phones that meet a nuisance, too: what disturbs a bench does not ask for sound phones."""
_HEALTHY: Final = "healthy"
_NO_PART: Final = "NONE"
_INTERMITTENT: Final = "intermittent"
_AMBIENT_C: Final = (8.0, 36.0)
STAGES: Final[Mapping[str, Stage]] = {
    "software": Stage.SOFTWARE,
    "unattended": Stage.HARDWARE_UNATTENDED,
    "assisted": Stage.HARDWARE_ASSISTED,
}
"""Stage from which a fault can be seen, in the words of the fault library."""


class Case(Record):
    """One phone to be diagnosed.

    Attributes:
        faults: specification for the emulator, joined by ``+``; ``healthy`` for none.
        nuisance: what disturbs the bench, in words; empty for nothing.
        ambient_c: how warm the bench is, where that is the nuisance.
        held_out: drawn from the kinds of phone and severities that nothing is tuned on.
        from_software: whether every fault of it can be seen by the software stages.
    """

    kind: Kind
    faults: StrictStr
    profile: StrictStr
    seed: StrictInt
    nuisance: StrictStr = ""
    ambient_c: StrictFloat | None = None
    held_out: StrictBool = True
    from_software: StrictBool = False

    @property
    def name(self) -> str:
        """A file name that says which case it is."""
        words = f"{self.kind}-{self.profile}-{self.seed}-{self.faults}"
        return "".join(letter if letter.isalnum() or letter in "-._" else "_" for letter in words)[:150]


class TrueFault(Record):
    """One thing that was really broken, as the emulator told after the verdict."""

    fault: StrictStr
    part: StrictStr
    cause: StrictStr
    severity: StrictFloat
    condition: StrictStr
    is_fault: StrictBool


class Shard(Record):
    """One case with what its probes said, and the truth; ``commit`` is what ran, empty where nobody knows."""

    case: Case
    truths: tuple[TrueFault, ...]
    results: tuple[ProbeResult, ...]
    commit: StrictStr = ""

    def lacks(self, plan: Sequence[Probe]) -> bool:
        """Whether a probe of the plan has not run here, or was another version of itself."""
        ran = {(one.probe, one.probe_version) for one in self.results}
        return any((probe.meta.id, probe.meta.version) not in ran for probe in plan)


@dataclass(frozen=True, slots=True)
class Library:
    """What cases are drawn from."""

    faults: tuple[dict[str, Any], ...]
    profiles: tuple[str, ...]
    held_out: dict[str, Any]

    @classmethod
    def read(cls) -> Library:
        """Ask the emulator."""
        return cls(tuple(list_faults()), tuple(list_profiles()), list_held_out())

    def visible(self, stages: frozenset[Stage]) -> tuple[dict[str, Any], ...]:
        """Faults of a part or program that a plan of these stages can see."""
        kinds = {"hardware", "software"}
        return tuple(
            fault
            for fault in self.faults
            if fault["cause"] in kinds and fault["truth"] != _NO_PART and STAGES.get(fault["seen_from"]) in stages
        )

    def quiet(self) -> tuple[str, ...]:
        """What is no fault of the phone and may look like one."""
        return tuple(str(fault["id"]) for fault in self.faults if _nuisance(fault))


@cache
def running_commit() -> str:
    """The commit of the source tree that runs, with a plus where its files differ; empty for an installed package."""
    git = ["git", "-C", str(Path(__file__).parent)]

    def ask(*words: str) -> str:
        answer = subprocess.run([*git, *words], capture_output=True, text=True, check=False)
        return answer.stdout.strip() if answer.returncode == 0 else ""

    if shutil.which(git[0]) is None or not ask("ls-files", "--", Path(__file__).name):
        return ""
    return ask("rev-parse", "--short", "HEAD") + ("+" if ask("status", "--porcelain", "--untracked-files=no") else "")


def _nuisance(fault: Mapping[str, Any]) -> bool:
    return bool(fault["truth"] == _NO_PART and fault["id"] != _HEALTHY)


def draw(
    library: Library, plan: Sequence[Probe], count: int, seed: int, *, held_out: bool, kinds: Sequence[Kind] = KINDS
) -> list[Case]:
    """Draw cases: kinds of phone and severities from the held-out part, or from the rest. Same seed, same cases.

    Args:
        library: faults, kinds of phone, and what is held out.
        plan: only faults that its stages can see are drawn.
        count: how many.
        seed: of the draw.
        held_out: from which part.
        kinds: kinds of cases, as often against each other as in a whole evaluation.
    """
    chance = random.Random(seed)  # noqa: S311  a draw that can be repeated, not a secret
    mix = {kind: share for kind, share in _MIX.items() if kind in kinds}
    return list(_draw(library, plan, chance, count, held_out=held_out, mix=mix))


def _draw(
    library: Library,
    plan: Sequence[Probe],
    chance: random.Random,
    count: int,
    *,
    held_out: bool,
    mix: Mapping[Kind, float],
) -> Iterator[Case]:
    stages = frozenset(probe.meta.stage for probe in plan)
    apart = set(library.held_out["profiles"])
    profiles = [name for name in library.profiles if (name in apart) is held_out]
    faults = [fault for fault in library.visible(stages) if _severity(library, fault, chance, held_out) is not None]
    for _ in range(count):
        kind = chance.choices(tuple(mix), tuple(mix.values()))[0]
        case = Case(
            kind=kind,
            faults=_HEALTHY,
            profile=chance.choice(profiles),
            seed=chance.randrange(1, 2**31),
            held_out=held_out,
        )
        if kind == "nuisance":
            yield _disturbed(case, library, chance)
        elif kind == "healthy":
            yield case
        else:
            chosen = _chosen(kind, faults, chance)
            spec = "+".join(_spec(library, fault, kind, chance, held_out=held_out) for fault in chosen)
            soft = all(fault["seen_from"] == "software" for fault in chosen)
            faulty = case.model_copy(update={"faults": spec, "from_software": soft})
            yield _disturbed(faulty, library, chance) if chance.random() < NUISANCES else faulty


def _disturbed(case: Case, library: Library, chance: random.Random) -> Case:
    quiet = chance.choice((*library.quiet(), "ambient"))
    if quiet == "ambient":
        ambient_c = chance.choice(_AMBIENT_C)
        return case.model_copy(update={"nuisance": f"bench at {ambient_c:g} C", "ambient_c": ambient_c})
    faults = quiet if case.faults == _HEALTHY else f"{case.faults}+{quiet}"
    return case.model_copy(update={"nuisance": quiet, "faults": faults})


def _chosen(kind: Kind, faults: Sequence[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    if kind == "single":
        return [chance.choice(faults)]
    if kind == "intermittent":
        return [chance.choice([fault for fault in faults if _INTERMITTENT in fault["conditions"]])]
    wanted, found = chance.choice((2, 2, 3)), dict[str, dict[str, Any]]()
    while len(found) < wanted:
        fault = chance.choice(faults)
        found.setdefault(str(fault["truth"]), fault)
    return list(found.values())


def _severity(library: Library, fault: Mapping[str, Any], chance: random.Random, held_out: bool) -> float | None:
    """A severity that a bench engineer calls a fault, from a bin that is held out or is not."""
    bins = int(library.held_out["severity_bins"])
    apart = set(library.held_out["severities"].get(fault["id"], ()))
    lowest = float(fault["fault_from"])
    usable = [number for number in range(bins) if (number in apart) is held_out and (number + 1) / bins > lowest]
    if not usable:
        return None
    number = chance.choice(usable)
    return round(chance.uniform(max(lowest, number / bins), (number + 1) / bins), 3)


def _spec(library: Library, fault: Mapping[str, Any], kind: Kind, chance: random.Random, *, held_out: bool) -> str:
    when = f"@{_INTERMITTENT}" if kind == "intermittent" else ""
    return f"{fault['id']}:{_severity(library, fault, chance, held_out)}{when}"


def run_cases(
    cases: Sequence[Case],
    plan: Sequence[Probe],
    folder: Path,
    *,
    jobs: int,
    tell: Callable[[Case, str], None] = lambda _case, _what: None,
) -> list[Shard]:
    """Diagnose the phones of the cases, several side by side; a case whose file is there is not run again.

    Args:
        cases: what to run; a kind of phone that lacks the part is told of as ``left out``.
        plan: every probe of it runs.
        folder: where the files of the cases are kept.
        jobs: how many phones at once.
        tell: told of each case as it ends.

    Raises:
        SetupError: phones cannot be emulated here.
        StoreError: a file cannot be written.
        BadInput: a file in the folder is no case.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make {folder}: {error.strerror}", step="evaluate") from error
    station = any(probe.meta.stage is Stage.HARDWARE_ASSISTED for probe in plan)
    with ExitStack() as stack:
        benches = [_bench(stack) for _ in range(jobs)]
        left = list(enumerate(cases))
        found: dict[int, Shard] = {}

        def work(phones: tuple[SimPhone, ...]) -> None:
            while left:
                number, case = left.pop(0)
                shard = _kept(folder, case, plan) or _run(phones, case, plan, folder, station=station)
                if shard is not None:
                    found[number] = shard
                tell(case, "done" if shard is not None else "left out")

        with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="case") as pool:
            try:
                for done in [pool.submit(work, phones) for phones in benches]:
                    done.result()
            except BaseException:  # Ctrl-C, too: what runs comes to its end, nothing new begins
                left.clear()
                raise
    return [found[number] for number in sorted(found)]


def _bench(stack: ExitStack) -> tuple[SimPhone, ...]:
    """A place for one phone, at every speed; in a process of its own, as one alone serves no two at full speed."""
    place = stack.enter_context(tempfile.TemporaryDirectory(prefix="phonebench-evaluate-"))
    rack = stack.enter_context(SimRack(Path(place)))
    bench = stack.enter_context(SimPhones(rack))
    return tuple(bench(speed=speed) for speed in _SPEEDS)


def _kept(folder: Path, case: Case, plan: Sequence[Probe]) -> Shard | None:
    """The case as it was run before, where every probe of the plan has run in the version that it has now."""
    path = folder / f"{case.name}.json"
    shard = _read_shard(path) if path.is_file() else None
    return shard if shard is not None and not shard.lacks(plan) else None


def _read_shard(path: Path) -> Shard:
    try:
        return Shard.model_validate_json(path.read_bytes())
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}", step="evaluate") from error
    except ValidationError as error:
        raise BadInput(f"{path} is no case of an evaluation: take it out of this folder") from error


def read_shards(folder: Path) -> list[Shard]:
    """Everything that an evaluation has kept in a folder.

    Raises:
        StoreError: a file cannot be read.
        BadInput: a file is no case.
    """
    return [_read_shard(path) for path in sorted(folder.glob("*.json"))]


def _run(phones: Sequence[SimPhone], case: Case, plan: Sequence[Probe], folder: Path, *, station: bool) -> Shard | None:
    """Diagnose one phone; None where this kind of phone cannot have the fault."""
    results: dict[str, ProbeResult] = {}
    for phone in phones:
        again = [probe for probe in plan if _is_lost(results.get(probe.meta.id))]
        if not again:
            continue
        if not _made(phone, case):
            return None
        for probe in again:
            held = blocking(probe, results.values())
            result = withheld(probe, held) if held else phone.run(probe, station=station, keep=False)
            results[probe.meta.id] = result.model_copy(update={"recordings": ()})
    truths = tuple(_told(one) for one in phones[0].truths)
    said = tuple(results[probe.meta.id] for probe in plan)
    shard = Shard(case=case, truths=truths, results=said, commit=running_commit())
    _keep(shard, folder)
    return shard


def _is_lost(result: ProbeResult | None) -> bool:
    """Whether a probe has not run, or could not because the phone's time ran too fast for this machine."""
    reasons = {taken.reason for taken in result.measurements} | {result.reason} if result is not None else _LOST
    return bool(reasons & _LOST)


def _made(phone: SimPhone, case: Case) -> bool:
    try:
        phone.profile, phone.seed = case.profile, case.seed
        phone.break_(case.faults)
    except BenchError:
        return False
    if case.ambient_c is not None:
        phone.warm(case.ambient_c)
    return True


def _keep(shard: Shard, folder: Path) -> None:
    draft = folder / f"{shard.case.name}.draft"
    try:
        draft.write_text(shard.model_dump_json(), encoding="utf-8")
        draft.replace(folder / f"{shard.case.name}.json")
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error.strerror}", step="evaluate") from error


def _told(one: Truth) -> TrueFault:
    return TrueFault(
        fault=one.fault,
        part=one.part,
        cause=one.cause,
        severity=one.severity,
        condition=one.condition,
        is_fault=one.is_fault,
    )
