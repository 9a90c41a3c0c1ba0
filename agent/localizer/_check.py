"""Checks knowledge files: every problem at once, each with its file and line, so that nothing is guessed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from agent.localizer._actions import Opening, PriceList, RepairAction
from agent.localizer._knowledge import Calibration, Cause, Context, Effect, Intermittent, Link, Setting, Shop, p_fail
from agent.localizer._tables import ALSO, FIELDS, SINGLE, Tables
from probes import components, show, symptoms

_ROWS: Final[Mapping[str, type[BaseModel]]] = {
    "cause": Cause,
    "effect": Effect,
    "setting": Setting,
    "intermittent": Intermittent,
    "context": Context,
    "action": RepairAction,
    "opening": Opening,
    "price": PriceList,
}
_SINGLE: Final[Mapping[str, type[BaseModel]]] = {"shop": Shop, "calibration": Calibration}
_LINKS: Final = TypeAdapter(dict[str, Link])
_ALSO_KEYS: Final = frozenset({"caused_by", "masked_by"})
_SYNTAX: Final = re.compile(r"at line (\d+)")

_NO_LINK: Final = "is neither a word (always, usually, often, sometimes, rarely) nor a share between 0 and 1"

Probes = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong with a file, and where."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Place:
    """One row of one table of one file."""

    file: str
    text: str
    table: str
    row: str

    def problem(self, what: str, key: str = "") -> Problem:
        name = f"{self.table} {self.row}".strip()
        return Problem(self.file, line_of(self.text, self.table, self.row, key), f"{name}: {what}")


def line_of(text: str, table: str, row: str = "", key: str = "") -> int:
    """Line of a key in ``[table.row]`` of a TOML text, counted from 1; of the header where the key is not found."""
    quoted = re.escape(row)
    path = rf"{re.escape(table)}[.](?:{quoted}|\"{quoted}\"|'{quoted}')" if row else re.escape(table)
    header, inside = 0, False
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("["):
            inside = re.match(rf"\[{path}[.\]]", stripped) is not None
            if inside and not header:
                header = number
            if inside and key and re.match(rf"\[{path}[.]\"?{re.escape(key)}\"?\]", stripped):
                return number
        elif inside and key and re.match(rf"[\"']?{re.escape(key)}[\"']?\s*=", stripped):
            return number
    return header or 1


def check(files: Mapping[str, bytes], probes: Probes | None = None) -> list[Problem]:
    """Everything that is wrong with these files together, in order of file and line.

    Args:
        files: content by name.
        probes: measurements of each known probe; left out, who reads an effect is not checked.
    """
    problems: list[Problem] = []
    places: list[tuple[_Place, dict[str, Any]]] = []
    for name, raw in files.items():
        found = _read(name, raw)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        text, tables = found
        problems += _unknown_tables(name, text, tables)
        for table in (*FIELDS, ALSO):
            rows = tables.get(table, {})
            if _is_table(rows):
                places += [(_Place(name, text, table, row), value) for row, value in rows.items()]
            else:
                problems.append(Problem(name, line_of(text, table), f"{table}: is no table of rows: [{table}.ID]"))
        for table in SINGLE:
            if table in tables:
                problems += _shape(_Place(name, text, table, ""), tables[table], _SINGLE[table])
    problems += _twice([place for place, _ in places])
    for place, value in places:
        problems += _row(place, value)
    problems += _Together(places, probes).problems()
    return sorted(set(problems))


def _read(name: str, raw: bytes) -> tuple[str, Tables] | Problem:
    try:
        text = raw.decode()
        return text, tomllib.loads(text)
    except UnicodeDecodeError:
        return Problem(name, 1, "is no UTF-8 text")
    except tomllib.TOMLDecodeError as error:
        line = _SYNTAX.search(str(error))
        return Problem(name, int(line[1]) if line else 1, f"is no TOML: {error}")
    except RecursionError:
        return Problem(name, 1, "is no TOML that can be read: lists or tables lie too deep in each other")
    except ValueError as error:  # a number without end
        return Problem(name, 1, f"is no TOML that can be read: {error}")


def _unknown_tables(name: str, text: str, tables: Tables) -> Iterator[Problem]:
    for table in tables:
        if table not in FIELDS and table not in {ALSO, *SINGLE}:
            yield Problem(name, line_of(text, table), f"unknown table {show(table)}")


def _twice(places: list[_Place]) -> Iterator[Problem]:
    first: dict[tuple[str, str], _Place] = {}
    for place in places:
        other = first.setdefault((place.table, place.row), place)
        if other is not place and place.table != ALSO:
            yield place.problem(f"is defined in {other.file}, too")


def _row(place: _Place, value: object) -> list[Problem]:
    if not isinstance(value, dict):
        return [place.problem("is no table")]
    if place.table in _ROWS:
        return _shape(place, value, _ROWS[place.table])
    stray = set(value) - _ALSO_KEYS if place.table == ALSO else set[str]()
    problems = [place.problem(f"unknown key {show(key)}", key) for key in stray]
    links = {"": value} if place.table != ALSO else {key: value[key] for key in _ALSO_KEYS & set(value)}
    for key, named in links.items():
        try:
            _LINKS.validate_python(named, strict=True)
        except ValidationError as error:
            problems += [place.problem(_said(row), key or str(row["loc"][0])) for row in _once(error)]
    return problems


def _shape(place: _Place, value: object, kind: type[BaseModel]) -> list[Problem]:
    try:
        kind.model_validate(value)
    except ValidationError as error:
        return [place.problem(_said(row), str(row["loc"][0]) if row["loc"] else "") for row in _once(error)]
    return []


def _once(error: ValidationError) -> list[Any]:
    """One row for each value that is wrong, though several types refuse it."""
    by_place: dict[tuple[object, ...], Any] = {}
    for row in error.errors():
        by_place.setdefault(row["loc"][:2], row)
    return list(by_place.values())


def _said(row: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in row["loc"][:2])
    said = _NO_LINK if row["type"] == "literal_error" and "always" in row["msg"] else str(row["msg"])
    return f"{where}: {said}" if where else said


class _Together:
    """What rows say about each other."""

    def __init__(self, places: list[tuple[_Place, dict[str, Any]]], probes: Probes | None) -> None:
        self._places = [(place, value) for place, value in places if _is_table(value)]
        self._probes = probes
        self._causes = {place.row: value for place, value in self._places if place.table == "cause"}
        self._effects = {place.row: value for place, value in self._places if place.table == "effect"}
        self._openings = {place.row for place, _ in self._places if place.table == "opening"}

    def problems(self) -> Iterator[Problem]:
        """Unknown ids, links that say nothing, causes without effects, masks in a circle."""
        for place, value in self._places:
            yield from self._of(place, value)
        yield from self._mute()
        yield from self._given_twice()
        yield from self._circles()

    def _of(self, place: _Place, value: dict[str, Any]) -> Iterator[Problem]:
        if place.table in {"effect", ALSO}:
            for key in ("caused_by", "masked_by"):
                yield from self._known(place, _names(value, key), key)
            yield from self._weak(place, value)
            yield from self._read_by(place, [*_names(value, "read_by"), *_names(value, "graded")])
            if place.row not in self._effects:
                yield place.problem("no file defines this effect")
        elif place.table in {"cause", "action", "price", "context"}:
            yield from self._parts(place, value)
            yield from self._symptoms(place, value)
        elif place.table == "setting":
            yield from self._symptoms(place, value)
        elif place.table == "complaint":
            yield from self._known(place, value, "")
            if place.row not in symptoms():
                yield place.problem("is no symptom of the catalogue")
        elif place.table == "intermittent":
            yield from self._known(place, [place.row], "")

    def _parts(self, place: _Place, value: dict[str, Any]) -> Iterator[Problem]:
        if place.table == "context":
            unknown = [key for key in _names(value, "odds") if key not in self._causes and key not in components()]
            yield from (place.problem(f"unknown cause or component {show(key)}", "odds") for key in unknown)
            return
        yield from self._components(place, _names(value, "parts"), "parts")
        yield from self._components(place, [value.get("component")], "component")
        if place.table == "action":
            yield from self._known(place, _names(value, "fixes"), "fixes")
            yield from self._components(place, _names(value, "comes_with"), "comes_with")
            if value.get("component") in _names(value, "comes_with"):
                yield place.problem("a part does not come with itself", "comes_with")
            shut = [name for name in _names(value, "opens") if name not in self._openings]
            yield from (place.problem(f"unknown opening {show(name)}", "opens") for name in shut)
            yield from self._verify(place, _names(value, "verify"))

    def _symptoms(self, place: _Place, value: dict[str, Any]) -> Iterator[Problem]:
        for code in _names(value, "symptoms"):
            if code not in symptoms():
                yield place.problem(f"the catalogue has no symptom {show(code)}", "symptoms")

    def _verify(self, place: _Place, patterns: Collection[str]) -> Iterator[Problem]:
        for pattern in patterns if self._probes is not None else ():
            if not any(fnmatchcase(probe, pattern) for probe in self._probes or ()):
                yield place.problem(f"no probe fits {show(pattern)}", "verify")

    def _components(self, place: _Place, names: Collection[object], key: str) -> Iterator[Problem]:
        for name in names:
            if isinstance(name, str) and name not in components():
                yield place.problem(f"the catalogue has no component {show(name)}", key)

    def _known(self, place: _Place, names: Collection[str], key: str) -> Iterator[Problem]:
        for name in names:
            if name not in self._causes:
                yield place.problem(f"unknown cause {show(str(name))}", key or str(name))

    def _weak(self, place: _Place, value: dict[str, Any]) -> Iterator[Problem]:
        leak = self._effects.get(place.row, {}).get("leak")
        links = value.get("caused_by")
        for name, link in links.items() if isinstance(links, dict) else ():
            try:
                chance = p_fail(link)
            except (KeyError, TypeError):
                continue  # not a link at all: said elsewhere
            if isinstance(leak, float) and chance <= leak:
                yield place.problem(f"its leak {leak} is not below its cause {show(name)}", "leak")

    def _read_by(self, place: _Place, readers: Collection[object]) -> Iterator[Problem]:
        for reader in readers if self._probes is not None else ():
            probe, _, name = str(reader).partition(":")
            known = (self._probes or {}).get(probe)
            if known is None or (name and name not in known):
                yield place.problem(f"unknown probe or measurement {show(str(reader))}", "read_by")

    def _mute(self) -> Iterator[Problem]:
        caused = {name for _, value in self._links("caused_by") for name in value}
        for place, _ in self._places:
            if place.table == "cause" and place.row not in caused:
                yield place.problem("has no effect: nothing could ever speak for it")

    def _given_twice(self) -> Iterator[Problem]:
        """Links of one effect that two places give a number: one of the two would go unheard."""
        for key in _ALSO_KEYS:
            given: dict[tuple[str, str], _Place] = {}
            for place, value in self._links(key):
                for name in value:
                    other = given.setdefault((place.row, name), place)
                    if other is not place:
                        yield place.problem(f"{other.file} gives {show(name)} a number, too", key)

    def _links(self, key: str) -> Iterator[tuple[_Place, dict[str, Any]]]:
        for place, value in self._places:
            if place.table in {"effect", ALSO} and isinstance(value.get(key), dict):
                yield place, value[key]

    def _circles(self) -> Iterator[Problem]:
        """A cause that hides what another shows, which in turn hides what the first shows: nothing could be seen."""
        shows: dict[str, set[str]] = {}
        for place, value in self._links("caused_by"):
            shows.setdefault(place.row, set()).update(value)
        hides: dict[str, set[str]] = {}
        for place, value in self._links("masked_by"):
            for name in value:
                hides.setdefault(name, set()).update(shows.get(place.row, set()))
        for place, value in self._links("masked_by"):
            for name in value:
                if any(_reaches(hides, shown, name) for shown in shows.get(place.row, set())):
                    yield place.problem(f"masks go in a circle through {show(name)}", "masked_by")


def _is_table(value: object) -> bool:
    """Whether a row is a table, as it should be; a row that is none is said elsewhere."""
    return isinstance(value, dict)


def _names(row: Mapping[str, Any], key: str) -> list[str]:
    """The names in a list or table of a row; none where it is neither, which is said elsewhere."""
    value = row.get(key, ())
    return [name for name in value if isinstance(name, str)] if isinstance(value, list | dict) else []


def _reaches(hides: Mapping[str, set[str]], start: str, goal: str) -> bool:
    """Whether a chain of masks leads from one cause to another."""
    seen: set[str] = set()
    left = [start]
    while left:
        name = left.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            left += hides.get(name, ())
    return False
