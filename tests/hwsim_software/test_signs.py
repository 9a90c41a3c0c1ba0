"""Every mode of software and settings shows where a stock shell can see it, and nowhere on a healthy phone."""

from __future__ import annotations

import re
from functools import cache

import pytest

from hwsim.faults import library
from hwsim.phone.profile import profiles
from tests.hwsim.rig import ask, one_phone
from tests.hwsim_software.signs import SETTINGS, SIGNS, SOFTWARE

OLDER = {"storage.full", "app.crash_loop", "app.battery_drain", "system.crash_loop"}  # in tests/hwsim/test_faults.py
BY_CHARGE = {"setting.charge_limit"}  # in test_settings.py: it takes hours to show
PHONES = 2


def able(fault_id: str) -> list[str]:
    """Kinds of phone that can have the mode, others for each mode."""
    fits = [name for name, profile in profiles().items() if library()[fault_id].fits(profile)]
    turn = sorted(SIGNS).index(fault_id)
    return [fits[(turn + step * max(len(fits) // PHONES, 1)) % len(fits)] for step in range(PHONES)]


@cache
def healthy_answer(profile: str, line: str) -> str:
    return ask(one_phone(profile), line).out


def test_every_mode_of_software_and_settings_has_its_sign_here() -> None:
    told = {name: fault.cause for name, fault in library().items() if fault.truth == "SW"}
    assert {name for name, cause in told.items() if cause == "software"} == set(SOFTWARE) | OLDER
    assert {name for name, cause in told.items() if cause == "configuration"} == set(SETTINGS) | BY_CHARGE
    assert all(library()[name].seen_from == "software" for name in told)
    assert len(told) >= 40


@pytest.mark.parametrize("fault_id", sorted(SIGNS))
def test_a_mode_shows_on_two_kinds_of_phone_and_on_no_healthy_one(fault_id: str) -> None:
    sign = SIGNS[fault_id]
    assert len(set(able(fault_id))) == PHONES
    for profile in able(fault_id):
        assert re.search(sign.shows, ask(one_phone(profile, fault_id), sign.line).out), profile
        assert not re.search(sign.shows, healthy_answer(profile, sign.line)), profile


@pytest.mark.parametrize("fault_id", sorted(name for name, sign in SIGNS.items() if sign.cure))
def test_what_a_shell_can_set_right_is_right_afterwards(fault_id: str) -> None:
    sign = SIGNS[fault_id]
    unit = one_phone(able(fault_id)[0], fault_id)
    assert ask(unit, sign.cure).code == 0
    assert not re.search(sign.shows, ask(unit, sign.line).out.replace("\n\n", "\n")) or "dropbox" in sign.line


@pytest.mark.parametrize("fault_id", ["app.memory_leak", "app.anr_storm", "system.media_crash", "app.stalkerware"])
def test_a_seed_makes_the_same_trouble_again(fault_id: str) -> None:
    line = "logcat -d -b all; dumpsys dropbox --print; dumpsys meminfo; pm list packages -3"
    one, again = (one_phone("xiaomi_12", fault_id, seed=5) for _ in range(2))
    assert ask(one, line) == ask(again, line)
    assert ask(one, line) != ask(one_phone("xiaomi_12", fault_id, seed=6), line)
