"""QR codes as modules, and drawn as SVG; segno makes them, error correction M (a label gets dirty)."""

from __future__ import annotations

from itertools import groupby
from typing import Final

import segno

QUIET: Final = 4
"""Modules of white around a code (ISO/IEC 18004)."""


def qr_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The code as rows of dark and light modules, without the white around it.

    Raises:
        ValueError: the text is too long for any code.
    """
    code = segno.make_qr(text, error="m", boost_error=False)
    return tuple(tuple(bool(cell) for cell in row) for row in code.matrix)


def qr_path(modules: tuple[tuple[bool, ...], ...], *, size: float, x: float = 0, y: float = 0) -> str:
    """The dark modules as the ``d`` of an SVG path, ``size`` being that of one module."""
    runs = list[str]()
    for row, cells in enumerate(modules):
        column = 0
        for is_dark, some in groupby(cells):
            many = len(tuple(some))
            if is_dark:
                wide = many * size
                runs.append(f"M{x + column * size:g} {y + row * size:g}h{wide:g}v{size:g}h-{wide:g}z")
            column += many
    return "".join(runs)


def qr_svg(text: str) -> str:
    """The code as a picture with the white around it."""
    modules = qr_modules(text)
    side = len(modules) + 2 * QUIET
    path = qr_path(modules, size=1, x=QUIET, y=QUIET)
    ground = f'<rect class="paper" width="{side}" height="{side}"/>'
    return f'<svg class="qr" viewBox="0 0 {side} {side}" role="img">{ground}<path d="{path}"/></svg>'
