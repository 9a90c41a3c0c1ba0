"""Repairs as data: what an action mends, what it opens, how long it takes, and what parts cost here."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StrictFloat, StrictStr

from probes import Record

Minutes = Annotated[StrictFloat, Field(gt=0.0, le=24 * 60.0)]
Amount = Annotated[StrictFloat, Field(ge=0.0)]
Source = Annotated[StrictStr, Field(pattern=r"\S")]
"""Where a number comes from: some words."""


def _from_to(span: tuple[float, float]) -> tuple[float, float]:
    if span[0] > span[1]:
        raise ValueError("is given from the least to the most")
    return span


MinutesSpan = Annotated[tuple[Minutes, Minutes], AfterValidator(_from_to)]
AmountSpan = Annotated[tuple[Amount, Amount], AfterValidator(_from_to)]


class RepairAction(Record):
    """One repair.

    Attributes:
        component: what is replaced or serviced, by its code in the catalogue.
        fixes: causes that it mends; left out, all causes of the component.
        minutes: hands-on time, from and to, without opening the phone.
        part_minutes: what the part is worth, in minutes of work, as long as the shop's prices do not say it; nothing
            where what is there is put right.
        opens: what has to be opened for it; shared with other repairs of the same phone.
        comes_with: components that the part brings along: they are neither ordered nor changed beside it.
        verify: patterns of probes to run after it; besides those that saw the fault.
    """

    component: StrictStr
    fixes: tuple[StrictStr, ...] = ()
    minutes: MinutesSpan
    part_minutes: Amount = 0.0
    opens: tuple[StrictStr, ...] = ()
    comes_with: tuple[StrictStr, ...] = ()
    verify: tuple[StrictStr, ...] = Field(min_length=1)
    source: Source
    en: StrictStr
    zh: StrictStr


class Opening(Record):
    """Something that is opened and closed once, however many repairs lie behind it."""

    minutes: MinutesSpan
    source: Source
    en: StrictStr
    zh: StrictStr


class PriceList(Record):
    """Prices for some models; the row ``default`` holds for all others.

    Attributes:
        currency: ISO 4217.
        models: patterns of model names.
        labour_per_hour: price of an hour of work, unknown where left out.
        parts: by component, from and to; a part that is left out has no known price.
    """

    currency: Annotated[StrictStr, Field(pattern=r"^[A-Z]{3}$")]
    models: tuple[StrictStr, ...] = ()
    labour_per_hour: Amount | None = None
    parts: dict[StrictStr, AmountSpan] = Field(default_factory=dict)
    source: Source
