"""The adb programs that the world uses, new and old, take our emulated phones for phones."""

from __future__ import annotations

import random
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.clients.conftest import Adb, Phones

    Bench = tuple[Adb, list[str]]


@pytest.fixture(scope="module")
def bench(adb: Adb, phones: Phones) -> Iterator[Bench]:
    for address in phones.addresses:
        assert "connected to" in adb.run("connect", address).stdout
        assert adb.run("-s", address, "wait-for-device").returncode == 0
    yield adb, phones.addresses
    adb.run("disconnect")


def test_every_phone_is_listed_with_its_model(bench: Bench) -> None:
    adb, addresses = bench
    listed = adb.run("devices", "-l").stdout
    for address in addresses:
        assert re.search(rf"^{re.escape(address)}\s+device product:\S+ model:\S+ device:\S+", listed, re.MULTILINE)


def test_exit_codes_and_both_streams_come_through(bench: Bench) -> None:
    adb, addresses = bench
    done = adb.run("-s", addresses[1], "shell", "echo out; echo err >&2; exit 7")
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n", "err\n")


def test_a_file_goes_there_and_back_unchanged(bench: Bench, tmp_path: Path) -> None:
    adb, addresses = bench
    there, back = tmp_path / "there.bin", tmp_path / "back.bin"
    there.write_bytes(random.Random(1).randbytes(300_000))
    assert adb.run("-s", addresses[0], "push", str(there), "/data/local/tmp/there.bin").returncode == 0
    assert adb.run("-s", addresses[0], "pull", "/data/local/tmp/there.bin", str(back)).returncode == 0
    assert back.read_bytes() == there.read_bytes()


def test_a_forward_is_listed_and_removed(bench: Bench) -> None:
    adb, addresses = bench
    port = adb.run("-s", addresses[2], "forward", "tcp:0", "localabstract:anything").stdout.strip()
    assert f"{addresses[2]} tcp:{port} localabstract:anything" in adb.run("forward", "--list").stdout
    assert adb.run("-s", addresses[2], "forward", "--remove", f"tcp:{port}").returncode == 0
    assert port not in adb.run("forward", "--list").stdout


def test_what_is_reversed_leads_from_the_phone_to_the_host(bench: Bench) -> None:
    adb, addresses = bench
    at = ("-s", addresses[0])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answering = threading.Thread(target=_answer_once, args=(listener,))
        answering.start()
        host_port = listener.getsockname()[1]
        port = adb.run(*at, "reverse", "tcp:0", f"tcp:{host_port}").stdout.strip()
        assert re.search(rf"^\S+ tcp:{port} tcp:{host_port}$", adb.run(*at, "reverse", "--list").stdout, re.MULTILINE)
        done = adb.run(*at, "shell", "echo over the bridge | nc localhost " + port)
        answering.join(10)
    assert done.stdout == "heard: over the bridge\n"
    assert adb.run(*at, "reverse", "--no-rebind", f"tcp:{port}", "tcp:1").returncode == 1
    assert adb.run(*at, "reverse", "--remove", f"tcp:{port}").returncode == 0
    again = adb.run(*at, "reverse", "--remove", f"tcp:{port}")
    assert (again.returncode, "not found" in again.stderr) == (1, True)
    assert adb.run(*at, "shell", "nc localhost " + port).returncode == 1


def test_nobody_at_the_hosts_end_is_a_closed_connection(bench: Bench) -> None:
    adb, addresses = bench
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = listener.getsockname()[1]
    assert adb.run("-s", addresses[1], "reverse", "localabstract:a", "tcp:1").returncode == 0
    assert adb.run("-s", addresses[1], "reverse", "tcp:7001", f"tcp:{nobody}").returncode == 0
    assert adb.run("-s", addresses[1], "shell", "nc localhost 7001").stdout == ""
    assert adb.run("-s", addresses[1], "reverse", "--remove-all").returncode == 0
    assert adb.run("-s", addresses[1], "reverse", "--list").stdout.strip() == ""


def test_the_log_is_dumped_and_ends(bench: Bench) -> None:
    adb, addresses = bench
    done = adb.run("-s", addresses[0], "logcat", "-d")
    assert done.returncode == 0
    assert re.search(r"^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} +\d+ +\d+ [VDIWEF] ", done.stdout, re.MULTILINE)


def _answer_once(listener: socket.socket) -> None:
    listener.settimeout(10)
    connection, _address = listener.accept()
    with connection:
        connection.settimeout(10)
        connection.sendall(b"heard: " + connection.recv(1000))
