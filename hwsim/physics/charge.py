"""A charge from plug-in to full: pre-charge, constant current, constant voltage, taper, and stepping down when hot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from hwsim.physics.arrays import Floats
from hwsim.physics.cell import CELL, Cell
from hwsim.physics.modes import between, fault_mode
from hwsim.physics.supply import SUPPLY, Supply
from hwsim.physics.thermal import PHONE_BODY, TwoNode

GRID = 4096


class Phase(IntEnum):
    """What the charger is doing."""

    IDLE = 0
    PRE_CHARGE = 1
    CONSTANT_CURRENT = 2
    CONSTANT_VOLTAGE = 3
    FULL = 4


@dataclass(frozen=True)
class ChargerIc:
    """The charger on the board: its currents (A), thresholds (V), efficiency, and where it steps down (Celsius)."""

    fast_a: float = 2.6
    pre_a: float = 0.3
    pre_below_v: float = 3.0
    float_v: float = 4.4
    end_a: float = 0.25
    efficiency_ratio: float = 0.92
    lowest_bus_v: float = 4.4
    hot_c: float = 46.0
    step_ratio: float = 0.6
    step_apart_c: float = 2.0


CHARGER = ChargerIc()


@dataclass(frozen=True)
class Wires:
    """What ideal meters read at the battery and at the phone's bus; the battery's current is positive into it."""

    battery_a: Floats
    battery_v: Floats
    input_a: Floats
    bus_v: Floats
    phase: NDArray[np.int64]


@dataclass(frozen=True)
class Charge:
    """A charge over time: state of charge 0..1, the wires, and the temperatures of board and shell."""

    t_s: Floats
    share: Floats
    wires: Wires
    board_c: Floats
    shell_c: Floats


def charge(
    cell: Cell = CELL,
    supply: Supply = SUPPLY,
    charger: ChargerIc = CHARGER,
    *,
    start_share: float,
    duration_s: float,
    step_s: float = 5.0,
    body: TwoNode = PHONE_BODY,
    air_c: float = 25.0,
    load_w: float = 0.3,
) -> Charge:
    """Charge for a while from a state of charge.

    The state over time is found without stepping: the current is a function of the charge, so the time is the integral
    of 1/current over the charge. Each crossing of a temperature limit begins a new stretch with a lower limit (the
    charger does not step up again before it is plugged in anew). Resistance is taken at the temperature of the air.
    """
    circuit = _Circuit(cell, supply, charger, cell.ohm_at(air_c), load_w)
    count = round(duration_s / step_s) + 1
    times_s: Floats = np.arange(count, dtype=np.float64) * step_s
    share, allowed = np.full(count, start_share), np.ones(count)
    begin, steps = 0, 0
    while True:
        ratio = charger.step_ratio**steps
        share[begin:] = circuit.shares(float(share[begin]), times_s[: count - begin], ratio)
        allowed[begin:] = ratio
        wires = circuit.wires(share, allowed)
        heat_w = wires.input_a * wires.bus_v - wires.battery_a * cell.open_circuit_v(share)
        temperatures = body.temperatures(heat_w, step_s=step_s, air_c=air_c)
        hot = np.flatnonzero(temperatures[begin:, 0] > charger.hot_c + steps * charger.step_apart_c)
        if not len(hot) or begin + hot[0] + 1 >= count:
            break
        begin += int(hot[0]) + 1
        steps += 1
    return Charge(t_s=times_s, share=share, wires=wires, board_c=temperatures[:, 0], shell_c=temperatures[:, 1])


@dataclass(frozen=True)
class _Circuit:
    """What stays the same during one charge."""

    cell: Cell
    supply: Supply
    charger: ChargerIc
    ohm: float
    load_w: float

    @property
    def end_share(self) -> float:
        return self.cell.share_at(self.charger.float_v - self.charger.end_a * self.ohm)

    @property
    def drain_a(self) -> float:
        """What the running phone takes from a battery that is not charged, at the cell's middle voltage."""
        return self.load_w / float(self.cell.open_circuit_v(0.5))

    def shares(self, start: float, times_s: Floats, allowed_ratio: float) -> Floats:
        """Return the state of charge over time."""
        if not self.supply.attached:
            return np.maximum(start - self.drain_a * times_s / 3600.0 / self.cell.capacity_ah, 0.0)
        if start >= self.end_share:
            return np.full(len(times_s), start)
        grid = np.linspace(start, self.end_share, GRID)
        current = self.current(grid, np.full(GRID, allowed_ratio))
        near, far = current[:-1], current[1:]
        # Between two points the current is linear in the charge, whose time is the logarithmic mean.
        equal = np.abs(far - near) < 1e-9 * near
        mean = np.where(equal, near, (far - near) / np.log(np.where(equal, 2.0, far / near)))
        elapsed = np.concatenate(([0.0], np.cumsum(np.diff(grid) * self.cell.capacity_ah * 3600.0 / mean)))
        return np.asarray(np.interp(times_s, elapsed, grid), dtype=np.float64)

    def current(self, share: Floats, allowed_ratio: Floats) -> Floats:
        """Return the charging current (A) of a phone that is attached and not yet full."""
        charger, rest_v = self.charger, self.cell.open_circuit_v(share)
        input_a = self.supply.highest_a(charger.lowest_bus_v)
        power_w = max(input_a * float(self.supply.bus_v(input_a)) - self.load_w, 0.01) * charger.efficiency_ratio
        from_power = (np.sqrt(rest_v**2 + 4.0 * self.ohm * power_w) - rest_v) / (2.0 * self.ohm)
        slow = np.minimum(charger.pre_a, from_power)
        fast = np.minimum(charger.fast_a * allowed_ratio, from_power)
        fast = np.minimum(fast, np.maximum(charger.float_v - rest_v, 0.0) / self.ohm)
        current = np.where(rest_v + slow * self.ohm < charger.pre_below_v, slow, fast)
        return np.asarray(current * self.supply.contact_ratio, dtype=np.float64)

    def wires(self, share: Floats, allowed_ratio: Floats) -> Wires:
        """Return currents, voltages and phase at each state."""
        if not self.supply.attached:
            drain = np.full(len(share), -self.drain_a)
            none, idle = np.zeros(len(share)), np.full(len(share), int(Phase.IDLE))
            return Wires(drain, self.cell.open_circuit_v(share) + drain * self.ohm, none, none, idle)
        full = share >= self.end_share * (1.0 - 1e-9)
        current = np.where(full, 0.0, self.current(share, allowed_ratio))
        volts = self.cell.open_circuit_v(share) + current * self.ohm
        power_w = current * volts / self.charger.efficiency_ratio + self.load_w
        source, ohm = self.supply.adapter.volts, self.supply.loop_ohm
        input_a = (source - np.sqrt(np.maximum(source**2 - 4.0 * ohm * power_w, 0.0))) / (2.0 * ohm)
        at_float = volts >= self.charger.float_v - 1e-6
        phase = np.where(at_float, int(Phase.CONSTANT_VOLTAGE), int(Phase.CONSTANT_CURRENT))
        phase = np.where(volts < self.charger.pre_below_v, int(Phase.PRE_CHARGE), phase)
        return Wires(current, volts, input_a, self.supply.bus_v(input_a), np.where(full, int(Phase.FULL), phase))


@fault_mode(
    "charger.current_limited",
    of=CHARGER,
    fault_from=0.55,
    because="a charge then takes over twice the time that the adapter allows",
)
def current_limited(part: ChargerIc, severity: float) -> ChargerIc:
    """The sense resistor of the charger has drifted or a phase is dead: less current is allowed."""
    return replace(part, fast_a=between(part.fast_a, 0.05, severity), end_a=between(part.end_a, 0.02, severity))


@fault_mode(
    "charger.float_low",
    of=CHARGER,
    fault_from=0.3,
    because="100 mV less at the end is over 8 % less charge: the phone never reads full",
)
def float_low(part: ChargerIc, severity: float) -> ChargerIc:
    """The voltage reference has drifted, and the charger ends too early."""
    return replace(part, float_v=part.float_v - 0.35 * severity)


@fault_mode(
    "charger.inefficient",
    of=CHARGER,
    fault_from=0.4,
    because="over 2 W of loss beside the battery heat the phone until it steps down",
)
def inefficient(part: ChargerIc, severity: float) -> ChargerIc:
    """A switching transistor or the coil is damaged, and the converter turns power into heat."""
    return replace(part, efficiency_ratio=between(part.efficiency_ratio, 0.5, severity))
