"""Every number of the service rules on both sides of its boundary, and what is not known never decides."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reports.service import (
    Decision,
    PartClass,
    ServiceFacts,
    ServiceType,
    add_months,
    evaluate_rules,
    holidays,
    policy,
    service_words,
)
from tests.reports.service.conftest import SOLD, MakeFacts, proof

YES, NO, OPEN = Decision.ELIGIBLE, Decision.INELIGIBLE, Decision.UNDETERMINED


def after(days: int) -> date:
    return SOLD + timedelta(days=days)


def test_the_numbers_are_those_of_the_texts() -> None:
    numbers = policy()
    assert (numbers.exchange_days, numbers.return_days, numbers.doa_call_time_s) == (15, 7, 900)
    assert {str(part): months for part, months in numbers.warranty_months.items()} == {
        "main": 12,
        "charger": 12,
        "battery": 6,
        "other": 3,
    }
    assert (numbers.no_proof_months[PartClass.MAIN], numbers.lost_proof_days) == (15, 90)
    assert (numbers.repairs_before_exchange, numbers.parts_wait_days, numbers.repair_hold_days) == (2, 60, 30)
    assert (numbers.statement_confirm_h, numbers.bundle_units, numbers.battery_capacity_ratio) == (48, 5, 0.80)


@pytest.mark.parametrize(("days", "expected"), [(0, YES), (15, YES), (16, NO)])
def test_the_exchange_ends_after_day_15(make: MakeFacts, days: int, expected: Decision) -> None:
    decided = evaluate_rules(make(today=after(days)))
    assert decided.of("exchange.15_days").decision is expected
    assert decided.of("exchange.statute").decision is expected
    assert decided.service_type is (ServiceType.DAP if expected is YES else ServiceType.WH)


@pytest.mark.parametrize(("days", "expected"), [(0, YES), (7, YES), (8, NO)])
def test_the_statutory_return_ends_after_day_7_and_is_never_hidden(
    make: MakeFacts, days: int, expected: Decision
) -> None:
    decided = evaluate_rules(make(today=after(days)))
    assert decided.of("return.7_days").decision is expected
    assert "statutory_return_beside_exchange" in decided.assumptions
    # worn looks end the plan's exchange, not the statute's return
    worn = make(today=after(days), looks={})
    assert evaluate_rules(worn).of("return.7_days").decision is expected


@pytest.mark.parametrize(
    ("part", "last"),
    [
        ("main", date(2026, 3, 10)),
        ("charger", date(2026, 3, 10)),
        ("battery", date(2025, 9, 10)),
        ("other", date(2025, 6, 10)),
    ],
)
def test_each_period_ends_on_its_last_day(make: MakeFacts, part: str, last: date) -> None:
    rule = f"warranty.{part}"
    on = evaluate_rules(make(today=last)).of(rule)
    assert (on.decision, on.last_day) == (YES, last)
    assert evaluate_rules(make(today=last + timedelta(days=1))).of(rule).decision is NO


def test_a_last_day_on_a_holiday_moves_to_the_next_working_day(make: MakeFacts) -> None:
    bought = make(today=date(2026, 10, 8), purchase_date=date(2025, 10, 5), proofs=(proof(sold_on=date(2025, 10, 5)),))
    assert evaluate_rules(bought).of("warranty.main").last_day == date(2026, 10, 8)
    assert evaluate_rules(bought).of("warranty.main").decision is YES
    late = bought.model_copy(update={"today": date(2026, 10, 9)})
    assert evaluate_rules(late).of("warranty.main").decision is NO


def test_a_year_without_a_calendar_moves_nothing_and_says_so(make: MakeFacts) -> None:
    facts = make(today=date(2031, 1, 2), purchase_date=date(2030, 10, 1), proofs=(proof(sold_on=date(2030, 10, 1)),))
    decided = evaluate_rules(facts).of("warranty.main")
    assert decided.last_day == date(2031, 10, 1)
    assert "holidays_of_year_unknown" in decided.assumptions


def test_weekend_days_that_are_worked_count_as_working_days() -> None:
    assert holidays().is_working_day(date(2026, 2, 28))
    assert not holidays().is_working_day(date(2026, 2, 22))
    assert holidays().moved(date(2026, 2, 15)) == date(2026, 2, 24)
    assert holidays().moved(date(2026, 3, 1)) == date(2026, 3, 1)  # an ordinary Sunday


@pytest.mark.parametrize(("today", "expected"), [(date(2026, 3, 20), YES), (date(2026, 3, 21), NO)])
def test_days_in_repair_do_not_count(make: MakeFacts, today: date, expected: Decision) -> None:
    assert evaluate_rules(make(today=today, days_off=10)).of("warranty.main").decision is expected


@given(st.dates(date(2020, 1, 1), date(2025, 12, 31)))
def test_without_proof_the_later_of_both_days_counts(made: date) -> None:
    facts = ServiceFacts.model_validate({"today": made, "manufacture_date": made, "manufacture_source": "label"})
    decided = evaluate_rules(facts).of("warranty.main")
    by_plan, by_statute = (
        date.fromisoformat(str(decided.inputs[f"last_day_by_{name}"])) for name in ("plan", "statute")
    )
    assert by_plan == add_months(made, 15)
    assert by_statute == add_months(made + timedelta(days=90), 12)
    assert decided.last_day is not None
    assert decided.last_day >= max(by_plan, by_statute)
    assert -2 <= (by_statute - by_plan).days <= 3


@pytest.mark.parametrize(("part", "months"), [("main", 15), ("charger", 15), ("battery", 9), ("other", 6)])
def test_without_proof_each_class_has_its_months(make: MakeFacts, part: str, months: int) -> None:
    made = date(2025, 1, 20)
    facts = make(proofs=(), manufacture_date=made, manufacture_source="label")
    decided = evaluate_rules(facts).of(f"warranty.{part}")
    assert decided.inputs["last_day_by_plan"] == add_months(made, months).isoformat()
    last = decided.last_day
    assert last is not None
    assert evaluate_rules(facts.model_copy(update={"today": last})).of(f"warranty.{part}").decision is YES
    gone = facts.model_copy(update={"today": last + timedelta(days=1)})
    assert evaluate_rules(gone).of(f"warranty.{part}").decision is NO


@pytest.mark.parametrize("source", ["battery_proxy", "unknown"])
def test_a_guessed_manufacture_date_decides_nothing(make: MakeFacts, source: str) -> None:
    facts = make(proofs=(), manufacture_date=date(2025, 1, 1), manufacture_source=source)
    decided = evaluate_rules(facts).of("warranty.main")
    assert decided.decision is OPEN
    assert decided.missing == ("manufacture_source",)


def test_month_ends_are_clamped() -> None:
    assert add_months(date(2025, 1, 31), 1) == date(2025, 2, 28)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2025, 12, 31), 12) == date(2026, 12, 31)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)


@pytest.mark.parametrize(
    "spoiled",
    [
        {"altered": "yes"},
        {"names_model": "no"},
        {"names_phone": "no"},
        {"has_seal": "no"},
        {"sold_on": None},
        {"kind": "warranty_card", "names_serial": "no"},
    ],
)
def test_a_proof_counts_only_whole_and_unaltered(make: MakeFacts, spoiled: dict[str, Any]) -> None:
    facts = make(proofs=(proof(**spoiled),))
    assert facts.proof == "no"
    decided = evaluate_rules(facts)
    assert decided.of("warranty.main").decision is OPEN
    assert decided.of("warranty.main").missing == ("manufacture_date",)
    assert "missing_documents" in decided.notice.reasons
    # the other paper suffices
    assert make(proofs=(proof(**spoiled), proof())).proof == "yes"
    card = proof(kind="warranty_card", names_serial="yes")
    assert make(proofs=(card,)).proof == "yes"


def test_an_unjudged_proof_is_missing_and_not_absent(make: MakeFacts) -> None:
    decided = evaluate_rules(make(proofs=(proof(altered="unknown"),)))
    assert decided.of("warranty.main").missing == ("proof",)
    assert decided.service_type is None


@pytest.mark.parametrize("kind", ["misuse", "unauthorised_repair", "disaster", "label_torn"])
def test_each_kind_of_human_damage_ends_the_warranty(make: MakeFacts, kind: str) -> None:
    clean = dict.fromkeys(("misuse", "unauthorised_repair", "disaster", "label_torn"), "no")
    decided = evaluate_rules(make(human_damage=clean | {kind: "yes"}))
    assert decided.service_type is ServiceType.F
    assert decided.of("exchange.15_days").decision is NO
    assert (decided.notice.required, decided.notice.quote_required) == (True, True)
    assert "human_damage" in decided.notice.reasons
    unknown = evaluate_rules(make(human_damage=clean | {kind: "unknown"}))
    assert unknown.service_type is None
    assert unknown.of("warranty.main").missing == (f"human_damage.{kind}",)


@pytest.mark.parametrize("name", ["unworn", "licence", "body_number", "anti_counterfeit", "water_seal"])
def test_looks_without_a_photo_decide_nothing(make: MakeFacts, name: str) -> None:
    whole = make().looks.model_dump()
    blind = evaluate_rules(make(looks=whole | {name: {"answer": "yes"}})).of("exchange.15_days")
    assert (blind.decision, blind.missing) == (OPEN, (f"looks.{name}.photo",))
    assert evaluate_rules(make(looks=whole | {name: {"answer": "no"}})).of("exchange.15_days").reasons == (name,)


@pytest.mark.parametrize(
    ("call_time_s", "source", "expected"),
    [
        (900, "life_timer", YES),
        (901, "life_timer", NO),
        (0, "operator", YES),
        (900, "unknown", OPEN),
        (None, "life_timer", OPEN),
    ],
)
def test_fifteen_minutes_of_calls_still_qualify(
    make: MakeFacts, call_time_s: int | None, source: str, expected: Decision
) -> None:
    facts = make(sold="no", purchase_date=None, proofs=(), call_time_s=call_time_s, call_time_source=source)
    decided = evaluate_rules(facts)
    assert decided.of("exchange.doa").decision is expected
    assert (decided.service_type is ServiceType.DOA) == (expected is YES)


def test_a_sold_unit_is_never_dead_on_arrival(make: MakeFacts) -> None:
    assert evaluate_rules(make(call_time_s=0, call_time_source="life_timer")).of("exchange.doa").decision is NO


@pytest.mark.parametrize(("repairs", "expected"), [(1, NO), (2, YES), (None, OPEN)])
def test_two_repairs_lead_to_an_exchange(make: MakeFacts, repairs: int | None, expected: Decision) -> None:
    facts = make(today=after(100), repairs_of_fault=repairs, still_faulty="yes")
    assert evaluate_rules(facts).of("exchange.after_two_repairs").decision is expected
    mended = facts.model_copy(update={"still_faulty": "no"})
    assert evaluate_rules(ServiceFacts.model_validate(dict(mended))).of("exchange.after_two_repairs").decision is NO


@pytest.mark.parametrize(("days", "expected"), [(60, NO), (61, YES), (None, OPEN)])
def test_more_than_60_days_of_waiting_lead_to_an_exchange(
    make: MakeFacts, days: int | None, expected: Decision
) -> None:
    facts = make(today=after(100), parts_wait_days=days)
    assert evaluate_rules(facts).of("exchange.parts_wait").decision is expected


@pytest.mark.parametrize(("days", "expected"), [(0, YES), (29, YES), (30, NO)])
def test_a_repair_holds_30_days(make: MakeFacts, days: int, expected: Decision) -> None:
    facts = make(today=after(100), handed_over_on=after(100 - days), same_fault="yes")
    assert evaluate_rules(facts).of("repair.again_for_nothing").decision is expected


@pytest.mark.parametrize(("ratio", "expected"), [(0.79, YES), (0.80, NO), (None, OPEN)])
def test_a_battery_below_80_percent_is_faulty(make: MakeFacts, ratio: float | None, expected: Decision) -> None:
    assert evaluate_rules(make(battery_capacity_ratio=ratio)).of("battery.capacity").decision is expected


@pytest.mark.parametrize(("swaps", "expected"), [(1, NO), (2, YES), (None, OPEN)])
def test_an_accessory_is_refunded_after_two_replacements(
    make: MakeFacts, swaps: int | None, expected: Decision
) -> None:
    assert evaluate_rules(make(accessory_swaps=swaps)).of("refund.accessory").decision is expected


def test_the_service_type_is_one_of_the_four(make: MakeFacts) -> None:
    assert [str(kind) for kind in ServiceType] == ["DOA", "DAP", "WH", "F"]
    nothing = evaluate_rules(ServiceFacts(today=SOLD))
    assert nothing.service_type is None
    assert nothing.candidates == tuple(ServiceType)
    assert {"sold", "call_time_s", "diagnosis", "purchase_date"} <= set(nothing.missing)
    assert evaluate_rules(make(today=date(2027, 1, 1))).service_type is ServiceType.F


@pytest.mark.parametrize(
    ("facts", "reason", "quote"),
    [
        ({"fault": "none", "fault_reason": "configuration"}, "no_fault", False),
        ({"today": date(2027, 1, 1)}, "out_of_warranty", True),
        ({"proofs": ()}, "missing_documents", False),
        ({"proofs": (proof(altered="yes"),)}, "altered_documents", False),
        ({"purchase_date": date(2025, 3, 9)}, "documents_do_not_fit", False),
        ({"proofs": (proof(names_phone="no"),)}, "documents_do_not_fit", False),
    ],
)
def test_the_customer_is_told_at_once(make: MakeFacts, facts: dict[str, Any], reason: str, *, quote: bool) -> None:
    notice = evaluate_rules(make(**facts)).notice
    assert notice.required
    assert reason in notice.reasons
    assert notice.quote_required is quote


def test_a_whole_phone_within_warranty_needs_no_notice(make: MakeFacts) -> None:
    assert not evaluate_rules(make()).notice.required


def test_no_fault_is_neither_exchanged_nor_refunded(make: MakeFacts) -> None:
    decided = evaluate_rules(make(fault="none"))
    assert decided.of("exchange.15_days").reasons == ("fault_confirmed",)
    assert decided.of("return.7_days").decision is NO


def test_a_claimed_purchase_date_alone_proves_nothing(make: MakeFacts) -> None:
    assert evaluate_rules(make(proofs=())).of("exchange.15_days").missing == ("proof",)
    assert evaluate_rules(make(proofs=(), today=after(16))).of("exchange.15_days").decision is NO


@pytest.mark.parametrize("name", ["purchase_date", "manufacture_date", "handed_over_on"])
def test_a_date_to_come_is_refused(make: MakeFacts, name: str) -> None:
    with pytest.raises(ValidationError, match="is after"):
        make(**{name: date(2025, 3, 13)})


ANSWERS = st.sampled_from(["yes", "no", "unknown"])


@given(st.builds(dict, misuse=ANSWERS, disaster=ANSWERS), ANSWERS, ANSWERS, st.integers(0, 800), st.integers(0, 2000))
def test_the_unknown_never_decides_for_anybody(
    damage: dict[str, str], altered: str, sold: str, days: int, call_time_s: int
) -> None:
    facts = {
        "today": after(days),
        "sold": sold,
        "human_damage": damage,
        "proofs": (proof(altered=altered),),
        "call_time_s": call_time_s,
    }
    decided = evaluate_rules(ServiceFacts.model_validate(facts))
    for one in decided.decisions:
        assert (one.decision is OPEN) == bool(one.missing)
        assert (one.decision is NO) == bool(one.reasons)
        assert one.decision is not YES or one.rule_id.startswith(("exchange", "return", "warranty"))
    # two kinds of human damage are never answered here: nothing that asks for none of them can be granted
    assert all(one.decision is not YES for one in decided.decisions)


def test_every_open_point_is_read_in_both_languages_and_is_used_or_stands_in_the_list() -> None:
    readings = policy().readings
    for reading in readings.values():
        assert re.search("[\u3400-\u9fff]", reading.zh)
        assert not re.search("[\u3400-\u9fff]", reading.en)
    assert {reading.point for reading in readings.values()} >= {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 17, 18}


def test_every_code_that_a_rule_gives_has_words_in_both_languages(make: MakeFacts) -> None:
    decided = [
        evaluate_rules(ServiceFacts(today=SOLD)),
        evaluate_rules(make()),
        evaluate_rules(make(human_damage={"misuse": "yes"}, today=date(2030, 1, 1), fault="none", looks={})),
        evaluate_rules(make(proofs=(), manufacture_date=SOLD, manufacture_source="unknown")),
        evaluate_rules(make(proofs=(proof(altered="unknown"),), sold="no", call_time_s=1, purchase_date=None)),
    ]
    rows = [one for each in decided for one in each.decisions]
    codes = {code for one in rows for code in (one.rule_id, one.decision, *one.missing, *one.reasons, *one.assumptions)}
    codes |= {reason for each in decided for reason in each.notice.reasons}
    for code in map(str, codes):
        assert re.fullmatch("[^\u3400-\u9fff_]+", service_words(code, "en")), code
        assert re.search("[\u3400-\u9fff]", service_words(code, "zh-CN")), code
