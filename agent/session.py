"""One pass over one phone: probes by stage and effort, each judged and journalled as it ends.

No thread is ever killed: every call to a phone has a deadline of its own. The first link failure skips what is left, so
one loose cable is one trouble and not twenty faults.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from time import monotonic_ns
from typing import Final, Protocol, runtime_checkable

from agent.guide import Advice, Guide
from agent.journal import Journal
from agent.plan import STOPS_ALL, blocking
from agent.scheduler import Agenda, Slot
from agent.stop import StopSign
from probes import (
    Bench,
    BenchError,
    Blame,
    Blocked,
    Broke,
    Capability,
    DeviceError,
    Evaluation,
    Finding,
    Limit,
    LinkError,
    NotSupported,
    NotUnderstood,
    Probe,
    ProbeBug,
    ProbeResult,
    Recording,
    Said,
    Samples,
    StoreError,
    Trouble,
    Verdict,
    evaluate,
    first_look,
    show,
)

Limits = Mapping[str, Mapping[str, Limit]]
BLOCKED_SETTING: Final = "blocked_setting"
BLOCKED_DANGER: Final = "blocked_danger"
WITHHELD: Final = frozenset({BLOCKED_SETTING, BLOCKED_DANGER})
"""Reasons of results whose probe was never run."""
NOT_NEEDED: Final = "not_needed"


class Keeper(Protocol):
    """Keeps what a probe took; a ``Recorder``, or what stands for it when a run is replayed."""

    def start(self, prefix: str) -> None:
        """Begin with the next probe."""

    def samples(self, samples: Samples) -> None:
        """Keep arrays."""

    def taken(self) -> tuple[Recording, ...]:
        """What was kept since ``start``, durable."""


Watcher = Callable[[int, Probe, ProbeResult | None], None]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is kept, so that it can go on after a kill."""

    journal: Journal
    run_id: str
    done: Mapping[str, ProbeResult]


@runtime_checkable
class Equipped(Protocol):
    """What a bench with a phone on it can say before and must do after a probe."""

    def prepare(self, wants: Iterable[Capability]) -> None:
        """Refuse (NotSupported, Blocked) where something lacks or is not safe."""

    def finish(self) -> None:
        """Leave the phone as the probe found it."""


Lend = Callable[[Probe], tuple[Bench, Keeper]]
"""Gives each probe a bench, and what keeps its recordings."""


def always(bench: Bench, recorder: Keeper) -> Lend:
    """Lend the same bench to all probes, one after the other."""
    return lambda _probe: (bench, recorder)


def run_plan(
    plan: Sequence[Probe],
    lend: Lend,
    progress: Progress,
    *,
    limits: Limits | None = None,
    watch: Watcher = lambda *_: None,
    stop: StopSign | None = None,
    workers: int = 1,
    clocked: Callable[[Slot], None] = lambda _slot: None,
    guide: Guide | None = None,
) -> tuple[ProbeResult, ...]:
    """Run every probe of the plan that is not done yet; the results come in the plan's order.

    Args:
        lend: asked once per probe; with several workers each probe needs a bench and a keeper of its own.
        watch: called with (position, probe, None) before and (position, probe, result) after each probe; what it is
            told of as done is already durable.
        workers: how many probes may run side by side, where their stage and resources allow.
        clocked: told when each probe ran.
        guide: says which of the probes that are left comes next, and which are not needed; none keeps the plan's order.

    Raises:
        StoreError: evidence or journal cannot be written; what was journalled stays.
        Stopped: the operator stopped the run; what was journalled stays.
    """
    run = _Run(plan, lend, progress)
    run.limits, run.watch, run.stop, run.clocked, run.guide = limits or {}, watch, stop, clocked, guide
    try:
        run.go(workers)
    finally:
        progress.journal.durable(run.pending)
    return run.in_order()


class _Run:
    """One pass that is under way. Only the thread of the run touches it; workers run probes and nothing else."""

    limits: Limits
    watch: Watcher
    stop: StopSign | None
    clocked: Callable[[Slot], None]
    guide: Guide | None

    def __init__(self, plan: Sequence[Probe], lend: Lend, progress: Progress) -> None:
        self._plan, self._lend, self._progress = plan, lend, progress
        stored = ((seq, progress.done.get(probe.meta.id)) for seq, probe in enumerate(plan))
        self._results = {seq: result for seq, result in stored if result is not None and not is_open(result)}
        self._broken: Trouble | None = None
        self._last = ""
        self._alone = False
        self.pending: deque[Future[None]] = deque()

    def in_order(self) -> tuple[ProbeResult, ...]:
        """The results so far, in the plan's order."""
        return tuple(self._results[seq] for seq in sorted(self._results))

    def go(self, workers: int) -> None:
        """Run what is left."""
        agenda = Agenda(self._plan, set(range(len(self._plan))) - set(self._results), in_order=workers == 1)
        running: dict[Future[ProbeResult], int] = {}
        with crew(workers) as submit:
            while agenda or running:
                room = 1 if self._steer(agenda, running).alone else workers
                while len(running) < room and (seq := agenda.take(running.values())) is not None:
                    running[self._start(seq, submit)] = seq
                if not running:
                    continue
                ended, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in sorted(ended, key=running.__getitem__):
                    self._settle(running.pop(future), future.result())

    def _steer(self, agenda: Agenda, running: Mapping[Future[ProbeResult], int]) -> Advice:
        """Ask the guide, once nothing of what it would decide on is still under way."""
        if self.guide is None or not agenda or running or self._broken:
            return Advice(alone=bool(running) and self._alone)
        places = {self._plan[place].meta.id: place for place in agenda.left()}
        advice = self.guide.advise([self._plan[place].meta for place in agenda.left()], self.in_order())
        for name in advice.drop:
            agenda.drop(places[name])
            self.watch(places[name], self._plan[places[name]], None)
            self._settle(places[name], left_out(self._plan[places[name]]))
        if advice.first:
            agenda.lead(places[advice.first])
        self._alone = advice.alone
        return advice

    def _start(self, seq: int, submit: Submit) -> Future[ProbeResult]:
        probe, after = self._plan[seq], self._last
        self.watch(seq, probe, None)
        held = blocking(probe, self.in_order())
        if self._broken:
            return submit(partial(skipped, probe, self._broken))
        if held:
            return submit(partial(withheld, probe, held))

        def run() -> ProbeResult:
            start_ns = monotonic_ns()
            result = run_probe(probe, *self._lend(probe), self.limits)
            self.clocked(Slot(probe.meta.id, start_ns, monotonic_ns(), after))
            return result

        return submit(run)

    def _settle(self, seq: int, result: ProbeResult) -> None:
        if self.stop is not None:
            self.stop.check()  # what was being done when the operator stopped is not a result
        if result.link_broke and self._broken is not None and result.verdict is not Verdict.SKIPPED:
            result = skipped(self._plan[seq], self._broken)  # one loose cable is one trouble
        self._broken = self._broken or (result.trouble if result.link_broke else None)
        self._results[seq] = result
        self._last = result.probe
        # the next probe asks the phone while the disk still writes this one; it is shown when it is durable
        journal, told = self._progress.journal, partial(self.watch, seq, self._plan[seq], result)
        self.pending.append(_told(journal.add(self._progress.run_id, seq, result), told))
        while self.pending and self.pending[0].done():
            journal.durable((self.pending.popleft(),))


Submit = Callable[[Callable[[], ProbeResult]], "Future[ProbeResult]"]


@contextmanager
def crew(workers: int) -> Iterator[Submit]:
    """Give something that runs a probe: one worker in the caller's own thread, several in threads of their own."""
    if workers == 1:
        yield _at_once
        return
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="probe") as pool:
        yield pool.submit


def _at_once(run: Callable[[], ProbeResult]) -> Future[ProbeResult]:
    done: Future[ProbeResult] = Future()
    done.set_result(run())
    return done


def _told(stored: Future[None], tell: Callable[[], None]) -> Future[None]:
    """Done when the result is durable and the watcher was told: a run does not end before its last line of progress."""
    told: Future[None] = Future()

    def done(stored: Future[None]) -> None:
        try:
            stored.result()
            tell()
        except BaseException as error:  # noqa: BLE001  handed to whoever waits, in the thread of the run
            told.set_exception(error)
        else:
            told.set_result(None)

    stored.add_done_callback(done)
    return told


def is_open(result: ProbeResult) -> bool:
    """Whether a stored probe says nothing about the phone because the link or the bench broke."""
    return result.blame in {Blame.LINK, Blame.BENCH}


def run_probe(probe: Probe, bench: Bench, recorder: Keeper, limits: Limits) -> ProbeResult:
    """Run one probe and judge it. Whatever the probe does, there is a result.

    Raises:
        StoreError: evidence cannot be written.
    """
    started_at, started_ns = datetime.now(UTC), monotonic_ns()
    recorder.start(probe.meta.id)
    said: list[Said] = []
    broke: Broke | None = None
    try:
        if isinstance(bench, Equipped):
            bench.prepare(probe.meta.wants)
        for item in probe.run(bench):
            if isinstance(item, Samples):
                recorder.samples(item)
            else:
                said.append(item)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001  a probe's mistake is a result, never the end of a run
        broke = what_broke(error)
    finally:
        if isinstance(bench, Equipped):
            bench.finish()
    outcome = judge(probe, said, limits, broke)
    return ProbeResult(
        probe=probe.meta.id,
        probe_version=probe.meta.version,
        stage=probe.meta.stage,
        verdict=outcome.verdict,
        blame=outcome.blame,
        reason=outcome.reason,
        started_at=started_at,
        duration_ns=monotonic_ns() - started_ns,
        measurements=outcome.measurements,
        findings=outcome.findings,
        recordings=recorder.taken(),
        trouble=outcome.trouble,
    )


def judge(probe: Probe, said: Sequence[Said], limits: Limits, broke: Broke | None) -> Evaluation:
    """Judge what a probe said; a probe that broke its own declaration is an error of the bench."""
    chosen = limits.get(first_look(probe.meta.id))
    try:
        return evaluate(probe.meta, said, chosen, broke)
    except ProbeBug as error:
        return evaluate(probe.meta, (), chosen, what_broke(error))


def what_broke(error: Exception) -> Broke:
    """Turn what ended a probe into verdict and blame: one place decides who is answerable."""
    line = error.line() if isinstance(error, BenchError) else f"{type(error).__name__}: {show(str(error))}"
    code = error.code if isinstance(error, BenchError) else "E_PROBE"
    trouble = Trouble(code=code, line=line)
    if isinstance(error, LinkError):
        return Broke(Verdict.ERROR, Blame.LINK, "link_failed", trouble)
    if isinstance(error, NotSupported):
        return Broke(Verdict.NOT_SUPPORTED, Blame.UNDETERMINED, error.reason, trouble)
    if isinstance(error, Blocked):
        return Broke(Verdict.INCONCLUSIVE, Blame.UNDETERMINED, error.reason, trouble)
    if isinstance(error, NotUnderstood):
        return Broke(Verdict.INCONCLUSIVE, Blame.UNDETERMINED, "not_understood", trouble)
    if isinstance(error, DeviceError):
        return Broke(Verdict.INCONCLUSIVE, Blame.UNDETERMINED, "command_failed", trouble)
    if isinstance(error, BenchError):
        return Broke(Verdict.ERROR, Blame.BENCH, "bench_failed", trouble)
    return Broke(Verdict.ERROR, Blame.BENCH, "probe_failed", trouble)


def skipped(probe: Probe, because: Trouble) -> ProbeResult:
    """The result of a probe that could not run because the link had failed before."""
    return _not_run(probe, Broke(Verdict.SKIPPED, Blame.LINK, "link_failed", because))


def withheld(probe: Probe, settings: Sequence[Finding]) -> ProbeResult:
    """The result of a probe that would be dangerous, or would blame a part for what the owner's settings do.

    It holds their findings.
    """
    codes = [finding.code for finding in settings]
    trouble = Trouble(code="E_WITHHELD", line=f"{probe.meta.id} is not run while this stands: {', '.join(codes)}")
    why = BLOCKED_DANGER if STOPS_ALL & set(codes) else BLOCKED_SETTING
    broke = Broke(Verdict.INCONCLUSIVE, Blame.UNDETERMINED, why, trouble)
    return _not_run(probe, broke).model_copy(update={"findings": tuple(settings)})


def left_out(probe: Probe) -> ProbeResult:
    """The result of a probe that the guide left out: it would have told nothing any more."""
    return _not_run(probe, Broke(Verdict.SKIPPED, Blame.UNDETERMINED, NOT_NEEDED))


def _not_run(probe: Probe, broke: Broke) -> ProbeResult:
    outcome = evaluate(probe.meta, (), None, broke)
    return ProbeResult(
        probe=probe.meta.id,
        probe_version=probe.meta.version,
        stage=probe.meta.stage,
        verdict=outcome.verdict,
        blame=outcome.blame,
        reason=outcome.reason,
        started_at=datetime.now(UTC),
        duration_ns=0,
        measurements=outcome.measurements,
        trouble=outcome.trouble,
    )
