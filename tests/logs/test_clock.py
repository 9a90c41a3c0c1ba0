"""The kernel's clock and the wall clock told as one, with how sure that is."""

from __future__ import annotations

import calendar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.logs import ClockNote, Event, LogReport, LogSource, scan
from probes.logs.clock import Anchor, BootClock, absolute, thinned, year_of

FAULT = "mmcblk0: recovery failed!"
DAY = calendar.timegm((2030, 1, 2, 0, 0, 0))


def report_of(**logs: str) -> LogReport:
    return scan([LogSource(name, [text.encode()]) for name, text in logs.items()])


def fault(report: LogReport) -> Event:
    (event,) = [one for one in report.events if one.code == "storage.no_answer"]
    return event


def test_without_an_anchor_the_kernel_clock_stays_alone() -> None:
    event = fault(report_of(kernel=f"[  100.5] {FAULT}\n"))
    assert (event.boot, event.boot_s, event.wall_s, event.uncertainty_s) == (0, 100.5, None, 0.0)


def test_the_boot_events_of_logcat_tie_the_kernel_log_to_the_wall_clock() -> None:
    events = "2030-01-02 00:00:30.000  900  900 I boot_progress_start: 20000\n"
    report = report_of(kernel=f"[  100.000000] {FAULT}\n", events=events)
    event = fault(report)
    assert event.wall_s == pytest.approx(DAY + 110)
    assert event.uncertainty_s >= 80  # nothing says whether the phone slept in between
    assert report.clock == ClockNote(zone_s=None, year=2030, anchors=1)


def test_between_two_anchors_half_of_the_sleep_is_the_uncertainty() -> None:
    clock = BootClock([Anchor(10, DAY + 10, None, 1.0), Anchor(110, DAY + 310, None, 1.0)], year=2030)
    assert clock.wall_of(60) == (DAY + 60 + 100, 101.0)
    assert clock.wall_of(10) == (DAY + 10, 1.0)
    back = clock.boot_of(DAY + 12)
    assert back is not None
    assert back[0] == pytest.approx(12)


def test_utc_of_the_kernel_and_local_time_of_logcat_give_the_time_zone() -> None:
    kernel = (
        "[    5.000000] rtc-pm 0: setting system clock to 2030-01-02T00:00:05 UTC (1893542405)\n"
        f"[   50.000000] {FAULT}\n"
        "[   60.000000] PM: suspend exit 2030-01-02 00:01:00.000000000 UTC\n"
    )
    events = "01-02 08:00:20.000  900  900 I boot_progress_system_run: 20000\n"
    report = report_of(kernel=kernel, events=events)
    assert report.clock == ClockNote(zone_s=8 * 3600, year=2030, anchors=3)
    event = fault(report)
    assert event.wall_s == pytest.approx(DAY + 8 * 3600 + 50, abs=2)
    assert event.uncertainty_s <= 3


def test_a_wall_clock_event_gets_its_place_since_boot() -> None:
    kernel = "[    5.000000] rtc0: setting system clock to 2030-01-02 00:00:05 UTC (1)\n"
    main = "01-02 00:01:40.000  800  900 E SQLiteLog: disk I/O error\n"
    (event,) = [one for one in report_of(kernel=kernel, main=main).events if one.code == "storage.io_error_apps"]
    assert event.source == "main"
    assert event.boot_s == pytest.approx(100)
    assert event.wall_s == DAY + 100


def test_a_log_of_the_boot_before_counts_one_boot_less() -> None:
    report = report_of(last_kmsg=f"[  9.0] {FAULT}\n", kernel=f"[  9.0] {FAULT}\n[ 20.0] {FAULT}\n")
    assert {(one.source, one.boot) for one in report.events} == {("last_kmsg", -1), ("kernel", 0)}
    assert report.findings[0].boots == (-1, 0)


def test_each_start_of_a_kernel_begins_a_boot_and_a_restart_of_the_system_does_not() -> None:
    boot = f"[    0.000000] Linux version 5.10.1 (x@y)\n[   90.000000] {FAULT}\n"
    assert report_of(kernel=boot * 3).findings[0].boots == (-2, -1, 0)
    events = (
        "01-02 00:00:20.000  900  900 I boot_progress_start: 20000\n"
        "01-02 02:00:20.000  900  900 I boot_progress_start: 7220000\n"
    )
    assert report_of(events=events).sources[0].boots == 1


def test_many_lines_become_few_events_that_keep_the_count_and_the_first_moment() -> None:
    lines = "".join(f"[{second:6d}.0] {FAULT}\n" for second in range(40, 40_000, 7))
    events = report_of(kernel=lines).events
    assert len(events) <= 256
    assert sum(one.count for one in events) == len(range(40, 40_000, 7))
    assert events[0].boot_s == 40


def test_a_clock_that_nobody_has_set_ties_nothing() -> None:
    kernel = f"[    5.000000] rtc0: setting system clock to 1980-01-06 00:00:05 UTC (1)\n[    9.000000] {FAULT}\n"
    events = "01-06 08:00:20.000  900  900 I boot_progress_system_run: 20000\n"
    assert report_of(kernel=kernel, events=events).clock == ClockNote(zone_s=None, year=None, anchors=1)


def test_the_year_comes_from_any_clock_that_was_set() -> None:
    assert year_of([None, 5.0, 3600.0 * 24 * 400, DAY + 5.0]) == 2030
    assert year_of([40_000_000.0]) is None  # 1971: a clock that nobody has set
    assert absolute(86400.0 * 59, 2030) == calendar.timegm((2030, 2, 29, 0, 0, 0))  # a printed day, even an odd one
    assert absolute(DAY + 0.5, 2030) == DAY + 0.5


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e5)), min_size=1, max_size=40),
    st.floats(0, 2e6),
)
def test_a_clock_never_goes_wrong_by_more_than_it_says(moments: list[tuple[float, float]], at_s: float) -> None:
    slept, anchors = 0.0, []
    for boot_s, sleep_s in sorted(moments):
        slept += sleep_s
        anchors.append(Anchor(boot_s, DAY + boot_s + slept, None, 1.0))
    inside = anchors[0].boot_s <= at_s <= anchors[-1].boot_s
    wall = BootClock(thinned(anchors), year=2030).wall_of(at_s)
    assert wall is not None
    if inside:
        before = [one for one in anchors if one.boot_s <= at_s][-1]
        after = next(one for one in anchors if one.boot_s >= at_s)
        low, high = before.wall_s - before.boot_s, after.wall_s - after.boot_s
        assert wall[0] - wall[1] <= at_s + low + 1e-3
        assert wall[0] + wall[1] >= at_s + min(low, high) - 1e-3
