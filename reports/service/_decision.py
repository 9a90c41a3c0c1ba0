"""Three-valued decisions: eligible, ineligible, or undetermined with what is missing. A person signs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

from probes import Record

Input = StrictBool | StrictInt | StrictFloat | StrictStr | None


class Answer(StrEnum):
    """What is known of something that is so or is not."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @property
    def holds(self) -> bool | None:
        """As a condition; None where it is not known."""
        return None if self is Answer.UNKNOWN else self is Answer.YES


class Decision(StrEnum):
    """What a rule comes to. ``UNDETERMINED`` is never taken for either of the others."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDETERMINED = "undetermined"


class Signature(Record):
    """Who answers for something, and when."""

    by: Annotated[StrictStr, Field(min_length=1, max_length=80)]
    at: AwareDatetime


class Eligibility(Record):
    """What one rule says of one phone.

    Attributes:
        inputs: what it was computed from, dates as text.
        missing: what to find out, where it is undetermined.
        reasons: conditions that do not hold.
        assumptions: readings of open points that it rests on, by the names of the policy.
        last_day: last day of the period, inclusive, where the rule has one.
        signed: who has signed it; a decision that nobody has signed binds nobody.
    """

    rule_id: Annotated[StrictStr, Field(pattern=r"^[a-z0-9_.]+$")]
    decision: Decision
    inputs: Mapping[str, Input] = Field(default_factory=dict)
    missing: tuple[StrictStr, ...] = ()
    reasons: tuple[StrictStr, ...] = ()
    assumptions: tuple[StrictStr, ...] = ()
    last_day: date | None = None
    source: StrictStr
    signed: Signature | None = None

    @model_validator(mode="after")
    def _says_what_is_missing(self) -> Eligibility:
        if (self.decision is Decision.UNDETERMINED) != bool(self.missing):
            raise ValueError(f"{self.rule_id}: undetermined and nothing missing, or missing and yet decided")
        return self


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold. ``missing`` names what would tell, where it is not known."""

    name: str
    holds: bool | None
    missing: tuple[str, ...] = ()


def decide(
    rule_id: str,
    conditions: Sequence[Condition],
    *,
    source: str,
    inputs: Mapping[str, Input],
    assumptions: Iterable[str] = (),
    last_day: date | None = None,
) -> Eligibility:
    """All conditions hold: eligible; one does not: ineligible, whatever else is unknown; else undetermined."""
    broken = tuple(one.name for one in conditions if one.holds is False)
    unknown = tuple(name for one in conditions if one.holds is None for name in one.missing or (one.name,))
    if broken:
        decision, unknown = Decision.INELIGIBLE, ()
    else:
        decision = Decision.UNDETERMINED if unknown else Decision.ELIGIBLE
    return Eligibility(
        rule_id=rule_id,
        decision=decision,
        inputs=inputs,
        missing=tuple(dict.fromkeys(unknown)),
        reasons=broken,
        assumptions=tuple(dict.fromkeys((*assumptions, "person_signs"))),
        last_day=last_day,
        source=source,
    )


def any_of(answers: Iterable[Answer]) -> Answer:
    """Yes where one says yes, no where all say no, else unknown."""
    said = set(answers)
    if Answer.YES in said:
        return Answer.YES
    return Answer.NO if said == {Answer.NO} else Answer.UNKNOWN


def all_of(answers: Iterable[Answer]) -> Answer:
    """No where one says no, yes where all say yes, else unknown."""
    said = set(answers)
    if Answer.NO in said:
        return Answer.NO
    return Answer.YES if said == {Answer.YES} else Answer.UNKNOWN
