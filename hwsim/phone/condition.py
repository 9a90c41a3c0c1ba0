"""The state of the parts: everything that a fault can change, and nothing that knows the name of a fault."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass
class Condition:
    """Physical and software state of one phone; the defaults are those of a healthy, used one.

    Ratios are of the design value; periods are mean simulated seconds between events, 0 meaning never.
    """

    battery_full_ratio: float = 0.93
    battery_resistance_ratio: float = 1.0
    battery_cycles: int = 240
    battery_gauge_stuck: bool = False
    thermistor_open: bool = False
    storage_life: int = 2
    storage_eol: int = 1
    storage_error_period_s: float = 0.0
    storage_fill_ratio: float = 0.46
    fsync_ms: float = 3.0
    camera_rear_on_bus: bool = True
    camera_front_on_bus: bool = True
    touch_on_bus: bool = True
    nfc_on_bus: bool = True
    sensor_hub_alive: bool = True
    modem_crash_period_s: float = 0.0
    system_server_crash_period_s: float = 0.0
    app_crash_period_s: float = 0.0
    app_drain_ma: float = 0.0
    # battery and charging
    battery_learned_ratio: float = 0.0
    battery_gauge_offset_ma: float = 0.0
    battery_gauge_gain_ratio: float = 1.0
    battery_genuine: bool = True
    battery_shutdown_period_s: float = 0.0
    thermistor_factor: float = 1.0
    charge_input_limit_ma: float = 10_000.0
    charger_heat_k_per_w: float = 25.0
    charger_on_bus: bool = True
    gauge_on_bus: bool = True
    port_wet: bool = False
    charger_limited_ratio: float = 0.0  # how far a mode of the physics has gone, 0..1, as the next six
    charger_float_low_ratio: float = 0.0
    charger_loss_ratio: float = 0.0
    port_corroded_ratio: float = 0.0
    port_loose_ratio: float = 0.0
    port_cc_open_ratio: float = 0.0
    pad_missing_ratio: float = 0.0
    coil_open: bool = False
    # chips that answer on a bus, or do not
    imu_on_bus: bool = True
    magnetometer_on_bus: bool = True
    barometer_on_bus: bool = True
    light_proximity_on_bus: bool = True
    fingerprint_on_bus: bool = True
    face_on_bus: bool = True
    panel_on_bus: bool = True
    backlight_on_bus: bool = True
    amplifier_on_bus: bool = True
    codec_on_bus: bool = True
    haptics_on_bus: bool = True
    flash_on_bus: bool = True
    wifi_on_bus: bool = True
    bluetooth_on_bus: bool = True
    gnss_on_bus: bool = True
    esim_on_bus: bool = True
    bus_dead: str = ""  # several are joined by +, and so are flexes
    flex_loose: str = ""
    flex_drop_period_s: float = 0.0
    sub_board_dead: bool = False
    # the board around them
    ram_flips_per_h: float = 0.0
    pmic_fault_period_s: float = 0.0
    paste_k_per_w: float = 4.0
    rtc_lost: bool = False
    storage_link_error_period_s: float = 0.0
    touch_crc_period_s: float = 0.0
    power_key_held_period_s: float = 0.0
    hall_stuck: bool = False
    nfc_coil_loss_db: float = 0.0
    # what only eyes see, and what only a plug finds
    battery_swell_mm: float = 0.0
    cover_crack_ratio: float = 0.0
    frame_bend_mm: float = 0.0
    hinge_play_deg: float = 0.0
    seal_open_ratio: float = 0.0
    headset_open: bool = False
    # apps of the user that do what they should not
    app_anr_period_s: float = 0.0
    app_busy_cores: float = 0.0
    app_covers_screen: bool = False
    app_is_admin: bool = False
    app_spies: bool = False
    app_leaked_ratio: float = 0.0
    app_holds_camera: bool = False
    app_holds_microphone: bool = False
    # the system's own software
    update_half_done: bool = False
    bluetooth_crash_period_s: float = 0.0
    phone_process_crash_period_s: float = 0.0
    media_crash_period_s: float = 0.0
    watchdog_period_s: float = 0.0
    frp_locked: bool = False
    owned_by_company: bool = False
    rooted: bool = False
    clock_unset: bool = False
    data_damaged: bool = False
    compiling_cores: float = 0.0


_FIELDS = {field.name: field.type for field in fields(Condition)}


def is_field(name: str) -> bool:
    """Tell whether a fault may drive ``name``."""
    return name in _FIELDS


def is_whole(name: str) -> bool:
    """Tell whether ``name`` counts in whole numbers."""
    return _FIELDS[name] == "int"
