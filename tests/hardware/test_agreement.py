"""What somebody at the bench says: who finds nothing is believed, and nobody blames a part with a single look."""

from __future__ import annotations

from unittest.mock import create_autospec

import pytest

from probes import Checklist, Question, StationBench
from probes.hardware.agreement import blamed, is_fine

LIT = Question(asks="lit", text="Is it lit?")
LOOK = Checklist(text="Which of these do you see?", items={"crack": "A crack", "dent": "A dent"})


def bench_with(*, answers: tuple[str, ...] = (), ticks: tuple[str, ...] = ()) -> StationBench:
    bench: StationBench = create_autospec(StationBench, instance=True)
    bench.ask.side_effect = answers  # type: ignore[attr-defined]  # a mock's own attribute
    bench.tick.side_effect = [frozenset(tick.split()) for tick in ticks]  # type: ignore[attr-defined]  # as above
    return bench


@pytest.mark.parametrize(
    ("answers", "fine"),
    [
        (("yes",), True),
        (("no", "no"), False),
        (("no", "yes", "yes"), True),
        (("no", "yes", "no"), False),
    ],
)
def test_a_single_answer_blames_nothing_and_two_of_three_do(answers: tuple[str, ...], *, fine: bool) -> None:
    bench = bench_with(answers=answers)
    assert is_fine(bench, LIT, fine="yes") is fine
    assert bench.ask.call_count == len(answers)  # type: ignore[attr-defined]  # as above


@pytest.mark.parametrize(
    ("ticks", "wrong"),
    [
        (("",), ""),
        (("crack", "crack"), "crack"),
        (("crack", "", ""), ""),
        (("crack", "", "crack"), "crack"),
        (("crack dent", "dent", "crack"), "crack dent"),
        (("crack dent", "dent", ""), "dent"),
    ],
)
def test_only_what_was_seen_is_looked_at_again(ticks: tuple[str, ...], wrong: str) -> None:
    bench = bench_with(ticks=ticks)
    assert blamed(bench, LOOK, fine=()) == frozenset(wrong.split())
    asked = [set(call.args[0].items) for call in bench.tick.call_args_list]  # type: ignore[attr-defined]  # as above
    assert asked[0] == set(LOOK.items)
    assert all(again == set(first.split()) for again, first in zip(asked[1:2], ticks, strict=False))
    assert len(asked) == len(ticks)


def test_what_should_be_so_is_blamed_where_it_is_not() -> None:
    bench = bench_with(ticks=("crack", ""))
    assert blamed(bench, LOOK, fine=LOOK.items) == {"dent"}
