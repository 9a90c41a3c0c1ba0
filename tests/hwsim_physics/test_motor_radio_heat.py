from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hwsim.physics.imu import ACCELEROMETER, record
from hwsim.physics.motion import Motion
from hwsim.physics.noise import generator
from hwsim.physics.radio import ANTENNA, BENCH_PLACE, cell_signal, fading_db, level_dbm, loose, lossy, satellites_dbhz
from hwsim.physics.thermal import PHONE_BODY
from hwsim.physics.vibration import ERM, LRA, Buzz, detuned, felt, heard, rattling, shake
from tests.hwsim_physics.reference import Array, psd, resonator_gain, solve, tone_amplitudes

TIMES_S: Array = np.arange(48000, dtype=np.float64) / 48000.0
STEADY = replace(BENCH_PLACE, fading_db=0.0)


def test_a_resonant_motor_rings_up_with_its_time_constant() -> None:
    seen = np.abs(shake(LRA, Buzz(0.0, 0.9), TIMES_S, rng=generator(1, "v")))
    tau_s = 12.0 / (np.pi * 175.0)
    early = seen[np.abs(TIMES_S - tau_s) < 0.003].max()
    assert early / LRA.peak_m_s2 == pytest.approx(1.0 - np.exp(-1.0), abs=0.06)
    assert seen[20000:40000].max() == pytest.approx(LRA.peak_m_s2, rel=1e-3)
    assert seen[-1] < 0.05 * LRA.peak_m_s2


@pytest.mark.parametrize("severity", [0.1, 0.3, 1.0])
def test_a_detuned_motor_follows_the_resonance_curve(severity: float) -> None:
    part = detuned(LRA, severity)
    gain = resonator_gain(part.resonance_hz, part.q, part.rated_hz)
    assert part.strength(1.0) == pytest.approx(part.peak_m_s2 * gain / part.q, rel=1e-6)


def test_the_weight_of_a_turning_motor_pulls_with_the_square_of_its_speed() -> None:
    assert ERM.strength(0.5) == pytest.approx(0.25 * ERM.strength(1.0))
    seen = shake(ERM, Buzz(0.0, 2.0, 0.8), TIMES_S, rng=generator(1, "v"))
    frequency_hz, density = psd(seen[24000:], 48000.0, 24000)
    assert frequency_hz[density.argmax()] == pytest.approx(160.0, abs=2.0)


def test_an_accelerometer_sees_the_motor_folded_by_its_own_rate() -> None:
    buzz = Buzz(0.2, 1.0)

    def truth(times_s: Array) -> Array:
        return Motion().specific_force(times_s) + felt(LRA, buzz, times_s, rng=generator(1, "v"))

    got = record(ACCELEROMETER, truth, requested_hz=200, duration_s=2, rng=generator(1, "a"))
    z = got.values[80:220, 2].astype(np.float64)
    frequency_hz, density = psd(z - z.mean(), 200.0, 140)
    assert frequency_hz[density.argmax()] == pytest.approx(25.0, abs=1.5)
    assert density.max() > 100.0 * np.median(density)


def test_a_rattling_motor_has_overtones_that_a_good_one_has_not() -> None:
    shares = []
    for severity in (0.0, 0.25, 0.6, 1.0):
        seen = heard(rattling(LRA, severity), Buzz(-1.0, 5.0), TIMES_S, rng=generator(1, "v"))
        line, *overtones = tone_amplitudes(seen, 48000.0, 175.0, 5)
        shares.append(float(np.hypot.reduce(overtones) / line))
    assert shares == sorted(shares)
    assert shares[0] < 1e-6
    assert shares[1] > 0.1


def test_antenna_loss_takes_its_decibels_from_the_cell() -> None:
    good, bad = (
        cell_signal(part, STEADY, count=50, step_s=1.0, rng=generator(1, "r"))
        for part in (ANTENNA, lossy(ANTENNA, 0.5))
    )
    assert good.rsrp_dbm.mean() - bad.rsrp_dbm.mean() == pytest.approx(19.0, abs=0.6)
    assert bad.sinr_db.mean() < good.sinr_db.mean(), "noise of the receiver does not get weaker with the signal"


def test_reference_quality_is_that_of_a_loaded_and_of_an_empty_cell() -> None:
    # 36.214: N*RSRP/RSSI; without other power 1/12 over the share of loaded subcarriers.
    for load, expected in ((1.0, -10.8), (2.0 / 12.0, -3.0)):
        place = replace(STEADY, cell_load_ratio=load, interference_dbm_per_subcarrier=-180.0)
        seen = cell_signal(ANTENNA, place, count=5, step_s=1.0, rng=generator(1, "r"))
        assert seen.rsrq_db.mean() == pytest.approx(expected, abs=0.5)


def test_fading_has_its_spread_and_its_time_constant() -> None:
    seen = fading_db(BENCH_PLACE, 100_000, step_s=0.5, rng=generator(1, "r"))
    assert seen.std() == pytest.approx(1.5, rel=0.05)
    assert np.corrcoef(seen[:-6], seen[6:])[0, 1] == pytest.approx(np.exp(-1.0), abs=0.03)


def test_a_loose_contact_is_away_for_its_share_of_the_time_and_for_seconds_at_once() -> None:
    part = loose(ANTENNA, 0.5)
    seen = level_dbm(part, -48.0, STEADY, count=4000, step_s=0.5, rng=generator(1, "r"))
    away = seen < -70.0
    assert away.mean() == pytest.approx(0.35, abs=0.01)
    changes = np.count_nonzero(away[1:] != away[:-1])
    assert 0.5 * 4000 / changes > 1.0


def test_satellites_fade_out_with_antenna_loss() -> None:
    elevations = np.linspace(10.0, 85.0, 12)
    seen = [
        np.count_nonzero(~np.isnan(satellites_dbhz(lossy(ANTENNA, s), elevations, rng=generator(1, "s"))))
        for s in (0.0, 0.5, 1.0)
    ]
    assert seen[0] == 12
    assert seen == sorted(seen, reverse=True)
    assert seen[2] < 8
    good = satellites_dbhz(ANTENNA, np.array([89.0] * 200), rng=generator(1, "s"))
    assert good.mean() == pytest.approx(42.0, abs=0.5)


def test_two_nodes_warm_up_as_their_differential_equation_says() -> None:
    power_w = np.concatenate((np.full(200, 3.0), np.full(200, 0.5)))
    seen = PHONE_BODY.temperatures(power_w, step_s=10.0, air_c=25.0, start_c=(30.0, 27.0))
    rates, entry = PHONE_BODY.system()

    def change(time_s: float, state: Array) -> Array:
        return np.asarray(rates @ state + entry * (3.0 if time_s < 2000.0 else 0.5), dtype=np.float64)

    assert seen - 25.0 == pytest.approx(solve(change, [5.0, 2.0], np.arange(10.0, 4001.0, 10.0)), abs=1e-3)


def test_after_a_long_time_all_heat_flows_through_both_resistances() -> None:
    seen = PHONE_BODY.temperatures(np.full(2000, 2.0), step_s=30.0, air_c=20.0)
    assert seen[-1] - 20.0 == pytest.approx(PHONE_BODY.steady_rise_k(2.0), rel=1e-6)
