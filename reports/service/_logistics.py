"""Parcels that come in, and the monthly statement between shop and factory."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StrictInt, StrictStr, model_validator

from probes import Record
from reports.service._decision import Answer, Signature
from reports.service._policy import Policy, policy

Count = Annotated[StrictInt, Field(ge=0)]


class ParcelStep(StrEnum):
    """What to do with a parcel, in this order."""

    OPEN_BEFORE_COURIER = "open_and_count_before_signing"
    REFILL_PACKING = "put_the_packing_back"
    FILL_FORM_AND_CALL = "send_the_form_and_call"
    WAIT_FOR_CONFIRMATION = "do_nothing_before_it_is_confirmed"
    TEST_EVERY_UNIT = "test_every_unit"
    REPORT_DAMAGE = "report_damage_back"


class Parcel(Record):
    """A parcel as it came, before anybody signed for it.

    Attributes:
        listed, found: units by model, by the list in the box and by counting.
        shortage_confirmed: whether the other side has confirmed a shortage.
        tested, damaged: tickets that were tested, and those with a scratched screen or a damaged board.
    """

    deformed: Answer
    broken: Answer
    sealed_twice: Answer
    wet: Answer
    listed: dict[StrictStr, Count]
    found: dict[StrictStr, Count]
    shortage_confirmed: Answer = Answer.UNKNOWN
    tickets: tuple[StrictStr, ...] = ()
    tested: tuple[StrictStr, ...] = ()
    damaged: tuple[StrictStr, ...] = ()


class ParcelDecision(Record):
    """What is to be done with a parcel. ``held`` means that nothing of it is worked on yet."""

    schema_version: Literal[1] = 1
    steps: tuple[ParcelStep, ...]
    shortage: dict[StrictStr, Count]
    untested: tuple[StrictStr, ...]
    held: bool


def receive(parcel: Parcel) -> ParcelDecision:
    """Say what to do with a parcel: look at it, count it, hold it while something lacks, test every unit."""
    signs = (parcel.deformed, parcel.broken, parcel.sealed_twice, parcel.wet)
    lacking = Counter(parcel.listed) - Counter(parcel.found)
    held = bool(lacking) and parcel.shortage_confirmed is not Answer.YES
    untested = tuple(ticket for ticket in parcel.tickets if ticket not in parcel.tested)
    steps = [
        (ParcelStep.OPEN_BEFORE_COURIER, any(sign is not Answer.NO for sign in signs)),
        (ParcelStep.REFILL_PACKING, held),
        (ParcelStep.FILL_FORM_AND_CALL, held),
        (ParcelStep.WAIT_FOR_CONFIRMATION, held),
        (ParcelStep.TEST_EVERY_UNIT, bool(untested) and not held),
        (ParcelStep.REPORT_DAMAGE, bool(parcel.damaged)),
    ]
    return ParcelDecision(
        steps=tuple(step for step, wanted in steps if wanted), shortage=dict(lacking), untested=untested, held=held
    )


class Statement(Record):
    """The statement of the previous month as it came: units borrowed, parts requisitioned, and the stock count."""

    month: Annotated[StrictStr, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    received_at: AwareDatetime
    opening_units: StrictInt
    borrowed_in_units: Count
    borrowed_out_units: Count
    stated_closing_units: StrictInt
    parts_requisitioned: Count
    parts_written_off: Count
    stated_parts_in_stock: Count
    opening_parts: Count = 0
    signed: Signature | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Statement:
        if self.signed is not None and self.signed.at < self.received_at:
            raise ValueError("the statement was signed before it came")
        return self


class StatementCheck(Record):
    """Whether a statement adds up, and by when it is signed back (48 hours by the wall clock, whatever the zone)."""

    schema_version: Literal[1] = 1
    month: StrictStr
    due_at: AwareDatetime
    state: Literal["open", "signed_in_time", "signed_late", "overdue"]
    units_off: StrictInt
    parts_off: StrictInt
    assumptions: tuple[StrictStr, ...] = ("statement_hours_are_wall_clock",)

    @property
    def is_right(self) -> bool:
        """Whether both balances agree."""
        return not self.units_off and not self.parts_off


def check_statement(statement: Statement, now: datetime, chosen: Policy | None = None) -> StatementCheck:
    """Add a statement up and hold its signature against the deadline."""
    numbers = chosen or policy()
    due = statement.received_at + timedelta(hours=numbers.statement_confirm_h)
    closing = statement.opening_units + statement.borrowed_in_units - statement.borrowed_out_units
    parts = statement.opening_parts + statement.parts_requisitioned - statement.parts_written_off
    state: Literal["open", "signed_in_time", "signed_late", "overdue"]
    if statement.signed is not None:
        state = "signed_in_time" if statement.signed.at <= due else "signed_late"
    else:
        state = "open" if now <= due else "overdue"
    return StatementCheck(
        month=statement.month,
        due_at=due,
        state=state,
        units_off=statement.stated_closing_units - closing,
        parts_off=statement.stated_parts_in_stock - parts,
    )
