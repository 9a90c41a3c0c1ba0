"""The programs on a phone: started by app_process, reached through the real adb server."""

from __future__ import annotations

import asyncio
import socket
import struct
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest

from hwsim.companion import fronts
from hwsim.companion.device import Device
from hwsim.companion.engine import Engine
from hwsim.companion.fronts import Direct, listen_tcp
from tests.hwsim.rig import DEADLINE_S, AdbBench, Answer, ManualClock, MemoryTerminal, RackProcess, ask, one_phone
from tests.hwsim_companion.wire import DATA, GAP, HELLO, MAGIC, PONG, Got, ping, records, request, samples, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Bench = tuple[AdbBench, RackProcess, str]

JAR = "/data/local/tmp/pbc-0123abcd.jar"
NAME = "pbc_0011223344556677"
START = f"CLASSPATH={JAR} app_process / pbc.Main proto=1 socket={NAME}"
SCRCPY_JAR = "/data/local/tmp/scrcpy-server.jar"
SCRCPY = f"CLASSPATH={SCRCPY_JAR} app_process / com.genymobile.scrcpy.Server 3.3.4 scid=0badcafe log_level=info"
MICROPHONE = "video=false audio_codec=raw audio_source=mic-unprocessed tunnel_forward=true control=false"


class Host:
    """A started program and a socket to it through adb's forwarding."""

    def __init__(self, bench: AdbBench, address: str, command: str, abstract: str, *, jar: str, tmp: Path) -> None:
        self.bench, self.address = bench, address
        (tmp / "x.jar").write_bytes(b"PK\x05\x06" + bytes(18))
        assert bench.run("-s", address, "push", str(tmp / "x.jar"), jar).code == 0
        self.shell = bench.start("-s", address, "shell", command)
        assert self.shell.stdout is not None
        self.said = self.shell.stdout.readline().decode()
        port = bench.run("-s", address, "forward", "tcp:0", f"localabstract:{abstract}").out.strip()
        self.port = int(port)

    def connect(self) -> socket.socket:
        link = socket.create_connection(("127.0.0.1", self.port), DEADLINE_S)
        link.settimeout(DEADLINE_S)
        return link

    def close(self) -> int:
        self.bench.run("-s", self.address, "forward", "--remove", f"tcp:{self.port}")
        try:
            return self.shell.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.shell.kill()
            raise
        finally:
            assert self.shell.stdout is not None
            self.shell.stdout.close()


@pytest.fixture
def companion(rack_on_adb: Bench, tmp_path: Path) -> Iterator[Host]:
    bench, rack, address = rack_on_adb
    rack.control("companion", quirks={})
    host = Host(bench, address, START, NAME, jar=JAR, tmp=tmp_path)
    yield host
    host.close()


def until(link: socket.socket, enough: Callable[[list[Got]], bool], data: bytes = b"") -> list[Got]:
    frames: list[Got] = []
    while not enough(frames):
        piece = link.recv(1 << 16)
        if not piece:
            break
        whole, data = split(data + piece)
        frames += whole
    return frames


def exactly(link: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count and (piece := link.recv(count - len(data))):
        data += piece
    return data


def greeted(link: socket.socket) -> Got:
    assert exactly(link, 8) == MAGIC
    return until(link, bool)[0]


def test_the_companion_streams_through_adb_without_loss(companion: Host) -> None:
    assert companion.said == f"LISTENING {NAME}\n"
    with companion.connect() as link:
        assert greeted(link).json["model"] == "Pixel 8"
        link.sendall(request("sensor.start", 1, type=1, hz=400) + request("sensor.start", 2, type=4, hz=400))
        link.sendall(request("audio.start", 3, channels=2))
        frames = until(link, lambda got: len(samples(got, 3)[0]) > 24_000)
    assert not any(frame.flags for frame in frames)
    for stream in (1, 2):
        steps = np.diff(records(frames, stream)["t"].astype(np.int64))
        assert len(steps) > 150
        assert steps.max() < 1.1 * 2.5e6
    firsts = samples(frames, 3)[1]
    assert firsts == list(range(0, 1024 * len(firsts), 1024))


def test_one_host_is_served_and_nobody_else_is_let_in(companion: Host) -> None:
    with companion.connect() as link, companion.connect() as other:
        answers = [one.recv(4096) for one in (link, other)]
        assert sorted(map(bool, answers)) == [False, True]
        kept = link if answers[0] else other
        kept.sendall(ping())
        assert any(frame.kind == PONG for frame in until(kept, bool))
        kept.sendall(request("quit"))
    assert companion.shell.wait(DEADLINE_S) == 0
    with companion.connect() as late:
        assert late.recv(1) == b""


def test_when_the_host_leaves_the_torch_goes_out_and_the_jar_is_gone(companion: Host) -> None:
    bench, address = companion.bench, companion.address
    with companion.connect() as link:
        greeted(link)
        link.sendall(request("torch", on=1))
        assert until(link, bool)[0].json == {"on": True}
    assert companion.shell.wait(DEADLINE_S) == 0
    assert "No such file" in bench.run("-s", address, "shell", f"ls {JAR}").err
    with companion.connect() as late:
        assert late.recv(1) == b""


def test_a_program_that_dies_in_a_frame_looks_so_through_adb(rack_on_adb: Bench, tmp_path: Path) -> None:
    bench, rack, address = rack_on_adb
    rack.control("companion", quirks={"eof_in_data_frame": 2, "noise": "linker says hello\n"})
    host = Host(bench, address, START, NAME, jar=JAR, tmp=tmp_path)
    with host.connect() as link:
        data = b""
        link.sendall(request("sensor.start", 1, type=1, hz=400))
        while piece := link.recv(4096):
            data += piece
    noise, _, rest = data.partition(MAGIC)
    frames, left = split(rest)
    assert noise == b"linker says hello\n"
    assert [frame.kind for frame in frames if frame.kind == DATA] == [DATA]
    assert len(left) > 16
    host.close()
    rack.control("companion", quirks={})


def test_no_jar_no_class_no_socket_no_version() -> None:
    unit = one_phone()
    assert ask(unit, START) == Answer(134, "", "Aborted\n")
    unit.files.put(JAR, b"PK")
    assert ask(unit, START.replace("pbc.Main", "pbc.Other")) == Answer(134, "", "Aborted\n")
    assert ask(unit, START.replace("proto=1", "proto=2")) == Answer(2, "", "proto 2 wanted, 1 here\n")
    assert ask(unit, START.replace(NAME, "media")).code == 1
    assert unit.socket_server(f"localabstract:{NAME}") is None


def test_a_runtime_that_aborts_says_so() -> None:
    unit = one_phone()
    unit.files.put(JAR, b"PK")
    unit.phone.quirks = type(unit.phone.quirks)(aborted=True)
    assert ask(unit, START) == Answer(134, "", "Aborted\n")


def test_without_a_socket_it_speaks_on_the_standard_streams() -> None:
    unit = one_phone()
    unit.files.put(JAR, b"PK")
    terminal = MemoryTerminal(typed=[request("battery", 4, id=4), request("quit", 5)])
    assert asyncio.run(asyncio.wait_for(unit.run(START.partition(" socket")[0], terminal), DEADLINE_S)) == 0
    frames, left = split(bytes(terminal.out_bytes).removeprefix(MAGIC))
    assert [frame.id for frame in frames] == [0, 4, 5]
    assert not left


def test_the_control_socket_refuses_quirks_that_do_not_exist(rack_on_adb: Bench) -> None:
    _bench, rack, _address = rack_on_adb
    answer = rack.control.raw(b'{"cmd": "companion", "quirks": {"explode": true}}')
    assert not answer["ok"]
    assert "explode" in answer["error"]


def test_a_reboot_takes_the_program_with_it() -> None:
    unit = one_phone()
    unit.files.put(JAR, b"PK")

    async def run() -> bool:
        said = asyncio.Event()

        class Listening(MemoryTerminal):
            async def flush(self) -> None:
                said.set()

        shell = asyncio.ensure_future(unit.run(START, Listening()))
        await asyncio.wait_for(said.wait(), DEADLINE_S)
        assert unit.socket_server(f"localabstract:{NAME}") is not None
        unit.phone.restart("reboot,adb")
        gone = unit.socket_server(f"localabstract:{NAME}") is None
        shell.cancel()
        for program in list(unit.phone.programs):
            program.cancel()
        return gone

    assert asyncio.run(run())


def test_tcp_serves_an_engine_to_each_client() -> None:
    unit = one_phone()

    async def run() -> list[Got]:
        server = await listen_tcp(lambda: Engine(Device(unit.phone), pid=1))
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request("ops", 3))
        writer.write(request("quit", 4))
        data = await asyncio.wait_for(reader.read(-1), DEADLINE_S)
        writer.close()
        server.close()
        return split(data.removeprefix(MAGIC))[0]

    assert [frame.id for frame in asyncio.run(run())] == [0, 3, 4]


class DeafHost:
    """Sends a request, and takes nothing."""

    def __init__(self) -> None:
        self.asked = [request("torch", on=1)]
        self.for_ever = asyncio.Event()

    async def read(self) -> bytes:
        if not self.asked:
            await self.for_ever.wait()
        return self.asked.pop()

    async def write(self, _data: bytes) -> None:
        await self.for_ever.wait()


def test_a_host_that_takes_nothing_does_not_hold_the_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fronts, "_LAST_WORDS_S", 0.01)
    clock = ManualClock()
    unit = one_phone(clock=clock)
    engine = Engine(Device(unit.phone), pid=1)

    async def run() -> bool:
        served = asyncio.ensure_future(fronts.carry(DeafHost(), engine))
        await asyncio.wait({served}, timeout=0.05)
        lit = unit.phone.torch_lit
        clock.now_s += 15.1
        await asyncio.wait_for(served, DEADLINE_S)
        return lit

    assert asyncio.run(run())
    assert not unit.phone.torch_lit


def test_in_process_the_caller_moves_the_bytes() -> None:
    direct = Direct(Engine(Device(one_phone().phone), pid=1))
    direct.send(request("ops", 3))
    frames, _ = split(direct.receive().removeprefix(MAGIC))
    assert [(frame.kind, frame.id) for frame in frames] == [(HELLO, 0), (3, 3)]
    assert not any(frame.flags & GAP for frame in frames)


def packets(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    while len(data) >= 12:
        stamp_us, size = struct.unpack(">QI", data[:12])
        if len(data) < 12 + size:
            break
        found.append((stamp_us, data[12 : 12 + size]))
        data = data[12 + size :]
    return found


def test_scrcpys_microphone_streams_raw_sound_through_adb(rack_on_adb: Bench, tmp_path: Path) -> None:
    bench, _rack, address = rack_on_adb
    host = Host(bench, address, f"{SCRCPY} {MICROPHONE}", "scrcpy_0badcafe", jar=SCRCPY_JAR, tmp=tmp_path)
    assert host.said == "[server] INFO: Device: [Google] google Pixel 8 (Android 16)\n"
    with host.connect() as link:
        data = exactly(link, 60_000)
    assert data[:1] == b"\0"
    assert data[1:65].rstrip(b"\0") == b"Pixel 8"
    assert data[65:69] == b"\0raw"
    got = packets(data[69:])
    assert {len(pcm) for _, pcm in got} == {4096}
    assert np.diff([stamp for stamp, _ in got]).tolist() == pytest.approx([1024 / 0.048] * (len(got) - 1), abs=3)
    assert np.frombuffer(b"".join(pcm for _, pcm in got), "<i2").any()
    assert host.close() == 0


def test_scrcpy_calls_its_host_where_adb_reverse_leads(rack_on_adb: Bench, tmp_path: Path) -> None:
    bench, _rack, address = rack_on_adb
    (tmp_path / "x.jar").write_bytes(b"PK")
    bench.run("-s", address, "push", str(tmp_path / "x.jar"), SCRCPY_JAR)
    with socket.create_server(("127.0.0.1", 0)) as host:
        host.settimeout(DEADLINE_S)
        port = host.getsockname()[1]
        assert bench.run("-s", address, "reverse", "localabstract:scrcpy_0badcafe", f"tcp:{port}").code == 0
        shell = bench.start("-s", address, "shell", f"{SCRCPY} {MICROPHONE.replace('tunnel_forward=true ', '')}")
        with host.accept()[0] as link:
            link.settimeout(DEADLINE_S)
            head = exactly(link, 68 + 12 + 4096)
    assert head[:68] == b"Pixel 8".ljust(64, b"\0") + b"\0raw"
    assert len(packets(head[68:])[0][1]) == 4096
    assert shell.wait(DEADLINE_S) == 0
    assert shell.stdout is not None
    shell.stdout.close()
    bench.run("-s", address, "reverse", "--remove-all")


def test_scrcpys_control_socket_comes_second_and_is_swallowed(rack_on_adb: Bench, tmp_path: Path) -> None:
    bench, _rack, address = rack_on_adb
    options = MICROPHONE.replace("control=false", "send_device_meta=false")
    host = Host(bench, address, f"{SCRCPY} {options}", "scrcpy_0badcafe", jar=SCRCPY_JAR, tmp=tmp_path)
    with host.connect() as audio:
        head = exactly(audio, 5)
        with host.connect() as control:
            control.sendall(bytes(100))
            assert exactly(audio, 12)
    assert head == b"\0\0raw"
    assert host.close() == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("tunnel_forward=true", "Could not create default video encoder for h264"),
        ("video=false tunnel_forward=true audio_source=radio", "Audio source radio not supported"),
        ("video=false tunnel_forward=true scid=zz", 'For input string: "zz"'),
        ("video", 'Invalid key=value pair: "video"'),
        ("video=false audio_codec=raw", "Connection refused"),
    ],
)
def test_scrcpy_refuses_what_it_cannot_do(options: str, says: str) -> None:
    unit = one_phone()
    unit.files.put(SCRCPY_JAR, b"PK")
    answer = ask(unit, SCRCPY.replace(" scid=0badcafe", "") + " " + options)
    assert answer.code == 1
    assert says in answer.err


@pytest.mark.parametrize(
    ("profile", "codec", "meta"), [("vivo_9", "raw", bytes(4)), ("google_16", "opus", b"\0\0\0\1")]
)
def test_scrcpy_tells_in_the_codec_why_there_is_no_sound(profile: str, codec: str, meta: bytes) -> None:
    from hwsim.companion.scrcpy import MicrophoneStream, parse_options  # noqa: PLC0415 - this test alone needs them

    options = parse_options(["3.3.4", "video=false", f"audio_codec={codec}", "tunnel_forward=true"])
    stream = MicrophoneStream(Device(one_phone(profile).phone), options, first=False)
    assert stream.take(1 << 20) == meta
    assert stream.finished
