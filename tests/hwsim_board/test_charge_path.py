"""A worn charger, a worn port and a missing pad show on the wire as much as physics says, and only there."""

from __future__ import annotations

import re

import pytest

from hwsim.operator_hand import ask
from hwsim.phone.at_bench import bench_of, supply_phone
from hwsim.phone.charge_path import GOOD_PATH, path_of
from hwsim.phone.condition import Condition
from hwsim.phone.phone import Phone
from hwsim.physics.charge import CHARGER
from hwsim.physics.supply import PORT, SUPPLY
from hwsim.physics.thermal import PHONE_BODY
from tests.hwsim_board.emulated import dump_of, file_of, log_of, phone_with

PROFILE = "xiaomi_12"


def charged(fault: str, *, charger: str = "known_good", minutes: float = 20.0) -> Phone:
    """A phone that has been at a charger for a while, with as much in it as any other."""
    phone = phone_with(fault, PROFILE)
    phone.battery.soc_ratio, phone.battery.counted_mah = 0.6, 0.6 * phone.battery.learned_full_mah
    bench_of(phone).charger = charger
    supply_phone(phone)
    phone.clock.advance(minutes * 60.0)
    phone.refresh()
    return phone


def usb(phone: Phone, name: str) -> int:
    return int(file_of(phone, f"/sys/class/power_supply/usb/{name}"))


def processor_c(phone: Phone) -> float:
    found = re.search(r"mValue=([\d.]+), mType=0, mName=CPU0", dump_of(phone, "thermalservice"))
    assert found
    return float(found[1])


def test_a_good_way_of_charging_is_that_of_the_physics() -> None:
    assert path_of(Condition()) == GOOD_PATH
    assert GOOD_PATH.fast_ma == CHARGER.fast_a * 1000
    assert GOOD_PATH.efficiency_ratio == CHARGER.efficiency_ratio
    assert (GOOD_PATH.hot_c, GOOD_PATH.step_ratio) == (CHARGER.hot_c, CHARGER.step_ratio)
    assert (GOOD_PATH.inside_k_per_w, GOOD_PATH.outside_k_per_w) == (
        PHONE_BODY.inside_k_per_w,
        PHONE_BODY.outside_k_per_w,
    )
    assert SUPPLY.port is PORT


def test_a_limited_charger_draws_what_it_allows_and_the_load_and_says_so() -> None:
    weak, good = charged("charger.current_limited:0.8"), charged("healthy")
    limit_ma = 1000 * (2.6 + (0.05 - 2.6) * 0.8)
    assert weak.battery.current_ma == pytest.approx(limit_ma, rel=0.01)
    assert weak.battery.level < good.battery.level - 3
    assert usb(weak, "current_now") < usb(good, "current_now") / 2
    assert f"held at {round(limit_ma)} mA by current sense" in log_of(weak, "kernel")
    assert "current sense" not in log_of(good, "kernel")


def test_a_low_reference_ends_the_charge_early_and_calls_it_full() -> None:
    low, good = (charged(fault, minutes=400.0) for fault in ("charger.float_low:1", "healthy"))
    assert 70 <= low.battery.level <= 80
    assert "status: 5" in dump_of(low, "battery")
    assert low.battery.voltage_mv == pytest.approx(4100, abs=12)
    assert good.battery.level >= 99
    assert "charge terminated at 4" in log_of(low, "kernel")


def test_a_lossy_converter_warms_the_phone_and_steps_down() -> None:
    lossy, good = (charged(fault, minutes=40.0) for fault in ("charger.inefficient:1", "healthy"))
    assert lossy.battery.temperature_c > good.battery.temperature_c + 8
    assert processor_c(lossy) > processor_c(good) + 10
    assert lossy.battery.current_ma < 0.65 * good.battery.current_ma
    assert "W above model" in log_of(lossy, "kernel")


@pytest.mark.parametrize(("severity", "least_mv", "most_mv"), [(0.5, 4600, 4800), (1.0, 4395, 4500)])
def test_a_corroded_port_takes_its_voltage_and_then_its_current(severity: float, least_mv: int, most_mv: int) -> None:
    bad, good = charged(f"port.contact_resistance:{severity}"), charged("healthy")
    ohm = 0.03 * (1.2 / 0.03) ** severity - 0.03
    assert usb(bad, "voltage_now") / 1000 == pytest.approx(5020 - ohm * usb(bad, "current_now") / 1000, abs=2)
    assert least_mv < usb(bad, "voltage_now") / 1000 < most_mv
    assert usb(good, "voltage_now") == 5_020_000
    assert ("aicl steps down" in log_of(bad, "kernel")) == (severity == 1.0)
    assert (usb(bad, "current_now") < usb(good, "current_now") / 3) == (severity == 1.0)


def test_a_loose_port_comes_and_goes_and_charges_less() -> None:
    loose, good = charged("port.loose:1", charger="usb_port"), charged("healthy", charger="usb_port")
    assert loose.battery.level < good.battery.level
    seen = []
    for _ in range(400):
        loose.clock.advance(0.7)
        seen.append("USB powered: true" in dump_of(loose, "battery"))
    assert sum(seen) / len(seen) == pytest.approx(1 / (1 + 2 * 0.3), abs=0.08)
    assert "vbus lost for" in log_of(loose, "kernel")
    assert "USB powered: true" in dump_of(good, "battery")


def test_a_port_with_one_good_side_feels_nothing_with_the_plug_turned_and_all_again_turned_back() -> None:
    phone = phone_with("port.cc_one_side", PROFILE)
    felt = []
    for _ in range(3):
        felt.append("USB powered: true" in dump_of(phone, "battery"))
        ask(phone, {"do": "turn_plug"})
    assert felt == [True, False, True]
    ask(phone, {"do": "turn_plug"})
    phone.restart("reboot")
    assert "USB powered: true" in dump_of(phone, "battery")
    ask(phone, {"do": "turn_plug"})
    phone.restart("reboot")
    assert "USB powered: false" in dump_of(phone, "battery")
    whole = phone_with("healthy", PROFILE)
    ask(whole, {"do": "turn_plug"})
    assert "USB powered: true" in dump_of(whole, "battery")


def test_a_missing_pad_keeps_the_heat_on_the_board_and_not_in_the_shell() -> None:
    bare, good = charged("cooling.pad_missing:1"), charged("healthy")
    assert processor_c(bare) - processor_c(good) == pytest.approx(0.8 * 11.0, abs=1.0)
    skin = r"mValue=([\d.]+), mType=3"
    shells = [re.findall(skin, dump_of(phone, "thermalservice"))[0] for phone in (bare, good)]
    assert shells[0] == shells[1]


@pytest.mark.parametrize(
    "fault", ["charger.float_low:1", "charger.inefficient:1", "port.loose:1", "port.contact_resistance:1"]
)
def test_what_a_worn_way_reports_does_not_depend_on_who_looked_before(fault: str) -> None:
    watched, unwatched = (charged(fault, minutes=0.0) for _ in range(2))
    for _ in range(40):
        watched.clock.advance(90.0)
        log_of(watched, "kernel")
    unwatched.clock.advance(3600.0)
    assert log_of(watched) == log_of(unwatched)


def test_a_restart_changes_nothing_about_the_charger() -> None:
    phone = charged("healthy")
    phone.restart("reboot")
    assert "AC powered: true" in dump_of(phone, "battery")
    assert usb(phone, "current_max") == 2_000_000


def test_two_worn_parts_of_one_way_both_count() -> None:
    both = path_of(Condition(port_corroded_ratio=1.0, charger_limited_ratio=0.5, port_loose_ratio=0.3))
    assert both.port_ohm > 1.0
    assert both.fast_ma < 1400
    assert both.contact_ratio < 1.0
