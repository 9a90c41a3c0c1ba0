"""The daemon's side of the protocol, spoken to byte by byte."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hwsim.adbd.packet import (
    A_AUTH,
    A_CLSE,
    A_CNXN,
    A_OKAY,
    A_OPEN,
    A_WRTE,
    Framer,
    Packet,
    checksum,
    encode_header,
)
from tests.hwsim.rig import DEADLINE_S, one_phone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hwsim.unit import Unit

OLD, NEW = 0x01000000, 0x01000001


class Host:
    """A host that does exactly what a test says."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.framer = Framer()
        self.waiting: list[Packet] = []
        self.sums = True

    def send(self, command: int, arg0: int, arg1: int, payload: bytes = b"") -> None:
        self.writer.write(encode_header(command, arg0, arg1, payload, with_checksum=self.sums) + payload)

    async def receive(self) -> Packet | None:
        while not self.waiting:
            data = await self.reader.read(65536)
            if not data:
                return None
            self.waiting += self.framer.feed(data)
        return self.waiting.pop(0)

    async def receive_within(self, seconds: float) -> Packet | None:
        try:
            return await asyncio.wait_for(self.receive(), seconds)
        except TimeoutError:
            return None

    async def expect(self, command: int) -> Packet:
        packet = await self.receive()
        assert packet is not None, "the link ended"
        assert packet.command == command, packet
        return packet

    async def greet(self, *, version: int = NEW, maxdata: int = 1024 * 1024) -> Packet:
        self.send(A_CNXN, version, maxdata, b"host::features=shell_v2\0")
        self.sums = version < NEW
        return await self.expect(A_CNXN)


def speak(dialogue: Callable[[Host, Unit], Awaitable[None]], unit: Unit | None = None) -> None:
    phone = unit or one_phone()

    async def run() -> None:
        await phone.server.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", phone.server.port)
        try:
            await dialogue(Host(reader, writer), phone)
        finally:
            writer.close()
            phone.server.close()

    asyncio.run(asyncio.wait_for(run(), DEADLINE_S))


def test_the_banner_tells_product_model_and_features() -> None:
    async def dialogue(host: Host, _unit: Unit) -> None:
        hello = await host.greet(maxdata=4096)
        assert (hello.arg0, hello.arg1) == (NEW, 4096)
        assert bytes(hello.payload).startswith(b"device::ro.product.name=shiba;ro.product.model=Pixel 8;")
        assert b"shell_v2" in bytes(hello.payload)
        assert b"brotli" not in bytes(hello.payload)

    speak(dialogue)


def test_old_hosts_get_sums_and_their_sums_are_checked() -> None:
    async def dialogue(host: Host, _unit: Unit) -> None:
        hello = await host.greet(version=OLD)
        assert hello.checksum == checksum(hello.payload) != 0
        host.sums = False
        host.send(A_OPEN, 5, 0, b"shell:echo x\0")
        assert await host.receive() is None

    speak(dialogue)


def test_new_hosts_need_no_sums() -> None:
    async def dialogue(host: Host, _unit: Unit) -> None:
        hello = await host.greet()
        assert hello.checksum == 0
        host.send(A_OPEN, 5, 0, b"shell:echo x\0")
        await host.expect(A_OKAY)
        assert bytes((await host.expect(A_WRTE)).payload) == b"x\n"

    speak(dialogue)


def test_one_write_is_in_flight_and_none_is_larger_than_the_host_allows() -> None:
    async def dialogue(host: Host, unit: Unit) -> None:
        await host.greet(maxdata=1000)
        unit.files.put("/sdcard/big.txt", bytes(range(256)) * 40)
        host.send(A_OPEN, 5, 0, b"exec:cat /sdcard/big.txt")
        opened = await host.expect(A_OKAY)
        data = b""
        packet = await host.expect(A_WRTE)
        while packet.command == A_WRTE:
            assert len(packet.payload) <= 1000
            data += packet.payload
            early = await host.receive_within(0.005)
            assert early is None or early.command == A_CLSE, "a second write before the first was acknowledged"
            host.send(A_OKAY, 5, opened.arg0)
            packet = early or await host.receive() or packet
        assert data == bytes(range(256)) * 40

    speak(dialogue)


def test_a_service_that_is_not_there_is_refused_with_id_zero() -> None:
    async def dialogue(host: Host, _unit: Unit) -> None:
        await host.greet()
        for service in (b"localabstract:nobody\0", b"tcp:9\0", b"what:\0", b"\xff\xfe\0", b""):
            host.send(A_OPEN, 7, 0, service)
            refused = await host.expect(A_CLSE)
            assert (refused.arg0, refused.arg1) == (0, 7)

    speak(dialogue)


def test_a_write_to_a_stream_that_never_was_is_answered_with_a_close() -> None:
    async def dialogue(host: Host, _unit: Unit) -> None:
        await host.greet()
        host.send(A_WRTE, 7, 99, b"x")
        assert (await host.expect(A_CLSE)).arg1 == 7

    speak(dialogue)


def test_nothing_is_served_before_the_handshake_or_to_an_unknown_host() -> None:
    async def dialogue(host: Host, _unit: Unit) -> None:
        host.send(A_OPEN, 5, 0, b"shell:id\0")
        host.send(A_CNXN, NEW, 4096, b"host::")
        challenge = await host.expect(A_AUTH)
        assert (challenge.arg0, len(challenge.payload)) == (1, 20)
        host.sums = False
        host.send(A_AUTH, 2, 0, bytes(256))
        again = await host.expect(A_AUTH)
        assert bytes(again.payload) != bytes(challenge.payload)
        host.send(A_OPEN, 5, 0, b"shell:id\0")
        host.send(A_AUTH, 3, 0, b"no key")
        host.send(A_AUTH, 2, 0, b"")
        await host.expect(A_AUTH)

    unit = one_phone()
    unit.set_state("unauthorized")
    speak(dialogue, unit)


def test_noise_ends_the_connection_and_the_next_one_is_served() -> None:
    async def dialogue(host: Host, unit: Unit) -> None:
        host.writer.write(b"GET / HTTP/1.1\r\nHost: phone\r\n\r\n")
        assert await host.receive() is None
        reader, writer = await asyncio.open_connection("127.0.0.1", unit.server.port)
        await Host(reader, writer).greet()
        writer.close()

    speak(dialogue)
