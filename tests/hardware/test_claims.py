"""What the probes claim to see: the claims make sense, and the committed table holds them for these very versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.plan import known_probes
from benchmarks.detection.__main__ import TABLE
from benchmarks.detection.cells import Cell, all_cells, kinds_for, severities
from benchmarks.detection.claims import BadClaim, Claim, probe_of, read_claims, read_unseen
from benchmarks.detection.rows import Rows, read_rows
from benchmarks.detection.table import make_table, page, wilson
from hwsim.faults import library

AGAIN = "`make soak` writes the table anew"
ENOUGH_PHONES = 20
LEAST_KINDS = 4
LEAST_DETECTED = 0.8
MOST_FALSE = 0.05
PROBES = {probe.meta.id: probe for probe in known_probes()}
NOISY = Claim(
    "accelerometer.noisy", "sensors.accelerometer_rest", "sensors.accelerometer_noise", "SNS-IMU", "unattended"
)
ENTRY = """
["accelerometer.noisy"]
probe = "sensors.accelerometer_rest"
finding = "sensors.accelerometer_noise"
component = "SNS-IMU"
stage = "unattended"
"""


def table() -> dict[str, Any]:
    assert TABLE.exists(), AGAIN
    data: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return data


def written(folder: Path, text: str) -> Path:
    (folder / "some.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_table_holds_every_claim_for_the_version_that_the_probe_has_now() -> None:
    rows = {(row["mode"], row["severity"], row["probe"]): row for row in table()["claims"]}
    for claim in read_claims():
        for severity in severities(claim.mode):
            row = rows.get((claim.mode, severity, claim.probe))
            assert row is not None, f"{claim.mode} at {severity:g} by {claim.probe} is not in the table: {AGAIN}"
            said = (row["probe_version"], row["finding"], row["component"])
            assert said == (probe_of(claim).meta.version, claim.finding, claim.component), f"{claim}: {AGAIN}"


def test_the_table_holds_healthy_phones_for_every_probe_that_claims_something() -> None:
    rows = {row["probe"]: row for row in table()["healthy"]}
    for claim in read_claims():
        row = rows.get(claim.probe)
        assert row is not None, f"{claim.probe}: {AGAIN}"
        assert row["probe_version"] == probe_of(claim).meta.version, f"{claim.probe}: {AGAIN}"


def test_each_row_rests_on_enough_phones_of_enough_kinds() -> None:
    for row in (*table()["claims"], *table()["healthy"]):
        is_clear_case = "mode" in row and row["severity"] > severities(row["mode"])[0]
        tried = row["phones"] + row["not_supported"]
        assert tried >= ENOUGH_PHONES or is_clear_case, row
        # one kind has a charging coil; a claim is tried on all kinds that have the part
        kinds = len(kinds_for(row["mode"], PROBES[row["probe"]])) if "mode" in row else LEAST_KINDS
        assert row["profiles"] >= min(LEAST_KINDS, kinds) or row["not_supported"] or is_clear_case, row


def test_what_is_claimed_is_seen_on_most_phones_and_healthy_ones_are_left_in_peace() -> None:
    # of few phones one more or less is chance: there only the whole interval speaks
    weak = [
        row
        for row in table()["claims"]
        if (row["detected"] / row["phones"] if row["phones"] >= ENOUGH_PHONES else row["interval"][1]) < LEAST_DETECTED
    ]
    told = [(row["mode"], row["severity"], row["detected"], row["phones"]) for row in weak]
    assert told == []
    loud = [
        row
        for row in table()["healthy"]
        if (row["false"] / row["phones"] if row["phones"] >= ENOUGH_PHONES else row["interval"][0]) > MOST_FALSE
        or row["broke"]
    ]
    assert [(row["probe"], row["false"], row["broke"], row["listed"]) for row in loud] == []


def test_every_hardware_mode_is_claimed_or_said_to_be_unseen_and_not_both() -> None:
    claimed, unseen = {claim.mode for claim in read_claims()}, set(read_unseen())
    assert sorted(claimed & unseen) == []
    wanted = {name for name, fault in library().items() if fault.seen_from in {"unattended", "assisted", "eyes"}}
    assert sorted(wanted - claimed - unseen) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (ENTRY.replace("accelerometer.noisy", "accelerometer.sleepy"), "no fault mode"),
        (ENTRY.replace("accelerometer_rest", "accelerometer_dance"), "no probe"),
        (ENTRY.replace("SNS-IMU", "BAT"), "the part is SNS-IMU"),
        (ENTRY.replace("unattended", "assisted"), "is hardware_unattended"),
        (ENTRY.replace("stage", "stages"), "needs exactly"),
        ('[unseen]\n"accelerometer.noisy" = ""\n', "says not why"),
        ("[", "some"),
    ],
)
def test_a_claims_file_that_makes_no_sense_is_refused_in_words(tmp_path: Path, wrong: str, said: str) -> None:
    folder = written(tmp_path, wrong)
    with pytest.raises(BadClaim, match=said if said != "some" else str(tmp_path)):
        (read_claims(folder), read_unseen(folder))


def test_a_claim_cannot_be_made_twice(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(ENTRY, encoding="utf-8")
    with pytest.raises(BadClaim, match="twice"):
        read_claims(written(tmp_path, ENTRY))


def test_a_row_that_a_kill_cut_off_is_lost_alone(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    first, second, third = all_cells([NOISY], 3, 0)[:3]
    rows = Rows(file)
    for cell in (first, second):
        rows.add(cell, {"verdict": "pass", "said": "", "findings": []})
    rows.close()
    file.write_bytes(file.read_bytes()[:-20])
    rows = Rows(file)
    rows.add(third, {"verdict": "fail", "said": "", "findings": []})
    rows.close()
    assert {cell: row["verdict"] for cell, row in read_rows(file).items()} == {first: "pass", third: "fail"}


def answer(cell: Cell, *, detected: bool) -> dict[str, Any]:
    found = [{"code": NOISY.finding, "components": ["SNS-IMU"]}] if detected else []
    return {
        "verdict": "fail" if detected else "pass",
        "said": "",
        "findings": found,
        "commit": "abc",
        "seed": cell.seed,
    }


def test_the_table_counts_misses_and_false_findings_and_names_the_phones() -> None:
    cells = all_cells([NOISY], 24, 24)
    rows = {cell: answer(cell, detected=cell.mode != "healthy") for cell in cells}
    lost = next(cell for cell in cells if cell.mode != "healthy")
    loud = next(cell for cell in cells if cell.mode == "healthy")
    rows[lost], rows[loud] = answer(lost, detected=False), answer(loud, detected=True)
    made = make_table([NOISY], rows, 24, 24)
    assert [row["detected"] for row in made["claims"]] == [23, 12]
    assert made["claims"][0]["missed"][0]["seed"] == lost.seed
    assert made["healthy"][0]["false"] == 1
    assert made["healthy"][0]["listed"][0]["seed"] == loud.seed
    assert any(f"{lost.profile} seed {lost.seed}" in line for line in page(made, {}))


def test_a_table_with_a_trial_missing_is_not_made() -> None:
    cells = all_cells([NOISY], 2, 2)
    with pytest.raises(ValueError, match="1 of 5 trials"):
        make_table([NOISY], {cell: answer(cell, detected=True) for cell in cells[1:]}, 2, 2)


@given(st.integers(1, 500), st.data())
def test_the_interval_holds_the_share_and_shrinks_with_the_number(total: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, total))
    low, high = wilson(count, total)
    assert 0 <= low <= count / total <= high <= 1
    wider = wilson(10 * count, 10 * total)
    assert wider[1] - wider[0] < high - low
