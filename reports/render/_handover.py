"""The hand-over pack in words, as a page, and as a label: what goes with a phone that is given back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from probes import Unit, Value, Verdict, show, symptoms
from reports._covered import covered
from reports._diagnosis import Conclusion
from reports._handover import HandOver
from reports._i18n import Language, Translate, translator
from reports._mark import mark
from reports._outline import Names
from reports._qc import BeforeAfter
from reports._words import CONCLUSIONS, VERDICTS
from reports.render._html import sheet
from reports.render._label import label_of
from reports.render._paper import LabelCode, part_name, short, symptom_name
from reports.service import service_words

_CHANGED: Final = frozenset({"better", "worse"})
PACK_WORDS: Final = {
    "title": mark("Hand-over pack"),
    "ticket": mark("Ticket"),
    "log": mark("Repair log"),
    "before_after": mark("Before and after"),
    "measurement": mark("Measurement"),
    "before": mark("At intake"),
    "after": mark("After the repair"),
    "warranty": mark("Warranty"),
    "coverage": mark("Coverage"),
    "due": mark("Due"),
    "parts": mark("Parts"),
    "erasure": mark("Erase record"),
    "masked": mark("The numbers of the phone are masked."),
}


@dataclass(frozen=True, slots=True)
class CheckRows:
    """The measurements of a check: name, value at intake, value after the repair, and code of the change."""

    check: str
    rows: tuple[tuple[str, str, str, str], ...]

    @property
    def changed(self) -> bool:
        """Whether something in it became better or worse."""
        return any(change in _CHANGED for *_, change in self.rows)


@dataclass(frozen=True, slots=True)
class PackRows:
    """A pack in words of one language: rows of a name and what is to be said of it.

    Attributes:
        log: the six fields of the statutory repair log, in the statute's order.
        changes: of each check its measurements; first the checks in which something became better or worse.
    """

    facts: tuple[tuple[str, str], ...]
    log: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...]
    changes: tuple[CheckRows, ...]
    warranty: tuple[tuple[str, str], ...]
    coverage: tuple[tuple[str, str], ...]
    due: tuple[tuple[str, str], ...]
    erasure: tuple[tuple[str, str], ...]


def pack_rows(pack: HandOver, language: Language, names: Names) -> PackRows:
    """Put a pack into words of one language."""
    tr = translator(language)
    return PackRows(
        facts=tuple(_facts(pack, language, tr)),
        log=tuple(_log(pack, language, tr)),
        parts=tuple(_parts(pack, language, tr)),
        changes=tuple(sorted(_changes(pack, language, names), key=lambda check: not check.changed)),
        warranty=tuple(_warranty(pack, language)),
        coverage=tuple(covered(pack.coverage, tr)),
        due=tuple((service_words(timer.what, language), str(timer.due_on)) for timer in pack.timers),
        erasure=tuple(_erasure(pack)),
    )


def bare(code: str, _language: Language) -> str:
    """A code without what says of what kind it is: the name of what nobody names."""
    return code.partition(":")[2] or code


def pack_page(pack: HandOver, language: Language, names: Names = bare) -> bytes:
    """The pack as a page that needs nothing else. The numbers in it are masked before."""
    body = {"pack": pack, "rows": pack_rows(pack, language, names)}
    return sheet("handover.html.j2", body, language, PACK_WORDS, f"{show(pack.ticket, 60)} · phonebench")


def pack_label(pack: HandOver, language: Language, kind: str) -> bytes:
    """The repair label: ticket, what was changed, day, and until when the repair must hold.

    Raises:
        ValueError: the kind is not one of ``LABELS``.
    """
    tr = translator(language)
    parts = tuple(part.code for part in pack.parts) or pack.components
    holds = next((str(timer.due_on) for timer in pack.timers if timer.what == "repair_holds_until"), "")
    lines = [
        (pack.ticket, 30),
        (tr("REPAIRED") if pack.parts else tr("RETURNED"), 26),
        *((part_name(code, language), 20) for code in parts[:3]),
        *((words, 18) for words in pack.phone.split(" · ")),
        (f"{pack.handed_over_at:%Y-%m-%d}", 20),
        (f"{service_words('repair_holds_until', language)} {holds}" if holds else "", 18),
        *((symptom_name(code, language), 18) for code in pack.symptoms[:3]),
    ]
    code = LabelCode(short(pack.ticket), "", parts[0] if parts else "", pack.symptoms[:6], "")
    return label_of(lines, code.text(), kind)


def _facts(pack: HandOver, language: Language, tr: Translate) -> Iterator[tuple[str, str]]:
    comma = tr(", ")
    yield tr("Ticket"), pack.ticket
    if pack.phone:
        yield tr("Phone"), pack.phone
    yield tr("Handed over"), f"{pack.handed_over_at:%Y-%m-%d %H:%M} · {pack.handed_over_by}"
    yield tr("Complaint"), comma.join(symptom_name(code, language) for code in pack.symptoms)
    yield tr("Result"), _conclusion(pack.diagnosis, tr)
    yield tr("Components"), comma.join(part_name(code, language) for code in pack.components) or "—"
    yield tr("Original fault cleared"), service_words(str(pack.original_fault_cleared), language)
    yield tr("Service type"), str(pack.service_type or "—")
    yield tr("Checked by"), comma.join(one.by for one in pack.checked_by)
    if pack.held_items:
        yield tr("Kept here"), comma.join(service_words(item, language) for item in pack.held_items)


def _log(pack: HandOver, language: Language, tr: Translate) -> Iterator[tuple[str, str]]:
    """The six fields of the statutory repair log; codes in them are put into words."""
    log = pack.log
    yield tr("Sent in on"), str(log.sent_in_on)
    codes = log.fault.split(", ")
    named = tr(", ").join(symptom_name(code, language) for code in codes)
    yield tr("Fault"), named if set(codes) <= set(symptoms()) else log.fault
    yield tr("Cause"), _conclusion(log.cause, tr)
    yield tr("Handling"), service_words(log.handling, language)
    yield tr("Handed over on"), str(log.handed_over_on)
    yield tr("Signature of the repairer"), log.repairer_signature


def _conclusion(code: str, tr: Translate) -> str:
    return tr(CONCLUSIONS[Conclusion(code)]) if code in set(Conclusion) else code


def _changes(pack: HandOver, language: Language, names: Names) -> Iterator[CheckRows]:
    tr = translator(language)
    for probe, some in groupby(pack.before_after, lambda one: one.probe):
        yield CheckRows(
            names(f"probe:{probe}", language),
            tuple(
                (
                    _measured(one, language, names),
                    _side(one.before, one.unit, one.verdict_before, tr),
                    _side(one.after, one.unit, one.verdict_after, tr),
                    one.change,
                )
                for one in some
            ),
        )


def _measured(one: BeforeAfter, language: Language, names: Names) -> str:
    name = names(f"measure:{one.probe}:{one.name}", language)
    return one.name if name == f"{one.probe}:{one.name}" else name


def _parts(pack: HandOver, language: Language, tr: Translate) -> Iterator[tuple[str, str]]:
    for part in pack.parts:
        original = ": ".join((tr("original part"), service_words(str(part.oem_verified), language)))
        yield part_name(part.code, language), " · ".join(filter(None, (part.number, original, part.oem_evidence)))


def _warranty(pack: HandOver, language: Language) -> Iterator[tuple[str, str]]:
    for one in pack.warranty:
        why = [service_words(code, language) for code in (*one.reasons, *one.missing)]
        last = str(one.last_day) if one.last_day else ""
        signed = one.signed.by if one.signed else ""
        words = [service_words(str(one.decision), language), last, ", ".join(why), signed]
        yield service_words(one.rule_id, language), " · ".join(filter(None, words))


def _erasure(pack: HandOver) -> Iterator[tuple[str, str]]:
    """The fields of the certificate by the names that NIST SP 800-88 gives them; no words of ours."""
    for name, value in pack.erasure.model_dump(mode="json").items() if pack.erasure else ():
        yield name, " · ".join(map(str, value.values())) if isinstance(value, dict) else str(value)


def _side(value: Value | None, unit: str, verdict: Verdict | None, tr: Translate) -> str:
    number = "—" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    symbol = Unit(unit).symbol if unit in set(Unit) and value is not None else ""
    judged = tr(VERDICTS[verdict]) if verdict else ""
    return " ".join(filter(None, (number, symbol, judged)))
