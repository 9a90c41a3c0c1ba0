"""The library as a whole: what is in it makes sense, and there is enough of it."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest

from hwsim.faults import CAUSES, FUNCTIONS, STAGES, WHEN, BadEntry, UnknownFault, effect_of, library, parse_faults
from hwsim.faults.entry import make_fault
from hwsim.phone.chips import buses
from hwsim.phone.condition import Condition
from hwsim.phone.profile import profiles
from hwsim.physics.library import fault_modes
from hwsim.physics.parts import Parts, places_of, worn
from tests.hwsim.rig import one_phone

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = tomllib.loads((ROOT / "probes" / "catalogue" / "components.toml").read_text(encoding="utf-8"))
FAULTS = [fault for fault in library().values() if fault.id != "healthy"]
YES_OR_NO = {"speaker.reversed", "port.cc_one_side"}
ENTRY: dict[str, Any] = {
    "truth": "BAT",
    "seen_from": "software",
    "reason": "It leaks.",
    "fault_from": 0.1,
    "because": "it does",
    "drives": {"battery_full_ratio": [0.9, 0.5]},
}


def test_the_whole_library_has_a_hundred_and_twenty_modes_over_twenty_six_parts() -> None:
    assert len(FAULTS) >= 120
    assert len({fault.truth for fault in FAULTS}) >= 26


def test_every_truth_is_a_code_of_the_catalogue_and_the_board_has_functions() -> None:
    for fault in library().values():
        assert fault.truth in CATALOGUE, fault.id
        assert (fault.function is not None) == (fault.truth == "PCB"), fault.id
        assert fault.cause in CAUSES
        assert fault.seen_from in STAGES


def test_every_reason_is_one_sentence_of_its_own() -> None:
    reasons = Counter(fault.reason for fault in library().values())
    assert [reason for reason, times in reasons.items() if times > 1] == []
    for reason in reasons:
        assert reason[0].isupper(), reason
        assert reason.endswith("."), reason
        assert ". " not in reason.removesuffix("."), reason


def test_every_fault_counts_from_a_severity_with_a_reason_and_its_clear_case_counts() -> None:
    for fault in library().values():
        assert 0.0 <= fault.fault_from <= 1.0, fault.id
        assert len(fault.because) > 15, fault.id
        assert fault.fault_from <= fault.severity_default <= 1.0, fault.id
        assert "constant" in fault.conditions, fault.id
        assert set(fault.conditions) <= set(WHEN), fault.id


def test_every_fault_changes_something_and_some_kind_of_phone_can_have_it() -> None:
    for fault in FAULTS:
        assert fault.drives or fault.wear or fault.modem or fault.settings, fault.id
        assert any(fault.fits(profile) for profile in profiles().values()), fault.id


def test_every_mode_of_the_physics_is_in_the_library_at_each_place_that_is_another_part() -> None:
    named = {key for fault in FAULTS for key in fault.wear}
    for mode in fault_modes():
        places = places_of(mode)
        wanted = {mode} if len(places) == 1 else {f"{mode}@{place}" for place in places}
        assert wanted <= named, mode


@pytest.mark.parametrize("fault_id", [fault.id for fault in FAULTS if fault.wear])
def test_every_worn_part_is_another_one_at_every_severity_and_worse_at_a_higher_one(fault_id: str) -> None:
    fault = library()[fault_id]
    seen = [worn(Parts(), effect_of([(fault, severity)]).wear) for severity in (0.25, 0.5, 1.0)]
    assert Parts() not in seen
    grows = any(isinstance(value, list) for value in fault.wear.values()) and fault.id not in YES_OR_NO
    assert len(set(seen)) == (3 if grows else 1)


def test_numbers_that_a_fault_drives_go_one_way_with_severity() -> None:
    for fault in FAULTS:
        steps = [effect_of([(fault, severity / 10)]) for severity in range(11)]
        for name in fault.drives:
            values = [getattr(step.condition, name) for step in steps]
            assert values in (sorted(values), sorted(values, reverse=True)), (fault.id, name)
        for mode in fault.wear:
            depths = [step.wear[mode] for step in steps]
            assert depths == sorted(depths), fault.id


def test_a_fault_changes_a_condition_and_no_other_fault_is_needed_for_it() -> None:
    healthy = asdict(Condition())
    for fault in FAULTS:
        if fault.drives:
            changed = asdict(effect_of([(fault, 1.0)]).condition)
            assert changed != healthy, fault.id
            assert {name for name in changed if changed[name] != healthy[name]} <= set(fault.drives), fault.id


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"drives": {"no_such_field": 1}}, "condition of the phone no_such_field"),
        ({"modem": {"no_such_field": 1}}, "condition of the modem no_such_field"),
        ({"settings": {"registry/key": "1"}}, "settings table"),
        ({"function": "storage"}, "the board has a function"),
        ({"truth": "PCB"}, "the board has a function"),
        ({"seen_from": "afar"}, "stage afar"),
        ({"cause": "magic"}, "cause magic"),
        ({"conditions": ["sometimes"]}, "way to come and go sometimes"),
        ({"needs": ["sdk over 30"]}, "need sdk over 30"),
        ({"colour": "red"}, "key colour"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused_with_its_name_and_why(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadEntry, match=f"some.fault: .*{problem}"):
        make_fault("some.fault", ENTRY | change)


def test_an_entry_must_tell_what_no_physics_mode_tells() -> None:
    short = {key: value for key, value in ENTRY.items() if key != "because"}
    with pytest.raises(BadEntry, match="because must be told"):
        make_fault("some.fault", short)
    told = make_fault("some.fault", short | {"wear": {"speaker.leak": [0.0, 1.0]}})
    assert told.because == fault_modes()["speaker.leak"].because


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nope",
        "battery.worn:2",
        "battery.worn:nan",
        "battery.worn:x",
        "battery.worn@hot",
        "touch.off_bus@sometimes",
        "battery.worn+battery.worn:0.3",
        "nfc.off_bus+touch.off_bus+battery.worn+storage.full",
        "battery.worn+",
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_in_words(text: str) -> None:
    with pytest.raises(UnknownFault, match=r".{10}"):
        parse_faults(text)


def test_faults_are_read_with_severity_and_condition_and_written_the_same_way() -> None:
    text = "battery.worn:0.4+touch.off_bus:1@hot"
    assert "+".join(str(one) for one in parse_faults(text)) == text
    assert parse_faults("healthy") == ()
    assert parse_faults("touch.off_bus@cold", severity=0.3)[0].severity == 0.3


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("faults", "field", "worse"),
    [
        ("battery.worn:1+battery.capacity_lost:0", "battery_full_ratio", 0.48),
        ("battery.worn:1+battery.resistance_high:0.5", "battery_resistance_ratio", 4.5),
        ("storage.full+storage.link_errors:1+storage.worn:0.2", "fsync_ms", 276.0),
        ("flex.display_loose:1+flex.camera_loose:0.2", "flex_drop_period_s", 60.0),
        ("battery.thermistor_drift:1+battery.thermistor_drift:0.5", "thermistor_factor", 0.28),
    ],
)
def test_where_two_faults_meet_in_one_field_the_worse_wins_in_either_order(
    faults: str, field: str, worse: float, *, turned: bool
) -> None:
    parts = [part for text in faults.split("+") for part in parse_faults(text)]
    both = effect_of((one.fault, one.severity) for one in (reversed(parts) if turned else parts))
    assert getattr(both.condition, field) == pytest.approx(worse)


def test_two_faults_of_the_modem_meet_as_well() -> None:
    parts = parse_faults("antenna_cellular.lossy:0.4+modem.crash_loop:1")
    both = effect_of((one.fault, one.severity) for one in parts)
    assert both.modem.antenna_loss_db == pytest.approx(15.2)
    assert both.modem.crash_mean_s == pytest.approx(20.0)


def test_two_dead_buses_take_the_parts_of_both_along() -> None:
    unit = one_phone("xiaomi_12", "board.audio_bus_dead+board.camera_bus_dead")
    condition = unit.phone.condition
    assert condition.bus_dead == "audio+camera"
    assert {condition.amplifier_on_bus, condition.camera_rear_on_bus, condition.camera_front_on_bus} == {False}
    kernel = "\n".join(entry.text for entry in unit.phone.logbook.entries("kernel"))
    for bus in ("audio", "camera"):
        assert buses("qcom")[bus].controller in kernel


def test_the_functions_of_the_board_are_one_list_and_each_is_some_faults() -> None:
    assert {fault.function for fault in FAULTS if fault.truth == "PCB"} == set(FUNCTIONS)
    assert list(FUNCTIONS) == sorted(FUNCTIONS)
    board = {"truth": "PCB", "seen_from": "software", "reason": "It is.", "fault_from": 0.1, "because": "it is"}
    with pytest.raises(BadEntry, match="no function charging"):
        make_fault("x.y", {**board, "function": "charging"})


def test_the_list_for_programs_holds_everything_and_what_is_held_out() -> None:
    command = [sys.executable, "-m", "hwsim", "faults", "--json"]
    rows = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)
    assert {row["id"] for row in rows} == set(library())
    wanted = {"truth", "cause", "reason", "fault_from", "because", "seen_from", "conditions", "held_out_bins"}
    assert all(wanted <= set(row) for row in rows)
    assert len(fields(Condition)) > 15
