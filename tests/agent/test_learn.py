"""Limits from known-good phones: robust, honest about few phones, and only from runs that may teach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from agent.journal import Journal
from agent.learn import FACTORS, NORMAL_PER_MAD, GoodRun, good_runs, learn, limits_file
from agent.limits import read_limits
from agent.localizer import RunFacts, conclude, load_knowledge
from agent.plan import known_probes
from probes import AtMost, BadInput, Between, Limit, Measurement, ProbeResult, Recorded, Stage, Unit, Verdict
from probes.hardware.accelerometer import AccelerometerAtRest
from reports import shown_name

PROBE = "audio.microphones_silent"
AT = datetime(2026, 11, 21, 8, tzinfo=UTC)


def declared(name: str) -> tuple[int, Unit, Limit]:
    probe = next(probe for probe in known_probes() if probe.meta.id == PROBE)
    measure = next(measure for measure in probe.meta.measures if measure.name == name)
    return probe.meta.version, measure.unit, measure.limit


def priors() -> list[str]:
    """Measurements whose limit is a number and a prior."""
    probe = next(probe for probe in known_probes() if probe.meta.id == PROBE)
    limits = {measure.name: measure.limit for measure in probe.meta.measures}
    return [name for name, limit in limits.items() if isinstance(limit, AtMost) and limit.source.kind == "prior"]


def measured(value: float, *, version: int | None = None) -> ProbeResult:
    name = priors()[0]
    known, unit, limit = declared(name)
    taken = Measurement(name=name, label=name, unit=unit, value=value, limit=limit, verdict=Verdict.PASS)
    return ProbeResult(
        probe=PROBE,
        probe_version=version or known,
        stage=Stage.HARDWARE_UNATTENDED,
        verdict=Verdict.PASS,
        started_at=AT,
        duration_ns=1,
        measurements=(taken,),
    )


def taught(values: list[float]) -> list[GoodRun]:
    return [GoodRun(f"run-{number}", f"S{number}", (measured(value),)) for number, value in enumerate(values)]


def edge() -> float:
    limit = declared(priors()[0])[2]
    assert isinstance(limit, AtMost)
    return float(limit.high)


@pytest.mark.parametrize("phones", [5, 6, 8, 10, 20, 50])
def test_the_factor_lets_99_of_100_further_good_phones_in(phones: int) -> None:
    seen = np.random.default_rng(phones).standard_normal((200_000, phones))
    median = np.median(seen, axis=1)
    half = FACTORS[phones] * NORMAL_PER_MAD * np.median(abs(seen - median[:, None]), axis=1)
    inside = norm.cdf(median + half) - norm.cdf(median - half)
    assert inside.mean() == pytest.approx(0.99, abs=0.0015)


def test_a_limit_lies_where_the_median_and_the_factor_put_it() -> None:
    values = [edge() - 30.0 + step for step in (0.0, 1.0, 2.0, 3.0, 4.0)]
    (one,) = learn(taught(values))
    assert (one.probe, one.measure, one.phones) == (PROBE, priors()[0], 5)
    assert one.median == values[2]
    assert one.scale == pytest.approx(1.4826)
    assert isinstance(one.limit, AtMost)
    assert one.limit.high == pytest.approx(values[2] + 14.6 * 1.4826, rel=1e-4)
    assert one.limit.source.kind == "learned"
    assert "5 known-good phones" in one.limit.source.text


def test_phones_that_hardly_differ_do_not_narrow_a_prior_to_a_hair() -> None:
    values = [edge() - 40.0 + 1e-6 * step for step in range(20)]
    limit = learn(taught(values))[0].limit
    assert isinstance(limit, AtMost)
    assert limit.high == pytest.approx(edge() - 30.0, rel=1e-4)


def test_few_phones_may_narrow_a_prior_and_only_many_may_widen_it() -> None:
    few = learn(taught([edge() - step for step in (0.5, 1.0, 1.5, 2.0, 2.5)]))[0].limit
    many = learn(taught([edge() - 0.2 * step for step in range(1, 13)]))[0].limit
    assert isinstance(few, AtMost)
    assert isinstance(many, AtMost)
    assert few.high == pytest.approx(edge(), rel=1e-4)
    assert many.high > edge()


def test_one_bad_phone_among_the_good_does_not_move_the_limit_and_is_named() -> None:
    good = [edge() - 60.0 + 0.1 * step for step in range(10)]
    (clean,) = learn(taught(good))
    (spoilt,) = learn(taught([*good[:-1], edge() - 1.0]))
    assert spoilt.outside == ("run-9",)
    assert clean.outside == ()
    assert spoilt.limit == clean.limit.model_copy(update={"source": spoilt.limit.source})


def test_nothing_is_learned_from_equal_values_or_from_another_version_of_the_probe() -> None:
    assert learn(taught([1.0] * 7)) == ()
    other = [GoodRun(str(n), str(n), (measured(edge() - 9.0 + n, version=99),)) for n in range(7)]
    assert learn(other) == ()
    assert learn(taught([edge() - 9.0 + n for n in range(4)])) == ()


def test_a_limit_of_a_standard_stays() -> None:
    meta = AccelerometerAtRest.meta
    gravity = next(measure for measure in meta.measures if measure.name == "gravity_m_s2")
    assert isinstance(gravity.limit, Between)
    assert gravity.limit.source.kind == "standard"
    runs = [_gravity(number, 9.7 + 0.01 * number) for number in range(12)]
    assert learn(runs) == ()


def _gravity(number: int, value: float) -> GoodRun:
    unit = Unit.METRE_PER_SECOND_2
    taken = Measurement(name="gravity_m_s2", label="g", unit=unit, value=value, limit=Recorded(), verdict=Verdict.PASS)
    result = ProbeResult(
        probe=AccelerometerAtRest.meta.id,
        probe_version=AccelerometerAtRest.meta.version,
        stage=Stage.HARDWARE_UNATTENDED,
        verdict=Verdict.PASS,
        started_at=AT,
        duration_ns=1,
        measurements=(taken,),
    )
    return GoodRun(f"r{number}", f"S{number}", (result,))


def test_the_file_names_its_runs_and_is_read_as_limits(tmp_path: Path) -> None:
    runs = taught([edge() - 30.0 + step for step in range(6)])
    learned = learn(runs)
    path = tmp_path / "limits.toml"
    path.write_text(limits_file("X\n[evil]\n1", runs, learned), encoding="utf-8")
    limits, _name = read_limits(path)
    assert limits == {PROBE: {priors()[0]: learned[0].limit}}
    text = path.read_text(encoding="utf-8")
    assert all(f"run {run.id}, phone {shown_name(run.serial)}" in text for run in runs)


@pytest.fixture
def store(journal: Journal) -> Callable[..., str]:
    """Journal a finished run of a phone."""

    def keep(number: int, model: str = "M1", verdict: Verdict = Verdict.PASS, *, serial: str = "") -> str:
        run_id = f"20261121-0800{number:02}-abc123"
        results = (_identity(model, serial or f"S{number}"), _judged(verdict))
        journal.begin(run_id=run_id, source="adb", subject="x", plan=("identity.phone", PROBE), agent_version="0")
        journal.durable([journal.add(run_id, seq, result) for seq, result in enumerate(results)])
        facts = RunFacts(run_id=run_id, created_at=AT, source="adb", subject="x", agent_version="0", limits="declared")
        journal.finish(run_id, conclude(facts, results, load_knowledge()).model_dump_json(), is_whole=True)
        return run_id

    return keep


def _identity(model: str, serial: str) -> ProbeResult:
    told = {"model": model, "serial": serial}
    return ProbeResult(
        probe="identity.phone",
        probe_version=1,
        stage=Stage.IDENTITY,
        verdict=Verdict.PASS,
        started_at=AT,
        duration_ns=1,
        measurements=tuple(
            Measurement(name=name, label=name, unit=Unit.TEXT, value=value, verdict=Verdict.PASS)
            for name, value in told.items()
        ),
    )


def _judged(verdict: Verdict) -> ProbeResult:
    """A good result, or one with the finding that the probe raises."""
    good = measured(edge() - 20.0)
    if verdict is Verdict.PASS:
        return good
    probe = next(probe for probe in known_probes() if probe.meta.id == PROBE)
    says = next(measure.says for measure in probe.meta.measures if measure.name == priors()[0])
    assert says is not None
    found = {"code": says.code, "strength": "strong", "blame": "component", "components": (says.component,)}
    return ProbeResult.model_validate(
        good.model_dump() | {"verdict": "fail", "blame": "component", "findings": (found,)}
    )


def test_good_runs_of_the_model_teach_and_the_newest_of_each_phone_counts(
    journal: Journal, store: Callable[..., str]
) -> None:
    for number in range(5):
        store(number)
    store(5, "M2")
    store(6, verdict=Verdict.FAIL)
    newest = store(7, serial="S0")
    runs = good_runs(journal, "M1", [])
    assert len(runs) == 5
    assert {run.id for run in runs if run.serial == "S0"} == {newest}


def test_runs_that_may_not_teach_are_refused_by_name(journal: Journal, store: Callable[..., str]) -> None:
    good = [store(number) for number in range(5)]
    other, bad = store(5, "M2"), store(6, verdict=Verdict.FAIL)
    journal.begin(run_id="20261121-090000-abc123", source="adb", subject="x", plan=(PROBE,), agent_version="0")
    for run_id, why in ((other, "of a M2"), (bad, "not a good phone"), ("20261121-090000-abc123", "not finished")):
        with pytest.raises(BadInput, match=f"{run_id} cannot teach: .*{why}"):
            good_runs(journal, "M1", [*good, run_id])
    with pytest.raises(BadInput, match="these are of 4"):
        good_runs(journal, "M1", good[:4])
    with pytest.raises(BadInput, match="these are of 4"):
        good_runs(journal, "M1", [*good[:4], good[0]])
    with pytest.raises(BadInput, match="there is no run"):
        good_runs(journal, "M1", ["20000101-000000-000000"])
