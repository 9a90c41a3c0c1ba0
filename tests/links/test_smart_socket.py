"""What an adb server refuses becomes an error whose branch says what to do."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from agent.links import AdbServer, Deadline, RealClock, bench_server, bundled_adb
from agent.links.smart_socket import refusal
from probes import (
    BadInput,
    BenchError,
    LinkError,
    LinkTimeout,
    MissingTool,
    NotAuthorized,
    ProtocolBroken,
    SetupError,
    UnknownDevice,
    Unplugged,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.links.conftest import Canned, ScriptedServer


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set", NotAuthorized),
        (b"device still authorizing", LinkError),
        (b"device still connecting", LinkError),
        (b"device offline", LinkError),
        (b"device 'x' not found", UnknownDevice),
        (b"no devices/emulators found", UnknownDevice),
        (b"no device with transport id '9'", UnknownDevice),
        (b"more than one device/emulator", UnknownDevice),
        (b"insufficient permissions for device: user in plugdev group", SetupError),
        (b"unknown host service", SetupError),
        (b"closed", Unplugged),
        (b"\x1b[2Jsomething new", LinkError),
        (b"", LinkError),
    ],
)
def test_each_refusal_has_its_branch(said: bytes, kind: type[BenchError]) -> None:
    error = refusal(said)
    assert type(error) is kind
    assert "\x1b" not in str(error)


def test_a_server_that_is_not_there_is_an_error_of_the_link(canned: Canned) -> None:
    with pytest.raises(LinkError, match="does not answer"):
        canned.server().version()
    assert not canned.server().is_answering()


def test_something_else_at_the_port_is_a_bench_that_is_not_ready(canned: Canned) -> None:
    canned.expect(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(SetupError, match="no usable adb server"):
        canned.server().require_version()


@pytest.mark.parametrize("version", [b"0028", b"002a", b"zzzz"])
def test_another_version_is_a_bench_that_is_not_ready(canned: Canned, version: bytes) -> None:
    canned.expect(b"OKAY0004" + version)
    with pytest.raises(SetupError):
        canned.server().require_version()


def test_a_request_too_long_for_the_protocol_is_never_sent(canned: Canned) -> None:
    canned.expect(b"OKAY")
    with pytest.raises(BadInput):
        canned.server().socket.query("x" * 70_000, deadline=Deadline.after(canned.clock, 1))
    assert not any(canned.requests())


def test_text_behind_a_complete_answer_is_a_broken_protocol(canned: Canned) -> None:
    canned.expect(b"OKAY00040029more")
    with pytest.raises(ProtocolBroken):
        canned.server().version()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"failed to connect to '127.0.0.1:9': Connection refused", UnknownDevice),
        (b"failed to resolve host: 'x': Name or service not known", UnknownDevice),
        (b"failed to authenticate to 127.0.0.1:9", NotAuthorized),
        (b"failed to connect to '10.0.0.1:5555': Operation timed out", LinkTimeout),
        (b"failed to connect to 127.0.0.1:9", LinkError),
    ],
)
def test_a_failed_connect_says_why(canned: Canned, said: bytes, kind: type[BenchError]) -> None:
    canned.expect(b"OKAY%04x%b" % (len(said), said))
    with pytest.raises(kind) as caught:
        canned.server().connect("127.0.0.1:9")
    assert type(caught.value) is kind


@pytest.mark.parametrize("said", [b"connected to 127.0.0.1:9", b"already connected to 127.0.0.1:9"])
def test_a_connect_gives_the_serial(canned: Canned, said: bytes) -> None:
    canned.expect(b"OKAY%04x%b" % (len(said), said))
    assert canned.server().connect("127.0.0.1:9") == "127.0.0.1:9"


def test_a_server_that_accepts_and_says_nothing_costs_one_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = AdbServer(port=listener.getsockname()[1])
        with pytest.raises(LinkTimeout):
            server.version(deadline_s=0.05)


def test_a_server_of_another_version_is_neither_used_nor_replaced(
    scripted: Callable[[Callable[[socket.socket], None]], ScriptedServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(*_arguments: object, **_options: object) -> None:
        pytest.fail("a server must not be started over another one")

    monkeypatch.setattr("agent.links.server.subprocess.run", start)
    other = scripted(lambda _connection: None).server
    with pytest.raises(SetupError, match="is version 1,"):
        bench_server(environ={"ANDROID_ADB_SERVER_PORT": str(other.port)})


@pytest.mark.parametrize("value", ["0", "65536", "x", "-1", "²"])
def test_a_port_that_is_none_is_a_bench_that_is_not_ready(value: str) -> None:
    with pytest.raises(SetupError):
        bench_server(environ={"ANDROID_ADB_SERVER_PORT": value})


def test_the_bundled_adb_is_used_whatever_the_path_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert bundled_adb().is_file()


def test_a_bench_without_the_adb_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.links.server.importlib.util.find_spec", lambda _name: None)
    with pytest.raises(MissingTool, match="adbutils"):
        bundled_adb()


@pytest.mark.parametrize("deadline_s", [0.0, -1.0, float("nan"), float("inf")])
def test_a_deadline_is_a_positive_number(deadline_s: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        Deadline.after(RealClock(), deadline_s)
