"""Side by side where resources go together, stages never out of order, one loose cable one trouble."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.benches import Recorder
from agent.home import Home
from agent.journal import Journal
from agent.plan import make_plan
from agent.scheduler import Agenda, Slot, critical_path, goes_together
from agent.session import Progress, run_plan
from agent.store import Store
from probes import (
    MIB,
    Bench,
    Effort,
    LogStream,
    Measure,
    Probe,
    ProbeMeta,
    ProbeResult,
    Reading,
    Reply,
    Resource,
    Said,
    Stage,
    StoreError,
    Unit,
    Unplugged,
    Verdict,
)

COUNT = Measure(name="count", label="Count", unit=Unit.COUNT)
Act = Callable[[], None]


class Task(Probe):
    """A probe that does what a test says."""

    def __init__(
        self,
        name: str,
        *resources: Resource,
        act: Act = lambda: None,
        stage: Stage = Stage.SOFTWARE,
        effort: Effort = Effort.NONE,
        lasts_s: float = 0.1,
    ) -> None:
        self.__dict__["meta"] = ProbeMeta(
            id=f"test.{name}",
            version=1,
            purpose=name,
            stage=stage,
            effort=effort,
            duration_s=lasts_s,
            measures=(COUNT,),
            resources=frozenset(resources),
        )
        self._act = act

    def run(self, bench: Bench) -> Iterator[Said]:
        del bench
        self._act()
        yield Reading(name="count", value=1)


class NoBench:
    """For probes that ask nothing."""

    def shell(self, *argv: str, deadline_s: float = 10.0, cap_bytes: int = MIB) -> Reply:
        raise NotImplementedError(argv, deadline_s, cap_bytes)

    def log(self, buffer: str, *, deadline_s: float = 60.0, cap_bytes: int = 64 * MIB) -> LogStream:
        raise NotImplementedError(buffer, deadline_s, cap_bytes)


def wait_at(meet: threading.Barrier) -> None:
    """Go on when the others are there."""
    meet.wait()


def wait_for(pause: threading.Event, seconds: float) -> None:
    """Take some time."""
    pause.wait(seconds)


Go = Callable[..., tuple[ProbeResult, ...]]


@pytest.fixture
def go(home: Home, journal: Journal, begin: Callable[..., str]) -> Go:
    def run(*plan: Probe, workers: int = 4, slots: list[Slot] | None = None) -> tuple[ProbeResult, ...]:
        run_id = begin(*(probe.meta.id for probe in plan))
        store = Store(home.run_dir(run_id))
        clocked = slots.append if slots is not None else (lambda _slot: None)
        return run_plan(
            plan,
            lambda _probe: (NoBench(), Recorder(store)),
            Progress(journal, run_id, {}),
            workers=workers,
            clocked=clocked,
        )

    return run


def test_probes_whose_resources_go_together_run_at_once(go: Go) -> None:
    meet = threading.Barrier(3, timeout=10)
    rest, loud = Resource.STILLNESS, Resource.CAMERA
    results = go(
        *(Task(name, kind, act=lambda: wait_at(meet)) for name, kind in (("a", rest), ("b", rest), ("c", loud)))
    )
    assert [result.verdict for result in results] == [Verdict.PASS] * 3
    assert [result.probe for result in results] == ["test.a", "test.b", "test.c"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Resource.SPEAKER, Resource.SPEAKER),
        (Resource.STILLNESS, Resource.VIBRATION),
        (Resource.SPEAKER, Resource.STILLNESS),
        (Resource.MICROPHONE, Resource.VIBRATION),
        (Resource.OPERATOR, Resource.STILLNESS),
        (Resource.PLUG, Resource.STILLNESS),
        (Resource.OPERATOR, Resource.MICROPHONE),
        (Resource.CAMERA, Resource.VIBRATION),
    ],
)
def test_probes_that_disturb_each_other_never_meet(go: Go, one: Resource, other: Resource) -> None:
    inside, together = [0], [0]
    lock = threading.Lock()

    def act() -> None:
        with lock:
            inside[0] += 1
            together[0] = max(together[0], inside[0])
        threading.Event().wait(0.02)
        with lock:
            inside[0] -= 1

    go(*(Task(f"p{number}", one if number % 2 else other, act=act) for number in range(6)))
    if one is not other:
        assert not goes_together(Task("x", one).meta, Task("y", other).meta)
    shared = other is Resource.STILLNESS or one is Resource.STILLNESS
    assert together[0] <= (3 if shared else 1)


def test_a_stage_begins_when_the_one_before_has_ended(go: Go) -> None:
    order: list[str] = []
    plan = make_plan(
        Task(f"{stage}{number}", stage=stage, act=lambda stage=stage: order.append(str(stage)))  # type: ignore[misc]
        for stage in Stage
        for number in range(3)
    )
    go(*plan)
    assert order == [str(stage) for stage in Stage for _ in range(3)]


@given(st.lists(st.tuples(st.sampled_from(Stage), st.sampled_from(Effort), st.sampled_from(Resource)), max_size=14))
def test_an_agenda_gives_every_probe_once_and_nothing_hard_before_something_easy(
    kinds: list[tuple[Stage, Effort, Resource]],
) -> None:
    plan = make_plan(Task(f"p{at}", what, stage=stage, effort=effort) for at, (stage, effort, what) in enumerate(kinds))
    agenda = Agenda(plan, range(len(plan)))
    running: list[int] = []
    begun: list[int] = []
    while agenda or running:
        place = agenda.take(running)
        if place is None:
            assert running, "nothing runs and nothing may start"
            running.pop(0)
            continue
        metas = [plan[other].meta for other in running]
        assert all(goes_together(plan[place].meta, meta) and meta.stage is plan[place].meta.stage for meta in metas)
        running.append(place)
        begun.append(place)
    assert sorted(begun) == list(range(len(plan)))
    order = [(plan[place].meta.stage.order, plan[place].meta.effort.order) for place in begun]
    assert order == sorted(order)


def begun(agenda: Agenda) -> list[int]:
    """The places in the order in which they begin, each alone."""
    return [place for _ in range(len(agenda)) if (place := agenda.take(())) is not None]


def test_among_equals_the_longest_begins_first_and_what_disturbs_others_after_them() -> None:
    plan = [
        Task("loud", Resource.SPEAKER, lasts_s=7.0),
        Task("short", Resource.STILLNESS, lasts_s=2.0),
        Task("shakes", Resource.VIBRATION, lasts_s=3.0),
        Task("long", Resource.STILLNESS, lasts_s=8.0),
        Task("harder", Resource.CAMERA, lasts_s=9.0, effort=Effort.LOW),
    ]
    assert begun(Agenda(plan, range(5))) == [3, 1, 2, 0, 4]
    assert begun(Agenda(plan, range(5), in_order=True)) == [0, 1, 2, 3, 4]


def test_what_a_person_does_keeps_the_order_of_the_plan() -> None:
    plan = [Task(name, Resource.OPERATOR, lasts_s=lasts) for name, lasts in (("a", 5.0), ("b", 60.0), ("c", 20.0))]
    assert begun(Agenda(plan, range(3))) == [0, 1, 2]


def test_an_agenda_tells_what_is_left_in_the_order_of_the_plan() -> None:
    plan = [Task("short", lasts_s=1.0), Task("long", lasts_s=2.0), Task("longer", lasts_s=3.0)]
    agenda = Agenda(plan, range(3))
    agenda.lead(0)
    assert agenda.take(()) == 0
    assert agenda.left() == (1, 2)


def test_one_loose_cable_is_one_trouble_however_many_probes_feel_it(go: Go) -> None:
    meet = threading.Barrier(3, timeout=10)

    def pulled() -> None:
        meet.wait()
        raise Unplugged("gone")

    results = go(*(Task(name, act=pulled) for name in "abc"), Task("d", stage=Stage.HARDWARE_UNATTENDED))
    verdicts = sorted(str(result.verdict) for result in results)
    assert verdicts == ["error", "skipped", "skipped", "skipped"]
    assert {result.reason for result in results} == {"link_failed"}


def test_a_disk_that_is_full_ends_the_run(go: Go) -> None:
    def full() -> None:
        raise StoreError("full")

    with pytest.raises(StoreError):
        go(Task("a"), Task("b", act=full), Task("c", stage=Stage.HARDWARE_UNATTENDED))


def test_the_critical_path_is_what_each_waited_for(go: Go) -> None:
    slots: list[Slot] = []
    pause = threading.Event()
    go(
        Task("quick"),
        Task("slow", act=lambda: wait_for(pause, 0.2)),
        Task("late", stage=Stage.HARDWARE_UNATTENDED, act=lambda: wait_for(pause, 0.1)),
        slots=slots,
    )
    path = critical_path(slots)
    assert [slot.probe for slot in path] == ["test.slow", "test.late"]
    wall_ns = max(slot.end_ns for slot in slots) - min(slot.start_ns for slot in slots)
    assert wall_ns <= 1.5 * sum(slot.end_ns - slot.start_ns for slot in path)


def test_nothing_has_no_critical_path() -> None:
    assert critical_path([]) == ()
