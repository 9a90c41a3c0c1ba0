"""Repair, erase record, repair log and hand-over pack: what goes to the customer and what is kept as proof."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Literal

from pydantic import AwareDatetime, StrictBool, StrictStr, model_validator

from probes import Record
from reports._approval import PartLine
from reports._qc import BeforeAfter
from reports._work_order import Line, PhoneId, Story
from reports.service import Answer, Coverage, Eligibility, ServiceType, Signature
from reports.service._policy import Days

BOARD: Final = "PCB"


class Person(Record):
    """Somebody who answers for an erasure, as the certificate of NIST SP 800-88 names them."""

    name: Line
    title: Line
    on: date
    location: Line
    contact: Line
    signature: Line


class EraseRecord(Record):
    """Certificate of sanitization with the fields of NIST SP 800-88 rev. 1, appendix G.

    A factory reset is ``clear``; ``purge`` and ``destroy`` need evidence.
    """

    schema_version: Literal[1] = 1
    manufacturer: Line
    model: Line
    serial: Line
    property_no: Story = ""
    media_type: Line
    media_source: Line
    confidentiality: Story = ""
    description: Literal["clear", "purge", "destroy"]
    method: Line
    tool: Line
    tool_version: Line
    verification: Line
    destination: Line
    backup_location: Story = ""
    evidence: Story = ""
    sanitizer: Person
    verifier: Person

    @model_validator(mode="after")
    def _says_no_more_than_it_knows(self) -> EraseRecord:
        if self.description != "clear" and not self.evidence.strip():
            raise ValueError(f"{self.description} needs evidence; a factory reset is clear")
        return self


class RepairDone(Record):
    """What was done to a phone.

    Attributes:
        repaired_at: the moment in which it is recorded, where it is left out.
        cause, handling: for the repair log, in words or codes.
        esd_ack: that the work was done protected against static electricity.
        new_ids: numbers of the phone after its board was changed; only then may they change.
        wiped: whether data were erased or the system was installed anew; ``erasure`` proves it.
    """

    schema_version: Literal[1] = 1
    repaired_by: Line
    repaired_at: AwareDatetime | None = None
    cause: Line
    handling: Line
    esd_ack: StrictBool
    parts: tuple[PartLine, ...] = ()
    new_ids: tuple[PhoneId, ...] = ()
    wiped: StrictBool
    erasure: EraseRecord | None = None

    @model_validator(mode="after")
    def _is_proven(self) -> RepairDone:
        if not self.esd_ack:
            raise ValueError("the protection against static electricity is not attested")
        if self.wiped != (self.erasure is not None):
            raise ValueError("a wiped phone has an erase record, and no other has one")
        if self.new_ids and BOARD not in {part.code for part in self.parts}:
            raise ValueError("the numbers of a phone change only with its main board")
        return self


class RepairLogRow(Record):
    """One line of the statutory repair log: exactly its six fields."""

    sent_in_on: date
    fault: StrictStr
    cause: StrictStr
    handling: StrictStr
    handed_over_on: date
    repairer_signature: StrictStr


class Timer(Record):
    """Something that is due; a target, and no failure where it is missed."""

    what: Literal["follow_up_call", "repair_holds_until"]
    due_on: date


class HandOver(Record):
    """The pack that goes with a phone that is given back.

    Attributes:
        phone: brand, model, colour and number; empty in packs of older versions.
        diagnosis: conclusion of the intake run, and ``symptoms`` of the complaint.
        warranty: what the rules say of each class of part; signed where somebody has signed.
        before_after: every measurement at intake and after the repair.
        log: the repair log of the warranty card.
    """

    schema_version: Literal[1] = 1
    ticket: StrictStr
    phone: StrictStr = ""
    service_type: ServiceType | None
    handed_over_at: AwareDatetime
    handed_over_by: Line
    symptoms: tuple[StrictStr, ...]
    diagnosis: StrictStr
    components: tuple[StrictStr, ...] = ()
    parts: tuple[PartLine, ...] = ()
    original_fault_cleared: Answer
    before_after: tuple[BeforeAfter, ...] = ()
    coverage: Coverage
    warranty: tuple[Eligibility, ...]
    log: RepairLogRow
    timers: tuple[Timer, ...]
    erasure: EraseRecord | None = None
    checked_by: tuple[Signature, ...]
    held_items: tuple[StrictStr, ...] = ()


def timers(handed_over_on: date, *, hold_days: Days, follow_up_days: Days) -> tuple[Timer, ...]:
    """What is due after a hand-over: a call, and the day to which the repair must hold."""
    return (
        Timer(what="follow_up_call", due_on=handed_over_on + timedelta(days=follow_up_days)),
        Timer(what="repair_holds_until", due_on=handed_over_on + timedelta(days=hold_days)),
    )
