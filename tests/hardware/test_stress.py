"""Storage, memory and heat under bounded work, on emulated phones through the real adb server."""

from __future__ import annotations

import math

import pytest

from agent.sim_phone import SimPhone, SimPhones
from probes import Probe, Verdict
from probes.hardware.battery_sampling import Sample
from probes.hardware.memory_stress import MemoryStress
from probes.hardware.storage_stress import FOLDER, StorageStress
from probes.hardware.thermal import ThermalSoak, _Soak
from tests.hardware.power_bench import found, number, values

SPEED = 20.0
SOAK_SPEED = 80.0
STARTS_BY_ITSELF = 7
"""Seed of a phone that starts on the cable once it went off."""
STRESS: tuple[Probe, ...] = (StorageStress(), MemoryStress())


@pytest.mark.parametrize("probe", STRESS, ids=lambda probe: probe.meta.id)
@pytest.mark.parametrize("profile", ["vivo_9", "samsung_14"])
def test_healthy_flash_and_memory_pass(sim_phones: SimPhones, probe: Probe, profile: str) -> None:
    phone = sim_phones(profile=profile, speed=SPEED)
    assert phone.run(probe).verdict is Verdict.PASS
    left = phone.link.shell(("ls", FOLDER), deadline_s=10.0, cap_bytes=4096).stdout
    assert b"phonebench-storage" not in left
    assert b"phonebench-memory" not in left


@pytest.mark.parametrize("severity", [0.0, 1.0])
def test_worn_flash_is_named_however_worn(sim_phones: SimPhones, severity: float) -> None:
    phone = sim_phones(profile="tecno_14", seed=3, speed=SPEED)
    phone.break_("storage.worn", severity=severity)
    result = phone.run(StorageStress())
    assert found(result) == {("storage.slow_sync", phone.truth.part)}, result


def test_heat_leaves_the_board_of_a_healthy_phone(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="xiaomi_12", seed=2, speed=SOAK_SPEED).run(ThermalSoak())
    assert result.verdict is Verdict.PASS, result
    assert number(result, "warmest_core_c") < 75


def test_a_missing_pad_is_named_by_slow_heat(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=2, speed=SOAK_SPEED)
    phone.break_("cooling.pad_missing:0.4")
    result = phone.run(ThermalSoak())
    assert found(result) == {("thermal.board_hot", phone.truth.part)}, result


def test_bad_paste_is_not_taken_for_a_missing_pad(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=2, speed=SOAK_SPEED)
    phone.break_("board.cpu_hot:0.35")
    assert not found(phone.run(ThermalSoak()))


def test_a_phone_without_a_thermal_service_tells_its_cores_in_the_older_list(sim_phones: SimPhones) -> None:
    assert sim_phones(profile="vivo_9", speed=SOAK_SPEED).run(ThermalSoak()).verdict is Verdict.PASS


def test_a_phone_that_goes_off_under_the_load_is_no_trouble_of_the_link(
    sim_phones: SimPhones, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("probes.hardware._going_off._BACK_S", 4.0)
    phone = sim_phones(profile="samsung_14", seed=STARTS_BY_ITSELF, speed=SPEED)
    phone.break_("board.pmic_fault:1")
    result = phone.run(ThermalSoak(), station=True)
    assert {("power.off_under_load", ""), ("power.supply_tripped", phone.truth.part)} == found(result), result
    assert values(result)["board_k_per_w"] == "went_off"


def test_the_slow_rise_is_found_behind_a_load_that_was_broken_and_cores_that_wander() -> None:
    soak, board_k = _Soak(100.0), 9.0
    for place in range(60):
        soak.passes(soak.at_s + 5.0, loaded=True)
        wanders_k = 1.5 * math.sin(place)
        soak.look([40.0 + board_k * soak.share + wanders_k], Sample(0, 4.0, 1.0, ""))
        if place % 12 == 11:
            soak.passes(soak.at_s + 4.0, loaded=False)
    assert soak.slow_rise_c() == pytest.approx(board_k * (1.0 - math.exp(-300 / 120)), abs=0.8)
    assert soak.idle_s == pytest.approx(20.0)
    assert soak.is_whole


def test_a_bench_that_looks_too_seldom_says_nothing_of_the_heat() -> None:
    soak = _Soak(0.0)
    for _number in range(9):
        soak.passes(soak.at_s + 30.0, loaded=True)
        soak.look([40.0], Sample(0, 4.0, 1.0, ""))
    assert not soak.is_whole


@pytest.mark.parametrize("probe", STRESS, ids=lambda probe: probe.meta.id)
def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(sim_phone: SimPhone, probe: Probe) -> None:
    sim_phone.unplug()
    assert sim_phone.run(probe).verdict is Verdict.ERROR
