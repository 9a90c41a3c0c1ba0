"""The way of the charge: port, charger chip, cable and the pack that is asked who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.battery import charger_limit_ma
from hwsim.phone.charge_path import GOOD_PATH, IDLE_W, path_of
from hwsim.phone.chips import buses

if TYPE_CHECKING:
    from hwsim.phone.battery import Sample
    from hwsim.phone.lines.writer import Writer

_HEALTH = "android.hardware.health-service"
_WEAK_INPUT_MA = 400.0
_HOT_K_PER_W = 200.0
_ODD_THERMISTOR = (0.75, 1.35)
_SHUTDOWN_SAG_MV = 3050
_STARVED_RATIO = 0.9
_DROPOUTS_TOLD_S = 45.0
_REPORT_S = 300.0
_REPORT_MIN = 5
_NEAR_FLOAT_MV = 60.0
_USB_MV = 5000.0
_HOT_W = 0.3
_CHIPS = {
    "qcom": "qpnp-smb5 charger",
    "mtk": "mtk_charger",
    "exynos": "sec-charger",
    "gs": "max77779-charger",
}


def write_boot(writer: Writer) -> None:
    """Ask the pack who it is."""
    if not writer.phone.profile.tells_pack:
        return
    genuine = writer.condition.battery_genuine
    words = "authentication passed" if genuine else "authentication failed, pack is not known, default profile used"
    writer.kernel(4.1, f"batt_id: {words}", level=6 if genuine else 4, comm="swapper/0", pid=1)


def write_span(writer: Writer) -> None:
    """Write what the path of the charge reports."""
    condition = writer.condition
    low, high = _ODD_THERMISTOR
    rows = (
        (0 < condition.charge_input_limit_ma < _WEAK_INPUT_MA, 140.0, _collapses),
        (condition.charger_heat_k_per_w > _HOT_K_PER_W, 160.0, _throttles),
        (condition.port_wet, 120.0, _moist),
        (not low < condition.thermistor_factor < high, 420.0, _contradicts),
        (condition.battery_shutdown_period_s > 0, condition.battery_shutdown_period_s, _undervoltage),
        (condition.sub_board_dead, 300.0, _cut_off),
    )
    for so, period_s, write in rows:
        for at_s in writer.moments(period_s if so else 0.0):
            write(writer, at_s)
    _write_worn(writer)


def _write_worn(writer: Writer) -> None:
    """Write what a worn port and a worn charger report while a supply is felt."""
    path, battery = path_of(writer.condition), writer.phone.battery
    if battery.supply_ma <= 0:
        return
    if path.breaks_per_s:
        for at_s in writer.moments(max(_DROPOUTS_TOLD_S, 1.0 / path.breaks_per_s)):
            _drops_out(writer, at_s)
    starved = path.input_ma(battery.supply_ma, battery.bus_mv) < _STARVED_RATIO * battery.supply_ma
    rows = (
        (starved, _starves),
        (path.fast_ma < battery.supply_ma - battery.load_ma, _limited),
    )
    for so, write in rows:
        for at_s in writer.moments(_REPORT_S if so else 0.0):
            write(writer, at_s)


def _drops_out(writer: Writer, at_s: float) -> None:
    gone_ms = 20 + writer.rng.randrange(280)
    writer.kernel(at_s, f"{_chip(writer)}: typec: vbus lost for {gone_ms} ms, attach state kept by debounce", level=4)
    text = f"power source removed and back within {gone_ms} ms"
    writer.log(at_s + gone_ms / 1000.0, _HEALTH, "W", "healthd", text)


def _starves(writer: Writer, at_s: float) -> None:
    battery = writer.phone.battery
    low_mv, limit_ma = round(battery.bus_mv - battery.input_ma * battery.path.port_ohm), round(battery.input_ma)
    text = f"input voltage {low_mv} mV at limit, aicl steps down to {limit_ma} mA"
    writer.kernel(at_s, f"{_chip(writer)}: {text}", level=4)


def _limited(writer: Writer, at_s: float) -> None:
    limit_ma = round(path_of(writer.condition).fast_ma)
    writer.kernel(at_s, f"{_chip(writer)}: battery current held at {limit_ma} mA by current sense, input has more")


def write_sample(writer: Writer, sample: Sample, before: Sample) -> None:
    """Write what a worn charger reports of one minute: an end before the pack is full, and the heat that it makes."""
    path = path_of(writer.condition)
    charging = sample.current_ma > 0
    low = path.float_mv < GOOD_PATH.float_mv and path.float_mv - _NEAR_FLOAT_MV < sample.voltage_mv
    if low and not charging and (before is sample or before.current_ma > 0):
        text = f"charge terminated at {round(sample.voltage_mv)} mV, capacity {sample.level}%"
        writer.kernel(sample.at_s, f"{_chip(writer)}: {text}", level=4)
    drawn_ma = (max(sample.current_ma, 0.0) + writer.phone.battery.load_ma) / path.passed_on_ratio()
    loss_w = path.loss_w(drawn_ma, _USB_MV)
    if charging and loss_w > _HOT_W and round(sample.at_s / 60.0) % _REPORT_MIN == 0:
        degrees_c = sample.reading_c + path.board_rise_k(IDLE_W + loss_w) + GOOD_PATH.inside_k_per_w * loss_w
        text = f"converter {degrees_c:.1f} C, loss {loss_w:.1f} W above model"
        writer.kernel(sample.at_s, f"{_chip(writer)}: {text}", level=4)


def _cut_off(writer: Writer, at_s: float) -> None:
    """What the main board notices of a sub-board that is gone: no supply, and a motor without a coil."""
    writer.kernel(at_s, f"{_chip(writer)}: typec: vbus absent although cable detect line moved", level=4)
    number = buses(writer.phone.profile.family)["audio"].number
    writer.kernel(at_s + 0.8, f"aw8697_haptic {number}-005a: coil resistance over range, load open", level=4)


def _chip(writer: Writer) -> str:
    return _CHIPS.get(writer.phone.profile.family, "charger")


def _collapses(writer: Writer, at_s: float) -> None:
    limit_ma = round(writer.condition.charge_input_limit_ma)
    low_mv = 4360 + writer.rng.randrange(60)
    writer.kernel(
        at_s, f"{_chip(writer)}: input voltage {low_mv} mV below limit, aicl steps down to {limit_ma} mA", level=4
    )
    if limit_ma < 250:
        text = f"charger connected but current is {limit_ma} mA, charging slowly or not at all"
        writer.log(at_s + 0.4, _HEALTH, "W", "healthd", text)


def _throttles(writer: Writer, at_s: float) -> None:
    limit_ma = round(charger_limit_ma(writer.condition.charger_heat_k_per_w))
    text = f"{_chip(writer)}: die temperature 110 C, thermal regulation, input current {limit_ma} mA"
    writer.kernel(at_s, text, level=4)


def _moist(writer: Writer, at_s: float) -> None:
    writer.kernel(
        at_s, f"{_chip(writer)}: typec: leakage between cc and sbu, moisture in connector, vbus held off", level=4
    )
    text = "contaminant presence status of port0 changed to detected, charging disabled"
    writer.log(at_s + 0.2, "system_server", "W", "UsbPortManager", text, buffer="system")


def _contradicts(writer: Writer, at_s: float) -> None:
    battery = writer.phone.battery
    skin_c = battery.ambient_c + 4.0
    text = f"battery {battery.reading_c:.1f} C does not follow skin {skin_c:.1f} C, difference kept for 600 s"
    writer.log(at_s, "android.hardware.thermal-service", "W", "thermal-hal", text)


def _undervoltage(writer: Writer, at_s: float) -> None:
    low_mv = _SHUTDOWN_SAG_MV + writer.rng.randrange(90)
    level = writer.rng.randrange(22, 60)
    writer.kernel(at_s, f"power_supply battery: vbat {low_mv} mV at {level}% under load step, uvlo warning", level=3)
    text = f"battery voltage dropped to {low_mv} mV under load at {level}%"
    writer.log(at_s + 0.1, _HEALTH, "W", "healthd", text)
