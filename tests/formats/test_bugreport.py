"""A bug report's parts are found where they are, in the layouts of every Android version, and fast."""

from __future__ import annotations

import itertools
import mmap
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes._errors import NotUnderstood
from probes._text import decode
from probes.formats import DUMP_PLACES, PARSERS, BugreportIndex, dump_from, index, parse_battery, section_bytes

RULE = "=" * 56
LONG_RULE = "-" * 79
HEADER = f"""{RULE}
== dumpstate: 2031-02-03 08:09:10
{RULE}

Build: ABC1.310203.001
Build fingerprint: 'nimbus/lumen/lumen:14/ABC1.310203.001/9:user/release-keys'
Bootloader: lumen-1.2
Radio: NB7-1,NB7-1
Network: Nimbus
Android SDK version: 34
Kernel: Linux version 5.10.199-g12 (b@h) #1 SMP PREEMPT
Command line: androidboot.hardware=lumen
Uptime: up 0 weeks, 1 day, 2 hours, 3 minutes, 4 seconds
Bugreport format version: 2.0

"""
BATTERY = """Current Battery Service state:
  AC powered: false
  status: 3
  health: 2
  level: 61
  scale: 100
  voltage: 3899
"""
NEW = f"""{HEADER}------ UPTIME (uptime) ------
 08:09:10 up 1 day,  2:03,  0 users,  load average: 1.50, 2.25, 3.00
------ 0.010s was the duration of 'UPTIME' ------
------ MEMORY INFO (/proc/meminfo: 2031-02-03 08:09:10) ------
MemTotal: 5 kB

------ SYSTEM LOG (logcat -v threadtime -v printable -d *:v) ------
--------- beginning of system
02-03 08:09:10.111  1  1 I x: ------ no rule here
------ 1.5s was the duration of 'SYSTEM LOG' ------
------ EMPTY ------
------ DUMPSYS CRITICAL (/system/bin/dumpsys) ------
{LONG_RULE}
DUMP OF SERVICE CRITICAL SurfaceFlinger:
layers
--------- 0.021s was the duration of dumpsys SurfaceFlinger, ending at: 2031-02-03 08:09:11
{LONG_RULE}
DUMP OF SERVICE HIGH meminfo:
x
------ 0.9s was the duration of 'DUMPSYS CRITICAL' ------
{RULE}
== Android Framework Services
{RULE}
------ DUMPSYS (/system/bin/dumpsys) ------
{LONG_RULE}
DUMP OF SERVICE battery:
{BATTERY}--------- 0.003s was the duration of dumpsys battery, ending at: 2031-02-03 08:09:12
{LONG_RULE}
DUMP OF SERVICE media.camera:
No camera client yet.
{LONG_RULE}
DUMP OF SERVICE battery:
again
{RULE}
== Checkins
{RULE}
------ CHECKIN BATTERYSTATS (dumpsys -t 30 batterystats -c) ------
9,0,i,vers,35,200,a,b
"""
OLD = f"""{RULE}
== dumpstate: 2011-08-13 10:00:00
{RULE}

Build: NB2
Kernel: Linux version 2.6.37

------ MEMORY INFO (/proc/meminfo) ------
MemTotal: 5 kB

------ SYSTEM LOG (logcat -v time -d *:v) ------
01-06 01:00:38.530 D/RILJ    (  225): x
[logcat: 0.5s elapsed]

{RULE}
== Android Framework Services
{RULE}
DUMP OF SERVICE battery:
{BATTERY}{LONG_RULE}
DUMP OF SERVICE nfc:
"""


def _body(text: str, found: BugreportIndex, service: str) -> str:
    part = found.service(service)
    assert part is not None
    return decode(section_bytes(text.encode(), part, cap_bytes=1 << 20))


def test_the_header_of_a_report_gives_its_facts() -> None:
    header = index(NEW.encode()).header
    assert header.dumpstate_time == "2031-02-03 08:09:10"
    assert header.build_fingerprint == "nimbus/lumen/lumen:14/ABC1.310203.001/9:user/release-keys"
    assert (header.bootloader, header.radio, header.sdk) == ("lumen-1.2", "NB7-1,NB7-1", 34)
    assert header.kernel == "Linux version 5.10.199-g12 (b@h) #1 SMP PREEMPT"
    assert header.uptime_s == 93_784
    assert header.format_version == "2.0"


def test_sections_have_title_command_duration_and_file() -> None:
    found = index(NEW.encode())
    assert [(part.title, part.command) for part in found.sections if part.kind == "section"] == [
        ("UPTIME", "uptime"),
        ("MEMORY INFO", "/proc/meminfo: 2031-02-03 08:09:10"),
        ("SYSTEM LOG", "logcat -v threadtime -v printable -d *:v"),
        ("EMPTY", ""),
        ("DUMPSYS CRITICAL", "/system/bin/dumpsys"),
        ("DUMPSYS", "/system/bin/dumpsys"),
        ("CHECKIN BATTERYSTATS", "dumpsys -t 30 batterystats -c"),
    ]
    log, memory = found.section("SYSTEM LOG"), found.section("MEMORY INFO")
    assert log is not None
    assert memory is not None
    assert log.duration_s == 1.5
    assert (memory.file, log.file) == ("/proc/meminfo", None)
    assert found.section("EMPTY") is None
    assert found.section("EMPTY", "UPTIME") == found.sections[0]
    assert found.by_command("logcat") == (log,)


def test_a_section_body_ends_before_the_next_rule() -> None:
    found = index(NEW.encode())
    log = found.section("SYSTEM LOG")
    assert log is not None
    body = section_bytes(NEW.encode(), log, cap_bytes=1000).decode()
    assert body.startswith("--------- beginning of system\n")
    assert body.endswith("no rule here\n")
    assert section_bytes(NEW.encode(), log, cap_bytes=5) == b"-----"


def test_services_carry_priority_and_lie_inside_their_section() -> None:
    found = index(NEW.encode())
    services = [part for part in found.sections if part.kind == "service"]
    assert [(part.title, part.priority) for part in services] == [
        ("SurfaceFlinger", "CRITICAL"),
        ("meminfo", "HIGH"),
        ("battery", ""),
        ("media.camera", ""),
        ("battery", ""),
    ]
    critical = found.section("DUMPSYS CRITICAL")
    assert critical is not None
    assert all(critical.start <= part.start <= part.end <= critical.end for part in services[:2])
    assert services[0].duration_s == 0.021


def test_a_service_that_was_dumped_twice_gives_its_larger_dump() -> None:
    found = index(NEW.encode())
    assert len(found.services("battery")) == 2
    assert parse_battery(_body(NEW, found, "battery")).level == 61
    assert _body(NEW, found, "media.camera").strip() == "No camera client yet."
    assert found.service("absent") is None


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_old_reports_and_both_line_ends_are_understood(line_end: str) -> None:
    text = OLD.replace("\n", line_end)
    found = index(text.encode())
    assert [part.title for part in found.sections] == ["MEMORY INFO", "SYSTEM LOG", "battery", "nfc"]
    assert found.header.kernel == "Linux version 2.6.37"
    assert parse_battery(_body(text, found, "battery")).voltage_mv == 3899


def test_a_report_without_header_begins_with_its_first_rule() -> None:
    found = index(b"------ KERNEL LOG (dmesg) ------\nx\n")
    assert [(part.title, part.command, part.start, part.end) for part in found.sections] == [
        ("KERNEL LOG", "dmesg", 33, 35),
    ]


def test_a_cut_report_says_so_and_keeps_what_is_there() -> None:
    whole = NEW.encode()
    for cut in range(0, len(whole), 7):
        try:
            found = index(whole[:cut])
        except NotUnderstood:
            assert cut < len(RULE) + 40
            continue
        assert all(0 <= part.start <= part.end <= cut for part in found.sections)
    assert index(whole[: whole.index(b"scale: 100")]).is_truncated


def test_what_is_no_bug_report_is_refused() -> None:
    for blob in (b"", b"hello\n" * 100, b"PK\x03\x04" + bytes(1000), b"\n" * 1000):
        with pytest.raises(NotUnderstood):
            index(blob)


def test_bytes_view_and_mapped_file_give_the_same_index(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(NEW.encode())
    wanted = index(NEW.encode())
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert index(mapped) == wanted
    assert index(memoryview(NEW.encode())) == wanted


@pytest.mark.slow
def test_fifty_megabytes_are_indexed_in_half_a_second_without_a_copy() -> None:
    line = b"02-03 08:09:10.111  1000  1000 I Tag: a line of an ordinary length for a log, more or less ---- x\n"
    log = line * (50_000_000 // len(line))
    blob = NEW.encode().replace(b"--------- beginning of system\n", log)
    timings = []
    for _ in range(3):
        start = time.process_time()
        found = index(blob)
        timings.append(time.process_time() - start)
    assert len(found.sections) == len(index(NEW.encode()).sections)
    assert min(timings) < 0.5
    tracemalloc.start()
    index(blob)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 2_000_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "blob",
    [
        b"------ A (b) ------\n" * 500_000,
        b"\nDUMP OF SERVICE x:" * 500_000,
        b"\n" * 10_000_000,
        b"-" * 10_000_000,
        b"\n------ " * 1_250_000,
        b"\n------ " + b"(" * 10_000_000,
        b"=" * 10_000_000,
    ],
    ids=["rules", "services", "newlines", "dashes", "half rules", "brackets", "equals"],
)
def test_hostile_reports_take_less_than_two_seconds(blob: bytes) -> None:
    start = time.process_time()
    try:
        found = index(blob)
        assert len(found.sections) <= 20_000
    except NotUnderstood:
        pass
    assert time.process_time() - start < 2


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*NEW.splitlines(keepends=True), RULE, "\r\n", "\x00", "------ ", "é" * 9]), max_size=60)
)
def test_any_order_of_lines_gives_parts_inside_the_report(parts: list[str]) -> None:
    blob = "".join(parts).encode()
    try:
        found = index(blob)
    except NotUnderstood:
        return
    assert all(0 <= part.start <= part.end <= len(blob) for part in found.sections)
    ends = [part for part in found.sections if part.kind == "section"]
    assert all(one.end <= other.start for one, other in itertools.pairwise(ends))


def test_every_kind_of_dump_is_found_where_dumpstate_puts_it(examples: dict[str, str]) -> None:
    chosen = {kind: next(text for name, text in examples.items() if name.startswith(f"{kind}__")) for kind in PARSERS}
    parts = [HEADER]
    for kind, place in DUMP_PLACES.items():
        text = chosen[kind]
        if place.services:
            parts.append(f"{LONG_RULE}\nDUMP OF SERVICE {place.services[0]}:\n{text}")
        elif place.titles:
            parts.append(f"------ {place.titles[0]} (a command) ------\n{text}\n")
        else:
            title = "" if text.startswith("------ ") else f"------ X ({place.joined_commands[0]}) ------\n"
            parts.append(f"{title}{text}\n")
    blob = "".join(parts).encode()
    found = index(blob)
    for kind in DUMP_PLACES:
        if kind == "storage_health":
            continue  # its example is a board section, tested below
        text_found = dump_from(blob, found, kind, cap_bytes=1 << 20)
        assert text_found is not None, kind
        assert PARSERS[kind](text_found) == PARSERS[kind](chosen[kind]), kind
    assert dump_from(blob, found, "getevent", cap_bytes=1 << 20) is None


def test_small_files_of_a_board_section_are_joined_with_their_titles(examples: dict[str, str]) -> None:
    board = examples["storage_health__board"].replace("life_time: 0x06 0x01\n", "")
    blob = (HEADER + board).encode()
    text = dump_from(blob, index(blob), "storage_health", cap_bytes=1 << 20)
    assert text is not None
    assert PARSERS["storage_health"](text) == PARSERS["storage_health"](board)
    assert dump_from(b"------ A (b) ------\nx\n", index(b"------ A (b) ------\nx\n"), "battery", cap_bytes=9) is None


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("storage_health", "storage/*ufs_health*.txt"),
        ("power_supply", "power_supply/*uevents.txt"),
        ("touch_rawdata", "touch/*.txt"),
        ("modem_history", "modem/*.txt"),
    ],
)
def test_board_sections_of_a_real_phone_are_cut_without_loss(shared_dir: Path, kind: str, pattern: str) -> None:
    blobs = [path.read_bytes() for path in sorted((shared_dir / "corpora").glob(pattern))]
    assert blobs
    for blob in blobs:
        text = dump_from(blob, index(blob), kind, cap_bytes=1 << 20)
        assert text is not None
        assert PARSERS[kind](text) == PARSERS[kind](decode(blob))


@pytest.mark.parametrize("last_words", ["== dumpstate: done\n", "== dumpstate: done (id 1)\n"])
def test_a_report_that_says_that_it_is_done_is_not_cut_off(last_words: str) -> None:
    rule = "=" * 56 + "\n"
    text = f"{rule}== dumpstate: 2030-01-01 10:00:00\n{rule}\n------ UPTIME (uptime) ------\nup time: 1\n\n"
    text += "------ DUMPSYS (dumpsys) ------\nDUMP OF SERVICE battery:\n  level: 5\n"
    assert index(text.encode()).is_truncated
    done = index(f"{text}{rule}{last_words}{rule}".encode())
    assert not done.is_truncated
    assert b"dumpstate" not in section_bytes(
        f"{text}{rule}{last_words}{rule}".encode(), done.sections[-1], cap_bytes=999
    )
