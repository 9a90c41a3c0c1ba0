"""Why a diagnosis says what it says: the rival, the weight of each reading, and what would turn the verdict."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool, StrictFloat, StrictStr

from probes import Evidence, Record

Share = Annotated[StrictFloat, Field(ge=0.0, le=1.0)]


class RootCause(StrEnum):
    """What kind of trouble it is: the closed list of the catalogue."""

    HARDWARE = "hardware"
    SOFTWARE = "software"
    CONFIGURATION = "configuration"
    HUMAN_DAMAGE = "human_damage"
    ENVIRONMENT = "environment"
    NTF = "ntf"
    UNDETERMINED = "undetermined"


class Contribution(Record):
    """How far one observation moved the belief in a suspect, in decibans (10 log10 of the likelihood ratio).

    Attributes:
        effect: code of the finding, or of the finding that was looked for and is not there.
        seen: whether it was there.
        evidence: what it rests on.
    """

    effect: StrictStr
    seen: StrictBool
    decibans: StrictFloat
    evidence: tuple[Evidence, ...] = ()


class Flip(Record):
    """A reading that alone would have turned the verdict, and to what."""

    effect: StrictStr
    seen: StrictBool
    instead: StrictStr


class Explanation(Record):
    """The best explanation against its rival. ``prior_decibans`` and the terms add up to ``total_decibans``.

    Attributes:
        best: causes of the likeliest explanation; empty for none.
        rival: causes of the likeliest one that names other parts.
        terms: weight of each reading for the best against the rival, the heaviest first; all of them.
        prior_decibans: how much more common the best is before any reading.
        flips: readings that would turn the verdict if they were the other way round.
        settle_with: probes that have not run and would tell the two apart.
    """

    best: tuple[StrictStr, ...]
    rival: tuple[StrictStr, ...]
    prior_decibans: StrictFloat
    total_decibans: StrictFloat
    terms: tuple[Contribution, ...] = ()
    flips: tuple[Flip, ...] = ()
    settle_with: tuple[StrictStr, ...] = ()


class Residual(Record):
    """What may still be wrong although nothing was found.

    Attributes:
        intermittent_probability: that something that comes and goes has hidden.
        repeat: probes that would lower it, when they are run again under stress (warm, flexed, charging).
    """

    intermittent_probability: Share
    repeat: tuple[StrictStr, ...] = ()


class BenchCause(Record):
    """Something of bench or environment that explains findings: put it right and test again; never a part."""

    cause: StrictStr
    probability: Share


class Choice(Record):
    """Why a stage was entered, or why a test was run next.

    Attributes:
        probe: the test; empty where a stage was entered.
        bits: information expected from it.
        why: code of the reason.
    """

    stage: StrictStr
    probe: StrictStr = ""
    bits: StrictFloat = 0.0
    why: StrictStr
