"""Bug reports and dumps that somebody else took: hostile files get one clear line, good ones answer."""

from __future__ import annotations

import io
import os
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.dumps import open_dumps
from probes import BadInput

HEADER = """========================================================
== dumpstate: 2031-02-03 08:09:10
========================================================

Build: LUMEN.1
Build fingerprint: 'nimbus/lumen/lumen:14/ABC1/9:user/release-keys'
"""
REPORT = (
    HEADER
    + """
------ SYSTEM PROPERTIES (getprop) ------
[ro.product.model]: [Lumen 3]
[ro.build.version.release]: [14]
------ 0.010s was the duration of 'SYSTEM PROPERTIES' ------
------ SYSTEM LOG (logcat -v threadtime -d *:v) ------
--------- beginning of main
03-04 05:06:07.123  1000  1000 I Test: line
------ 0.010s was the duration of 'SYSTEM LOG' ------
------ DUMPSYS (/system/bin/dumpsys) ------
-------------------------------------------------------------------------------
DUMP OF SERVICE battery:
Current Battery Service state:
  level: 64
  scale: 100
--------- 0.010s was the duration of dumpsys battery, ending at: 2031-02-03 08:09:11
"""
)
TEXT = REPORT.encode()
Zip = Callable[..., Path]


@pytest.fixture
def make_zip(tmp_path: Path) -> Zip:
    def make(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
        path = tmp_path / "bugreport.zip"
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, body in entries.items():
                archive.writestr(name, body)
        return path

    return make


def answer(path: Path, *argv: str) -> bytes:
    return b"".join(bytes(piece) for piece in open_dumps(path).answers(argv))


def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        open_dumps(path)
    line = caught.value.line()
    assert "\n" not in line
    assert "\x1b" not in line
    return line


def test_a_plain_report_answers_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(TEXT)
    assert b"Lumen 3" in answer(path, "getprop")
    assert b"level: 64" in answer(path, "dumpsys", "battery")
    assert answer(path, "dumpsys", "thermalservice") == b""
    assert b"I Test: line" in b"".join(bytes(piece) for piece in open_dumps(path).log("main"))
    assert open_dumps(path).log("radio") == []


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_answers_like_the_report_in_it(make_zip: Zip, tmp_path: Path, method: int) -> None:
    plain = tmp_path / "report.txt"
    plain.write_bytes(TEXT)
    zipped = make_zip({"version.txt": b"2.0", "bugreport-lumen.txt": TEXT, "FS/proc/1/maps": b"x" * 9000}, method)
    for argv in (("getprop",), ("dumpsys", "battery")):
        assert answer(zipped, *argv) == answer(plain, *argv) != b""


def test_main_entry_says_which_text_is_the_report(make_zip: Zip) -> None:
    decoy = TEXT.replace(b"Lumen 3", b"Decoy") + b"\n" * 5000
    entries = {"bigger.txt": decoy, "chosen.txt": TEXT, "main_entry.txt": b"chosen.txt\n"}
    assert b"Lumen 3" in answer(make_zip(entries), "getprop")
    assert b"Decoy" in answer(make_zip(entries | {"main_entry.txt": b"../../etc/passwd"}), "getprop")
    assert b"Decoy" in answer(make_zip(entries | {"main_entry.txt": b"\xff\xfe\x00" * 500}), "getprop")


def test_the_vendors_part_is_read_too(make_zip: Zip) -> None:
    board = b"------ UFS HEALTH (/sys/x/health_descriptor/eol_info) ------\n0x02\n"
    path = make_zip({"report.txt": TEXT, "dumpstate_board.txt": board})
    assert b"0x02" in answer(path, "cat", "/sys/x/health_descriptor/eol_info")


@pytest.mark.parametrize(
    "name", ["../../../evil.txt", "/etc/evil.txt", "a\\..\\evil.txt", "C:evil.txt", "\x1b[2Jevil.txt", "evil\x00.txt"]
)
def test_names_in_an_archive_are_never_paths(make_zip: Zip, tmp_path: Path, name: str) -> None:
    path = make_zip({name: TEXT, "main_entry.txt": name.encode()})
    before = sorted(tmp_path.rglob("*"))
    try:
        found = answer(path, "getprop")
    except BadInput as error:
        found = error.line().encode()
    assert b"Lumen 3" in found or found.decode().isprintable()
    assert sorted(tmp_path.rglob("*")) == before
    assert not (tmp_path.parent / "evil.txt").exists()


def test_a_bomb_of_zeros_is_stopped_by_its_ratio(make_zip: Zip) -> None:
    path = make_zip({"report.txt": TEXT + b"\0" * (64 << 20)})
    assert path.stat().st_size < 200_000
    assert "times its size" in refusal(path)


def test_an_entry_that_lies_about_its_size_is_counted(make_zip: Zip) -> None:
    path = make_zip({"report.txt": TEXT + b"\0" * (64 << 20)})
    raw = bytearray(path.read_bytes())
    true_size = struct.pack("<I", len(TEXT) + (64 << 20))
    assert raw.count(true_size) >= 2
    path.write_bytes(bytes(raw).replace(true_size, struct.pack("<I", 10)))
    refusal(path)


def test_a_zip_in_a_zip_is_not_opened(make_zip: Zip, tmp_path: Path) -> None:
    inner = make_zip({"report.txt": TEXT}).read_bytes()
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("inner.zip", inner)
    assert "without an Android bug report" in refusal(outer)


def test_an_archive_of_very_many_entries_is_refused(make_zip: Zip) -> None:
    assert "entries" in refusal(make_zip({f"{number}.txt": b"" for number in range(10_001)}))


def test_a_locked_archive_is_refused(make_zip: Zip) -> None:
    path = make_zip({"report.txt": TEXT}, zipfile.ZIP_STORED)
    raw = bytearray(path.read_bytes())
    raw[6] |= 1  # the flag of encryption in the local header, and below in the central directory
    central = raw.rindex(b"PK\x01\x02")
    raw[central + 8] |= 1
    path.write_bytes(raw)
    assert "locked" in refusal(path)


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 500, b"\x7fELF" + bytes(range(256)) * 40])
def test_what_is_no_report_is_refused(tmp_path: Path, body: bytes) -> None:
    for name in ("report.zip", "report.txt", "\x1b[2J.zip"):
        path = tmp_path / name
        path.write_bytes(body)
        refusal(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_cut_or_damaged_archive_never_crashes(make_zip: Zip, tmp_path: Path, method: int) -> None:
    chance = random.Random(f"zip {method}")
    whole = make_zip({"main_entry.txt": "répört.txt".encode(), "répört.txt": TEXT * 3}, method).read_bytes()
    path = tmp_path / "damaged.zip"
    opened = refused = 0
    for _ in range(300):
        raw = bytearray(whole)
        if chance.random() < 0.3:
            del raw[chance.randrange(len(raw)) :]
        for _ in range(chance.randrange(4)):
            if raw:
                # half of the damage hits the directory at the end
                start = 0 if chance.random() < 0.5 else max(0, len(raw) - 200)
                raw[chance.randrange(start, len(raw))] = chance.randrange(256)
        path.write_bytes(raw)
        try:
            open_dumps(path).answers(["getprop"])
            opened += 1
        except BadInput as error:
            refused += error.line().isprintable()
    assert opened > 10
    assert refused == 300 - opened


def test_an_archive_with_a_comment_and_a_prefix_is_read(make_zip: Zip, tmp_path: Path) -> None:
    whole = make_zip({"report.txt": TEXT})
    with zipfile.ZipFile(whole, "a") as archive:
        archive.comment = b"a comment" * 100
    assert b"Lumen 3" in answer(whole, "getprop")
    buffer = io.BytesIO(b"#!/bin/sh\n" + whole.read_bytes())
    path = tmp_path / "prefixed.zip"
    path.write_bytes(buffer.getvalue())
    refusal(path)


@pytest.mark.parametrize("last", [b"Lumen", b"I Test", b"level: 6"])
def test_a_report_cut_off_in_the_middle_says_so(tmp_path: Path, last: bytes) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(TEXT[: TEXT.index(last) + len(last)])
    assert open_dumps(path).is_truncated


def test_a_file_that_is_not_there_or_not_a_file_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "nothing.zip")
    refusal(Path(os.devnull))
    (tmp_path / "empty").mkdir()
    assert "no file in empty" in refusal(tmp_path / "empty")


@pytest.mark.parametrize("folded", [False, True])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, *, folded: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    if folded:
        (tmp_path / "battery.txt").write_text("Current Battery Service state:\n  level: 64\n")
        assert open_dumps(tmp_path).topics == ("dumpsys battery",)
    else:
        refusal(tmp_path / "pipe")


FOLDER = {
    "lumen__dumpsys_battery.txt": ("Current Battery Service state:\n  level: 64\n", "dumpsys battery"),
    "lumen__getprop.txt": ("[ro.product.model]: [Lumen]\n", "getprop"),
    "lumen__dmesg.txt": ("<6>[    1.000000] booting\n", "log kernel"),
    "lumen__logcat.txt": ("03-04 05:06:07.123  1  1 I T: x\n", "log main"),
    "lumen__logcat_radio.txt": ("03-04 05:06:07.123  1  1 I T: x\n", "log radio"),
    "nameless": ("Drop box contents: 0 entries\n", "dumpsys dropbox"),
    "df.txt": ("Filesystem 1K-blocks Used Available Use% Mounted on\n/x 5 1 4 20% /data\n", "df"),
}


def test_a_folder_of_dumps_is_one_phone(tmp_path: Path) -> None:
    for name, (text, _) in FOLDER.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG" + bytes(200))
    (tmp_path / "empty.txt").touch()
    (tmp_path / "link.txt").symlink_to("/etc/passwd")
    dumps = open_dumps(tmp_path)
    assert sorted(dumps.topics) == sorted(topic for _, topic in FOLDER.values())
    assert b"Lumen" in answer(tmp_path, "getprop")
    assert dumps.log("kernel") != []
    assert not any(b"root:" in bytes(piece) for buffer in ("main", "radio") for piece in dumps.log(buffer))


def test_the_same_files_are_the_same_report(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(TEXT)
    first = open_dumps(path).sha256
    assert open_dumps(path).sha256 == first
    path.write_bytes(TEXT + b" ")
    assert open_dumps(path).sha256 != first
