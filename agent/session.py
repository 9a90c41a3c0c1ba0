"""One pass over one phone: probes in order, each judged and journalled as it ends.

No thread is ever killed: every call to a phone has a deadline of its own. The first link failure skips what is left, so
one loose cable is one trouble and not twenty faults.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from time import monotonic_ns
from typing import Protocol

from agent.journal import Journal
from agent.stop import StopSign
from probes import (
    Bench,
    BenchError,
    Blame,
    Blocked,
    Broke,
    DeviceError,
    Evaluation,
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
    show,
)

Limits = Mapping[str, Mapping[str, Limit]]


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


def run_plan(
    plan: Sequence[Probe],
    bench: Bench,
    recorder: Keeper,
    progress: Progress,
    *,
    limits: Limits | None = None,
    watch: Watcher = lambda *_: None,
    stop: StopSign | None = None,
) -> tuple[ProbeResult, ...]:
    """Run every probe of the plan that is not done yet.

    Args:
        watch: called with (position, probe, None) before and (position, probe, result) after each probe; what it is
            told of as done is already durable.

    Raises:
        StoreError: evidence or journal cannot be written; what was journalled stays.
        Stopped: the operator stopped the run; what was journalled stays.
    """
    results: list[ProbeResult] = []
    pending: deque[Future[None]] = deque()
    broken: Trouble | None = None
    try:
        for seq, probe in enumerate(plan):
            earlier = progress.done.get(probe.meta.id)
            if earlier is not None and not is_open(earlier):
                results.append(earlier)
                continue
            watch(seq, probe, None)
            result = skipped(probe, broken) if broken else run_probe(probe, bench, recorder, limits or {})
            if stop is not None:
                stop.check()  # what was being done when the operator stopped is not a result
            results.append(result)
            broken = result.trouble if result.link_broke else broken
            # the next probe asks the phone while the disk still writes this one; it is shown when it is durable
            stored = progress.journal.add(progress.run_id, seq, result)
            pending.append(_told(stored, partial(watch, seq, probe, result)))
            while pending and pending[0].done():
                progress.journal.durable((pending.popleft(),))
    finally:
        progress.journal.durable(pending)
    return tuple(results)


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
        for item in probe.run(bench):
            if isinstance(item, Samples):
                recorder.samples(item)
            else:
                said.append(item)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001  a probe's mistake is a result, never the end of a run
        broke = what_broke(error)
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
    chosen = limits.get(probe.meta.id)
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
        return Broke(Verdict.NOT_SUPPORTED, Blame.UNDETERMINED, "not_supported", trouble)
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
    outcome = evaluate(probe.meta, (), None, Broke(Verdict.SKIPPED, Blame.LINK, "link_failed", because))
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
