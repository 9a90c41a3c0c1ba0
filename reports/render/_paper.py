"""What a rendering is made of: one diagnosis, and what stands around it that the record does not hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from probes import components, show, symptoms
from reports._diagnosis import Diagnosis
from reports._i18n import Language
from reports._outline import Names

_CODE: Final = re.compile(r"PB1(?:/[0-9A-Z%+.-]*){5}")
_BARE: Final = re.compile(r"[^0-9A-Z.-]")
_PLUS: Final = "+"
_ROOM: Final = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A recorded row of numbers, thin enough to be drawn.

    Attributes:
        probe: which check recorded it, and ``channel`` which row of its recording it is.
        unit: symbol of the unit.
        at_s: seconds since its first sample.
        sha256: of the file that holds all of it.
    """

    probe: str
    channel: str
    unit: str
    at_s: Sequence[float]
    values: Sequence[float]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """An instrument that measured in a run; ``calibrated_on`` is empty where nobody says when it was calibrated."""

    name: str
    calibrated_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One diagnosis to be rendered. Numbers of phones are masked before it is made: see ``redacted``.

    Attributes:
        ticket: of the order, empty where there is none.
        symptoms: codes of what the customer complains of; those of the diagnosis where none are given.
        order_number: kind and number of the phone as its order has it, hidden as those of the diagnosis are.
        phone_hash: keyed hash that stands for the phone, empty where there is none.
        is_sealed: whether the numbers of the phone are in clear.
    """

    diagnosis: Diagnosis
    language: Language
    names: Names
    ticket: str = ""
    symptoms: tuple[str, ...] = ()
    order_number: str = ""
    phone_hash: str = ""
    traces: tuple[Trace, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    is_sealed: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """Symptom codes of the complaint."""
        return self.symptoms or self.diagnosis.complaints

    @property
    def phone_number(self) -> str:
        """What the phone is told by: the IMEI that it says; else the number in its order; else its serial number."""
        phone = self.diagnosis.phone
        return f"IMEI {phone.imei}" if phone.imei else self.order_number or f"SN {phone.serial or '—'}"

    @property
    def part(self) -> str:
        """Code of the part to replace, or of the first suspect; empty where none is named."""
        parts = self.diagnosis.plan.parts
        return parts[0] if parts else ""


@dataclass(frozen=True, slots=True)
class LabelCode:
    """What the QR code of a label says."""

    ticket: str
    run: str
    part: str
    symptoms: tuple[str, ...]
    phone_hash: str

    def text(self) -> str:
        """The code as text: digits, capitals and ``%+-./`` alone, which a QR code packs best.

        Run ids and hashes are written in capitals; everything else that is no capital is percent-encoded.
        """
        said = _PLUS.join(map(_field, self.symptoms))
        plain = map(_field, (self.ticket, self.run.upper(), self.part))
        return "/".join(("PB1", *plain, said, _field(self.phone_hash.upper())))


def read_label(text: str) -> LabelCode | None:
    """What a scanned label says; None where it is no label of ours."""
    if not _CODE.fullmatch(text):
        return None
    ticket, run, part, said, phone_hash = text.split("/")[1:]
    return LabelCode(
        ticket=unquote(ticket),
        run=unquote(run).lower(),
        part=unquote(part),
        symptoms=tuple(unquote(code) for code in said.split(_PLUS) if code),
        phone_hash=unquote(phone_hash).lower(),
    )


def part_name(code: str, language: Language) -> str:
    """Name and code of a component."""
    known = components().get(code)
    return f"{known.name(language)} ({code})" if known else code


def symptom_name(code: str, language: Language) -> str:
    """Code and name of a symptom."""
    known = symptoms().get(code)
    return f"{code} {known.name(language)}" if known else code


def short(text: str) -> str:
    """A text, its hidden characters escaped, cut so that it takes no more than its room in a code."""
    text = show(text, _ROOM)
    while len(_field(text)) > _ROOM:
        text = text[:-1]
    return text


def _field(text: str) -> str:
    return _BARE.sub(lambda found: _percent(found[0]), text)


def _percent(char: str) -> str:
    encoded = quote(char, safe="", errors="replace")
    return encoded if encoded != char else f"%{ord(char):02X}"
