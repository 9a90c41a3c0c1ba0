"""One pass over one phone: order, durability, and who is blamed when something breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agent.benches import Recorder
from agent.home import Home
from agent.journal import Journal
from agent.session import Progress, always, is_open, run_plan
from agent.stop import Stopped, StopSign
from agent.store import Store
from probes import (
    MIB,
    Bench,
    Blame,
    CommandFailed,
    LinkTimeout,
    LogStream,
    Measure,
    NotSupported,
    NotUnderstood,
    OutputTooLarge,
    PermissionMissing,
    Probe,
    ProbeMeta,
    ProbeResult,
    ProtocolBroken,
    Reading,
    Reply,
    Said,
    Sign,
    Stage,
    StoreError,
    Strength,
    Unit,
    Unplugged,
    Verdict,
)


class NoBench:
    """For probes that ask nothing."""

    def shell(self, *argv: str, deadline_s: float = 10.0, cap_bytes: int = MIB) -> Reply:
        raise NotImplementedError(argv, deadline_s, cap_bytes)

    def log(self, buffer: str, *, deadline_s: float = 60.0, cap_bytes: int = 64 * MIB) -> LogStream:
        raise NotImplementedError(buffer, deadline_s, cap_bytes)


def probe(name: str, said: list[Said] | None = None, error: BaseException | None = None) -> Probe:
    """A probe that says these things, then raises."""

    class Made(Probe):
        meta = ProbeMeta(
            id=f"test.{name}",
            version=1,
            purpose=name,
            stage=Stage.SOFTWARE,
            duration_s=0.1,
            measures=(Measure(name="count", label="Count", unit=Unit.COUNT),),
        )
        runs = 0

        def run(self, bench: Bench) -> Iterator[Said]:
            assert bench is not None
            type(self).runs += 1
            yield from said if said is not None else [Reading(name="count", value=1)]
            if error is not None:
                raise error

    return Made()


@pytest.fixture
def go(home: Home, journal: Journal, begin: Callable[..., str]) -> Callable[..., tuple[ProbeResult, ...]]:
    """Run a plan; call it again to go on with the same run."""

    def run(plan: list[Probe], **options: Any) -> tuple[ProbeResult, ...]:
        if not journal.runs():
            begin(*(item.meta.id for item in plan))
        row = journal.run("last")
        done = {result.probe: result for result in journal.results(row.id)}
        recorder = Recorder(Store(home.run_dir(row.id)))
        return run_plan(plan, always(NoBench(), recorder), Progress(journal, row.id, done), **options)

    return run


Go = Callable[..., tuple[ProbeResult, ...]]


def verdicts(results: tuple[ProbeResult, ...]) -> list[str]:
    return [str(result.verdict) for result in results]


@pytest.mark.parametrize("error", [Unplugged("gone"), ProtocolBroken("garbage")])
def test_the_first_link_failure_skips_the_rest(go: Go, error: Exception) -> None:
    results = go([probe("a"), probe("b", [], error), probe("c"), probe("d")])
    assert verdicts(results) == ["pass", "error", "skipped", "skipped"]
    assert {result.blame for result in results[1:]} == {Blame.LINK}
    assert {result.reason for result in results[1:]} == {"link_failed"}
    assert not any(result.findings for result in results)
    assert results[2].trouble == results[1].trouble


@pytest.mark.parametrize("error", [LinkTimeout("hung"), OutputTooLarge("endless")])
def test_one_answer_that_hangs_does_not_end_the_run(go: Go, error: Exception) -> None:
    results = go([probe("a"), probe("b", [], error), probe("c")])
    assert verdicts(results) == ["pass", "error", "pass"]
    assert results[1].blame is Blame.LINK


@pytest.mark.parametrize(
    ("error", "verdict", "blame"),
    [
        (NotSupported("no"), Verdict.NOT_SUPPORTED, Blame.UNDETERMINED),
        (NotUnderstood("what"), Verdict.INCONCLUSIVE, Blame.UNDETERMINED),
        (CommandFailed("1"), Verdict.INCONCLUSIVE, Blame.UNDETERMINED),
        (PermissionMissing("ask"), Verdict.ERROR, Blame.BENCH),
        (ZeroDivisionError("mistake"), Verdict.ERROR, Blame.BENCH),
        (KeyError("\x1b[2J"), Verdict.ERROR, Blame.BENCH),
        (RecursionError(), Verdict.ERROR, Blame.BENCH),
        (MemoryError(), Verdict.ERROR, Blame.BENCH),
    ],
)
def test_who_is_blamed_for_what_ended_a_probe(go: Go, error: Exception, verdict: Verdict, blame: Blame) -> None:
    first, second = go([probe("a", [], error), probe("b")])
    assert (first.verdict, first.blame) == (verdict, blame)
    assert first.trouble is not None
    assert "\x1b" not in first.trouble.line
    assert second.verdict is Verdict.PASS


@pytest.mark.parametrize(
    "said",
    [
        [],
        [Reading(name="other", value=1)],
        [Reading(name="count", value=float("nan"))],
        [Reading(name="count", value=True)],
        [Reading(name="count", value="1")],
        [Reading(name="count", value=1), Sign(code="a.b", strength=Strength.STRONG, components=("NOPE",))],
        [Reading(name="count", value=1), Sign(code="A B", strength=Strength.STRONG)],
    ],
)
def test_a_mistake_of_a_probe_is_an_error_of_the_bench_and_never_a_fault(go: Go, said: list[Said]) -> None:
    first, second = go([probe("a", said), probe("b")])
    assert (first.verdict, first.blame) == (Verdict.ERROR, Blame.BENCH)
    assert first.findings == ()
    assert second.verdict is Verdict.PASS


@pytest.mark.parametrize("error", [StoreError("full"), KeyboardInterrupt(), SystemExit(1)])
def test_what_the_run_cannot_outlive_passes_through(go: Go, journal: Journal, error: BaseException) -> None:
    with pytest.raises(type(error)):
        go([probe("a"), probe("b", [], error), probe("c")])
    assert [result.probe for result in journal.results(journal.run("last").id)] == ["test.a"]


def test_what_the_watcher_is_told_of_is_durable(go: Go, journal: Journal) -> None:
    seen: list[tuple[int, str, bool]] = []

    def watch(seq: int, item: Probe, result: ProbeResult | None) -> None:
        stored = {kept.probe: kept for kept in journal.results(journal.run("last").id)}
        seen.append((seq, item.meta.id, result is not None))
        assert stored.get(item.meta.id) == result

    go([probe("a"), probe("b")], watch=watch)
    assert sorted(seen) == [(0, "test.a", False), (0, "test.a", True), (1, "test.b", False), (1, "test.b", True)]


def test_a_run_goes_on_where_it_was_broken_off(go: Go, journal: Journal) -> None:
    a, b, c = probe("a"), probe("b", [], Unplugged("gone")), probe("c")
    first = go([a, b, c])
    assert [is_open(result) for result in first] == [False, True, True]
    mended = probe("b")
    again = go([a, mended, c])
    assert verdicts(again) == ["pass", "pass", "pass"]
    assert again[0] == first[0]
    assert (type(a).runs, type(mended).runs, type(c).runs) == (1, 1, 1)  # type: ignore[attr-defined]  # of `Made`
    assert list(journal.results(journal.run("last").id)) == list(again)


def test_a_stop_sign_ends_the_run_and_keeps_what_was_done(go: Go, journal: Journal) -> None:
    sign = StopSign()

    def watch(seq: int, _item: Probe, result: ProbeResult | None) -> None:
        if seq == 1 and result is None:
            sign.put_up()

    with pytest.raises(Stopped):
        go([probe("a"), probe("b"), probe("c")], watch=watch, stop=sign)
    assert [result.probe for result in journal.results(journal.run("last").id)] == ["test.a"]
    assert verdicts(go([probe("a"), probe("b"), probe("c")])) == ["pass", "pass", "pass"]


def test_a_log_that_times_out_is_trouble_of_the_link_and_not_of_the_disk(go: Go, home: Home) -> None:
    """LinkTimeout is an OSError as well: the store must not take it for its own."""
    recorder = Recorder(Store(home.run_dir("x")))
    recorder.start("p")

    def chunks() -> Iterator[bytes]:
        yield b"line\n"
        raise LinkTimeout("hung")

    with pytest.raises(LinkTimeout):
        list(recorder.stream("log main", chunks(), lambda: True))
    assert recorder.taken() == ()
    assert list(home.run_dir("x").iterdir()) == []
    assert verdicts(go([probe("a")])) == ["pass"]
