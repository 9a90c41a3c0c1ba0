"""A cassette may come from anybody: what is wrong with it is one line, and never a surprise."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.cassette import BadCassette, TapeMachine, read_tape
from tests.hwsim.rig import MemoryTerminal

HEAD: dict[str, Any] = {"schema": "phonebench.cassette/1", "phone": {"serial": "S", "features": ["shell_v2"]}}


def write(path: Path, head: object, bodies: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cassette.json", head if isinstance(head, str) else json.dumps(head))
        for name, body in (bodies or {}).items():
            archive.writestr(f"bodies/{name}", body)
    return path


def said(command: str, out: bytes, **more: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    name = hashlib.sha256(out).hexdigest()
    return {"kind": "shell", "command": command, "out": name, "exit_code": 0, **more}, {name: out}


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("[" * 100_000, "damaged|no JSON"),
        ("no json", "no JSON"),
        ("[]", "no table"),
        ({"schema": "phonebench.cassette/99"}, "of format phonebench.cassette/99"),
        ({**HEAD, "exchanges": [{"kind": "magic"}]}, "unknown kind magic"),
        ({**HEAD, "exchanges": [{"kind": "shell", "command": 5}]}, "no text"),
        ({**HEAD, "exchanges": [{"kind": "shell", "command": "x", "out": "../../etc/passwd"}]}, "no hash"),
        ({**HEAD, "exchanges": [{"kind": "shell", "command": "x", "out": "a" * 64}]}, "has no bodies/"),
        ({**HEAD, "exchanges": [{"kind": "shell", "command": "x", "end": "later"}]}, "ends with later"),
        ({**HEAD, "exchanges": [{"kind": "shell", "command": "x", "exit_code": 1e9}]}, "whole"),
        ({**HEAD, "exchanges": [{"kind": "shell", "command": "x", "contains": ""}]}, "every command"),
        ({**HEAD, "properties": []}, "no table"),
    ],
)
def test_what_is_no_cassette_is_refused_in_one_line(tmp_path: Path, head: object, words: str) -> None:
    with pytest.raises(BadCassette, match=words) as refused:
        read_tape(write(tmp_path / "bad", head))
    assert "\n" not in str(refused.value)


def test_a_body_that_unpacks_without_end_and_one_that_was_changed_are_refused(tmp_path: Path) -> None:
    entry, _ = said("x", b"")
    name = "0" * 64
    huge = write(tmp_path / "huge", {**HEAD, "exchanges": [{**entry, "out": name}]}, {name: bytes(130 * 1024 * 1024)})
    assert huge.stat().st_size < 1_000_000
    with pytest.raises(BadCassette, match="more than a cassette may hold"):
        read_tape(huge)
    changed = write(tmp_path / "changed", {**HEAD, "exchanges": [{**entry, "out": name}]}, {name: b"other"})
    with pytest.raises(BadCassette, match="not what its hash says"):
        read_tape(changed)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 400))
def test_damaged_files_are_refused_or_read(tmp_path_factory: pytest.TempPathFactory, junk: bytes, at: int) -> None:
    entry, bodies = said("x", b"hello")
    path = write(tmp_path_factory.mktemp("junk") / "j", {**HEAD, "exchanges": [entry]}, bodies)
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + junk + whole[at + len(junk) :])
    with contextlib.suppress(BadCassette):
        assert read_tape(path).serial


def test_the_command_line_refuses_with_one_line_and_64(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"no zip")
    for name in ("x", "missing"):
        done = subprocess.run(
            [sys.executable, "-m", "hwsim", "cassette", str(tmp_path / name)],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert (done.returncode, done.stderr.count("\n")) == (64, 1), done.stderr


def ask(machine: TapeMachine, line: str) -> tuple[int, bytes, bytes]:
    terminal = MemoryTerminal()
    code = asyncio.run(machine.run(line, terminal))
    return code, bytes(terminal.out_bytes), bytes(terminal.err_bytes)


def test_answers_come_in_turn_and_the_last_one_stays(tmp_path: Path) -> None:
    (one, first), (two, second) = said("uptime", b"1"), said("uptime", b"2", exit_code=3)
    machine = TapeMachine(read_tape(write(tmp_path / "t", {**HEAD, "exchanges": [one, two]}, first | second)))
    assert [ask(machine, "uptime")[:2] for _ in range(3)] == [(0, b"1"), (3, b"2"), (3, b"2")]
    machine.rewind()
    assert ask(machine, "uptime")[1] == b"1"


def test_what_the_tape_does_not_know_is_a_command_that_the_shell_lacks_and_is_told(tmp_path: Path) -> None:
    told: list[dict[str, object]] = []
    head = {**HEAD, "properties": {"ro.build.version.release": "9", "ro.product.model": "X"}}
    machine = TapeMachine(read_tape(write(tmp_path / "t", head)), tell=told.append)
    assert ask(machine, "dumpsys \x1b[2Jx 'y") == (127, b"", b"/system/bin/sh: dumpsys: not found\n")
    assert ask(machine, "getprop ro.product.model") == (0, b"X\n", b"")
    assert ask(machine, "(nosuch); echo 0123456789abcdef:$?")[1] == b"0123456789abcdef:127\n"
    for number in range(500):
        ask(machine, f"cmd{number}")
    assert told[0] == {"event": "unknown", "command": "dumpsys ?[2Jx 'y"}
    assert len(told) == 200


def test_a_marked_answer_serves_any_line_with_its_words(tmp_path: Path) -> None:
    entry, bodies = said("power_supply", b"POWER_SUPPLY_X=1", contains="/sys/class/power_supply")
    machine = TapeMachine(read_tape(write(tmp_path / "t", {**HEAD, "exchanges": [entry]}, bodies)))
    assert ask(machine, "cat /sys/class/power_supply/bms/uevent")[1] == b"POWER_SUPPLY_X=1"
