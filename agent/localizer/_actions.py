"""Repairs as data: what an action mends, what it opens, how long it takes, and what parts cost here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictFloat, StrictStr, model_validator

from probes import Record

Minutes = Annotated[StrictFloat, Field(gt=0.0, le=24 * 60.0)]
Amount = Annotated[StrictFloat, Field(ge=0.0)]
Source = Annotated[StrictStr, Field(min_length=1)]


class RepairAction(Record):
    """One repair.

    Attributes:
        component: what is replaced or serviced, by its code in the catalogue.
        fixes: causes that it mends; left out, all causes of the component.
        minutes: hands-on time, from and to, without opening the phone.
        opens: what has to be opened for it; shared with other repairs of the same phone.
        verify: patterns of probes to run after it; besides those that saw the fault.
    """

    component: StrictStr
    fixes: tuple[StrictStr, ...] = ()
    minutes: tuple[Minutes, Minutes]
    opens: tuple[StrictStr, ...] = ()
    verify: tuple[StrictStr, ...] = Field(min_length=1)
    source: Source
    en: StrictStr
    zh: StrictStr

    @model_validator(mode="after")
    def _ordered(self) -> RepairAction:
        if self.minutes[0] > self.minutes[1]:
            raise ValueError("minutes are given from the shortest to the longest")
        return self


class Opening(Record):
    """Something that is opened and closed once, however many repairs lie behind it."""

    minutes: tuple[Minutes, Minutes]
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
    parts: dict[StrictStr, tuple[Amount, Amount]] = Field(default_factory=dict)
    source: Source
