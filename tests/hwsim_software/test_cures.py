"""What ends a misbehaving app, for how long, and what stays of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from hwsim.phone.misdeeds import MISDEEDS
from tests.hwsim.rig import ManualClock, ask, one_phone

if TYPE_CHECKING:
    from hwsim.unit import Unit

DAY_S = 86_400.0
APPS = {
    "app.crash_loop": ("crash", "dumpsys activity", "Bad process"),
    "app.battery_drain": ("drain", "dumpsys power", "PARTIAL_WAKE_LOCK"),
    "app.anr_storm": ("anr", "dumpsys activity exit-info", r"reason=6 \(ANR\)"),
    "app.cpu_hog": ("hog", "top -n1 -b", r"S[ ]+[23]\d\d\.\d"),
    "app.overlay": ("overlay", "dumpsys window; dumpsys SurfaceFlinger --list", "SYSTEM_ALERT_WINDOW"),
    "app.memory_leak": ("leak", "dumpsys meminfo", r"status (low|critical)"),
    "app.camera_hog": ("camera", "dumpsys media.camera", "is open. Client instance dump"),
    "app.microphone_hog": ("microphone", "dumpsys audio", "source client=MIC"),
}
RESTING = sorted(name for name, (role, *_rest) in APPS.items() if MISDEEDS[role].rests_after_boot)


def package_of(unit: Unit, fault_id: str) -> str:
    return unit.phone.software.roles[APPS[fault_id][0]].package


def shows(unit: Unit, fault_id: str) -> bool:
    _role, line, pattern = APPS[fault_id]
    return re.search(pattern, ask(unit, line).out) is not None


@pytest.mark.parametrize("fault_id", sorted(APPS))
@pytest.mark.parametrize(
    "cure", ["am force-stop {}", "pm clear {}", "pm uninstall --user 0 {}", "pm disable-user --user 0 {}"]
)
def test_an_app_that_is_stopped_emptied_removed_or_disabled_misbehaves_no_more(fault_id: str, cure: str) -> None:
    unit = one_phone("motorola_11", fault_id)
    assert shows(unit, fault_id)
    answer = ask(unit, cure.format(package_of(unit, fault_id)))
    assert answer.code == 0, answer
    assert not shows(unit, fault_id)


@pytest.mark.parametrize("fault_id", sorted(APPS))
def test_the_wrong_app_cures_nothing(fault_id: str) -> None:
    unit = one_phone("motorola_11", fault_id)
    others = {app.package for app in unit.phone.software.apps if not app.system} - {package_of(unit, fault_id)}
    ask(unit, "; ".join(f"am force-stop {other}" for other in sorted(others)))
    assert shows(unit, fault_id)


@pytest.mark.parametrize("fault_id", RESTING)
def test_a_restart_helps_until_the_app_goes_astray_again(fault_id: str) -> None:
    clock = ManualClock()
    unit = one_phone("motorola_11", fault_id, clock=clock)
    unit.phone.restart("reboot,adb")
    clock.now_s += 60
    assert not shows(unit, fault_id)
    clock.now_s += DAY_S
    assert shows(unit, fault_id)


@pytest.mark.parametrize("fault_id", sorted(set(APPS) - set(RESTING)))
def test_a_restart_does_not_help_where_the_data_are_bad(fault_id: str) -> None:
    clock = ManualClock()
    unit = one_phone("motorola_11", fault_id, clock=clock)
    unit.phone.restart("reboot,adb")
    clock.now_s += 60
    assert shows(unit, fault_id)


def test_a_stopped_app_may_start_again_when_the_user_opens_it() -> None:
    unit = one_phone("motorola_11", "app.cpu_hog")
    package = package_of(unit, "app.cpu_hog")
    ask(unit, f"am force-stop {package}")
    assert "stopped=true" in ask(unit, f"dumpsys package {package}").out
    unit.phone.restart("reboot,adb")
    assert not shows(unit, "app.cpu_hog")
    ask(unit, f"am start -n {package}/.MainActivity")
    unit.phone.clock.advance(DAY_S)
    assert shows(unit, "app.cpu_hog")


def test_what_was_logged_before_the_cure_stays_and_nothing_is_added() -> None:
    clock = ManualClock()
    unit = one_phone("xiaomi_12", "app.anr_storm", clock=clock)
    line = "logcat -d -b events | grep am_anr; dumpsys dropbox | grep data_app_anr"
    before = ask(unit, line).out.splitlines()
    assert len(before) > 10
    ask(unit, f"pm clear {package_of(unit, 'app.anr_storm')}")
    clock.now_s += 7200
    after = ask(unit, line).out.splitlines()
    assert len([row for row in after if "am_anr" in row]) > 5
    assert set(after) <= set(before)


def test_a_cured_app_stops_drawing_current_and_comes_back_with_a_new_case() -> None:
    clock = ManualClock()
    unit = one_phone("xiaomi_12", "app.battery_drain", clock=clock)
    idle_ma = one_phone("xiaomi_12").phone.battery.load_ma
    assert unit.phone.battery.load_ma > idle_ma + 100
    ask(unit, f"pm uninstall --user 0 {package_of(unit, 'app.battery_drain')}")
    assert unit.phone.battery.load_ma == idle_ma
    unit.heal()
    assert not shows(unit, "app.battery_drain")


def test_an_administrator_must_be_disabled_before_it_can_be_removed() -> None:
    unit = one_phone("oppo_13", "app.stalkerware")
    spy = unit.phone.software.spy.package
    assert f"package:{spy}\n" in ask(unit, "pm list packages -3").out
    assert "DELETE_FAILED_DEVICE_POLICY_MANAGER" in ask(unit, f"pm uninstall --user 0 {spy}").out
    refused = ask(unit, f"dpm remove-active-admin {spy}/.AdminReceiver")
    assert refused.code != 0
    assert "non-test admin" in refused.err
    assert ask(unit, f"pm disable-user --user 0 {spy}").code == 0
    assert spy in ask(unit, "pm list packages -d").out
    assert ask(unit, f"pm uninstall --user 0 {spy}").out == "Success\n"
    assert spy not in ask(unit, "pm list packages; dumpsys device_policy; dumpsys package").out


def test_a_healthy_phone_has_no_program_of_the_watchers() -> None:
    unit = one_phone("oppo_13")
    assert unit.phone.software.spy.package not in ask(unit, "pm list packages").out


def test_a_right_that_is_taken_away_takes_the_window_away() -> None:
    unit = one_phone("google_16", "app.overlay")
    package = package_of(unit, "app.overlay")
    assert "running" in ask(unit, f"appops get {package}").out
    assert ask(unit, f"cmd appops set {package} SYSTEM_ALERT_WINDOW deny").code == 0
    assert not shows(unit, "app.overlay")
    assert ask(unit, f"appops get {package}").out == "SYSTEM_ALERT_WINDOW: deny\n"


def test_the_check_at_the_next_start_mends_a_damaged_file_system() -> None:
    unit = one_phone("xiaomi_12", "system.filesystem_damaged")
    assert "Read-only file system" in ask(unit, "echo a > /sdcard/x").err
    assert "EROFS" in ask(unit, "logcat -d").out
    unit.phone.restart("reboot,adb")
    assert ask(unit, "echo a > /sdcard/x; cat /sdcard/x").out == "a\n"
    kernel = "\n".join(entry.text for entry in unit.phone.logbook.entries("kernel"))
    assert "repaired" in kernel


@pytest.mark.parametrize("package", ["com.nothing.here", "android"])
def test_what_is_not_there_or_belongs_to_the_system_is_not_removed(package: str) -> None:
    answer = ask(one_phone(), f"pm uninstall --user 0 {package}")
    assert answer.out.startswith("Failure [")
    assert answer.code == 1


def test_apps_that_are_gone_leave_the_settings_that_named_them() -> None:
    unit = one_phone("xiaomi_12", "app.accessibility_abuse+app.vpn_block")
    roles = unit.phone.software.roles
    ask(unit, f"pm uninstall {roles['accessibility'].package}; pm uninstall {roles['vpn'].package}")
    out = ask(unit, "settings list secure; dumpsys accessibility; dumpsys connectivity").out
    assert roles["vpn"].package not in out
    assert roles["accessibility"].package not in out
    assert "Active default network: 101" in out


def test_deleting_caches_makes_room_on_a_full_phone() -> None:
    clock = ManualClock()
    unit = one_phone("samsung_14", "storage.full", clock=clock)
    unit.phone.clock.advance(1.0)
    assert re.search(r"(9[89]|100)%", ask(unit, "df /data").out)
    assert ask(unit, "pm trim-caches 999G").code == 0
    assert not re.search(r"(9[789]|100)%", ask(unit, "df /data").out)
    before = ask(unit, "logcat -d | grep -c ENOSPC").out
    clock.now_s += 7200
    assert int(ask(unit, "logcat -d | grep -c ENOSPC").out) <= int(before)
