from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.logs import LineKind, parse_line
from probes.logs.tally import stamp_of

KERNEL = [
    ("[    1.500000] acme 1-1: up", None, ""),
    ("<6>[    1.500000]  [2:     comm:  321] acme 1-1: up", 321, "I"),
    ("[    1.500000] .(2)[653:kworker/u16:7][acme] up", 653, ""),
    ("[    1.500000] <4>.(5)[1:swapper/0]acme: up", 1, "W"),
    ("[    1.500000] (7)[87:kworker/7:1][20300101_16:58:28.5]@7 acme: up", 87, ""),
    ("[    1.500000] [pid:253,cpu0,kworker/0:1]acme: up", 253, ""),
    ("[    1.500000] [    1.499000]@0 acme: up", None, ""),
    ("<3>[    1.500000 / 01-01 00:00:00.979][0] acme: up", None, "E"),
    ("<3>[    1.500000]@6[11-05 14:27:55]acme: up", None, "E"),
    ("[    1.500000][7:1:init] acme: up", 1, ""),
    ("<6>[    1.500000] c1   7538 acme: up", 7538, "I"),
    ("[    1.500000][ T173] acme: up", 173, ""),
    ("01-01 04:27:48.091     0     0 I         : [    1.500000 / 01-01 00:00:00.000][0] acme: up", None, "I"),
    ("01-01 04:27:48.092     0     0 W [    1.500000][1] acme: up", None, "W"),
]


@pytest.mark.parametrize(("text", "pid", "priority"), KERNEL)
def test_every_kernel_prefix_is_read_down_to_the_message(text: str, pid: int | None, priority: str) -> None:
    line = parse_line(text)
    assert line.kind is LineKind.KERNEL
    assert line.stamp.boot_s == 1.5
    assert (line.pid, line.priority) == (pid, priority)
    assert line.message.startswith(("acme", "[acme] up"))
    assert line.message.endswith("up")
    assert stamp_of(text.encode()).boot_s == 1.5


def test_a_dated_kernel_line_has_a_wall_clock() -> None:
    line = parse_line("[Sat Jun  8 01:41:04 2030] acme: up")
    assert line.kind is LineKind.KERNEL
    assert line.stamp.wall == "2030-06-08 01:41:04"
    assert line.message == "acme: up"
    later = parse_line("[Sat Jun  8 01:41:05 2030] acme: up")
    assert (later.stamp.wall_s or 0) - (line.stamp.wall_s or 0) == 1


@pytest.mark.parametrize(
    "text", ["{ 2209694 }[ XBL ] loaded", "[0:  0.864] loaded", "D -    11387 - loaded", "[830] loaded"]
)
def test_boot_loader_lines_are_told_apart(text: str) -> None:
    line = parse_line(text)
    assert (line.kind, line.message) == (LineKind.BOOTLOADER, "loaded")


@pytest.mark.parametrize(
    ("text", "pid", "tag", "priority"),
    [
        ("04-25 11:43:36.128  2130  2131 D Tag: up", 2130, "Tag", "D"),
        ("04-25 11:43:36.128 radio  2130  2131 D Tag     : up", 2130, "Tag", "D"),
        ("04-25 11:43:36.128 10123  2130  2131 D Tag     : up", 2130, "Tag", "D"),
        ("2030-04-25 11:43:36.128456  2130  2131 F Tag: up", 2130, "Tag", "F"),
        ("01-06 01:00:38.530 D/RILJ    (  225): up", 225, "RILJ", "D"),
        ("E/Tag     ( 77): up", 77, "Tag", "E"),
        ("1700000000.123  2130  2131 W Tag     : up", 2130, "Tag", "W"),
        ("04-25 11:43:36.128  2130  2131 W         : up", 2130, "", "W"),
        ("04-25 11:43:36.128  2130  2131 I am_kill : up", 2130, "am_kill", "I"),
        ("2030-04-25 11:43:36.128 +0800  2130  2131 D Tag     : up", 2130, "Tag", "D"),
        ("2030-04-25 11:43:36.128 +0800 D/Tag     ( 2130): up", 2130, "Tag", "D"),
        ("     123.456  2130  2131 D Tag     : up", 2130, "Tag", "D"),
        ("E( 2130) up  (Tag)", 2130, "Tag", "E"),
        ("E( 2130: 2131) up", 2130, "", "E"),
    ],
)
def test_every_logcat_format_is_read(text: str, pid: int, tag: str, priority: str) -> None:
    line = parse_line(text)
    assert (line.kind, line.pid, line.tag, line.priority) == (LineKind.LOGCAT, pid, tag, priority)
    assert line.message == "up"


def test_a_tag_line_has_no_process() -> None:
    line = parse_line("E/Tag     : up")
    assert (line.kind, line.pid, line.tag, line.priority, line.message) == (LineKind.LOGCAT, None, "Tag", "E", "up")


def test_clocks_say_from_when_they_count() -> None:
    zoned = parse_line("2030-04-25 11:43:36.500 +0530  1  2 D T: x").stamp
    epoch = parse_line("1903350816.500  1  2 D T: x").stamp
    assert (zoned.zone_s, epoch.zone_s) == (19800, 0)
    assert (zoned.wall_s or 0) - 19800 == (epoch.wall_s or 0) - 22800
    assert parse_line("  36.500  1  2 D T: x").stamp.boot_s == 36.5
    vendor = parse_line("[    1.500000] (7)[87:kworker/7:1][20300425_11:43:36.5]@7 acme: up").stamp
    assert (vendor.boot_s, vendor.wall_s, vendor.zone_s) == (1.5, zoned.wall_s, None)
    lg = parse_line("<3>[    1.500000 / 04-25 11:43:36.500][0] acme: up").stamp
    assert (lg.boot_s, lg.wall, lg.zone_s) == (1.5, "04-25 11:43:36.500", 0)


def test_wall_clocks_are_ordered_within_a_year() -> None:
    texts = [f"{day} 11:43:36.128  1  1 D T: x" for day in ("01-31", "02-01", "02-29", "03-01", "12-31")]
    seconds = [parse_line(text).stamp.seconds or 0.0 for text in texts]
    assert seconds == sorted(seconds)
    assert len(set(seconds)) == 5


def test_what_no_shape_fits_stays_whole() -> None:
    line = parse_line("    Process: com.acme/PID: 1\r\n")
    assert (line.kind, line.message, line.stamp.seconds) == (LineKind.PLAIN, "    Process: com.acme/PID: 1", None)


@given(st.text(max_size=300) | st.from_regex(r"\A(?:<\d{1,5}>)?\[[ \d]{1,400}\.\d{1,400}\].{0,40}\Z"))
def test_no_text_breaks_the_parser(text: str) -> None:
    line = parse_line(text)
    assert line.priority in {"", *"VDIWEFS"}
    stamp_of(text.encode("utf-8", "replace"))
