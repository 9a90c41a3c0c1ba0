from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hwsim.physics.filters import lag
from hwsim.physics.noise import generator
from hwsim.physics.surroundings import BAROMETER, LIGHT_SENSOR, PROXIMITY, barometer_vent_plugged, proximity_crosstalk
from tests.hwsim_physics.reference import psd


def test_a_barometer_has_its_noise_density() -> None:
    seen = BAROMETER.read(np.full(100_000, 1013.25), rate_hz=25.0, rng=generator(1, "b"))
    _, density = psd(seen - seen.mean(), 25.0)
    step_pa = BAROMETER.lsb_hpa * 100.0 / np.sqrt(12.0) / np.sqrt(12.5)
    assert np.sqrt(density[20:].mean()) * 100.0 == pytest.approx(np.hypot(0.8, step_pa), rel=0.02)


def test_a_plugged_vent_follows_a_step_with_its_time_constant() -> None:
    part = replace(barometer_vent_plugged(BAROMETER, 0.6), noise_pa_per_rthz=0.0)
    pressure = np.concatenate((np.full(1, 1000.0), np.full(5000, 1005.0)))
    seen = part.read(pressure, rate_hz=25.0, rng=generator(1, "b")) - part.bias_hpa
    after = round(part.vent_tau_s * 25.0)
    assert (seen[after] - 1000.0) / 5.0 == pytest.approx(1.0 - np.exp(-1.0), abs=0.01)


def test_a_lag_equals_the_recursion_that_it_stands_for() -> None:
    values = generator(1, "l").standard_normal(300)
    state, expected = 2.0, []
    keep = np.exp(-0.1 / 1.7)
    for value in values:
        state = keep * state + (1.0 - keep) * value
        expected.append(state)
    assert lag(values, step_s=0.1, tau_s=1.7, start=2.0) == pytest.approx(expected, abs=1e-9)
    assert lag(values, step_s=0.1, tau_s=0.0, start=2.0) == pytest.approx(values, abs=1e-9)


def test_a_light_sensor_averages_flicker_over_its_integration_time() -> None:
    part = replace(LIGHT_SENSOR, noise_ratio=0.0, integration_s=0.0123)
    times_s = np.linspace(0.0, 1.5, 4000)
    seen = part.read(np.full(4000, 20000.0), times_s, rng=generator(1, "l"), depth=0.4)
    ripple = (seen.max() - seen.min()) / 2.0 / 20000.0
    assert ripple == pytest.approx(0.4 * abs(np.sinc(1.23)), rel=0.02)


def test_proximity_goes_near_and_far_with_hysteresis() -> None:
    distance = np.concatenate((np.full(20, 10.0), np.linspace(10.0, 1.0, 50), np.linspace(1.0, 10.0, 50)))
    seen = PROXIMITY.read(distance, rng=generator(1, "p"))
    assert set(np.unique(seen)) == {0.0, PROXIMITY.far_cm}
    assert seen[0] == seen[-1] == PROXIMITY.far_cm
    assert np.count_nonzero(np.diff(seen)) == 2
    near = distance[seen == 0.0]
    assert near[-1] > near[0], "it lets go further away than it took hold"


def test_crosstalk_keeps_the_screen_dark_after_a_call() -> None:
    distance = np.concatenate((np.full(50, 1.0), np.full(50, 20.0)))
    seen = proximity_crosstalk(PROXIMITY, 0.5).read(distance, rng=generator(1, "p"))
    assert seen[-1] == 0.0
