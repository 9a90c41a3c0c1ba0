from __future__ import annotations

import re
from functools import cache

import pytest

from hwsim.faults import UnknownFault, effect_of, library, parse_faults
from hwsim.phone.profile import Profile, profiles
from hwsim.rack import BadRack, Rack, RackPlan, choose_profile
from hwsim.unit import Unit
from tests.hwsim.rig import ManualClock, ask, one_phone

GIVEAWAYS = re.compile(
    r"hwsim|phonebench|simulat|emulator|(?<!storage/)emulated|"
    r"goldfish|ranchu|qemu|\bfaults?\b(?! addr| state)|injected|"
    r"off_bus|crash_loop|battery_drain|"
    r"thermistor_open|gauge_stuck|hub_dead|camera_rear|camera_front"
)
NAMES = [name for name in library() if "." in name]
EVERYTHING = (
    "getprop; for s in $(dumpsys -l | grep -v running); do echo $s; dumpsys $s; done; dumpsys dropbox --print; "
    "dumpsys batterystats --checkin; dumpsys activity exit-info; logcat -d -b all; df; mount; ps -A; top -n1 -b; "
    "pm list packages -f; settings list global; settings list secure; settings list system; getevent -lp; "
    "for f in /sys/class/power_supply/*/* /proc/version /proc/cpuinfo /proc/meminfo /proc/mounts; do "
    "echo $f; cat $f; done; "
    "ls -l /sdcard; ls -l /; ls -l /data/local/tmp; id; uname -a; date; uptime; service list; wm size"
)
# What each fault must show to a shell user without root and without the kernel log: command, then a pattern that a
# broken phone's output has and a healthy one's has not.
SYMPTOMS = {
    "battery.worn": ("dumpsys batterystats", r"Last learned battery capacity: (1\d|2\d|3[0-3])\d\d "),
    "battery.thermistor_open": ("dumpsys battery", r"temperature: -[23]\d\d"),
    "battery.gauge_stuck": ("dumpsys battery", r"level: \d+"),
    "storage.worn": ("logcat -d -b all", r"I/O error"),
    "storage.full": ("df /data", r"(9[89]|100)%"),
    "app.crash_loop": ("logcat -d -b crash", r"(?s)(FATAL EXCEPTION.*){5}"),
    "app.battery_drain": ("dumpsys power", r"PARTIAL_WAKE_LOCK"),
    "system.crash_loop": ("dumpsys dropbox", r"system_server_crash"),
    "camera_rear.off_bus": ("dumpsys media.camera", r"Number of camera devices: 1\b(?!(?s:.*)Facing: Back)"),
    "camera_front.off_bus": ("dumpsys media.camera", r"Number of camera devices: 1\b(?!(?s:.*)Facing: Front)"),
    "touch.off_bus": ("logcat -d -b all", r"touch controller not present"),
    "nfc.off_bus": ("logcat -d", r"Error enabling NFC"),
    "sensors.hub_dead": ("dumpsys sensorservice", r"No Sensors on the device"),
    "modem.crash_loop": ("dumpsys telephony.registry", r"3\(POWER_OFF\)"),
}
BROKEN = sorted(name for name, fault in library().items() if fault.drives or fault.modem or fault.settings)


@cache
def healthy_phone(name: str) -> Unit:
    return one_phone(name)


def able_profiles(fault_id: str) -> list[Profile]:
    found = []
    for name in profiles():
        try:
            found.append(choose_profile(name, 0, ailments=parse_faults(fault_id)))
        except BadRack:
            continue
    return found


@pytest.mark.parametrize("fault_id", [name for name in SYMPTOMS if name != "battery.gauge_stuck"])
def test_every_fault_is_seen_without_root_on_phones_of_all_kinds_and_no_healthy_one_shows_it(fault_id: str) -> None:
    line, symptom = SYMPTOMS[fault_id]
    for profile in able_profiles(fault_id)[list(SYMPTOMS).index(fault_id) % 3 :: 3]:
        assert re.search(symptom, ask(one_phone(profile.name, fault_id), line).out), profile.name
        assert not re.search(symptom, ask(healthy_phone(profile.name), line).out), profile.name


def test_a_stuck_gauge_shows_as_a_level_that_stands_while_the_voltage_moves() -> None:
    def readings(fault_id: str) -> list[tuple[str, int]]:
        clock = ManualClock()
        unit = one_phone("xiaomi_12", fault_id, clock=clock)
        unit.phone.battery.connect(0)
        found = []
        for hour in range(4):
            clock.now_s = hour * 3600.0
            out = ask(unit, "dumpsys battery").out
            found.append((re.findall(r"level: (\d+)", out)[0], int(re.findall(r"(?m)^  voltage: (\d+)", out)[0])))
        return found

    stuck, healthy = readings("battery.gauge_stuck"), readings("healthy")
    assert len({level for level, _ in stuck}) == 1
    assert stuck[-1][1] < stuck[0][1] - 20
    assert len({level for level, _ in healthy}) == 4


@pytest.mark.parametrize("fault_id", ["healthy", *SYMPTOMS, *BROKEN[::40]])
def test_nothing_that_a_phone_prints_gives_the_game_away(fault_id: str) -> None:
    able = able_profiles(fault_id)
    turn = BROKEN.index(fault_id) if fault_id in BROKEN else 0
    unit = one_phone(able[turn % len(able)].name, fault_id)
    answer = ask(unit, EVERYTHING)
    kernel = "".join(entry.text + "\n" for entry in unit.phone.logbook.entries("kernel"))
    text = (answer.out + answer.err + kernel + unit.banner().decode()).lower()
    assert len(text) > 100_000
    found = GIVEAWAYS.search(text)
    assert found is None, text[found.start() - 80 : found.end() + 80]
    assert [name for name in NAMES if name in text] == []


def kernel_of(unit: Unit) -> str:
    return "\n".join(entry.text for entry in unit.phone.logbook.entries("kernel"))


@pytest.mark.parametrize("name", profiles())
def test_a_healthy_slot_prints_failures_of_other_makes_and_one_success(name: str) -> None:
    for seed in range(2):
        unit = one_phone(name, seed=seed)
        kernel = kernel_of(unit).lower()
        assert len(re.findall(r"probe (?:success|succeeded|done)", kernel)) >= 2


@pytest.mark.parametrize("name", profiles())
def test_a_dead_slot_fails_for_every_make_and_never_succeeds(name: str) -> None:
    unit = one_phone(name, "camera_rear.off_bus")
    kernel = kernel_of(unit)
    for make in unit.phone.profile.camera_rear:
        lines = [line for line in kernel.splitlines() if make.lower() in line.lower()]
        assert lines
        assert not [line for line in lines if re.search(r"(?i)probe (success|succeeded|done)|verified", line)]
    assert re.search(r"match id failed rc -19|expect 0x\w+, match id fail|read reg fail, i2c", kernel)


def test_touch_errors_repeat_long_after_boot() -> None:
    unit = one_phone("motorola_11", "touch.off_bus")
    times = [entry.at_s for entry in unit.phone.logbook.entries("kernel") if "CTP_I2C_READ" in entry.text]
    assert len([at_s for at_s in times if at_s > 600]) > 10
    assert unit.phone.profile.touch_name not in ask(unit, "dumpsys input; getevent -lp").out


def test_a_gauge_that_sticks_later_stands_at_what_it_showed_then() -> None:
    clock = ManualClock()
    unit = one_phone("motorola_11", clock=clock)
    unit.unplug()
    clock.now_s = 4 * 3600.0
    before = ask(unit, "dumpsys battery | grep level").out
    unit.break_part(parse_faults("battery.gauge_stuck:0.5"))
    clock.now_s = 7 * 3600.0
    assert ask(unit, "dumpsys battery | grep level").out == before
    unit.heal()
    assert ask(unit, "dumpsys battery | grep level").out != before


def test_wear_that_begins_later_keeps_the_charge_state_and_lowers_the_capacity() -> None:
    unit = one_phone("xiaomi_12")
    level = unit.phone.battery.level
    unit.break_part(parse_faults("battery.worn:1.0"))
    assert abs(unit.phone.battery.level - level) <= 2
    assert ask(unit, "cat /sys/class/power_supply/battery/charge_full").out == "2400000\n"


def test_a_pulled_cable_takes_the_supply_away() -> None:
    unit = one_phone("xiaomi_12")
    assert "USB powered: true" in ask(unit, "dumpsys battery").out
    unit.unplug()
    out = ask(unit, "dumpsys battery; cat /sys/class/power_supply/usb/online").out
    assert "USB powered: false" in out
    assert "status: 3" in out
    assert out.endswith("\n0\n")


def test_severity_makes_wear_worse() -> None:
    worn = library()["battery.worn"]
    mild, harsh = (effect_of([(worn, severity)]).condition for severity in (0.0, 1.0))
    assert harsh.battery_full_ratio < mild.battery_full_ratio < 0.80
    assert harsh.battery_resistance_ratio > mild.battery_resistance_ratio
    assert isinstance(harsh.battery_cycles, int)


@pytest.mark.parametrize("text", ["nope", "battery.worn:2", "battery.worn:x", ""])
def test_a_fault_that_makes_no_sense_is_refused_in_words(text: str) -> None:
    with pytest.raises(UnknownFault):
        parse_faults(text)


def test_a_phone_without_the_part_cannot_have_its_fault() -> None:
    with pytest.raises(BadRack, match="no part"):
        Rack(RackPlan(faults=["nfc.off_bus"], profile="vivo_9"))


def test_a_fault_that_begins_later_leaves_the_past_alone_and_ends_when_healed() -> None:
    clock = ManualClock()
    unit = one_phone("xiaomi_12", clock=clock)
    before = ask(unit, "logcat -d -b all").out
    unit.break_part(parse_faults("modem.crash_loop:1.0"))
    assert ask(unit, "logcat -d -b all").out == before
    clock.now_s = 3600.0
    broken = ask(unit, "logcat -d -b radio").out
    assert broken.count("RADIO_NOT_AVAILABLE") > 10
    unit.heal()
    healed_at = len(ask(unit, "logcat -d -b radio").out)
    clock.now_s = 5400.0
    assert "RADIO_NOT_AVAILABLE" not in ask(unit, "logcat -d -b radio").out[healed_at:]
    assert "3(POWER_OFF)" not in ask(unit, "dumpsys telephony.registry").out
