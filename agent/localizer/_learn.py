"""What confirmed repairs teach: counts, and from them a proposal for the engineer. Never edits a file.

The present number of a link counts as ten phones (Beta with that weight), so a few repairs change nothing and many do.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p
from typing import Annotated, Final

from pydantic import Field, StrictStr, field_validator

from agent.localizer._knowledge import P_FAIL, Knowledge, p_fail
from agent.localizer._readings import observed
from agent.localizer._tables import parsed
from probes import ProbeResult, Record

_WEIGHT: Final = 10.0
_CAUSE_WEIGHT: Final = 100.0
# A number is proposed anew when it has moved by more than this factor in odds.
_MOVED: Final = 1.5
# ... and what was counted would come up less often than this.
_UNLIKELY: Final = 0.02


class ConfirmedRepair(Record):
    """What a repair showed to be true of one run.

    Attributes:
        run: id of the run.
        causes: ids of the causes that were there; empty where nothing was wrong.
    """

    run: Annotated[StrictStr, Field(min_length=1)]
    causes: tuple[StrictStr, ...] = ()

    @field_validator("causes")
    @classmethod
    def _each_once(cls, causes: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(causes)) < len(causes):
            raise ValueError("a cause is named twice")
        return causes


@dataclass(frozen=True, slots=True)
class Counts:
    """How often was looked, and how often seen."""

    phones: int
    links: Mapping[tuple[str, str], tuple[int, int]]
    leaks: Mapping[str, tuple[int, int]]
    causes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Drift:
    """A number that the counts speak against.

    Attributes:
        effect: code of the effect; empty for a prior.
        cause: id of the cause; empty for a leak.
        seen: how often, of ``looked``.
        was: the present number; ``mean`` what counts and number together make of it.
    """

    effect: str
    cause: str
    seen: int
    looked: int
    was: float
    mean: float


def count(knowledge: Knowledge, repairs: Iterable[tuple[ConfirmedRepair, Sequence[ProbeResult]]]) -> Counts:
    """Count what confirmed repairs showed. Links are counted on phones with just one cause."""
    looked: Counter[tuple[str, str]] = Counter()
    seen: Counter[tuple[str, str]] = Counter()
    causes: Counter[str] = Counter()
    phones = 0
    for repair, results in repairs:
        phones += 1
        causes.update(repair.causes)
        observations, tested = observed(knowledge, results)
        for one in observations:
            effect = knowledge.effects.get(one.effect)
            # what was seen without having been looked for was looked for on nobody else: that is no share
            if effect is None or one.effect not in tested or len(repair.causes) > 1:
                continue
            cause = repair.causes[0] if repair.causes and repair.causes[0] in effect.caused_by else ""
            looked[one.effect, cause] += 1
            seen[one.effect, cause] += one.seen is not None
    return Counts(
        phones=phones,
        links={key: (seen[key], many) for key, many in looked.items() if key[1]},
        leaks={effect: (seen[effect, ""], many) for (effect, cause), many in looked.items() if not cause},
        causes=causes,
    )


def drifts(knowledge: Knowledge, counts: Counts) -> tuple[Drift, ...]:
    """Numbers that have moved enough to be looked at, the most moved first."""
    found = [
        _drift(effect, cause, counted, p_fail(knowledge.effects[effect].caused_by[cause]), _WEIGHT)
        for (effect, cause), counted in counts.links.items()
    ]
    found += [
        _drift(code, "", counted, knowledge.effects[code].leak, _WEIGHT) for code, counted in counts.leaks.items()
    ]
    found += [
        _drift("", name, (counts.causes.get(name, 0), counts.phones), cause.prior, _CAUSE_WEIGHT)
        for name, cause in knowledge.causes.items()
        if counts.phones
    ]
    moved = [one for one in found if abs(_logit(one.mean) - _logit(one.was)) > log(_MOVED) and _surprising(one)]
    return tuple(sorted(moved, key=lambda one: (-abs(_logit(one.mean) - _logit(one.was)), one.effect, one.cause)))


def _drift(effect: str, cause: str, counted: tuple[int, int], was: float, weight: float) -> Drift:
    seen, looked = counted
    return Drift(effect, cause, seen, looked, was, (weight * was + seen) / (weight + looked))


def _surprising(one: Drift) -> bool:
    """Whether the present number makes what was counted an unlikely thing (binomial, one side)."""
    chances = [_binomial(seen, one.looked, one.was) for seen in range(one.looked + 1)]
    return sum(chances[: one.seen + 1]) < _UNLIKELY or sum(chances[one.seen :]) < _UNLIKELY


def _binomial(seen: int, looked: int, share: float) -> float:
    """P(just so many of them); by logarithms, as the number of ways outgrows a float from a thousand on."""
    ways = lgamma(looked + 1) - lgamma(seen + 1) - lgamma(looked - seen + 1)
    return exp(ways + seen * log(share) + (looked - seen) * log1p(-share))


def _logit(share: float) -> float:
    return log(share) - log(1.0 - share)


def proposal(files: Mapping[str, bytes], found: Sequence[Drift]) -> str:
    """The changes as a unified diff of the knowledge files; empty where nothing is to be changed."""
    lines: list[str] = []
    for name, raw in files.items():
        before = raw.decode()
        after = before
        tables = parsed(name, raw)
        for one in found:
            after = _changed(after, tables, one)
        lines += difflib.unified_diff(
            before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}"
        )
    return "".join(lines)


def _changed(text: str, tables: Mapping[str, Mapping[str, object]], one: Drift) -> str:
    """The text of a file with one number changed, where it stands in this file."""
    if not one.effect:
        return _in_table(text, f"[cause.{one.cause}]", r"(prior\s*=\s*)[0-9.e-]+", _number(one.mean))
    if not one.cause:
        return _in_table(text, f'[effect."{one.effect}"]', r"(leak\s*=\s*)[0-9.e-]+", _number(one.mean))
    link = rf"(\b{re.escape(one.cause)}\s*=\s*)(\"[a-z]+\"|[0-9.e-]+)"
    for table in ("effect", "also"):
        links = tables.get(table, {}).get(one.effect)
        caused_by = links.get("caused_by", {}) if isinstance(links, dict) else {}
        if one.cause in caused_by:
            header = f'[{table}."{one.effect}"'
            header += ".caused_by]" if f"{header}.caused_by]" in text else "]"
            return _in_table(text, header, link, _link(caused_by[one.cause], one.mean))
    return text


def _in_table(text: str, header: str, pattern: str, value: str) -> str:
    start = text.find(header)
    if start < 0:
        return text
    end = text.find("\n[", start + 1)
    end = len(text) if end < 0 else end
    return text[:start] + re.sub(pattern, rf"\g<1>{value}", text[start:end], count=1) + text[end:]


def _link(was: object, share: float) -> str:
    """A link as it was written, word or share; the share itself where the nearest word would be the same again."""
    word = min(P_FAIL, key=lambda name: abs(_logit(P_FAIL[name]) - _logit(share)))
    return f'"{word}"' if isinstance(was, str) and was != word else _number(share)


def _number(share: float) -> str:
    return f"{min(share, 0.999):.3g}" if share >= 0.001 else f"{share:.6f}"
