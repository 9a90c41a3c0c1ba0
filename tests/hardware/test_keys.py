"""Keys under presses, on emulated phones through the real adb server."""

from __future__ import annotations

from collections import Counter
from unittest.mock import create_autospec

import pytest

from agent.sim_phone import SimPhones
from probes import DeviceText, Reading, Reply, StationBench, Verdict
from probes.hardware._input_events import KeyEdge, key_edges
from probes.hardware.keys import SideKeys, lost_presses

FAST = 50.0
IN_TURN = ["up", "down", "power"]


def test_keys_that_work_pass_though_people_slip(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="sony_13", seed=41, speed=FAST).run(SideKeys(), station=True)
    assert (result.verdict, result.findings) == (Verdict.PASS, ()), result


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        ("key_volume_up.bouncing:0.7", "button.volume_up_bounces"),
        ("key_volume_up.deaf:0.3", "button.volume_up_deaf"),
        ("key_volume_down.stuck:0.3", "button.volume_down_held"),
        ("key_power.deaf:0.3", "button.power_deaf"),
    ],
)
def test_a_key_that_fails_is_named_and_no_other(sim_phones: SimPhones, fault: str, finding: str) -> None:
    phone = sim_phones(profile="samsung_14", seed=42, speed=FAST)
    phone.break_(fault)
    result = phone.run(SideKeys(), station=True)
    assert result.verdict is Verdict.FAIL, result
    key = fault.partition(".")[0].removeprefix("key_")
    codes = {found.code for found in result.findings}
    assert finding in codes
    assert all(code.startswith(f"button.{key}_") for code in codes), codes
    assert {part for found in result.findings for part in found.components} == {"BUT"}


def presses(count: int, *, without: int = 0) -> str:
    """What the three keys print when they are pressed in turn, where volume down is deaf at first."""
    lines, at_s = [], 10.0
    for number in range(count):
        for name in ("KEY_VOLUMEUP", "KEY_VOLUMEDOWN", "KEY_POWER"):
            at_s += 0.4
            if name != "KEY_VOLUMEDOWN" or number >= without:
                lines += [
                    f"[ {at_s + held_s:.6f}] /dev/input/event1: EV_KEY       {name}         {edge}"
                    for held_s, edge in ((0.0, "DOWN"), (0.1, "UP"))
                ]
    return "\n".join(lines)


@pytest.mark.parametrize(("lost", "asked"), [(2, 1), (3, 2), (6, 2), (7, 1)])
def test_a_key_is_pressed_again_where_its_lost_presses_may_be_a_person_s(lost: int, asked: int) -> None:
    bench = create_autospec(StationBench, instance=True)
    texts = [presses(72, without=lost), presses(48)]
    bench.listen_while.side_effect = [
        Reply(id=str(place), out=DeviceText(text.encode()), err=DeviceText(b"")) for place, text in enumerate(texts)
    ]
    said = list(SideKeys().measure(bench))
    tasks = [call.args[0].what for call in bench.listen_while.call_args_list]
    assert tasks == ["volume_up,volume_down,power x72", "volume_down x48"][:asked]
    values = {one.name: one.value for one in said if isinstance(one, Reading)}
    assert values.pop("volume_down_missed") == lost
    assert set(values.values()) == {0}


def test_a_key_that_stays_down_is_held_and_hides_no_lost_press() -> None:
    text = presses(72).splitlines()
    up = next(
        place for place, line in enumerate(text) if "VOLUMEUP" in line and "UP" in line.split()[-1] and place > 20
    )
    del text[up : up + 1]
    again = next(
        place for place, line in enumerate(text) if "VOLUMEUP" in line and "DOWN" in line.split()[-1] and place >= up
    )
    del text[again]  # the kernel tells no press of a key that is down
    bench = create_autospec(StationBench, instance=True)
    bench.listen_while.return_value = Reply(id="1", out=DeviceText("\n".join(text).encode()), err=DeviceText(b""))
    values = {one.name: one.value for one in SideKeys().measure(bench) if isinstance(one, Reading)}
    assert (values["volume_up_held"], values["volume_up_missed"]) == (1, 0)


def test_nobody_at_the_bench_presses_nothing(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="samsung_14", seed=43, speed=FAST).run(SideKeys())
    assert not result.findings
    assert result.verdict is not Verdict.PASS


def test_edges_are_read_and_repeats_are_not() -> None:
    node = "/dev/input/event1: EV_KEY       KEY_VOLUMEUP         "
    text = f"[      1.000000] {node}DOWN\n[      1.400000] {node}REPEAT\n[      1.500000] {node}UP\n"
    assert key_edges(text) == [KeyEdge(1.0, "KEY_VOLUMEUP", down=True), KeyEdge(1.5, "KEY_VOLUMEUP", down=False)]


@pytest.mark.parametrize(
    ("came", "lost"),
    [
        (IN_TURN * 3, {}),
        ([*IN_TURN, "down", "down", "power", *IN_TURN], {}),
        ([*IN_TURN, "down", "power", *IN_TURN], {"up": 1}),
        (["up", "power"] * 3, {"down": 3}),
        (IN_TURN * 4, {}),
        ([], {"up": 3, "down": 3, "power": 3}),
    ],
    ids=["all", "a slip", "one lost", "a dead key", "too many", "nothing"],
)
def test_what_is_missing_is_told_from_a_slip_by_the_order(came: list[str], lost: dict[str, int]) -> None:
    assert lost_presses(IN_TURN * 3, came) == Counter(lost)
