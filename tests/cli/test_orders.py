"""An order from intake to hand-over through the command line: each step in its place, one line for what is wrong.

Nothing that names phone or customer leaves the store in clear, and a refused step leaves everything as it was.
"""

from __future__ import annotations

import csv
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from agent.cli.entry import main
from agent.home import open_home
from agent.journal import Journal
from agent.order_steps import blockers, stored_diagnosis
from agent.orders import OrderBook
from agent.qc import require_not_another
from probes import BadInput
from reports import Diagnosis, IdentityMatch
from reports.service import service_words
from tests.cli.order_desk import FILES, IMEI, NAME, NUMBER, ORDER, OTHER_IMEI, SERIAL, Desk, journal_text, open_cases


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "200")
    return Desk(tmp_path, capsys)


def test_an_order_goes_from_intake_to_hand_over(desk: Desk) -> None:
    desk.to_repaired()
    desk.controlled()
    assert desk.run("order", "handover", "T-1001", "--by", "Li").code == 64
    assert desk.run("qc", "--order", "T-1001", "--sign", "Li").code == 0
    assert "cannot sign twice" in desk.run("qc", "--order", "T-1001", "--sign", "LI ").line
    assert "signed off" in desk.run("qc", "--order", "T-1001", "--sign", "Wang").out
    assert "return to the customer" in desk.run("order", "show", "T-1001").out
    done = desk.run("order", "handover", "T-1001", "--by", "Li", "--json")
    assert done.code == 0
    pack = done.data["handover"]
    assert list(pack["log"]) == ["sent_in_on", "fault", "cause", "handling", "handed_over_on", "repairer_signature"]
    assert {timer["what"] for timer in pack["timers"]} == {"follow_up_call", "repair_holds_until"}
    assert set(pack["coverage"]) >= {"mainboard", "display", "battery", "camera", "sensors"}
    assert [one["by"] for one in pack["checked_by"]] == ["Li", "Wang"]
    assert "closed" in desk.run("order", "repair", "T-1001", str(desk.folder / "repair.json")).line
    assert desk.take(ticket="T-1002").code == 0  # the phone may come again
    assert {row.split("\t")[0] for row in desk.run("order", "list").out.splitlines()} == {"T-1001", "T-1002"}


def test_the_second_engineer_may_be_waived_with_a_reason(desk: Desk) -> None:
    desk.to_repaired()
    desk.controlled()
    assert "signs before" in desk.run("qc", "--order", "T-1001", "--sign", "Li", "--waive", "alone").line
    desk.run("qc", "--order", "T-1001", "--sign", "Li")
    assert "signed off" in desk.run("qc", "--order", "T-1001", "--sign", "Li", "--waive", "one on duty").out
    assert desk.run("qc", "--order", "T-1001", "--waive", "why").code == 64


def test_words_become_codes_and_the_contact_is_gone_from_them(desk: Desk) -> None:
    assert desk.take().code == 0
    order = desk.case().order
    assert order.contact is None
    assert order.codes
    sealed = desk.book.case("T-1001").model_dump_json()
    assert NAME not in sealed
    assert NUMBER not in sealed


def test_the_contact_is_kept_where_it_is_asked_for_and_still_never_shown(desk: Desk) -> None:
    path = desk.file("order.json", ORDER)
    assert desk.run("order", "take", path, "--keep-contact").code == 0
    assert desk.case().order.contact is not None
    assert desk.run("order", "show", "T-1001", "--json").data["contact_kept"] is True


def test_the_sealed_record_is_readable_by_its_user_only_and_holds_the_numbers(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.take()
    (file,) = (desk.folder / "state" / "orders").glob("*.json")
    assert file.stat().st_mode & 0o077 == 0
    assert "T-1001" not in file.name
    capsys.readouterr()
    assert main(["order", "show", "T-1001", "--sealed"]) == 0
    assert SERIAL in capsys.readouterr().out


def test_numbers_are_masked_and_have_a_keyed_hash(desk: Desk) -> None:
    desk.take()
    imei, _ = desk.run("order", "show", "T-1001", "--json").data["phone"]
    assert imei["masked"] == "***********7518"
    assert re.fullmatch("[0-9a-f]{16}", imei["keyed_hash"])
    assert OrderBook(open_home()).mask().hashed(IMEI) == imei["keyed_hash"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ids": [{"kind": "imei", "raw": "490154203237519"}]}, "the IMEI is not valid"),
        ({"purchase_date": "2031-01-01"}, "is after the day of the order"),
        ({"symptoms": [{"codes": ["NOPE-1"]}]}, "there is no symptom NOPE-1"),
        ({"ticket": "a/b"}, "ticket"),
    ],
)
def test_a_bad_order_is_one_line_and_nothing_is_kept(desk: Desk, change: dict[str, Any], said: str) -> None:
    refused = desk.take(**change)
    assert (refused.code, said in refused.line) == (64, True)
    assert desk.book.cases() == ()


def test_a_file_that_is_none_is_one_line(desk: Desk) -> None:
    assert desk.run("order", "take", str(desk.folder / "none.json")).code == 64
    (desk.folder / "bad.json").write_bytes(b"\xff\x00{")
    assert desk.run("order", "take", str(desk.folder / "bad.json")).code == 64


@pytest.mark.parametrize(
    ("proofs", "said"),
    [
        ([], "warranty card or sales proof is missing"),
        ([ORDER["proofs"][0] | {"altered": "yes"}], "an altered proof counts as absent"),
        ([ORDER["proofs"][0] | {"sold_on": "2025-01-09"}], "papers do not fit"),
    ],
)
def test_a_missing_or_altered_proof_is_taken_in_and_said_at_once(
    desk: Desk, proofs: list[dict[str, Any]], said: str
) -> None:
    told = desk.take(proofs=proofs)
    assert told.code == 3
    assert said in told.line
    assert "bring" in told.line, "what to do"
    assert desk.case().is_open


def test_words_that_are_no_known_symptom_are_taken_in_and_said_at_once(desk: Desk) -> None:
    told = desk.take(symptoms=[{"words": "it smells of fish"}])
    assert (told.code, "no symptom is known" in told.line) == (3, True)
    assert desk.case().order.codes == ()


def test_two_orders_for_one_phone_are_refused(desk: Desk) -> None:
    desk.take()
    twice = desk.take(ticket="T-1002")
    assert (twice.code, "is here under order T-1001" in twice.line) == (64, True)
    assert "is here already" in desk.take().line
    assert len(desk.book.cases()) == 1


def test_an_order_taken_by_mistake_is_closed_with_a_reason(desk: Desk) -> None:
    desk.take()
    close = ("order", "cancel", "T-1001", "--by", "Li", "--reason")
    assert "needs a name and a reason" in desk.run(*close, " ").line
    assert desk.run(*close, "wrong shop").code == 0
    assert "is closed" in desk.run(*close, "again").line
    assert desk.take(ticket="T-1002").code == 0


def test_mail_in_without_the_backup_note_says_so(desk: Desk) -> None:
    told = desk.take(service_mode="mail_in")
    assert (told.code, "by mail" in told.err) == (3, True)
    other = desk.take(
        service_mode="mail_in", backup_note_given=True, ticket="T-9", ids=[{"kind": "serial", "raw": "ZZ99"}]
    )
    assert other.code == 0


def test_no_step_goes_before_its_turn(desk: Desk) -> None:
    desk.take()
    run = desk.store_run(serial=SERIAL)
    plan, repair = desk.file("plan.json", FILES["plan.json"]), desk.file("repair.json", FILES["repair.json"])
    steps: tuple[tuple[tuple[str, ...], str], ...] = (
        (("order", "attach", "T-1001", run), "backup reminder"),
        (("order", "plan", "T-1001", plan), "no run of this phone"),
        (("approve", "T-1001", "--by", "C", "--method", "mail"), "no plan to answer"),
        (("order", "repair", "T-1001", repair), "no repair plan"),
        (("qc", "--order", "T-1001", "--sim", "healthy"), "backup reminder"),
        (("qc", "--order", "T-1001", "--sign", "Li"), "no control to sign"),
        (("order", "handover", "T-1001", "--by", "Li"), "no backup answer and no inspection"),
        (("order", "show", "T-404"), "there is no order"),
    )
    before = desk.case()
    for arguments, said in steps:
        refused = desk.run(*arguments)
        assert (refused.code, said in refused.line) == (64, True), arguments
    assert desk.case() == before


def test_a_declined_or_changed_plan_is_not_repaired(desk: Desk) -> None:
    desk.take()
    desk.inspect()
    desk.run("order", "attach", "T-1001", desk.store_run(serial=SERIAL))
    repair = desk.file("repair.json", FILES["repair.json"])
    plan = desk.file("plan.json", FILES["plan.json"])
    desk.run("order", "plan", "T-1001", plan)
    assert desk.run("approve", "T-1001", "--by", "C", "--method", "phone").code == 64
    assert desk.run("approve", "T-1001", "--by", "C", "--method", "mail", "--decline").code == 0
    assert "declined" in desk.run("order", "repair", "T-1001", repair).line
    desk.run("order", "plan", "T-1001", plan)
    assert "awaiting_approval" in desk.run("order", "repair", "T-1001", repair).line
    desk.run("approve", "T-1001", "--by", "C", "--method", "mail")
    extra = FILES["repair.json"] | {"parts": [{"code": "DSP"}]}
    assert "DSP: not in the plan" in desk.run("order", "repair", "T-1001", desk.file("extra.json", extra)).line
    assert desk.run("order", "repair", "T-1001", repair).code == 0


@pytest.mark.parametrize("phone", [{"serial": "OTHER-1"}, {"serial": SERIAL, "imei": OTHER_IMEI}])
def test_a_swapped_phone_is_put_on_record_and_blocks_the_rest(desk: Desk, phone: dict[str, str]) -> None:
    desk.take()
    desk.inspect()
    swapped = desk.run("order", "attach", "T-1001", desk.store_run(**phone))
    assert (swapped.code, "another phone" in swapped.err) == (3, True)
    assert desk.case().identity is IdentityMatch.MISMATCH
    assert "no run of this phone" in desk.run("order", "plan", "T-1001", desk.file("p.json", FILES["plan.json"])).line
    told = desk.run("order", "handover", "T-1001", "--by", "Li").line
    assert "another phone than that of the order" in told
    assert desk.run("order", "attach", "T-1001", desk.store_run(serial=SERIAL)).code == 0
    assert desk.case().identity is IdentityMatch.MATCH


def test_a_phone_swapped_before_the_control_is_refused(desk: Desk) -> None:
    desk.to_repaired()
    case = desk.case()
    found = Diagnosis.model_validate_json(journal_text(desk.store_run(serial="OTHER-1")))
    with pytest.raises(BadInput, match="not the phone of order T-1001"):
        require_not_another(case, found)
    assert desk.case() == case


def test_a_new_board_brings_its_new_numbers(desk: Desk) -> None:
    desk.take()
    desk.inspect()
    desk.run("order", "attach", "T-1001", desk.store_run(serial=SERIAL))
    plan = FILES["plan.json"] | {"parts": [{"code": "PCB"}], "cause": "board"}
    desk.run("order", "plan", "T-1001", desk.file("plan.json", plan))
    desk.run("approve", "T-1001", "--by", "C", "--method", "mail")
    done = FILES["repair.json"] | {"parts": [{"code": "PCB"}], "new_ids": [{"kind": "imei", "raw": OTHER_IMEI}]}
    assert desk.run("order", "repair", "T-1001", desk.file("repair.json", done)).code == 0
    assert {one.compact for one in desk.case().ids} == {OTHER_IMEI, SERIAL}


def test_a_swollen_battery_is_said_at_once_and_no_run_is_taken(desk: Desk) -> None:
    desk.take()
    bad = {"answer": "yes", "photos": ["c" * 64]}
    flaws = [one | bad if one["flaw"] == "swelling" else one for one in FILES["inspection.json"]["flaws"]]
    told = desk.inspect(flaws=flaws)
    assert (told.code, "swollen" in told.err) == (3, True)
    assert "swollen" in desk.run("order", "attach", "T-1001", desk.store_run(serial=SERIAL)).line


def test_every_step_and_everything_that_stands_open_is_said_in_chinese_too(desk: Desk) -> None:
    zh = ("--lang", "zh-CN")
    said = []
    desk.take()
    said.append(desk.run(*zh, "order", "show", "T-1001").out)
    desk.inspect(ack=None)
    said.append(desk.run(*zh, "order", "list").out)
    for phone in ({"serial": "OTHER-1"}, {"serial": SERIAL}):
        desk.run("order", "attach", "T-1001", desk.store_run(**phone))
        said.append(desk.run(*zh, "order", "show", "T-1001").out)
    desk.run("order", "plan", "T-1001", desk.file("plan.json", FILES["plan.json"]))
    desk.run("approve", "T-1001", "--by", "C-77", "--method", "message")
    desk.run("order", "repair", "T-1001", desk.file("repair.json", FILES["repair.json"]))
    desk.controlled()
    said.append(desk.run(*zh, "order", "show", "T-1001").out)
    last = [line.partition("\t")[2] for text in said for line in text.splitlines()]
    codes = re.compile(r"\b(?:taken|inspected|run_\w+|not_\w+|no_\w+|identity_\w+|qc_?\w*|quality\w+|customer_\w+)\b")
    assert [line for line in last if codes.search(line)] == []
    told = {row["what"] for row in desk.run("order", "show", "T-1001", "--json").data["history"]}
    assert all(re.search("[\u4e00-\u9fff]", service_words(code, "zh-CN")) for code in told)
    standing = {code for case in open_cases() for code in blockers(case)}
    assert all(re.search("[\u4e00-\u9fff]", service_words(code, "zh-CN")) for code in standing)


def test_rules_are_computed_and_signed_by_a_person(desk: Desk) -> None:
    desk.take()
    assert desk.run("rules", "order", "T-1001").code == 3
    desk.inspect()
    decided = desk.run("rules", "order", "T-1001", "--json")
    assert decided.data["notice"]["required"] is False
    assert (
        "needs --note"
        in desk.run("rules", "sign", "T-1001", "warranty.main", "--by", "Li", "--decision", "ineligible").line
    )
    assert desk.run("rules", "sign", "T-1001", "warranty.main", "--by", "Li", "--decision", "eligible").code == 0
    rows = desk.run("rules", "order", "T-1001", "--json").data["decisions"]
    assert [row["signed"]["by"] for row in rows if row["signed"]] == ["Li"]
    for arguments in (("no.such", "--decision", "eligible"), ("warranty.main", "--decision", "maybe")):
        assert desk.run("rules", "sign", "T-1001", *arguments, "--by", "Li").code == 64
    assert desk.run("rules", "order", "T-1001", "--today", "tomorrow").code == 64
    assert desk.run("rules", "order", "T-1001", "--today", "2024-01-01").code == 64


def test_the_packing_list_is_written_under_its_name_without_formulas(desk: Desk) -> None:
    order = FILES["return.json"]
    order["items"][0]["model"] = "=HYPERLINK(1)"
    told = desk.run("rules", "pack", desk.file("return.json", order), "--out", str(desk.folder))
    assert told.code == 3
    text = (desk.folder / "Centre1+20250321+SF100.csv").read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert not [cell for row in csv.reader(text.splitlines()) for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert "shells are not taken" in told.out


def test_facts_parcels_and_statements_come_from_files(desk: Desk) -> None:
    assert desk.run("rules", "facts", desk.file("f.json", {"today": "2025-01-01"})).code == 3
    parcel = dict.fromkeys(("deformed", "broken", "sealed_twice", "wet"), "no") | {
        "listed": {"M": 2},
        "found": {"M": 1},
    }
    assert desk.run("rules", "parcel", desk.file("p.json", parcel)).code == 3
    numbers = (
        "opening_units",
        "borrowed_in_units",
        "borrowed_out_units",
        "stated_closing_units",
        "parts_requisitioned",
    )
    statement = dict.fromkeys((*numbers, "parts_written_off", "stated_parts_in_stock"), 0)
    head = {"month": "2025-01", "received_at": "2025-02-01T09:00:00+08:00"}
    assert desk.run("rules", "statement", desk.file("s.json", statement | head)).code == 3
    assert desk.run("rules", "statement", desk.file("s.json", statement | head | {"stated_closing_units": 1})).code == 1
    assert desk.run("rules", "list").code == 0


def test_a_control_runs_software_before_hardware(desk: Desk) -> None:
    from agent.qc import probes_for  # noqa: PLC0415  only here

    desk.to_repaired()
    before = Diagnosis.model_validate_json(journal_text(desk.case().intake_run))
    stages = [probe.meta.stage.order for probe in probes_for(desk.case(), before)]
    assert stages == sorted(stages)
    assert stages[0] == 0


def test_a_damaged_file_is_said_and_a_killed_write_leaves_the_old(desk: Desk) -> None:
    desk.take()
    (file,) = (desk.folder / "state" / "orders").glob("*.json")
    text = file.read_text(encoding="utf-8")
    with suppress(KeyboardInterrupt), desk.book.changing("T-1001") as held:
        held[0] = held[0].changed("half")
        raise KeyboardInterrupt
    assert file.read_text(encoding="utf-8") == text
    file.write_text(text[: len(text) // 2], encoding="utf-8")
    damaged = desk.run("order", "show", "T-1001")
    assert (damaged.code, "is damaged" in damaged.line) == (2, True)


@pytest.mark.slow
def test_a_live_control_fails_on_what_is_still_broken_and_stays_open_where_nobody_answers(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.qc.LONGEST_S", 0.5)  # the battery's check and what is as short
    monkeypatch.setenv("PHONEBENCH_PLAN", "software")
    phone = ("--seed", "7", "--profile", "google_16")
    desk.run("diagnose", "--sim", "battery.worn", *phone, "--json")
    journal = Journal(open_home().journal)
    worn = stored_diagnosis(journal, "last")
    journal.close()
    assert desk.take(ids=[{"kind": "serial", "raw": worn.phone.serial}], symptoms=[{"codes": ["BAT-01"]}]).code == 0
    desk.inspect()
    desk.run("order", "attach", "T-1001", worn.run_id)
    desk.run("order", "plan", "T-1001", desk.file("plan.json", FILES["plan.json"]))
    desk.run("approve", "T-1001", "--by", "C", "--method", "mail")
    desk.run("order", "repair", "T-1001", desk.file("repair.json", FILES["repair.json"]))

    other = desk.run(
        "qc", "--order", "T-1001", "--sim", "healthy", "--seed", "8", "--profile", "google_16", "--unattended"
    )
    assert (other.code, "is not the phone of order T-1001" in other.err) == (64, True)
    assert desk.case().qc == ()
    still = desk.run("qc", "--order", "T-1001", "--sim", "battery.worn", *phone, "--unattended", "--json")
    assert (still.code, still.data["original_fault_cleared"]) == (1, "no")
    mended = desk.run("qc", "--order", "T-1001", "--sim", "healthy", *phone, "--unattended", "--json")
    assert (mended.code, mended.data["original_fault_cleared"]) == (3, "yes")
    assert mended.data["coverage"]["battery"] == "tested"
    better = {one["name"] for one in mended.data["comparisons"] if one["change"] == "better"}
    assert "soh_percent" in better
    assert worn.phone.serial not in mended.out + mended.err + still.out + still.err
    assert "cannot be signed off" in desk.run("qc", "--order", "T-1001", "--sign", "Li").line
