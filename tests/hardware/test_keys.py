"""Keys under presses, on emulated phones through the real adb server."""

from __future__ import annotations

import pytest

from agent.sim_phone import SimPhones
from probes import Probe, Verdict
from probes.hardware._input_events import KeyEdge, key_edges
from probes.hardware.keys import PowerKey, VolumeDownKey, VolumeUpKey

FAST = 20.0


@pytest.mark.parametrize("probe", [VolumeUpKey(), PowerKey()], ids=lambda probe: probe.meta.id)
def test_a_key_that_works_passes_though_people_slip(sim_phones: SimPhones, probe: Probe) -> None:
    result = sim_phones(profile="sony_13", seed=41, speed=FAST).run(probe, station=True)
    assert (result.verdict, result.findings) == (Verdict.PASS, ()), result


@pytest.mark.parametrize(
    ("fault", "probe", "finding"),
    [
        ("key_volume_up.bouncing:0.7", VolumeUpKey(), "button.volume_up_bounces"),
        ("key_volume_up.deaf:0.3", VolumeUpKey(), "button.volume_up_deaf"),
        ("key_volume_down.stuck:0.3", VolumeDownKey(), "button.volume_down_held"),
        ("key_power.deaf:0.3", PowerKey(), "button.power_deaf"),
    ],
)
def test_a_key_that_fails_is_named(sim_phones: SimPhones, fault: str, probe: Probe, finding: str) -> None:
    phone = sim_phones(profile="samsung_14", seed=42, speed=FAST)
    phone.break_(fault)
    result = phone.run(probe, station=True)
    assert result.verdict is Verdict.FAIL, result
    assert finding in {found.code for found in result.findings}
    assert {part for found in result.findings for part in found.components} == {"BUT"}


def test_nobody_at_the_bench_presses_nothing(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="samsung_14", seed=43, speed=FAST).run(VolumeUpKey())
    assert not result.findings
    assert result.verdict is not Verdict.PASS


def test_edges_are_read_and_repeats_are_not() -> None:
    node = "/dev/input/event1: EV_KEY       KEY_VOLUMEUP         "
    text = f"[      1.000000] {node}DOWN\n[      1.400000] {node}REPEAT\n[      1.500000] {node}UP\n"
    assert key_edges(text) == [KeyEdge(1.0, "KEY_VOLUMEUP", down=True), KeyEdge(1.5, "KEY_VOLUMEUP", down=False)]
