"""Every public function of the package meets every kind of trouble; one that is new and not listed here fails."""

from __future__ import annotations

import ast
import importlib
import inspect
import math
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

import probes.signals
from probes.signals import (
    Judged,
    SignalError,
    allan,
    allan_curve,
    barometer,
    blemish,
    buzz,
    calibration,
    capacity,
    charge_curve,
    clipping,
    coherence,
    comb,
    cross,
    decay,
    defects,
    delay,
    deviations,
    dropouts,
    ellipsoid,
    events,
    gates,
    gyro,
    health,
    incremental,
    intermittency,
    level,
    lines,
    loopback,
    motor_line,
    multitone,
    noise_floor,
    panel,
    path,
    photon_transfer,
    positions,
    registration,
    relaxation,
    resistance,
    response,
    shading,
    slanted_edge,
    spectrum,
    stamps,
    steps,
    still,
    sweep,
    touch_coverage,
    touch_events,
    touch_stroke,
    tracker,
    tracker_plan,
)

Series = Any
Case = Callable[[Series, float], Any]
FOLDER = Path(probes.signals.__file__).parent
NOT_ANALYSERS = {"references"}  # it runs checks; tests/cli/test_verify.py and the tests of references are its own
SWEEP = sweep.design(start_hz=200.0, stop_hz=3000.0, rate_hz=8000.0, octave_s=0.05, decay_s=0.005)
TONES = multitone.design(low_hz=200.0, high_hz=3000.0, rate_hz=8000.0, tones=8)
CURVE = capacity.OpenCircuit(np.array([0.0, 1.0]), np.array([3.0, 4.2]))
NOISE = np.random.default_rng(1).standard_normal(64)
SQUARE = [(0, 0), (9, 0), (9, 9), (0, 9)]


def ramp(x: Series) -> Any:
    return np.arange(len(x), dtype=float)


def three(x: Series) -> Any:
    return np.array([x, x, x])


def picture(x: Series) -> Any:
    x = np.asarray(x)
    if x.ndim != 1 or x.dtype.kind not in "fiu":
        return x
    side = math.isqrt(len(x))
    return x[: side * side].reshape(side, side)


def few(x: Series) -> Any:
    cells = picture(x)
    return cells[:4, :4] if cells.ndim == 2 else cells


def points(x: Series) -> Any:
    x = np.asarray(x)
    return x[: len(x) // 2 * 2].reshape(-1, 2) if x.ndim == 1 else x


def found_line(hz: float) -> motor_line.MotorLine:
    return motor_line.motor_line(np.sin(2 * np.pi * hz * np.arange(800) / 800.0), rate_hz=800.0)


# Each takes a series and a rate; those without a rate look at the series only.
SERIES: dict[str, Case] = {
    "allan.allan": lambda x, r: allan.allan(x, rate_hz=r, pyramid=16),
    "allan_curve.read_curve": lambda x, r: allan_curve.read_curve(allan.allan(x, rate_hz=r)),
    "barometer.barometer": lambda x, r: barometer.barometer(x, rate_hz=r),
    "barometer.pressure_answer": lambda x, _: barometer.pressure_answer(ramp(x), x, change_s=10.0),
    "blemish.find_blemishes": lambda x, _: blemish.find_blemishes(picture(x)),
    "buzz.buzz": lambda x, _: buzz.buzz(tracker.track(x, SWEEP)),
    "calibration.six_positions": lambda x, _: calibration.six_positions(three(x).T, three(x).T),
    "calibration.by_hand": lambda x, _: calibration.by_hand(three(x).T, magnitude=9.81),
    "calibration.nearest_axes": lambda x, _: calibration.nearest_axes(three(x).T),
    "capacity.counted_capacity": lambda x, _: capacity.counted_capacity(
        ramp(x), x, rest_before_v=3.1, rest_after_v=4.0, curve=CURVE
    ),
    "capacity.counted_charge": lambda x, _: capacity.counted_charge(ramp(x), x)[0],
    "charge_curve.charge_curve": lambda x, _: charge_curve.charge_curve(ramp(x), x, x),
    "clipping.clipping": lambda x, _: clipping.clipping(x),
    "coherence.coherence": lambda x, r: coherence.coherence(x, NOISE, r, segment=16),
    "coherence.repeatability": lambda x, _: coherence.repeatability(
        300.0 + ramp(x), np.array([x, x]), band_hz=(300.0, 8000.0)
    ),
    "comb.comb": lambda x, _: comb.comb(response.impulse_response(x, SWEEP)),
    "cross.agreement": lambda x, r: cross.agreement(x, x, rate_hz=r),
    "cross.gravity_rates": lambda x, r: cross.gravity_rates(three(x), rate_hz=r),
    "cross.across_gravity": lambda x, r: cross.across_gravity(three(x), three(x), rate_hz=r),
    "decay.decay": decay.decay,
    "defects.find_defects": lambda x, _: defects.find_defects(picture(x), mosaic=False),
    "delay.gcc_phat": lambda x, r: delay.gcc_phat(x, NOISE, r),
    "delay.find_sweep": lambda x, _: delay.find_sweep(x, SWEEP),
    "delay.reference": lambda x, r: delay.reference(x, r, size=8192).values,
    "deviations.deviation": lambda x, r: deviations.deviation(x, form="total", rate_hz=r, taus_s=[1.0]),
    "dropouts.dropouts": dropouts.dropouts,
    "dropouts.slips": lambda x, _: dropouts.slips(x, SWEEP),
    "ellipsoid.ellipsoid": lambda x, _: ellipsoid.ellipsoid(three(x)),
    "events.rates": lambda x, _: events.rates(x),
    "events.rhythm": lambda x, _: events.rhythm(x, shortest_s=0.5, longest_s=2.0),
    "gates.gates": lambda x, r: gates.gates(x, rate_hz=r),
    "gyro.gyro_turn": lambda x, r: gyro.gyro_turn(three(x), three(x), rate_hz=r, before=(0, 10), after=(20, 30)),
    "incremental.incremental_capacity": lambda x, _: incremental.incremental_capacity(x, x),
    "intermittency.dips": lambda x, r: intermittency.dips(x, rate_hz=r),
    "intermittency.event_rate": lambda x, _: intermittency.event_rate(x, watched_s=1e6),
    "level.level": level.level,
    "level.calibrate": lambda x, r: level.calibrate(x, r, spl_db=94.0),
    "lines.find_lines": lambda x, _: lines.find_lines(picture(x), mosaic=False),
    "loopback.decompose": lambda x, _: loopback.decompose(few(x), bench_speaker=0, bench_microphone=0),
    "motor_line.motor_line": lambda x, r: motor_line.motor_line(x, rate_hz=r),
    "multitone.measure": lambda x, _: multitone.measure(x, TONES),
    "noise_floor.noise_floor": noise_floor.noise_floor,
    "panel.panel_pixels": lambda x, _: panel.panel_pixels(np.dstack([picture(x)] * 3)),
    "panel.mura": lambda x, _: panel.mura(picture(x), pixel_pitch_mm=0.05),
    "panel.burn_in": lambda x, _: panel.burn_in(picture(x), picture(x)),
    "panel.uniformity": lambda x, _: panel.uniformity(picture(x)),
    "path.path_resistance": lambda x, _: path.path_resistance(x, x, x),
    "photon_transfer.pair_statistics": lambda x, _: photon_transfer.pair_statistics(picture(x), picture(x))[1],
    "photon_transfer.stack_of": lambda x, _: photon_transfer.stack_of([picture(x), picture(x)]).mean_dn,
    "photon_transfer.photon_transfer": lambda x, _: photon_transfer.photon_transfer(x, x, x, x),
    "photon_transfer.nonuniformity": lambda x, _: photon_transfer.nonuniformity(
        photon_transfer.stack_of([picture(x)] * 2), photon_transfer.stack_of([picture(x)] * 2), gain_dn_e=1.0
    ),
    "positions.still_positions": lambda x, r: positions.still_positions(three(x), rate_hz=r, window_s=0.1),
    "registration.find_panel": lambda x, _: registration.find_panel(picture(x)),
    "registration.register": lambda x, _: registration.register(points(x), points(x)),
    "registration.register_panel": lambda x, _: registration.register_panel(
        registration.find_panel(picture(x)), rows=10, columns=10
    ),
    "registration.mapped": lambda x, _: registration.mapped(np.eye(3), points(x)),
    "registration.rectify": lambda x, _: registration.rectify(
        picture(x), registration.register(SQUARE, SQUARE), rows=8, columns=8
    ),
    "relaxation.relaxation": lambda x, _: relaxation.relaxation(ramp(x), x),
    "resistance.step_resistance": lambda x, _: resistance.step_resistance(ramp(x), x, x),
    "response.impulse_response": lambda x, _: response.impulse_response(x, SWEEP),
    "response.inverse_of": lambda x, r: response.inverse_of(x, r, size=8192).spectrum,
    "shading.shading": lambda x, _: shading.shading(picture(x), rows=3, columns=3),
    "shading.tile_means": lambda x, _: shading.tile_means(picture(x), rows=3, columns=3),
    "slanted_edge.slanted_edge": lambda x, _: slanted_edge.slanted_edge(picture(x)),
    "slanted_edge.slanted_edges": lambda x, _: slanted_edge.slanted_edges(picture(x), [(0, 0, 40, 40)])[0],
    "slanted_edge.with_luminance": lambda x, _: slanted_edge.with_luminance(np.dstack([picture(x)] * 3)),
    "spectrum.welch": spectrum.welch,
    "stamps.judge_stamps": lambda x, _: stamps.judge_stamps(x),
    "steps.step_answers": lambda x, _: steps.step_answers(ramp(x), x, changes_s=[1.0]),
    "still.still": lambda x, r: still.still(x, rate_hz=r),
    "touch_coverage.coverage": lambda x, _: touch_coverage.coverage((x, x), (x, x), size_mm=(70.0, 150.0)),
    "touch_events.ghosts": lambda x, _: touch_events.ghosts(ramp(x), x, x, x, watched_s=1e6),
    "touch_events.stroke_breaks": lambda x, _: touch_events.stroke_breaks(x, x, starts_s=[0.0], stops_s=[9.0]),
    "touch_events.touch_latency": lambda x, _: touch_events.touch_latency(x, x),
    "touch_stroke.report_rate": lambda x, _: touch_stroke.report_rate(x),
    "touch_stroke.judge_stroke": lambda x, _: touch_stroke.judge_stroke(x, x),
    "touch_stroke.judge_rest": lambda x, _: touch_stroke.judge_rest(x, x),
    "touch_stroke.in_millimetres": lambda x, _: touch_stroke.in_millimetres(x, low=0, high=100, length_mm=70.0),
    "tracker.track": lambda x, _: tracker.track(x, SWEEP),
}
# These take no samples: a parameter that makes no sense is a typed error, and what makes sense is answered.
OTHERS: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "allan.pyramid_error_sigma": (lambda: allan.pyramid_error_sigma(0), lambda: allan.pyramid_error_sigma(8)),
    "blemish.spots_of": (
        lambda: blemish.spots_of(np.full((4, 4), np.nan), 0.1, (1.0, 1.0), 0.1),
        lambda: blemish.spots_of(np.zeros((4, 4)), 0.1, (1.0, 1.0), 0.1),
    ),
    "delay.profile": (
        lambda: delay.profile(np.zeros((2, 999, 2)), SWEEP, np.zeros(2), at_hz=np.array([500.0])),
        lambda: delay.profile(np.tile(SWEEP.samples(), (2, 1)), SWEEP, np.zeros(2), at_hz=np.array([500.0])),
    ),
    "delay.compare": (
        lambda: delay.compare(np.zeros(9, np.float32), delay.reference(NOISE, 99.0, size=128), reach=9, reasons=((),)),
        lambda: delay.compare(
            NOISE.astype(np.float32)[np.newaxis], delay.reference(NOISE, 99.0, size=128), reach=9, reasons=((),)
        ),
    ),
    "health.compare_health": (
        lambda: health.compare_health([health.HealthSource(name="gauge", ratio=0.9, std=0.0)]),
        lambda: health.compare_health([health.HealthSource(name="gauge", ratio=0.9)]),
    ),
    "motor_line.folded": (lambda: motor_line.folded(math.nan, 100.0), lambda: motor_line.folded(188.0, 285.7)),
    "motor_line.candidates": (
        lambda: motor_line.candidates(10.0, 0.0, (80.0, 300.0)),
        lambda: motor_line.candidates(97.7, 285.7, (80.0, 300.0)),
    ),
    "motor_line.unfold": (
        lambda: motor_line.unfold(found_line(100.0), found_line(100.0), tolerance_hz=math.nan),
        lambda: motor_line.unfold(found_line(100.0), found_line(100.0), tolerance_hz=1.0),
    ),
    "multitone.design": (
        lambda: multitone.design(low_hz=100.0, high_hz=50.0, rate_hz=8000.0),
        lambda: multitone.design(low_hz=100.0, high_hz=3000.0, rate_hz=8000.0),
    ),
    "response.inverse_of_sweep": (
        lambda: response.inverse_of_sweep(SWEEP, 16),
        lambda: response.inverse_of_sweep(SWEEP, 8192),
    ),
    "spectrum.a_weight_db": (
        lambda: spectrum.a_weight_db(np.array([math.nan])),
        lambda: spectrum.a_weight_db(np.array([0.0, 1000.0])),
    ),
    "spectrum.third_octave_hz": (
        lambda: spectrum.third_octave_hz(math.nan, 100.0),
        lambda: spectrum.third_octave_hz(50.0, 100.0),
    ),
    "sweep.design": (
        lambda: sweep.design(start_hz=100.0, stop_hz=50.0, rate_hz=8000.0),
        lambda: sweep.design(start_hz=100.0, stop_hz=3000.0, rate_hz=8000.0),
    ),
    "tracker_plan.plan": (lambda: tracker_plan.plan("no sweep"), lambda: tracker_plan.plan(SWEEP)),
}
WITH_SPREAD = re.compile(
    r"std|low$|high$|low_|edf|sigma|residual|confidence|chance|noise|limit|strength|scatter|peak_to_"
)


def public() -> Iterator[tuple[str, Any]]:
    for file in sorted(FOLDER.glob("[a-z]*.py")):
        if file.stem.startswith("checks_") or file.stem in NOT_ANALYSERS:
            continue
        module = importlib.import_module(f"probes.signals.{file.stem}")
        for name, value in vars(module).items():
            if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__:
                yield f"{file.stem}.{name}", value


FUNCTIONS = {name: value for name, value in public() if not isinstance(value, type) and callable(value)}
RESULTS = {name: value for name, value in public() if isinstance(value, type) and issubclass(value, Judged)}


def moving(count: int = 4096) -> Any:
    return np.sort(np.random.default_rng(1).uniform(0.1, 5.0, count))


def numbers(found: Any) -> list[float]:
    """Every floating number that an answer carries."""
    if isinstance(found, Judged):
        context = {
            "threshold",
            "usual_v",
            "span_a",
            "share_before",
            "share_after",
            "span",
            "moved_mah",
            "correlation",
            "before",
            "after",
            "band_hz",
            "frequency_hz",
            "rate_hz",
            "samples",
            "drift_s",
            "std_ratio",
            "band_std_db",
            "fall_db",
            "span_s",
            "duration_s",
            "floor_ratio",
            "limit_ratio",
        }
        found = [getattr(found, field.name) for field in fields(found) if field.name not in context]
    elif is_dataclass(found):
        found = [getattr(found, field.name) for field in fields(found)]
    parts = found if isinstance(found, list | tuple) else [found]
    arrays = [np.ravel(part) for part in parts if isinstance(part, float | np.ndarray)]
    return [float(abs(value)) for array in arrays if array.dtype.kind in "fc" for value in array]


def says_nothing(call: Callable[[], Any]) -> bool:
    """Whether it is a typed error, an invalid result without numbers, or an array without any."""
    try:
        found = call()
    except SignalError:
        return True
    if isinstance(found, Judged) and found.valid:
        return False
    return not np.isfinite(numbers(found)).any()


def test_every_public_function_is_tried_here() -> None:
    assert set(SERIES) | set(OTHERS) == set(FUNCTIONS)
    assert not set(SERIES) & set(OTHERS)


# One position, one message, one stamp, one pair of pixels can be enough; and pixels or points that are mapped stay.
ONE_IS_ENOUGH = {
    "coherence.repeatability",
    "cross.across_gravity",
    "loopback.decompose",
    "touch_coverage.coverage",
    "steps.step_answers",
    "events.rates",
    "intermittency.event_rate",
    "touch_events.ghosts",
    "touch_events.stroke_breaks",
    "touch_events.touch_latency",
    "touch_stroke.in_millimetres",
    "calibration.nearest_axes",
    "photon_transfer.pair_statistics",
    "photon_transfer.stack_of",
    "photon_transfer.nonuniformity",
    "slanted_edge.with_luminance",
    "clipping.clipping",
}
NOTHING_IS_AN_ANSWER = {
    "touch_events.stroke_breaks",
    "touch_events.ghosts",
    "intermittency.event_rate",
}  # watched, and nothing came
LOST_IS_A_REMARK = {"gates.gates"}
MISSING_IS_ALLOWED = {"coherence.repeatability", "loopback.decompose"}  # NaN is what was not measured
LOOKS_AT_A_PART = {"delay.find_sweep"}
# What is not finite stays where it is, among numbers that hold.
PLACE_BY_PLACE = {
    "cross.across_gravity",
    "cross.gravity_rates",
    "photon_transfer.stack_of",
    "registration.mapped",
    "registration.rectify",
    "shading.tile_means",
    "slanted_edge.with_luminance",
    "touch_stroke.in_millimetres",
}
INNER = {"blemish.spots_of", "delay.compare", "tracker_plan.plan"}  # they take what our own functions have checked
IN_ITS_PARTS = {"events.Rates"}  # each stretch has its interval
COUNTS = {"panel.PanelPixels", "panel.Uniformity"}  # counts and ratios of what was seen; validity is what they carry


@pytest.mark.parametrize("name", SERIES)
def test_nothing_is_no_number(name: str) -> None:
    found = says_nothing(lambda: SERIES[name](np.zeros(0), 100.0))
    assert found or name in NOTHING_IS_AN_ANSWER


@pytest.mark.parametrize("name", sorted(SERIES.keys() - ONE_IS_ENOUGH))
def test_one_sample_is_no_number(name: str) -> None:
    assert says_nothing(lambda: SERIES[name](np.ones(1), 100.0))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("place", [0, 2000])
@pytest.mark.parametrize("name", sorted(SERIES.keys() - LOST_IS_A_REMARK - MISSING_IS_ALLOWED))
def test_what_is_not_finite_is_no_number_wherever_it_stands(name: str, place: int, bad: float) -> None:
    series = moving()
    series[place] = bad
    if name in PLACE_BY_PLACE:
        assert not np.isfinite(numbers(SERIES[name](series, 100.0))).all()
    elif name not in LOOKS_AT_A_PART:
        assert says_nothing(lambda: SERIES[name](series, 100.0))


@pytest.mark.parametrize("value", [0.0, 1.0, -1.0, 32767.0])
@pytest.mark.parametrize("name", SERIES)
def test_what_never_moves_gives_an_answer_that_is_none_or_holds(name: str, value: float) -> None:
    try:
        found = SERIES[name](np.full(4096, value), 100.0)
    except SignalError:
        return
    if isinstance(found, Judged) and not found.valid:
        assert not np.isfinite(numbers(found)).any()
    assert not np.isinf(numbers(found)).any()


@pytest.mark.parametrize("name", SERIES)
def test_what_is_clipped_breaks_nothing(name: str) -> None:
    series = np.clip(3.0 * np.sin(np.arange(4096) / 7.0), -1.0, 1.0)
    try:
        found = SERIES[name](series, 100.0)
    except SignalError:
        return
    if isinstance(found, Judged) and not found.valid:
        assert not np.isfinite(numbers(found)).any()


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize(
    "wrong", [np.array(["a", "b"]), np.array([1j, 2j]), np.zeros((2, 2, 2, 2)), np.array([{}, {}])]
)
def test_what_are_no_samples_is_a_typed_error(name: str, wrong: Any) -> None:
    if name == "coherence.repeatability" and wrong.dtype.kind == "c":
        pytest.skip("responses are complex")
    with pytest.raises(SignalError):
        SERIES[name](wrong, 100.0)


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan, math.inf, "fast"])
@pytest.mark.parametrize(
    "name",
    [name for name, value in FUNCTIONS.items() if "rate_hz" in inspect.signature(value).parameters and name in SERIES],
)
def test_a_rate_that_is_none_is_a_typed_error(name: str, rate: Any) -> None:
    with pytest.raises(SignalError):
        SERIES[name](moving(), rate)


@pytest.mark.parametrize("name", OTHERS)
def test_a_parameter_without_sense_is_a_typed_error_or_no_number(name: str) -> None:
    wrong, right = OTHERS[name]
    assert name in INNER or says_nothing(wrong)
    right()


@pytest.mark.parametrize("name", SERIES)
def test_no_line_is_run_once_for_each_sample(name: str) -> None:
    def lines_of(count: int) -> int:
        seen = 0

        def watch(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal seen
            if str(FOLDER) not in frame.f_code.co_filename:
                return None
            seen += event == "line"
            return watch

        series = 3.7 + 0.01 * np.random.default_rng(2).standard_normal(count)
        before = sys.gettrace()
        sys.settrace(watch)
        try:
            SERIES[name](series, 100.0)
        except SignalError:
            pass
        finally:
            sys.settrace(before)
        return seen

    lines_of(2_500)  # what is kept from call to call is made here
    assert lines_of(10_000) < 2 * lines_of(2_500) + 2_000


@pytest.mark.parametrize("name", [*FUNCTIONS, *RESULTS])
def test_every_docstring_says_what_goes_in_and_comes_out(name: str) -> None:
    text = inspect.getdoc(FUNCTIONS.get(name) or RESULTS[name]) or ""
    assert len(text.split()) >= 4
    assert text.splitlines()[0].rstrip().endswith((".", ":", ","))


@pytest.mark.parametrize("name", sorted(RESULTS.keys() - IN_ITS_PARTS - COUNTS))
def test_every_result_says_how_sure_it_is(name: str) -> None:
    names = {field.name for field in fields(RESULTS[name])}
    assert {"reasons", "remarks"} <= names
    assert any(WITH_SPREAD.search(one) for one in names), sorted(names)


SAYS_SHAPE = re.compile(
    r"\((?:[A-Z0-9]|samples|channels|rows|taus|bins|count|height|positions|points|bands?)[^()]*\)|``\(|series|number"
    r"|one entry|shape|list|sequence|pixels?|count",
    re.IGNORECASE,
)
SAYS_ERROR = re.compile(
    r"std|sigma|deviation|uncertain|error|exact|within|coverage|interval|valid|noise|confidence", re.IGNORECASE
)
SAYS_SOURCE = re.compile(
    r"(?:19|20)\d\d|ISO|IEC|IEEE|EMVA|SP1065|CDD|least squares|formula|source|method|median|parabola|slope|mean"
    r"|regression|closed form",
    re.IGNORECASE,
)


@pytest.mark.parametrize("stem", sorted({name.split(".")[0] for name in FUNCTIONS}))
def test_every_module_names_shapes_source_and_error(stem: str) -> None:
    tree = ast.parse((FOLDER / f"{stem}.py").read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    text = "\n".join(ast.get_docstring(node) or "" for node in nodes)
    for what in (SAYS_SHAPE, SAYS_ERROR, SAYS_SOURCE):
        assert what.search(text), what.pattern
