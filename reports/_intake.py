"""The intake inspection: backup reminder first, then looks and box items with photos, then the customer's word."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StrictBool, StrictStr, model_validator

from probes import Record
from reports._work_order import Line, Story
from reports.service import (
    Answer,
    CallTimeSource,
    HumanDamage,
    Looks,
    ManufactureSource,
    Proof,
)
from reports.service._facts import PhotoHash
from reports.service._policy import Days


class BackupReminder(Record):
    """What the customer answered when reminded of a backup.

    A declined backup needs the note that says who answers for the data.
    """

    answer: Literal["done", "declined", "not_applicable"]
    by: Line
    at: AwareDatetime
    data_liability_note: Story = ""

    @model_validator(mode="after")
    def _notes_liability(self) -> BackupReminder:
        if self.answer == "declined" and not self.data_liability_note.strip():
            raise ValueError("a declined backup needs a note on who answers for the data")
        return self


class Flaw(StrEnum):
    """What the inspection looks for."""

    SCRATCH = "scratch"
    DENT = "dent"
    LIQUID = "liquid"
    UNOFFICIAL_REPAIR = "unofficial_repair"
    HOUSING_CRACK = "housing_crack"
    SWELLING = "swelling"
    PACKAGE_DAMAGE = "package_damage"


class PhotoOf(StrEnum):
    """What an intake photo shows: a flaw, a box item, a mark that an exchange asks for, or a paper."""

    SCRATCH = "scratch"
    DENT = "dent"
    LIQUID = "liquid"
    UNOFFICIAL_REPAIR = "unofficial_repair"
    HOUSING_CRACK = "housing_crack"
    SWELLING = "swelling"
    PACKAGE_DAMAGE = "package_damage"
    HANDSET = "handset"
    BOX = "box"
    WARRANTY_CARD = "warranty_card"
    BATTERY = "battery"
    STYLUS = "stylus"
    MEMORY_CARD = "memory_card"
    BACK_COVER = "back_cover"
    UNWORN = "unworn"
    LICENCE = "licence"
    BODY_NUMBER = "body_number"
    ANTI_COUNTERFEIT = "anti_counterfeit"
    WATER_SEAL = "water_seal"
    PROOF = "proof"


class IntakePhoto(Record):
    """A photo of the intake, by its hash. Where it was taken is never kept, only whether the file said so.

    Attributes:
        sha256: of the file as it was given.
        kept_sha256: of the copy that this bench keeps, without anything but the picture; empty where it keeps none.
        had_position: whether the file said where it was taken.
    """

    shows: PhotoOf
    sha256: PhotoHash
    kept_sha256: Annotated[StrictStr, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    kind: Literal["jpeg", "png", "webp"]
    width_px: Days
    height_px: Days
    size_bytes: Days
    had_position: StrictBool = False
    added_at: AwareDatetime


class FlawSeen(Record):
    """One flaw: there or not, where, and the photos. A yes needs a photo; what caused a crack is a person's word."""

    flaw: Flaw
    answer: Answer
    photos: tuple[PhotoHash, ...] = ()
    remark: Story = ""

    @model_validator(mode="after")
    def _shows_it(self) -> FlawSeen:
        if self.answer is Answer.YES and not self.photos:
            raise ValueError(f"{self.flaw}: a yes needs a photo")
        return self


class BoxItem(StrEnum):
    """What comes with a phone."""

    HANDSET = "handset"
    BOX = "box"
    WARRANTY_CARD = "warranty_card"
    BATTERY = "battery"
    STYLUS = "stylus"
    MEMORY_CARD = "memory_card"
    BACK_COVER = "back_cover"


class BoxItemSeen(Record):
    """One item: with the phone, not there, or kept by us; small ones are better left with the customer."""

    item: BoxItem
    state: Literal["present", "absent", "held", "unknown"]
    photos: tuple[PhotoHash, ...] = ()


class CustomerAck(Record):
    """The customer's word that the inspection is right."""

    by: Line
    method: Literal["signature", "message", "app", "counter"]
    at: AwareDatetime


class IntakeInspection(Record):
    """What a phone was like when it came, before any test.

    Attributes:
        proofs, sold, manufacture_source, call_time_s: where the inspection knows more than the order.
        days_off: days in earlier repairs and waiting for their parts; ``repairs_of_fault``, ``parts_wait_days``,
            ``handed_over_on``, ``same_fault`` and ``accessory_swaps`` are what the papers say of them.
    """

    schema_version: Literal[1] = 1
    backup: BackupReminder
    inspected_by: Line
    inspected_at: AwareDatetime
    flaws: tuple[FlawSeen, ...]
    box: tuple[BoxItemSeen, ...]
    human_damage: HumanDamage = HumanDamage()
    looks: Looks = Looks()
    proofs: tuple[Proof, ...] | None = None
    sold: Answer | None = None
    manufacture_source: ManufactureSource | None = None
    call_time_s: Days | None = None
    call_time_source: CallTimeSource = CallTimeSource.UNKNOWN
    days_off: Days = 0
    repairs_of_fault: Days | None = None
    parts_wait_days: Days | None = None
    handed_over_on: date | None = None
    same_fault: Answer = Answer.UNKNOWN
    accessory_swaps: Days | None = None
    ack: CustomerAck | None = None
    remark: Story = ""

    @model_validator(mode="after")
    def _whole_and_in_order(self) -> IntakeInspection:
        for wanted, seen, what in (
            (Flaw, [one.flaw for one in self.flaws], "flaw"),
            (BoxItem, [one.item for one in self.box], "box item"),
        ):
            lacking = [str(one) for one in wanted if one not in seen]
            if lacking:
                raise ValueError(f"no answer for {what} {', '.join(lacking)}: give yes, no or unknown")
            if len(seen) != len(set(seen)):
                raise ValueError(f"a {what} is answered twice")
        if self.backup.at > self.inspected_at:
            raise ValueError("the backup reminder comes before anything else")
        if self.ack is not None and self.ack.at < self.inspected_at:
            raise ValueError("the customer agreed before the inspection was done")
        return self

    def says(self, flaw: Flaw) -> Answer:
        """What was seen of one flaw."""
        return next(one.answer for one in self.flaws if one.flaw is flaw)

    @property
    def stops_tests(self) -> bool:
        """Whether no test may be run: a swollen battery is isolated."""
        return self.says(Flaw.SWELLING) is Answer.YES
