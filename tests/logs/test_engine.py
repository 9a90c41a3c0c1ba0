from __future__ import annotations

import itertools
import random
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from probes.logs import LogReport, LogSource, Strength, scan
from probes.logs.blocks import BLOCK_BYTES, LINE_CAP_BYTES, blocks
from probes.logs.levels import count_levels

LOG = (
    b"<6>[    0.000000] Linux version 5.4.210-acme (x@y) #1\n"
    b"01-02 03:04:05.678  1000  1100 E SQLiteLog: disk I/O error\r\n"
    b"\x1b[32m[   90.000000] \x1b[0m\x1b[33mmmcblk0\x1b[0m: recovery failed!\n"
    + b"x"
    * (LINE_CAP_BYTES + 77)
    + b" mmcblk0: recovery failed!\n"
    b"[   95.000000] acme\x00\xff\xfe mmcblk0: recovery failed!\n"
    b"01-02 03:04:05.000  1 1 E AndroidRuntime: Process: com.acme.shop, PID: 1\n"
    b"<3>[  190.500000 / 01-01 00:00:00.979][0] I/O error, dev mmcblk0, sector 77"
)


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, len(LOG)), max_size=12))
@example(list(range(120)))
def test_where_chunks_end_does_not_show(cuts: list[int]) -> None:
    assert scan([LogSource("kernel", split(LOG, cuts))]) == scan([LogSource("kernel", [LOG])])


def test_where_chunks_end_does_not_show_in_the_clock() -> None:
    line = b"[%12.6f / 01-02 %02d:%02d:%02d.000][0] mmcblk0: recovery failed! %s\n"
    lines = [line % (n * 2, 3 + n // 1800, n // 30 % 60, n * 2 % 60, b"x" * 500) for n in range(5000)]
    data = b"".join(lines)
    whole = scan([LogSource("kernel", [data])])
    assert whole.clock.anchors > 4
    for size in (999, BLOCK_BYTES - 1, 3 * BLOCK_BYTES):
        chunks = [data[start : start + size] for start in range(0, len(data), size)]
        assert scan([LogSource("kernel", chunks)]) == whole


def test_where_chunks_end_does_not_show_in_large_logs() -> None:
    line = b"[%12.6f] ufshcd-acme 1d84000.ufshc: link startup failed %d\n"
    data = b"".join(line % (number / 10, number) + b"[ 1.0] filler\n" * 30 for number in range(5000))
    data = data[: BLOCK_BYTES // 2] + b"y" * (2 * BLOCK_BYTES + 5) + data[BLOCK_BYTES // 2 :]
    whole = scan([LogSource("kernel", [data])])
    for size in (999, 65536, BLOCK_BYTES + 1):
        chunks = [data[start : start + size] for start in range(0, len(data), size)]
        assert scan([LogSource("kernel", chunks)]) == whole
    for line_ in whole.findings[0].evidence:
        assert data[: line_.offset_bytes].count(b"\n") == line_.line_no - 1


def test_the_order_of_sources_does_not_show() -> None:
    logs = {
        "kernel": b"[   90.0] mmcblk0: recovery failed!\n[   99.0] mmcblk0: recovery failed!\n",
        "main": b"01-02 03:04:05.678  1 2 E SQLiteLog: disk I/O error\n" * 3,
        "events": b"01-02 03:04:05.678  1 2 I am_crash: [4000,0,com.acme.shop,9,X]\n",
        "last_kmsg": b"[    9.0] Aborting journal on device sda20-8.\n",
    }
    reports = [scan([LogSource(name, [logs[name]]) for name in order]) for order in itertools.permutations(logs)]
    assert all(report == reports[0] for report in reports)
    assert len(reports[0].findings) >= 4


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf_16_logs_are_read(encoding: str) -> None:
    text = "[   90.0] ümlaut\r\n[   91.0] mmcblk0: recovery failed!\r\n"
    data = (b"\xfe\xff" if encoding == "utf-16-be" else b"") + text.encode(encoding)
    report = scan([LogSource("kernel", split(data, [1, 2, 3, 7, 50]))])
    evidence = report.findings[0].evidence[0]
    assert evidence.line_no == 2
    assert data[evidence.offset_bytes :].decode("utf-16-be" if encoding == "utf-16-be" else "utf-16-le")[0] == "["
    assert report.sources[0].size_bytes == len(data)


def test_statistics_of_a_source_are_its_lines_levels_clocks_and_boots() -> None:
    report = scan([LogSource("kernel", [LOG])])
    stats = report.sources[0]
    assert stats.lines == LOG.count(b"\n") + 1
    assert stats.boots == 1
    assert stats.first is not None
    assert stats.first.boot_s == 0.0
    assert stats.last is not None
    assert stats.last.boot_s == 190.5
    assert stats.levels == {"I": 1, "E": 3, "?": 3}


@pytest.mark.parametrize(
    ("line", "level"),
    [
        (b"<6>[ 1.0] x", "I"),
        (b"<3>x", "E"),
        (b"E/Tag( 1): x", "E"),
        (b"01-02 03:04:05.678 W/Tag( 1): x", "W"),
        (b"01-02 03:04:05.678     1     2 D Tag: x", "D"),
        (b"01-02 03:04:05.678 radio     1     2 D Tag: x", "D"),
        (b"01-02 03:04:05.678 1234567 1234567 F Tag: x", "F"),
        (b"01-02 03:04:05.678     1     2 S Tag: x", "F"),
        (b"E( 1000) x  (Tag)", "E"),
        (b"2030-01-02 03:04:05.678 +0800  1000  1001 W Tag: x", "W"),
        (b"1700000000.123  1000  1001 I Tag: x", "I"),
        (b"     123.456  1000  1001 I Tag: x", "I"),
        (b"[ 1.0] x", "?"),
        (b"", "?"),
        (b"<", "?"),
        (b"01-02 03:04:05", "?"),
    ],
)
def test_the_level_of_each_shape_is_found(line: bytes, level: str) -> None:
    assert count_levels(next(blocks([line + b"\n"]))) == {level: 1}


def test_no_log_and_an_empty_log_find_nothing() -> None:
    assert scan([]) == LogReport((), (), ())
    report = scan([LogSource("kernel", [])])
    assert (report.findings, report.sources[0].lines, report.sources[0].boots) == ((), 0, 0)


def test_two_logs_of_one_name_stay_two_logs() -> None:
    report = scan([LogSource("kernel", [b"a\n"]), LogSource("kernel", [b"b\n"])])
    assert [stats.lines for stats in report.sources] == [1, 1]


def test_evidence_is_both_ends_and_some_between() -> None:
    lines = b"".join(b"[%6d.0] mmcblk0: recovery failed!\n" % number for number in range(1, 2001))
    (finding,) = scan([LogSource("kernel", [lines])]).findings
    assert finding.count == 2000
    assert [line.line_no for line in finding.evidence] == [1, 2, 3, 10, 100, 1000, 1998, 1999, 2000]
    assert finding.rate_per_h == pytest.approx(2000 / 1999 * 3600)


def test_units_without_end_are_gathered_under_one_name() -> None:
    lines = b"".join(b"i2c-msm-v2 %x.i2c: BUS ERROR:noisy bus\n" % number for number in range(5000))
    found = scan([LogSource("kernel", [lines])]).with_code("i2c.bus_stuck")
    assert len(found) <= 65
    assert sum(one.count for one in found) == 5000


def test_a_line_of_ten_megabytes_costs_a_line_of_the_cap() -> None:
    chunks = [b"[ 1.0] mmcblk0: recovery failed! "] + [b"A" * 100_000] * 100 + [b"\nmmcblk0: recovery failed!\n"]
    tracemalloc.start()
    (finding,) = scan([LogSource("kernel", chunks)]).findings
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [line.line_no for line in finding.evidence] == [1, 2]
    assert finding.evidence[1].offset_bytes == sum(map(len, chunks[:-1])) + 1
    assert max(len(line.text) for line in finding.evidence) <= 500
    assert peak_bytes < 16 * BLOCK_BYTES


@pytest.mark.slow
def test_a_million_lines_that_all_match_stay_in_bounded_memory() -> None:
    chunk = b"[   90.000000] mmcblk0: recovery failed! " + b"\x00" * 3 + b"\n"
    tracemalloc.start()
    report = scan([LogSource("kernel", itertools.repeat(chunk * 1000, 200))])
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.findings[0].count == 200_000
    assert peak_bytes < 32 * BLOCK_BYTES


def test_random_bytes_and_flipped_bits_break_nothing() -> None:
    noise = random.Random(7)
    flipped = bytearray(LOG * 20)
    for _ in range(2000):
        flipped[noise.randrange(len(flipped))] ^= 1 << noise.randrange(8)
    for data in (noise.randbytes(200_000), bytes(flipped), b"\xff\xfe" + noise.randbytes(50_001), b"\n" * 1000):
        report = scan([LogSource("kernel", [data])])
        assert report.sources[0].size_bytes == len(data)


def test_findings_come_strongest_first() -> None:
    data = b"[ 1.0] acme: Driver acme requests probe deferral\n[ 2.0] ufshcd: link startup failed\n"
    ranks = [one.strength.rank for one in scan([LogSource("kernel", [data])]).findings]
    assert ranks == [Strength.STRONG.rank, Strength.BENIGN.rank]
