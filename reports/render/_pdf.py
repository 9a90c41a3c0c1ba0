"""The report as a PDF: the same sections and plots as the page, letters embedded: nothing in it can act."""

from __future__ import annotations

from typing import Final

from reports._i18n import translator
from reports._outline import outline
from reports.fonts import legible
from reports.render import _sections as sections
from reports.render._html import WORDS, label_code
from reports.render._paper import Paper
from reports.render._pdf_sheet import DIM, INK, MARGIN_MM, NEXT, RULE, Sheet
from reports.render._qr import qr_modules
from reports.render._svg import Curve, curve, share, zones

_BAD, _WARN, _FINE = (164, 14, 38), (125, 78, 0), (17, 99, 41)
_CURVE: Final = (33, 102, 172)
_ZONES: Final = {"bad": (243, 182, 187), "good": (180, 224, 189), "warn": (245, 223, 163)}
_VERDICTS: Final = {"fail": _BAD, "marginal": _WARN, "inconclusive": _WARN, "error": _WARN, "pass": _FINE}
_COLUMNS_MM: Final = (68.0, 36.0, 28.0, 26.0, 24.0)
_PLOT_MM: Final = (164.0, 38.0)
_AXIS_MM: Final = 14.0


def pdf_of(paper: Paper) -> bytes:
    """The report as a PDF; the same paper gives the same bytes."""
    diagnosis, tr = paper.diagnosis, translator(paper.language)
    w = {key: tr(text) for key, text in WORDS.items()}
    sheet = Sheet(
        foot=f"phonebench {diagnosis.run_id}",
        title=f"{w['title']} {diagnosis.run_id}",
        made_at=diagnosis.created_at,
        language=paper.language,
    )
    sheet.add_page()
    _first(sheet, paper, w)
    _measured(sheet, paper, w)
    _plots(sheet, paper, w)
    _rest(sheet, paper, w)
    return bytes(sheet.output())


def _first(sheet: Sheet, paper: Paper, w: dict[str, str]) -> None:
    """Verdict and the one reason, and what to do."""
    page = outline(paper.diagnosis, paper.language, paper.names)
    _qr(sheet, label_code(paper).text())
    room = sheet.w - 2 * MARGIN_MM - 32
    sheet.words(w["title"], 15, room=room)
    sheet.words(page.phone, 9, room=room)
    sheet.words(f"{page.run} · {w['ticket']} {paper.ticket or '—'}", 8, DIM, room=room)
    sheet.words(w["sealed"] if paper.is_sealed else w["masked"], 8, _BAD if paper.is_sealed else DIM, room=room)
    sheet.ln(4)
    sheet.set_y(max(sheet.get_y(), MARGIN_MM + 30))
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
    sheet.words(page.cost_and_time, 8, DIM)


def _measured(sheet: Sheet, paper: Paper, w: dict[str, str]) -> None:
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


def _group(sheet: Sheet, group: sections.Group) -> None:
    sheet.set_fill_color(246, 248, 250)
    sheet.ink(8.5)
    sheet.cut(
        sum(_COLUMNS_MM[:4]), f"{group.name} · {group.probe}" if group.name != group.probe else group.probe, fill=True
    )
    sheet.ink(8.5, _VERDICTS.get(group.verdict, DIM))
    sheet.cut(_COLUMNS_MM[4], group.words, fill=True, **NEXT)
    for row in group.rows:
        sheet.ink(8)
        for width, text in zip(_COLUMNS_MM, (row.label, row.value, row.limit), strict=False):
            sheet.cut(width, text)
        _bar(sheet, row)
        sheet.ink(8, _VERDICTS.get(row.taken.verdict, DIM))
        sheet.cut(_COLUMNS_MM[4], f"{row.mark} {row.verdict}", **NEXT)


def _bar(sheet: Sheet, row: sections.MeasuredRow) -> None:
    found, x, y, width = zones(row.taken), sheet.get_x(), sheet.get_y() + 0.9, _COLUMNS_MM[3] - 3
    if found is not None:
        for name, (start, end) in (("bad", (0.0, 1.0)), ("good", found.good), ("warn", found.warns)):
            sheet.set_fill_color(*_ZONES[name])
            if end > start:
                sheet.rect(x + width * start, y, width * (end - start), 3.2, style="F")
        sheet.set_fill_color(*INK)
        sheet.rect(x + width * found.value - 0.3, y - 0.3, 0.6, 3.8, style="F")
    sheet.set_x(x + _COLUMNS_MM[3])


def _plots(sheet: Sheet, paper: Paper, w: dict[str, str]) -> None:
    """The recordings of what stands out, as on the page."""
    drawn = [(trace, found) for trace in paper.traces if (found := curve(trace)) is not None]
    if drawn:
        sheet.title_line(w["plots"])
        sheet.ln(2)
    for trace, found in drawn:
        if sheet.will_page_break(_PLOT_MM[1] + 10):
            sheet.add_page()
        _axes(sheet, found, trace.unit)
        sheet.set_y(sheet.get_y() + _PLOT_MM[1] + 5)
        name = sections.check_name(paper, trace.probe)
        sheet.words(f"{name} · {trace.channel} · {trace.sha256[:12]}", 7, DIM)
        sheet.ln(2)


def _axes(sheet: Sheet, found: Curve, unit: str) -> None:
    """One curve with its grid; the pen stays at the upper left corner."""
    (wide, high), top, left = _PLOT_MM, sheet.get_y() + 3, sheet.l_margin + _AXIS_MM
    sheet.ink(6.5, DIM)
    sheet.set_draw_color(*RULE)
    sheet.set_line_width(0.1)
    for y in found.up:
        at = top + high * (1 - share(found.up, y))
        sheet.line(left, at, left + wide, at)
        sheet.set_xy(sheet.l_margin, at - 1.5)
        sheet.cell(_AXIS_MM - 1, 3, f"{y:g}", align="R")
    for x in found.across:
        at = left + wide * share(found.across, x)
        sheet.line(at, top, at, top + high)
        sheet.set_xy(at - 8, top + high + 0.5)
        sheet.cell(16, 3, f"{x:g}{' s' if x == found.across[-1] else ''}", align="C")
    sheet.set_xy(sheet.l_margin, top - 4)
    sheet.cell(_AXIS_MM, 3, legible(unit, 12))
    sheet.set_draw_color(*_CURVE)
    sheet.set_line_width(0.25)
    sheet.polyline([(left + wide * x, top + high * (1 - y)) for x, y in found.points])
    sheet.set_line_width(0.2)
    sheet.set_xy(sheet.l_margin, top)


def _rest(sheet: Sheet, paper: Paper, w: dict[str, str]) -> None:
    """What was ruled out and not tested, all that was measured, the hashes, and what the run was made with."""
    page = outline(paper.diagnosis, paper.language, paper.names)
    sheet.title_line(w["ruled_out"])
    sheet.words(page.ruled_out or "—")
    sheet.title_line(w["not_tested"])
    for line in page.not_tested:
        sheet.words(f"· {line}")
    sheet.words(page.exposure, 8, DIM)
    sheet.title_line(w["coverage"])
    sheet.words(" · ".join(f"{name}: {words}" for name, words in sections.coverage(paper)))
    sheet.title_line(w["everything"])
    for group in sections.groups(paper):
        if not group.stands_out:
            _group(sheet, group)
    sheet.title_line(w["evidence"])
    sheet.words(w["evidence_words"], 8, DIM)
    for group in sections.groups(paper):
        for one in group.recordings:
            sheet.ink(6.5)
            sheet.cut(74, f"{one.id} · {one.source}")
            sheet.cut(108, one.sha256, **NEXT)
    sheet.title_line(w["environment"])
    for name, words in sections.environment(paper):
        sheet.words(f"{name}: {words}", 8)


def _qr(sheet: Sheet, text: str) -> None:
    modules = qr_modules(text)
    size = 26 / len(modules)
    left, top = sheet.w - MARGIN_MM - 26, MARGIN_MM
    sheet.set_fill_color(0, 0, 0)
    for row, cells in enumerate(modules):
        for column, is_dark in enumerate(cells):
            if is_dark:
                sheet.rect(left + column * size, top + row * size, size, size, style="F")
