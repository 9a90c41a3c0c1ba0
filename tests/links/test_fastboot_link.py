"""Boot loaders are asked and never told: over TCP and over USB, and they may be hostile."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from agent.links import FastbootLink, FastbootRefused, FastbootTcp, FastbootUsb
from hwsim.fastboot import Bootloader
from hwsim.fastboot.tcp import FastbootProtocol
from probes import BadInput, LinkError, LinkTimeout, OutputTooLarge, ProtocolBroken, Unplugged
from tests.hwsim.rig import one_phone
from tests.links.usb_phones import Plugs, plugs

__all__ = ["plugs"]

SOCKET = "1-1.4"


def over_usb(plugs: Plugs, profile: str) -> FastbootLink:
    plugs.plug(SOCKET, "fastboot", profile)
    return FastbootLink(SOCKET, FastbootUsb(f"usb:{SOCKET}", plugs.usb))


@pytest.mark.parametrize("profile", ["google_16", "xiaomi_12", "motorola_11", "oneplus_15", "tecno_14"])
def test_loaders_of_several_makers_tell_their_variables_over_usb(profile: str, plugs: Plugs) -> None:
    with over_usb(plugs, profile) as link:
        try:
            told = link.variables()
        except FastbootRefused:
            assert link.getvar("product").raw
            return
        assert told.values["product"].raw == link.getvar("product").raw
        assert not [name for name in told.values if not name.isprintable()]


@contextlib.contextmanager
def served(profile: str) -> Iterator[int]:
    """The emulated loader on a TCP port, in a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    loader = Bootloader(one_phone(profile).phone)

    async def listen() -> asyncio.Server:
        return await loop.create_server(lambda: FastbootProtocol(loader), "127.0.0.1", 0)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(5.0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(5.0)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5.0)
        loop.close()


def test_the_same_loader_answers_over_tcp() -> None:
    with served("google_16") as port, FastbootLink("phone", FastbootTcp("127.0.0.1", port)) as link:
        told = link.variables()
        assert told.values["product"].raw == link.getvar("product").raw
        with pytest.raises(FastbootRefused):
            link.getvar("no-such-variable")
        assert link.broken is None


def test_nothing_but_questions_can_be_asked(plugs: Plugs) -> None:
    with over_usb(plugs, "google_16") as link:
        for wrong in ("all", "", "a b", "x\0y", "product\nflash:boot", "x" * 100):
            with pytest.raises(BadInput):
                link.getvar(wrong)
    doers = {name for name in dir(FastbootLink) if not name.startswith("_")}
    assert doers == {"broken", "close", "getvar", "kind", "open", "variables"}


@contextlib.contextmanager
def scripted(play: Callable[[socket.socket], None]) -> Iterator[FastbootLink]:
    """A boot loader that does what the test says, once."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            link, _from = server.accept()
            with link, contextlib.suppress(OSError):
                play(link)
                link.recv(4096)

        thread = threading.Thread(target=serve)
        thread.start()
        link = FastbootLink("phone", FastbootTcp("127.0.0.1", server.getsockname()[1]))
        try:
            yield link
        finally:
            link.close()
            thread.join(5.0)


def packet(payload: bytes) -> bytes:
    return struct.pack(">Q", len(payload)) + payload


def answering(said: bytes) -> Callable[[socket.socket], None]:
    def play(link: socket.socket) -> None:
        link.sendall(b"FB01")
        heard = b""
        while b"getvar:" not in heard:  # greeting and question may come together or apart
            heard += link.recv(4096)
        link.sendall(said)

    return play


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        (packet(b"WHAT is this"), ProtocolBroken),
        (struct.pack(">Q", 1 << 60), ProtocolBroken),
        (struct.pack(">Q", 0), ProtocolBroken),
        (packet(b"INFOa:b") * 5000, OutputTooLarge),
        (packet(b"FAILno such variable\x1b[31m"), FastbootRefused),
        (b"\0\0", LinkTimeout),
    ],
)
def test_a_loader_that_talks_nonsense_is_one_typed_error(said: bytes, ours: type[Exception]) -> None:
    with scripted(answering(said)) as link:
        link.open()
        with pytest.raises(ours) as caught:
            link.variables(deadline_s=0.5 if ours is LinkTimeout else 10.0)
        assert "\x1b" not in str(caught.value)


def test_a_late_answer_is_never_taken_for_the_next_one() -> None:
    with scripted(answering(b"")) as link:
        link.open()
        for _again in range(2):
            with pytest.raises(LinkTimeout):
                link.getvar("product", deadline_s=0.2)
        assert link.broken is not None


def test_whoever_does_not_greet_is_no_loader() -> None:
    with scripted(lambda link: link.sendall(b"SSH-2.0-x")) as link, pytest.raises(ProtocolBroken):
        link.open()


def test_a_loader_that_hangs_up_and_one_that_is_not_there_are_told() -> None:
    with scripted(lambda link: link.shutdown(socket.SHUT_RDWR)) as link, pytest.raises(Unplugged):
        link.open()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(LinkError):
        FastbootLink("phone", FastbootTcp("127.0.0.1", port)).open(deadline_s=1.0)


def test_names_with_arguments_keep_them_and_values_keep_their_colons() -> None:
    said = [b"INFOpartition-size:boot_a: 0x4000000", b"INFOversion-bootloader: a:b:c", b"INFOjust words", b"OKAY"]
    with scripted(answering(b"".join(map(packet, said)))) as link:
        link.open()
        told = link.variables()
    assert {name: value.raw for name, value in told.values.items()} == {
        "partition-size:boot_a": b"0x4000000",
        "version-bootloader": b"a:b:c",
    }
    assert [line.raw for line in told.lines] == [b"just words"]
