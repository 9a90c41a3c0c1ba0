"""Phones that go off under a load: told apart from a pulled cable, and the battery from the board's supply."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.benches import EquippedBench, Recorder, ReplayBench, StoredRecordings
from agent.capture import Gear, load_tools
from agent.ledger import Ledger
from agent.safety import Guard
from agent.session import run_probe
from agent.sim_phone import SimPhones
from agent.store import Store
from probes import Blame, Resource, Risk, Verdict
from probes.hardware import PROBES
from probes.hardware._going_off import _whose
from probes.hardware.battery_load import BatteryLoadStep
from tests.hardware.power_bench import found, values

SPEED = 20.0
STAYS_OFF, STARTS_BY_ITSELF = 5, 7
"""Seeds of phones that wait for their power key, and of phones that start on the cable."""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.hardware._going_off._BACK_S", 4.0)


@pytest.mark.parametrize("seed", [STAYS_OFF, STARTS_BY_ITSELF])
@pytest.mark.parametrize(
    ("fault", "code"),
    [("battery.sudden_shutdown:1", "battery.gave_way"), ("board.pmic_fault:1", "power.supply_tripped")],
)
def test_what_gave_way_is_named_whether_the_phone_starts_by_itself_or_by_hand(
    sim_phones: SimPhones, fault: str, code: str, seed: int
) -> None:
    phone = sim_phones(profile="samsung_14", seed=seed, speed=SPEED)
    phone.break_(fault)
    result = phone.run(BatteryLoadStep(), station=True)
    assert {("power.off_under_load", ""), (code, phone.truth.part)} == found(result), result
    assert values(result)["resistance_25c_mohm"] == "went_off"


def test_a_phone_that_nobody_starts_again_is_trouble_of_the_link(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=STAYS_OFF, speed=SPEED)
    phone.break_("battery.sudden_shutdown:1")
    result = phone.run(BatteryLoadStep())
    assert (result.verdict, result.blame, result.findings) == (Verdict.ERROR, Blame.LINK, ()), result


def test_a_cable_that_is_pulled_under_the_load_says_nothing_of_the_phone(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=9, speed=SPEED)
    phone.disturb("cut", after_bytes=6000)
    result = phone.run(BatteryLoadStep())
    assert (result.verdict, result.blame, result.findings) == (Verdict.ERROR, Blame.LINK, ()), result
    assert phone.run(BatteryLoadStep()).verdict is not Verdict.ERROR  # the link was opened again meanwhile


def test_a_phone_that_went_off_is_replayed_to_the_same_words(sim_phones: SimPhones, tmp_path: Path) -> None:
    phone = sim_phones(profile="samsung_14", seed=STARTS_BY_ITSELF, speed=SPEED)
    phone.break_("battery.sudden_shutdown:1")
    store = Store(tmp_path / "run")
    recorder, gear, guard = Recorder(store), Gear(phone.link, load_tools()), Guard(phone.link, Risk.NONE)
    bench = EquippedBench(phone.link, recorder, gear, Ledger(tmp_path, "S"), guard)
    with gear:
        then = run_probe(BatteryLoadStep(), bench, recorder, {})
    assert "battery.gave_way" in {one.code for one in then.findings}
    replayed = ReplayBench(then.recordings, store)
    again = run_probe(BatteryLoadStep(), replayed, StoredRecordings(then.recordings), {})
    assert (again.measurements, again.findings) == (then.measurements, then.findings)


def test_nothing_runs_beside_a_load_under_which_the_phone_may_go_off() -> None:
    loads = {probe.meta.id for probe in PROBES if Resource.PHONE in probe.meta.resources}
    assert "battery.load_step" in loads


@pytest.mark.parametrize(
    ("reason", "last", "is_empty", "whose"),
    [
        ("reboot,undervoltage", "", False, (True, False)),
        ("shutdown,battery", "pmic: buck2 over current, fault state entered", False, (True, False)),
        ("reboot,pmic_fault", "", True, (False, True)),
        ("cold,powerkey", "power_supply battery: vbat 2980 mV, uvlo", False, (True, False)),
        ("cold,powerkey", "pmic: buck2 over current, fault state entered", True, (False, True)),
        ("kernel_panic", "", True, (False, False)),
        ("shutdown,thermal,battery", "", False, (False, False)),
        ("cold,powerkey", "", True, (True, False)),
        ("cold,powerkey", "", False, (None, None)),
        ("", "", False, (None, None)),
    ],
)
def test_the_boot_reason_speaks_first_and_the_level_last(
    reason: str, last: str, *, is_empty: bool, whose: tuple[bool | None, bool | None]
) -> None:
    assert _whose(reason, last, is_empty=is_empty) == whose
