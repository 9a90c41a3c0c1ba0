from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from probes import components
from probes._errors import BadInput
from probes.logs import Klass, Signature, load_signatures
from probes.logs.blocks import blocks
from probes.logs.catalogue import check_references, read_signatures
from probes.logs.scanner import Scanner

ALL = pytest.mark.parametrize("signature", load_signatures(), ids=lambda signature: signature.id)

ROW = """
[[signature]]
id = "touch.acme"
pattern = "acme_ts: no answer"
code = "touch.bus_nack"
parts = ["TCH"]
strength = "strong"
klass = "component"
source = "ACME driver"
examples = ["acme_ts: no answer"]
"""


def test_there_are_at_least_150_signatures() -> None:
    assert len(load_signatures()) >= 150


@ALL
def test_every_example_matches_and_no_counter_example_does(signature: Signature) -> None:
    scanner = Scanner([signature.pattern.encode()])
    for example in signature.examples:
        assert signature.match(example.encode()), example
        assert scanner.matches(next(blocks([example.encode()]))), f"the block scanner misses {example}"
    for example in signature.counter_examples:
        assert not signature.match(example.encode()), example
        assert signature.unless or not scanner.matches(next(blocks([example.encode()])))


@ALL
def test_no_pattern_matches_an_empty_or_a_plain_line(signature: Signature) -> None:
    for line in (
        b"",
        b"[    1.000000] usb 1-1: new high-speed USB device number 2",
        b"I ActivityManager: Start proc 1",
    ):
        assert not signature.regex.search(line)


@ALL
def test_every_part_is_in_the_catalogue_of_components(signature: Signature) -> None:
    known = set(components())
    named = set(signature.parts).union(*signature.parts_of_unit.values())
    assert named <= known


@ALL
def test_what_can_be_harmless_says_when(signature: Signature) -> None:
    if signature.klass is Klass.BENIGN and not signature.marker:
        assert signature.benign_when


@pytest.mark.corpora
def test_no_example_is_a_line_of_the_corpora(shared_dir: Path) -> None:
    corpora = shared_dir / "corpora"
    text = b"\n".join(
        path.read_bytes() for folder in ("faults", "kernel_log", "logcat") for path in (corpora / folder).iterdir()
    )
    long = [example for one in load_signatures() for example in one.examples if len(example) > 80]
    assert long
    assert [example for example in long if example.encode() in text] == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (('strength = "strong"', 'strength = "mighty"'), "strength"),
        (('source = "ACME driver"', 'sauce = "ACME driver"'), "source"),
        (('code = "touch.bus_nack"', ""), "code"),
        (('parts = ["TCH"]', 'parts = ["touch"]'), "parts"),
        (('klass = "component"', 'klass = "benign"'), "benign together"),
        (('examples = ["acme_ts: no answer"]', "examples = []"), "examples"),
    ],
)
def test_a_row_that_breaks_the_schema_is_refused_by_name(change: tuple[str, str], word: str) -> None:
    with pytest.raises(BadInput, match=word):
        read_signatures(ROW.replace(*change), name="acme.toml")


def test_a_file_that_is_not_toml_or_has_unknown_tables_is_refused() -> None:
    with pytest.raises(BadInput, match=r"acme\.toml"):
        read_signatures("[[signature", name="acme.toml")
    with pytest.raises(BadInput, match="extra"):
        read_signatures(ROW + "\n[extra]\na = 1\n", name="acme.toml")


def test_ids_come_once_and_rules_refer_to_what_exists() -> None:
    row = read_signatures(ROW, name="acme.toml")
    check_references(row)
    with pytest.raises(BadInput, match="twice"):
        check_references(row + row)
    lost = read_signatures(ROW + 'rule = { cleared_by = ["touch.gone"] }\n', name="acme.toml")
    with pytest.raises(BadInput, match=r"touch\.gone"):
        check_references(lost)


def test_a_pattern_the_scanner_cannot_run_is_bad_input() -> None:
    with pytest.raises(BadInput, match="compiled"):
        Scanner([rb"(?=ahead)of"])


@ALL
def test_no_line_of_a_hostile_phone_holds_the_pattern_up(signature: Signature) -> None:
    for word in sorted(set(re.findall(r"[A-Za-z_-]{3,12}", signature.pattern)))[:4]:
        start_s = time.process_time()
        signature.regex.search((word * 700)[:2048].encode())
        assert time.process_time() - start_s < 0.5
