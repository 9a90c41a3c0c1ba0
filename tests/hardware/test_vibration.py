"""The vibration motor, on emulated phones through the real adb server."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import create_autospec

import numpy as np
import pytest

from agent.sim_phone import SimPhone
from probes import DeviceText, Excuse, HardwareBench, ProbeResult, Reading, Reply, SensorKind, Track, Verdict
from probes.hardware.vibration import VibrationFelt, VibrationHeard

SimPhones = Callable[..., SimPhone]
SPEED = 4.0
"""Fast enough, and the shell's begin of a vibration still falls into the first capture."""


def value(result: ProbeResult, name: str) -> float:
    taken = next(taken for taken in result.measurements if taken.name == name)
    assert isinstance(taken.value, int | float), taken
    return taken.value


@pytest.mark.parametrize("kind", ["samsung_14", "xiaomi_12", "sony_13", "samsung_10"])
def test_healthy_motors_are_felt(sim_phones: SimPhones, kind: str) -> None:
    result = sim_phones(profile=kind, seed=30, speed=SPEED).run(VibrationFelt())
    assert result.verdict is Verdict.PASS, result


def test_a_healthy_motor_is_felt_and_heard_at_real_speed(sim_phone: SimPhone) -> None:
    felt, heard = sim_phone.run(VibrationFelt()), sim_phone.run(VibrationHeard())
    assert felt.verdict is Verdict.PASS, felt
    assert heard.verdict is Verdict.PASS, heard
    assert value(heard, "rattle_percent") < 2.0
    assert value(heard, "motor_hz") == pytest.approx(175.0, abs=3.0)


@pytest.mark.parametrize("fault", ["motor.weak:0.5", "motor.weak:1", "motor.detuned:0.2", "motor.detuned:0.7"])
def test_a_weak_motor_is_named(sim_phones: SimPhones, fault: str) -> None:
    phone = sim_phones(seed=31, speed=SPEED)
    phone.break_(fault)
    result = phone.run(VibrationFelt())
    assert {found.code for found in result.findings} == {"vibration.weak"}
    assert result.findings[0].components == (phone.truth.part,)


@pytest.mark.parametrize("fault", ["motor.rattling:0.16", "motor.rattling:0.7"])
def test_a_loose_motor_is_heard(sim_phones: SimPhones, fault: str) -> None:
    phone = sim_phones(profile="sony_13", seed=32, speed=SPEED)
    phone.break_(fault)
    result = phone.run(VibrationHeard())
    assert {found.code for found in result.findings} == {"vibration.rattles"}
    assert result.findings[0].components == (phone.truth.part,)


def test_a_vibration_that_begins_late_is_looked_for_again(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="samsung_14", seed=33, speed=20.0).run(VibrationFelt())
    assert value(result, "vibration_m_s2") > 4.5


def test_a_silent_motor_is_not_judged_by_ear(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="sony_13", seed=34, speed=20.0)
    phone.break_("motor.weak:1")
    result = phone.run(VibrationHeard())
    assert (result.verdict, result.findings) == (Verdict.INCONCLUSIVE, ())


def test_a_sensor_with_a_dead_axis_does_not_judge_the_motor(sim_phones: SimPhones) -> None:
    phone = sim_phones(seed=35, speed=20.0)
    phone.break_("accelerometer.axis_stuck:1")
    result = phone.run(VibrationFelt())
    assert (result.verdict, result.findings) == (Verdict.INCONCLUSIVE, ())


def test_a_sensor_at_half_the_rate_still_feels_the_motor(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="sony_13", seed=36, speed=SPEED)
    phone.misbehave({"rate_clamp": True})
    result = phone.run(VibrationFelt())
    assert value(result, "vibration_m_s2") > 4.5
    assert not result.findings


def test_a_phone_of_android_9_is_not_supported(sim_phones: SimPhones) -> None:
    assert sim_phones(profile="vivo_9", speed=20.0).run(VibrationHeard()).verdict is Verdict.NOT_SUPPORTED


def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(sim_phone: SimPhone) -> None:
    sim_phone.unplug()
    result = sim_phone.run(VibrationFelt())
    assert (result.verdict, result.reason) == (Verdict.ERROR, "link_failed")


def felt(sdk: int, settings: str, *, strength_m_s2: float) -> Reading | Excuse:
    """What is said of a motor that moves the phone so much, by a phone with these settings of the system."""
    told: dict[tuple[str, ...], str] = {("getprop",): f"[ro.build.version.sdk]: [{sdk}]\n"}
    told |= {("settings", "list", "system"): f"screen_brightness=102\n{settings}"}
    bench = create_autospec(HardwareBench, instance=True)
    bench.shell.side_effect = lambda *words, **_more: Reply(
        id="r", out=DeviceText(told.get(words, "").encode()), err=DeviceText(b""), exit_code=0
    )
    t_s = np.arange(0.0, 2.2, 1 / 400)
    line = np.where((t_s > 0.4) & (t_s < 1.4), strength_m_s2 * 2**0.5 * np.sin(2 * np.pi * 170 * t_s), 0.0)
    noise = np.random.default_rng(1).normal(0.0, 0.01, (len(t_s), 3))
    bench.sense.return_value = {
        SensorKind.ACCELEROMETER: Track(
            id="t",
            kind=SensorKind.ACCELEROMETER,
            backend="companion",
            t_ns=(t_s * 1e9).astype(np.int64),
            values=noise + np.outer(line, [0.0, 0.0, 1.0]) + [0.0, 0.0, 9.81],
            requested_hz=400.0,
            is_whole=True,
        )
    }
    (said,) = VibrationFelt().measure(bench)
    assert isinstance(said, Reading | Excuse)
    return said


@pytest.mark.parametrize("key", ["haptic_feedback_enabled", "haptic_feedback_intensity"])
def test_a_motor_that_touch_feedback_keeps_still_is_not_blamed(key: str) -> None:
    said = felt(33, f"{key}=0\nring_vibration_intensity=2\n", strength_m_s2=0.0)
    assert isinstance(said, Excuse)
    assert (said.verdict, said.reason) == (Verdict.INCONCLUSIVE, "blocked_silent")


@pytest.mark.parametrize(
    ("sdk", "settings"),
    [(33, "haptic_feedback_enabled=1\nhaptic_feedback_intensity=2\n"), (33, ""), (30, "haptic_feedback_enabled=0\n")],
)
def test_a_still_motor_that_no_setting_explains_is_weak(sdk: int, settings: str) -> None:
    said = felt(sdk, settings, strength_m_s2=0.0)
    assert isinstance(said, Reading)
    assert said.value == pytest.approx(0.0, abs=0.5)


def test_a_motor_that_runs_though_touch_feedback_is_off_is_measured() -> None:
    said = felt(36, "haptic_feedback_enabled=0\n", strength_m_s2=6.4)
    assert isinstance(said, Reading)
    assert said.value == pytest.approx(6.4, rel=0.1)
