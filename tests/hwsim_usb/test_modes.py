"""In every mode a phone has the IDs that public lists name, and speaks that mode's first words."""

from __future__ import annotations

import re
import struct
import tomllib
from pathlib import Path
from typing import Any

import pytest
import usb.core

import hwsim.usb
from hwsim.phone.profile import Profile, profiles
from hwsim.usb.modes import CHARGING, MODES, NoSuchMode, check_mode, identity_of, phone_device
from tests.hwsim_usb.rig import Loop, a_unit, in_mode, plug

OUT, IN = 0x01, 0x81


def known_ids(shared_dir: Path) -> set[str]:
    """All vendor and product IDs that the public lists name, as ``vvvv:pppp``."""
    folder, found = shared_dir / "corpora" / "usb_ids", set[str]()
    for line in (folder / "libmtp__mtp_devices.tsv").read_text().splitlines()[1:]:
        found.add(":".join(line.split("\t")[:2]))
    vendor = ""
    for line in (folder / "Debian__usb.ids_phone_vendors.txt").read_text(errors="replace").splitlines():
        if head := re.match(r"(\t?)([0-9a-f]{4})  ", line):
            vendor = vendor if head[1] else head[2]
            found |= {f"{vendor}:{head[2]}"} if head[1] else set()
    for line in (folder / "M0Rf30-android-udev-rules__51-android.rules").read_text(errors="replace").splitlines():
        if head := re.search(r'ATTR\{idVendor\}[!=]="([0-9a-fA-F]{4})"', line):
            vendor = head[1].lower()
        found |= {f"{vendor}:{one.lower()}" for one in re.findall(r"\b([0-9a-fA-F]{4})(?:[\s\"=)]|$)", line)}
    for path in (shared_dir / "corpora" / "usb_descriptors").iterdir():
        found |= set(re.findall(r"ID ([0-9a-f]{4}:[0-9a-f]{4})", path.read_text()))
    return found


@pytest.mark.corpora
def test_ids_are_those_of_public_lists_unless_they_are_marked(shared_dir: Path) -> None:
    known = known_ids(shared_dir)
    table = tomllib.loads((Path(hwsim.usb.__file__).parent / "modes.toml").read_text())
    unknown = {
        (brand, mode)
        for brand, modes in table.items()
        for mode, ids in modes.items()
        if mode != "unverified" and ids not in known
    }
    assert unknown <= {(brand, mode) for brand, modes in table.items() for mode in modes["unverified"]}


@pytest.mark.corpora
def test_the_tethering_interfaces_are_laid_out_as_on_a_real_device(shared_dir: Path) -> None:
    real = (shared_dir / "corpora" / "usb_descriptors" / "u0d7i-uz801__lsusb_-v.txt").read_text()
    device = in_mode("xiaomi_12", "rndis+adb")
    data = device.configuration_bytes
    assert "bFunctionClass        224 Wireless" in real
    assert data[9:17] == bytes((8, 11, 0, 2, 0xE0, 1, 3, data[16]))
    for extra in re.findall(r"UNRECOGNIZED: +([0-9a-f ]+)", real)[:4]:
        assert bytes.fromhex(extra) in data
    adb = re.search(r"bInterfaceSubClass +66.*\n +bInterfaceProtocol +1", real)
    assert adb is not None


def has_mode(profile: Profile, mode: str) -> bool:
    try:
        check_mode(profile, mode)
    except NoSuchMode:
        return False
    return True


@pytest.mark.parametrize("profile", sorted(profiles()))
@pytest.mark.parametrize("mode", MODES)
def test_every_kind_of_phone_enumerates_in_its_modes(profile: str, mode: str, loop: Loop) -> None:
    unit = loop.run(lambda: a_unit(profile))
    if not has_mode(unit.phone.profile, mode):
        return
    device = loop.run(lambda: phone_device(unit, mode, on_abort=lambda: None))
    if mode == CHARGING:
        assert device is None
        return
    assert device is not None
    found = plug(device, loop=loop)
    assert f"{found.idVendor:04x}:{found.idProduct:04x}" == identity_of(unit.phone.profile, mode)
    assert struct.unpack_from("<H", device.configuration_bytes, 2)[0] == len(device.configuration_bytes)
    ends = [end.bEndpointAddress for interface in found[0] for end in interface]
    assert len(ends) == len(set(ends))
    if mode in ("adb", "mtp+adb", "fastboot", "recovery", "sideload"):
        assert found.serial_number == unit.phone.identity.serial
    loop.run(device.detached)
    if unit.fastboot is not None:
        loop.run(unit.fastboot.close)
    loop.run(unit.close_modem)


def test_no_phone_has_a_mode_of_anothers_chip() -> None:
    for profile, mode in (
        ("google_16", "edl"),
        ("samsung_14", "fastboot"),
        ("xiaomi_12", "brom"),
        ("sony_13", "download"),
        ("sony_13", "x"),
    ):
        with pytest.raises(NoSuchMode):
            check_mode(profiles()[profile], mode)


def test_emergency_download_says_hello_and_takes_no_loader() -> None:
    found = plug(in_mode("xiaomi_12", "edl"))
    assert struct.unpack_from("<6I", bytes(found.read(IN, 512))) == (1, 48, 2, 1, 0x400, 0)
    found.write(OUT, struct.pack("<6I24x", 2, 48, 2, 1, 0, 0))
    assert struct.unpack("<5I", bytes(found.read(IN, 512))) == (3, 20, 13, 0, 52)
    found.write(OUT, bytes(52))
    assert struct.unpack("<4I", bytes(found.read(IN, 512)))[0] == 4  # end of image, with a status that is not 0
    found.write(OUT, struct.pack("<2I", 7, 8))
    assert struct.unpack("<2I", bytes(found.read(IN, 512))) == (8, 8)


@pytest.mark.parametrize(("mode", "greeting"), [("preloader", b"READY"), ("brom", b"")])
def test_mediateks_loaders_shake_hands_and_name_their_chip(mode: str, greeting: bytes) -> None:
    found = plug(in_mode("oppo_13", mode))
    into, out = found[0][(1, 0)]
    if greeting:
        assert bytes(into.read(512)) == greeting
    for byte in b"\xa0\x0a\x50\x05":
        out.write(bytes((byte,)))
        assert bytes(into.read(512)) == bytes((byte ^ 0xFF,))
    out.write(b"\xfd")
    echo, code, status = struct.unpack(">BHH", bytes(into.read(512)))
    assert (echo, code > 0, status) == (0xFD, True, 0)
    out.write(b"\xfe")
    assert bytes(into.read(512)) == (b"\x01" if greeting else b"\xfe")  # how hosts tell the two apart


def test_samsungs_download_mode_answers_odin() -> None:
    found = plug(in_mode("samsung_14", "download"))
    into, out = found[0][(1, 0)]
    out.write(b"ODIN")
    assert bytes(into.read(512)) == b"LOKE"


def mtp(found: Any, code: int, transaction: int, *words: int) -> tuple[int, bytes]:
    found.write(OUT, struct.pack(f"<IHHI{len(words)}I", 12 + 4 * len(words), 1, code, transaction, *words))
    data, answer = b"", bytes(found.read(IN, 16384))
    if struct.unpack_from("<H", answer, 4)[0] == 2:
        data, answer = answer[12:], bytes(found.read(IN, 16384))
    return struct.unpack_from("<H", answer, 6)[0], data


def test_mtp_wants_a_session_before_it_tells_of_storage() -> None:
    found = plug(in_mode("samsung_14", "mtp"))
    assert mtp(found, 0x1004, 1)[0] == 0x2003
    assert mtp(found, 0x1002, 0, 1) == (0x2001, b"")
    assert mtp(found, 0x1002, 2, 1)[0] == 0x201E
    code, storages = mtp(found, 0x1004, 3)
    assert (code, storages) == (0x2001, struct.pack("<II", 1, 0x10001))
    assert mtp(found, 0x100B, 4, 1)[0] == 0x2005  # nothing can be deleted


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["xiaomi-mimax2", "samsung-nexus-10"])
def test_mtp_tells_the_kinds_of_things_that_real_phones_tell(shared_dir: Path, name: str) -> None:
    real = (shared_dir / "corpora" / "usb_mtp" / f"libmtp__mtp-detect-{name}.txt").read_text()
    code, info = mtp(plug(in_mode("xiaomi_12", "mtp")), 0x1001, 0)
    assert code == 0x2001
    said = re.search(r"Vendor extension description: (.*)", real)
    assert said is not None
    assert said[1].strip().encode("utf-16-le") in info
    at = 9 + 2 * info[8]  # after the text come the mode and the list of operations
    (count,) = struct.unpack_from("<I", info, at + 2)
    operations = struct.unpack_from(f"<{count}H", info, at + 6)
    assert {f"{one:04x}" for one in operations} <= set(re.findall(r"^   ([0-9a-f]{4}):", real, re.MULTILINE))


def test_rndis_introduces_itself_and_names_its_address() -> None:
    found = plug(in_mode("google_16", "rndis"))
    found.ctrl_transfer(0x21, 0, 0, 0, struct.pack("<6I", 2, 24, 1, 1, 0, 0x4000))
    assert bytes(found.read(0x81, 8)) == struct.pack("<II", 1, 0)
    kind, _length, request, status = struct.unpack_from("<4I", bytes(found.ctrl_transfer(0xA1, 1, 0, 0, 1025)))
    assert (kind, request, status) == (0x8000_0002, 1, 0)
    found.ctrl_transfer(0x21, 0, 0, 0, struct.pack("<7I", 4, 28, 2, 0x0101_0101, 0, 0, 0))
    answer = bytes(found.ctrl_transfer(0xA1, 1, 0, 0, 1025))
    assert answer[24:25] == b"\x02"  # a locally administered address
    assert len(answer) == 30


def test_the_phones_own_modem_answers_on_its_port(loop: Loop) -> None:
    unit = loop.run(lambda: a_unit("samsung_14"))
    device = loop.run(lambda: phone_device(unit, "modem", on_abort=lambda: None))
    assert device is not None
    found = plug(device, loop=loop)
    into, out = found[0][(1, 0)]
    out.write(b"ATE0;+CGSN\r")
    said = b""
    while not said.endswith(b"OK\r\n"):
        said += bytes(into.read(512, timeout=5000))
    assert unit.phone.identity.imeis[0].encode() in said
    loop.run(device.detached)
    loop.run(unit.close_modem)


def test_fastboot_answers_one_message_for_each_transfer(loop: Loop) -> None:
    unit = loop.run(lambda: a_unit("google_16"))
    device = loop.run(lambda: phone_device(unit, "fastboot", on_abort=lambda: None))
    assert device is not None
    found = plug(device, loop=loop)
    found.write(OUT, b"getvar:serialno")
    assert bytes(found.read(IN, 256)) == b"OKAY" + unit.phone.identity.serial.encode()
    found.write(OUT, b"download:00000004")
    assert bytes(found.read(IN, 256)) == b"DATA00000004"
    found.write(OUT, b"boot")
    assert bytes(found.read(IN, 256)) == b"OKAY"
    assert unit.fastboot is not None
    loop.run(unit.fastboot.close)


def test_adb_sends_header_and_payload_apart(loop: Loop) -> None:
    unit = loop.run(lambda: a_unit("google_16"))
    device = loop.run(lambda: phone_device(unit, "adb", on_abort=lambda: None))
    assert device is not None
    found = plug(device, loop=loop)
    for _session in range(2):  # a host that says hello again begins anew
        hello = b"host::features=shell_v2\0"
        found.write(OUT, struct.pack("<6I", 0x4E584E43, 0x01000001, 1 << 20, len(hello), 0, 0xFFFFFFFF ^ 0x4E584E43))
        found.write(OUT, hello)
        head = struct.unpack("<6I", bytes(found.read(IN, 24)))
        assert head[0] == 0x4E584E43
        assert bytes(found.read(IN, head[3] + 512)).startswith(b"device::ro.product.name=shiba")
    with pytest.raises(usb.core.USBTimeoutError):
        found.read(IN, 512, timeout=20)
    loop.run(device.detached)
