"""Every packing that logs come in gives the same findings, and damage gives a note."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from probes import BadInput
from probes.logs import LogFiles, LogReport, scan

LINE = b"[   90.000000] mmcblk0: recovery failed!\n"
LOG = b"[    0.000000] Linux version 5.10.1 (x@y)\n" + LINE * 3
ENTRY = b"Process: com.acme.shop\nPID: 9\nFlags: 0x1\n\njava.lang.X\n"
REPORT = (
    b"========================================================\n== dumpstate: 2030-01-02 10:00:00\n"
    b"========================================================\n\nBuild: X\n"
    b"Build fingerprint: 'a/b/c:16/X/1:user/release-keys'\n\n"
    b"------ KERNEL LOG (dmesg) ------\n" + LOG + b"------ 0.1s was the duration of 'KERNEL LOG' ------\n"
    b"------ EVENT LOG (logcat -b events) ------\n"
    b"01-02 03:04:05.000  1 1 I am_crash: [4000,0,com.acme.shop,9,X]\n"
    b"------ EVENT LOG TAGS (/etc/event-log-tags) ------\n42 answer (to life)\n"
    b"------ LAST KMSG (/sys/fs/pstore/console-ramoops-0: 2030-01-02 09:00:00) ------\n" + LINE
)


def zipped(**members: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return sink.getvalue()


def tarred(body: bytes) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        info = tarfile.TarInfo("logs/dmesg.txt")
        info.size = len(body)
        archive.addfile(info, io.BytesIO(body))
    return sink.getvalue()


def read(*paths: Path | str, stdin: bytes | None = None) -> tuple[LogReport, list[str]]:
    files = LogFiles(paths, stdin=None if stdin is None else io.BufferedReader(io.BytesIO(stdin)))
    return scan(files), files.notes


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "dmesg.txt": bytes,
    "dmesg.txt.gz": gzip.compress,
    "dmesg.bz2": bz2.compress,
    "dmesg.xz": lzma.compress,
    "logs.zip": lambda body: zipped(**{"logs/dmesg.txt": body, "shot.png": b"\x89PNG"}),
    "nested.zip": lambda body: zipped(**{"inner.zip": zipped(**{"dmesg.log": body})}),
    "logs.tar": tarred,
    "logs.tar.gz": lambda body: gzip.compress(tarred(body)),
    "dmesg-ramoops-0.enc.z": zlib.compress,
}


@pytest.mark.parametrize("name", PACKINGS)
def test_every_packing_gives_the_same_findings(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(PACKINGS[name](LOG))
    report, _ = read(path)
    assert [(one.code, one.count) for one in report.findings] == [("storage.no_answer", 3)]
    assert report.sources[0].size_bytes == len(LOG)


@pytest.mark.parametrize("name", [name for name in PACKINGS if not name.endswith(".enc.z")])
def test_standard_input_takes_every_packing(name: str) -> None:
    report, _ = read("-", stdin=PACKINGS[name](LOG))
    assert report.findings[0].count == 3


def test_a_member_of_an_archive_is_named_like_a_file_in_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "logs.zip"
    path.write_bytes(zipped(**{"FS/data/a.txt": LOG, "FS/data/b.txt": LINE}))
    report, _ = read(path / "FS/data/b.txt")
    assert [source.lines for source in report.sources] == [1]
    with pytest.raises(BadInput, match=r"holds no"):
        read(path / "FS/data/c.txt")


@pytest.mark.parametrize("packed", [False, True])
def test_a_bug_report_is_read_by_its_sections(packed: bool, tmp_path: Path) -> None:
    path = tmp_path / ("bugreport.zip" if packed else "bugreport.txt")
    anr = (
        b"Subject: Input dispatching timed out\n\n----- pid 77 at 2030-01-02 09:59:00 -----\nCmd line: com.acme.mail\n"
    )
    members = {"main_entry.txt": b"r.txt", "r.txt": REPORT, "FS/data/anr/anr_1": anr, "FS/proc/uptime": b"1 2\n"}
    path.write_bytes(zipped(**members) if packed else REPORT)
    report, notes = read(path)
    names = {source.name for source in report.sources}
    assert names == {"kernel", "events", "last_kernel"} | ({"FS/data/anr/anr_1"} if packed else set())
    assert report.with_code("storage.no_answer")[0].boots == (-1, 0)
    assert report.with_code("app.crash")[0].unit == "com.acme.shop"
    if packed:
        assert report.with_code("app.not_responding")[0].unit == "com.acme.mail"
        assert notes == ["bugreport.zip: 2 files in it are no logs"]


def test_a_folder_of_drop_box_entries_is_one_place_with_times_from_the_names(tmp_path: Path) -> None:
    for number in range(3):
        name = f"data_app_crash@{1893600000000 + number * 10_000}.txt.gz"
        (tmp_path / name).write_bytes(gzip.compress(ENTRY))
    report, _ = read(tmp_path)
    (fell,) = report.crashes
    assert (fell.process, fell.kind, fell.count, fell.shortest_gap_s) == ("com.acme.shop", "crash", 3, 10.0)
    assert report.with_code("app.crash_loop")
    assert [one.wall_s for one in report.events] == [1893600000.0, 1893600010.0, 1893600020.0]


def test_tombstones_count_together_and_protobuf_is_named_as_not_read(tmp_path: Path) -> None:
    text = (
        b"*** *** ***\nBuild fingerprint: 'x'\nTimestamp: 2030-01-02 10:00:0%d.5+0800\n"
        b"pid: 1, tid: 2, name: b  >>> /vendor/bin/acme <<<\n"
    )
    for number in range(2):
        (tmp_path / f"tombstone_0{number}").write_bytes(text % number)
    (tmp_path / "tombstone_02").write_bytes(b"\x08\x01\x12\x20acme/acme/acme:16/X:user/release-keys")
    report, notes = read(tmp_path)
    assert [(one.process, one.count) for one in report.crashes] == [("/vendor/bin/acme", 2)]
    assert report.crashes[0].shortest_gap_s == 1.0
    assert notes == ["tombstone_02: a tombstone as protobuf is not read; take the text beside it"]


def test_damaged_archives_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    noise = b"".join(b"[%9d.0] line %d\n" % (number, number * number) for number in range(50_000))
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(LOG + noise)[:-2000])
    report, notes = read(path)
    assert report.findings[0].count == 3
    assert len(notes) == 1
    assert "damaged" in notes[0]
    path.write_bytes(zipped(**{"a.txt": LOG})[:60])
    assert "damaged" in read(path)[1][0]


def test_what_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"cannot read .*gone"):
        read(tmp_path / "gone.txt")


def record(buffer: int, payload: bytes, *, second: int = 1893600000) -> bytes:
    return struct.pack("<HHiIIIII", len(payload), 28, 77, 78, second, 500_000_000, buffer, 1000) + payload


def binary_log() -> bytes:
    crash = struct.pack("<IBBBiBi", 30039, 3, 3, 0, 4000, 0, 0) + b"\x02" + struct.pack("<I", 13) + b"com.acme.shop"
    return (
        record(0, b"\x06SQLiteLog\0disk I/O error\nat line two\0")
        + record(2, crash)
        + record(1, b"\x03RILJ\0up\0", second=1893600009)
    )


def test_binary_logcat_is_read_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "log.bin.txt"
    path.write_bytes(binary_log())
    report, _ = read(path)
    assert report.sources[0].lines == 4
    assert report.with_code("app.crash")[0].unit == "com.acme.shop"
    evidence = report.with_code("storage.io_error_apps")[0].evidence[0].text
    assert evidence == "1893600000.500    77    78 E SQLiteLog: disk I/O error"
    assert report.sources[0].levels == {"E": 2, "I": 1, "D": 1}
    assert report.clock.year == 2030


def test_binary_logcat_that_is_cut_or_broken_ends_there(tmp_path: Path) -> None:
    path = tmp_path / "log.bin.txt"
    path.write_bytes(binary_log()[:-5])
    assert read(path)[0].sources[0].lines == 3
    path.write_bytes(binary_log() + b"\xff" * 40 + binary_log())
    assert read(path)[0].sources[0].lines == 4


LONG = (
    b"--------- beginning of main\n"
    b"[ 01-02 03:04:05.678  4000: 4001 E/AndroidRuntime ]\n"
    b"FATAL EXCEPTION: main\nProcess: com.acme.shop, PID: 4000\njava.lang.X\n\n"
    b"[ 01-02 03:04:06.000  1000: 1001 E/SQLiteLog ]\ndisk I/O error\n\n"
)


def test_the_long_format_is_read_like_the_others_and_evidence_leads_back(tmp_path: Path) -> None:
    path = tmp_path / "logcat.txt"
    path.write_bytes(LONG)
    report, _ = read(path)
    assert [(one.process, one.count) for one in report.crashes] == [("com.acme.shop", 1)]
    evidence = report.with_code("storage.io_error_apps")[0].evidence[0]
    assert evidence.line_no == 8
    assert LONG[evidence.offset_bytes :].startswith(b"disk I/O error")
    assert evidence.text.startswith("01-02 03:04:06.000  1000  1001 E SQLiteLog: ")
    assert report.sources[0].levels["E"] == 4
