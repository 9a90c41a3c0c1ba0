"""Letters as SVG paths: quadratic curves as TrueType has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reports.fonts import Font, Point


def path_of(font: Font, char: str, *, x: float, foot: float, size: float) -> str:
    """The outline of a character as the ``d`` of a path, standing on ``foot`` and beginning at ``x``."""
    scale = size / font.units_per_em

    def at(point: Point) -> str:
        return f"{x + point.x * scale:.1f} {foot - point.y * scale:.1f}"

    return "".join("".join(_pieces(contour, at)) for contour in font.outline(char) if len(contour) > 1)


def _pieces(contour: list[Point], at: Callable[[Point], str]) -> Iterator[str]:
    """A contour begins on the curve; between two points off it lies one on it, which the file leaves out."""
    first = next((number for number, point in enumerate(contour) if point.is_on), None)
    points = [_between(contour[-1], contour[0]), *contour] if first is None else contour[first:] + contour[:first]
    yield f"M{at(points[0])}"
    control: Point | None = None
    for point in (*points[1:], points[0]):
        if control is not None and not point.is_on:
            yield f"Q{at(control)} {at(_between(control, point))}"
        elif control is not None:
            yield f"Q{at(control)} {at(point)}"
        elif point.is_on:
            yield f"L{at(point)}"
        control = None if point.is_on else point
    yield "Z"


def _between(one: Point, other: Point) -> Point:
    return Point((one.x + other.x) / 2, (one.y + other.y) / 2, is_on=True)
