"""Plans as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.plan import known_probes, unread_settings
from agent.plan_files import DEFAULT, plan_names, probes_of, read_plan
from probes import BadInput, Effort, Stage, first_look


def test_the_plans_that_ship_can_be_read_and_say_what_they_are_in_two_languages() -> None:
    assert set(plan_names()) >= {"software", "quick", "standard", "long", DEFAULT}
    for name in plan_names():
        plan = read_plan(name)
        assert plan.en
        assert plan.zh


@pytest.mark.parametrize("name", ["software", "quick", "standard"])
def test_every_plan_is_in_order_and_looks_at_each_setting_before_it_matters(name: str) -> None:
    plan = probes_of(read_plan(name))
    order = [(probe.meta.stage.order, probe.meta.effort.order) for probe in plan]
    assert order == sorted(order)
    assert plan[0].meta.stage is Stage.IDENTITY
    assert unread_settings(plan) == {}


def test_quick_needs_nobody_and_holds_nothing_long() -> None:
    plan = probes_of(read_plan("quick"))
    for probe in plan:
        assert probe.meta.stage is not Stage.HARDWARE_ASSISTED
        if probe.meta.stage is Stage.HARDWARE_UNATTENDED:
            assert probe.meta.duration_s <= 15
            assert probe.meta.effort in {Effort.NONE, Effort.LOW}
    assert {probe.meta.id for probe in probes_of(read_plan("software"))} < {probe.meta.id for probe in plan}


def test_the_plan_for_what_comes_and_goes_does_what_standard_does_and_nearly_all_of_it_twice() -> None:
    plan = {probe.meta.id for probe in probes_of(read_plan("intermittent"))}
    standard = probes_of(read_plan("standard"))
    assert {probe.meta.id for probe in standard} <= plan
    once = {
        probe.meta.id
        for probe in standard
        if probe.meta.stage.order >= Stage.HARDWARE_UNATTENDED.order
        and first_look(probe.meta.id) == probe.meta.id
        and f"{probe.meta.id}.again" not in plan
    }
    assert once == {
        "call.by_hand",
        "camera.front_sensor",
        "camera.rear_sensor",
        "display.framebuffer",
        "flash.light",
        "housing.inspection",
        "memory.stress",
        "sim.known_good",
        "storage.stress",
    }


def test_an_own_file_chooses_by_pattern_and_never_loses_the_software_stage(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(
        'en = "own"\nzh = "own"\nstages = ["identity", "software", "hardware_unattended"]\n'
        'only = ["sensors.accelerometer_*"]\nwithout = ["battery.*"]\n',
        encoding="utf-8",
    )
    ids = [probe.meta.id for probe in probes_of(read_plan(str(file)))]
    assert "identity.phone" in ids
    assert "battery.gauge" not in ids
    assert [name for name in ids if name.startswith("sensors.")] == ["sensors.accelerometer_rest"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stages = 3",
        'en = "x"\nzh = "y"\nstages = ["kitchen"]',
        "a = [",
        "x = 1",
        f"minimum_s = {'9' * 5000}",
        f"x = {'[' * 20_000}",
    ],
)
def test_what_is_no_plan_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput):
        read_plan(str(file))
    with pytest.raises(BadInput):
        read_plan(str(tmp_path / "none.toml"))


def test_a_plan_without_probes_is_told(tmp_path: Path) -> None:
    file = tmp_path / "empty.toml"
    file.write_text('en = "x"\nzh = "y"\nstages = []\n', encoding="utf-8")
    with pytest.raises(BadInput):
        probes_of(read_plan(str(file)))


def test_no_two_probes_have_one_id() -> None:
    ids = [probe.meta.id for probe in known_probes()]
    assert len(ids) == len(set(ids))
