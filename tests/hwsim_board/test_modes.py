from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources

import pytest

from hwsim.faults import library
from hwsim.phone.profile import profiles
from tests.hwsim_board.emulated import dump_of, log_of, phone_with
from tests.hwsim_board.marks import MARKS, Mark

OWN = [
    name
    for file in ("board", "power_path", "housing")
    for name in tomllib.loads(resources.files("hwsim.faults").joinpath(f"{file}.toml").read_text(encoding="utf-8"))
]


@lru_cache(maxsize=160)
def shown(fault: str, profile: str, where: str) -> str:
    phone = phone_with(fault, profile)
    return log_of(phone) if where == "log" else dump_of(phone, where)


def marked() -> list[tuple[str, Mark, str]]:
    return [(fault, mark, profile) for fault, marks in MARKS.items() for mark in marks for profile in mark.profiles]


@pytest.mark.parametrize(("fault", "mark", "profile"), marked(), ids=lambda value: str(value)[:40])
def test_a_fault_shows_where_a_healthy_phone_shows_nothing(fault: str, mark: Mark, profile: str) -> None:
    assert library()[fault].fits(profiles()[profile])
    text = shown(fault, profile, mark.where)
    if fault == "board.cpu_hot" and mark.where == "thermalservice":
        assert _processor_c(text) > _processor_c(shown("healthy", profile, mark.where)) + 8
        return
    assert re.search(mark.text, text, re.MULTILINE)
    assert not re.search(mark.text, shown("healthy", profile, mark.where), re.MULTILINE)


def _processor_c(text: str) -> float:
    found = re.search(r"mValue=([\d.]+), mType=0, mName=CPU0", text)
    assert found
    return float(found[1])


def test_every_fault_of_the_software_stage_has_its_marks() -> None:
    software = {name for name in OWN if library()[name].seen_from == "software"}
    assert software <= set(MARKS)


@pytest.mark.parametrize("fault", [name for name in OWN if library()[name].seen_from in ("assisted", "eyes")])
def test_what_only_a_hand_or_eyes_find_leaves_the_log_alone(fault: str) -> None:
    profile = "google_16"
    if fault == "battery.swollen":
        assert "swell" not in shown(fault, profile, "log") + dump_of(phone_with(fault, profile), "battery")
    else:
        assert shown(fault, profile, "log") == shown("healthy", profile, "log")


@pytest.mark.parametrize("fault", ["board.ram_bad", "board.pmic_fault", "storage.link_errors", "touch.crc"])
def test_a_worse_fault_writes_more_lines(fault: str) -> None:
    counts = []
    for severity in (0.2, 0.6, 1.0):
        text = log_of(phone_with(f"{fault}:{severity}", "xiaomi_12"), "kernel", "crash")
        counts.append(sum(len(re.findall(mark.text, text)) for mark in MARKS[fault]))
    assert counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize("profile", sorted(profiles()))
def test_a_seed_gives_the_same_lines_again(profile: str) -> None:
    fault = "board.audio_bus_dead"
    assert log_of(phone_with(fault, profile), "kernel") == log_of(phone_with(fault, profile), "kernel")


def test_an_intermittent_chip_is_there_and_gone_in_one_day() -> None:
    phone = phone_with("magnetometer.off_bus@intermittent", "google_16")
    seen = set()
    for _ in range(200):
        phone.clock.advance(60.0)
        phone.refresh()
        seen.add(phone.condition.magnetometer_on_bus)
    assert seen == {True, False}
