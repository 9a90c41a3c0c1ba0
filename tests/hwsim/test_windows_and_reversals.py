"""Delayed acknowledgement, and streams that the phone opens, on the wire."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from hwsim.adbd.packet import A_CLSE, A_CNXN, A_OKAY, A_OPEN, A_WRTE
from hwsim.adbd.reverse import Reversals
from tests.hwsim.rig import one_phone
from tests.hwsim.test_wire import NEW, Host, speak

if TYPE_CHECKING:
    from hwsim.unit import Unit

WINDOW_BYTES = 32 * 1024 * 1024
ECHO = b"localabstract:echo\0"


async def greet(host: Host, features: bytes) -> bytes:
    host.send(A_CNXN, NEW, 1024 * 1024, b"host::features=" + features + b"\0")
    host.sums = False
    return bytes((await host.expect(A_CNXN)).payload)


def count(number: int) -> bytes:
    return struct.pack("<I", number)


def test_with_delayed_acknowledgement_the_phone_sends_ahead_up_to_the_window_and_no_further() -> None:
    async def dialogue(host: Host, _unit: Unit) -> None:
        assert b"delayed_ack" in await greet(host, b"shell_v2,delayed_ack")
        host.send(A_OPEN, 1, 10, b"exec:echo 0123456789abcdef\0")
        opened = await host.expect(A_OKAY)
        assert bytes(opened.payload) == count(WINDOW_BYTES)
        assert bytes((await host.expect(A_WRTE)).payload) == b"0123456789"
        assert await host.receive_within(0.05) is None
        host.send(A_OKAY, 1, opened.arg0, count(4))
        assert bytes((await host.expect(A_WRTE)).payload) == b"abcd"
        host.send(A_OKAY, 1, opened.arg0, count(10))
        assert bytes((await host.expect(A_WRTE)).payload) == b"ef\n"
        await host.expect(A_CLSE)

    speak(dialogue)


def test_with_delayed_acknowledgement_the_phone_says_how_much_it_took() -> None:
    async def dialogue(host: Host, _unit: Unit) -> None:
        await greet(host, b"delayed_ack")
        host.send(A_OPEN, 1, 1000, ECHO)
        opened = await host.expect(A_OKAY)
        for _ahead in range(3):
            host.send(A_WRTE, 1, opened.arg0, b"12345")
        answers = [await host.receive() for _ in range(6)]
        assert all(answer is not None for answer in answers)
        kinds = [(answer.command, bytes(answer.payload)) for answer in answers if answer is not None]
        assert kinds.count((A_OKAY, count(5))) == 3
        assert kinds.count((A_WRTE, b"12345")) == 3

    speak(dialogue)


@pytest.mark.parametrize(
    ("profile", "features"), [("google_16", b"shell_v2"), ("xiaomi_12", b"shell_v2,delayed_ack"), ("google_16", b"")]
)
def test_where_one_side_does_not_know_it_each_packet_waits_for_the_last(profile: str, features: bytes) -> None:
    async def dialogue(host: Host, _unit: Unit) -> None:
        await greet(host, features)
        host.send(A_OPEN, 1, 0, ECHO)
        opened = await host.expect(A_OKAY)
        assert opened.payload == b""
        host.send(A_WRTE, 1, opened.arg0, b"one")
        host.send(A_WRTE, 1, opened.arg0, b"two")
        heard = [await host.receive() for _ in range(3)]
        assert [packet.command for packet in heard if packet] == [A_OKAY, A_WRTE, A_OKAY]
        assert await host.receive_within(0.05) is None
        host.send(A_OKAY, 1, opened.arg0)
        assert bytes((await host.expect(A_WRTE)).payload) == b"two"

    speak(dialogue, one_phone(profile))


@pytest.mark.parametrize("ahead", [False, True])
def test_the_phone_opens_a_stream_to_where_its_port_was_reversed(ahead: bool) -> None:
    window = count(100) if ahead else b""

    async def dialogue(host: Host, unit: Unit) -> None:
        await greet(host, b"delayed_ack" if ahead else b"shell_v2")
        host.send(A_OPEN, 1, 1000 if ahead else 0, b"reverse:forward:tcp:0;tcp:8000\0")
        await host.expect(A_OKAY)
        told = bytes((await host.expect(A_WRTE)).payload)
        port = told.removeprefix(b"OKAY0005").decode()
        host.send(A_OKAY, 1, 1, count(len(told)) if ahead else b"")
        await host.expect(A_CLSE)
        call = unit.server.call_host(f"tcp:{port}")
        assert call is not None
        asked = await host.expect(A_OPEN)
        assert bytes(asked.payload) == b"tcp:8000\0"
        assert asked.arg1 == (WINDOW_BYTES if ahead else 0)
        host.send(A_OKAY, 9, asked.arg0, window)
        assert await call.opened()
        await call.write(b"hello")
        heard = await host.expect(A_WRTE)
        assert (heard.arg0, heard.arg1, bytes(heard.payload)) == (asked.arg0, 9, b"hello")
        call.close()
        assert (await host.expect(A_CLSE)).arg1 == 9

    speak(dialogue)


def test_a_stream_that_the_host_refuses_is_closed_without_an_answer() -> None:
    async def dialogue(host: Host, unit: Unit) -> None:
        await greet(host, b"shell_v2")
        host.send(A_OPEN, 1, 0, b"reverse:forward:localabstract:x;tcp:8000\0")
        await host.expect(A_OKAY)
        assert bytes((await host.expect(A_WRTE)).payload) == b"OKAY"
        host.send(A_OKAY, 1, 1)
        await host.expect(A_CLSE)
        call = unit.server.call_host("localabstract:x")
        assert call is not None
        asked = await host.expect(A_OPEN)
        host.send(A_CLSE, 0, asked.arg0)
        assert not await call.opened()
        assert await host.receive_within(0.05) is None

    speak(dialogue)


def test_what_was_reversed_goes_with_the_host_that_asked_for_it() -> None:
    async def dialogue(host: Host, unit: Unit) -> None:
        await greet(host, b"shell_v2")
        host.send(A_OPEN, 1, 0, b"reverse:forward:tcp:7000;tcp:8000\0")
        await host.expect(A_OKAY)
        await host.expect(A_WRTE)
        unit.server.drop_links()
        assert unit.server.call_host("tcp:7000") is None

    speak(dialogue)


@pytest.mark.parametrize(
    ("request_text", "answer"),
    [
        ("forward:tcp:0;tcp:1", b"OKAY000537001"),
        ("forward:tcp:7000;tcp:2", b"OKAY00047000"),
        ("forward:norebind:tcp:7000;tcp:2", b"FAIL001dcannot rebind existing socket"),
        ("forward:localabstract:a b;tcp:2", b"OKAY"),
        ("list-forward", b"002dhost-1 tcp:7000 tcp:1\nhost-1 tcp:37000 tcp:2\n"),
        ("killforward:tcp:9", b"FAIL001alistener 'tcp:9' not found"),
        ("killforward:tcp:7000", b"OKAY"),
        ("killforward-all", b"OKAY"),
    ],
)
def test_reverse_answers_as_adbd_does(request_text: str, answer: bytes) -> None:
    reversals = Reversals()
    reversals.answer("forward:tcp:7000;tcp:1")
    reversals.answer("forward:tcp:0;tcp:2")
    said = reversals.answer(request_text)
    assert said == answer


@pytest.mark.parametrize(
    "pair", ["", ";", "tcp:1", "tcp:;tcp:1", "tcp:x;tcp:1", "tcp:70000;tcp:1", "nope:1;tcp:1", "a;"]
)
def test_a_reverse_that_makes_no_sense_is_refused(pair: str) -> None:
    reversals = Reversals()
    assert reversals.answer(f"forward:{pair}").startswith(b"FAIL")
    assert reversals.answer("nonsense").startswith(b"FAIL")
    assert reversals.answer("list-forward") == b"0000"
