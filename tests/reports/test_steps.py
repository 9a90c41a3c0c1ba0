"""A run that chose its own way says what it rose to, what it ran there, and why it ended."""

from __future__ import annotations

from reports import Choice
from reports._steps import steps


def same(words: str) -> str:
    return words


UNATTENDED = [
    Choice(stage="hardware_unattended", why="rose_nothing_left"),
    *(Choice(stage="hardware_unattended", probe=f"a.p{number}", why="mandatory") for number in range(9)),
    Choice(stage="hardware_unattended", probe="a.long", bits=0.0213, why="most_informative"),
]


def test_each_step_up_is_said_with_its_reason_and_what_ran_there() -> None:
    assisted = [
        Choice(stage="hardware_assisted", why="rose_nothing_informs"),
        Choice(stage="hardware_assisted", probe="b.seen", bits=0.2, why="complaint"),
    ]
    ended = Choice(stage="hardware_assisted", why="nothing_informs")
    first, second, last = steps([*UNATTENDED, *assisted, ended], same)
    assert first.startswith("checks that run by themselves, as all checks before them are done; ")
    assert first.endswith("demanded by the plan: 9 checks; most informative: a.long (0.021 bit)")
    assert second == (
        "checks with a person, as nothing easier tells enough any more; asked for by the complaint: b.seen"
    )
    assert last == "ended, as nothing that is left tells enough for its time"


def test_a_stage_and_a_reason_of_another_version_are_left_as_they_are() -> None:
    (line,) = steps([Choice(stage="later", probe="c.d", why="unheard"), Choice(stage="later", why="odd")], same)
    assert line == "later"
