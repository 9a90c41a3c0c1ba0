from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.formats import parse_battery
from tests.hwsim.rig import PROFILES, ManualClock, ask, one_phone


@pytest.mark.parametrize("name", PROFILES)
def test_what_is_set_is_shown_until_somebody_resets(name: str) -> None:
    unit = one_phone(name)
    before = ask(unit, "dumpsys battery").out
    ask(unit, "dumpsys battery set level 7; dumpsys battery set ac 1; dumpsys battery set status 3")
    dump = ask(unit, "dumpsys battery").out
    assert "  (UPDATES STOPPED -- use 'reset' to restart)\n" in dump
    assert "  AC powered: true\n" in dump
    assert "  level: 7\n" in dump
    assert "  status: 3\n" in dump
    ask(unit, "dumpsys battery reset")
    assert ask(unit, "dumpsys battery").out == before


def test_unplug_stops_the_updates_and_leaves_the_cable_alone() -> None:
    clock = ManualClock()
    unit = one_phone(clock=clock)
    ask(unit, "dumpsys battery unplug")
    held = ask(unit, "dumpsys battery").out
    assert "  USB powered: false\n" in held
    assert "mIsPowered=false" in ask(unit, "dumpsys power").out
    clock.now_s = 1800.0
    assert ask(unit, "dumpsys battery").out == held
    assert unit.phone.battery.supply_ma > 0
    ask(unit, "cmd battery reset")
    assert "  USB powered: true\n" in ask(unit, "dumpsys battery").out


def test_a_restart_forgets_what_was_set() -> None:
    unit = one_phone()
    ask(unit, "dumpsys battery set level 7")
    unit.phone.restart("reboot,adb")
    assert "UPDATES STOPPED" not in ask(unit, "dumpsys battery").out


def test_one_phone_does_not_see_what_was_set_on_another() -> None:
    one, other = one_phone(), one_phone()
    ask(one, "dumpsys battery set level 7")
    assert "UPDATES STOPPED" not in ask(other, "dumpsys battery").out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dumpsys battery set level full", "Bad value: full\n"),
        ("dumpsys battery set colour 3", "Unknown set option: colour\n"),
        ("dumpsys battery set level", "No value specified\n"),
        ("dumpsys battery frobnicate", "Unknown command: frobnicate\n"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(line: str, said: str) -> None:
    unit = one_phone()
    assert ask(unit, line).out == said
    assert "UPDATES STOPPED" not in ask(unit, "dumpsys battery").out


def test_get_came_with_android_14_and_the_dock_with_13() -> None:
    assert ask(one_phone("samsung_14"), "cmd battery get usb").out == "true\n"
    assert ask(one_phone("oppo_13"), "cmd battery get level").code == 255
    assert ask(one_phone("xiaomi_12"), "cmd battery set dock 1").err == "Unknown set option: dock\n"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["set level 5", "set temp -40", "unplug", "reset", "set usb 0", "set x y", "set"])))
def test_the_dump_stays_readable_whatever_is_set(changes: list[str]) -> None:
    unit = one_phone("oppo_13")
    parse_battery(
        ask(unit, "; ".join([*(f"dumpsys battery {change}" for change in changes), "dumpsys battery"])).out[-900:]
    )
