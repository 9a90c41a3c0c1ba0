"""Arguments reach a real shell unchanged, whatever is in them."""

from __future__ import annotations

import random
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.links import command_line
from agent.links.shell_v2 import Command
from probes import BadInput

ARGUMENT = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40)
PRINT_EACH = r"""for argument in "$@"; do printf '%s\0' "$argument"; done"""


def through_sh(argv: list[str]) -> list[bytes]:
    line = command_line(["sh", "-c", PRINT_EACH, "sh", *argv])
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=True, timeout=20)
    assert done.stderr == b""
    return done.stdout.split(b"\0")[:-1]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(ARGUMENT, min_size=1, max_size=20))
def test_any_arguments_arrive_unchanged(argv: list[str]) -> None:
    assert through_sh(argv) == [argument.encode() for argument in argv]


def test_ten_thousand_hostile_arguments_arrive_unchanged() -> None:
    draw = random.Random(7)
    signs = ["'", '"', "\\", "$(id)", "`id`", ";", "&&", "|", ">x", "<x", "*", "?", "~", "!", "#", "${IFS}", "$'a'"]
    parts = [*signs, "\n", "\r", "\t", " ", "\x1b", "-", "é", "€", "a"]
    argv = ["".join(draw.choices(parts, k=draw.randrange(8))) for _ in range(10_000)]
    for start in range(0, len(argv), 1_000):
        batch = argv[start : start + 1_000]
        assert through_sh(batch) == [argument.encode() for argument in batch]


@pytest.mark.parametrize("argv", [[], "id", ["a\0b"], ["\ud800"]])
def test_what_is_no_argument_list_is_refused(argv: list[str]) -> None:
    with pytest.raises(BadInput):
        command_line(argv)


@pytest.mark.parametrize(("argv", "code"), [(["exit", "3"], 3), (["true"], 0), (["sh", "-c", "kill -9 $$"], 137)])
def test_the_end_marker_of_old_phones_carries_the_exit_code(argv: list[str], code: int) -> None:
    service = Command(command_line(argv), v2=False, nonce="feed").service
    done = subprocess.run(
        ["/bin/sh", "-c", service.removeprefix(b"shell:")], capture_output=True, check=False, timeout=20
    )
    assert done.stdout == b"feed:%d\n" % code
