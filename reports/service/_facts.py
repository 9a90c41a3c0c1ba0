"""What the service rules are computed from. Whatever is not known is said to be unknown, never guessed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictFloat, StrictInt, StrictStr, model_validator

from probes import Record
from reports.service._decision import Answer, all_of, any_of
from reports.service._policy import Days, PartClass

PhotoHash = Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")]


class ProofKind(StrEnum):
    """Papers that prove a purchase."""

    WARRANTY_CARD = "warranty_card"
    INVOICE = "invoice"
    RECEIPT = "receipt"
    CARRIER_FORM = "carrier_form"


class Proof(Record):
    """A warranty card or sales proof as it was seen.

    Attributes:
        sold_on: sale date that stands on it.
        names_model, names_phone, names_serial: whether it carries model, ESN/MEID/IMEI, and (card only) serial number,
            and they are those of this phone.
        has_seal: whether the seller's seal is on it.
    """

    kind: ProofKind
    sold_on: date | None = None
    names_model: Answer = Answer.UNKNOWN
    names_phone: Answer = Answer.UNKNOWN
    names_serial: Answer = Answer.UNKNOWN
    has_seal: Answer = Answer.UNKNOWN
    altered: Answer = Answer.UNKNOWN
    photo_sha256: PhotoHash | None = None

    @property
    def valid(self) -> Answer:
        """Whether it counts: complete, sealed and not altered (plan, warranty 2a and 2b)."""
        wanted = [self.names_model, self.names_phone, self.has_seal]
        wanted.append(Answer.YES if self.sold_on else Answer.NO)
        if self.kind is ProofKind.WARRANTY_CARD:
            wanted.append(self.names_serial)
        unaltered = {Answer.YES: Answer.NO, Answer.NO: Answer.YES, Answer.UNKNOWN: Answer.UNKNOWN}[self.altered]
        return all_of((*wanted, unaltered))


class ManufactureSource(StrEnum):
    """Where a manufacture date comes from. The last two decide nothing."""

    LABEL = "label"
    VENDOR_SERIAL_LOOKUP = "vendor_serial_lookup"
    OPERATOR = "operator"
    BATTERY_PROXY = "battery_proxy"
    UNKNOWN = "unknown"

    @property
    def decides(self) -> bool:
        """Whether a decision may rest on it."""
        return self not in {ManufactureSource.BATTERY_PROXY, ManufactureSource.UNKNOWN}


class CallTimeSource(StrEnum):
    """Whose counter the call time is."""

    LIFE_TIMER = "life_timer"
    CALL_LOG = "call_log"
    OPERATOR = "operator"
    UNKNOWN = "unknown"


class FaultState(StrEnum):
    """What the diagnosis says of the complaint: a fault, none (with its reason), or not known."""

    CONFIRMED = "confirmed"
    NONE = "none"
    UNKNOWN = "unknown"


class HumanDamage(Record):
    """The four kinds of human damage (plan, warranty 2c), each as a person judged it."""

    misuse: Answer = Answer.UNKNOWN
    unauthorised_repair: Answer = Answer.UNKNOWN
    disaster: Answer = Answer.UNKNOWN
    label_torn: Answer = Answer.UNKNOWN

    @property
    def found(self) -> Answer:
        """Whether there is any of the four."""
        return any_of((self.misuse, self.unauthorised_repair, self.disaster, self.label_torn))


class Seen(Record):
    """A judgement of a person's eyes, with the photo that shows it."""

    answer: Answer = Answer.UNKNOWN
    photo_sha256: PhotoHash | None = None

    @property
    def holds(self) -> bool | None:
        """As a condition: a yes without a photo is not known."""
        return None if self.answer is Answer.YES and self.photo_sha256 is None else self.answer.holds


class Looks(Record):
    """What the exchange of a whole phone asks of its looks (plan, exchange 1).

    Attributes:
        unworn: no visible wear, scratch or loss of paint.
        licence, body_number, anti_counterfeit: factory marks, complete and intact.
        water_seal: intact: not deformed, faded or swollen.
    """

    unworn: Seen = Seen()
    licence: Seen = Seen()
    body_number: Seen = Seen()
    anti_counterfeit: Seen = Seen()
    water_seal: Seen = Seen()


class ServiceFacts(Record):
    """Everything that the rules look at.

    Attributes:
        today: in the seller's local calendar.
        part: the class of part that the order is about.
        sold: whether the phone has ever been sold; no is a shop's own new unit.
        purchase_date: as the customer says; a valid proof outweighs it.
        fault_reason: why there is no fault, e.g. ``configuration``.
        statute_fault: whether the complaint is in the statute's fault table for the main unit.
        days_off: days in repair and waiting for parts so far; they do not count into the warranty.
        repairs_of_fault: repairs of the same fault so far; ``still_faulty`` after the last of them.
        parts_wait_days: days that this repair has waited for parts.
        handed_over_on: when the last repair was given back, ``same_fault`` whether it is that fault again.
        accessory_swaps: how often this accessory was replaced.
    """

    today: date
    part: PartClass = PartClass.MAIN
    sold: Answer = Answer.UNKNOWN
    purchase_date: date | None = None
    proofs: tuple[Proof, ...] = ()
    manufacture_date: date | None = None
    manufacture_source: ManufactureSource = ManufactureSource.UNKNOWN
    fault: FaultState = FaultState.UNKNOWN
    fault_reason: StrictStr = ""
    statute_fault: Answer = Answer.UNKNOWN
    human_damage: HumanDamage = HumanDamage()
    looks: Looks = Looks()
    call_time_s: Days | None = None
    call_time_source: CallTimeSource = CallTimeSource.UNKNOWN
    days_off: Days = 0
    repairs_of_fault: Annotated[StrictInt, Field(ge=0)] | None = None
    still_faulty: Answer = Answer.UNKNOWN
    parts_wait_days: Days | None = None
    handed_over_on: date | None = None
    same_fault: Answer = Answer.UNKNOWN
    accessory_swaps: Annotated[StrictInt, Field(ge=0)] | None = None
    battery_capacity_ratio: Annotated[StrictFloat, Field(ge=0.0, le=2.0)] | None = None

    @model_validator(mode="after")
    def _not_in_the_future(self) -> ServiceFacts:
        days = {"purchase_date": self.purchase_date, "manufacture_date": self.manufacture_date}
        days |= {"handed_over_on": self.handed_over_on}
        days |= {f"proofs.{number}.sold_on": proof.sold_on for number, proof in enumerate(self.proofs)}
        for name, day in days.items():
            if day is not None and day > self.today:
                raise ValueError(f"{name} {day} is after {self.today}")
        return self

    @property
    def proof(self) -> Answer:
        """Whether a valid proof is there: one suffices."""
        return any_of([proof.valid for proof in self.proofs] or [Answer.NO])

    @property
    def sold_on(self) -> date | None:
        """The proven sale date; the earliest where papers differ."""
        days = [one.sold_on for one in self.proofs if one.valid is Answer.YES and one.sold_on is not None]
        return min(days, default=None)
