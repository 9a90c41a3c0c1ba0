"""Cameras and flash, on emulated phones through the real adb server."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from agent.sim_phone import SimPhone
from probes import Blame, ProbeResult, Verdict
from probes.hardware.camera_chart import look_at_chart
from probes.hardware.camera_field import View, row_noise_ratio, view_of
from probes.hardware.camera_sensor import FrontCameraSensor, RearCameraSensor
from probes.hardware.camera_view import FrontCameraView, RearCameraView
from probes.hardware.flash import FlashLight, FlashSeen

SimPhones = Callable[..., SimPhone]


@pytest.fixture
def quick_phone(sim_phones: SimPhones) -> SimPhone:
    """A phone whose time runs twenty times as fast."""
    return sim_phones(speed=20.0)


def codes(result: ProbeResult) -> set[str]:
    return {found.code for found in result.findings}


def value(result: ProbeResult, name: str) -> object:
    return next(taken for taken in result.measurements if taken.name == name).value


def test_a_healthy_rear_chip_passes(sim_phone: SimPhone) -> None:
    result = sim_phone.run(RearCameraSensor())
    assert result.verdict is Verdict.PASS, result
    assert value(result, "megapixels") == 12.0


def test_a_healthy_front_chip_passes(quick_phone: SimPhone) -> None:
    result = quick_phone.run(FrontCameraSensor())
    assert result.verdict is Verdict.PASS, result
    assert value(result, "megapixels") == pytest.approx(7.99, abs=0.01)


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        ("camera_rear.sensor_noisy:0.3", "camera.rear_row_noise"),
        ("camera_rear.dead_pixels:0.05", "camera.rear_dead_pixels"),
        ("camera_rear.lines:0.05", "camera.rear_lines"),
    ],
)
def test_a_broken_rear_chip_is_found_unattended(quick_phone: SimPhone, fault: str, finding: str) -> None:
    quick_phone.break_(fault)
    result = quick_phone.run(RearCameraSensor())
    assert codes(result) == {finding}, result
    assert {part for found in result.findings for part in found.components} == {"RFC"}


def test_healthy_cameras_pass_before_all_views(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=3, speed=20.0)
    result = phone.run(FrontCameraView(), station=True)
    assert result.verdict is Verdict.PASS, result


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        ("camera_rear.hot_pixels:0.6", "camera.rear_hot_pixels"),
    ],
)
def test_a_broken_rear_camera_is_found_before_its_views(quick_phone: SimPhone, fault: str, finding: str) -> None:
    quick_phone.break_(fault)
    result = quick_phone.run(RearCameraView(), station=True)
    assert finding in codes(result), result
    assert {part for found in result.findings for part in found.components} == {"RFC"}


def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(quick_phone: SimPhone) -> None:
    quick_phone.unplug()
    result = quick_phone.run(RearCameraSensor())
    assert (result.verdict, result.reason) == (Verdict.ERROR, "link_failed")


def test_nobody_at_the_bench_leaves_the_views_out(quick_phone: SimPhone) -> None:
    assert quick_phone.run(RearCameraView()).verdict is Verdict.NOT_SUPPORTED


def test_a_phone_that_lets_no_shell_press_keys_is_not_blamed(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="xiaomi_14", speed=20.0).run(RearCameraSensor())
    assert (result.verdict, result.findings) == (Verdict.NOT_SUPPORTED, ())


def test_a_camera_that_its_privacy_switch_withholds_is_blocked_and_not_broken(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=3, speed=20.0)
    phone.break_("setting.camera_privacy")
    result = phone.run(RearCameraSensor())
    assert result.reason == "blocked_privacy", result
    assert result.findings == ()


def test_a_camera_that_another_app_holds_is_busy_and_not_broken(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=3, speed=20.0)
    phone.break_("app.camera_hog")
    result = phone.run(RearCameraSensor())
    assert result.reason == "blocked_busy", result
    assert result.findings == ()


def test_a_camera_that_does_not_open_gives_no_photo(quick_phone: SimPhone) -> None:
    quick_phone.break_("camera_rear.off_bus")
    result = quick_phone.run(RearCameraSensor())
    assert (result.verdict, codes(result)) == (Verdict.INCONCLUSIVE, {"camera.rear_no_photo"}), result


def test_a_link_that_is_cut_while_a_photo_comes_is_no_fault_of_the_camera(quick_phone: SimPhone) -> None:
    quick_phone.disturb("cut", after_bytes=1_000_000)
    result = quick_phone.run(RearCameraSensor())
    assert (result.verdict, result.blame) == (Verdict.ERROR, Blame.LINK), result
    quick_phone.replug()


def test_a_healthy_flash_passes(quick_phone: SimPhone) -> None:
    result = quick_phone.run(FlashLight())
    assert result.verdict is Verdict.PASS, result
    assert not quick_phone.torch_is_lit()


def test_a_phone_whose_shell_may_press_no_key_is_not_supported(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="xiaomi_14", seed=1009, speed=20.0).run(FlashLight())
    assert (result.verdict, result.findings) == (Verdict.NOT_SUPPORTED, ()), result


def test_a_dim_flash_is_found(quick_phone: SimPhone) -> None:
    quick_phone.break_("flash.dim:0.5")
    result = quick_phone.run(FlashLight())
    assert codes(result) == {"flash.dim"}, result
    assert {part for found in result.findings for part in found.components} == {"FLS"}


def test_somebody_sees_a_flash_flicker(quick_phone: SimPhone) -> None:
    assert quick_phone.run(FlashSeen(), station=True).verdict is Verdict.PASS
    quick_phone.break_("flash.flickering:0.1")
    assert codes(quick_phone.run(FlashSeen(), station=True)) == {"flash.flickers"}


def test_things_before_the_camera_are_no_plain_field_and_no_chart() -> None:
    rng = np.random.default_rng(1)
    wall = (0.5 + 0.01 * rng.standard_normal((600, 800))).astype(np.float32)
    assert view_of(wall) is View.PLAIN
    assert look_at_chart(wall) is None
    wall[200:400, 300:500] = 0.1
    assert view_of(wall) is View.OTHER
    assert view_of(np.zeros((600, 800), np.float32)) is View.DARK


def test_noise_of_rows_is_told_from_noise_of_pixels_and_from_shading() -> None:
    rng = np.random.default_rng(2)
    pixels = 0.02 * rng.standard_normal((600, 800)) + np.linspace(0.4, 0.6, 600)[:, np.newaxis]
    rows = 0.004 * rng.standard_normal((600, 1))
    assert row_noise_ratio(pixels.astype(np.float32)) == pytest.approx(1 / 800**0.5, rel=0.2)
    assert row_noise_ratio((pixels + rows).astype(np.float32)) == pytest.approx(0.2, rel=0.2)
    assert row_noise_ratio(np.full((600, 800), 0.5, np.float32)) is None
