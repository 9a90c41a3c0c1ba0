"""The remote preliminary diagnosis: what a complaint means, what the customer can try, or which service mode and why.

A complaint alone names no part: it says where to look, and a bench or a report says what is broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, StrictBool, StrictFloat, StrictStr

from probes import Record, symptoms
from probes.complaint import Advice, Complaint, Wording, advice

_MAIN: Final = 3  # complaints in one text that steps are given for
_MOST_STEPS: Final = 8


class TriageClass(StrEnum):
    """What it seems to be, before anything was measured or by a report."""

    SW = "sw"
    HW = "hw"
    UNKNOWN = "unknown"


class ServiceMode(StrEnum):
    """How the phone gets to whoever services it."""

    CARRY_IN = "carry_in"
    MAIL_IN = "mail_in"
    ON_SITE = "on_site"


class TriageText(Record):
    """A text by its id, in both languages: for the customer, whoever shows it."""

    id: StrictStr
    zh: StrictStr
    en: StrictStr


class TriageSymptom(Record):
    """A symptom that the complaint means.

    Attributes:
        share: part of what was understood, 0..1.
        because: the words that spoke for it.
        rule_out_en, rule_out_zh: what to rule out before a part is blamed.
        components: where to look; none of them is named as broken.
    """

    code: StrictStr
    zh: StrictStr
    en: StrictStr
    share: Annotated[StrictFloat, Field(ge=0.0, le=1.0)]
    because: tuple[StrictStr, ...]
    rule_out_zh: StrictStr
    rule_out_en: StrictStr
    components: tuple[StrictStr, ...]


class Triage(Record):
    """Remote preliminary diagnosis.

    Attributes:
        complaint: what was said, safe to show.
        kind: published as ``class``.
        symptoms: what the complaint names; its best guesses where it names nothing clearly.
        is_understood: whether it names anything clearly.
        denied: symptoms that the customer says are not there.
        steps: what the customer can try, in this order.
        service_mode: how to bring the phone in, ``None`` where no service is needed or nothing is known.
        when: whether that is for now, or for when the steps have not helped.
        reason: why this mode, or why none.
        question: what to ask next.
        backup_reminder: whether the customer is to be reminded of a backup before the phone leaves.
    """

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    schema_version: Literal[1] = 1
    complaint: StrictStr
    kind: TriageClass = Field(alias="class")
    symptoms: tuple[TriageSymptom, ...] = ()
    is_understood: StrictBool
    denied: tuple[StrictStr, ...] = ()
    steps: tuple[TriageText, ...] = ()
    service_mode: ServiceMode | None = None
    when: Literal["now", "if_steps_fail", "not_needed", "not_known"]
    reason: TriageText
    question: TriageText
    backup_reminder: StrictBool = False


def triage(complaint: Complaint, evidence: TriageClass | None = None) -> Triage:
    """Put a complaint into steps, mode and reason.

    Args:
        complaint: what the customer says, read.
        evidence: what a report came to, where there is one that names hardware or software; it outweighs the words.
    """
    book = advice()
    codes = complaint.named[:_MAIN]
    ahead = [book.symptom[code] for code in codes]
    kind = evidence or _kind(ahead)
    reason, mode = _mode(ahead, evidence)
    ids = dict.fromkeys(step for one in ahead for step in one.steps)
    steps = tuple(_text(name, book.step[name]) for name in ids)[:_MOST_STEPS]
    asked = book.question_for([guess.code for guess in complaint.guesses[:2]] if codes else ())
    return Triage(
        complaint=complaint.text,
        kind=kind,
        symptoms=_symptoms(complaint),
        is_understood=complaint.is_understood,
        denied=complaint.denied,
        steps=steps,
        service_mode=mode,
        when=_when(kind, mode, understood=bool(codes)),
        reason=_text(reason, book.reason[reason]),
        question=_text(asked, book.question[asked]),
        backup_reminder=mode is not None,
    )


def _symptoms(complaint: Complaint) -> tuple[TriageSymptom, ...]:
    shown = [guess for guess in complaint.guesses if guess.code in complaint.named] or complaint.guesses[:_MAIN]
    rows = [(guess, symptoms()[guess.code]) for guess in shown]
    return tuple(
        TriageSymptom(
            code=guess.code,
            zh=row.zh,
            en=row.en,
            share=guess.share,
            because=guess.because,
            rule_out_zh=row.rule_out_zh,
            rule_out_en=row.rule_out_en,
            components=row.components,
        )
        for guess, row in rows
    )


def _kind(ahead: Sequence[Advice]) -> TriageClass:
    kinds = {one.kind for one in ahead}
    if "hw" in kinds:
        return TriageClass.HW
    return TriageClass.SW if kinds == {"sw"} else TriageClass.UNKNOWN


def _mode(ahead: Sequence[Advice], evidence: TriageClass | None) -> tuple[str, ServiceMode | None]:
    """Id of the reason, and the mode: danger first, then hardware, then what needs a bench; evidence has its own."""
    if not ahead:
        return ("not_understood", None) if evidence is None else _by_evidence(evidence, None)
    dangerous = [one for one in ahead if one.reason == "battery_danger"]
    serving = [one for one in ahead if one.mode != "none"]
    hard = [one for one in serving if one.kind == "hw"]
    first = (dangerous or hard or serving or list(ahead))[0]
    mode = ServiceMode(first.mode) if first.mode != "none" else None
    if dangerous or evidence is None:
        return first.reason, mode
    return _by_evidence(evidence, mode)


def _by_evidence(evidence: TriageClass, mode: ServiceMode | None) -> tuple[str, ServiceMode | None]:
    if evidence is TriageClass.SW:
        return "report_names_software", mode
    if evidence is TriageClass.HW:
        return "report_names_part", mode or ServiceMode.CARRY_IN
    return "needs_bench", mode or ServiceMode.CARRY_IN


def _when(
    kind: TriageClass, mode: ServiceMode | None, *, understood: bool
) -> Literal["now", "if_steps_fail", "not_needed", "not_known"]:
    if mode is None:
        return "not_needed" if understood or kind is TriageClass.SW else "not_known"
    return "now" if kind is TriageClass.HW else "if_steps_fail"


def _text(name: str, wording: Wording) -> TriageText:
    return TriageText(id=name, zh=wording.zh, en=wording.en)
