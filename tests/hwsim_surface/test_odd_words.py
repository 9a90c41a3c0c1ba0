"""No tool breaks, hangs or leaves its exit codes when the words make no sense."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.shell_commands.service_shells import _SHELLS
from hwsim.unit import Unit
from tests.hwsim.rig import PROFILES, ask, one_phone

UNITS = [one_phone(name) for name in PROFILES]
WORDS_TEXT = (
    "set get level unplug reset 5 -5 99999999999 x volume --stream --set --get --adj raise 3 dispatch play status "
    "set-wifi-enabled enabled post -t tag text list set_dnd on none set-volume get-stream-volume vibrate -f -d -w "
    "oneshot waveform prebaked synced cancel capabilities enable disable get-imei ims airplane-mode true"
)
WORDS = st.lists(st.sampled_from(["", "²", "a b", *WORDS_TEXT.split()]), max_size=5)
TOOLS = (
    *(
        "am start",
        "am broadcast -a",
        "am startservice",
        "am",
        "input",
        "input tap",
        "input motionevent",
        "svc",
        "media",
    ),
    *("content query --uri", "content", "screencap -d", "service call", "tradeinmode", "sendevent", "pm disable"),
    *("getevent -p", "getevent -c 0", "dumpsys battery", "dumpsys SurfaceFlinger", "dumpsys audio", "wm"),
)


def quoted(words: list[str]) -> str:
    return " ".join(f"'{word}'" for word in words)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(UNITS), st.sampled_from(sorted(_SHELLS)), WORDS)
def test_no_shell_of_a_service_breaks(unit: Unit, service: str, words: list[str]) -> None:
    answer = ask(unit, f"cmd {service} {quoted(words)}")
    assert 0 <= answer.code <= 255
    assert answer.code == 0 or answer.err


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(UNITS), st.sampled_from(TOOLS), WORDS)
def test_no_tool_breaks(unit: Unit, tool: str, words: list[str]) -> None:
    assert 0 <= ask(unit, f"{tool} {quoted(words)}").code <= 255
