"""The real adb server with an emulated phone behind it: the link does what it says, also when the cable goes."""

from __future__ import annotations

import hashlib
import io
import json
import random
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent.links import (
    AdbLink,
    AdbServer,
    DeviceState,
    PrivateServer,
    RebootTarget,
    ShellOutputTooLarge,
    discover,
    watch,
)
from probes import CommandFailed, LinkError, LinkTimeout, NotAuthorized, SetupError, UnknownDevice, Unplugged

ROOT = Path(__file__).resolve().parents[2]
MIB = 1024 * 1024


@dataclass
class Rack:
    """Emulated phones, and the hand that pulls their cables."""

    ports: list[int]
    control: str

    def tell(self, **request: Any) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as hand:
            hand.settimeout(10)
            hand.connect(self.control)
            hand.sendall(json.dumps(request).encode() + b"\n")
            answer: dict[str, Any] = json.loads(hand.makefile().readline())
        assert answer["ok"], answer
        return answer

    def address(self, index: int = 0) -> str:
        return f"127.0.0.1:{self.ports[index]}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdbServer]:
    with PrivateServer(tmp_path_factory.mktemp("adb")) as running:
        yield running


@pytest.fixture
def rack(tmp_path: Path) -> Iterator[Callable[..., Rack]]:
    running: list[subprocess.Popen[bytes]] = []

    def serve(*options: str) -> Rack:
        process = subprocess.Popen(
            [sys.executable, "-m", "hwsim", "serve", "--until-eof", "--control", str(tmp_path / "c"), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        running.append(process)
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        return Rack([phone["port"] for phone in told["phones"]], told["control"])

    yield serve
    for process in running:
        with process:
            process.terminate()


@pytest.fixture
def phone(rack: Callable[..., Rack], server: AdbServer) -> Iterator[tuple[AdbLink, Rack]]:
    bench = rack("--boot-s", "0.2")
    serial = server.connect(bench.address())
    with AdbLink(server, serial) as link:
        yield link, bench
    server.disconnect(serial)


def test_a_command_gives_its_output_errors_and_exit_code(phone: tuple[AdbLink, Rack]) -> None:
    link, _bench = phone
    assert "shell_v2" in link.features
    assert link.shell(["getprop", "ro.build.version.release"], deadline_s=5, cap_bytes=MIB).stdout.strip().isdigit()
    refused = link.shell(["cat", "/no/such/file"], deadline_s=5, cap_bytes=MIB)
    assert refused.exit_code == 1
    assert b"No such file" in refused.stderr
    assert refused.stdout == b""
    assert link.shell(["no-such-command"], deadline_s=5, cap_bytes=MIB).exit_code == 127


@pytest.mark.parametrize("argument", ["a b", "'", '"', "$(id)", "`id`", ";id", "a\nb", "*", "\\", "é€", "${HOME}"])
def test_hostile_arguments_arrive_unchanged(phone: tuple[AdbLink, Rack], argument: str) -> None:
    link, _bench = phone
    assert link.shell(["echo", "--", argument], deadline_s=5, cap_bytes=MIB).stdout == f"-- {argument}\n".encode()


def test_a_command_that_reads_its_input_ends_at_once(phone: tuple[AdbLink, Rack]) -> None:
    link, _bench = phone
    assert link.shell(["cat"], deadline_s=5, cap_bytes=MIB).stdout == b""


def test_an_old_phone_gives_the_same_answers_without_shell_v2(phone: tuple[AdbLink, Rack]) -> None:
    link, _bench = phone
    link._features = frozenset()
    assert link.shell(["echo", "a  b"], deadline_s=5, cap_bytes=MIB).stdout == b"a  b\n"
    assert link.shell(["cat", "/no/such/file"], deadline_s=5, cap_bytes=MIB).exit_code == 1
    assert link.shell(["no-such-command"], deadline_s=5, cap_bytes=MIB).exit_code == 127
    link.push(b"12345", "/sdcard/a", deadline_s=5, cap_bytes=MIB)
    assert link.stat("/sdcard/a", deadline_s=5).size_bytes == 5
    assert b"a" in {entry.name.raw for entry in link.listdir("/sdcard", deadline_s=5, cap_bytes=MIB).entries}


def test_a_long_output_streams_and_is_cut_at_its_cap(phone: tuple[AdbLink, Rack]) -> None:
    link, _bench = phone
    link.push(bytes(MIB), "/sdcard/zeros", deadline_s=10, cap_bytes=MIB)
    with link.stream(["cat", "/sdcard/zeros"], deadline_s=10, cap_bytes=1000) as output:
        assert sum(len(chunk) for chunk in output) == 1000
    assert not output.complete
    with link.stream(["echo", "hi"], deadline_s=10, cap_bytes=1000) as output:
        assert list(output) == [b"hi\n"]
    assert output.complete
    assert output.exit_code == 0


def test_a_file_comes_back_as_it_went(phone: tuple[AdbLink, Rack]) -> None:
    link, _bench = phone
    content = random.Random(3).randbytes(5 * MIB + 17)
    path = "/sdcard/Download/it's a 文件.bin"
    assert link.push(content, path, deadline_s=30, cap_bytes=8 * MIB, mtime_s=1_700_000_000) == len(content)
    sink = io.BytesIO()
    assert link.pull(path, sink, deadline_s=30, cap_bytes=8 * MIB) == len(content)
    assert hashlib.sha256(sink.getvalue()).digest() == hashlib.sha256(content).digest()
    found = link.stat(path, deadline_s=5)
    assert (found.size_bytes, found.mtime_s) == (len(content), 1_700_000_000)
    names = [entry.name.raw.decode() for entry in link.listdir("/sdcard/Download", deadline_s=5, cap_bytes=MIB).entries]
    assert "it's a 文件.bin" in names


def test_a_file_that_is_not_there_or_not_allowed_is_a_plain_no(phone: tuple[AdbLink, Rack]) -> None:
    link, _bench = phone
    with pytest.raises(CommandFailed):
        link.stat("/sdcard/nope", deadline_s=5)
    with pytest.raises(CommandFailed):
        link.pull("/sdcard/nope", io.BytesIO(), deadline_s=5, cap_bytes=MIB)
    with pytest.raises(CommandFailed):
        link.push(b"x" * MIB, "/system/nope", deadline_s=5, cap_bytes=MIB)
    assert link.broken is None
    assert link.shell(["true"], deadline_s=5, cap_bytes=10).exit_code == 0


def test_a_forward_reaches_a_socket_of_the_phone(phone: tuple[AdbLink, Rack]) -> None:
    link, bench = phone
    local = link.forward("tcp:0", "localabstract:echo", deadline_s=5)
    port = int(local.removeprefix("tcp:"))
    with socket.create_connection(("127.0.0.1", port), timeout=5) as through:
        through.sendall(b"hello")
        assert through.recv(100) == b"hello"
    with pytest.raises(SetupError, match="port is taken"):
        link.forward(f"tcp:{bench.ports[0]}", "localabstract:echo", deadline_s=5)
    link.remove_forward(local, deadline_s=5)
    with pytest.raises(SetupError, match="no such forward"):
        link.remove_forward(local, deadline_s=5)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_closing_a_link_ends_its_forwards(phone: tuple[AdbLink, Rack]) -> None:
    link, _bench = phone
    port = int(link.forward("tcp:0", "localabstract:echo", deadline_s=5).removeprefix("tcp:"))
    link.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_the_phone_is_discovered_with_its_names(phone: tuple[AdbLink, Rack], server: AdbServer) -> None:
    link, _bench = phone
    (found,) = [one for one in discover(server) if one.serial == link.device]
    assert found.state is DeviceState.DEVICE
    assert found.transport_id == link.transport_id
    assert found.model
    assert link.state() is DeviceState.DEVICE


@pytest.mark.slow
def test_a_restarted_phone_leaves_comes_back_and_is_opened_again(
    phone: tuple[AdbLink, Rack], server: AdbServer
) -> None:
    link, _bench = phone
    with watch(server) as seen:
        events = (event for event in seen if event.phone.serial == link.device)
        assert next(events).phone.state is DeviceState.DEVICE
        link.reboot(RebootTarget.SYSTEM, deadline_s=10)
        with pytest.raises(Unplugged, match="restart"):
            link.shell(["true"], deadline_s=5, cap_bytes=10)
        for event in events:
            if event.phone.state is DeviceState.DEVICE:
                break
    link.open()
    assert link.shell(["true"], deadline_s=5, cap_bytes=10).exit_code == 0


def test_a_cable_pulled_during_a_command_is_an_unplug(phone: tuple[AdbLink, Rack]) -> None:
    link, bench = phone
    link.push(bytes(MIB // 2), "/sdcard/zeros", deadline_s=20, cap_bytes=MIB)
    # more than all the buffers on the way hold
    with link.stream(["cat", *["/sdcard/zeros"] * 128], deadline_s=20, cap_bytes=100 * MIB) as output:
        chunks = iter(output)
        assert next(chunks)
        bench.tell(cmd="unplug", phone=0)
        with pytest.raises(Unplugged):
            list(chunks)
    with pytest.raises(Unplugged):
        link.shell(["true"], deadline_s=5, cap_bytes=10)
    assert link.state() is not DeviceState.DEVICE


@pytest.mark.parametrize("after_bytes", [0, 1, 5, 6, 9, 14, 20])
def test_a_phone_that_goes_after_some_bytes_never_gives_an_answer(
    phone: tuple[AdbLink, Rack], after_bytes: int
) -> None:
    link, bench = phone
    bench.tell(cmd="chaos", phone=0, kind="cut", after_bytes=after_bytes)
    with pytest.raises(LinkError):
        link.shell(["echo", "a long enough answer"], deadline_s=5, cap_bytes=MIB)


def test_a_phone_that_floods_costs_its_cap(phone: tuple[AdbLink, Rack]) -> None:
    link, bench = phone
    bench.tell(cmd="chaos", phone=0, kind="flood")
    with pytest.raises((ShellOutputTooLarge, LinkError)):
        link.shell(["echo", "hi"], deadline_s=5, cap_bytes=MIB)


def test_a_phone_that_hangs_costs_its_deadline(phone: tuple[AdbLink, Rack]) -> None:
    link, bench = phone
    bench.tell(cmd="chaos", phone=0, kind="hang")
    with pytest.raises(LinkTimeout):
        link.shell(["echo", "hi"], deadline_s=0.3, cap_bytes=MIB)


def test_a_phone_that_was_not_allowed_says_so(rack: Callable[..., Rack], server: AdbServer) -> None:
    bench = rack("--state", "unauthorized")
    with pytest.raises(NotAuthorized):
        server.connect(bench.address())
    link = AdbLink(server, bench.address())
    assert link.state() is DeviceState.UNAUTHORIZED
    with pytest.raises(NotAuthorized):
        link.open()
    server.disconnect(bench.address())


def test_a_phone_that_is_not_there_is_unknown(server: AdbServer) -> None:
    link = AdbLink(server, "NO-SUCH-SERIAL")
    with pytest.raises(UnknownDevice):
        link.open()
    assert link.state() is DeviceState.GONE
