"""All rules on one phone: the service type, the decisions behind it, and what the customer is told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Literal

from pydantic import StrictBool, StrictStr, model_validator

from probes import Record
from reports.service import _exchange as rules
from reports.service._calendar import Holidays, holidays
from reports.service._decision import Answer, Decision, Eligibility
from reports.service._facts import FaultState, ServiceFacts
from reports.service._policy import PartClass, Policy, policy
from reports.service._warranty import warranty


class ServiceType(StrEnum):
    """The four kinds of service of the plan: unsold unit, exchange, under warranty, out of warranty."""

    DOA = "DOA"
    DAP = "DAP"
    WH = "WH"
    F = "F"


class CustomerNotice(Record):
    """What the customer must be told before anything else is done.

    Attributes:
        reasons: ``human_damage``, ``no_fault``, ``out_of_warranty``, ``missing_documents``, ``altered_documents``,
            ``documents_do_not_fit``.
        missing_documents: papers to bring.
        quote_required: whether a price goes with it.
    """

    required: StrictBool
    reasons: tuple[StrictStr, ...] = ()
    missing_documents: tuple[StrictStr, ...] = ()
    quote_required: StrictBool = False


class ServiceDecisions(Record):
    """What the rules say of one order.

    Attributes:
        service_type: one of the four, or None while something is missing.
        candidates: the types that are still possible; the one type where it is settled.
        missing: what would settle it.
        assumptions: all readings that any decision rests on.
    """

    schema_version: Literal[1] = 1
    policy_version: StrictStr
    day_count_convention: StrictStr
    service_type: ServiceType | None
    candidates: tuple[ServiceType, ...]
    missing: tuple[StrictStr, ...]
    decisions: tuple[Eligibility, ...]
    notice: CustomerNotice
    assumptions: tuple[StrictStr, ...]

    @model_validator(mode="after")
    def _consistent(self) -> ServiceDecisions:
        if (self.service_type is None) != (len(self.candidates) > 1):
            raise ValueError("a service type is settled when one candidate is left")
        return self

    def of(self, rule_id: str) -> Eligibility:
        """The decision of one rule."""
        return next(one for one in self.decisions if one.rule_id == rule_id)


def evaluate_rules(
    facts: ServiceFacts, chosen: Policy | None = None, calendar: Holidays | None = None
) -> ServiceDecisions:
    """Compute every rule. A pure function: the same facts give the same decisions."""
    numbers, days = chosen or policy(), calendar or holidays()
    periods = {part: warranty(facts, part, numbers, days) for part in PartClass}
    mine = periods[facts.part]
    doa, swap = rules.dead_on_arrival(facts, numbers), rules.exchange(facts, numbers)
    decisions = (
        doa,
        swap,
        *rules.statutory(facts, numbers),
        *periods.values(),
        rules.after_repairs(facts, numbers, mine),
        rules.after_waiting(facts, numbers, mine),
        rules.repair_held(facts, numbers),
        rules.battery_worn(facts, numbers, periods[PartClass.BATTERY]),
        rules.accessory_refund(facts, numbers),
    )
    candidates = tuple(_candidates(doa, swap, mine))
    settled = candidates[0] if len(candidates) == 1 else None
    asked = () if settled else (doa, swap, mine)
    return ServiceDecisions(
        policy_version=numbers.version,
        day_count_convention=numbers.day_count_convention,
        service_type=settled,
        candidates=candidates,
        missing=tuple(dict.fromkeys(name for one in asked for name in one.missing)),
        decisions=decisions,
        notice=_notice(facts, settled),
        assumptions=tuple(dict.fromkeys(name for one in decisions for name in one.assumptions)),
    )


def _candidates(doa: Eligibility, swap: Eligibility, period: Eligibility) -> Iterator[ServiceType]:
    """Types that are still possible, the customer's best first: an eligible one ends the list."""
    for kind, rule in ((ServiceType.DOA, doa), (ServiceType.DAP, swap), (ServiceType.WH, period)):
        if rule.decision is not Decision.INELIGIBLE:
            yield kind
        if rule.decision is Decision.ELIGIBLE:
            return
    yield ServiceType.F


def _notice(facts: ServiceFacts, settled: ServiceType | None) -> CustomerNotice:
    reasons: Mapping[str, bool] = {
        "human_damage": facts.human_damage.found is Answer.YES,
        "no_fault": facts.fault is FaultState.NONE,
        "out_of_warranty": settled is ServiceType.F and facts.human_damage.found is not Answer.YES,
        "missing_documents": facts.proof is Answer.NO and facts.sold is not Answer.NO,
        "altered_documents": any(one.altered is Answer.YES for one in facts.proofs),
        "documents_do_not_fit": _do_not_fit(facts),
    }
    told = tuple(name for name, is_so in reasons.items() if is_so)
    return CustomerNotice(
        required=bool(told),
        reasons=told,
        missing_documents=("warranty_card_or_sales_proof",) if reasons["missing_documents"] else (),
        quote_required=settled is ServiceType.F,
    )


def _do_not_fit(facts: ServiceFacts) -> bool:
    named: Sequence[Answer] = [
        answer for one in facts.proofs for answer in (one.names_model, one.names_phone, one.names_serial)
    ]
    days = {one.sold_on for one in facts.proofs if one.sold_on} | {facts.purchase_date} - {None}
    return Answer.NO in named or len(days) > 1
