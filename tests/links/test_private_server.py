"""A private adb server is ours alone: own port, own keys, and it dies with us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from agent.links import Deadline, PrivateServer, RealClock, bench_server, discover
from agent.links.smart_socket import ask
from probes import SetupError, UnknownDevice

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys, threading
from pathlib import Path
from agent.links import PrivateServer
private = PrivateServer(Path(sys.argv[1]))
starter = threading.Thread(target=private.start)
starter.start()
starter.join()
print("up", flush=True)
sys.stdin.read()
"""


def children(pid: int) -> list[psutil.Process]:
    found: list[psutil.Process] = psutil.Process(pid).children(recursive=True)
    return found


def family_of(home: Path) -> list[psutil.Process]:
    """The processes of the servers at home in a folder; other tests of the session may keep servers of their own."""
    return [process for process in children(os.getpid()) if process.environ().get("HOME", "").startswith(str(home))]


def adb_of(home: Path) -> list[psutil.Process]:
    return [process for process in family_of(home) if process.name() == "adb"]


def test_a_private_server_answers_and_sees_no_phone(tmp_path: Path) -> None:
    with PrivateServer(tmp_path / "adb") as server:
        assert server.version() == 41
        assert discover(server) == ()
        assert server.host == "127.0.0.1"
        (adb,) = adb_of(tmp_path)
        listening = [kept for kept in adb.net_connections() if kept.status == psutil.CONN_LISTEN]
        assert {kept.laddr.port for kept in listening} == {server.port}
        assert {kept.laddr.ip for kept in listening} == {"127.0.0.1"}
        assert adb.environ()["HOME"] == str(tmp_path / "adb")
    assert not psutil.pid_exists(adb.pid)
    assert not server.is_answering()
    assert (tmp_path / "adb").stat().st_mode & 0o777 == 0o700


def test_eight_private_servers_run_side_by_side(tmp_path: Path) -> None:
    servers = [PrivateServer(tmp_path / str(number)) for number in range(8)]
    try:
        assert len({server.start().port for server in servers}) == 8
    finally:
        for server in servers:
            server.stop()
            server.stop()
    assert not adb_of(tmp_path)


@pytest.mark.slow
def test_a_private_server_dies_with_a_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"up\n"
        family = children(parent.pid)
        assert "adb" in {process.name() for process in family}
        os.kill(parent.pid, signal.SIGKILL)
    _gone, alive = psutil.wait_procs(family, timeout=10)
    assert not alive


def test_an_interrupt_from_the_terminal_does_not_reach_the_server(tmp_path: Path) -> None:
    with PrivateServer(tmp_path):
        (adb,) = adb_of(tmp_path)
        assert os.getsid(adb.pid) != os.getsid(0)


def test_a_server_that_dies_is_reaped_and_stopping_it_is_quiet(tmp_path: Path) -> None:
    private = PrivateServer(tmp_path)
    server = private.start()
    family = family_of(tmp_path)
    (adb,) = adb_of(tmp_path)
    adb.kill()
    private.stop()
    _gone, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
    assert not server.is_answering()


def test_a_folder_that_cannot_be_made_is_a_bench_that_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError):
        PrivateServer(tmp_path / "file").start()


def test_a_program_that_is_no_adb_is_a_bench_that_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "adb"
    fake.write_text("#!/bin/sh\necho 'cannot run here' >&2\nexit 1\n")
    fake.chmod(0o700)
    monkeypatch.setattr("agent.links.private_server.bundled_adb", lambda: fake)
    with pytest.raises(SetupError, match="cannot run here"):
        PrivateServer(tmp_path / "home").start()


def test_connecting_to_nobody_says_so(tmp_path: Path) -> None:
    with PrivateServer(tmp_path) as server, pytest.raises(UnknownDevice):
        server.connect("127.0.0.1:1", deadline_s=10)


def test_the_server_that_runs_is_used_and_left_running(tmp_path: Path) -> None:
    with PrivateServer(tmp_path) as running:
        server = bench_server(environ={"ANDROID_ADB_SERVER_PORT": str(running.port)})
        assert server.port == running.port
        assert running.is_answering()


def test_where_no_server_runs_the_bundled_one_is_started_and_stays(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    port = free_port()
    environ = {
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "ANDROID_ADB_SERVER_PORT": str(port),
        "ANDROID_ADB_LOG_PATH": str(tmp_path / "adb.log"),
        "ADB_USB": "0",
        "ADB_MDNS": "0",
        "ADB_LOCAL_TRANSPORT_MAX_PORT": "0",
    }
    server = bench_server(environ=environ)
    try:
        assert bench_server(environ=environ).version() == 41
    finally:
        # we started it here, so we end it here; the product never does
        with server.socket.connected(Deadline.after(RealClock(), 5)) as wire:
            ask(wire, "host:kill")
    assert server.port == port
