"""What real clients say, kept as it was said once: the engine answers today as it did when they were content."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwsim.modem.fronts import Direct
from hwsim.modem.modem import Modem
from hwsim.modem.timeline import HandTimeline
from hwsim.modem.vendor import vendors

DIALOGUES = sorted((Path(__file__).parent / "dialogues").glob("*.txt"))


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda path: path.stem)
def test_a_kept_dialogue_goes_as_it_went(dialogue: Path) -> None:
    timeline = HandTimeline()
    modem = Modem(vendor=vendors()["generic"], timeline=timeline, seed=7, latency_scale=0.0)
    modem.receive_message("+999123", "hello there")
    direct = Direct(modem, timeline)
    said = b""
    for line in dialogue.read_text(encoding="ascii").splitlines():
        octets = line[2:].encode("ascii").decode("unicode_escape").encode("latin-1")
        if line.startswith(">"):
            assert said == b"", f"unexpected before {line}"
            direct.send(octets)
            said = direct.take()
        elif line.startswith("<"):
            assert said == octets
            said = b""
    assert said == b""


def test_there_are_dialogues() -> None:
    assert len(DIALOGUES) >= 6
