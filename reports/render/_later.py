"""Renderings that are loaded when they are wanted: what makes them takes long to load."""

from __future__ import annotations

from reports._handover import HandOver
from reports._i18n import Language
from reports._outline import Names
from reports.render._handover import bare
from reports.render._paper import Paper


def pdf_report(paper: Paper) -> bytes:
    """The report as a PDF with its letters inside; the same paper gives the same bytes."""
    from reports.render._pdf import pdf_of  # noqa: PLC0415  fpdf2 takes 0.6 s

    return pdf_of(paper)


def pack_pdf(pack: HandOver, language: Language, names: Names = bare) -> bytes:
    """The hand-over pack as a PDF; the numbers in it are masked before."""
    from reports.render._pdf_handover import pack_pdf_of  # noqa: PLC0415  as above

    return pack_pdf_of(pack, language, names)
