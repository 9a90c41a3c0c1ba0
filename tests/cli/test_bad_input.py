"""Whatever is wrong: one clear line, the right exit code, no traceback, and nothing lost that was shown as done."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import BenchOf, Cli, Done

    MakeBench = Callable[..., BenchOf]

GOOD_LIMITS = '["battery.gauge".soh_percent]\nkind = "at_least"\nlow = 75\nsource = { kind = "learned", text = "x" }\n'


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["diagnose", "--sim", "no.such"], 64, "no.such"),
        (["diagnose", "--sim", "battery.worn:9"], 64, "severity"),
        (["diagnose", "--sim", "healthy", "--profile", "nokia_3310"], 64, "nokia_3310"),
        (["diagnose", "--sim", "healthy", "--seed", "-1"], 64, "seed"),
        (["diagnose", "--sim", "healthy", "--all"], 64, "give a serial"),
        (["diagnose", "S1", "--all"], 64, "give a serial"),
        (["diagnose", "--sim", "healthy", "--limits", "nothing.toml"], 64, "nothing.toml"),
        (["diagnose", "--no-such-option"], 64, "--no-such-option"),
        (["no-such-command"], 64, "no-such-command"),
        (["--lang", "klingon", "runs"], 64, "--lang"),
        (["runs", "--lang=fr"], 64, "--lang"),
        (["runs", "-n", "0"], 64, "number"),
        (["bugreport", "nothing.zip"], 64, "nothing.zip"),
        (["bugreport", os.devnull], 64, "neither a file"),
        (["schema", "x\x1b[2J"], 64, "no record"),
        (["report", "nobody"], 64, "no run"),
        (["report"], 64, "no run"),
        (["replay", "x' OR 1=1"], 64, "no run"),
        (["resume", "../../etc"], 64, "no run"),
        (["compare", "a", "b"], 64, "no run"),
        (["sim", "up", "--phones", "3", "--fault", "healthy", "--fault", "healthy"], 64, "2 faults for 3 phones"),
        (["sim", "up", "--fault", "no.such", "--base-port", "0"], 64, "no.such"),
        (["sim", "up", "--phones", "0"], 64, "phones"),
    ],
)
def test_a_wrong_word_is_one_line(cli: Cli, arguments: list[str], code: int, says: str) -> None:
    done = cli.run(*arguments)
    assert says in done.line()
    assert done.code == code
    assert done.out == ""


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_wrong_limits_file_is_one_line_before_anything_runs(cli: Cli, language: str) -> None:
    path = cli.home / "limits.toml"
    path.write_text(GOOD_LIMITS.replace("soh_percent", "soh"))
    done = cli.run("diagnose", "--sim", "healthy", "--limits", str(path), "--lang", language)
    assert done.code == 64
    assert "soh" in done.line()
    assert cli.run("runs", "--json").json == []


# phones and servers


def test_a_port_where_something_else_answers_is_one_line(cli: Cli) -> None:
    with answering(b"") as port:
        cli.environ["ANDROID_ADB_SERVER_PORT"] = str(port)
        done = cli.run("diagnose")
    assert done.code == 2
    assert str(port) in done.line()


@pytest.mark.parametrize("command", ["diagnose", "devices"])
def test_an_adb_server_of_another_version_is_left_alone(cli: Cli, command: str) -> None:
    asked: list[bytes] = []
    with answering(b"OKAY00040001", asked) as port:
        cli.environ["ANDROID_ADB_SERVER_PORT"] = str(port)
        done = cli.run(command)
    assert done.code == 2
    assert "version 1" in done.line()
    assert all(b"host:kill" not in request for request in asked)


def answering(reply: bytes, asked: list[bytes] | None = None) -> _Answering:
    return _Answering(reply, asked if asked is not None else [])


class _Answering:
    """A server that gives every connection the same reply."""

    def __init__(self, reply: bytes, asked: list[bytes]) -> None:
        self._reply = reply
        self._asked = asked
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> int:
        self._thread.start()
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_exception: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, suppress(OSError):
                    connection.settimeout(5)
                    self._asked.append(connection.recv(200))
                    connection.sendall(self._reply)


@pytest.mark.slow
def test_a_serial_that_nobody_has_and_two_phones_without_a_serial(bench: MakeBench) -> None:
    made = bench(phones=2)
    unknown = made.cli.run("diagnose", "NOBODY\x1b[2J")
    assert unknown.code == 2
    assert "sees no phone" in unknown.line()
    several = made.cli.run("diagnose")
    assert several.code == 64
    assert all(serial in several.line() for serial in made.serials)
    every = made.cli.run("diagnose", "--all", "--json")
    assert every.code == 0
    assert [diagnosis["conclusion"] for diagnosis in every.json] == ["nothing_found"] * 2
    one = made.cli.run("diagnose", made.serials[1], "--json")
    assert one.code == 0
    assert one.json["subject"] == made.serials[1]


@pytest.mark.slow
@pytest.mark.parametrize(("state", "says"), [("unauthorized", "allow"), ("offline", "offline")])
def test_a_phone_that_cannot_be_used_is_one_line_that_says_what_to_do(bench: MakeBench, state: str, says: str) -> None:
    made = bench()
    made.rack.ask("state", state=state)
    listed = wait_for(lambda: made.cli.run("devices", "--json").json, lambda rows: rows and rows[0]["state"] == state)
    assert listed[0]["usable"] is False
    assert listed[0]["advice"]
    done = made.cli.run("diagnose", made.serials[0])
    assert done.code == 2
    assert says in done.line().lower()
    assert made.cli.run("runs", "--json").json == []


def wait_for(
    ask: Callable[[], list[dict[str, object]]], fits: Callable[[list[dict[str, object]]], object]
) -> list[dict[str, object]]:
    """Ask again until the answer fits: what the server notices of a phone is not ours to order."""
    deadline_s = time.monotonic() + 20
    while True:
        answer = ask()
        if fits(answer):
            return answer
        assert time.monotonic() < deadline_s, answer


def first_lines(process: subprocess.Popen[str], count: int) -> list[str]:
    """Lines of progress, as they come."""
    assert process.stderr is not None
    return [process.stderr.readline() for _ in range(count)]


@pytest.mark.slow
def test_an_unplugged_phone_is_trouble_of_the_bench_and_the_run_goes_on_later(bench: MakeBench) -> None:
    made = bench(faults=("battery.worn",))
    process = made.cli.start("diagnose", made.serials[0])
    shown = first_lines(process, 2)
    made.rack.ask("unplug")
    out, err = process.communicate(timeout=60)
    if process.returncode == 1:
        pytest.skip("the run was over before the cable was out")
    assert process.returncode == 2
    assert "Traceback" not in out + err
    assert "battery (BAT)" not in out.split("Also")[0].splitlines()[0]
    row = made.cli.run("runs", "--json").json[0]
    assert row["state"] == "broken"
    assert row["done"] >= len([line for line in shown if "pass" in line or "fail" in line])
    made.rack.ask("replug")
    made.server.connect(made.rack.addresses[0])
    wait_for(lambda: made.cli.run("devices", "--json").json, lambda rows: rows and rows[0]["usable"])
    resumed = made.cli.run("resume", row["run"], "--json")
    assert resumed.code == 1
    assert resumed.json["run_id"] == row["run"]
    assert resumed.json["plan"]["parts"] == ["BAT"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "chaos",
    [
        {"kind": "garbage", "after_bytes": 500},
        {"kind": "cut", "after_bytes": 2000},
        {"kind": "truncate", "after_bytes": 700},
        {"kind": "slow", "interval_s": 0.002},
        {"kind": "drip", "piece_bytes": 4096, "interval_s": 0.001},
        {"kind": "flood", "after_bytes": 100},
    ],
    ids=lambda chaos: str(chaos["kind"]),
)
def test_a_phone_on_a_bad_link_is_never_blamed(bench: MakeBench, chaos: dict[str, Any]) -> None:
    made = bench()
    made.rack.ask("chaos", **chaos)
    done = made.cli.run("diagnose", made.serials[0], "--json", timeout_s=150)
    done.no_traceback()
    assert done.code in {0, 2, 3}
    if done.out:
        assert done.json["plan"]["parts"] == []
        assert done.json["conclusion"] in {"bench_trouble", "nothing_found", "cannot_tell"}


# the home


@pytest.mark.parametrize("place", ["/proc/phonebench", "file/below"])
def test_a_home_that_cannot_be_written_is_one_line(cli: Cli, place: str) -> None:
    (cli.home / "file").write_text("x")
    cli.environ["PHONEBENCH_HOME"] = place if place.startswith("/") else str(cli.home / place)
    for arguments in (["runs"], ["diagnose", "--sim", "healthy"]):
        done = cli.run(*arguments)
        assert done.code == 2
        assert "PHONEBENCH_HOME" in done.line()


def damaged_header(path: Path) -> None:
    path.write_bytes(b"this is no database " * 300)


def damaged_middle(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[4096:] = b"\xa5" * (len(raw) - 4096)
    path.write_bytes(raw)
    for extra in ("-wal", "-shm"):
        Path(f"{path}{extra}").unlink(missing_ok=True)


def empty_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [damaged_header, damaged_middle, empty_directory])
def test_a_damaged_journal_is_one_line_and_is_kept(cli: Cli, damage: Callable[[Path], None]) -> None:
    assert cli.run("runs", "--json").json == []
    path = cli.home / "state" / "journal.db"
    damage(path)
    before = path.read_bytes() if path.is_file() else b""
    for arguments in (["runs"], ["diagnose", "--sim", "healthy"]):
        done = cli.run(*arguments)
        assert done.code == 2
        assert "E_STORE" in done.line()
    assert (path.read_bytes() if path.is_file() else b"") == before


@pytest.mark.slow
@pytest.mark.parametrize("room_bytes", [20_000, 300_000, 700_000])
def test_a_full_disk_is_one_line_and_loses_nothing_that_was_shown(cli: Cli, room_bytes: int) -> None:
    assert cli.run("runs").code == 0
    done = cli.run("diagnose", "--sim", "battery.worn", largest_file_bytes=room_bytes)
    done.no_traceback()
    if done.code == 1:
        assert room_bytes > 500_000
        return
    assert done.code == 2
    assert "phonebench: " in done.err
    rows = cli.run("runs", "--json").json
    if rows:
        assert rows[0]["done"] >= shown_as_done(done)


def shown_as_done(done: Done) -> int:
    return sum(1 for line in done.err.splitlines() if line.startswith("[") and "/" in line)


# Ctrl-C


@pytest.fixture
def slow_bench(bench: MakeBench) -> BenchOf:
    """A phone that takes its time."""
    made = bench(faults=("battery.worn",))
    made.rack.ask("chaos", kind="slow", interval_s=0.3)
    return made


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_shown_and_the_run_goes_on_later(slow_bench: BenchOf) -> None:
    process = slow_bench.cli.start("diagnose", slow_bench.serials[0])
    shown = first_lines(process, 2)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in out + err
    slow_bench.rack.ask("chaos", kind="none")
    row = slow_bench.cli.run("runs", "--json").json[0]
    assert row["done"] >= len(shown)
    assert row["state"] == "running"
    resumed = slow_bench.cli.run("resume", "--json")
    assert resumed.code == 1
    assert resumed.json["plan"]["parts"] == ["BAT"]


@pytest.mark.slow
def test_ctrl_c_twice_ends_at_once(slow_bench: BenchOf) -> None:
    slow_bench.rack.ask("chaos", kind="hang")
    process = slow_bench.cli.start("diagnose", slow_bench.serials[0])
    wait_for(lambda: slow_bench.cli.run("runs", "--json").json, lambda rows: rows)
    started_s = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode in {130, -signal.SIGINT}  # at its very end the signal itself, which a shell shows as 130
    assert "Traceback" not in out + err
    assert time.monotonic() - started_s < 8


@pytest.mark.slow
def test_a_phone_in_use_is_not_touched_by_a_second_run(slow_bench: BenchOf) -> None:
    process = slow_bench.cli.start("diagnose", slow_bench.serials[0])
    first_lines(process, 1)
    second = slow_bench.cli.run("diagnose", slow_bench.serials[0])
    assert second.code == 2
    assert "E_LINK_BUSY" in second.line()
    slow_bench.rack.ask("chaos", kind="none")
    process.communicate(timeout=60)
    assert process.returncode == 1


@pytest.mark.parametrize("arguments", [["probes"], ["probes", "--json"], ["schema"], ["--help"]])
def test_a_reader_that_goes_away_is_no_trouble(cli: Cli, arguments: list[str]) -> None:
    process = cli.start(*arguments)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(30) == 0
    assert err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_an_output_that_cannot_be_written_is_one_line(cli: Cli) -> None:
    with Path("/dev/full").open("w") as full:
        process = subprocess.run(
            [sys.executable, "-m", "agent", "schema"],
            env=cli.env(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert process.returncode == 2
    assert process.stderr.splitlines() == ["phonebench: cannot write: No space left on device"]
