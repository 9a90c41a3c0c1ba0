from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.phone.identity import draw_identity, luhn_digit
from hwsim.phone.profile import profiles
from tests.hwsim.rig import PROFILES


def luhn_sum(number: str) -> int:
    digits = [int(digit) for digit in number]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return sum(digits[::-2]) + sum(doubled)


@given(st.text("0123456789", min_size=1, max_size=20))
def test_the_check_digit_makes_the_sum_a_multiple_of_ten(digits: str) -> None:
    assert luhn_sum(digits + luhn_digit(digits)) % 10 == 0


@pytest.mark.parametrize("name", PROFILES)
def test_imeis_are_valid_and_of_the_test_range(name: str) -> None:
    found = draw_identity(profiles()[name], random.Random(3))
    assert all(len(imei) == 15 and luhn_sum(imei) % 10 == 0 and imei.startswith("00") for imei in found.imeis)


def test_there_are_six_profiles_of_at_least_four_makers_and_the_versions_wanted() -> None:
    known = profiles()
    assert tuple(known) == PROFILES
    assert len({profile.manufacturer for profile in known.values()}) >= 4
    assert {"9", "12", "14", "16"} <= {profile.release for profile in known.values()}
    assert any(not profile.power_supply_readable for profile in known.values())
