"""The shapes of the added dumps beside those of real phones; numbers and names are not compared."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.hwsim.rig import ask, one_phone

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.corpora
# profile, command, file of a real phone with the nearest version, share of our line heads that it must have, too
PAIRS = [
    ("motorola_11", "dumpsys audio", "audio/*aosp10__dumpsys_audio.txt", 0.85),
    ("motorola_11", "dumpsys media.audio_policy", "audio/*aosp10__dumpsys_media.audio_policy.txt", 0.9),
    ("motorola_11", "dumpsys media.audio_flinger", "audio/*aosp10__dumpsys_media.audio_flinger.txt", 0.6),
    ("vivo_9", "dumpsys display", "display/*aosp10__dumpsys_display.txt", 0.8),
    ("motorola_11", "dumpsys power", "power/*aosp10__dumpsys_power.txt", 0.9),
    ("vivo_9", "dumpsys usb", "usb/*aosp10__dumpsys_usb.txt", 0.9),
    ("motorola_11", "dumpsys vibrator", "vibrator/*aosp10__dumpsys_vibrator.txt", 1.0),
    ("motorola_11", "dumpsys hardware_properties", "thermal/*aosp10__dumpsys_hardware_properties.txt", 1.0),
    ("xiaomi_12", "dumpsys nfc", "nfc/*pixel81__dumpsys_nfc.txt", 1.0),
]


def heads(text: str) -> set[str]:
    """What stands before the first colon, equals sign or number of each line."""
    found = (re.split(r"[:=]|\d", line.strip(), maxsplit=1)[0].strip() for line in text.splitlines())
    return {head for head in found if len(head) > 1}


def real_text(shared_dir: Path, pattern: str) -> str:
    (path,) = (shared_dir / "corpora").glob(pattern)
    return path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize(("name", "line", "pattern", "share"), PAIRS)
def test_most_lines_begin_as_on_a_real_phone(
    shared_dir: Path, name: str, line: str, pattern: str, share: float
) -> None:
    unit = one_phone(name)
    ask(unit, "cmd vibrator vibrate 100")
    ours, real = heads(ask(unit, line).out), heads(real_text(shared_dir, pattern))
    assert len(ours & real) / len(ours) >= share, sorted(ours - real)


def test_the_fingerprint_counters_have_the_names_of_a_real_phone(shared_dir: Path) -> None:
    for name, pattern in (
        ("vivo_9", "fingerprint/*pixel81__dumpsys_fingerprint.txt"),
        ("motorola_11", "fingerprint/*aosp10__dumpsys_fingerprint.txt"),
    ):
        real, ours = real_text(shared_dir, pattern), ask(one_phone(name), "dumpsys fingerprint").out
        names = set(json.loads(ours.splitlines()[0])["prints"][0])
        assert names <= set(json.loads(real.splitlines()[0])["prints"][0])
        assert ("HAL Deaths: 0" in ours) == ("HAL Deaths: 0" in real)


def test_a_line_of_storaged_has_the_nine_words_of_a_real_one(shared_dir: Path) -> None:
    shape = re.compile(r"\d+,\d+|\S+( \d+){8}")
    real = real_text(shared_dir, "storage/*aosp10__dumpsys_storaged.txt")
    ours = ask(one_phone("motorola_11"), "dumpsys storaged").out
    assert all(shape.fullmatch(line) for text in (real, ours) for line in text.splitlines() if line)


def test_an_event_line_is_laid_out_as_by_a_real_getevent(shared_dir: Path) -> None:
    real = real_text(shared_dir, "input/*oneplus3t_getevent.txt")
    shape = re.compile(r'/dev/input/event\d+: [0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{8}|add device \d+: \S+|  name:     ".*"')
    kept = [line for line in real.splitlines() if line.startswith(("/dev", "add", "  name"))]
    assert all(shape.fullmatch(line) for line in kept[:-1])
    assert all(shape.fullmatch(line) for line in ask(one_phone(), "getevent -c 0").out.splitlines())
