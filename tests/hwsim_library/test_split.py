"""What is held out is decided by hash, in the right amount, for ever."""

from __future__ import annotations

from hashlib import sha256

import pytest

from agent.rack import list_held_out
from hwsim.faults import library
from hwsim.phone.profile import profiles
from hwsim.split import held_out_bins, held_out_profiles, is_held_out


def test_four_of_twelve_profiles_of_four_vendors_are_held_out() -> None:
    names = list(profiles())
    out = held_out_profiles(names)
    assert len(names) == 12
    assert len(out) == 4
    assert len({profiles()[name].manufacturer for name in out}) == 4
    assert out == sorted(names, key=lambda name: sha256(f"profile/{name}".encode()).digest())[:4]


def test_about_a_third_of_the_severities_is_held_out() -> None:
    share = sum(len(held_out_bins(name)) for name in library()) / (10 * len(library()))
    assert share == pytest.approx(0.30, abs=0.03)


def test_a_severity_is_held_out_with_its_bin() -> None:
    bins = held_out_bins("battery.worn")
    for severity in (0.0, 0.05, 0.33, 0.77, 1.0):
        assert is_held_out("battery.worn", severity) == (min(int(severity * 10), 9) in bins)


def test_programs_read_the_split_from_the_child_process() -> None:
    told = list_held_out()
    assert told["profiles"] == held_out_profiles(list(profiles()))
    assert told["severities"]["battery.worn"] == held_out_bins("battery.worn")
    assert told["severity_bins"] == 10
