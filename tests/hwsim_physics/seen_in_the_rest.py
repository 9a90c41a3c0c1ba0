"""What a bench sees of each fault of the other parts: larger is worse, and from where it is a fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hwsim.physics.cell import Cell
from hwsim.physics.charge import CHARGER, ChargerIc, charge
from hwsim.physics.imu import ACCELEROMETER, Triad, record
from hwsim.physics.keys import Key, key_events, line_edges
from hwsim.physics.motion import Motion
from hwsim.physics.noise import generator
from hwsim.physics.radio import Antenna, Place, cell_signal
from hwsim.physics.sampling import Sampling
from hwsim.physics.supply import SUPPLY, Port, bus_waveform
from hwsim.physics.surroundings import Barometer, Proximity
from hwsim.physics.thermal import TwoNode
from hwsim.physics.touch import Digitizer, touch
from hwsim.physics.vibration import LRA, Buzz, Motor, shake
from tests.hwsim_physics.reference import Array, Table

EVERYWHERE = Motion(up=(0.0, 1.0, 0.0), north=(1.0, 0.0, 0.0), rate_rad_s=(0.3, 0.9, 1.1))
TURN = Motion(rate_rad_s=(0.0, 0.0, np.pi))
STEADY = Place(fading_db=0.0)


def still(part: Triad) -> Array:
    motion = Motion()
    truth = motion.specific_force if part.full_scale > 50 else motion.angular_rate
    got = record(part, truth, requested_hz=400, duration_s=10, rng=generator(1, "i"))
    return got.values.astype(np.float64)


def turn_error_deg(part: Triad) -> float:
    got = record(part, TURN.angular_rate, requested_hz=200, duration_s=2, rng=generator(1, "g"))
    return abs(360.0 - float(np.degrees(got.values[:, 2].sum() / 200.0)))


def field(part: Triad) -> Array:
    got = record(part, EVERYWHERE.magnetic_field, requested_hz=50, duration_s=30, rng=generator(1, "m"))
    return got.values.astype(np.float64)


def norm_swing(part: Triad) -> float:
    norms = np.linalg.norm(field(replace(part, bias=(0.0, 0.0, 0.0))), axis=1)
    return float((norms.max() - norms.min()) / norms.mean())


def timing(part: Sampling) -> Array:
    motion = Motion()
    got = record(
        ACCELEROMETER, motion.specific_force, requested_hz=400, duration_s=300, rng=generator(1, "t"), sampling=part
    )
    return np.diff(got.t_ns) / 2.5e6


def missing_ratio(part: Sampling) -> float:
    return 1.0 - len(timing(part)) / 120_000


def pressed(part: Key) -> tuple[int, int]:
    begins = np.arange(400, dtype=np.float64)
    events = key_events(part, line_edges(part, begins, np.full(400, 0.3), rng=generator(1, "k")))
    return int(np.count_nonzero(events.pressed)), int(np.count_nonzero(~events.pressed))


def lift_lag(part: Barometer) -> float:
    quiet = replace(part, noise_pa_per_rthz=0.0)
    step = np.concatenate((np.full(1, 1000.0), np.full(250, 1001.0)))
    return 1.0 - float(quiet.read(step, rate_hz=25.0, rng=generator(1, "b"))[-1] - part.bias_hpa - 1000.0)


def drift_hpa(part: Barometer) -> float:
    quiet = replace(part, noise_pa_per_rthz=0.0)
    seen = quiet.read(np.full(3601, 1000.0), rate_hz=1.0, rng=generator(1, "b"))
    return float(seen[-1] - seen[0])


def wrongly_near(part: Proximity) -> float:
    away = np.concatenate((np.full(50, 1.0), np.full(50, 20.0)))
    return float((part.read(away, rng=generator(1, "p"))[50:] == 0.0).mean())


def wrongly_far(part: Proximity) -> float:
    return float((part.read(np.full(50, 1.0), rng=generator(1, "p")) > 0.0).mean())


def stroke_error_mm(part: Digitizer) -> float:
    """Root mean square distance from a stroke down the whole panel; a place that is not reported counts 5 mm."""
    width, height = part.size_mm
    share = np.linspace(0.08, 0.92, 480)
    errors = []
    for x_mm, y_mm in ((share * width, share * height), (share[::-1] * width, share * height)):
        got = touch(part, x_mm, y_mm, rng=generator(1, "t"))
        frame = np.round(got.t_ns * part.rate_hz / 1e9).astype(int)
        error = np.full(480, 5.0)
        error[frame] = np.hypot(got.x / part.units_per_mm - x_mm[frame], got.y / part.units_per_mm - y_mm[frame])
        errors.append(error)
    return float(np.sqrt(np.mean(np.square(errors))))


def patch_lost(part: Digitizer) -> float:
    share = np.linspace(0.0, 1.0, 200)
    x_mm, y_mm = 26.0 + 6.0 * share, 48.0 + 6.0 * share
    return 1.0 - len(touch(part, x_mm, y_mm, rng=generator(1, "t")).t_ns) / 200.0


def ghosts_per_s(part: Digitizer) -> float:
    nobody = np.full(12000, np.nan)
    return len(np.unique(touch(part, nobody, nobody, rng=generator(1, "t")).tracking_id)) / 100.0


def trembling_mm(part: Digitizer) -> float:
    got = touch(part, np.full(400, 30.3), np.full(400, 70.7), rng=generator(1, "t"))
    return float(np.hypot(got.x.std(), got.y.std())) / part.units_per_mm


def vibration(part: Motor) -> float:
    times_s = np.linspace(0.3, 0.9, 24000)
    return float(np.sqrt(np.mean(shake(part, Buzz(0.0, 1.0), times_s, rng=generator(1, "v")) ** 2)))


def off_line(part: Motor) -> float:
    times_s = np.linspace(0.4, 0.9, 24001)[:-1]
    wave = shake(part, Buzz(0.0, 1.0), times_s, rng=generator(1, "v"))
    power = np.abs(np.fft.rfft(wave * np.hanning(24000))) ** 2
    line = round(part.rated_hz * 0.5)
    near = power[line - 3 : line + 4].sum()
    return float(np.sqrt(1.0 - near / power.sum()))


def time_to(part: ChargerIc, share: float) -> float:
    got = charge(charger=part, start_share=0.2, duration_s=200_000.0, step_s=50.0)
    there = np.flatnonzero(got.share >= share)
    return float(got.t_s[there[0]]) if len(there) else 1e6


def loss_w(part: ChargerIc) -> float:
    got = charge(charger=part, start_share=0.2, duration_s=60.0, load_w=0.0)
    wires = got.wires
    return float(wires.input_a[0] * wires.bus_v[0] - wires.battery_a[0] * wires.battery_v[0])


def broken_ratio(port: Port) -> float:
    volts = bus_waveform(
        replace(SUPPLY, port=port), current_a=1.0, duration_s=300.0, rate_hz=200.0, rng=generator(1, "w")
    )
    return float((volts < 2.0).mean())


def level(part: Antenna) -> Array:
    return cell_signal(part, STEADY, count=400, step_s=1.0, rng=generator(1, "r")).rsrp_dbm


def sinr_loss_db(part: Antenna) -> float:
    quiet = replace(STEADY, cell_dbm_per_subcarrier=-115.0, interference_dbm_per_subcarrier=-160.0)
    good, bad = (cell_signal(one, quiet, count=9, step_s=1.0, rng=generator(1, "r")) for one in (Antenna(), part))
    return float(good.sinr_db.mean() - bad.sinr_db.mean())


def at_full_a(cell: Cell) -> float:
    return 1.0 - cell.capacity_ah * 1000.0 / cell.design_mah


def board_over_shell_k(body: TwoNode) -> float:
    board, shell = body.steady_rise_k(3.0)
    return board - shell


LIGHT_TIMES: Array = np.arange(50, dtype=np.float64)

SENSORS: Table = {
    "accelerometer.biased": (lambda part: abs(still(part)[:, 2].mean() - 9.80665), 1.95),
    "accelerometer.noisy": (lambda part: still(part)[:, 0].std(), 0.1),
    "accelerometer.axis_stuck": (lambda part: (still(part)[:, 2] == still(part)[:, 2].max()).mean(), 0.18),
    "accelerometer.scale_lost": (lambda part: abs(still(part)[:, 2].mean() - 9.80665), 1.46),
    "gyroscope.biased": (lambda part: still(part)[:, 0].mean(), 0.03),
    "gyroscope.noisy": (lambda part: still(part)[:, 0].var() / 200.0, 1e-7),
    "gyroscope.drive_dead": (turn_error_deg, 50.0),
    "magnetometer.magnetised": (lambda part: float(np.linalg.norm(field(part).mean(axis=0))), 180.0),
    "magnetometer.soft_iron": (norm_swing, 0.3),
    "magnetometer.saturated": (lambda part: (field(part)[:, 2] >= part.full_scale - 1.0).mean(), 0.05),
    "sensor_bus.gaps": (missing_ratio, 0.01),
    "sensor_bus.jitter": (lambda part: timing(part).std() / np.sqrt(2.0), 0.03),
    "barometer.vent_plugged": (lift_lag, 0.4),
    "barometer.drifting": (drift_hpa, 1.0),
    "barometer.noisy": (lambda part: part.read(np.full(900, 1000.0), rate_hz=25.0, rng=generator(1, "b")).std(), 0.36),
    "light.window_covered": (
        lambda part: 1.0 - part.read(np.full(50, 1e4), LIGHT_TIMES, rng=generator(1, "l")).mean() / 1e4,
        0.59,
    ),
    "light.leaking": (lambda part: part.read(np.zeros(50), LIGHT_TIMES, rng=generator(1, "l")).mean(), 79.0),
    "proximity.crosstalk": (wrongly_near, 0.9),
    "proximity.emitter_weak": (wrongly_far, 0.1),
}

CONTROLS: Table = {
    "touch.dead_rows": (stroke_error_mm, 0.4),
    "touch.dead_columns": (stroke_error_mm, 0.4),
    "touch.dead_patch": (patch_lost, 0.3),
    "touch.ghosts": (ghosts_per_s, 0.1),
    "touch.noisy": (trembling_mm, 0.5),
    "touch.slow": (lambda part: 1.0 / part.rate_hz, 0.01),
    "key.bouncing": (lambda part: max(pressed(part)[0] - 400, 0), 2.0),
    "key.deaf": (lambda part: 400 - pressed(part)[0], 25.0),
    "key.stuck": (lambda part: 400 - pressed(part)[1], 18.0),
    "motor.weak": (lambda part: 1.0 - vibration(part) / vibration(LRA), 0.49),
    "motor.detuned": (lambda part: 1.0 - vibration(part) / vibration(LRA), 0.5),
    "motor.rattling": (off_line, 0.1),
}

POWER_AND_RADIO: Table = {
    "battery.capacity_lost": (at_full_a, 0.199),
    "battery.resistance_high": (lambda part: part.terminal_v(0.5, 0.0) - part.terminal_v(0.5, -1.0), 0.25),
    "charger.current_limited": (lambda part: time_to(part, 0.6) / time_to(CHARGER, 0.6), 2.0),
    "charger.float_low": (
        lambda part: 1.0 - charge(charger=part, start_share=0.2, duration_s=40_000.0).share[-1],
        0.08,
    ),
    "charger.inefficient": (lambda part: loss_w(part) - loss_w(CHARGER), 2.0),
    "port.contact_resistance": (lambda part: part.loop_ohm * 3.0, 0.5),
    "port.loose": (broken_ratio, 0.01),
    "port.cc_one_side": (lambda part: 0.0 if replace(SUPPLY, port=part, plug_up=False).attached else 1.0, 1.0),
    "cable.resistive": (lambda part: part.loop_ohm * 3.0, 0.75),
    "adapter.weak": (lambda part: part.ohm * 3.0, 0.35),
    "antenna.lossy": (lambda part: level(Antenna()).mean() - level(part).mean(), 10.0),
    "antenna.loose": (lambda part: (level(part) < level(part).max() - 20.0).mean(), 0.05),
    "antenna.receiver_deaf": (sinr_loss_db, 10.0),
    "cooling.pad_missing": (lambda part: board_over_shell_k(part) - board_over_shell_k(TwoNode()), 12.0),
}
