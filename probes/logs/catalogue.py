"""The signatures: what a line must look like, what it speaks for, and which rules decide how much."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from probes._errors import BadInput
from probes.logs.records import Klass, Strength

_STRICT = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(?:[._][a-z0-9]+)+$", max_length=60)]


class Rule(BaseModel):
    """What must hold for a signature to reach its strength; otherwise it has the strength ``otherwise``.

    Lines written before ``after_boot_s`` do not count; a line without a kernel clock counts. ``min_windows`` is the
    number of different ten-second windows that hold a line: many lines in one burst are one window. ``cleared_by``
    names lines of success that make it ``cleared_to``: seen anywhere, only behind the last failure (``later``), or
    behind it or at most ten seconds before it (``near``: the other candidates of a slot are asked in a row).
    """

    model_config = _STRICT

    min_count: Annotated[int, Field(ge=1)] = 1
    min_windows: Annotated[int, Field(ge=1, le=256)] = 1
    min_span_s: Annotated[float, Field(ge=0)] = 0.0
    after_boot_s: Annotated[float, Field(ge=0)] = 0.0
    min_rate_per_h: Annotated[float, Field(ge=0)] = 0.0
    agree_with: tuple[Slug, ...] = ()
    otherwise: Strength = Strength.WEAK
    cleared_by: tuple[Slug, ...] = ()
    cleared_when: Literal["any", "later", "near"] = "any"
    cleared_to: Strength = Strength.BENIGN


class Signature(BaseModel):
    """One shape of line.

    The pattern is a regular expression that both the block scanner and Python's ``re`` understand: no lookaround.
    What its named groups catch tells several of a kind apart (slot, address, device). A ``marker`` is a line
    of success or state: it makes no finding, rules refer to it. ``parts_of_unit`` narrows the parts when known.
    A line that ``unless`` matches as well does not count: it tells of no error (``fail count = 0``).
    """

    model_config = _STRICT

    id: Slug
    pattern: Annotated[str, Field(min_length=6, max_length=600)]
    unless: Annotated[str, Field(max_length=300)] = ""
    marker: bool = False
    code: Slug | None = None
    parts: tuple[Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]{1,7}$")], ...] = ()
    function: str = ""
    parts_of_unit: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    strength: Strength = Strength.BENIGN
    klass: Klass = Klass.BENIGN
    rule: Rule = Rule()
    benign_when: str = ""
    source: Annotated[str, Field(min_length=3)]
    examples: Annotated[tuple[str, ...], Field(min_length=1)]
    counter_examples: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Signature:
        if self.marker:
            if self.code or self.parts or self.strength is not Strength.BENIGN:
                raise ValueError(f"{self.id}: a marker makes no finding")
            return self
        if self.code is None or not self.parts:
            raise ValueError(f"{self.id}: code and parts are needed")
        if (self.klass is Klass.BENIGN) != (self.strength is Strength.BENIGN):
            raise ValueError(f"{self.id}: class and strength must be benign together")
        return self

    @property
    def regex(self) -> re.Pattern[bytes]:
        """The pattern for single lines, compiled."""
        return _compiled(self.pattern)

    def match(self, line: bytes) -> re.Match[bytes] | None:
        """What the pattern finds in a line; nothing where ``unless`` finds something, too."""
        found = _compiled(self.pattern).search(line)
        if found and self.unless and _compiled(self.unless).search(line):
            return None
        return found


@cache
def _compiled(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode())


@cache
def load_signatures() -> tuple[Signature, ...]:
    """All signatures of the product, in file and then line order.

    Raises:
        BadInput: a data file breaks the schema; the message names file and signature.
    """
    found: list[Signature] = []
    folder = resources.files("probes.logs") / "signatures"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            found.extend(read_signatures(file.read_text(encoding="utf-8"), name=file.name))
    check_references(found)
    return tuple(found)


def read_signatures(text: str, *, name: str) -> list[Signature]:
    """Read one data file; values under ``[defaults]`` hold for every finding of that file that does not set them.

    Raises:
        BadInput: the text is not TOML or breaks the schema.
    """
    try:
        data = tomllib.loads(text)
        defaults: dict[str, Any] = data.pop("defaults", {})
        rows: list[dict[str, Any]] = data.pop("signature")
        if data:
            raise BadInput(f"signature file {name}: unknown tables {sorted(data)}")
        return [Signature.model_validate(row if row.get("marker") else defaults | row) for row in rows]
    except (tomllib.TOMLDecodeError, KeyError, re.error) as error:
        raise BadInput(f"signature file {name}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(f"signature file {name}: {first['loc']} {first['msg']}") from error


def check_references(found: list[Signature]) -> None:
    """Check that ids are unique and that rules name only what exists.

    Raises:
        BadInput: an id comes twice, or a rule refers to nothing.
    """
    ids = [signature.id for signature in found]
    twice = {one for one in ids if ids.count(one) > 1}
    if twice:
        raise BadInput(f"signatures that come twice: {sorted(twice)}")
    known = set(ids) | {signature.code for signature in found if signature.code}
    for signature in found:
        unknown = set(signature.rule.cleared_by + signature.rule.agree_with) - known
        if unknown:
            raise BadInput(f"signature {signature.id} refers to unknown {sorted(unknown)}")
