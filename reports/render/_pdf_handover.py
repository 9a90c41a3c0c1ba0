"""The hand-over pack as a PDF, in the order of the page: what was done, what it changed, and what is due."""

from __future__ import annotations

from typing import Final

from reports._handover import HandOver
from reports._i18n import Language, translator
from reports._outline import Names
from reports.render._handover import PACK_WORDS, PackRows, pack_rows
from reports.render._pdf_sheet import DIM, INK, NEXT, Sheet

_COLUMNS_MM: Final = (102.0, 40.0, 40.0)
_ONLY_IF_THERE: Final = frozenset({"parts", "erasure"})
_CHANGES: Final = {"better": (17, 99, 41), "worse": (164, 14, 38)}


def pack_pdf_of(pack: HandOver, language: Language, names: Names) -> bytes:
    """The pack as a PDF; the same pack gives the same bytes. The numbers in it are masked before."""
    tr = translator(language)
    w = {key: tr(text) for key, text in PACK_WORDS.items()}
    rows = pack_rows(pack, language, names)
    sheet = Sheet(
        foot=f"phonebench {pack.ticket}",
        title=f"{w['title']} {pack.ticket}",
        made_at=pack.handed_over_at,
        language=language,
    )
    sheet.add_page()
    sheet.words(w["title"], 15)
    sheet.words(f"{w['ticket']} {pack.ticket} · {w['masked']}", 8, DIM)
    sheet.ln(3)
    sheet.pairs(rows.facts)
    for key, some in (
        ("log", rows.log),
        ("parts", rows.parts),
        ("warranty", rows.warranty),
        ("due", rows.due),
        ("erasure", rows.erasure),
        ("coverage", rows.coverage),
    ):
        if some or key not in _ONLY_IF_THERE:
            sheet.title_line(w[key])
            sheet.pairs(some)
    _changes(sheet, rows, w)
    return bytes(sheet.output())


def _changes(sheet: Sheet, rows: PackRows, w: dict[str, str]) -> None:
    """Every measurement at intake and after the repair."""
    sheet.title_line(w["before_after"])
    _head(sheet, w)
    for check in rows.changes:
        _next_page_if_full(sheet, w, 10)
        sheet.ink(8)
        sheet.set_fill_color(246, 248, 250)
        sheet.cut(sum(_COLUMNS_MM), check.check, fill=True, **NEXT)
        for name, before, after, change in check.rows:
            _next_page_if_full(sheet, w, 5)
            sheet.ink(8, _CHANGES.get(change, INK))
            sheet.cut(_COLUMNS_MM[0], name)
            sheet.cut(_COLUMNS_MM[1], before)
            sheet.cut(_COLUMNS_MM[2], after, **NEXT)


def _next_page_if_full(sheet: Sheet, w: dict[str, str], high_mm: float) -> None:
    if sheet.will_page_break(high_mm):
        sheet.add_page()
        _head(sheet, w)


def _head(sheet: Sheet, w: dict[str, str]) -> None:
    sheet.ink(8, DIM)
    sheet.set_fill_color(246, 248, 250)
    sheet.cut(_COLUMNS_MM[0], w["measurement"], fill=True)
    sheet.cut(_COLUMNS_MM[1], w["before"], fill=True)
    sheet.cut(_COLUMNS_MM[2], w["after"], fill=True, **NEXT)
