"""Bad input to any analyser of sensors, power or touch gives a typed error or an invalid result without numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from probes.signals import (
    allan,
    barometer,
    calibration,
    capacity,
    charge_curve,
    cross,
    deviations,
    ellipsoid,
    gates,
    gyro,
    incremental,
    intermittency,
    motor_line,
    path,
    positions,
    relaxation,
    resistance,
    stamps,
    steps,
    still,
    touch_coverage,
    touch_events,
    touch_stroke,
)
from probes.signals._validity import Judged, Reason, SignalError

CURVE = capacity.OpenCircuit(np.array([0.0, 1.0]), np.array([3.0, 4.2]))
Series = Any
Analyser = Callable[[Series], Judged]


def ramp(x: Series) -> Any:
    return np.arange(len(x), dtype=float)


def three(x: Series) -> Any:
    return np.array([x, x, x])


ANALYSERS: dict[str, Analyser] = {
    "allan": lambda x: allan.allan(x, rate_hz=100.0),
    "allan pyramid": lambda x: allan.allan(x, rate_hz=100.0, pyramid=32),
    "deviation": lambda x: deviations.deviation(x, form="total", rate_hz=1.0, taus_s=[1.0]),
    "judge_stamps": stamps.judge_stamps,
    "gates": lambda x: gates.gates(x, rate_hz=100.0),
    "still": lambda x: still.still(x, rate_hz=100.0),
    "still_positions": lambda x: positions.still_positions(three(x), rate_hz=100.0, window_s=0.1),
    "six_positions": lambda x: calibration.six_positions(three(x).T, three(x).T),
    "by_hand": lambda x: calibration.by_hand(three(x).T, magnitude=9.81),
    "ellipsoid": lambda x: ellipsoid.ellipsoid(three(x)),
    "gyro_turn": lambda x: gyro.gyro_turn(three(x), three(x), rate_hz=100.0, before=(0, 10), after=(20, 30)),
    "agreement": lambda x: cross.agreement(x, x, rate_hz=100.0),
    "motor_line": lambda x: motor_line.motor_line(x, rate_hz=1000.0),
    "step_answers": lambda x: steps.step_answers(ramp(x), x, changes_s=[1.0]),
    "barometer": lambda x: barometer.barometer(x, rate_hz=25.0),
    "pressure_answer": lambda x: barometer.pressure_answer(ramp(x), x, change_s=10.0),
    "step_resistance": lambda x: resistance.step_resistance(ramp(x), x, x),
    "relaxation": lambda x: relaxation.relaxation(ramp(x), x),
    "relaxation of two": lambda x: relaxation.relaxation(ramp(x) * 60.0, x, branches=2),
    "counted_capacity": lambda x: capacity.counted_capacity(
        ramp(x), x, rest_before_v=3.1, rest_after_v=4.0, curve=CURVE
    ),
    "charge_curve": lambda x: charge_curve.charge_curve(ramp(x), x, x),
    "path_resistance": lambda x: path.path_resistance(x, x, x),
    "dips": lambda x: intermittency.dips(x, rate_hz=1000.0),
    "incremental_capacity": lambda x: incremental.incremental_capacity(x, x),
    "report_rate": touch_stroke.report_rate,
    "judge_stroke": lambda x: touch_stroke.judge_stroke(x, x),
    "judge_rest": lambda x: touch_stroke.judge_rest(x, x),
    "coverage": lambda x: touch_coverage.coverage((x, x), (x, x), size_mm=(70.0, 150.0)),
}
# What may stay in an invalid result: it says what was looked at, not what was found.
CONTEXT = {
    "share_before",
    "share_after",
    "span",
    "moved_mah",
    "span_a",
    "usual_v",
    "threshold",
    "correlation",
    "before",
    "after",
}
ALLOWS_ONE = {"coverage", "step_answers"}  # one position, one word of a sensor that sends changes only


def numbers(result: Judged) -> list[Any]:
    values = [
        getattr(result, field.name)
        for field in fields(result)
        if str(field.type) in {"float", "Float"} and field.name not in CONTEXT
    ]
    return [number for value in values for number in np.ravel(value)]


def moving(count: int) -> Any:
    return np.sort(np.random.default_rng(1).uniform(0.1, 5.0, count))


@pytest.mark.parametrize("name", ANALYSERS)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_sample_that_is_not_finite_leaves_no_number_that_looks_good(name: str, bad: float) -> None:
    series = moving(400)
    series[100] = bad
    if name == "gates":
        assert ANALYSERS[name](series).remarks == (Reason.LOST_SAMPLES,)
        return
    result = ANALYSERS[name](series)
    assert not result.valid
    assert Reason.NOT_FINITE in result.reasons
    assert all(math.isnan(number) for number in numbers(result))


@pytest.mark.parametrize("name", ANALYSERS)
@pytest.mark.parametrize("count", [0, 1])
def test_nothing_or_one_sample_is_too_little(name: str, count: int) -> None:
    if name in ALLOWS_ONE and count == 1:
        pytest.skip("one is enough here")
    result = ANALYSERS[name](moving(count))
    assert not result.valid
    assert set(result.reasons) <= {Reason.EMPTY, Reason.TOO_SHORT, Reason.NOT_ENOUGH_POSITIONS, Reason.NO_STEP}
    assert all(math.isnan(number) for number in numbers(result))


MOVES_NOT = {"gates", "judge_rest", "coverage", "dips", "counted_capacity", "step_resistance"}


@pytest.mark.parametrize("name", sorted(ANALYSERS.keys() - MOVES_NOT))
@pytest.mark.parametrize("level", [0.0, 3.7])
def test_a_series_that_never_moves_is_named(name: str, level: float) -> None:
    result = ANALYSERS[name](np.full(400, level))
    assert not result.valid
    assert all(math.isnan(number) for number in numbers(result))


@pytest.mark.parametrize("name", ANALYSERS)
@pytest.mark.parametrize("wrong", [np.array(["a", "b"]), np.array([1j, 2j]), np.zeros((2, 2, 2))])
def test_what_are_no_samples_is_a_typed_error(name: str, wrong: Any) -> None:
    with pytest.raises(SignalError):
        ANALYSERS[name](wrong)


RATED: dict[str, Callable[[float], object]] = {
    "allan": lambda rate: allan.allan(moving(99), rate_hz=rate),
    "deviation": lambda rate: deviations.deviation(moving(99), form="allan", rate_hz=rate, taus_s=[1.0]),
    "stamps": lambda rate: stamps.judge_stamps(moving(99), expected_hz=rate),
    "gates": lambda rate: gates.gates(moving(99), rate_hz=rate),
    "still": lambda rate: still.still(moving(99), rate_hz=rate),
    "positions": lambda rate: positions.still_positions(three(moving(99)), rate_hz=rate),
    "gyro": lambda rate: gyro.gyro_turn(
        three(moving(99)), three(moving(99)), rate_hz=rate, before=(0, 9), after=(9, 19)
    ),
    "agreement": lambda rate: cross.agreement(moving(99), moving(99), rate_hz=rate),
    "gravity_rates": lambda rate: cross.gravity_rates(three(moving(99)), rate_hz=rate),
    "motor_line": lambda rate: motor_line.motor_line(moving(99), rate_hz=rate),
    "barometer": lambda rate: barometer.barometer(moving(99), rate_hz=rate),
    "dips": lambda rate: intermittency.dips(moving(99), rate_hz=rate),
    "event_rate": lambda rate: intermittency.event_rate(moving(9), watched_s=rate),
}


@pytest.mark.parametrize("name", RATED)
@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan, math.inf])
def test_a_rate_that_is_none_is_a_typed_error(name: str, rate: float) -> None:
    with pytest.raises(SignalError):
        RATED[name](rate)


UNEQUAL: dict[str, Callable[[], object]] = {
    "agreement": lambda: cross.agreement(moving(99), moving(98), rate_hz=1.0),
    "gyro": lambda: gyro.gyro_turn(three(moving(9)), three(moving(8)), rate_hz=1.0, before=(0, 1), after=(2, 3)),
    "steps": lambda: steps.step_answers(moving(9), moving(8), changes_s=[1.0]),
    "resistance": lambda: resistance.step_resistance(moving(9), moving(9), moving(8)),
    "relaxation": lambda: relaxation.relaxation(moving(9), moving(8)),
    "charge": lambda: charge_curve.charge_curve(moving(99), moving(99), moving(99), temperature_c=moving(9)),
    "path": lambda: path.path_resistance(moving(9), moving(9), moving(8)),
    "rate": lambda: touch_stroke.report_rate(moving(9), contacts=moving(8)),
    "stroke": lambda: touch_stroke.judge_stroke(moving(9), moving(8)),
    "six": lambda: calibration.six_positions(np.zeros((6, 3)), np.zeros((5, 3))),
    "two axes": lambda: ellipsoid.ellipsoid(np.zeros((2, 99))),
    "rest of other channels": lambda: motor_line.motor_line(moving(999), rate_hz=999.0, rest=np.zeros((3, 99))),
}


@pytest.mark.parametrize("name", UNEQUAL)
def test_series_that_do_not_match_are_a_typed_error(name: str) -> None:
    if name == "rest of other channels":
        samples = np.sin(np.arange(999) * 1.0)
        with pytest.raises(SignalError):
            motor_line.motor_line(samples, rate_hz=999.0, rest=np.zeros((3, 99)))
        return
    with pytest.raises(SignalError):
        UNEQUAL[name]()


@pytest.mark.parametrize("name", ["step_answers", "step_resistance", "relaxation", "charge_curve", "report_rate"])
def test_times_that_run_backward_are_named(name: str) -> None:
    times = np.arange(400.0)[::-1]
    values = moving(400)
    made: dict[str, Judged] = {
        "step_answers": steps.step_answers(times, values, changes_s=[1.0]),
        "step_resistance": resistance.step_resistance(times, values, values),
        "relaxation": relaxation.relaxation(times, values),
        "charge_curve": charge_curve.charge_curve(times, values, values),
        "report_rate": touch_stroke.report_rate(times),
    }
    assert made[name].reasons == (Reason.BAD_STAMPS,)


def test_the_touch_events_judge_silence_and_refuse_what_is_not_finite() -> None:
    none: list[float] = []
    quiet = touch_events.ghosts(none, none, none, none, watched_s=60.0)
    assert quiet.valid
    assert quiet.count == 0
    assert 3.6 < quiet.per_minute_high < 3.8
    assert not touch_events.ghosts([math.nan], [1.0], [1.0], [1.0], watched_s=60.0).valid
    missed = touch_events.stroke_breaks(none, none, starts_s=[0.0], stops_s=[1.0])
    assert (missed.missed, missed.ratio) == (1, 1.0)
    assert touch_events.touch_latency([1.0], none).reasons == (Reason.NOT_FOUND,)
    assert not touch_events.touch_latency([math.nan], none).valid
    assert not touch_events.stroke_breaks(none, none, starts_s=none, stops_s=none).valid
