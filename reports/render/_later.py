"""Renderings that are loaded when they are wanted: what makes them takes long to load."""

from __future__ import annotations

from reports.render._paper import Paper


def pdf_report(paper: Paper) -> bytes:
    """The report as a PDF with its letters inside; the same paper gives the same bytes."""
    from reports.render._pdf import pdf_of  # noqa: PLC0415  fpdf2 takes 0.6 s

    return pdf_of(paper)
