"""What each maker's phone prints in its own way, lacks or refuses."""

from __future__ import annotations

import re
from functools import cache
from time import monotonic

import pytest

from hwsim.phone.profile import profiles
from hwsim.render.kernel import show_dmesg
from hwsim.unit import Unit
from probes.formats import parse_power_supply
from tests.hwsim.rig import PROFILES, Control, ManualClock, RackProcess, ask, one_phone

SUPPLIES = "/sys/class/power_supply"
KERNEL_LINES = {
    "samsung_10": r"<\d>\[ *\d+\.\d{6}\]  \[\d: *\S.*: *\d+\] ",
    "honor_10": r"\[ *\d+\.\d{6}\]\[pid:\d+,cpu\d,[^\]]+\]",
    "sony_13": r"\[ *\d+\.\d{6}\]\[ *T\d+\] ",
    "oppo_13": r"\[ *\d+\.\d{6}\] \(\d\)\[\d+:[^\]]+\]\[\d{8}_\d\d:\d\d:\d\d\.\d{6}\]@\d ",
    "vivo_9": r"\[ *\d+\.\d{6}\] \(\d\)\[\d+:[^\]]+\]",
}


@cache
def phone(name: str) -> Unit:
    return one_phone(name)


@pytest.mark.parametrize("name", PROFILES)
def test_sysfs_tells_what_this_maker_lets_the_shell_user_read(name: str) -> None:
    unit = phone(name)
    profile = unit.phone.profile
    for gauge in profile.battery_gauges:
        folder = f"{SUPPLIES}/{gauge}"
        denied = not profile.power_supply_readable or folder in profile.denied_paths
        answer = ask(unit, f"cat {folder}/capacity")
        if denied:
            assert answer == (1, "", f"cat: {folder}/capacity: Permission denied\n")
        else:
            assert re.fullmatch(r"\d+\n", answer.out)


def test_a_phone_may_list_the_gauges_that_it_denies() -> None:
    assert ask(phone("oneplus_15"), f"ls {SUPPLIES}").out.split() == ["battery", "usb"]
    assert ask(phone("oneplus_15"), f"ls {SUPPLIES}/battery").err.endswith("Permission denied\n")
    assert ask(phone("samsung_10"), f"ls {SUPPLIES}").err == f"ls: {SUPPLIES}: Permission denied\n"


@pytest.mark.parametrize("name", PROFILES)
def test_the_wear_of_the_flash_is_denied_where_the_maker_denies_it(name: str) -> None:
    unit = phone(name)
    paths = [path for path in unit.files._virtual if "life_time" in path]
    answers = [ask(unit, f"cat {path}") for path in paths]
    assert answers
    denied = not unit.phone.profile.health_readable
    assert all(answer.err.endswith("Permission denied\n") == denied for answer in answers)


@pytest.mark.parametrize(
    ("name", "service"),
    [("tecno_14", "nfc"), ("honor_10", "storaged"), ("vivo_9", "thermalservice"), ("honor_10", "vibrator_manager")],
)
def test_a_service_that_does_not_run_is_not_found_by_any_tool(name: str, service: str) -> None:
    unit = phone(name)
    assert ask(unit, f"dumpsys {service}").err == f"Can't find service: {service}\n"
    assert ask(unit, f"cmd {service} help") == (20, "", f"cmd: Can't find service: {service}\n")
    assert ask(unit, f"service check {service}").out == f"Service {service}: not found\n"
    assert service not in ask(unit, "dumpsys -l").out.split()


@pytest.mark.parametrize("name", PROFILES)
def test_the_kernel_log_is_for_root_alone_but_on_the_oldest(name: str) -> None:
    answer = ask(phone(name), "dmesg")
    assert (answer.code == 0) == (name == "vivo_9")
    assert answer.code == 0 or answer.err == "dmesg: klogctl: Operation not permitted\n"


@pytest.mark.parametrize("name", sorted(KERNEL_LINES))
def test_kernel_lines_have_the_prefix_of_the_maker(name: str) -> None:
    lines = show_dmesg(phone(name).phone).splitlines()
    assert len(lines) > 500
    assert all(re.match(KERNEL_LINES[name], line) for line in lines)


def test_one_ui_2_prints_its_battery_history_without_the_later_sentences() -> None:
    dump = ask(phone("samsung_10"), "dumpsys battery").out
    assert "BatteryInfoBackUp\n  mSavedBatteryAsoc: " in dump
    assert "sent via" not in dump
    assert re.search(r"^LLB CURRENT: YEAR\d{4}M\d+D\d+$", dump, re.MULTILINE)


def test_since_android_15_the_battery_dump_tells_when_it_was_last_sent() -> None:
    line = r"^ Time when the latest updated value of the voltage was sent via .*broadcast: \+\d+h\d+m\d+s\d+ms$"
    for name in ("google_16", "oneplus_15"):
        assert re.search(line, ask(phone(name), "dumpsys battery").out, re.MULTILINE)
    assert "Time when" not in ask(phone("tecno_14"), "dumpsys battery").out


def test_hyperos_puts_a_part_of_its_own_before_the_input_dump() -> None:
    heads = [ask(phone(name), "dumpsys input").out.splitlines()[0] for name in ("xiaomi_14", "xiaomi_12", "tecno_14")]
    assert heads == ["MI INPUT MANAGER (dumpsys input)", *["INPUT MANAGER (dumpsys input)"] * 2]


def test_makers_name_their_system_in_properties_of_their_own() -> None:
    for name, key, value in (
        ("honor_10", "ro.build.version.emui", "EmotionUI_10.0.0"),
        ("xiaomi_14", "ro.mi.os.version.name", "OS1.0"),
        ("tecno_14", "ro.tranos.version", "hios14.0.0"),
        ("oneplus_15", "ro.build.version.oplusrom", "V15.0.0"),
        ("honor_10", "ro.build.display.id", "YAL-L21 10.0.0.194(C431E22R3P1)"),
    ):
        assert ask(phone(name), f"getprop {key}").out == f"{value}\n"


@pytest.mark.parametrize("name", PROFILES)
def test_serials_and_imeis_have_their_makers_shape_and_belong_to_nobody(name: str) -> None:
    identity = phone(name).phone.identity
    assert re.fullmatch(r"[0-9A-Za-z]{8,16}", identity.serial)
    assert all(imei.startswith("00101001") for imei in identity.imeis)


def test_names_that_tell_kinds_of_phone_apart_differ() -> None:
    known = profiles().values()
    for values in ([p.model for p in known], [p.fingerprint for p in known], [p.kernel for p in known]):
        assert len(set(values)) == len(values)


def test_time_runs_as_fast_as_the_rack_is_told() -> None:
    rack = RackProcess("--speed", "1000")
    try:
        _assert_speed(rack.control)
    finally:
        rack.close()


def _assert_speed(control: Control) -> None:
    before_s = monotonic()
    first_s = control("advance", seconds=0)["uptime_s"]
    inner_s = monotonic()
    for _ in range(200):
        control("truth")
    inner_s = monotonic() - inner_s
    last_s = control("advance", seconds=0)["uptime_s"]
    outer_s = monotonic() - before_s
    assert 1000 * inner_s <= last_s - first_s + 1
    assert last_s - first_s <= 1000 * outer_s + 1


def test_a_refused_read_leaves_a_line_of_the_audit_in_the_log() -> None:
    clock = ManualClock()
    unit = one_phone("honor_10", clock=clock)
    assert "u:r:shell:s0" not in ask(unit, "logcat -d -b main").out
    for _ in range(20):
        ask(unit, f"cat {SUPPLIES}/Battery/capacity")
    clock.now_s += 5
    line = r' W cat +: type=1400 audit\(0\.0:\d+\): avc: denied \{ read \} for name="capacity" .* permissive=0$'
    lines = ask(unit, "logcat -d -b main").out.splitlines()
    assert len([found for found in lines if re.search(line, found)]) == 5
    unit.phone.restart("reboot")
    assert "u:r:shell:s0" not in ask(unit, "logcat -d -b main").out


@pytest.mark.parametrize("name", PROFILES)
def test_what_a_maker_leaves_open_is_understood(name: str) -> None:
    profile = phone(name).phone.profile
    gauges = [gauge for gauge in profile.battery_gauges if f"{SUPPLIES}/{gauge}" not in profile.denied_paths]
    for gauge in gauges if profile.power_supply_readable else []:
        (supply,) = parse_power_supply(ask(phone(name), f"cat {SUPPLIES}/{gauge}/uevent").out).supplies.values()
        assert supply.charge_full_design_mah == profile.capacity_mah
        assert supply.integer("CYCLE_COUNT") == phone(name).phone.condition.battery_cycles
