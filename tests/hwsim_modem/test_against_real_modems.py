"""Answers of our modems have the shape of answers that real ones gave, as test data of ModemManager and others keep."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from hwsim.modem.vendor import vendors
from tests.hwsim_modem.rig import Bench

ASKED = {
    "registration": ("AT+CREG=1;+CREG?", "AT+CREG=2;+CREG?", "AT+CGREG=2;+CGREG?", "AT+CEREG=2;+CEREG?"),
    "cops_scan": ("AT+COPS=?",),
    "cpin": ("AT+CPIN?",),
    "cfun": ("AT+CFUN?",),
    "cclk": ("AT+CCLK?",),
    "cnum": ("AT+CNUM",),
    "cesq": ("AT+CESQ",),
    "ws46": ("AT+WS46=?",),
    "cmer": ("AT+CMER=?",),
    "csim_retries": ('AT+CSIM=10,"0020000100"',),
}


def shape(line: str) -> str:
    """Return an answer without its values: texts empty, numbers 9, lists of numbers one number, REG of any kind."""
    found = re.sub(r'"[^"]*"', '""', line.strip())
    found = re.sub(r"(?<![A-Z+^])\b[0-9A-Fa-f]+\b", "9", found)
    found = re.sub(r"\+C(5G|G|E)?REG", "+CREG", re.sub(r"([:,]) +| +(?=,)", r"\1", found))
    found = re.sub(r"\(9(?:[,-]9)*\)|(?<=[:,])9(?=,9,9,\(9\)|,\(9\))", "(9)", found)
    # a scan is any number of operators with or without a technology, and what the modem can be asked
    return re.sub(r'(\(9,"","",""(,9)?\),?)+(,\(9\),\(9\))?', "SCAN", found)


@pytest.fixture(scope="module")
def real(shared_dir: Path) -> dict[str, set[str]]:
    """Shapes of what real modems said, by kind."""
    found = defaultdict(set)
    folder = shared_dir / "corpora" / "at"
    for text in (folder / "ModemManager__at_replies_dev.jsonl").read_text("utf-8").splitlines():
        row = json.loads(text) if text.strip() else {"kind": "", "reply": ""}
        for line in row["reply"].splitlines():
            told = shape(line)
            # an unsolicited report is the answer without the first number
            found[row["kind"]].add(told if row.get("solicited", True) else told.replace(":", ":9,", 1))
    for text in (folder / "python-gsmmodem__modem_profiles_dev.jsonl").read_text("utf-8").splitlines():
        for exchange in json.loads(text)["exchanges"] if text.strip() else []:
            if exchange["cmd"].strip() == "AT+CPIN?":
                found["cpin"] |= {shape(line) for line in exchange["reply"].splitlines()}
    return found


@pytest.mark.parametrize("kind", ASKED)
def test_every_makers_answers_have_a_shape_that_a_real_modem_gave(real: dict[str, set[str]], kind: str) -> None:
    assert real[kind]
    for name in sorted(vendors()):
        answers = [line for command in ASKED[kind] for line in Bench(name).ask(command)]
        known = [line for line in answers if line not in {"OK", "ERROR", "COMMAND NOT SUPPORT"}]
        assert [line for line in known if shape(line) not in real[kind]] == [], name


def test_no_two_kinds_of_answers_have_one_shape(real: dict[str, set[str]]) -> None:
    for one in ASKED:
        for other in ASKED:
            assert one == other or not (real[one] & real[other]) - {"OK", "", "+CME ERROR:9"}
