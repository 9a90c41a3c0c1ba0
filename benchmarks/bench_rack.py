"""A rack of idle emulated phones under one real adb server: what it costs, and how fast one of its phones answers.

All phones live in one process, connected to one adb server of our own, as on a bench. Memory of a phone is what
the process has grown by, from one connected phone to all. Shell round trips go over the server's smart socket, from
``host:transport`` to the end of the answer; files go through the stock ``adb push`` and ``pull``, start and all.

``python benchmarks/bench_rack.py [phones] [seconds of idling]``
"""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

PHONES = 128
IDLE_S = 20.0
ROUND_TRIPS = 300
FILE_MB = 256
DEADLINE_S = 60.0
WANTED = {"cpu": 5.0, "memory": 2.0, "shell": 1.0, "files": 300.0}


class Server:
    """A private adb server, plain smart sockets to it, and the stock client beside."""

    def __init__(self, home: Path) -> None:
        spec = importlib.util.find_spec("adbutils")
        assert spec is not None
        assert spec.origin is not None
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self._adb = str(Path(spec.origin).parent / "binaries" / "adb")
        self._environment = {
            "HOME": str(home),
            "ANDROID_ADB_LOG_PATH": str(home / "log"),
            "ADB_USB": "0",
            "ADB_MDNS": "0",
            "ANDROID_ADB_SERVER_PORT": str(self.port),
        }
        command = [self._adb, "-P", str(self.port), "nodaemon", "server"]
        self.process = subprocess.Popen(command, env=self._environment, stderr=subprocess.DEVNULL)

    def open(self, *services: str) -> socket.socket:
        """Return a socket on which each service was accepted; raises OSError when one is not."""
        link = self._connected()
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.settimeout(DEADLINE_S)
        for service in services:
            link.sendall(f"{len(service):04x}{service}".encode())
            if link.recv(4) != b"OKAY":
                link.close()
                raise OSError(service)
        return link

    def client(self, *arguments: str) -> float:
        """Run the stock client and return how long it took, in seconds."""
        began_s = time.perf_counter()
        subprocess.run(
            [self._adb, *arguments], env=self._environment, check=True, capture_output=True, timeout=DEADLINE_S
        )
        return time.perf_counter() - began_s

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait(DEADLINE_S)

    def _connected(self) -> socket.socket:
        until_s = time.monotonic() + DEADLINE_S
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port), DEADLINE_S)
            except ConnectionRefusedError:
                if time.monotonic() > until_s:
                    raise
                time.sleep(0.02)


def connect(server: Server, serials: list[str]) -> None:
    """Let the server connect phones, and wait until all are online."""
    for serial in serials:
        server.open(f"host:connect:{serial}").close()
    until_s = time.monotonic() + DEADLINE_S
    while True:
        with server.open("host:devices") as link:
            told = b""
            while piece := link.recv(1 << 16):
                told += piece
        if all(f"{serial}\tdevice".encode() in told for serial in serials):
            return
        assert time.monotonic() < until_s, "not all phones came online"
        time.sleep(0.05)


def round_trip_ms(server: Server, serial: str) -> float:
    """Return how long one shell command takes."""
    began_s = time.perf_counter()
    with server.open(f"host:transport:{serial}", "shell:echo ready") as link:
        said = b""
        while piece := link.recv(4096):
            said += piece
    assert said == b"ready\n", said
    return (time.perf_counter() - began_s) * 1000


def busy_percent(process: psutil.Process, seconds: float) -> float:
    """Return how much of one core a process takes while nobody asks it anything."""
    before, began_s = process.cpu_times(), time.monotonic()
    time.sleep(seconds)
    after = process.cpu_times()
    return 100.0 * (after.user + after.system - before.user - before.system) / (time.monotonic() - began_s)


def main() -> None:
    phones = int(sys.argv[1]) if len(sys.argv) > 1 else PHONES
    idle_s = float(sys.argv[2]) if len(sys.argv) > 2 else IDLE_S
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        command = [sys.executable, "-m", "hwsim", "serve", "--until-eof", "--phones", str(phones)]
        rack = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        )
        try:
            measure(server, rack, phones, idle_s, Path(folder))
        finally:
            rack.communicate(timeout=DEADLINE_S)
            server.stop()


def measure(server: Server, rack: subprocess.Popen[bytes], phones: int, idle_s: float, folder: Path) -> None:
    assert rack.stdout is not None
    serials = [f"127.0.0.1:{phone['port']}" for phone in json.loads(rack.stdout.readline())["phones"]]
    process = psutil.Process(rack.pid)
    alone = one_phone_bytes(server)
    connect(server, serials)
    all_of_them = process.memory_full_info().uss
    cpu = busy_percent(process, idle_s)
    each_mb = (all_of_them - alone) / max(phones - 1, 1) / 1e6
    trips = [round_trip_ms(server, serials[number % phones]) for number in range(ROUND_TRIPS)]
    print(f"{phones} idle phones in one process under one adb server, {idle_s:.0f} s")
    print(f"  rack, of one core   {cpu:.2f} % (wanted: under {WANTED['cpu']:.0f} %)")
    print(f"  memory of a phone   {each_mb:.2f} MB (wanted: under {WANTED['memory']:.0f} MB)")
    print(f"  memory of the rack  {all_of_them / 1e6:.0f} MB")
    print(f"  shell round trip    {statistics.median(trips):.2f} ms median (wanted: up to {WANTED['shell']:.0f} ms)")
    for what, mb_per_s in transfers(server, serials[0], folder):
        print(f"  {what:<19} {mb_per_s:.0f} MB/s (wanted: at least {WANTED['files']:.0f} MB/s)")


def one_phone_bytes(server: Server) -> int:
    """Return the memory of a rack of one connected phone: what all phones share."""
    command = [sys.executable, "-m", "hwsim", "serve", "--until-eof", "--phones", "1"]
    rack = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert rack.stdout is not None
    try:
        serial = f"127.0.0.1:{json.loads(rack.stdout.readline())['phones'][0]['port']}"
        connect(server, [serial])
        used = int(psutil.Process(rack.pid).memory_full_info().uss)
        server.open(f"host:disconnect:{serial}").close()
        return used
    finally:
        rack.communicate(timeout=DEADLINE_S)


def transfers(server: Server, serial: str, folder: Path) -> list[tuple[str, float]]:
    """Push a file and pull it back, the best of three each, and check that it came back whole."""
    block = os.urandom(1 << 20)
    (folder / "sent").write_bytes(block * FILE_MB)
    push_s = min(server.client("-s", serial, "push", str(folder / "sent"), "/sdcard/file") for _ in range(3))
    pull_s = min(server.client("-s", serial, "pull", "/sdcard/file", str(folder / "came")) for _ in range(3))
    assert (folder / "came").read_bytes() == (folder / "sent").read_bytes()
    size_mb = FILE_MB * (1 << 20) / 1e6
    return [("push", size_mb / push_s), ("pull", size_mb / pull_s)]


if __name__ == "__main__":
    main()
