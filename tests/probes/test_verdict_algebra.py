"""Limits decide; nobody passes by staying silent; only a component's blame names a part."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes import (
    AtLeast,
    AtMost,
    Blame,
    Broke,
    Excuse,
    LimitSource,
    Measure,
    OneOf,
    ProbeBug,
    ProbeMeta,
    Reading,
    Said,
    Says,
    Sign,
    Stage,
    Strength,
    Trouble,
    Unit,
    Verdict,
    evaluate,
    worst,
)

Make = Callable[[Sequence[Measure]], ProbeMeta]
PRIOR = LimitSource(kind="prior", text="test")
HEALTH = Measure(
    name="soh_percent",
    label="Health",
    unit=Unit.PERCENT,
    limit=AtLeast(low=80.0, marginal_below=85.0, source=PRIOR),
    says=Says(code="battery.capacity_low", component="BAT"),
)
COUNT = Measure(
    name="restarts",
    label="Restarts",
    unit=Unit.COUNT,
    limit=AtMost(high=2, marginal_above=0, source=PRIOR),
    says=Says(code="boot.restarts"),
)
NAME = Measure(name="model", label="Model", unit=Unit.TEXT)
KEY = Measure(name="serial", label="Serial", unit=Unit.TEXT, key=True)
NOT_A_PASS = [verdict for verdict in Verdict if verdict is not Verdict.PASS]


def probe_meta(*measures: Measure) -> ProbeMeta:
    return ProbeMeta(
        id="test.probe", version=1, purpose="test", stage=Stage.SOFTWARE, duration_s=1, measures=tuple(measures)
    )


def reading(name: str, value: Any) -> Reading:
    return Reading(name=name, value=value)


@pytest.mark.parametrize(
    ("verdicts", "together"),
    [
        ([], Verdict.INCONCLUSIVE),
        ([Verdict.PASS, Verdict.NOT_SUPPORTED], Verdict.PASS),
        ([Verdict.NOT_SUPPORTED, Verdict.SKIPPED], Verdict.NOT_SUPPORTED),
        ([Verdict.PASS, Verdict.MARGINAL], Verdict.MARGINAL),
        ([Verdict.MARGINAL, Verdict.INCONCLUSIVE], Verdict.INCONCLUSIVE),
        ([Verdict.INCONCLUSIVE, Verdict.FAIL], Verdict.FAIL),
        ([Verdict.FAIL, Verdict.ERROR], Verdict.ERROR),
        ([Verdict.SKIPPED], Verdict.SKIPPED),
    ],
)
def test_verdicts_combine_to_the_worst(verdicts: list[Verdict], together: Verdict) -> None:
    assert worst(verdicts) is together
    assert worst(reversed(verdicts)) is together


@given(st.lists(st.sampled_from(list(Verdict))))
def test_together_they_pass_only_when_one_passed_and_none_was_worse(verdicts: list[Verdict]) -> None:
    harmless = {Verdict.PASS, Verdict.NOT_SUPPORTED, Verdict.SKIPPED}
    assert (worst(verdicts) is Verdict.PASS) == (Verdict.PASS in verdicts and set(verdicts) <= harmless)


@given(st.lists(st.sampled_from(list(Verdict)), min_size=1), st.randoms())
def test_the_order_of_verdicts_does_not_matter(verdicts: list[Verdict], chance: Any) -> None:
    shuffled = verdicts.copy()
    chance.shuffle(shuffled)
    assert worst(shuffled) is worst(verdicts)
    assert worst([*verdicts, worst(verdicts)]) is worst(verdicts)


@given(st.sets(st.sampled_from([HEALTH.name, COUNT.name, NAME.name])))
def test_silence_about_any_measurement_is_an_error_of_the_bench(said: set[str]) -> None:
    values: dict[str, float | str] = {HEALTH.name: 10.0, COUNT.name: 9, NAME.name: "x"}
    outcome = evaluate(probe_meta(HEALTH, COUNT, NAME), [reading(name, values[name]) for name in sorted(said)])
    if len(said) == 3:
        assert outcome.verdict is Verdict.FAIL
        return
    assert outcome.verdict is Verdict.ERROR
    assert outcome.blame is Blame.BENCH
    assert outcome.trouble is not None
    silent = [taken for taken in outcome.measurements if taken.name not in said]
    assert all(taken.verdict is Verdict.ERROR and taken.name in outcome.trouble.line for taken in silent)


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        np.bool_(True),
        math.nan,
        math.inf,
        -math.inf,
        np.float64("nan"),
        np.float32("inf"),
        "80",
        "nan",
        np.str_("80"),
        b"80",
        None,
        [80.0],
        80 + 0j,
        10**400,
        np.array([80.0, 81.0]),
    ],
)
def test_what_is_not_a_finite_number_is_refused_as_one(value: Any) -> None:
    with pytest.raises((ProbeBug, ValueError)):
        evaluate(probe_meta(HEALTH), [reading(HEALTH.name, value)])


@pytest.mark.parametrize("value", [80, 80.0, True, None, b"x", math.nan])
def test_what_is_not_text_is_refused_as_text(value: Any) -> None:
    with pytest.raises(ProbeBug):
        evaluate(probe_meta(NAME), [reading(NAME.name, value)])


@pytest.mark.parametrize("value", [np.float64(90), np.float32(90), np.int64(90), np.uint8(90), np.array(90.0)])
def test_numpy_scalars_are_unwrapped(value: Any) -> None:
    outcome = evaluate(probe_meta(HEALTH), [reading(HEALTH.name, value)])
    assert outcome.verdict is Verdict.PASS
    assert type(outcome.measurements[0].value) in {int, float}


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**300), 10**300))
def test_a_number_fails_its_probe_exactly_where_its_limit_says_so(value: float) -> None:
    outcome = evaluate(probe_meta(HEALTH), [reading(HEALTH.name, value)])
    expected = Verdict.FAIL if value < 80 else Verdict.MARGINAL if value < 85 else Verdict.PASS
    assert outcome.verdict is expected
    assert outcome.measurements[0].verdict is expected
    strengths = {Verdict.FAIL: [Strength.STRONG], Verdict.MARGINAL: [Strength.WEAK], Verdict.PASS: []}
    assert [finding.strength for finding in outcome.findings] == strengths[expected]
    assert (outcome.blame is None) == (expected is Verdict.PASS)
    assert all(finding.components == ("BAT",) for finding in outcome.findings)
    assert all(finding.evidence[0].measurement == HEALTH.name for finding in outcome.findings)


def test_a_failed_measurement_without_a_component_names_no_part() -> None:
    outcome = evaluate(probe_meta(COUNT), [reading(COUNT.name, 3)])
    assert outcome.verdict is Verdict.FAIL
    assert outcome.blame is Blame.UNDETERMINED
    assert outcome.findings[0].components == ()


@pytest.mark.parametrize("verdict", [Verdict.NOT_SUPPORTED, Verdict.INCONCLUSIVE, Verdict.SKIPPED])
def test_what_was_excused_never_passes(verdict: Verdict) -> None:
    outcome = evaluate(probe_meta(NAME), [Excuse(name=NAME.name, verdict=verdict, reason="not_reported")])
    assert outcome.verdict is verdict
    assert outcome.blame is Blame.UNDETERMINED
    assert outcome.measurements[0].value is None


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.MARGINAL, Verdict.FAIL, Verdict.ERROR])
def test_a_verdict_is_no_excuse(verdict: Verdict) -> None:
    with pytest.raises(ProbeBug, match="excuse"):
        evaluate(probe_meta(NAME), [Excuse(name=NAME.name, verdict=verdict, reason="not_reported")])


def test_a_probe_without_its_key_measurement_is_inconclusive_at_best() -> None:
    excuse = Excuse(name=KEY.name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    outcome = evaluate(probe_meta(KEY, NAME), [excuse, reading(NAME.name, "x")])
    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert outcome.reason == "not_reported"


@pytest.mark.parametrize(
    "said",
    [
        [reading("nobody", 1.0)],
        [reading(HEALTH.name, 90.0), reading(HEALTH.name, 91.0)],
        [
            reading(HEALTH.name, 90.0),
            Excuse(name=HEALTH.name, verdict=Verdict.SKIPPED, reason="not_reported"),
        ],
        [Excuse(name=HEALTH.name, verdict=Verdict.SKIPPED, reason="No Code At All")],
        [reading(HEALTH.name, 90.0), Sign(code="not dotted", strength=Strength.STRONG)],
        [reading(HEALTH.name, 90.0), Sign(code="a.b", strength=Strength.STRONG, count=0)],
        [reading(HEALTH.name, 90.0), Sign(code="a.b", strength=Strength.STRONG, subject="x" * 201)],
        [reading(HEALTH.name, 90.0), Sign(code="a.b", strength=Strength.STRONG, components=("XYZ",))],
    ],
)
def test_a_probe_that_breaks_its_declaration_is_caught(said: list[Said]) -> None:
    with pytest.raises(ProbeBug):
        evaluate(probe_meta(HEALTH), said)


def test_a_limit_that_does_not_fit_the_value_is_the_probes_mistake() -> None:
    with pytest.raises(ProbeBug, match="limit does not fit"):
        evaluate(probe_meta(NAME), [reading(NAME.name, "x")], {NAME.name: AtLeast(low=1, source=PRIOR)})


def test_a_loud_sign_fails_the_probe_and_a_quiet_one_does_not() -> None:
    said = [reading(HEALTH.name, 90.0)]
    loud = Sign(code="camera.off_bus", strength=Strength.STRONG, components=("RFC",))
    quiet = Sign(code="camera.odd", strength=Strength.MODERATE, components=("RFC",))
    assert evaluate(probe_meta(HEALTH), [*said, loud]).verdict is Verdict.FAIL
    assert evaluate(probe_meta(HEALTH), [*said, loud]).blame is Blame.COMPONENT
    assert evaluate(probe_meta(HEALTH), [*said, quiet]).verdict is Verdict.PASS


@given(
    st.sampled_from([verdict for verdict in NOT_A_PASS if verdict not in {Verdict.FAIL, Verdict.MARGINAL}]),
    st.sampled_from([blame for blame in Blame if blame is not Blame.COMPONENT]),
)
def test_a_probe_that_broke_says_why_and_never_passes(verdict: Verdict, blame: Blame) -> None:
    broke = Broke(verdict, blame, "because", Trouble(code="E_X", line="x"))
    outcome = evaluate(probe_meta(HEALTH, NAME), [], None, broke)
    assert (outcome.verdict, outcome.blame, outcome.reason) == (verdict, blame, "because")
    assert all(taken.verdict is verdict and taken.blame is blame for taken in outcome.measurements)
    assert outcome.findings == ()


def test_what_was_said_before_the_link_broke_still_counts() -> None:
    broke = Broke(Verdict.ERROR, Blame.LINK, "link_failed", Trouble(code="E_LINK", line="x"))
    outcome = evaluate(probe_meta(HEALTH, NAME), [reading(HEALTH.name, 50.0)], None, broke)
    assert outcome.verdict is Verdict.ERROR
    assert outcome.blame is Blame.LINK
    assert outcome.measurements[0].verdict is Verdict.FAIL
    assert [finding.code for finding in outcome.findings] == ["battery.capacity_low"]


@given(
    soh=st.none() | st.floats(0, 100),
    count=st.none() | st.integers(0, 9),
    signs=st.lists(st.sampled_from([("RFC",), ("SW",), ()]), max_size=3),
    strength=st.sampled_from(list(Strength)),
)
def test_only_a_components_blame_names_a_part(
    soh: float | None, count: int | None, signs: list[tuple[str, ...]], strength: Strength
) -> None:
    said: list[Said] = [Sign(code="x.y", strength=strength, components=parts) for parts in signs]
    said += [
        reading(name, value)
        if value is not None
        else Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        for name, value in ((HEALTH.name, soh), (COUNT.name, count))
    ]
    outcome = evaluate(probe_meta(HEALTH, COUNT), said)
    assert (outcome.verdict is Verdict.PASS) == (outcome.blame is None) == (outcome.reason is None)
    for finding in outcome.findings:
        assert (finding.blame is Blame.COMPONENT) == bool(finding.components)
    if outcome.blame is Blame.COMPONENT:
        assert any(finding.components for finding in outcome.findings)
    for taken in outcome.measurements:
        assert (taken.verdict is Verdict.PASS) == (taken.blame is None)


def test_limits_from_outside_change_verdicts_and_no_value() -> None:
    strict = {HEALTH.name: AtLeast(low=95.0, source=PRIOR)}
    before = evaluate(probe_meta(HEALTH), [reading(HEALTH.name, 90.0)])
    after = evaluate(probe_meta(HEALTH), [reading(HEALTH.name, 90.0)], strict)
    assert (before.verdict, after.verdict) == (Verdict.PASS, Verdict.FAIL)
    assert before.measurements[0].value == after.measurements[0].value


def test_a_text_limit_decides_too() -> None:
    lock = Measure(
        name="lock",
        label="Lock",
        unit=Unit.TEXT,
        limit=OneOf(values=("locked",), marginal=("unlocked",), source=PRIOR),
    )
    found = [evaluate(probe_meta(lock), [reading("lock", word)]).verdict for word in ("locked", "unlocked", "?")]
    assert found == [Verdict.PASS, Verdict.MARGINAL, Verdict.FAIL]
