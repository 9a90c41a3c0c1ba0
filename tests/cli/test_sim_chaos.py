"""`phonebench sim up` with bad luck on order: it strikes, it says so, and its seed brings it back."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agent.links import AdbLink, AdbServer, PrivateServer
from probes import LinkError

if TYPE_CHECKING:
    from tests.cli.conftest import Cli, Done

UP = ("sim", "up", "--base-port", "0")


def ask_twenty_times(server: AdbServer, address: str) -> str:
    """One letter for each question."""
    serial, fates = server.connect(address), ""
    for _question in range(20):
        with AdbLink(server, serial) as link:
            try:
                whole = link.shell(["cat", "/proc/cpuinfo"], deadline_s=10, cap_bytes=1 << 20).exit_code == 0
                fates += "." if whole else "?"
            except LinkError:
                fates += "x"
    server.disconnect(serial)
    return fates


def luck(cli: Cli, server: AdbServer, *options: str) -> tuple[str, list[str]]:
    process = cli.start(*UP, *options)
    assert process.stdout is not None
    address = process.stdout.readline().split()[-1]
    fates = ask_twenty_times(server, address)
    os.killpg(process.pid, signal.SIGINT)
    _out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in err
    return fates, [line.removeprefix(address) for line in err.splitlines() if line.startswith(address)]


@pytest.mark.slow
def test_a_seed_brings_the_same_bad_luck_again_and_every_stroke_tells_its_seed(cli: Cli, tmp_path: Path) -> None:
    with PrivateServer(tmp_path / "adb") as server:
        runs = [
            luck(cli, server, "--chaos", "truncate", "--chaos-ratio", "0.5", "--seed", seed) for seed in ("7", "7", "8")
        ]
    assert runs[0] == runs[1]
    assert runs[0][1] != runs[2][1]
    fates, told = runs[0]
    assert 0 < fates.count("x") <= len(told)
    assert all(re.fullmatch(r": answer \d+ ends after \d+ bytes with truncate \(seed 7\)", line) for line in told)


def test_without_chaos_nothing_is_told(cli: Cli, tmp_path: Path) -> None:
    with PrivateServer(tmp_path / "adb") as server:
        assert luck(cli, server) == ("." * 20, [])


def test_pulled_cables_are_told_in_both_languages(cli: Cli) -> None:
    for language, word in (("en", "unplugged for"), ("zh-CN", "拔出")):
        process = cli.start("--lang", language, *UP, "--unplug-rate", "600", "--seed", "3")
        assert process.stderr is not None
        line = next(line for line in process.stderr if word in line)
        assert "3" in line.partition("s")[2] or "3" in line
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=20)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--chaos", "no_such_chaos"], "no_such_chaos"),
        (["--chaos-ratio", "2"], "chaos-ratio"),
        (["--unplug-rate", "-1"], "unplug-rate"),
    ],
)
def test_bad_luck_that_makes_no_sense_is_a_usage_error(cli: Cli, options: list[str], word: str) -> None:
    done: Done = cli.run(*UP, *options)
    assert done.code == 64
    assert word in done.err
    done.no_traceback()


@pytest.mark.slow
def test_phones_that_die_by_themselves_are_a_trouble_that_names_the_seed(cli: Cli) -> None:
    import psutil  # noqa: PLC0415  for this test alone

    process = cli.start(*UP, "--seed", "11")
    assert process.stdout is not None
    assert process.stdout.readline()
    for child in psutil.Process(process.pid).children(recursive=True):
        child.kill()
    _out, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "seed was 11" in err
