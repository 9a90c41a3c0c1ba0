"""The Hall switch under a magnet, on emulated phones through the real adb server."""

from __future__ import annotations

import pytest

from agent.sim_phone import SimPhones
from probes import Verdict
from probes.hardware.hall import HallSwitch, _closings, _has_label

FAST = 20.0
NODE = "/dev/input/event4: EV_SW        SW_LID               "


@pytest.mark.parametrize("profile", ["samsung_14", "vivo_9"])
def test_a_switch_that_follows_the_magnet_passes(sim_phones: SimPhones, profile: str) -> None:
    result = sim_phones(profile=profile, seed=51, speed=FAST).run(HallSwitch(), station=True)
    assert (result.verdict, result.findings) == (Verdict.PASS, ()), result


@pytest.mark.parametrize("profile", ["sony_13", "tecno_14"])
def test_a_switch_that_is_stuck_is_the_boards(sim_phones: SimPhones, profile: str) -> None:
    phone = sim_phones(profile=profile, seed=52, speed=FAST)
    phone.break_("hall.stuck")
    result = phone.run(HallSwitch(), station=True)
    assert [(found.code, found.components, found.function) for found in result.findings] == [
        ("hall.deaf", ("PCB",), "hall")
    ]


def test_nobody_with_a_magnet_finds_nothing(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="samsung_14", seed=53, speed=FAST).run(HallSwitch())
    assert not result.findings
    assert result.verdict is Verdict.NOT_SUPPORTED


def test_a_closing_counts_when_it_ends() -> None:
    there, gone = f"[      1.000000] {NODE}00000001\n", f"[      2.000000] {NODE}00000000\n"
    assert [_closings(text) for text in ("", there, there + gone, gone + there, (there + gone) * 3)] == [0, 0, 1, 0, 3]


def test_a_phone_without_the_switch_is_told_by_its_list() -> None:
    assert _has_label("add device 1: /dev/input/event4\n  events:\n    SW  (0005): SW_LID*              \n")
    assert not _has_label("    SW  (0005): SW_HEADPHONE_INSERT  SW_MICROPHONE_INSERT\n")
