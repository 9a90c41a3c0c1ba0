"""Eight emulated phones stream 400 Hz accelerometer, 400 Hz gyroscope and a 48 kHz stereo microphone each.

All phones live in one process that is bound to one core; the host reads through a real adb server of its own. Counted
is what arrives: a gap in any stream, by flag, frame number or time stamp, is a loss.

``python benchmarks/bench_streams.py [seconds]``
"""

from __future__ import annotations

import importlib.util
import json
import os
import selectors
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

PHONES = 8
SECONDS = 10.0
JAR = "/data/local/tmp/pbc-00000000.jar"
NAME = "pbc_00000000"
HEADER = struct.Struct(">BBHIq")
DATA, GAP = 16, 1
RECORD = np.dtype([("t", ">i8"), ("head", ">u4"), ("v", ">f4", (3,))])
ACCELEROMETER, GYROSCOPE, MICROPHONE = 1, 2, 3
DEADLINE_S = 20.0


class Server:
    """A private adb server and plain smart sockets to it."""

    def __init__(self, home: Path) -> None:
        spec = importlib.util.find_spec("adbutils")
        assert spec is not None
        assert spec.origin is not None
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        environment = {"HOME": str(home), "ANDROID_ADB_LOG_PATH": str(home / "log"), "ADB_USB": "0", "ADB_MDNS": "0"}
        adb = Path(spec.origin).parent / "binaries" / "adb"
        self._process = subprocess.Popen(
            [adb, "-P", str(self.port), "nodaemon", "server"], env=environment, stderr=subprocess.DEVNULL
        )

    def open(self, *services: str) -> socket.socket:
        """Return a socket on which each service was accepted; raises OSError when one is not."""
        until_s = time.monotonic() + DEADLINE_S
        while True:
            try:
                link = socket.create_connection(("127.0.0.1", self.port), DEADLINE_S)
                break
            except ConnectionRefusedError:
                if time.monotonic() > until_s:
                    raise
                time.sleep(0.02)
        link.settimeout(DEADLINE_S)
        for service in services:
            link.sendall(f"{len(service):04x}{service}".encode())
            if link.recv(4) != b"OKAY":
                link.close()
                raise OSError(service)
        return link

    def stop(self) -> None:
        """End the server."""
        self._process.terminate()
        self._process.wait(DEADLINE_S)


def request(id_: int, text: str) -> bytes:
    return HEADER.pack(2, 0, id_, len(text), 0) + text.encode()


def reach(server: Server, port: int) -> socket.socket:
    """Connect a phone, start the companion on it and return the socket to it."""
    serial = f"127.0.0.1:{port}"
    server.open(f"host:connect:{serial}").close()
    until_s = time.monotonic() + DEADLINE_S
    while True:
        try:
            shell = server.open(f"host:transport:{serial}", f"shell:echo > {JAR}; {start()}")
            break
        except OSError:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.02)
    assert shell.recv(64).startswith(b"LISTENING")
    shell.close()
    return server.open(f"host:transport:{serial}", f"localabstract:{NAME}")


def start() -> str:
    return f"CLASSPATH={JAR} app_process / pbc.Main proto=1 socket={NAME}"


def listen(links: list[socket.socket], seconds: float) -> list[bytearray]:
    """Read everything for a while, with a ping for each phone every two seconds."""
    heard = [bytearray() for _ in links]
    with selectors.DefaultSelector() as ready:
        for number, link in enumerate(links):
            ready.register(link, selectors.EVENT_READ, number)
        end_s = time.monotonic() + seconds
        ping_s = 0.0
        while (now_s := time.monotonic()) < end_s:
            if now_s > ping_s:
                ping_s = now_s + 2.0
                for link in links:
                    link.sendall(HEADER.pack(5, 0, 0, 0, 0))
            for key, _ in ready.select(0.1):
                heard[key.data] += key.fileobj.recv(1 << 18)  # type: ignore[union-attr]  # sockets only
    return heard


def lost(heard: bytearray) -> tuple[int, dict[int, int]]:
    """Return the number of losses of one phone, and how many samples of each stream came."""
    bodies: dict[int, list[bytes]] = {ACCELEROMETER: [], GYROSCOPE: [], MICROPHONE: []}
    losses, at = 0, heard.index(b"\0PBC1\r\n\x1a") + 8
    while at + HEADER.size <= len(heard):
        kind, flags, stream, length, _ = HEADER.unpack_from(heard, at)
        body = bytes(heard[at + HEADER.size : at + HEADER.size + length])
        at += HEADER.size + length
        if kind == DATA and len(body) == length:
            losses += bool(flags & GAP)
            bodies[stream].append(body)
    counts = {}
    for stream in (ACCELEROMETER, GYROSCOPE):
        stamps = np.frombuffer(b"".join(bodies[stream]), RECORD)["t"].astype(np.int64)
        losses += int((np.diff(stamps) > 1.5 * 2.5e6).sum())
        counts[stream] = len(stamps)
    firsts = [struct.unpack(">q", body[:8])[0] for body in bodies[MICROPHONE]]
    losses += int((np.diff(firsts) != 1024).sum())
    counts[MICROPHONE] = 1024 * len(firsts)
    return losses, counts


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with tempfile.TemporaryDirectory() as home:
        server = Server(Path(home))
        rack = subprocess.Popen(
            [sys.executable, "-m", "hwsim", "serve", "--until-eof", "--phones", str(PHONES), "--profile", "google_16"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        os.sched_setaffinity(rack.pid, {max(os.sched_getaffinity(0))})
        try:
            measure(server, rack, seconds)
        finally:
            rack.communicate(timeout=DEADLINE_S)
            server.stop()


def measure(server: Server, rack: subprocess.Popen[bytes], seconds: float) -> None:
    assert rack.stdout is not None
    phones = json.loads(rack.stdout.readline())["phones"]
    links = [reach(server, phone["port"]) for phone in phones]
    process = psutil.Process(rack.pid)
    before = process.cpu_times()
    started_s = time.monotonic()
    for link in links:
        link.sendall(request(1, "sensor.start\ntype=1\nhz=400") + request(2, "sensor.start\ntype=4\nhz=400"))
        link.sendall(request(3, "audio.start\nchannels=2"))
    heard = listen(links, seconds)
    wall_s = time.monotonic() - started_s
    after = process.cpu_times()
    found = [lost(one) for one in heard]
    for link in links:
        link.close()
    core = (after.user + after.system - before.user - before.system) / wall_s
    print(f"{PHONES} phones, {wall_s:.1f} s, {sum(map(len, heard)) / wall_s / 1e6:.2f} MB/s through adb")
    print(f"  losses          {sum(losses for losses, _ in found)} (wanted: 0)")
    print(f"  samples (worst) {[min(counts[stream] for _, counts in found) for stream in (1, 2, 3)]}")
    print(f"  one core        {core:.0%} busy (wanted: under 100 %)")
    print(f"  memory          {process.memory_info().rss / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
