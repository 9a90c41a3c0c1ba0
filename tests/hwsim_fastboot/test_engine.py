"""What the loader says, makers apart, and that nothing a host sends breaks it."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.fastboot import Bootloader, FastbootDevice
from hwsim.fastboot.tcp import FastbootProtocol
from tests.hwsim.rig import PROFILES, one_phone

Maker = Callable[..., FastbootDevice]
PHONE = one_phone("xiaomi_12").phone


@pytest.mark.parametrize("profile", PROFILES)
def test_every_kind_of_phone_answers_what_every_host_asks_first(device_of: Maker, profile: str) -> None:
    device = device_of(profile)
    assert device.handle(b"getvar:serialno") == [b"OKAY" + device.loader.phone.identity.serial.encode()]
    answers = device.handle(b"getvar:all")
    assert answers[-1][:4] in {b"OKAY", b"FAIL"}
    assert all(len(answer) <= 256 and answer[:4] == b"INFO" for answer in answers[:-1])
    assert device.loader.present is not profile.startswith("samsung")


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("google_16", b"Fastboot command (flash:) is not allowed when locked"),
        ("xiaomi_12", b"Flashing is not allowed in Lock State"),
        ("xiaomi_14", b"not allowed in locked state"),
        ("motorola_11", b"flash permission denied"),
        ("honor_10", b"Command not allowed"),
    ],
)
def test_each_maker_refuses_in_words_of_its_own(device_of: Maker, profile: str, words: bytes) -> None:
    assert device_of(profile).handle(b"flash:boot")[-1] == b"FAIL" + words


def test_a_kirin_loader_tells_nobody_its_variables(device_of: Maker) -> None:
    device = device_of("honor_10")
    assert device.handle(b"getvar:all") == [b"FAILCommand not allowed"]
    assert device.handle(b"oem lock-state info") == [
        b"INFOFB LockState: LOCKED",
        b"INFOUSER LockState: LOCKED",
        b"OKAY",
    ]


def test_a_rooted_phone_is_unlocked_as_its_properties_say(device_of: Maker) -> None:
    assert device_of(fault="system.rooted").handle(b"getvar:unlocked") == [b"OKAYyes"]


def test_an_image_comes_in_pieces_and_is_written_where_it_fits(device_of: Maker) -> None:
    device = device_of()
    device.loader.set_unlocked(unlocked=True)
    assert device.handle(b"flash:boot") == [b"FAILNo image was sent"]
    assert device.handle(b"download:00000006") == [b"DATA00000006"]
    assert device.handle(b"abc") == []
    assert device.awaiting_bytes == 3
    assert device.handle(b"def") == [b"OKAY"]
    assert device.handle(b"flash:nowhere") == [b"FAIL(nowhere) No such partition"]
    assert device.handle(b"flash:boot") == [b"OKAY"]
    assert device.loader.written["boot_a"].size_bytes == 6
    device.handle(b"download:00020000")
    device.handle(bytes(0x20000))
    assert device.handle(b"flash:vbmeta") == [b"FAILImage is larger than partition"]


def test_more_than_was_announced_fails_and_the_next_command_works(device_of: Maker) -> None:
    device = device_of()
    device.handle(b"download:00000002")
    assert device.handle(b"abc") == [b"FAILInvalid data length"]
    assert device.handle(b"getvar:is-userspace") == [b"OKAYno"]
    assert device.handle(b"download:ffffffff")[0].startswith(b"FAIL")


def test_fastbootd_has_no_loader_commands(device_of: Maker) -> None:
    device = device_of("google_16")
    device.loader.userspace = True
    assert device.handle(b"getvar:is-userspace") == [b"OKAYyes"]
    assert device.handle(b"flashing unlock")[0].startswith(b"FAIL")


def test_a_host_sends_the_phone_on(device_of: Maker) -> None:
    device, went = device_of("google_16"), list[str]()
    device.loader.leave = went.append
    for command in (b"reboot", b"reboot-bootloader", b"reboot-fastboot", b"continue"):
        assert device.handle(command) == [b"OKAY"]
    assert went == ["", "bootloader", "fastboot", ""]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=80), st.sampled_from([b"getvar:", b"download:", b"oem ", b"flash:\xff"]))))
def test_no_command_makes_the_loader_fail(commands: list[bytes]) -> None:
    device = FastbootDevice(Bootloader(PHONE))
    for command in commands:
        for answer in device.handle(command):
            assert answer[:4] in {b"INFO", b"OKAY", b"FAIL", b"DATA"}


class Wire(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.sent = bytearray()
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += data

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def talk(*pieces: bytes) -> Wire:
    wire, protocol = Wire(), FastbootProtocol(Bootloader(PHONE))
    protocol.connection_made(wire)
    for piece in pieces:
        if not wire.closed:
            protocol.data_received(piece)
    return wire


def test_messages_may_be_cut_anywhere() -> None:
    said = b"FB01" + struct.pack(">Q", 14) + b"getvar:version" + struct.pack(">Q", 17) + b"download:00000003"
    said += struct.pack(">Q", 1) + b"a" + struct.pack(">Q", 2) + b"bc" + struct.pack(">Q", 6) + b"oem no"
    whole = talk(said).sent
    assert whole.startswith(b"FB01" + struct.pack(">Q", 7) + b"OKAY0.4" + struct.pack(">Q", 12) + b"DATA00000003")
    for cut in range(1, len(said)):
        assert talk(said[:cut], said[cut:]).sent == whole


@pytest.mark.parametrize("lie", [b"GET / HTTP/1.1\r\n\r\n", b"FB01" + struct.pack(">Q", 1 << 40), b"FB01" + bytes(8)])
def test_what_is_no_fastboot_ends_the_connection(lie: bytes) -> None:
    assert talk(lie).closed
