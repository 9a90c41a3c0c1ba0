"""What to do about a diagnosis: the action, the parts once each, cost and time where they are known, and the check."""

from __future__ import annotations

import operator
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictFloat, StrictStr, model_validator

from probes import Record

Share = Annotated[StrictFloat, Field(ge=0.0, le=1.0)]
Number = Annotated[StrictFloat, Field(ge=0.0)]


class Action(StrEnum):
    """What the bench engineer does next."""

    REPLACE_PART = "replace_part"
    SERVICE_SOFTWARE = "service_software"
    CHANGE_SETTING = "change_setting"
    SETTLE_BETWEEN = "settle_between"
    CONFIRM = "confirm"
    RETURN_PHONE = "return_phone"
    TEST_WHAT_IS_LEFT = "test_what_is_left"
    TEST_BY_HAND = "test_by_hand"
    REPEAT_TEST = "repeat_test"
    MEND_BENCH = "mend_bench"


class Unknown(Record):
    """Something that is not known, with the reason: never zero, never a guess."""

    unknown: Literal[True] = True
    reason: StrictStr


class _FromTo(Record):
    low: Number
    high: Number

    @model_validator(mode="after")
    def _ordered(self) -> _FromTo:
        if self.low > self.high:
            raise ValueError("a range goes from the lower to the higher number")
        return self


class CostRange(_FromTo):
    """Parts and labour together, in one currency (ISO 4217)."""

    currency: Annotated[StrictStr, Field(pattern=r"^[A-Z]{3}$")]


class MinutesRange(_FromTo):
    """Hands-on minutes, each opening counted once."""

    unit: Literal["min"] = "min"


class RepairStep(Record):
    """One repair, in the order in which to do them.

    Attributes:
        action: id of the action in the knowledge files.
        cause: the likeliest cause that it mends; the analysis of the fault names it.
        probability: that it mends something.
        opens: what has to be opened for it and was not opened for a step before.
        verify_with: probes to run after it.
    """

    action: StrictStr
    component: StrictStr
    cause: StrictStr
    probability: Share
    minutes: MinutesRange
    opens: tuple[StrictStr, ...] = ()
    verify_with: tuple[StrictStr, ...] = ()


class RepairPlan(Record):
    """What to do. Cost and time stay unknown until a price list and labour times are given.

    Attributes:
        parts: components to order, each once however many findings point at it.
        verify_with: probes that have to pass after the repair.
        steps: the repairs, or, while nothing is sure, what is worth trying first, by chance per effort.
    """

    action: Action
    parts: tuple[StrictStr, ...] = ()
    cost: Unknown | CostRange
    time: Unknown | MinutesRange
    verify_with: tuple[StrictStr, ...] = ()
    steps: tuple[RepairStep, ...] = Field(default=(), exclude_if=operator.not_)
