"""Back to the factory and back from it: what goes, how it is packed and named, and by when a statement is signed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from probes import BadInput
from reports.service import (
    Decision,
    Parcel,
    ParcelStep,
    ReturnItem,
    ReturnOrder,
    Statement,
    check_statement,
    may_return,
    pack,
    receive,
)

FINE = {"human_damage": "no", "fault_confirmed": "yes", "label_on": "yes"}


def item(code: str, number: int = 1, *, model: str = "M1", colour: str = "black", **other: Any) -> ReturnItem:
    return ReturnItem.model_validate(
        {"ticket": f"T-{number:03}", "code": code, "model": model, "colour": colour} | FINE | other
    )


def packed(*items: ReturnItem, **other: Any) -> ReturnOrder:
    head: dict[str, Any] = {"centre": "Centre1", "sent_on": date(2026, 5, 4), "consignment": "SF1"}
    return ReturnOrder.model_validate(head | {"items": items} | other)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (item("HANDSET", exchange_met="yes", lacks_parts="no"), Decision.ELIGIBLE),
        (item("HANDSET", exchange_met="no", lacks_parts="yes"), Decision.ELIGIBLE),
        (item("HANDSET", exchange_met="no", lacks_parts="no"), Decision.INELIGIBLE),
        (item("HANDSET", exchange_met="no"), Decision.UNDETERMINED),
        (item("PCB", bare="yes"), Decision.ELIGIBLE),
        (item("PCB", bare="no"), Decision.INELIGIBLE),
        (item("PCB"), Decision.UNDETERMINED),
        (item("DSP", label_outside="yes"), Decision.ELIGIBLE),
        (item("DSP", label_outside="no"), Decision.INELIGIBLE),
        (item("SPK"), Decision.ELIGIBLE),
        (item("SPK", fault_confirmed="no"), Decision.INELIGIBLE),
        (item("SPK", human_damage="yes"), Decision.INELIGIBLE),
        (item("SPK", human_damage="unknown"), Decision.UNDETERMINED),
        (item("SPK", label_on="no"), Decision.INELIGIBLE),
        (item("BAT", in_exchange_period="yes"), Decision.ELIGIBLE),
        (item("BAT", in_exchange_period="no"), Decision.INELIGIBLE),
        (item("ACC-HST", in_exchange_period="yes", fault_confirmed="unknown"), Decision.UNDETERMINED),
        (item("BC"), Decision.INELIGIBLE),
        (item("PACKAGE"), Decision.INELIGIBLE),
        (item("MANUAL"), Decision.INELIGIBLE),
        (item("NONE"), Decision.INELIGIBLE),
    ],
)
def test_what_the_factory_takes_and_what_not(thing: ReturnItem, expected: Decision) -> None:
    assert may_return(thing).decision is expected


def test_the_list_is_grouped_by_model_then_colour() -> None:
    listed = pack(
        packed(
            item("SPK", 4, model="M2"),
            item("SPK", 3, model="M1", colour="white"),
            item("SPK", 2, model="M1", colour="black"),
            item("SPK", 1, model="M1", colour="black"),
        )
    )
    assert [(one.model, one.colour, one.count) for one in listed.lines] == [
        ("M1", "black", 2),
        ("M1", "white", 1),
        ("M2", "black", 1),
    ]
    assert listed.lines[0].tickets == ("T-001", "T-002")
    assert "electronic_parts_of_the_factory" in listed.assumptions


@pytest.mark.parametrize(("count", "sizes"), [(4, [4]), (5, [5]), (6, [5, 1]), (10, [5, 5])])
def test_handsets_are_tied_in_fives_and_the_rest_is_partial(count: int, sizes: list[int]) -> None:
    handsets = [item("HANDSET", number, exchange_met="yes") for number in range(count)]
    other = item("HANDSET", 99, model="M9", exchange_met="yes")
    listed = pack(packed(*handsets, other, item("SPK", 50)))
    mine = [bundle for bundle in listed.bundles if bundle.model == "M1"]
    assert [len(bundle.tickets) for bundle in mine] == sizes
    assert [bundle.partial for bundle in mine] == [size < 5 for size in sizes]
    assert [bundle.tickets for bundle in listed.bundles if bundle.model == "M9"] == [("T-099",)]


def test_the_file_has_the_name_that_the_factory_wants() -> None:
    assert pack(packed()).file_name == "Centre1+20260504+SF1"
    for bad in ("../up", "a/b", "", ".hidden", "a\x00b", 'a"b'):
        with pytest.raises((BadInput, ValueError)):
            pack(packed(centre=bad))


def test_clerk_ships_37_and_two_are_refused_with_the_reason() -> None:
    good = [item("SPK", number) for number in range(35)]
    listed = pack(packed(*good, item("BC", 90), item("SPK", 91, fault_confirmed="no")))
    assert sum(one.count for one in listed.lines) == 35
    assert [one.decision.reasons for one in listed.refused] == [("shells_are_not_taken",), ("fault_confirmed",)]


def test_an_unknown_code_or_a_line_twice_is_one_clear_line() -> None:
    with pytest.raises(BadInput, match="XYZ is no component code"):
        pack(packed(item("XYZ")))
    with pytest.raises(BadInput, match="twice"):
        pack(packed(item("SPK"), item("SPK")))


def parcel(**other: Any) -> Parcel:
    fine = dict.fromkeys(("deformed", "broken", "sealed_twice", "wet"), "no")
    return Parcel.model_validate(fine | {"listed": {"M1": 3}, "found": {"M1": 3}} | other)


def test_a_whole_parcel_needs_nothing_but_tests() -> None:
    assert receive(parcel()).steps == ()
    assert receive(parcel(tickets=("T-1", "T-2"), tested=("T-1",))).steps == (ParcelStep.TEST_EVERY_UNIT,)


@pytest.mark.parametrize("sign", ["deformed", "broken", "sealed_twice", "wet"])
def test_a_bad_parcel_is_opened_before_the_courier(sign: str) -> None:
    assert receive(parcel(**{sign: "yes"})).steps == (ParcelStep.OPEN_BEFORE_COURIER,)
    assert receive(parcel(**{sign: "unknown"})).steps == (ParcelStep.OPEN_BEFORE_COURIER,)


def test_a_short_parcel_is_held_until_it_is_confirmed() -> None:
    short = receive(parcel(found={"M1": 2}, tickets=("T-1",)))
    assert short.held
    assert short.shortage == {"M1": 1}
    assert short.steps == (
        ParcelStep.REFILL_PACKING,
        ParcelStep.FILL_FORM_AND_CALL,
        ParcelStep.WAIT_FOR_CONFIRMATION,
    )
    assert not receive(parcel(found={"M1": 2}, shortage_confirmed="yes")).held
    assert receive(parcel(damaged=("T-1",))).steps == (ParcelStep.REPORT_DAMAGE,)


CAME = datetime(2026, 5, 1, 9, tzinfo=UTC)


def statement(signed_after: timedelta | None = None, **other: Any) -> Statement:
    signed = {"by": "Li", "at": CAME + signed_after} if signed_after is not None else None
    head = {
        "month": "2026-04",
        "received_at": CAME,
        "opening_units": 10,
        "borrowed_in_units": 4,
        "borrowed_out_units": 3,
        "stated_closing_units": 11,
        "parts_requisitioned": 7,
        "parts_written_off": 5,
        "stated_parts_in_stock": 2,
        "signed": signed,
    }
    return Statement.model_validate(head | other)


def test_a_statement_is_signed_back_within_48_hours() -> None:
    second, two_days = timedelta(seconds=1), timedelta(hours=48)
    assert check_statement(statement(two_days), CAME).state == "signed_in_time"
    assert check_statement(statement(two_days + second), CAME).state == "signed_late"
    assert check_statement(statement(), CAME + two_days).state == "open"
    assert check_statement(statement(), CAME + two_days + second).state == "overdue"
    east = check_statement(statement(), (CAME + two_days).astimezone(timezone(timedelta(hours=8))))
    assert east.state == "open"


def test_a_statement_that_does_not_add_up_says_by_how_much() -> None:
    assert check_statement(statement(), CAME).is_right
    off = check_statement(statement(stated_closing_units=12, stated_parts_in_stock=0), CAME)
    assert (off.units_off, off.parts_off, off.is_right) == (1, -2, False)
