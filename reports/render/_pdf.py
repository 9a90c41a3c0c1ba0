"""The report as a PDF: the same sections as the page, letters embedded. Text only: nothing in it can act."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

from reports._i18n import Language, translator
from reports._outline import outline
from reports.fonts import chinese_file, latin_file, legible
from reports.render import _sections as sections
from reports.render._html import WORDS, label_code
from reports.render._paper import Paper
from reports.render._qr import qr_modules
from reports.render._svg import zones

_LATIN, _CHINESE = "latin", "chinese"
_INK: Final = (27, 31, 36)
_DIM: Final = (87, 96, 106)
_BAD, _WARN, _FINE = (164, 14, 38), (125, 78, 0), (17, 99, 41)
_ZONES: Final = {"bad": (243, 182, 187), "good": (180, 224, 189), "warn": (245, 223, 163)}
_VERDICTS: Final = {"fail": _BAD, "marginal": _WARN, "inconclusive": _WARN, "error": _WARN, "pass": _FINE}
_MARGIN_MM: Final = 14.0
_LINE_MM: Final = 5.0
_COLUMNS_MM: Final = (68.0, 36.0, 28.0, 26.0, 24.0)
_LIMIT: Final = 4000
_NEXT: Final[Mapping[str, Any]] = {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT}


class _Sheet(FPDF):
    """A4 pages with the run and the page's number at their feet."""

    def __init__(self, foot: str, language: Language) -> None:
        super().__init__(format="A4")
        self._foot = foot
        # between Chinese letters a line may break anywhere
        self.wrap = WrapMode.CHAR if language is Language.ZH else WrapMode.WORD
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=_MARGIN_MM)
        self.add_font(_LATIN, fname=latin_file())
        self.add_font(_CHINESE, fname=chinese_file())
        self.set_fallback_fonts([_CHINESE])
        self.set_font(_LATIN, size=9)

    def footer(self) -> None:
        """Called by fpdf2 at the end of each page."""
        self.set_y(-10)
        self.ink(7, _DIM)
        self.cell(0, 4, f"{self._foot} · {self.page_no()}")

    def ink(self, size: float, colour: tuple[int, int, int] = _INK) -> None:
        """Size and colour of what is written next."""
        self.set_font_size(size)
        self.set_text_color(*colour)

    def words(self, text: str, size: float = 9, colour: tuple[int, int, int] = _INK, *, room: float = 0) -> None:
        """A paragraph."""
        if text:
            self.ink(size, colour)
            self.multi_cell(room, size * 0.53, legible(text, _LIMIT), align="L", wrapmode=self.wrap, **_NEXT)

    def title_line(self, text: str) -> None:
        """A heading with a line below."""
        if self.will_page_break(14):
            self.add_page()
        self.ln(3)
        self.words(text, 11)
        self.set_draw_color(208, 215, 222)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(1)

    def cut(self, width: float, text: str, **more: Any) -> None:
        """A cell whose text is cut to its width."""
        text = legible(text, 200)
        if self.get_string_width(text) > width - 2:
            while text and self.get_string_width(f"{text}…") > width - 2:
                text = text[:-1]
            text = f"{text}…"
        self.cell(width, _LINE_MM, text, **more)


def pdf_of(paper: Paper) -> bytes:
    """The report as a PDF; the same paper gives the same bytes."""
    # fpdf2 and fontTools tell of tables that they leave out; that is what subsetting is
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    diagnosis, tr = paper.diagnosis, translator(paper.language)
    w = {key: tr(text) for key, text in WORDS.items()}
    sheet = _Sheet(legible(f"phonebench {diagnosis.run_id}"), paper.language)
    sheet.set_creation_date(diagnosis.created_at)
    sheet.set_title(legible(f"{w['title']} {diagnosis.run_id}"))
    sheet.set_lang(str(paper.language))
    sheet.add_page()
    _first(sheet, paper, w)
    _measured(sheet, paper, w)
    _rest(sheet, paper, w)
    return bytes(sheet.output())


def _first(sheet: _Sheet, paper: Paper, w: dict[str, str]) -> None:
    """Verdict and the one reason, and what to do."""
    page = outline(paper.diagnosis, paper.language, paper.names)
    _qr(sheet, label_code(paper).text())
    room = sheet.w - 2 * _MARGIN_MM - 32
    sheet.words(w["title"], 15, room=room)
    sheet.words(page.phone, 9, room=room)
    sheet.words(f"{page.run} · {w['ticket']} {paper.ticket or '—'}", 8, _DIM, room=room)
    sheet.words(w["sealed"] if paper.is_sealed else w["masked"], 8, _BAD if paper.is_sealed else _DIM, room=room)
    sheet.ln(4)
    sheet.set_y(max(sheet.get_y(), _MARGIN_MM + 30))
    sheet.words(f"{page.headline}   {page.sureness}", 16, _FINE if not paper.diagnosis.exit_code else _BAD)
    sheet.words(page.cause, 10)
    reason = sections.the_reason(paper)
    sheet.words(f"{w['reason']}: {reason}" if reason else "", 10)
    sheet.title_line(w["do"])
    sheet.words(f"→ {page.action}", 11)
    for name, words in sections.to_do(paper):
        sheet.words(f"{name}: {words}")
    for line in page.settings:
        sheet.words(f"{w['setting']}: {line}")
    sheet.words(page.cost_and_time, 8, _DIM)


def _measured(sheet: _Sheet, paper: Paper, w: dict[str, str]) -> None:
    """What stands out, with margin bars, and the weights of the readings."""
    shown = [group for group in sections.groups(paper) if group.stands_out]
    sheet.title_line(w["measured"])
    if not shown:
        sheet.words(w["nothing"])
    for group in shown:
        _group(sheet, group)
    weights = sections.weights(paper)
    if weights:
        sheet.words(w["weight"], 9)
    for name, weight in weights:
        sheet.words(f"{weight:+6.1f}  {name}", 8)
    for line in outline(paper.diagnosis, paper.language, paper.names).remarks:
        sheet.words(f"· {line}", 8)


def _group(sheet: _Sheet, group: sections.Group) -> None:
    sheet.set_fill_color(246, 248, 250)
    sheet.ink(8.5)
    sheet.cut(sum(_COLUMNS_MM[:4]), group.probe, fill=True)
    sheet.ink(8.5, _VERDICTS.get(group.verdict, _DIM))
    sheet.cut(_COLUMNS_MM[4], group.words, fill=True, **_NEXT)
    for row in group.rows:
        sheet.ink(8)
        for width, text in zip(_COLUMNS_MM, (row.label, row.value, row.limit), strict=False):
            sheet.cut(width, text)
        _bar(sheet, row)
        sheet.ink(8, _VERDICTS.get(row.taken.verdict, _DIM))
        sheet.cut(_COLUMNS_MM[4], f"{row.mark} {row.verdict}", **_NEXT)


def _bar(sheet: _Sheet, row: sections.MeasuredRow) -> None:
    found, x, y, width = zones(row.taken), sheet.get_x(), sheet.get_y() + 0.9, _COLUMNS_MM[3] - 3
    if found is not None:
        for name, (start, end) in (("bad", (0.0, 1.0)), ("good", found.good), ("warn", found.warns)):
            sheet.set_fill_color(*_ZONES[name])
            if end > start:
                sheet.rect(x + width * start, y, width * (end - start), 3.2, style="F")
        sheet.set_fill_color(*_INK)
        sheet.rect(x + width * found.value - 0.3, y - 0.3, 0.6, 3.8, style="F")
    sheet.set_x(x + _COLUMNS_MM[3])


def _rest(sheet: _Sheet, paper: Paper, w: dict[str, str]) -> None:
    """What was ruled out and not tested, the hashes, and what the run was made with."""
    page = outline(paper.diagnosis, paper.language, paper.names)
    sheet.title_line(w["ruled_out"])
    sheet.words(page.ruled_out or "—")
    sheet.title_line(w["not_tested"])
    for line in page.not_tested:
        sheet.words(f"· {line}")
    sheet.words(page.exposure, 8, _DIM)
    sheet.title_line(w["coverage"])
    sheet.words(" · ".join(f"{name}: {words}" for name, words in sections.coverage(paper)))
    sheet.title_line(w["environment"])
    for name, words in sections.environment(paper):
        sheet.words(f"{name}: {words}", 8)
    sheet.title_line(w["evidence"])
    sheet.words(w["evidence_words"], 8, _DIM)
    for group in sections.groups(paper):
        for one in group.recordings:
            sheet.ink(6.5)
            sheet.cut(74, f"{one.id} · {one.source}")
            sheet.cut(108, one.sha256, **_NEXT)


def _qr(sheet: _Sheet, text: str) -> None:
    modules = qr_modules(text)
    size = 26 / len(modules)
    left, top = sheet.w - _MARGIN_MM - 26, _MARGIN_MM
    sheet.set_fill_color(0, 0, 0)
    for row, cells in enumerate(modules):
        for column, is_dark in enumerate(cells):
            if is_dark:
                sheet.rect(left + column * size, top + row * size, size, size, style="F")
