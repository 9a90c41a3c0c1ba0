"""Touch at rest and under strokes, on emulated phones through the real adb server."""

from __future__ import annotations

from threading import Event

import pytest

from agent.sim_phone import SimPhones
from agent.sim_station import EmulatedOperator
from probes import Does, ProbeResult, Task, Verdict
from probes.hardware._input_events import Report, key_edges, touch_reports
from probes.hardware._strokes import Panel, judge
from probes.hardware.touch import GhostTouches, LongGhostTouches, SwipedGrid
from probes.hardware.touch_unplugged import UnpluggedGhostTouches

FAST = 20.0
PANEL = Panel(wide_mm=65.0, high_mm=140.0, x_mm_per_unit=0.1, y_mm_per_unit=0.1)
NODE = "/dev/input/event2: "


def codes(result: ProbeResult) -> set[str]:
    return {found.code for found in result.findings}


def across(y: int, *, contact: int, hole: range = range(0)) -> list[Report]:
    """A stroke from left to right at 120 reports a second, a millimetre each."""
    begin_s = float(contact)
    return [Report(begin_s + x / 1200.0, contact, x, y) for x in range(0, 650, 10) if x not in hole]


@pytest.mark.parametrize(("profile", "seed"), [("samsung_14", 31), ("vivo_9", 32)])
def test_a_phone_that_nobody_touches_hears_no_touch(sim_phones: SimPhones, profile: str, seed: int) -> None:
    phone = sim_phones(profile=profile, seed=seed, speed=FAST)
    assert phone.run(GhostTouches()).verdict is Verdict.PASS


def test_touches_that_nobody_makes_are_heard_within_a_minute(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=33, speed=FAST)
    phone.break_("touch.ghosts:0.1")  # 13 in this time; where the fault begins, one phone in a hundred shows but one
    result = phone.run(LongGhostTouches())
    assert (result.verdict, codes(result)) == (Verdict.FAIL, {"touch.ghosts"}), result


def test_a_film_that_is_whole_answers_everywhere(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="sony_13", seed=34, speed=FAST).run(SwipedGrid(), station=True)
    assert (result.verdict, codes(result)) == (Verdict.PASS, set()), result


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        ("touch.dead_rows:0.02", "touch.dead_zone"),
        ("touch.dead_columns:0.02", "touch.dead_zone"),
        ("touch.dead_patch:0.2", "touch.bent_strokes"),
        ("touch.noisy:0.6", "touch.jitter"),
        ("touch.slow:0.3", "touch.slow_reports"),
    ],
)
def test_strokes_show_what_is_broken_where_it_begins(sim_phones: SimPhones, fault: str, finding: str) -> None:
    phone = sim_phones(profile="samsung_14", seed=35, speed=FAST)
    phone.break_(fault)
    result = phone.run(SwipedGrid(), station=True)
    assert result.verdict is Verdict.FAIL, result
    assert finding in codes(result)
    assert {part for found in result.findings for part in found.components} == {"TCH"}


def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=36, speed=FAST)
    phone.unplug()
    result = phone.run(GhostTouches())
    assert (result.verdict, result.reason) == (Verdict.ERROR, "link_failed")


def test_nobody_at_the_bench_draws_nothing(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="samsung_14", seed=37, speed=FAST).run(SwipedGrid())
    assert not result.findings
    assert result.verdict is not Verdict.PASS


def test_a_contact_keeps_an_axis_that_is_not_told_again() -> None:
    lines = [
        "[     10.000000] " + NODE + "EV_ABS       ABS_MT_TRACKING_ID   00000001",
        "[     10.000000] " + NODE + "EV_ABS       ABS_MT_POSITION_X    00000064",
        "[     10.000000] " + NODE + "EV_ABS       ABS_MT_POSITION_Y    000000c8",
        "[     10.000000] " + NODE + "EV_SYN       SYN_REPORT           00000000",
        "[     10.008000] " + NODE + "EV_ABS       ABS_MT_POSITION_Y    000000d2",
        "[     10.008000] " + NODE + "EV_SYN       SYN_REPORT           00000000",
        "torn line",
        "[     10.016000] " + NODE + "EV_ABS       ABS_MT_TRACKING_ID   ffffffff",
        "[     10.016000] " + NODE + "EV_SYN       SYN_REPORT           00000000",
    ]
    assert touch_reports("\n".join(lines)) == [Report(10.0, 1, 100, 200), Report(10.008, 1, 100, 210)]
    assert key_edges("\n".join(lines)) == []


def test_a_stroke_that_a_dead_stretch_cuts_in_two_is_one_stroke_with_a_jump() -> None:
    reports: list[Report] = []
    for number, y in enumerate(range(100, 1300, 120), 1):
        cut = range(300, 400) if number == 4 else range(0)
        begin, end = (across(y, contact=2 * number, hole=range(cut.start, 1000)) if cut else [], [])
        if cut:
            end = [
                Report(row.at_s, 2 * number + 1, row.x, row.y) for row in across(y, contact=2 * number) if row.x >= 400
            ]
        reports += [*begin, *end] if cut else across(y, contact=2 * number)
    seen = judge(reports, PANEL)
    assert seen is not None
    assert seen.count == 10
    assert seen.skip_mm == pytest.approx(11.0 - 2.0, abs=0.2)


def test_taps_alone_are_no_strokes() -> None:
    assert judge([Report(number / 100, number, 300, 300) for number in range(50)], PANEL) is None


def test_a_charger_s_ripple_ends_with_its_plug(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=38, speed=FAST)
    phone.surround(charger_noise=0.8)
    assert codes(phone.run(LongGhostTouches())) == {"touch.ghosts"}
    result = phone.run(UnpluggedGhostTouches(), station=True)
    assert (result.verdict, codes(result)) == (Verdict.PASS, set()), result


def test_ghosts_that_stay_without_a_charger_are_the_touch_layer_s(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=39, speed=FAST)
    phone.break_("touch.ghosts:0.2")
    result = phone.run(UnpluggedGhostTouches(), station=True)
    assert [(one.code, one.components) for one in result.findings] == [("touch.ghosts_unplugged", ("TCH",))], result


def test_a_phone_that_nobody_unplugs_is_not_judged(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="samsung_14", seed=40, speed=FAST).run(UnpluggedGhostTouches())
    assert not result.findings
    assert result.verdict is not Verdict.PASS


def test_the_phone_listens_by_itself_where_the_data_go_with_the_plug(
    sim_phones: SimPhones, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=39, speed=FAST)
    phone.break_("touch.ghosts:0.2")

    def do(_operator: EmulatedOperator, task: Task, _pause: object) -> None:
        if task.does is Does.UNPLUG:
            phone.unplug()
        else:
            Event().wait(3 * 20.0 / FAST)  # half a minute of somebody who leaves the phone alone
            phone.replug()

    monkeypatch.setattr(EmulatedOperator, "do", do)
    result = phone.run(UnpluggedGhostTouches(), station=True)
    assert codes(result) == {"touch.ghosts_unplugged"}, result
