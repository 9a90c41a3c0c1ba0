"""Published numbers that the analysers of sensors and touch are held against.

NBS14 is the test suite of NIST SP1065 (W. J. Riley, 2008, section 12.4): a thousand numbers of a congruential generator
and the deviations of a published table to seven digits.
"""

from __future__ import annotations

import gzip
import math
import re
from functools import partial
from pathlib import Path
from typing import Final, Literal, cast

import numpy as np

from probes.signals._allan_noise import degrees_of_freedom
from probes.signals._validity import Float
from probes.signals.allan import Allan, allan
from probes.signals.allan_curve import FLICKER, read_curve
from probes.signals.calibration import six_positions
from probes.signals.deviations import Form, deviation
from probes.signals.ellipsoid import ellipsoid
from probes.signals.gyro import gyro_turn
from probes.signals.motor_line import motor_line
from probes.signals.references import Check, DataCheck
from probes.signals.touch_stroke import report_rate

_SP1065: Final = "NIST SP1065 (NBS14)"
_FACTORS: Final = (1.0, 10.0, 100.0)
_TABLE: Final[dict[str, tuple[str, str, str]]] = {
    "overlapping": ("2.922319e-01", "9.159953e-02", "3.241343e-02"),
    "allan": ("2.922319e-01", "9.965736e-02", "3.897804e-02"),
    "modified": ("2.922319e-01", "6.172376e-02", "2.170921e-02"),
    "time": ("1.687202e-01", "3.563623e-01", "1.253382e-00"),
    "hadamard": ("2.943883e-01", "1.052754e-01", "3.910860e-02"),
    "overlapping_hadamard": ("2.943883e-01", "9.581083e-02", "3.237638e-02"),
    "total": ("2.922319e-01", "9.134743e-02", "3.406530e-02"),
}
_NAMES: Final = {
    "overlapping": "Overlapping Allan deviation",
    "allan": "Allan deviation",
    "modified": "Modified Allan deviation",
    "time": "Time deviation",
    "hadamard": "Hadamard deviation",
    "overlapping_hadamard": "Overlapping Hadamard deviation",
    "total": "Total deviation",
}
_STABLE32: Final = {
    "overlapping": ("oadev", "oadev_octave"),
    "allan": ("adev_octave",),
    "modified": ("mdev_octave",),
    "time": ("tdev_octave",),
    "hadamard": ("hdev_octave",),
    "overlapping_hadamard": ("ohdev_octave",),
    "total": ("totdev_octave",),
}
_BMI160_POINTS: Final = 1_440_000  # two hours at 200 Hz
# Magneto's result for the recording, as its publisher prints it.
_MAGNETO_MATRIX: Final = (
    (0.989575, -0.022220, 0.005152),
    (-0.022220, 0.989327, 0.022216),
    (0.005152, 0.022216, 1.045404),
)
_MAGNETO_CENTRE: Final = (28.557458, -39.981060, -27.428035)


def nbs14() -> Float:
    """The thousand numbers of NBS14: n' = 16807 n mod (2**31 - 1) from 1234567890, over that modulus."""
    numbers = [1234567890]
    for _ in range(999):
        numbers.append(16807 * numbers[-1] % 2147483647)
    return np.array(numbers) / 2147483647.0


def _of_nbs14(form: str, factor: float) -> float:
    return float(_deviations(nbs14(), form, np.array([factor]), "rate")[0])


def _deviations(series: Float, form: str, factors: Float, kind: Literal["rate", "phase"]) -> Float:
    if form == "overlapping":
        row: Float = allan(series, rate_hz=1.0, taus_s=factors, kind=kind).deviation[0]
        return row
    return deviation(series, form=cast("Form", form), rate_hz=1.0, taus_s=factors, kind=kind).deviation


def _last_digit(printed: str) -> float:
    """One unit of the seventh digit: some rows of the table are rounded, some are cut."""
    return 10.0 ** (int(printed.split("e")[1]) - 6)


def _turn_error() -> float:
    """A quarter turn about x at 100 Hz: gravity goes from z to y; what the analyser leaves of it, degrees."""
    rates, force = np.zeros((3, 300)), np.zeros((3, 300))
    rates[0, 100:200] = math.pi / 2.0
    angle = np.concatenate((np.zeros(100), np.arange(100) * math.pi / 200.0, np.full(100, math.pi / 2.0)))
    force[1], force[2] = 9.81 * np.sin(angle), 9.81 * np.cos(angle)
    return gyro_turn(rates, force, rate_hz=100.0, before=(0, 90), after=(210, 300)).error_deg


def _folded_line() -> float:
    times = np.arange(2857) / 285.7
    return motor_line(np.sin(2.0 * math.pi * 188.0 * times), rate_hz=285.7).seen_hz


CHECKS: Final[tuple[Check, ...]] = (
    *(
        Check(
            name=_NAMES[form],
            reference=float(printed),
            tolerance=_last_digit(printed),
            unit="s" if form == "time" else "1",
            source=f"{_SP1065}, tau {factor:g}",
            run=partial(_of_nbs14, form, factor),
        )
        for form, row in _TABLE.items()
        for factor, printed in zip(_FACTORS, row, strict=True)
    ),
    Check(
        name="Gravity after a quarter turn",
        reference=0.0,
        tolerance=1e-6,
        unit="deg",
        source="closed form",
        run=_turn_error,
    ),
    Check(
        name="Folded line of a motor",
        reference=97.7,
        tolerance=1e-3,
        unit="Hz",
        source="closed form: 285.7 - 188.0",
        run=_folded_line,
    ),
)


def _rows(path: Path) -> Float:
    lines = path.read_text("utf-8", "replace").splitlines()
    return np.array([line.split() for line in lines if line.strip() and not line.lstrip().startswith("#")], dtype=float)


def _stable32(data: str, table: str, form: str, folder: Path) -> float:
    """Largest relative difference to a table that Stable32 printed with five digits."""
    series, rows = _rows(folder / data).ravel(), _rows(folder / table)
    kind: Literal["rate", "phase"] = "phase" if data.endswith(".DAT") else "rate"
    rows = rows[2 * rows[:, 0] < series.size]
    found = _deviations(series, form, rows[:, 0], kind)
    return float(np.abs(found / rows[: found.size, 5] - 1.0).max()) if found.size == len(rows) else math.nan


def _six(trial: int, folder: Path) -> float:
    place = folder / "imu_sixpos_willward20"
    means = np.loadtxt(place / f"six_position_data_{trial}.csv", delimiter=",", skiprows=1)
    wanted = np.loadtxt(place / f"optim_params_{trial}.csv", delimiter=",", skiprows=2)[-1]
    found = six_positions(means[:, [1, 4, 7]], means[:, [0, 3, 6]])
    return float(np.abs(np.concatenate((found.bias, found.matrix.ravel())) - wanted).max())


def _magneto(of: str, folder: Path) -> float:
    readings = np.loadtxt(folder / "mag_fxos8700" / "mag-readings.txt").T
    wanted = np.array(_MAGNETO_MATRIX)
    found = ellipsoid(readings)
    if of == "centre":
        return float(np.abs(found.centre - np.array(_MAGNETO_CENTRE)).max())
    # The scale of the matrix is the choice of a field strength: both are compared at the volume of the published one.
    return float(np.abs(found.matrix * np.cbrt(np.linalg.det(wanted)) - wanted).max())


def _washer(span_s: tuple[float, float], folder: Path) -> float:
    with gzip.open(folder / "phone_accel_washer_oneplus3t" / "accel_recording.csv.gz") as lines:
        rows = np.loadtxt(lines, delimiter=",", skiprows=1)
    here = rows[(rows[:, 0] >= span_s[0]) & (rows[:, 0] < span_s[1])]
    rate_hz = (len(here) - 1) / float(here[-1, 0] - here[0, 0])
    return motor_line(here[:, 1:4].T, rate_hz=rate_hz, motor_hz=(3.0, 30.0)).seen_hz


def _getevent(folder: Path) -> float:
    """Largest difference to the rates that getevent itself printed beside each report."""
    text = (folder / "touch_getevent" / "kalama_getevent_ltr.txt").read_text("utf-8", "replace")
    found = re.findall(r"\[\s*([0-9.]+)\][^\n]*SYN_REPORT\s+\w+(?:\s+rate (\d+))?", text)
    times = np.array([float(stamp) for stamp, _ in found])
    printed = np.array([float(rate) for _, rate in found[2:]])
    return float(np.abs(report_rate(times).rates_hz[1:] - printed).max())


def _least_deviation(sensor: str, folder: Path) -> float:
    """How far the least deviation on published curves lies from what their publisher says, the middle of three axes.

    The publisher fits his curves; one axis of each sensor has a minimum that his fit misses by 11 and 24 percent.
    """
    place = folder / "imu_bmi160_allan"
    taus = np.loadtxt(place / f"{sensor}_t.txt")
    curves = np.array([np.loadtxt(place / f"{sensor}_{axis}.txt") for axis in "xyz"])
    curves *= math.radians(1.0 / 3600.0) if sensor == "gyr" else 1.0  # its curves are in degrees per hour
    factors = np.rint(taus / taus[0]).astype(int)
    edf = np.array([degrees_of_freedom(_BMI160_POINTS, int(factor), 0.0) for factor in factors])
    blank = np.full(curves.shape, np.nan)
    curve = Allan(
        taus_s=taus,
        deviation=curves,
        low=blank,
        high=blank,
        edf=np.broadcast_to(edf, curves.shape),
        alpha=blank,
        terms=_BMI160_POINTS - 2.0 * factors,
        approximation_sigma=0.0,
    )
    text = (place / "BMI160_imu_param.yaml").read_text("utf-8")
    said = np.array([float(value) for value in re.findall(rf"{sensor}_w:\s*(\S+)", text)[1:]])  # the first is a mean
    return float(np.median(np.abs(read_curve(curve).bias_instability * FLICKER / said - 1.0)))


DATA_CHECKS: Final[tuple[DataCheck, ...]] = (
    *(
        DataCheck(
            name=_NAMES[form],
            reference=0.0,
            tolerance=1e-4,
            unit="1",
            source=f"Stable32, {table}",
            files=("allan_stable32/phasedat/PHASE.DAT", f"allan_stable32/phasedat/phase_dat_{table}.txt"),
            run=partial(
                _stable32,
                "allan_stable32/phasedat/PHASE.DAT",
                f"allan_stable32/phasedat/phase_dat_{table}.txt",
                form,
            ),
        )
        for form, tables in _STABLE32.items()
        for table in tables
    ),
    *(
        DataCheck(
            name=_NAMES["overlapping"],
            reference=0.0,
            tolerance=1e-4,
            unit="1",
            source=f"Stable32, pink {table}",
            files=("allan_stable32/pink/pink_frequency.txt", f"allan_stable32/pink/{table}.txt"),
            run=partial(
                _stable32, "allan_stable32/pink/pink_frequency.txt", f"allan_stable32/pink/{table}.txt", "overlapping"
            ),
        )
        for table in ("oadev", "s32_oadev_octave")
    ),
    *(
        DataCheck(
            name="Six-position calibration",
            reference=0.0,
            tolerance=1e-9,
            unit="1",
            source=f"willward20, trial {trial}",
            files=(
                f"imu_sixpos_willward20/six_position_data_{trial}.csv",
                f"imu_sixpos_willward20/optim_params_{trial}.csv",
            ),
            run=partial(_six, trial),
        )
        for trial in (1, 2, 3)
    ),
    *(
        DataCheck(
            name=name,
            reference=0.0,
            tolerance=tolerance,
            unit=unit,
            source="Magneto, FXOS8700",
            files=("mag_fxos8700/mag-readings.txt",),
            run=partial(_magneto, of),
        )
        for name, of, tolerance, unit in (
            ("Magnetometer centre", "centre", 0.05, "uT"),
            ("Magnetometer matrix", "matrix", 0.002, "1"),
        )
    ),
    *(
        DataCheck(
            name="Line of a vibration",
            reference=reference,
            tolerance=tolerance,
            unit="Hz",
            source="PhoneSensorMath, OnePlus 3T, by eye",
            files=("phone_accel_washer_oneplus3t/accel_recording.csv.gz",),
            run=partial(_washer, span_s),
        )
        for span_s, reference, tolerance in (((160, 200), 5.0, 0.1), ((280, 360), 16.4, 0.4), ((380, 440), 19.0, 0.4))
    ),
    *(
        DataCheck(
            name=name,
            reference=0.0,
            tolerance=0.05,
            unit="1",
            source="imu_utils, BMI160, bias instability of its curves",
            files=(
                "imu_bmi160_allan/BMI160_imu_param.yaml",
                *(f"imu_bmi160_allan/{sensor}_{of}.txt" for of in "txyz"),
            ),
            run=partial(_least_deviation, sensor),
        )
        for name, sensor in (
            ("Least Allan deviation of a gyroscope", "gyr"),
            ("Least Allan deviation of an accelerometer", "acc"),
        )
    ),
    DataCheck(
        name="Touch report rate",
        reference=0.0,
        tolerance=1.0,
        unit="Hz",
        source="getevent -r",
        files=("touch_getevent/kalama_getevent_ltr.txt",),
        run=_getevent,
    ),
)
