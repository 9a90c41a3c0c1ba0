"""Which faults a plan can see at all, so that what it cannot see is listed and not counted as a miss of the diagnosis.

A fault that the fault library calls visible to the software stages is always within reach. Any other is within reach
where a probe of the plan claims it (files with a table for each fault: ``probe``, ``finding``, ``component``) and came
to a verdict on this phone; several may claim one fault, in a file each. Without claims the stage that the library
names decides.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from agent.evaluate import STAGES, Shard
from probes import BadInput, Probe, Stage, Verdict, first_look

_SOFTWARE: Final = "software"
_NO_PART: Final = "NONE"
_JUDGED: Final = frozenset({Verdict.PASS, Verdict.MARGINAL, Verdict.FAIL})


def read_claims(folder: Path) -> dict[str, frozenset[str]]:
    """Which probes say that they see a fault, by the fault's id.

    Raises:
        BadInput: the folder holds no claims, or a file is no TOML.
    """
    claims: dict[str, frozenset[str]] = {}
    try:
        for path in sorted(folder.glob("*.toml")):
            rows = tomllib.loads(path.read_text(encoding="utf-8"))
            for fault, row in rows.items():
                if "probe" in row:
                    claims[fault] = claims.get(fault, frozenset()) | {str(row["probe"])}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"claims: {error}") from error
    if not claims:
        raise BadInput("there is no claim in this folder: tables with the name of a fault and its probe")
    return claims


@dataclass(frozen=True, slots=True)
class Reach:
    """What a plan can see.

    Attributes:
        seen_from: stage from which a fault can be seen, in the words of the fault library, by the fault's id.
        stages: stages of the plan.
        probes: ids of its probes.
        claims: probes that see a fault, by the fault's id.
    """

    seen_from: Mapping[str, str]
    stages: frozenset[Stage]
    probes: frozenset[str]
    claims: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, faults: Iterable[Mapping[str, Any]], plan: Iterable[Probe], claims: Mapping[str, frozenset[str]]
    ) -> Reach:
        """What these probes can see of these faults of the library."""
        metas = [probe.meta for probe in plan]
        seen_from = {str(fault["id"]): str(fault["seen_from"]) for fault in faults}
        return cls(seen_from, frozenset(one.stage for one in metas), frozenset(one.id for one in metas), claims)

    def holds(self, shard: Shard) -> bool:
        """Whether every fault of the case could be seen on this phone."""
        able = _able(shard)
        return all(self._sees(one.fault, able) for one in shard.truths if one.part != _NO_PART)

    def parts(self, shard: Shard) -> frozenset[str]:
        """True parts with a fault that could be seen on this phone."""
        able = _able(shard)
        return frozenset(one.part for one in shard.truths if self._sees(one.fault, able))

    def beyond(self) -> tuple[str, ...]:
        """Faults of the library that the plan cannot see on any phone."""
        return tuple(sorted(fault for fault in self.seen_from if not self._sees(fault, self.probes)))

    def _sees(self, fault: str, able: Iterable[str]) -> bool:
        words = self.seen_from.get(fault, _SOFTWARE)
        if words == _SOFTWARE:
            return True
        if not self.claims:
            return STAGES.get(words) in self.stages
        return not self.claims.get(fault, frozenset()).isdisjoint(able)


def _able(shard: Shard) -> frozenset[str]:
    """Probes that came to a verdict on this phone."""
    judged = (one.probe for one in shard.results if any(taken.verdict in _JUDGED for taken in one.measurements))
    return frozenset(first_look(probe) for probe in judged)
