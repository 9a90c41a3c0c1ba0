"""Parts that share a bus and fall silent together are not named: their bus is, and one of them alone still is."""

from __future__ import annotations

import pytest

from agent.localizer import Belief, Observation, believe, load_knowledge
from probes import Strength

STRONG, MODERATE = Strength.STRONG, Strength.MODERATE


def weighed(**seen: Strength | None) -> Belief:
    return believe(
        load_knowledge(), [Observation(effect=name.replace("__", "."), seen=how) for name, how in seen.items()]
    )


def test_touch_and_nfc_that_are_silent_together_are_their_bus() -> None:
    belief = weighed(touch__device_missing=STRONG, nfc__service_failed=STRONG, nfc__no_answer=MODERATE)
    assert belief.of_component("PCB") > 0.7
    assert max(belief.of_component("TCH"), belief.of_component("NFC")) < 0.3


def test_a_silent_touch_layer_alone_stays_the_touch_layer() -> None:
    assert weighed(touch__device_missing=STRONG).of_component("TCH") > 0.8


def test_transfers_that_never_end_keep_the_touch_layer_from_being_sure() -> None:
    silent = {"touch__device_missing": STRONG, "touch__bus_nack": STRONG}
    assert weighed(**silent).of_component("TCH") > 0.85
    assert weighed(**silent, i2c__bus_timeout=MODERATE).of_component("TCH") < 0.8


def test_gauge_and_backlight_driver_that_are_silent_together_name_neither_battery_nor_display() -> None:
    belief = weighed(battery__gauge_no_answer=STRONG, display__backlight_no_answer=STRONG, i2c__bus_timeout=MODERATE)
    assert belief.of_component("PCB") > 0.8
    assert max(belief.of_component("BAT"), belief.of_component("DSP")) < 0.3


@pytest.mark.parametrize("others", [{}, {"battery__gauge_no_answer": STRONG}])
def test_a_level_that_stands_still_does_not_make_sure_of_the_battery(others: dict[str, Strength]) -> None:
    assert weighed(battery__level_stuck=STRONG, **others).of_component("BAT") < 0.7


def test_a_silent_backlight_driver_is_no_broken_panel() -> None:
    belief = weighed(display__backlight_no_answer=STRONG)
    assert belief.decibans[list(belief.causes).index("display_panel")].max() <= 0


def test_amplifier_motor_and_fingerprint_that_drop_out_together_are_their_flex() -> None:
    belief = weighed(audio__amp_no_answer=STRONG, vibrator__no_answer=STRONG, fingerprint__no_answer=STRONG)
    assert belief.of_component("FPC") > 0.8
    assert max(belief.of_component("PCB"), belief.of_component("BIO"), belief.of_component("VIB")) < 0.3


def test_amplifier_motor_and_torch_that_are_silent_together_are_their_bus() -> None:
    belief = weighed(audio__amp_no_answer=STRONG, vibrator__no_answer=STRONG, flash__torch_lost=STRONG)
    assert belief.of_component("PCB") > 0.9
    assert max(belief.of_component("FPC"), belief.of_component("VIB"), belief.of_component("FLS")) < 0.1


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("audio__amp_no_answer", "PCB"),
        ("vibrator__no_answer", "PCB"),
        ("fingerprint__no_answer", "BIO"),
        ("bluetooth__no_answer", "PCB"),
        ("gnss__no_answer", "PCB"),
        ("charge__ic_no_answer", "PCB"),
        ("usb__moisture", "CHG"),
        ("charge__port_flaps", "CHG"),
        ("charge__trickle", "CHG"),
        ("wifi__driver_missing", "PCB"),
    ],
)
def test_one_part_that_is_silent_alone_is_named_and_neither_flex_nor_bus(code: str, part: str) -> None:
    belief = weighed(**{code: STRONG})
    others = {belief.of_component(name) for name in ("FPC", "SUB", "SW", "VIB", "BIO", "ACC-CBL") if name != part}
    assert belief.of_component(part) > max(0.45, *others)
