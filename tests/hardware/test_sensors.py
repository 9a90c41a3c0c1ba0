"""Sensors at rest, in poses and under a hand, on emulated phones through the real adb server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from agent.sim_phone import SimPhone, SimPhones
from probes import (
    Does,
    HardwareBench,
    Probe,
    ProbeResult,
    Said,
    SensorKind,
    StationBench,
    Task,
    Track,
    Verdict,
)
from probes.hardware._rotation import gravity_path_rad, rotation_ratio, whole_turn_rad
from probes.hardware.barometer import BarometerAtRest, BarometerDrift
from probes.hardware.biometrics import FingerprintPresence
from probes.hardware.gyroscope import GyroscopeAtRest
from probes.hardware.magnetometer import MagnetometerAtRest
from probes.hardware.poses import Poses, TurnedInHand
from probes.hardware.proximity import CoveredByHand, LightAndNearness, PanelLight
from probes.hardware.sensor_stream import LongSampleStream, SampleStream

FAST = 20.0
AT_REST = (GyroscopeAtRest(), MagnetometerAtRest(), BarometerAtRest(), LightAndNearness(), SampleStream())


def codes(result: ProbeResult) -> set[str]:
    return {found.code for found in result.findings}


def parts(result: ProbeResult) -> set[str]:
    return {part for found in result.findings for part in found.components}


@pytest.mark.parametrize(("profile", "seed"), [("samsung_14", 11), ("xiaomi_12", 12), ("vivo_9", 13), ("sony_13", 14)])
def test_a_healthy_phone_at_rest_passes_all(sim_phones: SimPhones, profile: str, seed: int) -> None:
    phone = sim_phones(profile=profile, seed=seed, speed=FAST)
    for probe in AT_REST:
        result = phone.run(probe)
        assert (result.verdict, codes(result)) == (Verdict.PASS, set()), result


@pytest.mark.parametrize(
    ("fault", "probe", "finding"),
    [
        ("gyroscope.biased:0.3", GyroscopeAtRest(), "sensors.gyroscope_bias"),
        ("gyroscope.noisy:0.3", GyroscopeAtRest(), "sensors.gyroscope_noise"),
        ("magnetometer.magnetised:0.5", MagnetometerAtRest(), "sensors.magnetometer_magnetised"),
        ("magnetometer.saturated:0.72", MagnetometerAtRest(), "sensors.magnetometer_saturated"),
        ("barometer.noisy:0.6", BarometerAtRest(), "sensors.barometer_noise"),
        ("barometer.drifting:0.3", BarometerDrift(), "sensors.barometer_drift"),
        ("sensor_bus.gaps:0.3", LongSampleStream(), "sensors.stream_gaps"),
        ("sensor_bus.jitter:0.45", SampleStream(), "sensors.stream_jitter"),
    ],
)
def test_a_fault_is_found_unattended_where_it_begins_and_its_part_is_named(
    sim_phones: SimPhones, fault: str, probe: Probe, finding: str
) -> None:
    phone = sim_phones(profile="samsung_14", seed=21, speed=FAST)
    phone.break_(fault)
    result = phone.run(probe)
    assert result.verdict is Verdict.FAIL, result
    assert finding in codes(result)
    assert parts(result) == {phone.truth.part}


@pytest.mark.parametrize(
    ("fault", "probe", "finding"),
    [
        ("accelerometer.scale_lost:0.5", Poses(), "sensors.accelerometer_scale"),
        ("gyroscope.drive_dead:0.15", TurnedInHand(), "sensors.gyroscope_scale"),
        ("magnetometer.soft_iron:0.4", TurnedInHand(), "sensors.magnetometer_distorted"),
        ("light.leaking:0.4", CoveredByHand(), "sensors.light_leaks"),
        ("proximity.crosstalk:0.4", CoveredByHand(), "sensors.proximity_stays_near"),
        ("proximity.emitter_weak:0.95", CoveredByHand(), "sensors.proximity_blind"),
    ],
)
def test_a_fault_is_found_with_somebody_at_the_bench(
    sim_phones: SimPhones, fault: str, probe: Probe, finding: str
) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=22, speed=FAST)
    phone.break_(fault)
    result = phone.run(probe, station=True)
    assert result.verdict is Verdict.FAIL, result
    assert finding in codes(result)
    assert parts(result) == {phone.truth.part}


@pytest.mark.parametrize("probe", [Poses(), TurnedInHand(), CoveredByHand()], ids=lambda probe: probe.meta.id)
def test_a_healthy_phone_passes_by_hand(sim_phones: SimPhones, probe: Probe) -> None:
    result = sim_phones(profile="sony_13", seed=23, speed=FAST).run(probe, station=True)
    assert (result.verdict, codes(result)) == (Verdict.PASS, set()), result


def test_prompts_that_were_overlooked_are_no_blind_sensor(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=5013, speed=FAST)  # a person who covers nothing, twice
    result = phone.run(CoveredByHand(), station=True)
    assert (result.verdict, codes(result)) == (Verdict.PASS, set()), result


def test_a_turn_in_the_same_position_is_made_again(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="tecno_14", seed=1010, speed=FAST)  # a person who overlooks the first prompt
    phone.break_("magnetometer.soft_iron:0.4")
    result = phone.run(TurnedInHand(), station=True)
    assert codes(result) == {"sensors.magnetometer_distorted"}, result


def told(result: ProbeResult, name: str) -> tuple[object, str | None]:
    return next((one.value, one.reason) for one in result.measurements if one.name == name)


def test_a_turntable_is_a_better_yardstick_for_a_gyroscope_than_a_hand(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="sony_13", seed=23, speed=FAST)
    phone.break_("gyroscope.drive_dead:0.08")  # within what a hand's turn allows
    result = phone.run(TurnedInHand(), station=True)
    ratio, _why = told(result, "table_ratio")
    assert isinstance(ratio, float)
    assert 0.88 < ratio < 0.95, result
    assert (codes(result), parts(result)) == ({"sensors.gyroscope_scale"}, {"SNS-IMU"})


def test_without_a_turntable_a_hand_turns_the_phone(sim_phones: SimPhones, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = sim_phones(profile="sony_13", seed=23, speed=FAST)
    monkeypatch.setitem(phone._place.instruments, "instruments", {"kinds": []})  # a bench with hands alone
    result = phone.run(TurnedInHand(), station=True)
    assert (result.verdict, codes(result)) == (Verdict.PASS, set()), result
    assert told(result, "table_ratio") == (None, "no_turntable")


def test_a_turn_that_was_cut_off_has_no_angle() -> None:
    t_ns = np.arange(0, 4_000_000_000, 10_000_000, dtype=np.int64)
    at_s = t_ns / 1e9
    rates = np.where((at_s > 1.0) & (at_s < 3.0), np.pi, 0.0)[:, None] * np.array([[0.0, 1.0, 0.0]]) + 0.02
    whole = Track(
        id="x", kind=SensorKind.GYROSCOPE, backend="t", t_ns=t_ns, values=rates, requested_hz=100.0, is_whole=True
    )
    assert whole_turn_rad(whole) == pytest.approx(2.0 * np.pi, rel=0.01)
    assert whole_turn_rad(replace(whole, t_ns=t_ns[:250], values=rates[:250])) is None
    assert whole_turn_rad(replace(whole, is_whole=False)) is None


def test_without_anybody_at_the_bench_nothing_is_said_of_the_phone(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="sony_13", seed=24, speed=FAST)
    for probe in (Poses(), TurnedInHand(), CoveredByHand(), PanelLight()):
        result = phone.run(probe)
        assert result.verdict in {Verdict.NOT_SUPPORTED, Verdict.INCONCLUSIVE, Verdict.SKIPPED}, result
        assert not result.findings


def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=25, speed=FAST)
    phone.unplug()
    for probe in (*AT_REST, FingerprintPresence()):
        result = phone.run(probe)
        assert (result.verdict, result.reason) == (Verdict.ERROR, "link_failed")


def test_a_phone_with_all_sensors_switched_off_is_not_judged(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=26, speed=FAST)
    phone.break_("setting.sensors_off")
    for probe in (GyroscopeAtRest(), LightAndNearness()):
        result = phone.run(probe)
        assert result.verdict not in {Verdict.PASS, Verdict.FAIL}, result
        assert not result.findings


def test_samples_that_the_way_loses_are_not_blamed_on_the_sensor_bus(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=27, speed=FAST)
    phone.misbehave({"gap_every_s": 0.5})
    result = phone.run(SampleStream())
    assert result.verdict is not Verdict.PASS
    assert not result.findings, result


def test_a_rate_held_to_200_hz_is_no_fault(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=28, speed=FAST)
    phone.misbehave({"rate_clamp": True})
    for probe in (GyroscopeAtRest(), SampleStream()):
        assert phone.run(probe).verdict is Verdict.PASS


def test_a_fingerprint_reader_that_is_gone_lets_its_driver_die(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=29, speed=FAST)
    assert phone.run(FingerprintPresence()).verdict is Verdict.PASS
    phone.break_("fingerprint.off_bus")
    assert codes(phone.run(FingerprintPresence())) == {"fingerprint.driver_dies"}


def test_the_panel_is_seen_by_the_light_sensor(sim_phone: SimPhone) -> None:
    result = sim_phone.run(PanelLight(), station=True)
    assert result.verdict is Verdict.PASS, result


class LeftCovered(PanelLight):
    """The check before has left a hand on the screen."""

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        assert isinstance(bench, StationBench)
        for _overlooked in range(3):  # a prompt is overlooked at times
            bench.do(Task(does=Does.COVER, what="top", text="Cover the top of the screen."))
        yield from super().measure(bench)


def test_a_hand_left_on_the_screen_is_asked_away_before_the_light_sensor_is_called_blind(sim_phone: SimPhone) -> None:
    result = sim_phone.run(LeftCovered(), station=True)
    assert result.verdict is Verdict.PASS, result


def track(kind: SensorKind, values: list[list[float]] | np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Track:
    rows = np.asarray(values, dtype=np.float64)
    stamps = np.arange(len(rows), dtype=np.int64) * 10_000_000
    return Track(id="1", kind=kind, backend="test", t_ns=stamps, values=rows, requested_hz=100.0, is_whole=True)


@pytest.mark.parametrize(("gain", "rate_rad_s"), list(product((0.0, 0.85, 1.0), (0.8, 1.6))))
def test_the_gyroscopes_share_of_a_turn_is_found_against_gravity(gain: float, rate_rad_s: float) -> None:
    rng, times = np.random.default_rng(5), np.arange(800) / 100.0
    angle = np.clip(times - 1.0, 0.0, 6.0) * rate_rad_s
    force = np.stack((9.81 * np.sin(angle), np.zeros(800), 9.81 * np.cos(angle)), axis=1)
    rates = np.zeros((800, 3))
    rates[(times > 1.0) & (times < 7.0), 1] = -rate_rad_s * gain
    told = track(SensorKind.GYROSCOPE, rates + 0.01 + 0.002 * rng.standard_normal((800, 3)))
    seen = track(SensorKind.ACCELEROMETER, force + 0.02 * rng.standard_normal((800, 3)))
    assert gravity_path_rad(seen) == pytest.approx(6.0 * rate_rad_s, rel=0.03)
    assert rotation_ratio(told, seen) == pytest.approx(gain, abs=0.02)
