"""``getprop``: the system properties."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import MAX_LINE_CHARS, frozen, lines, put, require

_START = re.compile(r"\[([^\]\n]{1,256})\]: \[")
# a value that is still open after so many lines was never closed: the text is cut or broken
_MAX_VALUE_LINES = 200
_CLOSED = "]"


@dataclass(frozen=True, slots=True)
class Getprop:
    r"""System properties by name; values that span lines are joined with ``\n``.

    ``single_line_count`` counts the properties that stood on one line each, repeats included.
    """

    props: Mapping[str, str]
    single_line_count: int

    def get(self, name: str, default: str = "") -> str:
        """Return the value of ``name``, or ``default`` when the phone does not have it."""
        return self.props.get(name, default)

    def first(self, *names: str) -> str | None:
        """Return the first non-empty value among ``names``: newer builds leave ``ro.product.model`` out."""
        return next((value for name in names if (value := self.props.get(name, ""))), None)

    def per_slot(self, name: str) -> tuple[str, ...]:
        """Split a property that holds one value per SIM slot, such as ``gsm.sim.state``."""
        value = self.props.get(name)
        return () if value is None else tuple(part.strip() for part in value.split(","))


def parse_getprop(text: str) -> Getprop:
    """Read ``getprop`` output, values with line breaks and brackets included.

    Raises:
        NotUnderstood: no line has the shape of a property.
    """
    props: dict[str, str] = {}
    single = 0
    name = ""
    open_value: list[str] = []
    for line in lines(text):
        found = _START.match(line)
        if found:
            if open_value:
                put(props, name, "\n".join(open_value))
            name, open_value = found[1], []
            value = line[found.end() :].rstrip()
            if value.endswith(_CLOSED) or len(line) == MAX_LINE_CHARS:
                put(props, name, value.removesuffix(_CLOSED))
                single += 1
            else:
                open_value = [value]
        elif open_value:
            open_value.append(line.rstrip().removesuffix(_CLOSED))
            if line.rstrip().endswith(_CLOSED) or len(open_value) > _MAX_VALUE_LINES:
                put(props, name, "\n".join(open_value))
                open_value = []
    if open_value:
        put(props, name, "\n".join(open_value))
    require(props, "getprop output", text)
    return Getprop(props=frozen(props), single_line_count=single)
