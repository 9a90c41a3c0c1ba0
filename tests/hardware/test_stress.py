"""Storage, memory and heat under bounded work, on emulated phones through the real adb server."""

from __future__ import annotations

import pytest

from agent.sim_phone import SimPhone, SimPhones
from probes import Probe, Verdict
from probes.hardware.memory_stress import MemoryStress
from probes.hardware.storage_stress import FOLDER, StorageStress
from probes.hardware.thermal import ThermalSoak
from tests.hardware.power_bench import found, number

SPEED = 20.0
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
    result = sim_phones(profile="xiaomi_12", seed=2, speed=200.0).run(ThermalSoak())
    assert result.verdict is Verdict.PASS, result
    assert number(result, "warmest_core_c") < 75


def test_a_missing_pad_is_named_by_slow_heat(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=2, speed=200.0)
    phone.break_("cooling.pad_missing:0.4")
    result = phone.run(ThermalSoak())
    assert found(result) == {("thermal.board_hot", phone.truth.part)}, result


def test_bad_paste_is_not_taken_for_a_missing_pad(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=2, speed=200.0)
    phone.break_("board.cpu_hot:0.35")
    assert not found(phone.run(ThermalSoak()))


def test_a_phone_without_a_thermal_service_tells_its_cores_in_the_older_list(sim_phones: SimPhones) -> None:
    assert sim_phones(profile="vivo_9", speed=200.0).run(ThermalSoak()).verdict is Verdict.PASS


@pytest.mark.parametrize("probe", STRESS, ids=lambda probe: probe.meta.id)
def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(sim_phone: SimPhone, probe: Probe) -> None:
    sim_phone.unplug()
    assert sim_phone.run(probe).verdict is Verdict.ERROR
