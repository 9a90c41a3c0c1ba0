from __future__ import annotations

import pytest

from tests.hwsim.rig import PROFILES, ManualClock, ask, one_phone

LINES = (
    "getprop; dumpsys battery; dumpsys batterystats; dumpsys dropbox --print; dumpsys package; logcat -d -b all; ps -A"
)


@pytest.mark.parametrize("name", PROFILES)
def test_a_seed_makes_the_same_phone_again(name: str) -> None:
    assert ask(one_phone(name, "storage.worn"), LINES) == ask(one_phone(name, "storage.worn"), LINES)


def test_another_seed_makes_another_phone() -> None:
    one, other = one_phone(seed=1), one_phone(seed=2)
    assert one.phone.identity != other.phone.identity
    assert ask(one, LINES) != ask(other, LINES)


def test_what_is_logged_does_not_depend_on_who_looked_before() -> None:
    clock, other_clock = ManualClock(), ManualClock()
    watched, unwatched = one_phone("xiaomi_12", clock=clock), one_phone("xiaomi_12", clock=other_clock)
    for minute in range(30):
        clock.now_s = minute * 60.0 + 7
        ask(watched, "logcat -d -b all -t 1; dumpsys battery")
    clock.now_s = other_clock.now_s = 1900.0
    assert ask(watched, LINES) == ask(unwatched, LINES)


def test_a_reboot_is_a_new_boot_of_the_same_phone() -> None:
    unit = one_phone()
    before = ask(unit, "getprop ro.serialno; cat /proc/sys/kernel/random/boot_id; pm list packages").out.split("\n", 2)
    unit.phone.restart("reboot,adb")
    after = ask(unit, "getprop ro.serialno; cat /proc/sys/kernel/random/boot_id; pm list packages").out.split("\n", 2)
    assert (before[0], before[2]) == (after[0], after[2])
    assert before[1] != after[1]
    assert ask(unit, "getprop sys.boot.reason").out == "reboot,adb\n"
    assert ask(unit, "cat /proc/uptime").out.startswith("24.")


def test_simulated_time_follows_the_injected_clock_at_its_speed() -> None:
    clock = ManualClock()
    unit = one_phone(clock=clock)
    before = int(ask(unit, "date +%s").out)
    clock.now_s = 90.0
    assert int(ask(unit, "date +%s").out) == before + 90
    unit.phone.clock.advance(3600)
    assert int(ask(unit, "date +%s").out) == before + 3690
