"""Warranty: 12, 12, 6 and 3 months with proof; without it from the manufacture date, by the plan and by the statute."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from reports.service._calendar import Holidays, add_months
from reports.service._decision import Answer, Condition, Eligibility, decide
from reports.service._facts import ServiceFacts
from reports.service._policy import PartClass, Policy

_SOURCE: Final = "plan, warranty 1 and 2; statute, lost proof"


def warranty(facts: ServiceFacts, part: PartClass, policy: Policy, holidays: Holidays) -> Eligibility:
    """Whether a class of part is under warranty today."""
    inputs: dict[str, bool | int | float | str | None] = {
        "today": facts.today.isoformat(),
        "proof": str(facts.proof),
        "human_damage": str(facts.human_damage.found),
        "days_off": facts.days_off,
        "day_count_convention": policy.day_count_convention,
    }
    assumed = [
        "sale_day_is_day_0",
        "judged_on_the_day_of_the_order",
        "one_proof_suffices",
        "last_day_inclusive",
        "holiday_moves_last_day",
    ]
    last: date | None = None
    if facts.proof is Answer.YES and facts.sold_on is not None:
        inputs["sold_on"] = facts.sold_on.isoformat()
        last = add_months(facts.sold_on, policy.warranty_months[part])
    elif facts.proof is Answer.NO:
        last = _without_proof(facts, part, policy, inputs, assumed)
    if last is not None:
        last = _moved(last + timedelta(days=facts.days_off), holidays, assumed)
    conditions = (
        Condition("within_period", None if last is None else facts.today <= last, _missing(facts)),
        no_human_damage(facts),
    )
    return decide(f"warranty.{part}", conditions, source=_SOURCE, inputs=inputs, assumptions=assumed, last_day=last)


def _without_proof(
    facts: ServiceFacts,
    part: PartClass,
    policy: Policy,
    inputs: dict[str, bool | int | float | str | None],
    assumed: list[str],
) -> date | None:
    """Last day without proof: the later of the plan's and the statute's, and both into the inputs."""
    made = facts.manufacture_date
    inputs["manufacture_source"] = str(facts.manufacture_source)
    assumed += ["manufacture_date_needs_source", "later_of_plan_and_statute"]
    if part in {PartClass.BATTERY, PartClass.OTHER}:
        assumed.append("no_proof_months_of_battery_and_accessories")
    if made is None or not facts.manufacture_source.decides:
        return None
    by_plan = add_months(made, policy.no_proof_months[part])
    by_statute = add_months(made + timedelta(days=policy.lost_proof_days), policy.warranty_months[part])
    inputs |= {
        "manufacture_date": made.isoformat(),
        "last_day_by_plan": by_plan.isoformat(),
        "last_day_by_statute": by_statute.isoformat(),
    }
    return max(by_plan, by_statute)


def _moved(last: date, holidays: Holidays, assumed: list[str]) -> date:
    moved = holidays.moved(last)
    if moved is None:
        assumed.append("holidays_of_year_unknown")
    return moved or last


def _missing(facts: ServiceFacts) -> tuple[str, ...]:
    """What would tell the period: the proof where it is not judged, else a manufacture date that decides."""
    if facts.proof is Answer.UNKNOWN:
        return ("proof",)
    return ("manufacture_date",) if facts.manufacture_date is None else ("manufacture_source",)


def _unjudged(facts: ServiceFacts) -> tuple[str, ...]:
    kinds = facts.human_damage.model_dump()
    return tuple(f"human_damage.{kind}" for kind, answer in kinds.items() if answer == Answer.UNKNOWN)


def _not(answer: Answer) -> bool | None:
    return None if answer.holds is None else not answer.holds


def no_human_damage(facts: ServiceFacts) -> Condition:
    """The condition that most rules share: none of the four kinds of human damage."""
    return Condition("no_human_damage", _not(facts.human_damage.found), _unjudged(facts))


def is_fault(facts: ServiceFacts) -> Condition:
    """The condition that a fault is confirmed; a setting, a habit or the network is none."""
    states = {"confirmed": True, "none": False}
    return Condition("fault_confirmed", states.get(str(facts.fault)), ("diagnosis",))
