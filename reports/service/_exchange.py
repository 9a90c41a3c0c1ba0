"""Exchange, return, and what a repair owes: the plan's 15 days and 15 minutes, the statute's 7 and 60 days."""

from __future__ import annotations

from typing import Final

from reports.service._decision import Answer, Condition, Eligibility, decide
from reports.service._facts import CallTimeSource, ServiceFacts
from reports.service._policy import Policy
from reports.service._warranty import is_fault, no_human_damage

_DAYS: Final = ("sale_day_is_day_0", "one_proof_suffices")


def exchange(facts: ServiceFacts, policy: Policy) -> Eligibility:
    """Exchange of the whole phone within 15 days, with the plan's conditions on its looks."""
    looks = (
        ("unworn", facts.looks.unworn),
        ("licence", facts.looks.licence),
        ("body_number", facts.looks.body_number),
        ("anti_counterfeit", facts.looks.anti_counterfeit),
        ("water_seal", facts.looks.water_seal),
    )
    seen = [
        Condition(name, one.holds, (f"looks.{name}.photo" if one.answer is Answer.YES else f"looks.{name}",))
        for name, one in looks
    ]
    conditions = (
        _within(facts, policy.exchange_days, "within_exchange_days"),
        is_fault(facts),
        no_human_damage(facts),
        *seen,
    )
    return decide(
        "exchange.15_days",
        conditions,
        source="plan, exchange 1",
        inputs=_days(facts, policy) | {name: str(one.answer) for name, one in looks},
        assumptions=(
            *_DAYS,
            "looks_are_judged_by_people",
            "statutory_return_beside_exchange",
            "software_fault_is_a_fault",
        ),
    )


def statutory(facts: ServiceFacts, policy: Policy) -> tuple[Eligibility, Eligibility]:
    """The statute's return within 7 days and exchange within 15; neither asks about wear."""
    listed = Condition("statute_fault", facts.statute_fault.holds, ("statute_fault",))
    both = (("return.7_days", policy.return_days), ("exchange.statute", policy.exchange_days))
    first, second = (
        decide(
            rule,
            (_within(facts, days, f"within_{days}_days"), is_fault(facts), listed, no_human_damage(facts)),
            source="statute, days 1 to 7 and 8 to 15, fault table",
            inputs=_days(facts, policy) | {"statute_fault": str(facts.statute_fault)},
            assumptions=(*_DAYS, "statutory_return_beside_exchange", "software_fault_is_a_fault"),
        )
        for rule, days in both
    )
    return first, second


def dead_on_arrival(facts: ServiceFacts, policy: Policy) -> Eligibility:
    """A unit that was never sold, without human damage, and with not more than 15 minutes of calls."""
    never = Condition("never_sold", None if facts.sold.holds is None else not facts.sold.holds, ("sold",))
    return decide(
        "exchange.doa",
        (never, no_human_damage(facts), _call_time(facts, policy)),
        source="plan, exchange 2",
        inputs={
            "sold": str(facts.sold),
            "human_damage": str(facts.human_damage.found),
            "call_time_s": facts.call_time_s,
            "call_time_source": str(facts.call_time_source),
        },
        assumptions=("call_time_needs_source",),
    )


def after_repairs(facts: ServiceFacts, policy: Policy, under_warranty: Eligibility) -> Eligibility:
    """Exchange after two repairs of a fault that is still there, while the phone is under warranty."""
    enough = None if facts.repairs_of_fault is None else facts.repairs_of_fault >= policy.repairs_before_exchange
    return decide(
        "exchange.after_two_repairs",
        (
            Condition("two_repairs", enough, ("repairs_of_fault",)),
            Condition("still_faulty", facts.still_faulty.holds, ("still_faulty",)),
            _warranted(under_warranty),
        ),
        source="statute, two repairs",
        inputs={"repairs_of_fault": facts.repairs_of_fault, "still_faulty": str(facts.still_faulty)},
        assumptions=under_warranty.assumptions,
    )


def after_waiting(facts: ServiceFacts, policy: Policy, under_warranty: Eligibility) -> Eligibility:
    """Exchange where a repair has waited for parts for more than 60 days."""
    waited = None if facts.parts_wait_days is None else facts.parts_wait_days > policy.parts_wait_days
    return decide(
        "exchange.parts_wait",
        (Condition("waited_longer", waited, ("parts_wait_days",)), _warranted(under_warranty)),
        source="statute, parts waiting",
        inputs={"parts_wait_days": facts.parts_wait_days},
        assumptions=under_warranty.assumptions,
    )


def repair_held(facts: ServiceFacts, policy: Policy) -> Eligibility:
    """Repair again for nothing: the same fault within 30 days of the last hand-over."""
    days = (facts.today - facts.handed_over_on).days if facts.handed_over_on else None
    return decide(
        "repair.again_for_nothing",
        (
            Condition(
                "within_hold_days", None if days is None else days < policy.repair_hold_days, ("handed_over_on",)
            ),
            Condition("same_fault", facts.same_fault.holds, ("same_fault",)),
        ),
        source="statute, a repair holds 30 days",
        inputs={"days_since_hand_over": days, "same_fault": str(facts.same_fault)},
        assumptions=("repair_holds_up_to_day_29",),
    )


def accessory_refund(facts: ServiceFacts, policy: Policy) -> Eligibility:
    """Refund of an accessory that was replaced twice and is faulty again."""
    swaps = facts.accessory_swaps
    enough = None if swaps is None else swaps >= policy.accessory_swaps_before_refund
    return decide(
        "refund.accessory",
        (Condition("two_swaps", enough, ("accessory_swaps",)), is_fault(facts)),
        source="statute, accessories",
        inputs={"accessory_swaps": swaps},
    )


def battery_worn(facts: ServiceFacts, policy: Policy, under_warranty: Eligibility) -> Eligibility:
    """Replacement of a battery that holds less than 80 % of its capacity while it is under warranty."""
    ratio = facts.battery_capacity_ratio
    low = None if ratio is None else ratio < policy.battery_capacity_ratio
    return decide(
        "battery.capacity",
        (Condition("capacity_low", low, ("battery_capacity_ratio",)), _warranted(under_warranty)),
        source="statute, fault table, battery",
        inputs={"battery_capacity_ratio": ratio},
        assumptions=under_warranty.assumptions,
    )


def _within(facts: ServiceFacts, days: int, name: str) -> Condition:
    """Within days of the purchase: proven, or beyond them even as the customer says."""
    if facts.sold is Answer.NO:
        return Condition("purchased", holds=False)
    sold_on = facts.sold_on if facts.proof is Answer.YES else None
    claimed = sold_on or facts.purchase_date
    if claimed is not None and (facts.today - claimed).days > days:
        return Condition(name, holds=False)
    return Condition(name, True if sold_on else None, ("proof",) if claimed else ("purchase_date", "proof"))


def _call_time(facts: ServiceFacts, policy: Policy) -> Condition:
    if facts.call_time_s is None:
        return Condition("call_time", None, ("call_time_s",))
    if facts.call_time_source is CallTimeSource.UNKNOWN:
        return Condition("call_time", None, ("call_time_source",))
    return Condition("call_time", facts.call_time_s <= policy.doa_call_time_s)


def _warranted(under_warranty: Eligibility) -> Condition:
    states = {"eligible": True, "ineligible": False}
    return Condition("under_warranty", states.get(str(under_warranty.decision)), under_warranty.missing)


def _days(facts: ServiceFacts, policy: Policy) -> dict[str, bool | int | float | str | None]:
    sold_on = facts.sold_on or facts.purchase_date
    return {
        "today": facts.today.isoformat(),
        "purchase_date": sold_on.isoformat() if sold_on else None,
        "days_since_purchase": (facts.today - sold_on).days if sold_on else None,
        "proof": str(facts.proof),
        "fault": str(facts.fault),
        "human_damage": str(facts.human_damage.found),
        "day_count_convention": policy.day_count_convention,
    }
