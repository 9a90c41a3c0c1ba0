"""Limits: what a value is held against, and where that number comes from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr, model_validator

from probes._verdict import Verdict

Number = StrictInt | StrictFloat
Value = Number | StrictStr


class Record(BaseModel):
    """Base of everything that is stored or sent: frozen, closed, without NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LimitSource(Record):
    """Where a limit comes from. ``prior`` means: our own assumption until something better is known."""

    kind: Literal["standard", "datasheet", "learned", "prior"]
    text: str = Field(min_length=1)


class Recorded(Record):
    """No limit: the value is kept, and its presence is all that is judged."""

    kind: Literal["recorded"] = "recorded"

    def judge(self, value: Value) -> Verdict:  # noqa: ARG002  same shape as the other limits
        """Any value passes."""
        return Verdict.PASS

    def text(self) -> str:
        """The limit for a table."""
        return ""


class AtLeast(Record):
    """``value >= low`` passes; below ``marginal_below`` it passes with a warning."""

    kind: Literal["at_least"] = "at_least"
    low: Number
    marginal_below: Number | None = None
    source: LimitSource

    def judge(self, value: Value) -> Verdict:
        """Hold a number against the limit.

        Raises:
            TypeError: the value is text.
        """
        number = _number(value)
        if number < self.low:
            return Verdict.FAIL
        if self.marginal_below is not None and number < self.marginal_below:
            return Verdict.MARGINAL
        return Verdict.PASS

    def text(self) -> str:
        """The limit for a table."""
        warn = "" if self.marginal_below is None else f", ! < {self.marginal_below:g}"
        return f"≥ {self.low:g}{warn}"


class AtMost(Record):
    """``value <= high`` passes; above ``marginal_above`` it passes with a warning."""

    kind: Literal["at_most"] = "at_most"
    high: Number
    marginal_above: Number | None = None
    source: LimitSource

    def judge(self, value: Value) -> Verdict:
        """Hold a number against the limit.

        Raises:
            TypeError: the value is text.
        """
        number = _number(value)
        if number > self.high:
            return Verdict.FAIL
        if self.marginal_above is not None and number > self.marginal_above:
            return Verdict.MARGINAL
        return Verdict.PASS

    def text(self) -> str:
        """The limit for a table."""
        warn = "" if self.marginal_above is None else f", ! > {self.marginal_above:g}"
        return f"≤ {self.high:g}{warn}"


class Between(Record):
    """``low <= value <= high`` passes."""

    kind: Literal["between"] = "between"
    low: Number
    high: Number
    source: LimitSource

    @model_validator(mode="after")
    def _ordered(self) -> Between:
        if self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")
        return self

    def judge(self, value: Value) -> Verdict:
        """Hold a number against the limits.

        Raises:
            TypeError: the value is text.
        """
        return Verdict.PASS if self.low <= _number(value) <= self.high else Verdict.FAIL

    def text(self) -> str:
        """The limit for a table."""
        return f"{self.low:g} … {self.high:g}"


class OneOf(Record):
    """The value is one of ``values`` (pass) or of ``marginal`` (pass with a warning)."""

    kind: Literal["one_of"] = "one_of"
    values: tuple[Value, ...]
    marginal: tuple[Value, ...] = ()
    source: LimitSource

    def judge(self, value: Value) -> Verdict:
        """Look the value up."""
        if value in self.values:
            return Verdict.PASS
        return Verdict.MARGINAL if value in self.marginal else Verdict.FAIL

    def text(self) -> str:
        """The limit for a table."""
        return " | ".join(str(value) for value in self.values)


Limit = Annotated[Recorded | AtLeast | AtMost | Between | OneOf, Field(discriminator="kind")]


def _number(value: Value) -> int | float:
    if isinstance(value, str):
        raise TypeError(f"a number is needed, not the text {value!r}")
    return value
