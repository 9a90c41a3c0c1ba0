from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from hwsim.render.picture import draw_screen, png
from tests.hwsim.rig import PROFILES, ask, one_phone
from tests.hwsim_surface.rig import run_bytes


def unpacked(data: bytes) -> np.ndarray:
    """A reader of our own: chunks with their sums, rows with the filter "up"."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length)[0] == zlib.crc32(name + body)
        chunks[name] = chunks.get(name, b"") + body
        at += 12 + length
    wide, high, depth, kind = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    assert (depth, kind, list(chunks)[-1]) == (8, 2, b"IEND")
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(high, wide * 3 + 1)
    assert set(rows[:, 0]) == {2}
    return np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8).reshape(high, wide, 3)


@pytest.mark.parametrize("name", PROFILES)
def test_the_picture_has_the_size_of_the_panel_and_comes_back_whole(name: str) -> None:
    unit = one_phone(name)
    data = run_bytes(unit, "screencap -p")
    assert np.array_equal(unpacked(data), draw_screen(unit.phone))
    assert list(draw_screen(unit.phone).shape) == [unit.phone.profile.screen[1], unit.phone.profile.screen[0], 3]


def test_any_picture_survives_the_packing() -> None:
    picture = np.random.default_rng(5).integers(0, 256, (37, 21, 3), dtype=np.uint8)
    assert np.array_equal(unpacked(png(picture)), picture)


def test_a_dark_screen_gives_a_black_picture() -> None:
    unit = one_phone()
    ask(unit, "input keyevent KEYCODE_SLEEP")
    assert not unpacked(run_bytes(unit, "screencap -p")).any()
    ask(unit, "input keyevent WAKEUP")
    assert unpacked(run_bytes(unit, "screencap -p")).any()


def test_a_started_app_changes_the_picture() -> None:
    unit = one_phone()
    home = run_bytes(unit, "screencap -p")
    ask(unit, "am start -n com.android.settings/.Settings")
    assert run_bytes(unit, "screencap -p") != home


def test_a_file_takes_its_form_from_its_name() -> None:
    unit = one_phone()
    assert ask(unit, "screencap /sdcard/now.png; screencap /sdcard/now.raw").code == 0
    assert bytes(unit.phone.files.read("/sdcard/now.png")) == run_bytes(unit, "screencap -p")
    raw = bytes(unit.phone.files.read("/sdcard/now.raw"))
    wide, high, form, _space = struct.unpack_from("<4I", raw)
    assert (form, len(raw)) == (1, 16 + wide * high * 4)
    assert ask(unit, "screencap /system/now.png").code == 1
    assert ask(unit, "screencap -d 77").err == "Failed to get ID for display 77\n"


def test_a_picture_file_that_the_shell_writes_fills_the_screen_until_the_home_key() -> None:
    unit = one_phone()
    rows = zlib.compress(b"\0\0" * 8)
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", 8, 8, 1, 3, 0, 0, 0)), (b"PLTE", b"\xfa\x01\x25"), (b"IDAT", rows))
    data = b"\x89PNG\r\n\x1a\n"
    for name, body in (*chunks, (b"IEND", b"")):
        data += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    octal = "".join(f"\\{byte:03o}" for byte in data)
    run_bytes(unit, f"printf '{octal}' > /sdcard/Download/page.png")
    assert run_bytes(unit, "cat /sdcard/Download/page.png") == data
    before = draw_screen(unit.phone)
    run_bytes(unit, "am start -a android.intent.action.VIEW -d file:///sdcard/Download/page.png -t image/png")
    assert bool((draw_screen(unit.phone) == (0xFA, 0x01, 0x25)).all())
    run_bytes(unit, "input keyevent 3")
    assert np.array_equal(draw_screen(unit.phone), before)
