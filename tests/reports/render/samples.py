"""Diagnoses to be rendered: one that is small and plain, and the same with texts of anybody's choice in every place."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from agent.cli.names import names
from reports import Diagnosis, Language
from reports.render import Instrument, Paper, Trace

GOLDEN = Path(__file__).with_name("golden")
RECORD = Path(__file__).parent.parent / "golden" / "diagnosis.v1.json"
SERIAL, IMEI, TICKET = "CANARY-SN-004711", "490154203237518", "RO-2026-0417"
NO_FILE = "0" * 64
SOUND = "\u6545\u969c"
"""The two letters of the Chinese word for a fault."""
_BITS = (
    "<script>alert(1)</script>", "</style><script>x()</script>", "<img src=x onerror=alert(1)>", "'\"><svg/onload=1>",
    "{{7*7}}", "{% import os %}", "${jndi:ldap://h.invalid/a}", "<!--", "]]>", "&lt;b&gt;", "javascript:alert(1)",
    "http://h.invalid/p.png", "url(//h.invalid/x)", "@import 'x'", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1",
    "\uff1d1", "\uff0b1", '=HYPERLINK("http://h.invalid")', "=cmd|' /C calc'!A0", "^XZ", "~JR", "^XA^FDx^FS", "_5E",
    "\x1b[31mred", "\x1b]52;c;aGk=\x07", "\x1b]8;;http://h.invalid\x1b\\x", "\x9b2J", "\x00", "\x07", "\x7f", "\r\n",
    "\u202etxt", "\u2066x\u2069", "\u200b", "\ufeff", "\u2028", "\ufffe", "\U000e0001", SOUND, "\u9f98", "\U0001f600",
    "e\u0301", "%s%n", "{0.__class__}", "[bold]x[/bold]", "[link=http://h.invalid]x[/link]", ":smile:", "\\", "'", '"',
    ";", ",", "a" * 300, " ", "/OpenAction", ") Tj ET (", "\u0600", "../../x", "PB1/a/b",
)  # fmt: skip


@cache
def record() -> str:
    return RECORD.read_text(encoding="utf-8")


def plain() -> Diagnosis:
    return Diagnosis.model_validate_json(record())


def paper(language: Language = Language.EN, diagnosis: Diagnosis | None = None, **other: Any) -> Paper:
    rows = [1.5, 2.5, 2.0, 4.0, 3.0]
    trace = Trace(
        probe="battery.gauge",
        channel="voltage_mv",
        unit="mV",
        at_s=[0.0, 0.5, 1.0, 1.5, 2.0],
        values=rows,
        sha256="0" * 64,
    )
    given: dict[str, Any] = {
        "diagnosis": diagnosis or plain(),
        "language": language,
        "names": names,
        "ticket": TICKET,
        "symptoms": ("BAT-01",),
        "phone_hash": "0123456789abcdef",
        "traces": (trace,),
        "instruments": (Instrument(name="meter (owon)", calibrated_on="2026-05-01"),),
    }
    return Paper(**given | other)


def hostile_texts(number: int, seed: int = 9) -> list[str]:
    """Texts that somebody may send: each a few bits of what breaks terminals, pages, tables and printers."""
    draw = random.Random(seed)
    return ["".join(draw.choice(_BITS) for _ in range(draw.randint(1, 4))) for _ in range(number)]


ROWS = 13
PLACES = 18 + 3 * ROWS
"""How many texts ``poisoned`` takes."""


def poisoned(texts: Iterator[str], language: Language = Language.EN) -> Paper:
    """The plain diagnosis with the next texts in every place that takes one; structure and codes stay."""
    data = json.loads(record())
    data["run_id"], data["subject"] = next(texts), next(texts)
    data["phone"] = {key: next(texts) for key in data["phone"]}
    data["suspects"][0] |= {"cause": f"x{next(texts)}", "function": next(texts)}
    data["suspects"][0]["contributions"][0]["evidence"][0]["text"] = next(texts)[:400]
    data["not_tested"][0] |= {"what": next(texts), "reason": next(texts)}
    data["limits"] = next(texts)
    first = data["results"][0]["measurements"][0] | {"unit": "{text}", "limit": {"kind": "recorded"}}
    data["results"][0]["measurements"] = [
        first | {"name": next(texts), "label": next(texts), "value": next(texts)} for _ in range(ROWS)
    ]
    kept = data["results"][0]["recordings"]
    data["results"][0]["recordings"] = [one | {"source": next(texts)} for one in kept[:1]]
    ticket, channel = next(texts), next(texts)
    trace = Trace(probe=channel, channel=channel, unit=channel, at_s=[0.0, 1.0], values=[0.0, 1.0], sha256=NO_FILE)
    return paper(language, Diagnosis.model_validate(data, strict=False), ticket=ticket, traces=(trace,))


def golden(name: str, content: bytes) -> bytes:
    """The file to compare with; ``PHONEBENCH_UPDATE_GOLDEN=1`` writes it anew."""
    path = GOLDEN / name
    if os.environ.get("PHONEBENCH_UPDATE_GOLDEN") == "1":
        GOLDEN.mkdir(exist_ok=True)
        path.write_bytes(content)
    return path.read_bytes()
