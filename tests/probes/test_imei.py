"""The check digit of an IMEI."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.software.identity import luhn_ok

DIGITS = st.text("0123456789", min_size=14, max_size=14)


@pytest.mark.parametrize("number", ["490154203237518", "356938035643809", "0", "18"])
def test_known_numbers_fit(number: str) -> None:
    assert luhn_ok(number)


@pytest.mark.parametrize(
    "number", ["", "490154203237517", "49015420323751x", "\uff14\uff19\uff10", "-18", "1 8", "\u0663"]
)
def test_what_is_no_number_does_not_fit(number: str) -> None:
    assert not luhn_ok(number)


@given(DIGITS)
def test_exactly_one_check_digit_fits(body: str) -> None:
    assert sum(luhn_ok(body + digit) for digit in "0123456789") == 1


@given(DIGITS, st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(body: str, place: int, shift: int) -> None:
    good = next(body + digit for digit in "0123456789" if luhn_ok(body + digit))
    wrong = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]
    assert not luhn_ok(wrong)
