"""The physics beside published measurements of real parts; the data stay where they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hwsim.physics.audio.loop import sweep
from hwsim.physics.camera.lens import Lens
from hwsim.physics.camera.scene import picture_of_field
from hwsim.physics.camera.sensor import REAR_SENSOR
from hwsim.physics.cell import CELL
from hwsim.physics.imu import ACCELEROMETER, GYROSCOPE, record
from hwsim.physics.motion import Motion
from hwsim.physics.noise import generator
from tests.hwsim_physics.reference import oadev, wave_file

pytestmark = pytest.mark.corpora


@pytest.fixture(scope="module")
def signals(shared_dir: Path) -> Path:
    folder = shared_dir / "reference_signals"
    if not folder.is_dir():
        pytest.skip("the folder of real output holds no reference signals")
    return folder


@pytest.mark.parametrize("sensor", ["acc", "gyr"])
def test_the_default_inertial_parts_lie_by_the_allan_curves_of_a_real_phone_part(signals: Path, sensor: str) -> None:
    folder = signals / "imu_bmi160_allan"
    taus_s = np.loadtxt(folder / f"{sensor}_t.txt")
    curves = np.stack([np.loadtxt(folder / f"{sensor}_{axis}.txt") for axis in "xyz"])
    part, truth = (ACCELEROMETER, Motion().specific_force) if sensor == "acc" else (GYROSCOPE, Motion().angular_rate)
    got = record(part, truth, requested_hz=200, duration_s=600, rng=generator(1, sensor))
    unit = 1.0 if sensor == "acc" else 3600.0 * 180.0 / np.pi
    for tau_s in (0.1, 1.0, 10.0, 40.0):
        measured = np.array([np.interp(tau_s, taus_s, curve) for curve in curves])
        ours = float(oadev(got.values[:, 0].astype(float), 200.0, [tau_s])[0]) * unit
        assert measured.min() / 2.5 < ours < measured.max() * 2.5


def test_a_sensor_with_a_real_cameras_parameters_has_its_photon_transfer_curve(signals: Path) -> None:
    # Published for this camera by the reference implementation of EMVA 1288.
    real = replace(
        REAR_SENSOR, height=480, width=640, gain_dn_per_e=0.280769, bits=12, black_dn=14.8, full_well_e=14_000.0,
        read_noise_e=float(np.sqrt(9.497 - 1.0 / 12.0)) / 0.280769, prnu_ratio=0.004327, dsnu_e=0.5518,
        hot_pixels=0, dead_pixels=0, dark_e_per_s=0.0,
    )  # fmt: skip
    table = np.loadtxt(signals / "emva1288_set001" / "photon_transfer.csv", delimiter=",")
    rng, checked = generator(1, "camera"), 0
    for mean_dn, variance_dn2 in table[::5, 2:4]:
        light_e = (mean_dn - real.black_dn) / real.gain_dn_per_e
        if mean_dn > 3500.0:
            continue
        pair = [
            picture_of_field(Lens(half_field_deg=0.0), real, white_e=light_e, exposure_s=0.0, rng=rng).astype(float)
            for _ in range(2)
        ]
        assert np.mean(pair) == pytest.approx(mean_dn, rel=0.005)
        assert np.mean((pair[0] - pair[1]) ** 2) / 2.0 == pytest.approx(variance_dn2, rel=0.03)
        checked += 1
    assert checked >= 4


def test_the_sweep_is_the_one_that_others_measure_rooms_with(signals: Path) -> None:
    rate_hz, theirs = wave_file(signals / "ess_impulcifer" / "sweep.wav")
    ours = sweep(low_hz=rate_hz / 2**14, high_hz=rate_hz / 2, duration_s=len(theirs) / rate_hz, rate_hz=rate_hz)[0]
    body = slice(30_000, 270_000)  # theirs fades in and out
    alike = np.dot(ours[body], theirs[body]) / np.linalg.norm(ours[body]) / np.linalg.norm(theirs[body])
    assert alike > 0.9995


def test_the_cells_curve_has_the_shape_of_a_real_lithium_cobalt_cell(signals: Path) -> None:
    folder = signals / "battery_ocv_enertech"
    cathode, anode = (
        np.loadtxt(folder / name, delimiter=",", comments="#")
        for name in ("lico2_ocp_Ai2020.csv", "graphite_ocp_Enertech_Ai2020.csv")
    )
    share = np.linspace(0.1, 0.9, 9)
    # Both electrodes between their usual ends; only the shape is compared, as the ends differ by maker.
    upper = np.interp(0.95 - 0.5 * share, *cathode[np.argsort(cathode[:, 0])].T)
    lower = np.interp(0.02 + 0.83 * share, *anode[np.argsort(anode[:, 0])].T)
    real = upper - lower
    ours = CELL.open_circuit_v(share)
    assert np.corrcoef(real, ours)[0, 1] > 0.97
    assert (np.diff(ours) > 0).all()
