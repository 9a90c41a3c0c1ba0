"""Engines without a wire: what they do to the phone and measure of it, and that garbage is harmless."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.companion.device import Device
from hwsim.companion.sensors import KINDS, SensorStream
from hwsim.instruments import Ailing
from hwsim.instruments.bench_camera import BenchCamera
from hwsim.instruments.hub import SwitchedHub
from hwsim.instruments.light_panel import LightPanel
from hwsim.instruments.power_meter import ScpiMeter, Um25c, drawn
from hwsim.instruments.turntable import Turntable
from tests.hwsim.rig import ManualClock, one_phone


def test_a_loose_port_and_a_dead_one_show_in_the_current() -> None:
    assert drawn(one_phone("samsung_14")).amperes > 0.1
    assert drawn(one_phone("samsung_14", "port.no_charge:1.0")).amperes < 0.05


def test_drift_grows_with_time() -> None:
    clock = ManualClock()
    meter = ScpiMeter(one_phone(clock=clock))
    before = float(meter.feed(b"MEAS:VOLT?\n"))
    meter.ailing = Ailing(drift_per_h=0.05)
    clock.now_s += 7200
    assert float(meter.feed(b"MEAS:VOLT?\n")) == pytest.approx(before * 1.1, rel=0.01)


def test_the_panel_lights_the_phone_and_goes_dark_by_itself() -> None:
    clock = ManualClock()
    unit = one_phone(clock=clock)
    device, panel = Device(unit.phone), LightPanel(unit)
    dark = device.scene().lux
    assert panel.feed(b"LEVEL 255\nDEADMAN 5\n") == b"OK\nOK\n"
    assert device.scene().lux == dark + 4000
    clock.now_s += 6
    panel.tick()
    assert device.scene().lux == dark
    assert panel.feed(b"LEVEL?\n") == b"0\n"
    assert panel.feed(b"LEVEL 256\nLEVEL -1\nfoo\n").count(b"ERR") == 3


def test_the_panel_waits_for_seconds_of_the_bench_where_the_phones_time_runs_fast() -> None:
    clock = ManualClock()
    unit = one_phone(clock=clock, speed=20.0)
    panel = LightPanel(unit)
    assert panel.feed(b"LEVEL 255\nDEADMAN 2\n") == b"OK\nOK\n"
    clock.now_s += 1.9  # 38 s of the phone
    panel.tick()
    assert panel.level == 255
    clock.now_s += 0.2
    panel.tick()
    assert panel.level == 0


def test_the_accelerometer_and_the_gyroscope_feel_the_turntable() -> None:
    clock = ManualClock()
    unit = one_phone(clock=clock)
    device, table = Device(unit.phone), Turntable(unit)
    assert table.feed(b"G1 A90 F5400\n") == b"ok\n"
    clock.now_s += 0.5
    moving = device.scene().motion
    now_s = np.array([unit.phone.clock.uptime_s])
    half = 9.80665 * np.sqrt(0.5)
    assert moving.specific_force(now_s)[0] == pytest.approx([-half, 0.0, half], abs=0.01)
    assert moving.angular_rate(now_s)[0] == pytest.approx([0.0, np.pi / 2, 0.0])
    assert table.feed(b"M400\n") == b""
    clock.now_s += 1.0
    table.tick()
    assert table.due() == b"ok\n"
    still = device.scene().motion
    assert still.specific_force(now_s)[0] == pytest.approx([-9.80665, 0.0, 0.0], abs=0.01)
    assert not still.angular_rate(now_s).any()
    assert table.feed(b"M114\n") == b"A:90.000\nok\n"
    assert table.feed(b"G1 A9999\nG1 X3\nG99\n").count(b"Error:") == 3


def test_sensors_that_look_late_have_felt_the_whole_turn_and_no_more() -> None:
    clock = ManualClock()
    unit = one_phone(clock=clock)
    device, table = Device(unit.phone), Turntable(unit)
    rng = np.random.default_rng(1)
    stream = SensorStream(KINDS[4], device.scene, requested_hz=100.0, clamped=False, start_ns=device.now_ns, rng=rng)
    told = bytearray()
    for pause_s in (0.95, 0.4, 3.0):
        clock.now_s += pause_s
        told += b"".join(records for _stamp, records in stream.batches(device.now_ns))
        if pause_s < 0.9:
            table.tick()
        else:
            table.feed(b"G1 A90 F5400\n")
            clock.now_s += 0.2
    rows = np.frombuffer(bytes(told), np.dtype([("t", ">i8"), ("head", "V4"), ("v", ">f4", (3,))]))
    turn_rad = float(np.trapezoid(rows["v"][:, 1], rows["t"] / 1e9))
    assert turn_rad == pytest.approx(np.pi / 2, rel=0.06)


def test_the_camera_sees_dead_lines_and_a_dark_panel() -> None:
    good = BenchCamera(one_phone("samsung_14")).picture().astype(float)
    dark = BenchCamera(one_phone("samsung_14", "display.backlight_driver")).picture().astype(float)
    assert good[300:340, 200:280].mean() > 2 * dark[300:340, 200:280].mean()
    unit = one_phone("samsung_14")
    unit.phone.wear["display.lines"] = 1.0
    lined = BenchCamera(unit).picture().astype(float)
    assert (good - lined)[100:500].mean(axis=(0, 2)).max() > 4.0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=6))
def test_garbage_never_breaks_an_instrument(pieces: list[bytes]) -> None:
    async def feed() -> None:
        for kind in (Um25c, ScpiMeter, SwitchedHub, LightPanel, Turntable):
            instrument = kind(UNIT)
            for piece in pieces:
                assert len(instrument.feed(piece)) <= 130 * 300 + 4096

    asyncio.run(feed())


UNIT = one_phone()
