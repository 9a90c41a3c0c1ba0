"""Which test holds each kind of part against closed form, a standard or a reference measurement.

Allan deviation, photon transfer, slanted edge, cosine law, impulse responses and the rest are computed here with numpy,
scipy and allantools or by hand; nothing of ``probes.signals`` is used. A row that names a test that is gone fails.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
EVIDENCE = {
    "cell: open-circuit curve, resistance with temperature": (
        "hwsim_physics/test_against_measurements.py::test_the_cells_curve_has_the_shape_of_a_real_lithium_cobalt_cell",
        "hwsim_physics/test_charging.py::test_a_cold_cell_has_twice_the_resistance_near_freezing",
    ),
    "gauges: counter, gain, offset, thermistor, contradiction": (
        "hwsim_board/test_gauges.py::test_the_counters_error_is_gain_times_charge_plus_offset_times_time",
        "hwsim_board/test_gauges.py::test_a_drifting_gauge_contradicts_the_voltage_and_the_second_gauge",
        "hwsim/test_battery_physics.py::test_a_good_thermistor_reads_within_a_quarter_degree",
    ),
    "charge: pre-charge, constant current and voltage, step-down, energy": (
        "hwsim_physics/test_charging.py::test_constant_voltage_decays_with_resistance_times_capacitance",
        "hwsim_physics/test_charging.py::test_a_deeply_empty_cell_is_fed_slowly_first",
        "hwsim_physics/test_charging.py::test_power_in_is_power_stored_lost_and_used",
        "hwsim_physics/test_charging.py::test_a_healthy_phone_does_not_step_down_and_a_hot_one_does",
    ),
    "charging path: resistance, breaks, orientation, on the wire": (
        "hwsim_physics/test_charging.py::test_a_resistive_path_is_found_from_the_slope_of_the_bus",
        "hwsim_physics/test_charging.py::test_breaks_of_contact_have_their_share_and_their_rate",
        "hwsim_board/test_charge_path.py::test_a_corroded_port_takes_its_voltage_and_then_its_current",
    ),
    "inertial sensors: noise density, bias instability, random walk, quantization, jitter, gaps, rate": (
        "hwsim_physics/test_inertial.py::test_a_still_gyroscope_has_the_allan_deviation_of_its_parameters",
        "hwsim_physics/test_inertial.py::test_a_still_gyroscope_settles_at_its_bias_instability",
        "hwsim_physics/test_noise.py::test_a_random_walk_has_the_rising_allan_deviation_of_its_coefficient",
        "hwsim_physics/test_inertial.py::test_values_come_in_steps_and_stop_at_full_scale",
        "hwsim_physics/test_inertial.py::test_stamps_jitter_by_their_ratio_of_the_period",
        "hwsim_physics/test_inertial.py::test_an_unprivileged_listener_gets_two_hundred_hertz",
    ),
    "barometer, light and proximity": (
        "hwsim_physics/test_surroundings.py::test_a_barometer_has_its_noise_density",
        "hwsim_physics/test_surroundings.py::test_a_light_sensor_averages_flicker_over_its_integration_time",
        "hwsim_physics/test_surroundings.py::test_proximity_goes_near_and_far_with_hysteresis",
    ),
    "sound: response, distortion, rub and buzz, room, noise, clocks": (
        "hwsim_physics/test_sound_loop.py::test_a_sweep_gives_back_the_speakers_response",
        "hwsim_physics/test_sound_parts.py::test_distortion_of_the_force_factor_follows_its_polynomial",
        "hwsim_physics/test_sound_parts.py::test_rub_and_buzz_is_one_burst_a_cycle_that_harmonics_do_not_show",
        "hwsim_physics/test_sound_parts.py::test_the_tail_of_a_room_falls_by_sixty_decibels_in_its_decay_time",
        "hwsim_physics/test_sound_loop.py::test_a_fast_recording_clock_takes_more_samples_of_the_same_sound",
    ),
    "display and touch": (
        "hwsim_physics/test_display_touch_keys.py::test_a_panel_follows_its_gamma_and_its_slider",
        "hwsim_physics/test_display_touch_keys.py::test_mura_has_its_rms_and_is_smooth",
        "hwsim_physics/test_display_touch_keys.py::test_ghosts_come_at_their_rate_while_nobody_touches",
    ),
    "cameras: photon transfer, fixed pattern, edge, shading, flash": (
        "hwsim_physics/test_camera.py::test_photon_transfer_gives_back_gain_and_read_noise",
        "hwsim_physics/test_camera.py::test_a_stack_of_frames_shows_the_fixed_pattern_of_its_chip",
        "hwsim_physics/test_camera.py::test_the_modulation_of_a_slanted_edge_is_that_of_its_gaussian",
        "hwsim_physics/test_camera.py::test_brightness_falls_with_the_fourth_power_of_the_cosine",
        "hwsim_physics/test_camera.py::test_a_flash_falls_with_the_square_of_the_distance_and_droops",
    ),
    "motor": (
        "hwsim_physics/test_motor_radio_heat.py::test_a_resonant_motor_rings_up_with_its_time_constant",
        "hwsim_physics/test_motor_radio_heat.py::test_a_detuned_motor_follows_the_resonance_curve",
    ),
    "keys": ("hwsim_physics/test_display_touch_keys.py::test_bounces_are_poisson_in_number_and_exponential_in_time",),
    "card, modem and antennas": (
        "hwsim_modem/test_card.py::test_a_flapping_contact_opens_as_often_as_its_rate_says",
        "hwsim_modem/test_network.py::test_fading_has_the_spread_that_was_built_in",
        "hwsim_physics/test_motor_radio_heat.py::test_antenna_loss_takes_its_decibels_from_the_cell",
        "hwsim_surface/test_air.py::test_a_lost_plug_takes_its_decibels_and_the_far_stations",
    ),
    "heat": (
        "hwsim_physics/test_motor_radio_heat.py::test_two_nodes_warm_up_as_their_differential_equation_says",
        "hwsim_board/test_charge_path.py::test_a_missing_pad_keeps_the_heat_on_the_board_and_not_in_the_shell",
    ),
    "memory and buses": (
        "hwsim_board/test_memory.py::test_the_number_of_flips_in_an_hour_is_poisson",
        "hwsim_board/test_buses.py::test_a_dead_bus_takes_every_chip_on_it_and_no_other",
    ),
    "operator": ("hwsim_board/test_operator.py::test_delays_are_lognormal_around_their_median",),
}


@pytest.mark.parametrize("part", EVIDENCE)
def test_the_tests_that_hold_a_part_against_theory_are_there(part: str) -> None:
    for name in EVIDENCE[part]:
        path, _, function = name.partition("::")
        assert re.search(rf"^def {function}\(", (TESTS / path).read_text("utf-8"), re.MULTILINE), name


def test_nothing_of_the_product_is_used_to_test_its_physics() -> None:
    own = re.compile(r"^\s*(?:from|import) (?:probes|agent|reports)\b", re.MULTILINE)
    for path in sorted((TESTS / "hwsim_physics").glob("*.py")):
        assert not own.search(path.read_text("utf-8")), path.name
