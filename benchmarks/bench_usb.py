"""Phones on an emulated USB bus under one real adb server: how fast they answer, and what idling costs.

The server is adb 36 from adbutils, started so that it sees the bus; its clients are the stock one and plain smart
sockets. Plug times are from the order on the control socket to the server's own list. Where umockdev's library is
missing there is nothing to measure, and that is said.

``python benchmarks/bench_usb.py [phones] [seconds of idling]``
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
from typing import Any

import psutil

PHONES = 40
IDLE_S = 10.0
ROUND_TRIPS = 400
FILE_MB = 64
DEADLINE_S = 60.0
SHELL_WANTED_MS = 10.0


class Server:
    """An adb server that sees the bus."""

    def __init__(self, home: Path, bus: dict[str, str]) -> None:
        spec = importlib.util.find_spec("adbutils")
        assert spec is not None
        assert spec.origin is not None
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        own = {"HOME": str(home), "TMPDIR": str(home), "ANDROID_ADB_LOG_PATH": str(home / "log"), "ADB_MDNS": "0"}
        own |= {"PATH": os.environ["PATH"], "ADB_LOCAL_TRANSPORT_MAX_PORT": "0"}
        self._argv = [str(Path(spec.origin).parent / "binaries" / "adb"), "-P", str(self.port)]
        self._environment = own
        self.process = subprocess.Popen(
            [*self._argv, "nodaemon", "server"], env={**own, **bus}, stderr=subprocess.DEVNULL
        )

    def ask(self, *services: str) -> bytes:
        """Return all that comes after the last service was accepted."""
        with socket.create_connection(("127.0.0.1", self.port), DEADLINE_S) as link:
            for service in services:
                link.sendall(f"{len(service):04x}{service}".encode())
                assert link.recv(4) == b"OKAY", service
            said = b""
            while piece := link.recv(1 << 16):
                said += piece
            return said

    def online(self) -> set[str]:
        """Return the serial numbers of the phones that are there; none while the server starts."""
        try:
            rows = self.ask("host:devices")[4:].decode().splitlines()
        except ConnectionRefusedError:
            return set()
        return {row.split("\t")[0] for row in rows if row.endswith("\tdevice")}

    def client_s(self, *arguments: str) -> float:
        """Run the stock client and return how long it took."""
        began_s = time.perf_counter()
        subprocess.run(
            [*self._argv, *arguments], env=self._environment, check=True, capture_output=True, timeout=DEADLINE_S
        )
        return time.perf_counter() - began_s

    def stop(self) -> None:
        """End the server."""
        self.process.kill()  # it blocks signals while it talks to the bus
        self.process.wait(DEADLINE_S)


def until_s(server: Server, wanted: set[str]) -> float:
    """Wait until exactly these phones are online and return how long that took."""
    began_s = time.perf_counter()
    while server.online() != wanted:
        assert time.perf_counter() - began_s < DEADLINE_S, "not all phones came online"
        time.sleep(0.005)
    return time.perf_counter() - began_s


def order(path: str, **request: object) -> None:
    """Say one thing to the control socket."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(path)
        link.sendall(json.dumps(request).encode() + b"\n")
        assert json.loads(link.recv(4096))["ok"]


def round_trip_ms(server: Server, serial: str) -> float:
    """Return how long one shell command takes."""
    began_s = time.perf_counter()
    assert server.ask(f"host:transport:{serial}", "shell:echo ready") == b"ready\n"
    return (time.perf_counter() - began_s) * 1000


def busy_percent(processes: list[psutil.Process], seconds: float) -> list[float]:
    """Return how much of one core each takes while nobody asks anything."""
    before = [process.cpu_times() for process in processes]
    time.sleep(seconds)
    after = [process.cpu_times() for process in processes]
    return [100 * (b.user + b.system - a.user - a.system) / seconds for a, b in zip(before, after, strict=True)]


def measure(hello: dict[str, Any], rack: subprocess.Popen[bytes], home: Path, idle_s: float) -> None:
    serials = [phone["serial"] for phone in hello["phones"]]
    server = Server(home, hello["usb"])
    try:
        took_s = until_s(server, set(serials))
        print(f"{len(serials)} phones on USB under one adb server")
        print(f"  all online          {took_s:.1f} s after the server was started")
        trips = [round_trip_ms(server, serials[number % len(serials)]) for number in range(ROUND_TRIPS)]
        tail = sorted(trips)[int(len(trips) * 0.95)]
        wanted = f"wanted: up to {SHELL_WANTED_MS:.0f} ms"
        print(f"  shell round trip    {statistics.median(trips):.1f} ms median ({wanted}), {tail:.1f} ms at 95 %")
        order(hello["control"], cmd="unplug", phone=0)
        print(f"  unplug is seen      {until_s(server, set(serials[1:])) * 1000:.0f} ms")
        order(hello["control"], cmd="replug", phone=0)
        print(f"  replug is online    {until_s(server, set(serials)) * 1000:.0f} ms")
        (home / "file").write_bytes(os.urandom(1 << 20) * FILE_MB)
        for what, ends in (
            ("push", (str(home / "file"), "/sdcard/file")),
            ("pull", ("/sdcard/file", str(home / "back"))),
        ):
            best_s = min(server.client_s("-s", serials[1], what, *ends) for _time in range(3))
            print(f"  {what:<19} {FILE_MB * (1 << 20) / 1e6 / best_s:.0f} MB/s")
        rack_percent, server_percent = busy_percent(
            [psutil.Process(rack.pid), psutil.Process(server.process.pid)], idle_s
        )
        print(f"  idle, of one core   rack {rack_percent:.1f} %, adb server {server_percent:.1f} %")
    finally:
        server.stop()


def main() -> None:
    phones = int(sys.argv[1]) if len(sys.argv) > 1 else PHONES
    idle_s = float(sys.argv[2]) if len(sys.argv) > 2 else IDLE_S
    with tempfile.TemporaryDirectory(prefix="usb-") as folder:
        command = [sys.executable, "-m", "hwsim", "serve", "--until-eof", "--phones", str(phones)]
        command += ["--usb", f"{folder}/bus"]
        rack = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert rack.stdout is not None
        try:
            line = rack.stdout.readline()
            if line:
                measure(json.loads(line), rack, Path(folder), idle_s)
        finally:
            rack.communicate(timeout=DEADLINE_S)


if __name__ == "__main__":
    main()
