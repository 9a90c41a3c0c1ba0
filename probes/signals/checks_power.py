"""Published numbers and closed forms that the analysers of power are held against."""

from __future__ import annotations

import csv
import math
import re
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from probes.signals._validity import Float
from probes.signals.capacity import OpenCircuit, counted_capacity
from probes.signals.charge_curve import charge_curve
from probes.signals.health import HealthSource, compare_health
from probes.signals.path import path_resistance
from probes.signals.references import Check, DataCheck
from probes.signals.relaxation import relaxation
from probes.signals.resistance import step_resistance

_HPPC: Final = "battery_hppc_leaf/cell-low-current-hppc-25c-2.csv"
_TABLE: Final = "battery_hppc_leaf/reference_rctau.txt"
_SPECTRUM: Final = "battery_eis/exampleData.csv"
_POTENTIALS: Final = (
    "battery_ocv_enertech/lico2_ocp_Ai2020.csv",
    "battery_ocv_enertech/graphite_ocp_Enertech_Ai2020.csv",
)
_CATHODE: Final = (0.965, 0.435)  # lithium in the cathode of the empty and of the full cell
_ANODE: Final = 0.84  # and in the anode of the full one
_ENERTECH_MAH: Final = 2280.0
_DUMP: Final = "battery_dumps/oneplus7_acc_info_partial.txt"
_CLOSED: Final = "closed form"


def _relaxed(of: str) -> float:
    times = np.arange(0.0, 1800.0, 1.0)
    found = relaxation(times, 3.9 - 0.02 * np.exp(-times / 400.0) - 0.01 * np.exp(-times / 25.0), branches=2)
    return {"rest": found.rest_v, "slow": float(found.tau_s[0]), "fast": float(found.tau_s[1])}[of]


def _counted() -> float:
    times = np.arange(0.0, 3601.0, 1.0)
    curve = OpenCircuit(np.array([0.0, 1.0]), np.array([3.0, 4.0]))
    return counted_capacity(
        times, np.full(times.shape, 2.0), rest_before_v=3.3, rest_after_v=3.8, curve=curve
    ).capacity_mah


def _path() -> float:
    amperes = np.array([0.1, 0.5, 1.0, 2.0])
    return path_resistance(5.1 - 0.02 * amperes, 5.06 - 0.27 * amperes, amperes).resistance_ohm


def _taper() -> float:
    times = np.arange(0.0, 6000.0, 5.0)
    topped = times >= 3000.0
    amperes = np.where(topped, 2.5 * np.exp(-(times - 3000.0) / 900.0), 2.5)
    return charge_curve(times, np.where(topped, 4.4, 3.7 + 0.69 * times / 3000.0), amperes).taper_s


CHECKS: Final[tuple[Check, ...]] = (
    *(
        Check(
            name=name,
            reference=reference,
            tolerance=tolerance,
            unit=unit,
            source=_CLOSED,
            run=partial(_relaxed, of),
        )
        for name, of, reference, tolerance, unit in (
            ("Voltage at rest", "rest", 3.9, 1e-9, "V"),
            ("Slow time constant", "slow", 400.0, 1e-4, "s"),
            ("Fast time constant", "fast", 25.0, 1e-5, "s"),
        )
    ),
    Check(name="Counted capacity", reference=4000.0, tolerance=1e-6, unit="mAh", source=_CLOSED, run=_counted),
    Check(name="Resistance of a path", reference=0.25, tolerance=1e-12, unit="Ohm", source=_CLOSED, run=_path),
    Check(name="Taper of a charge", reference=900.0, tolerance=1e-6, unit="s", source=_CLOSED, run=_taper),
)


def _hppc(folder: Path) -> tuple[Float, Float, Float, npt.NDArray[np.intp]]:
    """Times, currents, voltages, and the samples that the cycler marked, without the first mark (the charge)."""
    with (folder / _HPPC).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    times, amperes, volts = (np.array([float(row[column]) for row in rows]) for column in (1, 8, 9))
    return times, amperes, volts, np.array([i for i, row in enumerate(rows) if row[14].strip() == "S"])[1:]


def _table(folder: Path) -> tuple[Float, Float]:
    """The published coefficients of the fits, and the parameters that follow from them, a row per state of charge."""
    lines = (folder / _TABLE).read_text("utf-8").splitlines()
    rows = [[float(value) for value in line.split()] for line in lines if line[:1].isdigit()]
    return (
        np.array([row for row in rows if len(row) == 5]),
        np.array([row for row in rows if len(row) == 8]),
    )


def _series_resistance(folder: Path) -> float:
    """Largest difference to the table: the step into each long discharge, at the marks of the cycler."""
    times, amperes, volts, marks = _hppc(folder)
    found = step_resistance(times, volts, amperes, least_step_a=5.0)
    wanted = _table(folder)[1][:, 3]
    at = {float(time): float(ohm) for time, ohm in zip(found.times_s, found.r0_ohm, strict=True)}
    ours = np.array([at.get(float(times[mark]), math.nan) for mark in marks[3::5][: wanted.size]])
    return float(np.abs(ours - wanted).max())


def _branches(of: str, folder: Path) -> float:
    """Largest difference to the table, from the rests that follow the long discharges."""
    times, amperes, volts, marks = _hppc(folder)
    fits, table = _table(folder)
    starts, ends, rests = marks[3::5], marks[4::5], marks[5::5]
    worst = 0.0
    for row, begin, start, stop in zip(range(len(table)), starts, ends, rests, strict=False):
        found = relaxation(times[start:stop], volts[start:stop], branches=2)
        step = float(amperes[begin + 1] - amperes[begin])
        ohms = found.resistances_ohm(step_a=step, pulse_s=float(times[start] - times[begin]))
        apart = {
            "rest": abs(found.rest_v - fits[row, 0]),
            "tau": float(np.abs(found.tau_s / table[row, 1:3] - 1.0).max()),
            "ohm": float(np.abs(ohms - table[row, 4:6]).max()),
        }
        worst = max(worst, apart[of])
    return worst


def _ohmic(folder: Path) -> float:
    """Series resistance from an impedance spectrum: one cycle of current where the cell is least reactive."""
    spectrum = np.loadtxt(folder / _SPECTRUM, delimiter=",")
    impedance = complex(*spectrum[np.abs(spectrum[:, 2]).argmin(), 1:])
    phase = np.linspace(0.0, 2.0 * math.pi, 200, endpoint=False)
    drop = (impedance * np.exp(1j * phase)).real
    return path_resistance(3.7 + drop, np.full(phase.shape, 3.7), np.cos(phase)).resistance_ohm


def _enertech(folder: Path) -> float:
    """Capacity counted between two rests on a curve that is known in steps of 5 %, from published potentials."""
    cathode, anode = (np.loadtxt(folder / name, delimiter=",", comments="#") for name in _POTENTIALS)

    def voltage(share: Float) -> Float:
        at_cathode, at_anode = _CATHODE[0] + share * (_CATHODE[1] - _CATHODE[0]), share * _ANODE
        return np.asarray(np.interp(at_cathode, *cathode.T) - np.interp(at_anode, *anode.T))

    shares = np.linspace(0.05, 1.0, 20)
    before, after = voltage(np.array([0.23, 0.78]))
    times = np.arange(0.0, 3601.0, 1.0)
    return counted_capacity(
        times,
        np.full(times.shape, _ENERTECH_MAH * 1e-3 * 0.55),
        rest_before_v=float(before),
        rest_after_v=float(after),
        curve=OpenCircuit(shares, voltage(shares)),
    ).capacity_mah


def _sources_apart(folder: Path) -> float:
    """How far two health figures of one phone lie apart, its error codes left out."""
    text = (folder / _DUMP).read_text("utf-8", "replace")
    value = {key: float(number) for key, number in re.findall(r"^\s*([A-Z_]+)=(-?\d+)\s*$", text, re.MULTILINE)}
    design = value["CHARGE_FULL_DESIGN"]
    found = compare_health(
        [
            HealthSource(name="CHARGE_FULL", ratio=value["CHARGE_FULL"] / design),
            HealthSource(name="BATT_FCC", ratio=value["BATT_FCC"] * 1e3 / design),
            HealthSource(name="BATT_SOH", ratio=value["BATT_SOH"] / 100.0),
            HealthSource(name="BATT_AGE_LEVEL", ratio=value["BATT_AGE_LEVEL"] / 100.0),
        ]
    )
    honest = found.contradictory and set(found.impossible) == {"BATT_SOH", "BATT_AGE_LEVEL"}
    return 100.0 * (found.highest - found.lowest) if honest else math.nan


DATA_CHECKS: Final[tuple[DataCheck, ...]] = (
    DataCheck(
        name="Series resistance of a cell",
        reference=1.65e-2,
        tolerance=1.0e-3,
        unit="Ohm",
        source="impedance.py, its example spectrum: R0 of the fitted circuit (a fit, not a crossing)",
        files=(_SPECTRUM,),
        run=_ohmic,
    ),
    DataCheck(
        name="Counted capacity",
        reference=_ENERTECH_MAH,
        tolerance=25.0,
        unit="mAh",
        source="PyBaMM, potentials of the Enertech cell (Ai 2020)",
        files=_POTENTIALS,
        run=_enertech,
    ),
    DataCheck(
        name="Health figures of one phone apart",
        reference=97.3 - 59.0,
        tolerance=0.6,
        unit="%",
        source="a OnePlus 7 in a bug tracker: 97.3 % and 59 % at once",
        files=(_DUMP,),
        run=_sources_apart,
    ),
    DataCheck(
        name="Series resistance of a cell",
        reference=0.0,
        tolerance=5.0e-5,
        unit="Ohm",
        source="ORNL and NREL, HPPC at 25 Cel",
        files=(_HPPC, _TABLE),
        run=_series_resistance,
    ),
    *(
        DataCheck(
            name=name,
            reference=0.0,
            tolerance=tolerance,
            unit=unit,
            source="ORNL and NREL, HPPC at 25 Cel",
            files=(_HPPC, _TABLE),
            run=partial(_branches, of),
        )
        for name, of, tolerance, unit in (
            ("Voltage at rest", "rest", 6e-5, "V"),
            ("Time constants of a cell", "tau", 1e-3, "1"),
            ("Branch resistances of a cell", "ohm", 6e-5, "Ohm"),
        )
    ),
)
