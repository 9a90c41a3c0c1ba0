from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.physics.audio.room import place_impulses
from hwsim.physics.camera.scene import edge_profile
from hwsim.physics.cell import CELL, capacity_lost, resistance_high
from hwsim.physics.charge import CHARGER, charge, inefficient
from hwsim.physics.keys import KEY, key_events, line_edges
from hwsim.physics.motion import GRAVITY_M_S2, Motion
from hwsim.physics.noise import generator
from hwsim.physics.sampling import SAMPLING, deliver, sample_times
from hwsim.physics.supply import SUPPLY, adapter_weak, cable_resistive, contact_resistance
from hwsim.physics.touch import DIGITIZER, ghosts, touch

SEVERITY = st.floats(0.0, 1.0)
SEED = st.integers(0, 2**32)


@settings(max_examples=60, deadline=None)
@given(start=SEVERITY, severities=st.tuples(*[SEVERITY] * 6))
def test_no_charge_makes_energy_or_exceeds_its_limits(start: float, severities: tuple[float, ...]) -> None:
    worn, aged, port, cable, adapter, lossy = severities
    supply = replace(
        SUPPLY,
        port=contact_resistance(SUPPLY.port, port),
        cable=cable_resistive(SUPPLY.cable, cable),
        adapter=adapter_weak(SUPPLY.adapter, adapter),
    )
    cell = resistance_high(capacity_lost(CELL, worn), aged)
    got = charge(cell, supply, inefficient(CHARGER, lossy), start_share=start, duration_s=8000.0, step_s=20.0)
    wires = got.wires
    assert (np.diff(got.share) >= -1e-12).all()
    assert got.share.max() <= 1.0
    assert (wires.battery_v <= max(CHARGER.float_v, float(cell.open_circuit_v(start))) + 1e-6).all()
    assert (wires.battery_a <= CHARGER.fast_a + 1e-9).all()
    assert (wires.input_a <= supply.adapter.limit_a + 1e-6).all()
    assert (wires.input_a * wires.bus_v >= wires.battery_a * wires.battery_v - 1e-9).all()
    assert np.isfinite(got.board_c).all()
    assert (got.board_c >= 25.0 - 1e-6).all()


@settings(max_examples=50, deadline=None)
@given(seed=SEED, rate=st.tuples(*[st.floats(-10.0, 10.0)] * 3))
def test_turning_a_phone_does_not_change_the_length_of_gravity(seed: int, rate: tuple[float, float, float]) -> None:
    up = generator(seed, "up").standard_normal(3)
    up /= np.linalg.norm(up)
    motion = Motion(up=(float(up[0]), float(up[1]), float(up[2])), rate_rad_s=rate)
    lengths = np.linalg.norm(motion.specific_force(np.linspace(0.0, 10.0, 50)), axis=1)
    assert lengths == pytest.approx(GRAVITY_M_S2)


@settings(max_examples=50, deadline=None)
@given(seed=SEED, gaps=st.floats(0.0, 20.0))
def test_samples_are_delivered_or_counted_as_lost(seed: int, gaps: float) -> None:
    sampling = replace(SAMPLING, gaps_per_s=gaps)
    times_s = sample_times(sampling, requested_hz=400.0, duration_s=2.0)
    got = deliver(times_s[:, None], times_s, sampling=sampling, rng=generator(seed, "d"))
    assert len(got.t_ns) + got.lost == len(times_s)
    assert (np.diff(got.t_ns) > 0).all()


@settings(max_examples=50, deadline=None)
@given(seed=SEED, bounces=st.floats(0.0, 10.0), count=st.integers(0, 40))
def test_a_line_alternates_and_a_driver_reports_no_level_twice(seed: int, bounces: float, count: int) -> None:
    part = replace(KEY, bounces=bounces)
    begins = np.arange(count, dtype=np.float64)
    edges = line_edges(part, begins, np.full(count, 0.3), rng=generator(seed, "k"))
    for one in (edges, key_events(part, edges)):
        assert (one.pressed[1:] != one.pressed[:-1]).all()
        assert (np.diff(one.t_ns) >= 0).all()


@settings(max_examples=30, deadline=None)
@given(seed=SEED, severity=SEVERITY)
def test_every_contact_lies_on_the_panel_in_order_of_time(seed: int, severity: float) -> None:
    part, rng = ghosts(DIGITIZER, severity), generator(seed, "t")
    width, height = part.size_mm
    got = touch(part, rng.uniform(0.0, width, 100), rng.uniform(0.0, height, 100), rng=rng)
    assert ((got.x >= 0) & (got.x <= width * part.units_per_mm)).all()
    assert ((got.y >= 0) & (got.y <= height * part.units_per_mm)).all()
    assert (np.diff(got.t_ns) >= 0).all()


@given(place=st.floats(40.0, 900.0), strength=st.floats(-2.0, 2.0))
def test_an_impulse_between_samples_keeps_its_area_and_its_place(place: float, strength: float) -> None:
    answer = place_impulses(np.array([place]), np.array([strength]), 1000)
    assert answer.sum() == pytest.approx(strength, abs=2e-3)
    assert (answer * np.arange(1000)).sum() == pytest.approx(strength * place, abs=0.05 + 2e-3 * place)


@given(spread_px=st.floats(0.2, 50.0))
def test_an_edge_rises_from_dark_to_light_and_is_half_at_its_place(spread_px: float) -> None:
    away = np.linspace(-8.0 * spread_px - 2.0, 8.0 * spread_px + 2.0, 401)
    seen = edge_profile(away, spread_px)
    assert (np.diff(seen) >= -1e-9).all()
    assert seen[0] == 0.0
    assert seen[-1] == 1.0
    assert seen[200] == pytest.approx(0.5, abs=1e-4)
