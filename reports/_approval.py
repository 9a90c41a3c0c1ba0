"""Repair plan and approval: cause, parts, cost and time; nothing chargeable or destructive goes on without a yes."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field, StrictBool, StrictInt, StrictStr, model_validator

from probes import BadInput, Record, components
from reports._work_order import Line, Story
from reports.service import Answer, Policy
from reports.service._policy import Days

Minor = Annotated[StrictInt, Field(ge=0)]


class NotApproved(BadInput):
    """The customer has not agreed to this. Example: a repair is recorded while its plan awaits an answer."""

    code = "E_APPROVAL"
    cure = "get the customer's answer first and record it with `phonebench approve`"


class PartWait(Record):
    """A part that is scarce: how long it may take, and when the customer was told."""

    days: Days
    customer_told_at: AwareDatetime | None = None


class PartLine(Record):
    """A part by its component code, with the evidence that it is the maker's own.

    ``oem_verified`` is yes only with evidence (a number that the maker confirmed, a photo of its label).
    """

    code: Line
    number: Story = ""
    serial: Story = ""
    oem_verified: Answer = Answer.UNKNOWN
    oem_evidence: Story = ""
    wait: PartWait | None = None

    @model_validator(mode="after")
    def _known_and_proven(self) -> PartLine:
        if self.code not in components():
            raise ValueError("there is no such component: take a code of the catalogue")
        if self.oem_verified is Answer.YES and not self.oem_evidence.strip():
            raise ValueError(f"{self.code}: an original part needs its evidence")
        return self


class Cost(Record):
    """What a repair costs, in minor units of its currency (1050 is 10.50). Unknown is null with a reason, never 0.

    Attributes:
        unknown_reason: needed where an amount is null.
        free_reason: needed where an amount is 0, such as ``under_warranty``.
    """

    parts_minor: Minor | None
    labour_minor: Minor | None
    currency: Annotated[StrictStr, Field(pattern=r"^[A-Z]{3}$")]
    unknown_reason: StrictStr = ""
    free_reason: StrictStr = ""

    @model_validator(mode="after")
    def _gives_reasons(self) -> Cost:
        amounts = (self.parts_minor, self.labour_minor)
        if (None in amounts) != bool(self.unknown_reason):
            raise ValueError("a cost that is not known is null and has an unknown_reason; a known one has none")
        if 0 in amounts and not self.free_reason:
            raise ValueError("a cost of 0 needs a free_reason; one that is not known is null")
        return self

    @property
    def total_minor(self) -> int | None:
        """Parts and labour, or None where one is not known."""
        if self.parts_minor is None or self.labour_minor is None:
            return None
        return self.parts_minor + self.labour_minor


class RepairOffer(Record):
    """What is offered to the customer (standard 2.3): cause, parts, cost and time.

    Attributes:
        time_days: null with a reason where it is not known.
        loses_data: whether the repair wipes the phone.
        changes_function: what the repair may do to functions of the phone, such as its water seal.
        phone_price_minor: price of such a phone, to tell a high cost.
    """

    schema_version: Literal[1] = 1
    cause: Line
    parts: tuple[PartLine, ...] = ()
    cost: Cost
    time_days: Days | None
    time_unknown_reason: StrictStr = ""
    loses_data: StrictBool
    changes_function: Story = ""
    phone_price_minor: Minor | None = None

    @model_validator(mode="after")
    def _says_why_not(self) -> RepairOffer:
        if (self.time_days is None) != bool(self.time_unknown_reason):
            raise ValueError("a time that is not known is null and has a time_unknown_reason")
        return self

    @property
    def sha256(self) -> str:
        """What an approval is bound to: another offer needs another approval."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def chargeable(self) -> bool:
        """Whether it costs the customer something, or may."""
        return self.cost.total_minor != 0

    def high_impact(self, policy: Policy) -> tuple[str, ...]:
        """Why the customer must be talked to at length (standard 2.3); nothing where no reason is there."""
        total, price = self.cost.total_minor, self.phone_price_minor
        reasons = {
            "loses_data": self.loses_data,
            "changes_function": bool(self.changes_function.strip()),
            "cost_unknown": total is None,
            "high_cost": bool(total and price and total >= policy.high_cost_ratio * price),
        }
        return tuple(name for name, is_so in reasons.items() if is_so)


class ApprovalStatus(StrEnum):
    """Where an offer stands."""

    AWAITING = "awaiting_approval"
    APPROVED = "approved"
    DECLINED = "declined"


class Approval(Record):
    """The customer's yes or no to one offer, with method, who and when.

    ``discussed`` says that a repair of high impact was talked through with the customer.
    """

    schema_version: Literal[1] = 1
    status: ApprovalStatus = ApprovalStatus.AWAITING
    offer_sha256: Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")]
    method: Literal["signature", "message", "app", "mail"] | None = None
    by: StrictStr = ""
    at: AwareDatetime | None = None
    discussed: StrictBool = False

    @model_validator(mode="after")
    def _says_who_and_how(self) -> Approval:
        decided = self.status is not ApprovalStatus.AWAITING
        if decided != bool(self.method and self.by.strip() and self.at):
            raise ValueError("a decision has method, name and time; what awaits one has none of them")
        return self


_WRITTEN: Final = ("signature", "message", "app", "mail")


def answer_offer(
    offer: RepairOffer,
    current: Approval,
    policy: Policy,
    *,
    status: ApprovalStatus,
    method: str,
    by: str,
    at: AwareDatetime,
    discussed: bool = False,
) -> Approval:
    """Take the customer's answer to an offer.

    Raises:
        BadInput: it was answered before, the answer is not in writing, the cost of what is approved is not known, or a
            repair of high impact was not talked through.
    """
    if current.status is not ApprovalStatus.AWAITING:
        raise BadInput(f"the offer is {current.status} already: make a new offer where it changes", step="approve")
    if method not in _WRITTEN:
        raise BadInput(f"an answer is in writing or electronic: one of {', '.join(_WRITTEN)}", step="approve")
    if status is ApprovalStatus.APPROVED:
        if offer.chargeable and offer.cost.total_minor is None:
            raise BadInput("nobody can approve a cost that is not known: complete the offer first", step="approve")
        impact = offer.high_impact(policy)
        if impact and not discussed:
            why = ", ".join(impact)
            raise BadInput(f"a repair of high impact ({why}) is talked through first: add --discussed", step="approve")
    return Approval.model_validate(
        {
            "status": status,
            "offer_sha256": offer.sha256,
            "method": method,
            "by": by,
            "at": at,
            "discussed": discussed,
        }
    )


def require_approved(offer: RepairOffer | None, approval: Approval | None) -> None:
    """Let a repair begin only where this very offer was approved.

    Raises:
        NotApproved: there is no offer, no answer, a no, or a yes to another offer.
    """
    if offer is None or approval is None:
        raise NotApproved("there is no repair plan that the customer could have agreed to", step="repair")
    if approval.offer_sha256 != offer.sha256:
        raise NotApproved("the customer agreed to another repair plan", step="repair")
    if approval.status is not ApprovalStatus.APPROVED:
        raise NotApproved(f"the repair plan is {approval.status}", step="repair")
