"""Personal data does not reach the disk: canaries of every kind, looked for in every stored byte."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cassettes import Masker, Tape
from probes.formats import parse_service_call
from probes.logs.redact import luhn_ok

IMEI, OTHER_IMEI = "358240051111110", "490154203237518"
CANARIES = (
    IMEI,
    OTHER_IMEI,
    "R58N90CANRY",
    "262011234567890",
    "89490200001234567890",
    "+4915112345678",
    "13812345678",
    "canary.person@example.org",
    "CanaryHomeNet",
    "CanaryScanned",
    "a4:50:46:c0:ff:ee",
    "A45046C0FFEE",
    "52.520008",
    "13.404954",
    "Cana Ry-Smith",
    "Canary Owner",
    "Canarys Galaxy",
    "meet me at the canary",
    "2001:db8:1234::77",
    "91.64.12.77",
)
SAID = {
    "getprop": "[ro.serialno]: [R58N90CANRY]\n[gsm.imei1]: [358240051111110]\n[ro.product.model]: [SM-A546B]\n"
    "[ro.boot.wifimacaddr]: [a4:50:46:c0:ff:ee]\n",
    "dumpsys usb": "  serial whatever: R58N90CANRY\n",
    "dmesg": "[    0.000000] cmdline androidboot.serialno=R58N90CANRY mac=A45046C0FFEE\n",
    "dumpsys wifi": 'mWifiInfo SSID: "CanaryHomeNet", BSSID: a4:50:46:c0:ff:ee, Supplicant state: COMPLETED\n'
    "  roamed to CanaryHomeNet\n  a4:50:46:11:22:33   5180   -52   3.1   CanaryScanned    [WPA2-PSK-CCMP]\n"
    "  inet 91.64.12.77/24 inet6 2001:db8:1234::77/64\n",
    "dumpsys account": "  Account {name=canary.person@example.org, type=com.google}\n"
    "  Account {name=Cana Ry-Smith, type=x}\n",
    "dumpsys user": "  UserInfo{0:Canary Owner:c13} serialNo=0\n",
    "dumpsys location": "  last location=Location[gps 52.520008,13.404954 hAcc=12.0]\n  lat=52.520008 lon=13.404954\n",
    "content query --uri content://contacts": "Row: 0 display_name=Cana Ry-Smith, number=+4915112345678\n",
    "dumpsys notification": "      android.text=String (meet me at the canary)\n",
    "settings get global device_name": "Canarys Galaxy\n",
    "logcat -d": "11-20 10:00:00.000  1  2 D RIL: imsi 262011234567890 iccid 89490200001234567890 dial 13812345678\n",
}


def parcel(text: str) -> str:
    """What `service call` prints of a string, 16 bytes a line."""
    raw = bytes(4) + len(text).to_bytes(4, "little") + text.encode("utf-16-le") + bytes(2)
    raw += bytes(-len(raw) % 4)
    lines = []
    for start in range(0, len(raw), 16):
        piece = raw[start : start + 16]
        words = " ".join(piece[at : at + 4][::-1].hex() for at in range(0, len(piece), 4))
        shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in piece)
        lines.append(f"  0x{start:08x}: {words:<35} '{shown:<16}'")
    return "Result: Parcel(\n" + "\n".join(lines) + ")\n"


def stored(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist()) + repr(archive.namelist()).encode()


def test_no_canary_is_in_any_stored_byte(tmp_path: Path) -> None:
    tape = Tape()
    for command, said in SAID.items():
        tape.shell(command, said.encode(), said.encode())
    tape.shell("service call iphonesubinfo 1 s16 com.android.shell", parcel(OTHER_IMEI).encode())
    tape.shell("screencap -p", b"\x89PNG\r\n\x1a\n\0\0canary.person@example.org")
    tape.pulled("/sdcard/R58N90CANRY/log.txt", b"imei=358240051111110")
    tape.listed("/sdcard", ["R58N90CANRY.txt", "13812345678.vcf"])
    tape.know_phone(
        "R58N90CANRY", ("shell_v2",), {"ro.serialno": "R58N90CANRY", "ril.imei": IMEI, "dhcp": "91.64.12.77"}
    )
    tape.save(tmp_path / "c")
    everything = stored(tmp_path / "c")
    for canary in CANARIES:
        assert canary.encode() not in everything, canary
        assert canary.lower().encode() not in everything.lower(), canary
    assert "4.9.0.1.5.4.2.0" not in everything.decode()
    assert b"SM-A546B" in everything
    assert b"canary" not in everything.lower().replace(b"canary/1", b"")


def test_equal_stays_equal_and_shape_stays(masker: Callable[[], Masker]) -> None:
    one = masker()
    one.learn(SAID["getprop"].encode())
    told = one.text(SAID["getprop"] + SAID["dmesg"] + SAID["dumpsys usb"])
    serials = re.findall(r"serialno\]: \[(\w+)\]|serialno=(\w+)|whatever: (\w+)", told)
    assert len({next(filter(None, found)) for found in serials}) == 1
    assert re.fullmatch(r"[A-Z]\d\d[A-Z]\d\d[A-Z]{5}", next(filter(None, serials[0])))
    assert one.text("imei 490154203237518") == one.text("imei 490154203237518")
    assert masker().text("a@b.example") == masker().text("a@b.example")
    assert Masker().text("a@b.example") != Masker().text("a@b.example")


def test_an_imei_keeps_its_type_and_whether_its_check_digit_is_right(masker: Callable[[], Masker]) -> None:
    good = masker().text(f"imei={OTHER_IMEI}").removeprefix("imei=")
    assert good[:8] == OTHER_IMEI[:8]
    assert good != OTHER_IMEI
    assert luhn_ok(good)
    assert not luhn_ok(masker().text("imei=490154203237519").removeprefix("imei="))
    assert masker().text("imei=000000000000000") == "imei=000000000000000"


def test_a_parcel_still_parses_to_the_same_masked_imei(masker: Callable[[], Masker]) -> None:
    one = masker()
    in_parcel = parse_service_call(one.text(parcel(OTHER_IMEI)))
    assert one.text(f"imei={OTHER_IMEI}") == f"imei={in_parcel.text}"


def test_addresses_that_mean_none_stay(masker: Callable[[], Masker]) -> None:
    for text in (
        "mac 02:00:00:00:00:00",
        "mac 00:00:00:00:00:00",
        "ip 127.0.0.1",
        "SSID: <unknown ssid>",
        "serial: unknown",
    ):
        assert masker().text(text) == text


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_without_anything_personal_come_back_or_are_withheld(said: bytes) -> None:
    masked = Masker(b"x").mask(said)
    assert masked is None if b"\0" in said else isinstance(masked, bytes)
