"""Every kind of limit at, beside and far from its edges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from probes import AtLeast, AtMost, Between, Limit, LimitSource, OneOf, Recorded, Value, Verdict

SOURCE = LimitSource(kind="prior", text="test")
PASS, MARGINAL, FAIL = Verdict.PASS, Verdict.MARGINAL, Verdict.FAIL
ADAPTER: TypeAdapter[Limit] = TypeAdapter(Limit)


@pytest.mark.parametrize(
    ("limit", "value", "verdict"),
    [
        (AtLeast(low=80, source=SOURCE), 80, PASS),
        (AtLeast(low=80, source=SOURCE), 79.999, FAIL),
        (AtLeast(low=80, marginal_below=85, source=SOURCE), 80, MARGINAL),
        (AtLeast(low=80, marginal_below=85, source=SOURCE), 84.999, MARGINAL),
        (AtLeast(low=80, marginal_below=85, source=SOURCE), 85, PASS),
        (AtLeast(low=80, marginal_below=85, source=SOURCE), 79, FAIL),
        (AtMost(high=2, source=SOURCE), 2, PASS),
        (AtMost(high=2, source=SOURCE), 3, FAIL),
        (AtMost(high=2, marginal_above=0, source=SOURCE), 0, PASS),
        (AtMost(high=2, marginal_above=0, source=SOURCE), 1, MARGINAL),
        (AtMost(high=2, marginal_above=0, source=SOURCE), 2, MARGINAL),
        (AtMost(high=2, marginal_above=0, source=SOURCE), 2.001, FAIL),
        (Between(low=-10, high=50, source=SOURCE), -10, PASS),
        (Between(low=-10, high=50, source=SOURCE), 50, PASS),
        (Between(low=-10, high=50, source=SOURCE), -10.1, FAIL),
        (Between(low=-10, high=50, source=SOURCE), 50.1, FAIL),
        (Between(low=5, high=5, source=SOURCE), 5, PASS),
        (OneOf(values=("green",), marginal=("orange",), source=SOURCE), "green", PASS),
        (OneOf(values=("green",), marginal=("orange",), source=SOURCE), "orange", MARGINAL),
        (OneOf(values=("green",), marginal=("orange",), source=SOURCE), "Green", FAIL),
        (OneOf(values=(1, 2), source=SOURCE), 2, PASS),
        (OneOf(values=(1, 2), source=SOURCE), "2", FAIL),
        (Recorded(), "anything", PASS),
        (Recorded(), -1e308, PASS),
    ],
)
def test_a_limit_decides(limit: Limit, value: Value, verdict: Verdict) -> None:
    assert limit.judge(value) is verdict


@pytest.mark.parametrize(
    "limit", [AtLeast(low=1, source=SOURCE), AtMost(high=1, source=SOURCE), Between(low=0, high=1, source=SOURCE)]
)
def test_a_numeric_limit_refuses_text(limit: AtLeast | AtMost | Between) -> None:
    with pytest.raises(TypeError, match="number"):
        limit.judge("1")


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "between", "low": 2, "high": 1, "source": {"kind": "prior", "text": "x"}},
        {"kind": "at_least", "low": "80", "source": {"kind": "prior", "text": "x"}},
        {"kind": "at_least", "low": True, "source": {"kind": "prior", "text": "x"}},
        {"kind": "at_least", "low": float("nan"), "source": {"kind": "prior", "text": "x"}},
        {"kind": "at_least", "low": 80},
        {"kind": "at_least", "low": 80, "source": {"kind": "guess", "text": "x"}},
        {"kind": "at_least", "low": 80, "source": {"kind": "prior", "text": ""}},
        {"kind": "at_least", "low": 80, "source": {"kind": "prior", "text": "x"}, "more": 1},
        {"kind": "about", "low": 80},
        {},
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(data: object) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(data)


numbers = st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9)


@given(low=numbers, value=numbers)
def test_at_least_and_at_most_are_mirror_images(low: float, value: float) -> None:
    assert AtLeast(low=low, source=SOURCE).judge(value) is AtMost(high=-low, source=SOURCE).judge(-value)


@given(low=numbers, marginal=st.none() | numbers, value=numbers)
def test_every_limit_survives_json(low: float, marginal: float | None, value: float) -> None:
    limit = AtLeast(low=low, marginal_below=marginal, source=SOURCE)
    again = ADAPTER.validate_json(limit.model_dump_json())
    assert again == limit
    assert again.judge(value) is limit.judge(value)
    assert limit.text()
