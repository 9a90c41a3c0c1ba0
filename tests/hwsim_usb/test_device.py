"""A device answers as chapter 9 has it, and pipes keep messages and transfers apart."""

from __future__ import annotations

import contextlib
import errno
import struct
from typing import Any

import pytest
import usb.core
import usb.util
from hypothesis import given
from hypothesis import strategies as st

from hwsim.usb.bus import Bus
from hwsim.usb.descriptors import Endpoint, Identity, Interface
from hwsim.usb.device import Function, Setup, Stall, Transfer, UsbDevice
from hwsim.usb.functions.hub import make_hub
from hwsim.usb.pyusb_backend import EmulatedBackend
from tests.hwsim_usb.rig import in_mode, plug


class Mirror(Function):
    """Sends back what it gets."""

    interfaces = (Interface((0xFF, 1, 2), (Endpoint(False), Endpoint(True)), "mirror"),)

    def received(self, data: Any) -> None:
        self.send(bytes(data))


def mirror() -> UsbDevice:
    return UsbDevice(Identity(0x1209, 0x0001, 0x0100, "maker", "thing", "S1"), [Mirror()])


def test_pyusb_reads_ids_strings_and_endpoints() -> None:
    found = plug(mirror())
    assert (found.manufacturer, found.product, found.serial_number) == ("maker", "thing", "S1")
    assert (found.bus, found.port_numbers, found.speed) == (1, (1,), usb.util.SPEED_HIGH)
    interface = found[0][(0, 0)]
    assert [end.bEndpointAddress for end in interface] == [0x01, 0x81]
    assert usb.util.get_string(found, interface.iInterface) == "mirror"


DEVICES = (mirror(), in_mode("samsung_14", "mtp+adb"), in_mode("samsung_14", "modem"))


def test_what_is_sent_comes_back_and_nothing_more() -> None:
    found = plug(mirror())
    assert found.write(1, b"hello") == 5
    assert bytes(found.read(0x81, 512)) == b"hello"
    with pytest.raises(usb.core.USBTimeoutError):
        found.read(0x81, 512, timeout=10)


@given(st.lists(st.binary(min_size=1, max_size=1500), min_size=1, max_size=5))
def test_messages_are_kept_apart_whatever_their_size(messages: list[bytes]) -> None:
    device = mirror()
    device.attached()
    for message in messages:
        device.submit(Transfer(1, lambda _done: None, data=message))
    came: list[bytes] = []
    for _message in messages:
        device.submit(Transfer(0x81, lambda done: came.append(bytes(done.data)), room_bytes=2048))
    assert came == messages


@given(st.binary(min_size=1, max_size=4000), st.integers(1, 4))
def test_a_long_message_is_fetched_in_whole_packets(message: bytes, packets: int) -> None:
    device, came = mirror(), bytearray()
    device.submit(Transfer(1, lambda _done: None, data=message))
    while len(came) < len(message):
        device.submit(Transfer(0x81, lambda done: came.extend(done.data), room_bytes=packets * 512))
    assert came == message


def test_a_packet_longer_than_its_room_is_babble() -> None:
    device = mirror()
    device.submit(Transfer(1, lambda _done: None, data=bytes(100)))
    over: list[int] = []
    device.submit(Transfer(0x81, lambda done: over.append(done.error), room_bytes=24))
    assert over == [errno.EOVERFLOW]


def test_a_stalled_pipe_runs_again_when_it_is_cleared() -> None:
    found = plug(mirror())
    found.ctrl_transfer(0x02, 3, 0, 0x01)  # SET_FEATURE(ENDPOINT_HALT)
    assert bytes(found.ctrl_transfer(0x82, 0, 0, 0x01, 2)) == b"\x01\0"
    with pytest.raises(usb.core.USBError) as stalled:
        found.write(1, b"x")
    assert stalled.value.errno == errno.EPIPE
    found.clear_halt(1)
    assert found.write(1, b"x") == 1


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 65535), st.integers(0, 65535), st.integers(0, 65535))
def test_any_control_request_is_answered_or_stalled(kind: int, request: int, value: int, index: int, room: int) -> None:
    for device in DEVICES:
        with contextlib.suppress(Stall):
            assert len(device.control(Setup(kind, request, value, index, room))) <= room


def test_who_holds_a_device_that_goes_hears_that_it_is_gone() -> None:
    bus = Bus()
    place = bus.plug(mirror(), "1-1")
    errors: list[int] = []
    place.device.submit(Transfer(0x81, lambda done: errors.append(done.error), room_bytes=512))
    found = usb.core.find(backend=EmulatedBackend(bus), idVendor=0x1209)
    found.set_configuration()
    bus.unplug("1-1")
    assert errors == [errno.ESHUTDOWN]
    with pytest.raises(usb.core.USBError) as gone:
        found.write(1, b"x")
    assert gone.value.errno == errno.ENODEV


def test_addresses_go_round_and_are_never_given_twice() -> None:
    bus = Bus()
    seen = [bus.plug(mirror(), "1-1").address for _time in range(300)]
    assert set(seen) == set(range(2, 128))
    other = bus.plug(mirror(), "1-2").address
    assert all(bus.plug(mirror(), "1-1").address != other for _time in range(130))


def test_a_phone_with_a_usb_3_port_tells_windows_and_link_power() -> None:
    device = in_mode("google_16", "mtp+adb")
    assert device.device_bytes[2:4] == b"\x10\x02"
    bos = device.control(Setup(0x80, 6, 0x0F00, 0, 255))
    assert (bos[4], struct.unpack_from("<H", bos, 2)[0]) == (2, len(bos))
    assert device.control(Setup(0x80, 6, 0x03EE, 0, 255))[2:16].decode("utf-16-le") == "MSFT100"
    ids = device.control(Setup(0xC0, 1, 0, 4, 255))
    assert (len(ids), ids[18:21]) == (40, b"MTP")


class Ports:
    def __init__(self) -> None:
        self.switched: list[tuple[int, bool]] = []

    def holds(self, port: int) -> bool:
        return port == 2

    def switch(self, port: int, *, on: bool) -> None:
        self.switched.append((port, on))


def test_a_hub_switches_each_port_once_and_tells_of_it() -> None:
    ports = Ports()
    found = plug(make_hub(ports, count=7, serial="H1"))
    described = bytes(found.ctrl_transfer(0xA0, 6, 0x2900, 0, 64))
    assert (described[2], described[3] & 3) == (7, 1)  # ports, individual switching
    assert bytes(found.ctrl_transfer(0xA3, 0, 0, 2, 4)) == struct.pack("<HH", 0x0503, 0)
    for _twice in range(2):
        found.ctrl_transfer(0x23, 1, 8, 2)  # CLEAR_FEATURE(PORT_POWER)
    assert bytes(found.ctrl_transfer(0xA3, 0, 0, 2, 4)) == bytes(4)
    found.ctrl_transfer(0x23, 3, 8, 2)
    assert ports.switched == [(2, False), (2, True)]
    with pytest.raises(usb.core.USBError):
        found.ctrl_transfer(0xA3, 0, 0, 8, 4)
