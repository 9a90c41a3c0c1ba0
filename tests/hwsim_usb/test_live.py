"""The live front keeps to umockdev's protocol, and says what is missing instead of pretending."""

from __future__ import annotations

import asyncio
import errno
import os
import select
import struct
import tempfile
from pathlib import Path

import pytest

from hwsim.rack import BadRack, Rack, RackPlan
from hwsim.usb.bus import Bus
from hwsim.usb.live import preload
from hwsim.usb.live.bed import Bed
from hwsim.usb.live.doorbell import Doorbell
from hwsim.usb.live.preload import NoLiveBus
from hwsim.usb.live.uevents import message, murmur2
from tests.hwsim_usb.test_device import mirror

IOCTL, DONE, PEEK, POKE = 1, 3, 5, 6
SUBMIT, REAP, CLAIM = 0x8038550A, 0x4008550D, 0x8004550F


def test_the_hash_is_the_published_one() -> None:
    assert (murmur2(""), murmur2("a")) == (0, 0x92685F5E)


def test_an_event_is_a_header_and_properties() -> None:
    whole = message({"ACTION": "add", "SUBSYSTEM": "usb", "DEVTYPE": "usb_device"})
    assert whole[:8] == b"libudev\0"
    assert struct.unpack(">I", whole[8:12]) == (0xFEEDCAFE,)
    header, offset, length = struct.unpack("=3I", whole[12:24])
    assert (header, offset, length) == (40, 40, len(whole) - 40)
    assert struct.unpack(">2I", whole[24:32]) == (murmur2("usb"), murmur2("usb_device"))
    assert whole[40:] == b"ACTION=add\0SUBSYSTEM=usb\0DEVTYPE=usb_device\0"


def test_a_node_is_writable_while_something_is_to_be_fetched(tmp_path: Path) -> None:
    bell = Doorbell(tmp_path / "node")
    client = os.open(tmp_path / "node", os.O_RDWR | os.O_NONBLOCK)
    poll = select.poll()
    poll.register(client, select.POLLOUT)
    for _time in range(2):
        assert poll.poll(0) == []
        bell.ring()
        assert poll.poll(0) == [(client, select.POLLOUT)]
        bell.hush()
    os.close(client)
    bell.close()


def test_a_missing_library_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(preload, "_FOLDERS", (str(tmp_path),))
    with pytest.raises(BadRack, match="apt-get install umockdev"):
        Rack(RackPlan(usb=tmp_path / "bus"))


def test_without_a_compiler_there_is_no_shim(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert preload.compile_shim(tmp_path) is None


class Client:
    """What the preload library does for a program: messages of three words, and memory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.memory = bytearray(1 << 16)

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_unix_connection(str(self._path))

    def close(self) -> None:
        self._writer.close()

    async def ioctl(self, request: int, argument: int) -> int:
        """Return the result, or minus the error."""
        self._writer.write(struct.pack("=3Q", IOCTL, request, argument))
        while True:
            what, first, second = struct.unpack("=3Q", await asyncio.wait_for(self._reader.readexactly(24), 5))
            if what == DONE:
                return -int(second) if first == (1 << 64) - 1 else int(first)
            if what == PEEK:
                self._writer.write(bytes(self.memory[first : first + second]))
            else:
                assert what == POKE
                self.memory[first : first + second] = await self._reader.readexactly(second)

    def urb(self, at: int, endpoint: int, buffer: int, length: int) -> int:
        self.memory[at : at + 56] = struct.pack("=BB2xiI4xQ6iIQ", 3, endpoint, 0, 0, buffer, length, *[0] * 6, 7)[:56]
        return at


def need_library() -> None:
    try:
        preload.find_library()
    except NoLiveBus as error:
        if os.environ.get("PHONEBENCH_REQUIRE_CLIENTS") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))


def test_transfers_are_submitted_reaped_and_sent_home() -> None:
    need_library()
    with tempfile.TemporaryDirectory(prefix="usb-") as folder:  # pytest's own folders have names that are too long
        asyncio.run(_transfers(Path(folder)))


def test_a_folder_with_too_long_a_name_is_refused(tmp_path: Path) -> None:
    need_library()
    with pytest.raises(NoLiveBus, match="70 bytes"):
        Bed(Bus(), tmp_path / ("x" * 70))


async def _transfers(folder: Path) -> None:
    bus = Bus()
    bed = Bed(bus, folder / "bus")
    await bed.start()
    place = bus.plug(mirror(), "1-1")
    first, second = (Client(bed.root / f"ioctl/dev/bus/usb/001/{place.address:03}") for _file in range(2))
    await first.open()
    await second.open()
    assert await first.ioctl(CLAIM, 0) == 0
    assert await second.ioctl(CLAIM, 0) == -errno.EBUSY
    assert await first.ioctl(0x5599, 0) == -errno.ENOTTY
    assert await first.ioctl(REAP, 8) == -errno.EAGAIN
    assert await first.ioctl(SUBMIT, first.urb(1000, 0x81, 3000, -1)) == -errno.EINVAL
    assert await first.ioctl(SUBMIT, first.urb(1000, 0x81, 3000, 512)) == 0
    first.memory[2000:2005] = b"hello"
    assert await first.ioctl(SUBMIT, first.urb(1100, 0x01, 2000, 5)) == 0
    reaped = []
    while await first.ioctl(REAP, 8) == 0:
        (at,) = struct.unpack_from("=Q", first.memory, 8)
        reaped.append(
            (at, *struct.unpack_from("=i", first.memory, at + 4), *struct.unpack_from("=i", first.memory, at + 28))
        )
    assert sorted(reaped) == [(1000, 0, 5), (1100, 0, 5)]
    assert first.memory[3000:3005] == b"hello"
    assert await first.ioctl(SUBMIT, first.urb(1000, 0x81, 3000, 512)) == 0
    bus.unplug("1-1")
    assert await first.ioctl(REAP, 8) == 0
    assert struct.unpack_from("=i", first.memory, 1004) == (-errno.ESHUTDOWN,)
    assert await first.ioctl(REAP, 8) == -errno.ENODEV
    assert await first.ioctl(CLAIM, 0) == -errno.ENODEV
    for client in (first, second):
        client.close()
    bed.stop()
