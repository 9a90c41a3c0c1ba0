"""Work order, intake, plan and repair as records: what is wrong is refused in one line, nothing is guessed."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agent.orders import PUBLISHED
from probes import BadInput, symptoms
from reports import (
    Approval,
    ApprovalStatus,
    IdentityMatch,
    IntakeInspection,
    Mask,
    NotApproved,
    PhoneId,
    RepairDone,
    RepairLogRow,
    RepairOffer,
    WorkOrder,
    answer_offer,
    match_identity,
    require_approved,
)
from reports.service import policy
from tests.reports.service.conftest import NOW, line_of

EXAMPLES = Path(__file__).resolve().parents[3] / "reports" / "examples"
IMEI = "490154203237518"
PHOTO = "b" * 64


@pytest.fixture
def order() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EXAMPLES / "work_order.v1.json").read_text(encoding="utf-8"))
    return loaded


def inspection(**other: Any) -> dict[str, Any]:
    flaws = ("scratch", "dent", "liquid", "unofficial_repair", "housing_crack", "swelling", "package_damage")
    box = ("handset", "box", "warranty_card", "battery", "stylus", "memory_card", "back_cover")
    return {
        "backup": {"answer": "done", "by": "C-1", "at": NOW.isoformat()},
        "inspected_by": "Li",
        "inspected_at": (NOW + timedelta(minutes=5)).isoformat(),
        "flaws": [{"flaw": name, "answer": "no"} for name in flaws],
        "box": [{"item": name, "state": "absent"} for name in box],
    } | other


def offered(**other: Any) -> RepairOffer:
    cost = {"parts_minor": 30000, "labour_minor": 8000, "currency": "CNY"}
    whole = {"cause": "worn", "parts": [{"code": "BAT"}], "cost": cost, "time_days": 2, "loses_data": False}
    return RepairOffer.model_validate(whole | other)


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_every_record_has_a_schema(name: str) -> None:
    schema = PUBLISHED[name].model_json_schema(mode="serialization")
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", ["work_order", "qc_record"])
def test_what_version_1_wrote_is_read_for_ever(name: str) -> None:
    record = PUBLISHED[name]
    text = (EXAMPLES / f"{name}.v1.json").read_text(encoding="utf-8")
    read = record.model_validate_json(text)
    schema = record.model_json_schema(mode="serialization")
    jsonschema.validate(json.loads(read.model_dump_json()), schema, cls=jsonschema.Draft202012Validator)
    assert schema["examples"] == [json.loads(text)]
    assert record.model_validate_json(read.model_dump_json()) == read


@pytest.mark.parametrize("channel", ["hotline", "website", "app", "service_centre", "shop", "dealer"])
def test_one_schema_serves_all_channels(order: dict[str, Any], channel: str) -> None:
    assert WorkOrder.model_validate_json(json.dumps(order | {"channel": channel})).channel == channel


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("imei", "490154203237519"),
        ("imei", "49015420323751"),
        ("imei", "4901542032375180"),
        ("imei", "000000000000000"),
        ("imei", "49015420323751O"),
        ("meid", "A000004915905"),
        ("meid", "G0000049159056"),
        ("esn", "1234567"),
        ("serial", "a b"),
        ("serial", "x"),
    ],
)
def test_wrong_numbers_are_refused_in_one_line_without_the_number(order: dict[str, Any], kind: str, raw: str) -> None:
    line = line_of(WorkOrder, order | {"ids": [{"kind": kind, "raw": raw}]})
    assert f"the {kind.upper()} is not valid" in line
    assert raw not in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("kind", "raw"),
    [("imei", "49-015420-323751-8"), ("meid", "A0000049159056"), ("esn", "80123ABC"), ("esn", "12345678901")],
)
def test_numbers_may_be_written_with_separators(kind: str, raw: str) -> None:
    assert PhoneId.model_validate({"kind": kind, "raw": raw}).raw == raw


@given(st.from_regex(r"[0-9]{14}", fullmatch=True), st.integers(0, 9))
def test_one_check_digit_in_ten_is_right(body: str, digit: int) -> None:
    right = [last for last in range(10) if _is_valid(f"{body}{last}")]
    assert len(right) == (0 if not body.strip("0") else 1)
    assert _is_valid(f"{body}{digit}") == (digit in right)


def _is_valid(raw: str) -> bool:
    try:
        PhoneId.model_validate({"kind": "imei", "raw": raw})
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"purchase_date": "2025-03-21"}, "purchase date 2025-03-21 is after the day of the order"),
        ({"purchase_date": "2025-02-30"}, "purchase_date"),
        ({"manufacture_date": "2025-02-01"}, "bought on"),
        ({"symptoms": [{"codes": ["XXX-99"]}]}, "there is no symptom XXX-99"),
        ({"symptoms": [{}]}, "needs a code or the customer's words"),
        ({"symptoms": [{"codes": ["SYS-01"]}]}, "needs the function"),
        ({"symptoms": [{"codes": ["PWR-01"], "fails": 3, "tries": 2}]}, "more failures than tries"),
        ({"time_zone": "Mars/Base"}, "no such time zone"),
        ({"ticket": "../../x"}, "ticket"),
        ({"service_mode": "drone"}, "service_mode"),
        ({"received_at": "2025-03-20T10:00:00"}, "received_at"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_bad_order_is_one_clear_line(order: dict[str, Any], change: dict[str, Any], said: str) -> None:
    line = line_of(WorkOrder, order | change)
    assert said in line
    assert "\n" not in line


def test_the_day_of_the_order_is_that_of_the_seller(order: dict[str, Any]) -> None:
    late = order | {"received_at": "2025-03-19T17:00:00Z"}  # 20 March in Shanghai
    assert WorkOrder.model_validate_json(json.dumps(late | {"purchase_date": "2025-03-20"})).received_on.day == 20


def test_the_contact_is_left_out() -> None:
    text = (EXAMPLES / "work_order.v1.json").read_text(encoding="utf-8")
    kept = WorkOrder.model_validate_json(text).without_contact().model_dump_json()
    assert "A. Customer" in text
    assert "A. Customer" not in kept
    assert "555 0100" not in kept


@pytest.mark.parametrize(
    ("imei", "serial", "expected"),
    [
        (IMEI, "S-1234", IdentityMatch.MATCH),
        ("", "S-1234", IdentityMatch.MATCH),
        (IMEI, "", IdentityMatch.MATCH),
        ("", "", IdentityMatch.UNREAD),
        ("356938035643809", "S-1234", IdentityMatch.MISMATCH),
        (IMEI, "S-9999", IdentityMatch.MISMATCH),
    ],
)
def test_one_number_that_differs_is_another_phone(imei: str, serial: str, expected: IdentityMatch) -> None:
    ids = tuple(
        PhoneId.model_validate(one) for one in ({"kind": "imei", "raw": IMEI}, {"kind": "serial", "raw": "S-1234"})
    )
    assert match_identity(ids, imei=imei, serial=serial) is expected


def test_the_backup_reminder_comes_before_anything_else() -> None:
    late = {"answer": "done", "by": "C-1", "at": (NOW + timedelta(minutes=6)).isoformat()}
    assert "before anything else" in line_of(IntakeInspection, inspection(backup=late))
    assert "backup" in line_of(IntakeInspection, {key: value for key, value in inspection().items() if key != "backup"})
    declined = {"answer": "declined", "by": "C-1", "at": NOW.isoformat()}
    assert "who answers for the data" in line_of(IntakeInspection, inspection(backup=declined))
    noted = declined | {"data_liability_note": "customer keeps no data of worth"}
    assert IntakeInspection.model_validate_json(json.dumps(inspection(backup=noted))).backup.answer == "declined"


def test_every_flaw_and_box_item_is_answered() -> None:
    whole = inspection()
    assert "no answer for flaw scratch" in line_of(IntakeInspection, whole | {"flaws": whole["flaws"][1:]})
    assert "no answer for box item handset" in line_of(IntakeInspection, whole | {"box": whole["box"][1:]})
    assert "twice" in line_of(IntakeInspection, whole | {"box": [*whole["box"], whole["box"][0]]})
    dented = [{"flaw": "scratch", "answer": "yes"}, *whole["flaws"][1:]]
    assert "needs a photo" in line_of(IntakeInspection, whole | {"flaws": dented})
    shown = [{"flaw": "scratch", "answer": "yes", "photos": [PHOTO]}, *whole["flaws"][1:]]
    assert not IntakeInspection.model_validate_json(json.dumps(whole | {"flaws": shown})).stops_tests
    early = {"by": "C-1", "method": "signature", "at": NOW.isoformat()}
    assert "before the inspection" in line_of(IntakeInspection, whole | {"ack": early})


def test_a_swollen_battery_stops_all_tests() -> None:
    whole = inspection()
    swollen = [
        one if one["flaw"] != "swelling" else one | {"answer": "yes", "photos": [PHOTO]} for one in whole["flaws"]
    ]
    assert IntakeInspection.model_validate_json(json.dumps(whole | {"flaws": swollen})).stops_tests
    assert not IntakeInspection.model_validate_json(json.dumps(whole)).stops_tests


def test_an_unknown_cost_is_null_with_a_reason_and_never_zero() -> None:
    for cost, said in (
        ({"parts_minor": None, "labour_minor": 1, "currency": "CNY"}, "unknown_reason"),
        ({"parts_minor": 1, "labour_minor": 1, "currency": "CNY", "unknown_reason": "x"}, "unknown_reason"),
        ({"parts_minor": 0, "labour_minor": 1, "currency": "CNY"}, "free_reason"),
        ({"parts_minor": -1, "labour_minor": 1, "currency": "CNY"}, "parts_minor"),
    ):
        with pytest.raises(ValidationError, match=said):
            offered(cost=cost)
    with pytest.raises(ValidationError, match="time_unknown_reason"):
        offered(time_days=None)
    unknown = offered(cost={"parts_minor": None, "labour_minor": None, "currency": "CNY", "unknown_reason": "no_list"})
    assert unknown.chargeable
    assert unknown.cost.total_minor is None


def test_an_original_part_needs_its_evidence() -> None:
    with pytest.raises(ValidationError, match="needs its evidence"):
        offered(parts=[{"code": "BAT", "oem_verified": "yes"}])
    with pytest.raises(ValidationError, match="no such component"):
        offered(parts=[{"code": "XYZ"}])


def answered(offer: RepairOffer, current: Approval | None = None, **other: Any) -> Approval:
    told: dict[str, Any] = {"status": ApprovalStatus.APPROVED, "method": "signature", "by": "C-1", "at": NOW} | other
    return answer_offer(offer, current or Approval(offer_sha256=offer.sha256), policy(), **told)


def test_nothing_is_repaired_without_a_yes_to_this_very_plan() -> None:
    offer = offered()
    waiting = Approval(offer_sha256=offer.sha256)
    yes, no = answered(offer), answered(offer, status=ApprovalStatus.DECLINED)
    require_approved(offer, yes)
    for plan, answer in ((None, yes), (offer, None), (offer, waiting), (offer, no), (offered(cause="other"), yes)):
        with pytest.raises(NotApproved):
            require_approved(plan, answer)


def test_an_answer_is_in_writing_once_and_to_a_known_price() -> None:
    offer = offered()
    with pytest.raises(BadInput, match="in writing"):
        answered(offer, method="phone")
    with pytest.raises(BadInput, match="already"):
        answered(offer, answered(offer))
    unknown = offered(cost={"parts_minor": None, "labour_minor": None, "currency": "CNY", "unknown_reason": "x"})
    with pytest.raises(BadInput, match="not known"):
        answered(unknown)
    assert answered(unknown, status=ApprovalStatus.DECLINED).status is ApprovalStatus.DECLINED
    with pytest.raises(ValidationError):
        answered(offer, by=" ")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"loses_data": True}, "loses_data"),
        ({"changes_function": "water seal no longer rated"}, "changes_function"),
        ({"phone_price_minor": 126666}, "high_cost"),
    ],
)
def test_a_repair_of_high_impact_is_talked_through(change: dict[str, Any], reason: str) -> None:
    offer = offered(**change)
    assert offer.high_impact(policy()) == (reason,)
    with pytest.raises(BadInput, match="talked through"):
        answered(offer)
    assert answered(offer, discussed=True).discussed


def test_a_cost_just_below_the_share_is_not_high() -> None:
    assert offered(phone_price_minor=126667).high_impact(policy()) == ()


def test_a_wiped_phone_needs_an_erase_record_and_reset_is_only_clear() -> None:
    person = {
        "name": "Li",
        "title": "engineer",
        "on": "2025-03-20",
        "location": "C1",
        "contact": "desk",
        "signature": "Li",
    }
    erasure: dict[str, Any] = dict.fromkeys(
        (
            "manufacturer",
            "model",
            "serial",
            "media_type",
            "media_source",
            "method",
            "tool",
            "tool_version",
            "verification",
        ),
        "x",
    ) | {"destination": "customer", "description": "clear", "sanitizer": person, "verifier": person}
    done = {"repaired_by": "Li", "cause": "c", "handling": "h", "esd_ack": True, "wiped": True, "erasure": erasure}
    assert RepairDone.model_validate_json(json.dumps(done)).erasure is not None
    assert "erase record" in line_of(RepairDone, done | {"erasure": None})
    assert "erase record" in line_of(RepairDone, done | {"wiped": False})
    assert "needs evidence" in line_of(RepairDone, done | {"erasure": erasure | {"description": "purge"}})
    assert "static" in line_of(RepairDone, done | {"esd_ack": False})
    new = [{"kind": "imei", "raw": IMEI}]
    assert "main board" in line_of(RepairDone, done | {"new_ids": new})
    assert RepairDone.model_validate_json(json.dumps(done | {"new_ids": new, "parts": [{"code": "PCB"}]})).new_ids


def test_the_repair_log_has_exactly_the_six_fields_of_the_statute() -> None:
    assert list(RepairLogRow.model_fields) == [
        "sent_in_on",
        "fault",
        "cause",
        "handling",
        "handed_over_on",
        "repairer_signature",
    ]


def test_every_inspection_item_of_the_plan_has_a_symptom() -> None:
    items = {row.standard for row in symptoms().values()}
    assert {"4", "5", "6", "7", "8", "9"} <= {part for item in items for part in item.replace(",", " ").split()}


@given(st.text(max_size=30), st.text(max_size=30))
def test_the_mask_leaves_no_secret_wherever_it_stands(before: str, after: str) -> None:
    mask = Mask((IMEI, "S-1234-5678", "Ms Example"), b"k")
    for secret in (IMEI, "S-1234-5678", "s-1234-5678", "ms example"):
        said = mask.data({"a": [f"{before}{secret}{after}"], secret: 1})
        assert secret not in json.dumps(said, ensure_ascii=False)
    assert mask.text(IMEI) == "***********7518"
    assert mask.hashed(IMEI) != Mask((), b"other").hashed(IMEI)
