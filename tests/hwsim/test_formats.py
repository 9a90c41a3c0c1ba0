"""The shapes that real phones of each Android version print; the numbers come from the model."""

from __future__ import annotations

import re

import pytest

from tests.hwsim.rig import PROFILES, ask, one_phone

UNITS = {name: one_phone(name) for name in PROFILES}


def keys_of(dump: str) -> list[str]:
    return re.findall(r"^  ([A-Za-z ]+): ", dump, re.MULTILINE)


@pytest.mark.parametrize("name", PROFILES)
def test_the_battery_dump_has_the_keys_of_its_version(name: str) -> None:
    unit = UNITS[name]
    keys = keys_of(ask(unit, "dumpsys battery").out)
    assert keys[:3] == ["AC powered", "USB powered", "Wireless powered"]
    assert ("Dock powered" in keys) == (unit.phone.profile.sdk >= 33)
    assert ("Charging policy" in keys) == (unit.phone.profile.sdk >= 34)
    assert {"level", "scale", "voltage", "temperature", "health", "status", "present"} <= set(keys)


def test_samsung_repeats_fields_and_puts_sentences_between() -> None:
    dump = ask(UNITS["samsung_14"], "dumpsys battery").out
    assert "\n The last voltage value sent via" in dump
    assert dump.count("harge counter: ") == 2
    assert "mSavedBatteryAsoc" in dump


def test_a_denied_power_supply_leaves_the_dump_alone() -> None:
    for name in ("samsung_14", "oppo_13"):
        answer = ask(UNITS[name], "cat /sys/class/power_supply/battery/capacity; ls /sys/class/power_supply")
        assert answer.out == ""
        assert answer.err.count("Permission denied") == 2


def test_two_gauges_of_one_phone_disagree_in_sign_and_a_little_in_size() -> None:
    out = ask(
        UNITS["google_16"], "cd /; cat /sys/class/power_supply/battery/uevent /sys/class/power_supply/maxfg/uevent"
    ).out
    full = [int(value) for value in re.findall(r"CHARGE_FULL=(\d+)", out)]
    current = [int(value) for value in re.findall(r"CURRENT_NOW=(-?\d+)", out)]
    assert current[0] == -current[1]
    assert 1.0 < full[1] / full[0] < 1.02


@pytest.mark.parametrize("name", PROFILES)
def test_threadtime_lines_have_date_ids_level_and_tag(name: str) -> None:
    lines = ask(UNITS[name], "logcat -d -b all").out.splitlines()
    shape = re.compile(r"\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} +\d+ +\d+ [VDIWEF] \S.*?: ")
    body = [line for line in lines if not line.startswith("--------- beginning of ")]
    assert len(body) > 2000
    assert all(shape.match(line) for line in body)


@pytest.mark.parametrize(
    ("form", "shape"),
    [
        ("time", r"\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [VDIWEF]/.*\( *\d+\): "),
        ("brief", r"[VDIWEF]/.*\( *\d+\): "),
        ("epoch", r"\d{10}\.\d{3} +\d+ +\d+ [VDIWEF] "),
        ("uid", r"\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} +(\w+|u0_a\d+) +\d+ +\d+ [VDIWEF] "),
    ],
)
def test_other_log_formats(form: str, shape: str) -> None:
    lines = ask(UNITS["google_16"], f"logcat -d -v {form} -t 50").out.splitlines()
    assert all(re.match(shape, line) for line in lines if not line.startswith("---"))


def test_the_kernel_log_is_denied_but_where_the_maker_allows_it() -> None:
    assert ask(UNITS["google_16"], "dmesg") == (1, "", "dmesg: klogctl: Operation not permitted\n")
    lines = ask(UNITS["vivo_9"], "dmesg").out.splitlines()
    assert len(lines) > 1000
    assert all(re.match(r"\[ *\d+\.\d{6}\] \(\d\)\[\d+:[^\]]+\]", line) for line in lines)


def test_the_imei_is_told_before_android_10_and_refused_later() -> None:
    old = ask(UNITS["vivo_9"], "service call iphonesubinfo 1").out
    shown = "".join(re.findall(r"'(.*)'", old)).replace(".", "").strip()
    assert shown == UNITS["vivo_9"].phone.identity.imeis[0]
    assert "0x00000000: ffffffff" in ask(UNITS["google_16"], "service call iphonesubinfo 1").out


def test_services_that_a_version_lacks_are_not_found() -> None:
    assert ask(UNITS["vivo_9"], "dumpsys thermalservice").err == "Can't find service: thermalservice\n"
    assert "Temperature{mValue=" in ask(UNITS["xiaomi_12"], "dumpsys thermalservice").out


@pytest.mark.parametrize("name", PROFILES)
def test_df_columns_line_up_and_add_up(name: str) -> None:
    rows = ask(UNITS[name], "df").out.splitlines()
    assert rows[0].split()[:4] == ["Filesystem", "1K-blocks", "Used", "Available"]
    for row in rows[1:]:
        _device, size, used, free, *_rest = row.split()
        assert int(size) == int(used) + int(free)


def test_property_values_may_span_lines() -> None:
    out = ask(UNITS["google_16"], "getprop").out
    assert re.search(r"\[persist\.sys\.boot\.reason\.history\]: \[\S+,\d+\n\S+,\d+\n", out)


def test_package_lists_follow_their_switches() -> None:
    unit = UNITS["xiaomi_12"]
    everything = ask(unit, "pm list packages").out.splitlines()
    parts = [ask(unit, f"cmd package list packages {flag}").out.splitlines() for flag in ("-3", "-s")]
    assert sorted(everything) == sorted(parts[0] + parts[1])
    assert ask(unit, "pm path com.not.there").code == 1


def test_settings_are_kept_and_deleted() -> None:
    unit = one_phone()
    ask(unit, "settings put system screen_brightness 33")
    assert ask(unit, "settings get system screen_brightness").out == "33\n"
    ask(unit, "settings delete system screen_brightness")
    assert ask(unit, "settings get system screen_brightness").out == "null\n"
