from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from scipy import stats

from hwsim.operator_hand import BadDeed, ask, operator_of
from hwsim.phone.at_bench import bench_of
from hwsim.physics.bench import Bench
from hwsim.physics.operator import Operator, known_actions, median_s, spread
from hwsim.render.input_events import KEY_NUMBERS
from hwsim.render.shell_state import shell_state
from hwsim.worn_hand import press, stroke
from tests.hwsim.rig import RackProcess
from tests.hwsim_board.emulated import dump_of, phone_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.phone.phone import Phone
    from hwsim.render.input_events import Event

KEY_NAMES = {code: name for name, code in KEY_NUMBERS.items()}


def heard(phone: Phone, act: Callable[[], Any]) -> list[Event]:
    hub = shell_state(phone).hub
    watch = hub.watch()
    act()
    hub.leave(watch)
    return list(watch._events)


def sure(phone: Phone) -> None:
    """Give the phone an operator who makes no mistakes."""
    operator_of(phone)._mistake_ratio = 0.0


@pytest.mark.parametrize("action", known_actions())
def test_delays_are_lognormal_around_their_median(action: str) -> None:
    person = Operator(5)
    delays = [math.log(person.delay_s(action)) for _ in range(400)]
    expected = stats.norm(math.log(median_s(action)), spread())
    assert stats.kstest(delays, expected.cdf).pvalue > 1e-3


def test_mistakes_come_as_often_as_they_should_and_again_with_the_same_seed() -> None:
    def mistakes() -> list[bool]:
        person = Operator(7, mistake_ratio=0.1)
        return [person.does("press", "volume_up").mistake for _ in range(1000)]

    assert mistakes() == mistakes()
    assert stats.binomtest(sum(mistakes()), 1000, 0.1).pvalue > 1e-3


def test_a_slip_presses_the_neighbour_or_nothing() -> None:
    person = Operator(1, mistake_ratio=1.0)
    assert {person.does("press", "volume_up").what for _ in range(60)} == {"volume_down", None}


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        ("swollen", "battery.swollen:1.0"),
        ("cover_cracked", "cover.cracked:1.0"),
        ("frame_bent", "frame.bent:1.0"),
        ("hinge_loose", "hinge.loose:1.0"),
        ("liquid_marks", "seal.broken:1.0"),
        ("screen_dark", "display.off_bus"),
        ("screen_dark", "display.backlight_driver"),
    ],
)
def test_eyes_find_what_is_there_and_mostly_nothing_else(question: str, fault: str) -> None:
    found, invented = 0, 0
    for seed in range(12):
        found += ask(phone_with(fault, seed=seed), {"do": "look", "what": question})["answer"] == "yes"
        invented += ask(phone_with("healthy", seed=seed), {"do": "look", "what": question})["answer"] == "yes"
    assert found >= 10
    assert invented <= 2


def test_a_look_for_several_things_names_those_that_are_there_and_takes_longer_than_for_one() -> None:
    named, alone_s, together_s = 0, 0.0, 0.0
    for seed in range(12):
        phone = phone_with("frame.bent:1.0", seed=seed)
        seen = ask(phone, {"do": "look", "what": "cover_cracked,frame_bent,liquid_marks"})
        named += seen["answer"] == "frame_bent"
        together_s += seen["took_s"]
        alone_s += ask(phone, {"do": "look", "what": "frame_bent"})["took_s"]
    assert named >= 10
    assert 1.5 * alone_s < together_s < 3.0 * alone_s


def test_a_slight_damage_is_overlooked_by_some() -> None:
    answers = [
        ask(phone_with("frame.bent:0.15", seed=seed), {"do": "look", "what": "frame_bent"})["answer"]
        for seed in range(24)
    ]
    assert 0 < answers.count("yes") < 20


def test_pressing_a_key_reaches_its_node_and_takes_a_human_time() -> None:
    phone = phone_with("healthy")
    sure(phone)
    replies: list[dict[str, Any]] = []
    events = heard(phone, lambda: replies.append(ask(phone, {"do": "press", "what": "volume_up"})))
    assert len(events) >= 4
    assert 0.5 < replies[0]["took_s"] < 10


def test_keys_are_pressed_in_turn_and_each_goes_before_the_next_comes() -> None:
    phone = phone_with("healthy")
    sure(phone)
    events = heard(phone, lambda: ask(phone, {"do": "press", "what": "volume_up,power x3"}))
    keys = [(KEY_NAMES[event.code], event.value) for event in events if event.kind == 1]
    assert keys == [("VOLUMEUP", 1), ("VOLUMEUP", 0), ("POWER", 1), ("POWER", 0)] * 3
    at_s = [event.at_s for event in events if event.kind == 1]
    assert at_s == sorted(at_s)
    with pytest.raises(BadDeed, match="a key"):
        ask(phone, {"do": "press", "what": "volume_up,camera x3"})


def test_a_key_that_is_down_tells_no_second_press() -> None:
    phone = phone_with("key_volume_up.stuck:1.0")
    levels = [
        event.value
        for event in heard(phone, lambda: [press(phone, "VOLUMEUP", after_s=place) for place in range(3)])
        if event.kind == 1
    ]
    assert levels == [1]


def test_a_deaf_key_is_pressed_in_vain_and_a_stuck_one_stays_down() -> None:
    deaf, stuck, whole = (
        phone_with(fault) for fault in ("key_volume_up.deaf:1.0", "key_volume_up.stuck:1.0", "healthy")
    )
    assert heard(deaf, lambda: press(deaf, "VOLUMEUP")) == []
    levels = [event.value for event in heard(stuck, lambda: press(stuck, "VOLUMEUP")) if event.kind == 1]
    assert levels == [1]
    levels = [event.value for event in heard(whole, lambda: press(whole, "VOLUMEUP")) if event.kind == 1]
    assert levels == [1, 0]
    neighbour = [event.value for event in heard(deaf, lambda: press(deaf, "VOLUMEDOWN")) if event.kind == 1]
    assert neighbour == [1, 0]


def test_a_stroke_over_dead_rows_is_broken_and_a_whole_film_draws_it_through() -> None:
    whole, broken = phone_with("healthy"), phone_with("touch.dead_rows:0.6")
    high = whole.profile.screen[1]
    through = heard(whole, lambda: stroke(whole, (500, 5), (500, high - 5)))
    torn = heard(broken, lambda: stroke(broken, (500, 5), (500, high - 5)))
    places = sorted(event.value for event in torn if event.code == 0x36)
    gaps = [one - other for other, one in pairwise(places)]
    assert max(gaps) > 4 * sorted(gaps)[len(gaps) // 2] + 40
    assert through


def test_a_swiped_grid_crosses_the_whole_screen_with_the_strokes_in_order() -> None:
    phone = phone_with("healthy")
    sure(phone)
    events = heard(phone, lambda: ask(phone, {"do": "swipe_grid"}))
    wide, high = phone.profile.screen[:2]
    across = {event.value * 10 // wide for event in events if event.code == 0x35}
    down = {event.value * 10 // high for event in events if event.code == 0x36}
    assert across == down == set(range(10))
    assert len({event.value for event in events if event.code == 0x39 and event.value >= 0}) == 12 + 7
    times = [event.at_s for event in events]
    assert times == sorted(times)


def test_a_known_good_charger_is_seen_by_the_battery_service_and_a_dead_coil_by_none() -> None:
    phone = phone_with("healthy")
    sure(phone)
    ask(phone, {"do": "plug", "what": "known_good"})
    text = dump_of(phone, "battery")
    assert "AC powered: true" in text
    assert "Max charging current: 2000000" in text
    ask(phone, {"do": "plug", "what": "qi_pad"})
    assert "Wireless powered: true" in dump_of(phone, "battery")
    ask(phone, {"do": "unplug"})
    assert "powered: true" not in dump_of(phone, "battery")
    coil = phone_with("wireless.coil_open")
    sure(coil)
    ask(coil, {"do": "plug", "what": "qi_pad"})
    assert "Wireless powered: false" in dump_of(coil, "battery")


def test_a_swap_of_cable_or_charger_tells_them_apart_from_the_phone() -> None:
    def current_ma(fault: str, charger: str, cable: str) -> float:
        phone = phone_with(fault)
        sure(phone)
        ask(phone, {"do": "plug", "what": charger, "cable": cable})
        return phone.battery.input_ma

    assert current_ma("cable.resistive:1.0", "known_good", "own") < 500
    assert current_ma("cable.resistive:1.0", "known_good", "known_good") == 2000
    assert current_ma("adapter.weak:0.9", "own", "known_good") < 600
    assert current_ma("adapter.weak:0.9", "known_good", "known_good") == 2000
    assert current_ma("port.no_charge:1.0", "known_good", "known_good") < 30


def test_a_weak_coil_reads_a_tag_only_close_by() -> None:
    for fault, far in (("healthy", "yes"), ("nfc.coil_weak:1.0", "no")):
        phone = phone_with(fault)
        sure(phone)
        assert ask(phone, {"do": "hold_tag", "what": "3.5"})["answer"] == far
        assert ask(phone, {"do": "hold_tag", "what": "1"})["answer"] == "yes"


def test_posture_and_cover_change_what_the_sensors_look_at() -> None:
    phone = phone_with("healthy")
    sure(phone)
    ask(phone, {"do": "cover", "what": "light"})
    assert bench_of(phone).lux_at_sensor < 10
    assert bench_of(phone).distance_cm < 1
    ask(phone, {"do": "uncover"})
    ask(phone, {"do": "place", "what": "face_down"})
    assert bench_of(phone).distance_cm < 1
    assert bench_of(phone).posture == "face_down"


def test_a_known_good_card_answers_for_a_locked_one_but_not_for_a_dead_reader() -> None:
    locked = phone_with("card.pin_asked")
    assert locked.modem_condition.pin_asked
    sure(locked)
    ask(locked, {"do": "insert_sim", "what": "known_good"})
    assert not locked.modem_condition.pin_asked
    reader = phone_with("sim.not_read")
    sure(reader)
    ask(reader, {"do": "insert_sim", "what": "known_good"})
    assert not reader.modem_condition.card_present


def test_an_open_headset_plays_nothing_and_a_known_good_one_does() -> None:
    phone = phone_with("headset.dead")
    sure(phone)
    answers = []
    for what in ("own", "known_good"):
        ask(phone, {"do": "headset", "what": what})
        answers.append(ask(phone, {"do": "look", "what": "headset_plays"})["answer"])
    assert answers == ["no", "yes"]


@pytest.mark.parametrize(
    ("fault", "lost"),
    [
        ("speaker.coil_open", {"rings"}),
        ("microphone_main.membrane_stuck", {"far_end_hears"}),
        ("earpiece.coil_open", {"near_end_hears"}),
        ("headset.dead", set()),
    ],
)
def test_a_silent_part_is_missed_by_whoever_listens_for_it_and_no_other(fault: str, lost: set[str]) -> None:
    phone = phone_with(f"{fault}:1")
    sure(phone)
    asked = ("rings", "far_end_hears", "near_end_hears")
    assert {what for what in asked if ask(phone, {"do": "look", "what": what})["answer"] == "no"} == lost


@pytest.mark.parametrize(
    "request_line",
    [{}, {"do": "fly"}, {"do": "press", "what": "home"}, {"do": "plug", "what": "banana"}, {"do": "look", "what": ""}],
)
def test_a_request_that_makes_no_sense_says_what_can_be_asked(request_line: dict[str, Any]) -> None:
    with pytest.raises(BadDeed):
        ask(phone_with("healthy"), request_line)


def test_the_operators_time_passes_for_the_phone_when_it_is_asked_to() -> None:
    phone = phone_with("healthy")
    before_s = phone.clock.uptime_s
    took_s = ask(phone, {"do": "take_photo", "advance": True})["took_s"]
    assert phone.clock.uptime_s - before_s == pytest.approx(took_s)


def test_the_bench_gives_nothing_through_no_cable() -> None:
    assert Bench(charger="own", cable="none").outlet() is None
    assert Bench(charger="none").outlet() is None
    assert Bench(charger="own").outlet(adapter_dead=True) is None


def test_the_control_socket_reaches_the_operator(start_rack: Callable[..., RackProcess], tmp_path: Any) -> None:
    rack = start_rack("--fault", "cover.cracked:1.0", "--control", str(tmp_path / "control"))
    reply = rack.control("operator", phone=0, do="look", what="cover_cracked")
    assert reply["answer"] in ("yes", "no")
    assert "crack" not in json.dumps(reply)
