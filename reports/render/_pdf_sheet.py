"""A4 sheets with our letters in them: paragraphs, headings, pairs and cells. Text only: nothing on them can act."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, WrapMode, XPos, YPos

from reports._i18n import Language
from reports.fonts import chinese_file, latin_file, legible

INK: Final = (27, 31, 36)
DIM: Final = (87, 96, 106)
RULE: Final = (208, 215, 222)
NEXT: Final[Mapping[str, Any]] = {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT}
MARGIN_MM: Final = 14.0
_LATIN, _CHINESE = "latin", "chinese"
_LINE_MM: Final = 5.0
_NAME_MM: Final = 52.0
_LIMIT: Final = 4000


class Sheet(FPDF):
    """A4 pages with the run and the page's number at their feet."""

    def __init__(self, *, foot: str, title: str, made_at: datetime, language: Language) -> None:
        # fpdf2 and fontTools tell of tables that they leave out; that is what subsetting is
        logging.getLogger("fontTools").setLevel(logging.ERROR)
        super().__init__(format="A4")
        self._foot = legible(foot)
        self.set_creation_date(made_at)
        self.set_title(legible(title))
        self.set_lang(str(language))
        # between Chinese letters a line may break anywhere
        self.wrap = WrapMode.CHAR if language is Language.ZH else WrapMode.WORD
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM)
        self.add_font(_LATIN, fname=latin_file())
        self.add_font(_CHINESE, fname=chinese_file())
        self.set_fallback_fonts([_CHINESE])
        self.set_font(_LATIN, size=9)

    def footer(self) -> None:
        """Called by fpdf2 at the end of each page."""
        self.set_y(-10)
        self.ink(7, DIM)
        self._say(0, 4, f"{self._foot} · {self.page_no()}")

    def ink(self, size: float, colour: tuple[int, int, int] = INK) -> None:
        """Size and colour of what is written next."""
        self.set_font_size(size)
        self.set_text_color(*colour)

    def words(self, text: str, size: float = 9, colour: tuple[int, int, int] = INK, *, room: float = 0) -> None:
        """A paragraph."""
        if text:
            self.ink(size, colour)
            height, left = size * 0.53, self.get_x()
            lines = self.multi_cell(
                room, height, legible(text, _LIMIT), wrapmode=self.wrap, dry_run=True, output=MethodReturnValue.LINES
            )
            for line in lines if isinstance(lines, list) else ():
                self.set_x(left)
                self._say(room, height, line, **NEXT)

    def title_line(self, text: str) -> None:
        """A heading with a line below."""
        if self.will_page_break(14):
            self.add_page()
        self.ln(3)
        self.words(text, 11)
        self.set_draw_color(*RULE)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(1)

    def cut(self, width: float, text: str, **more: Any) -> None:
        """A cell whose text is cut to its width."""
        text = legible(text, 200)
        if self.get_string_width(text) > width - 2:
            while text and self.get_string_width(f"{text}…") > width - 2:
                text = text[:-1]
            text = f"{text}…"
        self._say(width, _LINE_MM, text, **more)

    def _say(self, width: float, height: float, text: str, **more: Any) -> None:
        """A cell that names its font: fpdf2 2.8 forgets to after a line that began with a letter of the other font."""
        self.current_font_is_set_on_page = False
        self.cell(width, height, text, **more)

    def pairs(self, rows: Iterable[tuple[str, str]]) -> None:
        """Rows of a name and what is to be said of it, which may take several lines."""
        for name, words in rows:
            if self.will_page_break(_LINE_MM):
                self.add_page()
            top = self.get_y()
            self.words(name, 8.5, DIM, room=_NAME_MM)
            below = self.get_y()
            self.set_xy(self.l_margin + _NAME_MM, top)
            self.words(words or "—", 8.5)
            self.set_y(max(below, self.get_y()) if self.get_y() > top else self.get_y())
            self.ln(0.6)
