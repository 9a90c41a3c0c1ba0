"""The work order: what the ticketing side sends in. Bad numbers and dates are refused with one line each."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AwareDatetime,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    field_validator,
    model_validator,
)

from probes import Record, show, symptoms
from probes.software.identity import luhn_ok
from reports._examples import example_of
from reports._triage import ServiceMode
from reports.service import Answer, ManufactureSource, Proof

Line = Annotated[StrictStr, Field(min_length=1, max_length=120)]
Story = Annotated[StrictStr, Field(max_length=1000)]
_SEPARATORS: Final = str.maketrans("", "", " -/.")
_FORMS: Final = {
    "imei": re.compile(r"[0-9]{15}"),
    "meid": re.compile(r"[0-9A-F]{14}"),
    "esn": re.compile(r"[0-9A-F]{8}|[0-9]{11}"),
    "serial": re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{3,39}"),
}
_WANTED: Final = {
    "imei": "15 digits, the last of which checks the others",
    "meid": "14 hexadecimal digits",
    "esn": "8 hexadecimal or 11 decimal digits",
    "serial": "4 to 40 letters and digits",
}


class IdKind(StrEnum):
    """Numbers that name one phone."""

    IMEI = "imei"
    MEID = "meid"
    ESN = "esn"
    SERIAL = "serial"

    @property
    def label(self) -> str:
        """How papers call it, in every language."""
        return "SN" if self is IdKind.SERIAL else self.upper()


class PhoneId(Record):
    """One number of a phone, by its kind, as it was given. ``compact`` is without separators."""

    kind: IdKind
    raw: Annotated[StrictStr, Field(min_length=1, max_length=60)]

    @property
    def compact(self) -> str:
        """The number as it is compared."""
        if self.kind is IdKind.SERIAL:
            return self.raw.strip()
        return self.raw.translate(_SEPARATORS).upper()

    @model_validator(mode="after")
    def _valid(self) -> PhoneId:
        wanted = f"the {self.kind.upper()} is not valid: it has {_WANTED[self.kind]}"
        if not _FORMS[self.kind].fullmatch(self.compact):
            raise ValueError(wanted)
        if self.kind is IdKind.IMEI and (not luhn_ok(self.compact) or not self.compact.strip("0")):
            raise ValueError(f"{wanted}: its check digit is wrong")
        if self.kind is not IdKind.SERIAL and not self.compact.strip("0"):
            raise ValueError(wanted)
        return self


class Channel(StrEnum):
    """Where an order came from; the record is the same for all."""

    HOTLINE = "hotline"
    WEBSITE = "website"
    APP = "app"
    SERVICE_CENTRE = "service_centre"
    SHOP = "shop"
    DEALER = "dealer"


class Frequency(StrEnum):
    """When a fault shows."""

    CONSTANT = "constant"
    INTERMITTENT = "intermittent"
    AFTER_A_WHILE = "after_a_while"
    HOT = "hot"
    COLD = "cold"
    OTHER = "other"


class SymptomReport(Record):
    """What the customer says: words, codes of the catalogue, and what standard 1.2 asks about it.

    Attributes:
        since: when it began or happens, in the customer's words.
        trigger: what sets it off, ``self_help`` what the customer has tried.
        function: the listed function that fails; SYS-01 needs it.
    """

    codes: tuple[StrictStr, ...] = ()
    words: Story = ""
    since: Story = ""
    frequency: Frequency | None = None
    fails: Annotated[StrictInt, Field(ge=0)] | None = None
    tries: Annotated[StrictInt, Field(ge=1)] | None = None
    trigger: Story = ""
    self_help: tuple[Story, ...] = ()
    function: Story = ""

    @field_validator("codes")
    @classmethod
    def _known(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        unknown = next((code for code in codes if code not in symptoms()), None)
        if unknown is not None:
            raise ValueError(f"there is no symptom {show(unknown, 20)}: take a code of the catalogue, or give words")
        return codes

    @model_validator(mode="after")
    def _says_something(self) -> SymptomReport:
        if not self.codes and not self.words.strip():
            raise ValueError("a symptom needs a code or the customer's words")
        if "SYS-01" in self.codes and not self.function:
            raise ValueError("SYS-01 needs the function of the manual that fails")
        if self.fails is not None and self.tries is not None and self.fails > self.tries:
            raise ValueError("more failures than tries")
        return self


class Contact(Record):
    """Who the customer is. It stays in the ticket system: we do not keep it unless we are told to."""

    name: Line
    phone: Story = ""
    mail: Story = ""


class WorkOrder(Record):
    """What the ticketing side sends in.

    Attributes:
        received_at: when the request came; dates are read in the calendar of ``time_zone``.
        contact: left out of the store by default.
        sold: whether the phone has ever been sold.
        backup_note_given: of a phone that comes by mail: whether the customer was told to save the data first.
        site: name of the service centre.
    """

    model_config = ConfigDict(json_schema_extra=example_of("work_order"))

    schema_version: Literal[1] = 1
    ticket: Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]
    channel: Channel
    received_at: AwareDatetime
    time_zone: StrictStr = "Asia/Shanghai"
    site: Story = ""
    customer_ref: Line
    contact: Contact | None = None
    brand: Story = ""
    model: Line
    colour: Story = ""
    ids: Annotated[tuple[PhoneId, ...], Field(min_length=1, max_length=6)]
    sold: Answer = Answer.UNKNOWN
    purchase_date: date | None = None
    manufacture_date: date | None = None
    manufacture_source: ManufactureSource = ManufactureSource.UNKNOWN
    proofs: tuple[Proof, ...] = ()
    symptoms: Annotated[tuple[SymptomReport, ...], Field(min_length=1)]
    service_mode: ServiceMode
    backup_note_given: StrictBool = False
    appointment_at: AwareDatetime | None = None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, OSError, ValueError) as error:
            raise ValueError("there is no such time zone") from error
        return name

    @model_validator(mode="after")
    def _not_in_the_future(self) -> WorkOrder:
        today = self.received_on
        dates = [("purchase date", self.purchase_date), ("manufacture date", self.manufacture_date)]
        dates += [("sale date on the proof", proof.sold_on) for proof in self.proofs]
        for name, day in dates:
            if day is not None and day > today:
                raise ValueError(f"the {name} {day} is after the day of the order, {today}")
        if self.purchase_date and self.manufacture_date and self.purchase_date < self.manufacture_date:
            raise ValueError(f"bought on {self.purchase_date}, but made on {self.manufacture_date}")
        return self

    @property
    def received_on(self) -> date:
        """Day of the order in the seller's calendar."""
        return self.received_at.astimezone(ZoneInfo(self.time_zone)).date()

    @property
    def codes(self) -> tuple[str, ...]:
        """Symptom codes of the whole complaint, in order."""
        return tuple(dict.fromkeys(code for one in self.symptoms for code in one.codes))

    def without_contact(self) -> WorkOrder:
        """The order as we keep it by default."""
        return self.model_copy(update={"contact": None})


class IdentityMatch(StrEnum):
    """Whether the phone on the bench is the phone of the order. Only ``MATCH`` may be signed off."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNREAD = "unread"


def match_identity(ids: tuple[PhoneId, ...], *, imei: str, serial: str) -> IdentityMatch:
    """Compare the numbers of an order with what a phone says of itself.

    One number that differs is a mismatch, even where another fits; nothing to compare is unread.
    """
    read = {IdKind.IMEI: imei.translate(_SEPARATORS), IdKind.SERIAL: serial.strip()}
    compared: list[bool] = []
    for kind, said in read.items():
        ours = {one.compact for one in ids if one.kind is kind}
        if said and ours:
            compared.append(said in ours)
    if not compared:
        return IdentityMatch.UNREAD
    return IdentityMatch.MATCH if all(compared) else IdentityMatch.MISMATCH
