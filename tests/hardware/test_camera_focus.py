"""The focus drive by a chart held near and far, on emulated phones through the real adb server."""

from __future__ import annotations

import pytest

from agent.sim_phone import SimPhones
from probes import ProbeResult, Verdict
from probes.formats import parse_camera
from probes.hardware import camera_focus
from probes.hardware.camera_focus import FrontCameraFocus, RearCameraFocus

FAST = 20.0
DUMP = """Number of camera devices: 2
== Camera HAL device device@3.6/legacy/0 (v3.6) static information: ==
    Facing: Back
      android.lens.info.minimumFocusDistance (90005): float[1]
        [{nearest} ]
== Camera HAL device device@3.6/legacy/1 (v3.6) static information: ==
    Facing: Front
      android.lens.info.minimumFocusDistance (90005): float[1]
        [0.00000000 ]
"""


def codes(result: ProbeResult) -> set[str]:
    return {found.code for found in result.findings}


def value(result: ProbeResult, name: str) -> float:
    return float(next(taken for taken in result.measurements if taken.name == name).value or 0.0)


def test_a_lens_that_follows_is_as_sharp_near_as_far(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="samsung_14", seed=3, speed=FAST).run(RearCameraFocus(), station=True)
    assert result.verdict is Verdict.PASS, result
    assert value(result, "follows_ratio") > 0.85


@pytest.mark.parametrize(("severity", "seed"), [(0.3, 5), (1.0, 6)])
def test_a_drive_that_stops_on_its_way_is_soft_close_by_alone(
    sim_phones: SimPhones, severity: float, seed: int
) -> None:
    phone = sim_phones(profile="samsung_14", seed=seed, speed=FAST)
    phone.break_("camera_rear.focus_stuck", severity=severity)
    result = phone.run(RearCameraFocus(), station=True)
    assert "camera.rear_focus_stuck" in codes(result), result
    assert {part for found in result.findings for part in found.components} == {"RFC"}
    assert value(result, "near_cycles_px") < value(result, "far_cycles_px")


def test_a_lens_that_is_soft_everywhere_is_no_fault_of_the_drive(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=7, speed=FAST)
    phone.break_("camera_rear.focus_lost:0.5")
    assert codes(phone.run(RearCameraFocus(), station=True)) == {"camera.rear_soft"}


def test_nobody_at_the_bench_leaves_the_focus_out(sim_phones: SimPhones) -> None:
    assert sim_phones(speed=FAST).run(RearCameraFocus()).verdict is Verdict.NOT_SUPPORTED


@pytest.mark.parametrize("profile", ["samsung_14", "vivo_9", "sony_13"])
def test_a_front_lens_of_fixed_focus_has_no_drive_to_judge_and_costs_nobody_a_minute(
    sim_phones: SimPhones, profile: str
) -> None:
    result = sim_phones(profile=profile, seed=8, speed=FAST).run(FrontCameraFocus(), station=True)
    assert result.verdict is Verdict.NOT_SUPPORTED, result
    assert result.trouble is not None
    assert "fixed focus" in result.trouble.line


@pytest.mark.parametrize(
    ("fault", "wanted"), [("healthy", set[str]()), ("camera_front.focus_lost:0.6", {"camera.front_soft"})]
)
def test_a_front_lens_that_says_that_it_moves_is_held_near_and_far(
    sim_phones: SimPhones, monkeypatch: pytest.MonkeyPatch, fault: str, wanted: set[str]
) -> None:
    # the emulated front lens is glued: what is asked of the person, and what comes of the photos, is the same
    monkeypatch.setattr(camera_focus, "_near_cm", lambda _bench, _facing: 12.0)
    phone = sim_phones(profile="samsung_14", seed=9, speed=FAST)
    if fault != "healthy":
        phone.break_(fault)
    result = phone.run(FrontCameraFocus(), station=True)
    assert codes(result) == wanted, result
    assert value(result, "follows_ratio") > 0.75


def test_the_nearest_focus_is_read_of_each_lens_and_a_fixed_one_says_nought() -> None:
    back, front = parse_camera(DUMP.format(nearest="10.00000000")).devices
    assert (back.nearest_focus_dpt, front.nearest_focus_dpt) == (10.0, 0.0)
