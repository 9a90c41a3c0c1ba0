"""Signatures of the user's own: a TOML file or a folder of them; every mistake is told with its place."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from probes._catalogue import components
from probes._errors import BadInput
from probes._text import show
from probes.logs.catalogue import Signature, load_signatures

_ROW: Final = re.compile(r"^[ \t]*\[\[\s*signature\s*\]\]", re.MULTILINE)
_AT_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")
_MAX_BYTES: Final = 4 << 20


def read_own_signatures(place: Path) -> tuple[tuple[Signature, ...], tuple[str, ...]]:
    """Read the ``*.toml`` files of a folder, or one file.

    Returns:
        The sound signatures, and one line for each mistake: file, line, signature, what is wrong.

    Raises:
        BadInput: the place cannot be read or holds no such file.
    """
    try:
        files = sorted(place.glob("*.toml")) if place.is_dir() else [place]
        texts = [(file.name, file.read_bytes()[: _MAX_BYTES + 1]) for file in files]
    except OSError as error:
        raise BadInput(f"cannot read {show(str(place))}: {error.strerror}", step="signatures") from error
    if not files:
        raise BadInput(f"no *.toml file in {show(str(place))}", step="signatures")
    check = _Check()
    for name, raw in texts:
        check.file(show(name), raw)
    check.references()
    return tuple(one for one, _ in check.found), tuple(check.problems)


class _Check:
    """What was read so far, with its places, and what is wrong with it."""

    def __init__(self) -> None:
        self.found: list[tuple[Signature, str]] = []
        self.problems: list[str] = []

    def file(self, name: str, raw: bytes) -> None:
        """Read one file."""
        if len(raw) > _MAX_BYTES:
            self.problems.append(f"{name}:1: larger than {_MAX_BYTES >> 20} MiB")
            return
        try:
            text = raw.decode()
            data = tomllib.loads(text)
        except UnicodeDecodeError as error:
            self.problems.append(f"{name}:{raw[: error.start].count(10) + 1}: not UTF-8")
            return
        except tomllib.TOMLDecodeError as error:
            at = _AT_LINE.search(str(error))
            self.problems.append(f"{name}:{at[1] if at else 1}: {show(str(error))}")
            return
        lines = [text.count("\n", 0, match.start()) + 1 for match in _ROW.finditer(text)]
        defaults, rows = data.pop("defaults", {}), data.pop("signature", [])
        self.problems.extend(f"{name}:1: unknown table [{show(key)}]" for key in sorted(data))
        if not isinstance(rows, list) or not isinstance(defaults, dict) or not rows:
            self.problems.append(f"{name}:1: a signature file holds [[signature]] tables and may hold one [defaults]")
            return
        for number, row in enumerate(rows):
            self._row(row, defaults, f"{name}:{lines[number] if number < len(lines) else 1}")

    def _row(self, row: Any, defaults: dict[str, Any], place: str) -> None:
        known = isinstance(row, dict)
        place = f"{place}: {show(str(row.get('id', 'no id')), 60) if known else 'no table'}"
        try:
            signature = Signature.model_validate(row if not known or row.get("marker") else defaults | row)
        except ValidationError as error:
            for mistake in error.errors():
                where = ".".join(str(part) for part in mistake["loc"])
                self.problems.append(f"{place}: {where + ': ' if where else ''}{show(mistake['msg'])}")
            return
        before = len(self.problems)
        self._pattern(signature, place)
        unknown = set(signature.parts).union(*signature.parts_of_unit.values()) - set(components())
        if unknown:
            self.problems.append(f"{place}: parts: no such component {sorted(unknown)}")
        if len(self.problems) == before:
            self.found.append((signature, place))

    def _pattern(self, signature: Signature, place: str) -> None:
        """The pattern must run in both engines and do what its examples say."""
        from probes.logs.scanner import Scanner  # noqa: PLC0415  arrays and patterns take a fifth of a second

        try:
            matches = signature.match
            re.compile(signature.unless.encode())
            matches(b"")
            Scanner([signature.pattern.encode()])
        except (re.error, BadInput) as error:
            self.problems.append(f"{place}: pattern: {show(str(error))}")
            return
        for number, example in enumerate(signature.examples):
            if not matches(example.encode()):
                self.problems.append(f"{place}: examples.{number}: the pattern does not match it")
        for number, example in enumerate(signature.counter_examples):
            if matches(example.encode()):
                self.problems.append(f"{place}: counter_examples.{number}: the pattern matches it")

    def references(self) -> None:
        """Ids must be new, and rules must name what exists."""
        product = load_signatures()
        taken = {one.id for one in product}
        named = taken | {str(one.code) for one in product} | {one.id for one, _ in self.found}
        named |= {str(one.code) for one, _ in self.found}
        for signature, place in self.found:
            if signature.id in taken:
                self.problems.append(f"{place}: id: comes twice")
            taken.add(signature.id)
            unknown = set(signature.rule.cleared_by + signature.rule.agree_with) - named
            if unknown:
                self.problems.append(f"{place}: rule: refers to unknown {sorted(unknown)}")
