"""``getevent`` shows what hands do; ``input`` enters above the kernel, where ``getevent`` cannot see it."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.render.shell_state import shell_state
from hwsim.shell_commands.fingers import operate, press, touch
from probes.formats import parse_getevent
from tests.hwsim.rig import PROFILES, MemoryTerminal, ask, one_phone
from tests.hwsim_surface.rig import start_reader, watch_input

TAP_EVENTS = 10


def test_a_tap_is_a_finger_of_protocol_b_with_names() -> None:
    unit = one_phone()
    lines = watch_input(
        unit, f"getevent -lc {TAP_EVENTS} /dev/input/event2", lambda: touch(unit.phone, [(30, 40)])
    ).splitlines()
    words = [line.split() for line in lines]
    assert words[0] == ["EV_ABS", "ABS_MT_TRACKING_ID", "00000001"]
    assert words[1] == ["EV_KEY", "BTN_TOUCH", "DOWN"]
    assert words[2:4] == [["EV_ABS", "ABS_MT_POSITION_X", "0000001e"], ["EV_ABS", "ABS_MT_POSITION_Y", "00000028"]]
    assert words[6] == ["EV_SYN", "SYN_REPORT", "00000000"]
    assert words[7:] == [
        ["EV_ABS", "ABS_MT_TRACKING_ID", "ffffffff"],
        ["EV_KEY", "BTN_TOUCH", "UP"],
        ["EV_SYN", "SYN_REPORT", "00000000"],
    ]


@pytest.mark.parametrize("name", PROFILES)
def test_the_parser_counts_the_events_of_a_swipe(name: str) -> None:
    unit = one_phone(name)
    text = watch_input(unit, "getevent -c 16", lambda: touch(unit.phone, [(100, 100), (300, 500)]))
    node = parse_getevent(text).touch
    assert node is not None
    assert (node.name, node.event_count) == (unit.phone.profile.touch_name, 16)


def test_numbers_are_hexadecimal_and_carry_the_node_and_the_time_when_asked() -> None:
    unit = one_phone()
    text = watch_input(unit, "getevent -tqc 2", lambda: press(unit.phone, "VOLUMEUP", action="down"))
    first, second = text.splitlines()
    at_s = float(first[1:16])
    assert at_s == pytest.approx(unit.phone.clock.uptime_s, abs=1e-5)
    assert first.endswith("] /dev/input/event1: 0001 0073 00000001")
    assert second.endswith("] /dev/input/event1: 0000 0000 00000000")


def test_a_reader_of_one_node_does_not_see_the_others() -> None:
    unit = one_phone()

    def act() -> None:
        press(unit.phone, "POWER")
        press(unit.phone, "VOLUMEUP", action="down")

    assert watch_input(unit, "getevent -lc 2 /dev/input/event1", act).split()[:3] == ["EV_KEY", "KEY_VOLUMEUP", "DOWN"]


def test_what_the_input_tool_does_reaches_no_node() -> None:
    unit = one_phone()
    text = watch_input(
        unit,
        "getevent -qlc 1",
        lambda: press(unit.phone, "POWER", action="down"),
        beside="input tap 10 10; input swipe 1 1 50 50; input keyevent 24",
    )
    assert text.split() == ["/dev/input/event0:", "EV_KEY", "KEY_POWER", "DOWN"]


def test_sendevent_writes_to_a_node_that_another_shell_reads() -> None:
    unit = one_phone()
    text = watch_input(unit, "getevent -qlc 1", lambda: None, beside="sendevent /dev/input/event2 3 53 77")
    assert text.split() == ["/dev/input/event2:", "EV_ABS", "ABS_MT_POSITION_X", "0000004d"]
    assert ask(unit, "sendevent /dev/input/event9 3 53 77").code == 1


def test_a_reader_that_goes_away_leaves_nothing_behind() -> None:
    unit = one_phone()

    async def leave() -> int:
        reader = await start_reader(unit, "getevent", MemoryTerminal())
        reader.cancel()
        await asyncio.wait([reader])
        return shell_state(unit.phone).hub.reader_count

    assert asyncio.run(leave()) == 0


def test_a_dead_digitizer_sends_nothing() -> None:
    unit = one_phone("xiaomi_12")
    unit.phone.change_condition(replace(unit.phone.condition, touch_on_bus=False))
    assert touch(unit.phone, [(10, 10)]) == 0


def test_keys_change_the_screen_and_the_volume() -> None:
    unit = one_phone()
    press(unit.phone, "power")
    assert "mWakefulness=Asleep" in ask(unit, "dumpsys power").out
    ask(unit, "input keyevent KEYCODE_POWER")
    assert "mWakefulness=Awake" in ask(unit, "dumpsys power").out
    ask(unit, "input keyevent 24 24 VOLUME_DOWN")
    assert ask(unit, "settings get system volume_music_speaker").out == "8\n"
    ask(unit, "input text 'a%sb'; input keyevent DEL")
    assert shell_state(unit.phone).typed == "a "


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("input tap 3", "Error: Invalid arguments for command: tap"),
        ("input swipe 1 2 3 x", "Error: Invalid arguments for command: swipe"),
        ("input dance", "Error: Unknown command: dance"),
        ("getevent -c x", "Usage: getevent"),
        ("getevent /dev/input/event77", "could not open /dev/input/event77"),
    ],
)
def test_nonsense_is_refused(line: str, said: str) -> None:
    answer = ask(one_phone(), line)
    assert answer.code != 0
    assert answer.err.startswith(said)


@pytest.mark.parametrize("points", [[], [[1]], [[1.0, 2]], [[True, 2]], [[1080, 5]], [[5, -1]], None, "x"])
def test_points_off_the_screen_or_out_of_shape_are_refused(points: object) -> None:
    with pytest.raises(ValueError, match=r"point"):
        operate(one_phone().phone, {"points": points})


def test_a_key_that_the_phone_lacks_is_refused_with_those_it_has() -> None:
    with pytest.raises(ValueError, match="POWER, VOLUMEDOWN, VOLUMEUP"):
        operate(one_phone().phone, {"key": "F7"})


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.fixed_dictionaries({"points": st.lists(st.lists(st.integers(-5, 5000), max_size=3), max_size=4)}),
        st.fixed_dictionaries({"key": st.sampled_from(["POWER", "volumeup", "x", ""]), "action": st.text(max_size=5)}),
        st.dictionaries(st.sampled_from(["points", "key"]), st.one_of(st.none(), st.integers(), st.text(max_size=3))),
    )
)
def test_a_request_of_the_bench_is_done_or_refused(request_: dict[str, object]) -> None:
    with contextlib.suppress(ValueError):
        assert operate(one_phone().phone, request_)["events"] > 0
