"""What each kind of phone prints is what our parsers take, and they find the phone's own numbers in it."""

from __future__ import annotations

from functools import cache

import pytest

from hwsim.unit import Unit
from probes.formats import (
    PARSERS,
    parse_battery,
    parse_camera,
    parse_df,
    parse_getprop,
    parse_input,
    parse_telephony,
    parse_thermalservice,
)
from tests.hwsim.rig import PROFILES, ask, one_phone

COMMANDS = {
    "audio": "dumpsys audio",
    "battery": "dumpsys battery",
    "batterystats": "dumpsys batterystats",
    "batterystats_checkin": "dumpsys batterystats --checkin",
    "camera": "dumpsys media.camera",
    "df": "df",
    "diskstats": "dumpsys diskstats",
    "display": "dumpsys display",
    "dropbox": "dumpsys dropbox",
    "fingerprint": "dumpsys fingerprint",
    "getevent": "getevent -c 0",
    "getprop": "getprop",
    "hardware_properties": "dumpsys hardware_properties",
    "input": "dumpsys input",
    "meminfo": "cat /proc/meminfo",
    "mounts": "mount",
    "nfc": "dumpsys nfc",
    "package_dump": "dumpsys package",
    "packages": "pm list packages",
    "power": "dumpsys power",
    "proc_version": "cat /proc/version",
    "sensorservice": "dumpsys sensorservice",
    "service_call": "service call iphonesubinfo 1",
    "storaged": "dumpsys storaged",
    "telephony": "dumpsys telephony.registry",
    "thermalservice": "dumpsys thermalservice",
    "uptime": "uptime",
    "usb": "dumpsys usb",
}
SINCE_10 = {"thermalservice"}


@cache
def phone(name: str) -> Unit:
    return one_phone(name)


def parsed_kinds(name: str) -> list[str]:
    absent = set() if phone(name).phone.profile.sdk >= 29 else SINCE_10
    services = {"nfc", "storaged"} - set(ask(phone(name), "dumpsys -l").out.split())
    return sorted(set(COMMANDS) - absent - services)


@pytest.mark.parametrize("name", PROFILES)
def test_every_dump_is_understood(name: str) -> None:
    for kind in parsed_kinds(name):
        answer = ask(phone(name), COMMANDS[kind])
        assert answer.out, kind
        PARSERS[kind](answer.out)
    vibrator = "vibrator_manager" if phone(name).phone.profile.sdk >= 31 else "vibrator"
    PARSERS["vibrator"](ask(phone(name), f"dumpsys {vibrator}").out)


@pytest.mark.parametrize("name", PROFILES)
def test_the_battery_is_read_as_it_is(name: str) -> None:
    unit = phone(name)
    found = parse_battery(ask(unit, "dumpsys battery").out)
    battery = unit.phone.battery
    assert (found.level, found.plugged, found.status_name) == (battery.level, ("usb",), "charging")
    assert found.voltage_mv == round(battery.voltage_mv)
    assert found.charge_counter_uah == battery.charge_counter_uah
    assert found.temperature_c == pytest.approx(battery.reading_c, abs=0.06)


@pytest.mark.parametrize("name", PROFILES)
def test_identity_radio_and_parts_are_read_as_they_are(name: str) -> None:
    unit = phone(name)
    profile = unit.phone.profile
    properties = parse_getprop(ask(unit, "getprop").out)
    assert properties.props["ro.product.model"] == profile.model
    assert properties.props["ro.build.version.sdk"] == str(profile.sdk)
    slots = parse_telephony(ask(unit, "dumpsys telephony.registry").out).slots
    rsrp_dbm = slots[0].signal.lte_rsrp_dbm
    assert rsrp_dbm is not None
    assert -110 < rsrp_dbm < -80
    assert slots[1].signal.lte_rsrp_dbm is None
    assert parse_camera(ask(unit, "dumpsys media.camera").out).number_of_cameras == 2
    assert profile.touch_name in {device.name for device in parse_input(ask(unit, "dumpsys input").out).devices}
    data = next(row for row in parse_df(ask(unit, "df").out).rows if row.mount == "/data")
    assert data.size_k == unit.phone.storage.data.size_kib


@pytest.mark.parametrize("name", [name for name in PROFILES if name != "vivo_9"])
def test_a_thermal_service_reads_what_its_hal_gives(name: str) -> None:
    unit = phone(name)
    found = parse_thermalservice(ask(unit, "dumpsys thermalservice").out)
    assert found.hal_ready == bool(unit.phone.profile.thermal_hal)
    assert {reading.name for reading in found.readings} >= ({"battery", "skin"} if found.hal_ready else set())
