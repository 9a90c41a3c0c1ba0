"""Whatever bytes come, a parser answers or refuses: no other error, little time, little memory."""

from __future__ import annotations

import random
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes._errors import NotUnderstood
from probes._text import decode
from probes.formats import PARSERS

# ten megabytes in two seconds, asked of a tenth: what grows with the square of its text fails either way
TEXT_BYTES = 1_000_000
TEXT_CPU_S = 0.2
TRIES = 3
"""A busy machine takes the caches away: what is quick once is quick."""
ATOMS = ["a", " ", "\t", "[", "{", "|", '"', "9", "0x", "a=", ": ", "1,", "{}", "-", "m="]
_EXAMPLES = {path.stem: path.read_text(encoding="utf-8") for path in Path(__file__).with_name("examples").glob("*.txt")}
LINES = ["  a: 1\n", " " * 300 + "\n", "1 " * 500 + "\n", "x=1," * 2000 + "\n", "\n"]


def _answers(kind: str, text: str) -> bool:
    try:
        PARSERS[kind](text)
    except NotUnderstood:
        return False
    return True


def _is_quick(kind: str, text: str) -> bool:
    for _try in range(TRIES):
        start_s = time.process_time()
        _answers(kind, text)
        if time.process_time() - start_s < TEXT_CPU_S:
            return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(PARSERS))
def test_one_endless_line_is_read_at_five_megabytes_a_second(kind: str) -> None:
    for atom in ATOMS:
        assert _is_quick(kind, atom * (TEXT_BYTES // len(atom))), atom


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(PARSERS))
def test_endless_short_lines_are_read_at_five_megabytes_a_second(kind: str) -> None:
    for line in LINES:
        assert _is_quick(kind, line * min(100_000, TEXT_BYTES // len(line))), line[:20]


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(PARSERS))
def test_a_dump_that_never_ends_is_kept_in_a_bounded_table(kind: str) -> None:
    text = next(text for name, text in sorted(_EXAMPLES.items()) if name.split("__")[0] == kind)
    numbered = [f"{line}{place}" for place in range(500) for line in text.splitlines()]
    flood = text + "\n".join(numbered * (1 + 20_000 // len(numbered)))
    tracemalloc.start()
    _answers(kind, flood)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 30_000_000


@pytest.mark.parametrize("kind", sorted(PARSERS))
def test_numbers_of_any_length_and_script_raise_nothing(kind: str, examples: dict[str, str]) -> None:
    for name, text in examples.items():
        if name.split("__")[0] == kind:
            for digits in ("9" * 10_000, "-" * 50 + "1", "٣", "²", "1e999", "NaN", "1_0", "0x", "0x" + "f" * 5000):
                _answers(kind, "".join(digits if char.isdigit() else char for char in text))
                _answers(kind, text.replace("1", digits, 3))


@pytest.mark.parametrize("kind", sorted(PARSERS))
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_mutated_dump_raises_nothing_but_not_understood(kind: str, data: st.DataObject) -> None:
    seed = data.draw(st.integers(min_value=0, max_value=2**32))
    _answers(kind, decode(_mutated(_example_bytes(kind, seed), random.Random(seed))))


@pytest.mark.parametrize("kind", sorted(PARSERS))
@settings(max_examples=12, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_at_all_raises_nothing_but_not_understood(kind: str, text: str) -> None:
    _answers(kind, text)


def _example_bytes(kind: str, seed: int) -> bytes:
    own = [text for name, text in sorted(_EXAMPLES.items()) if name.split("__")[0] == kind]
    return own[seed % len(own)].encode()


def _mutated(raw: bytes, random_source: random.Random) -> bytes:
    blob = bytearray(raw)
    for _ in range(random_source.randint(1, 8)):
        at = random_source.randrange(len(blob) + 1)
        match random_source.randrange(6):
            case 0:
                del blob[at:]
            case 1:
                del blob[:at]
            case 2:
                blob[at:at] = bytes(random_source.randrange(256) for _ in range(random_source.randint(1, 9)))
            case 3 if at < len(blob):
                blob[at] ^= 1 << random_source.randrange(8)
            case 4:
                some = bytes(blob).splitlines(keepends=True) or [b""]
                random_source.shuffle(some)
                blob = bytearray(b"".join(some + some[:5]))
            case _:
                blob[at:at] = str(random_source.choice([2**63, -(2**64), 10**40, 0, -1])).encode()
    return bytes(blob)
