"""Charging: as it is, on known-good parts, turned and moved, and watched to its end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat
from unittest.mock import create_autospec

import pytest

from agent.sim_phone import SimPhone, SimPhones
from probes import DeviceText, Excuse, HardwareBench, HardwareProbe, Probe, Reading, Reply, Verdict
from probes.hardware.charging_contact import PlugMoved, PlugTurned
from probes.hardware.charging_curve import ChargingCurve
from probes.hardware.charging_known_good import KnownGoodCharger
from probes.hardware.charging_now import ChargingNow
from tests.hardware.power_bench import found, number, values

SPEED = 120.0
TRIES = 3
HOURS = 2000.0  # a charge to its end in seconds; faster, and a busy machine lets the phone fill up between two looks
ASSISTED: tuple[Probe, ...] = (KnownGoodCharger(), PlugTurned(), PlugMoved())


def test_a_phone_on_the_bench_charges(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="xiaomi_12", speed=10.0).run(ChargingNow())
    assert result.verdict is Verdict.PASS, result
    assert number(result, "bus_mv") > 4900


@pytest.mark.parametrize("fault", ["charger_ic.dead", "port.no_charge"])
def test_a_cable_that_is_felt_without_a_charge_is_told(sim_phones: SimPhones, fault: str) -> None:
    phone = sim_phones(profile="samsung_14", seed=3, speed=10.0)
    phone.break_(fault)
    assert "charge.none" in {code for code, _part in found(phone.run(ChargingNow()))}


def dump(status: int, level: int, *, health: int = 2) -> str:
    """``dumpsys battery`` of Android 11 on a cable."""
    lines = [
        "Current Battery Service state:",
        "  AC powered: false",
        "  USB powered: true",
        "  Wireless powered: false",
    ]
    lines += ["  Max charging current: 500000", f"  status: {status}", f"  health: {health}", "  present: true"]
    lines += [f"  level: {level}", "  scale: 100", "  voltage: 4050", "  temperature: 280", "  technology: Li-ion"]
    return "\n".join([*lines, ""])


def judged(probe: HardwareProbe, name: str, *dumps: str, current_ua: int) -> Reading | Excuse:
    """What a probe says where the battery service says one dump after the other, and no kernel file may be read."""
    told: Iterator[str] = chain(dumps, repeat(dumps[-1]))
    bench = create_autospec(HardwareBench, instance=True)
    bench.shell.side_effect = lambda *words, **_more: Reply(
        id="r",
        out=DeviceText(next(told).encode() if words == ("dumpsys", "battery") else b""),
        err=DeviceText(b""),
        exit_code=0,
    )
    bench.battery_property.return_value = current_ua
    return next(said for said in probe.measure(bench) if isinstance(said, Reading | Excuse) and said.name == name)


@pytest.mark.parametrize("level", [70, 78, 90])
def test_a_phone_that_holds_its_charge_back_is_not_blamed(level: int) -> None:
    said = judged(ChargingNow(), "state", dump(4, level), current_ua=-4_000)
    assert isinstance(said, Excuse)
    assert (said.verdict, said.reason) == (Verdict.INCONCLUSIVE, "charging_not_expected")


@pytest.mark.parametrize(
    ("status", "level", "health", "current_ua"),
    [
        (4, 80, 2, -160_000),  # a dead charger: the phone lives on its battery, whatever sign that has
        (4, 80, 2, 160_000),
        (3, 80, 2, -4_000),
        (4, 60, 2, -4_000),
        (4, 80, 6, -4_000),
    ],
)
def test_a_phone_that_does_not_charge_for_no_reason_is_told(
    status: int, level: int, health: int, current_ua: int
) -> None:
    said = judged(ChargingNow(), "state", dump(status, level, health=health), current_ua=current_ua)
    assert isinstance(said, Reading)
    assert said.value == "not charging"


def test_a_charge_that_stops_at_a_limit_of_the_phone_has_not_ended_early() -> None:
    said = judged(ChargingCurve(), "end_level_percent", dump(2, 60), dump(4, 80), current_ua=3_000)
    assert isinstance(said, Excuse)
    assert (said.verdict, said.reason) == (Verdict.INCONCLUSIVE, "charging_not_expected")


@pytest.mark.parametrize(
    ("status", "level", "current_ua"), [(5, 85, 0), (4, 85, -160_000), (4, 40, 0), (4, 99, 0), (5, 100, 0)]
)
def test_a_charge_that_ends_otherwise_is_measured(status: int, level: int, current_ua: int) -> None:
    said = judged(
        ChargingCurve(),
        "end_level_percent",
        dump(2, 35),
        *[dump(2, 36)] * 90,
        dump(status, level),
        current_ua=current_ua,
    )
    assert isinstance(said, Reading)
    assert said.value == level


@pytest.mark.parametrize("probe", ASSISTED, ids=lambda probe: probe.meta.id)
def test_a_healthy_phone_passes_every_check_with_a_person(sim_phones: SimPhones, probe: Probe) -> None:
    result = sim_phones(profile="xiaomi_14", seed=4, speed=SPEED).run(probe, station=True)
    assert result.verdict is Verdict.PASS, result


@pytest.mark.parametrize("probe", ASSISTED, ids=lambda probe: probe.meta.id)
def test_without_a_person_it_is_not_supported(sim_phone: SimPhone, probe: Probe) -> None:
    assert sim_phone.run(probe).verdict is Verdict.NOT_SUPPORTED


@pytest.mark.parametrize(
    ("fault", "probe", "code"),
    [
        ("charger.current_limited:0.55", KnownGoodCharger(), "charge.slow"),
        ("charger.inefficient:0.4", KnownGoodCharger(), "charge.inefficient"),
        ("port.contact_resistance:0.5", KnownGoodCharger(), "charge.path_resistance"),
        ("port.cc_one_side:0.01", PlugTurned(), "charge.one_side_only"),
        ("port.loose:0.8", PlugMoved(), "charge.contact_breaks"),
        ("cable.resistive:0.4", KnownGoodCharger(), "charge.cable_loss"),
        ("adapter.weak:1", KnownGoodCharger(), "charge.own_charger_dead"),
    ],
)
def test_what_is_bad_between_wall_and_battery_is_named(
    sim_phones: SimPhones, fault: str, probe: Probe, code: str
) -> None:
    speed = 10.0 if isinstance(probe, PlugMoved) else SPEED
    phone = sim_phones(profile="xiaomi_12", seed=1, speed=speed)
    phone.break_(fault)
    result = phone.run(probe, station=True)
    assert found(result) == {(code, phone.truth.part)}, result


def test_a_phone_that_uses_more_than_it_is_fed_is_fed_all_the_same(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=1, speed=60.0)
    phone.break_("app.battery_drain:0.95")
    assert phone.run(PlugTurned(), station=True).verdict is Verdict.PASS


def test_a_turn_of_the_plug_that_was_overlooked_hides_nothing(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="tecno_14", seed=1010, speed=SPEED)  # a person who overlooks the first prompt
    assert phone.run(PlugTurned(), station=True).verdict is Verdict.PASS
    again = sim_phones(profile="tecno_14", seed=1010, speed=SPEED)
    again.break_("port.cc_one_side:0.01")
    result = again.run(PlugTurned(), station=True)
    assert found(result) == {("charge.one_side_only", "CHG")}, result
    assert again.run(ChargingNow()).verdict is Verdict.PASS, "and the plug is left as it charges"


def test_a_phone_that_takes_little_in_the_flat_of_its_charge_is_watched_for_longer(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="oneplus_15", seed=1011, speed=SPEED)
    phone.break_("charger.current_limited:0.55")
    result = phone.run(KnownGoodCharger(), station=True)
    assert found(result) == {("charge.slow", "PCB")}, result


def test_the_phone_is_on_the_bench_s_port_again_after_the_swap(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="sony_13", seed=6, speed=SPEED)
    phone.run(KnownGoodCharger(), station=True)
    result = phone.run(ChargingNow())
    assert 400 <= number(result, "input_ma") <= 500


def test_a_charge_is_watched_to_its_end_and_counted(sim_phones: SimPhones) -> None:
    for _ in range(TRIES):
        result = sim_phones(profile="samsung_14", seed=1, speed=HOURS).run(ChargingCurve())
        assert result.verdict is Verdict.PASS, values(result)
        assert number(result, "end_level_percent") == 100
        counted = values(result)["counted_percent"]
        if counted != "lost_samples":  # a blink of a busy machine is a quarter of an hour here, and is told as such
            assert counted == "not_covered" or number(result, "counted_percent") > 85
            return
    pytest.skip(f"the machine was too busy: samples were lost in each of {TRIES} charges, as the results say")


def test_a_charge_that_ends_too_soon_is_told(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=1, speed=HOURS)
    phone.break_("charger.float_low:0.3")
    result = phone.run(ChargingCurve())
    assert "charge.ends_early" in {code for code, _part in found(result)}, result


def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(sim_phone: SimPhone) -> None:
    sim_phone.unplug()
    for probe in (ChargingNow(), ChargingCurve()):
        assert sim_phone.run(probe).verdict is Verdict.ERROR
