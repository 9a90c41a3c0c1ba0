"""Battery physics: a cell behind a resistance, a charger in front, gauges that watch both with errors of their own.

The cell follows an equivalent circuit of zeroth order: terminal voltage = open-circuit voltage - current x
resistance. The curve is that of a 4.45 V lithium cobalt cell at rest; resistance grows as it gets cold
(Arrhenius, about 2 % per kelvin near room temperature).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from hwsim.phone.charge_path import GOOD_PATH, IDLE_W, ChargePath, path_of
from hwsim.physics.gauge import CoulombCounter

if TYPE_CHECKING:
    from hwsim.phone.condition import Condition

_OCV_SOC = (0.0, 0.02, 0.05, 0.10, 0.20, 0.30, 0.40, 0.50, 0.60, 0.70, 0.80, 0.90, 1.0)
_OCV_MV = (3300, 3480, 3600, 3680, 3740, 3780, 3820, 3870, 3950, 4040, 4140, 4270, 4420)
_RESISTANCE_OHM = 0.130
_REFERENCE_C = 25.0
_RESISTANCE_PER_K = 0.02
_HEAT_J_PER_K = 75.0
_HEAT_OHM_K_PER_W = 9.0
_STEP_S = 10.0
_STEPS_PER_SAMPLE = 6
_SAMPLES_KEPT = 24 * 60
_CHARGE_FROM_C = 0.0  # chargers refuse a frozen cell (JEITA)
_CHARGE_TO_C = 50.0  # nor a hot one
_CHARGER_LOSS_RATIO = 0.08
_CHARGER_RISE_K = 80.0  # a charger of 110 C steps its input current down
_USB_V = 5.0
_SINCE_CALIBRATION_H = 20.0  # hours since the counter last stood at a known charge
_TAPER_MA = 120.0
_IDLE_MA = 165.0
_EMPTY_MV = 3300.0
_DEFAULT_PERCENT = 50  # what drivers show for a gauge that does not answer
_PERCENT = 100
_PULLUP_OHM = 100_000.0
_NTC_25_OHM = 100_000.0
_NTC_BETA_K = 4250.0
_KELVIN = 273.15
_ADC_STEPS = 4095


def ocv_mv(soc_ratio: float) -> float:
    """Return the voltage of the resting cell at a true state of charge (0 to 1)."""
    soc = min(max(soc_ratio, 0.0), 1.0)
    i = min(bisect_right(_OCV_SOC, soc), len(_OCV_SOC) - 1)
    low, high = _OCV_SOC[i - 1], _OCV_SOC[i]
    return _OCV_MV[i - 1] + (_OCV_MV[i] - _OCV_MV[i - 1]) * (soc - low) / (high - low)


def resistance_ohm(temperature_c: float, ratio: float) -> float:
    """Return the cell's resistance; ``ratio`` is that of its age to a new one's."""
    return _RESISTANCE_OHM * ratio * math.exp(-_RESISTANCE_PER_K * (temperature_c - _REFERENCE_C))


def charger_limit_ma(heat_k_per_w: float) -> float:
    """Return the input current at which a charger that loses 8 % as heat stands at its temperature limit."""
    return 1000.0 * _CHARGER_RISE_K / (heat_k_per_w * _CHARGER_LOSS_RATIO * _USB_V)


def _drawn_ma(power_w: float, source_mv: float, ohm: float) -> float:
    """Return the current from a source that brings a power to the far end of a resistance."""
    if not ohm:
        return power_w / source_mv * 1e6
    source_v = source_mv / 1000
    return 1000 * (source_v - math.sqrt(max(source_v**2 - 4 * ohm * power_w, 0.0))) / (2 * ohm)


def thermistor_reading_c(temperature_c: float, *, is_open: bool, factor: float = 1.0) -> float:
    """Return what the phone computes from its NTC divider and 12-bit ADC.

    An open NTC leaves the pull-up alone; leakage of the input keeps the reading at the table's cold end. ``factor``
    is how far the NTC's resistance is off its table: moisture lowers it, and the reading is too hot.
    """
    ntc = factor * _NTC_25_OHM * math.exp(_NTC_BETA_K * (1 / (temperature_c + _KELVIN) - 1 / (25.0 + _KELVIN)))
    if is_open:
        ntc += 2_600_000.0  # surface leakage in parallel with the gap
    code = round(_ADC_STEPS * ntc / (ntc + _PULLUP_OHM))
    measured = _PULLUP_OHM * code / max(_ADC_STEPS - code, 1)
    kelvin = 1 / (math.log(measured / _NTC_25_OHM) / _NTC_BETA_K + 1 / (25.0 + _KELVIN))
    return kelvin - _KELVIN


class Sample(NamedTuple):
    """What the gauge showed at one time since boot."""

    at_s: float
    level: int
    voltage_mv: float
    reading_c: float
    current_ma: float


@dataclass
class Battery:
    """One pack; charge in mAh, current in mA with discharge negative, as Android counts it.

    ``load_ma`` is what the phone draws on average and ``wobble_ratio`` how far it strays from that;
    ``supply_ma`` is what the cable can give (0: unplugged), ``supply_kind`` how Android calls it. ``samples`` has one
    entry a minute; ``burst_ma`` is what a bench makes it draw beside. ``input_limit_ma`` is what contacts and charger
    let through, whatever the cable gives, ``limit_percent`` the level at which the owner lets charging end. ``path`` is
    what wear has left of port, charger and heat pads; ``turned`` tells that the plug is in the other way round.
    """

    design_mah: float
    full_mah: float
    resistance_ratio: float
    soc_ratio: float
    gauge_gain_ratio: float = 1.004
    thermistor_open: bool = False
    thermistor_factor: float = 1.0
    gauge_stuck: bool = False
    gauge_offset_ma: float = 0.0
    gauge_drift_ratio: float = 1.0
    input_limit_ma: float = math.inf
    port_open: bool = False
    path: ChargePath = GOOD_PATH
    turned: bool = False
    supply_kind: str = "usb"
    bus_mv: float = 4985.0
    limit_percent: int = 100
    load_ma: float = 180.0
    burst_ma: float = 0.0
    supply_ma: float = 0.0
    ambient_c: float = 24.0
    temperature_c: float = 27.0
    current_ma: float = 0.0
    wobble_ratio: float = 0.0
    samples: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._steps = 0
        self._offered_ma = self.supply_ma
        self._ended = False
        self.learned_full_mah = self.full_mah
        self.counted_mah = self.soc_ratio * self.full_mah
        self._settle_current()
        self._frozen = (self.level, self.counted_mah)
        self.samples.append(self._sample())

    @property
    def uptime_s(self) -> float:
        """Time since boot up to which the physics have been computed."""
        return self._steps * _STEP_S

    @property
    def voltage_mv(self) -> float:
        """Terminal voltage under the present current."""
        drop = self.current_ma * resistance_ohm(self.temperature_c, self.resistance_ratio)
        return ocv_mv(self.soc_ratio) + drop

    @property
    def level(self) -> int:
        """Percentage that the gauge shows: the counted charge, pulled to zero as the voltage nears empty."""
        if self.gauge_stuck and self.samples:
            return self._frozen[0]
        counted = _PERCENT * self.counted_mah / self.learned_full_mah
        headroom = (self.voltage_mv - _EMPTY_MV) / 2.5  # one percent for 2.5 mV: the end comes suddenly
        return round(min(max(min(counted, headroom), 0), _PERCENT))

    @property
    def charge_counter_uah(self) -> int:
        """What the coulomb counter shows."""
        return round((self._frozen[1] if self.gauge_stuck else self.counted_mah) * 1000)

    @property
    def reading_c(self) -> float:
        """Temperature as the phone reads it."""
        return thermistor_reading_c(self.temperature_c, is_open=self.thermistor_open, factor=self.thermistor_factor)

    @property
    def input_ma(self) -> float:
        """What flows in from the cable at most."""
        return self.path.input_ma(min(self.supply_ma, self.input_limit_ma), self.bus_mv)

    @property
    def drawn_ma(self) -> float:
        """What flows in from the cable now: less than there is when the charger wants no more."""
        if self.supply_ma <= 0:
            return 0.0
        wanted_w = (self.current_ma / self.path.contact_ratio + self._load_now_ma()) * self.voltage_mv * 1e-6
        wanted_w /= self.path.efficiency_ratio
        return min(self.input_ma, max(_drawn_ma(wanted_w, self.bus_mv, self.path.port_ohm), 0.0))

    @property
    def bus_now_mv(self) -> float:
        """The voltage behind the port under what is drawn."""
        return self.bus_mv - self.drawn_ma * self.path.port_ohm

    @property
    def loss_w(self) -> float:
        """The heat that a good charger would not make."""
        return self.path.loss_w(self.drawn_ma, self.bus_mv)

    @property
    def board_rise_k(self) -> float:
        """How much hotter the board is than that of a phone with good pads and a good charger at this load."""
        load_w = IDLE_W + (self.load_ma - _IDLE_MA) * ocv_mv(self.soc_ratio) * 1e-6
        return self.path.board_rise_k(load_w + self.loss_w) + GOOD_PATH.inside_k_per_w * self.loss_w

    @property
    def charging(self) -> bool:
        """Tell whether charge flows in."""
        return self.current_ma > 0

    @property
    def full(self) -> bool:
        """Tell whether the charger has ended its work."""
        return self.supply_ma > 0 and (self.level >= _PERCENT or self._ended)

    def exert(self, burst_ma: float) -> None:
        """Draw so much beside the usual load from now on."""
        self.burst_ma = burst_ma
        self._settle_current()

    def hold_gauge(self, *, stuck: bool, silent: bool = False) -> None:
        """Let the gauge stand still at what it shows now (``silent``: at its driver's default), or let it run again."""
        self.gauge_stuck = False
        self._frozen = (_DEFAULT_PERCENT, self.learned_full_mah / 2) if silent else (self.level, self.counted_mah)
        self.gauge_stuck = stuck

    def connect(self, supply_ma: float, *, kind: str = "usb", bus_mv: float = 4985.0) -> None:
        """Plug the cable in (0: pull it); ``kind`` is usb, ac or wireless. A port without contact feels nothing."""
        self._offered_ma, self.supply_kind, self.bus_mv = supply_ma, kind, bus_mv
        unfelt = self.port_open or (self.turned and self.path.cc_turned_open)
        self.supply_ma = 0.0 if unfelt and kind != "wireless" else supply_ma
        self._settle_current()

    def plug_like(self, other: Battery) -> None:
        """Have the cable that another battery has: the phone has started again, and nobody has touched its plug."""
        self.turned = other.turned
        self.connect(other._offered_ma, kind=other.supply_kind, bus_mv=other.bus_mv)

    def take(self, condition: Condition) -> None:
        """Be as the condition says: the cell, its gauge, its thermistor, and what the charging path lets through."""
        full_mah = self.design_mah * condition.battery_full_ratio
        learned_mah = self.design_mah * condition.battery_learned_ratio or full_mah
        offset_ma, self.gauge_drift_ratio = condition.battery_gauge_offset_ma, condition.battery_gauge_gain_ratio
        if (full_mah, learned_mah, offset_ma) != (self.full_mah, self.learned_full_mah, self.gauge_offset_ma):
            self.full_mah, self.learned_full_mah, self.gauge_offset_ma = full_mah, learned_mah, offset_ma
            strayed_mah = CoulombCounter(offset_ma=offset_ma).error_mah(0.0, _SINCE_CALIBRATION_H)
            counted_mah = learned_mah - (1.0 - self.soc_ratio) * full_mah + strayed_mah
            self.counted_mah = min(max(counted_mah, 0.0), learned_mah)
        self.resistance_ratio = condition.battery_resistance_ratio
        self.thermistor_open, self.thermistor_factor = condition.thermistor_open, condition.thermistor_factor
        if condition.battery_gauge_stuck != self.gauge_stuck:
            self.hold_gauge(stuck=condition.battery_gauge_stuck, silent=not condition.gauge_on_bus)
        self.port_open, self.path = condition.charge_input_limit_ma <= 0, path_of(condition)
        self.input_limit_ma = min(condition.charge_input_limit_ma, charger_limit_ma(condition.charger_heat_k_per_w))
        if not condition.charger_on_bus or condition.port_wet:
            self.input_limit_ma = 0.0  # the cable is felt, and nothing is drawn from it
        self.connect(self._offered_ma, kind=self.supply_kind, bus_mv=self.bus_mv)
        if len(self.samples) == 1:
            self.samples[0] = self._sample()  # what is so from the start shows from the start

    def run_until(self, uptime_s: float) -> None:
        """Integrate in whole steps of ten seconds, so that the result does not depend on who asked when."""
        while self.uptime_s + _STEP_S <= uptime_s:
            self._step()

    def _step(self) -> None:
        self._settle_current()
        moved_mah = self.current_ma * _STEP_S / 3600
        self.soc_ratio = min(max(self.soc_ratio + moved_mah / self.full_mah, 0.0), 1.0)
        counter = CoulombCounter(self.gauge_gain_ratio * self.gauge_drift_ratio, self.gauge_offset_ma)
        counted_mah = self.counted_mah + counter.moved_mah(self.current_ma, _STEP_S)
        self.counted_mah = min(max(counted_mah, 0.0), self.learned_full_mah)
        heat_w = (self.current_ma / 1000) ** 2 * resistance_ohm(self.temperature_c, self.resistance_ratio)
        heat_w += (
            0.12 * (self.load_ma + self.burst_ma) / 1000 * ocv_mv(self.soc_ratio) / 1000
        )  # the board warms the pack, too
        target_c = self.ambient_c + heat_w * _HEAT_OHM_K_PER_W + self.loss_w * self.path.outside_k_per_w
        decay = math.exp(-_STEP_S / (_HEAT_J_PER_K * _HEAT_OHM_K_PER_W))
        self.temperature_c = target_c + (self.temperature_c - target_c) * decay
        self._steps += 1
        if self._steps % _STEPS_PER_SAMPLE == 0:
            self.samples.append(self._sample())
            del self.samples[:-_SAMPLES_KEPT]

    def _sample(self) -> Sample:
        return Sample(self.uptime_s, self.level, self.voltage_mv, self.reading_c, self.current_ma)

    def _load_now_ma(self) -> float:
        # A sine with an irrational step stands in for what the user and the radios do.
        return self.load_ma * (1 + self.wobble_ratio * math.sin(self._steps * 2.399963)) + self.burst_ma

    def _left_over_ma(self, load_ma: float) -> float:
        """Return what the charger's power leaves for the pack beside a load, or what the load takes out of it.

        Charger and load meet at the pack's terminals: ``(ocv + R x i) x (i + load) = power``.
        """
        bus_v = (self.bus_mv - self.input_ma * self.path.port_ohm) / 1000
        power_w = self.input_ma * bus_v / 1000 * self.path.efficiency_ratio * self.path.contact_ratio
        ohm = resistance_ohm(self.temperature_c, self.resistance_ratio)
        rest_v, load_a = ocv_mv(self.soc_ratio) / 1000, load_ma / 1000
        if power_w <= 0:
            return -load_ma
        linear = rest_v + ohm * load_a
        return 1000 * (math.sqrt(max(linear**2 - 4 * ohm * (rest_v * load_a - power_w), 0.0)) - linear) / (2 * ohm)

    def _settle_current(self) -> None:
        self._ended = False
        current = self._left_over_ma(self._load_now_ma())
        if current > 0 and not _CHARGE_FROM_C <= self.reading_c < _CHARGE_TO_C:
            current = 0.0
        if current > 0 and self.level >= self.limit_percent < _PERCENT:
            current = 0.0
        if current > 0:
            room_mv = self.path.float_mv - ocv_mv(self.soc_ratio)
            limit = room_mv / resistance_ohm(self.temperature_c, self.resistance_ratio)
            stepped_ma = self.path.stepped_ma(self.temperature_c + self.board_rise_k) * self.path.contact_ratio
            self._ended = self.soc_ratio >= 1.0 or limit < _TAPER_MA / 10
            current = 0.0 if self._ended else min(current, limit, stepped_ma)
        self.current_ma = current
