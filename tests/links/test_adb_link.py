"""The rules that every link keeps: no I/O before opening, one error per cable, close from anywhere."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from agent.links import AdbLink, DeviceState, Exchange, RebootTarget, ShellStream
from probes import BadInput, LinkError, LinkTimeout, NotAuthorized, SetupError, UnknownDevice, Unplugged

if TYPE_CHECKING:
    from tests.links.conftest import Canned, End, ScriptedServer

    MakeServer = Callable[[Callable[[socket.socket], None]], ScriptedServer]

OK = b"OKAY"
DONE = b"\x01\x02\0\0\0hi" + b"\x03\x01\0\0\0\0"


def fail(text: bytes) -> bytes:
    return b"FAIL%04x%b" % (len(text), text)


def run(link: AdbLink) -> bytes:
    return link.shell(["echo", "hi"], deadline_s=1, cap_bytes=100).stdout


def test_constructing_and_closing_a_link_does_no_io(canned: Canned) -> None:
    link = AdbLink(canned.server(), "SERIAL1")
    link.close()
    link.close()
    assert not canned.kept


def test_a_closed_link_says_so(canned: Canned) -> None:
    with pytest.raises(LinkError, match="not open"):
        run(AdbLink(canned.server(), "SERIAL1"))


def test_opening_finds_the_phone_by_its_serial(canned: Canned) -> None:
    canned.expect(b"OKAY" + (9).to_bytes(8, "little"))
    canned.expect(b"OKAY0006device")
    canned.expect(b"OKAY000cshell_v2,cmd")
    with AdbLink(canned.server(), "S:1", clock=canned.clock) as link:
        assert link.transport_id == 9
        assert link.features == {"shell_v2", "cmd"}
    assert canned.requests()[0].endswith(b"host:tport:serial:S:1")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"device unauthorized.", NotAuthorized),
        (b"device offline", LinkError),
        (b"device 'x' not found", UnknownDevice),
    ],
)
def test_a_phone_that_cannot_be_used_is_not_opened(canned: Canned, said: bytes, kind: type[Exception]) -> None:
    canned.expect(fail(said))
    with pytest.raises(kind) as caught, AdbLink(canned.server(), "SERIAL1", clock=canned.clock):
        pass
    assert getattr(caught.value, "device", "") == "SERIAL1"


def test_a_phone_in_its_bootloader_is_not_opened_and_the_way_out_is_named(canned: Canned) -> None:
    canned.expect(b"OKAY000abootloader")
    with (
        pytest.raises(LinkError, match="choose Start"),
        AdbLink(canned.server(), "S", transport_id=1, clock=canned.clock),
    ):
        pass


def test_one_pulled_cable_is_one_error_until_the_link_is_opened_again(canned: Canned) -> None:
    link = canned.opened()
    canned.expect(OK, OK + DONE[:5])
    with pytest.raises(Unplugged):
        run(link)
    connections = len(canned.kept)
    for call in (run, lambda link: link.pull("/a", io.BytesIO(), deadline_s=1, cap_bytes=1)):
        with pytest.raises(Unplugged, match="cut before its end"):
            call(link)
    assert len(canned.kept) == connections
    canned.expect(b"OKAY0006device")
    canned.expect(b"OKAY0008shell_v2")
    link.open()
    canned.expect(OK, OK + DONE)
    assert run(link) == b"hi"


def test_a_phone_that_left_since_opening_is_unplugged_not_unknown(canned: Canned) -> None:
    link = canned.opened()
    canned.expect(fail(b"no device with transport id '7'"))
    with pytest.raises(Unplugged):
        run(link)
    assert link.broken is not None


def test_one_slow_answer_does_not_break_the_link(canned: Canned, ends: type[End]) -> None:
    link = canned.opened()
    canned.expect(OK, OK, end=ends.STALL)
    with pytest.raises(LinkTimeout):
        link.shell(["sleep", "9"], deadline_s=0.001, cap_bytes=1)
    canned.expect(OK, OK + DONE)
    assert run(link) == b"hi"


def test_an_error_of_another_link_inside_a_stream_does_not_break_this_one(canned: Canned) -> None:
    link = canned.opened()
    canned.expect(OK, OK + DONE)
    with pytest.raises(Unplugged), link.stream(["logcat"], deadline_s=1, cap_bytes=9):
        raise Unplugged("the other cable", device="OTHER", link="at")
    assert link.broken is None


def test_a_phone_gone_during_a_stream_breaks_the_link(canned: Canned) -> None:
    link = canned.opened()
    canned.expect(OK, OK + DONE[:7])
    with pytest.raises(Unplugged), link.stream(["logcat"], deadline_s=1, cap_bytes=99) as output:
        list(output)
    assert isinstance(link.broken, Unplugged)


def test_an_error_that_is_caught_inside_a_stream_breaks_the_link_too(canned: Canned) -> None:
    kept: list[Exchange] = []
    link = canned.opened(trace=kept.append)
    canned.expect(OK, OK + DONE[:7])
    with link.stream(["logcat"], deadline_s=1, cap_bytes=99) as output, pytest.raises(Unplugged):
        list(output)
    assert isinstance(link.broken, Unplugged)
    assert kept[-1].error == "E_LINK_UNPLUGGED"


def test_the_trace_keeps_each_exchange(canned: Canned) -> None:
    kept: list[Exchange] = []
    link = canned.opened(trace=kept.append)
    canned.expect(OK, OK + DONE)
    run(link)
    canned.expect(OK, fail(b"closed"))
    with pytest.raises(Unplugged) as caught:
        run(link)
    assert [(exchange.what, exchange.error) for exchange in kept] == [
        ("open", ""),
        ("shell echo hi", ""),
        ("shell echo hi", "E_LINK_UNPLUGGED"),
    ]
    assert kept[1].received_bytes == 8 + len(DONE)
    assert caught.value.line().startswith("the phone closed the service (SERIAL1, adb, shell echo hi)")


def test_hostile_arguments_reach_no_terminal_through_the_trace(canned: Canned) -> None:
    kept: list[Exchange] = []
    link = canned.opened(trace=kept.append)
    canned.expect(OK, OK + DONE)
    link.shell(["echo", "\x1b[2J" + "x" * 500], deadline_s=1, cap_bytes=9)
    assert "\x1b" not in kept[-1].what
    assert len(kept[-1].what) < 100


def test_input_of_a_command_is_closed_at_once(canned: Canned) -> None:
    link = canned.opened()
    canned.expect(OK, OK + DONE)
    run(link)
    assert canned.requests()[-1].endswith(b"shell,v2,raw:echo hi\x04\0\0\0\0")


def test_closing_from_another_thread_ends_a_blocked_call(scripted: MakeServer) -> None:
    blocked = threading.Event()

    def play(connection: socket.socket) -> None:
        connection.recv(5)
        blocked.set()

    link = scripted(play).link()
    link.open()

    def close_it() -> None:
        blocked.wait(10)
        link.close()

    closer = threading.Thread(target=close_it)
    closer.start()
    started_s = time.monotonic()
    with pytest.raises(LinkError):
        link.shell(["sleep", "60"], deadline_s=30, cap_bytes=1)
    closer.join(10)
    assert time.monotonic() - started_s < 10
    with pytest.raises(LinkError):
        run(link)


def test_leaving_a_stream_early_stops_the_command(scripted: MakeServer) -> None:
    hung_up = threading.Event()

    def play(connection: socket.socket) -> None:
        connection.sendall(b"\x01\x02\0\0\0hi")
        try:
            while connection.recv(100):
                pass
        except ConnectionResetError:
            pass
        hung_up.set()

    with scripted(play).link() as link:
        with link.stream(["logcat"], deadline_s=30, cap_bytes=1000) as output:
            assert isinstance(output, ShellStream)
            assert next(iter(output)) == b"hi"
        assert hung_up.wait(10)
        assert link.broken is None


def test_a_forward_names_its_port_and_ends_with_the_link(canned: Canned) -> None:
    link = canned.opened()
    canned.expect(b"OKAYOKAY000541234")
    assert link.forward("tcp:0", "localabstract:echo", deadline_s=1) == "tcp:41234"
    canned.expect(b"OKAYOKAY")
    link.close()
    assert canned.requests()[-1].endswith(b"host-transport-id:7:killforward:tcp:41234")
    link.close()


def test_a_forward_that_was_removed_is_not_removed_again(canned: Canned) -> None:
    link = canned.opened()
    canned.expect(b"OKAYOKAY")
    assert link.forward("tcp:6000", "tcp:6000", deadline_s=1) == "tcp:6000"
    canned.expect(b"OKAYOKAY")
    link.remove_forward("tcp:6000", deadline_s=1)
    connections = len(canned.kept)
    link.close()
    assert len(canned.kept) == connections


def test_a_refused_forward_is_an_error_that_does_not_break_the_link(canned: Canned) -> None:
    link = canned.opened()
    canned.expect(b"OKAY" + fail(b"cannot bind listener: Address already in use"))
    with pytest.raises(SetupError, match="port is taken"):
        link.forward("tcp:1", "tcp:1", deadline_s=1)
    canned.expect(b"OKAY" + fail(b"listener 'tcp:1' not found"))
    with pytest.raises(SetupError, match="no such forward"):
        link.remove_forward("tcp:1", deadline_s=1)
    canned.expect(b"OKAY")
    with pytest.raises(BadInput):
        link.forward("tcp:1;tcp:2", "tcp:1", deadline_s=1)
    assert link.broken is None


def test_after_a_restart_the_link_has_to_be_opened_again(canned: Canned) -> None:
    link = canned.opened()
    canned.expect(OK, OK)
    link.reboot(RebootTarget.RECOVERY, deadline_s=1)
    assert canned.requests()[-1].endswith(b"reboot:recovery")
    with pytest.raises(Unplugged, match="told to restart"):
        run(link)


def test_a_phone_that_does_not_leave_after_the_order_is_a_timeout(canned: Canned, ends: type[End]) -> None:
    link = canned.opened()
    canned.expect(OK, OK, end=ends.STALL)
    with pytest.raises(LinkTimeout):
        link.reboot(deadline_s=0.001)


@pytest.mark.parametrize(
    ("serial", "transport_id", "state"),
    [
        ("A", None, DeviceState.UNAUTHORIZED),
        ("TWIN", 3, DeviceState.OFFLINE),
        ("TWIN", 4, DeviceState.DEVICE),
        ("TWIN", 5, DeviceState.GONE),
        ("B", None, DeviceState.GONE),
    ],
)
def test_the_state_is_told_by_a_closed_link_too(
    canned: Canned, serial: str, transport_id: int | None, state: DeviceState
) -> None:
    lines = b"A unauthorized transport_id:2\nTWIN offline transport_id:3\nTWIN device transport_id:4\n"
    canned.expect(b"OKAY%04x%b" % (len(lines), lines))
    assert AdbLink(canned.server(), serial, transport_id=transport_id, clock=canned.clock).state() is state


def test_a_phone_that_was_replugged_is_found_by_its_serial(canned: Canned) -> None:
    canned.expect(b"OKAY" + (9).to_bytes(8, "little"))
    canned.expect(b"OKAY0006device")
    canned.expect(b"OKAY0003cmd")
    link = AdbLink(canned.server(), "A", clock=canned.clock)
    link.open()
    lines = b"A device transport_id:12\n"
    canned.expect(b"OKAY%04x%b" % (len(lines), lines))
    assert link.state() is DeviceState.DEVICE
