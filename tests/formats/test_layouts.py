"""What each parser says of an invented dump in each layout that it knows."""

from __future__ import annotations

import pytest

from probes import formats

Examples = dict[str, str]


def test_adb_lists_states_with_and_without_permissions(examples: Examples) -> None:
    listed = formats.parse_adb_devices(examples["adb_devices__starting"])
    assert list(listed.states.values()) == ["device", "offline", "unauthorized", "no permissions", "recovery"]
    assert [device.usb_path for device in listed.devices] == ["2-1.4", None, "2-1.1", "2-2", None]
    assert formats.parse_adb_devices("List of devices attached\n\n").devices == ()


def test_audio_tells_volumes_modes_and_what_mutes_the_microphone(examples: Examples) -> None:
    audio = formats.parse_audio(examples["audio__11"])
    music = audio.streams["STREAM_MUSIC"]
    assert (music.muted, music.min_index, music.max_index, music.devices) == (True, 0, 25, ("speaker",))
    assert (music.volume("speaker"), music.volume("bt_a2dp")) == (0, 9)
    assert (audio.ringer_mode, audio.ringer_mode_external, audio.is_mic_muted) == ("VIBRATE", "SILENT", True)
    assert formats.parse_audio(examples["audio__2"]).is_mic_muted is None
    old = formats.parse_audio(examples["audio__4"]).streams
    assert [stream.muted for stream in old.values()] == [True, False]
    assert dict(old["STREAM_RING"].volumes) == {"speaker": 3, "default": 5, "400": 1}
    newer = examples["audio__2"] + "  mMicMuteFromSwitch=false\n  mMicMuteFromApi=false\n"
    assert formats.parse_audio(newer).is_mic_muted is False


def test_backlights_leave_out_what_has_no_file(examples: Examples) -> None:
    assert dict(formats.parse_backlights(examples["backlights__plain"]).brightness_raw) == {"lcd": 144, "keyboard": 0}


def test_battery_keeps_the_first_value_of_a_key_and_no_sentence(examples: Examples) -> None:
    battery = formats.parse_battery(examples["battery__14"])
    assert (battery.voltage_mv, battery.charge_counter_uah, battery.level) == (3702, 1_810_000, 37)
    assert (battery.status_name, battery.health_name, battery.plugged) == ("not_charging", "dead", ("dock",))
    assert battery.temperature_c is None
    assert battery.updates_stopped
    assert not any("broadcast" in key for key in battery.raw_fields)


@pytest.mark.parametrize(("printed", "voltage_mv"), [("4", 4000), ("3.85", 3850), ("3850", 3850), ("0", None)])
def test_battery_voltage_is_read_in_volts_millivolts_and_microvolts(
    examples: Examples, printed: str, voltage_mv: int | None
) -> None:
    old = examples["battery__2"]
    assert formats.parse_battery(old).voltage_mv == 3914
    assert formats.parse_battery(old.replace("voltage:3914000", f"voltage: {printed}")).voltage_mv == voltage_mv


def test_battery_percent_goes_by_the_scale(examples: Examples) -> None:
    battery = formats.parse_battery(examples["battery__2"])
    assert (battery.percent, battery.temperature_c, battery.updates_stopped) == (90, 48.1, False)
    assert formats.parse_battery(examples["battery__2"].replace("scale: 50", "scale: 0")).percent is None


def test_batterystats_text_and_checkin_agree(examples: Examples) -> None:
    text = formats.parse_batterystats(examples["batterystats__text"])
    csv = formats.parse_batterystats_checkin(examples["batterystats_checkin__12"])
    assert text.estimated_capacity_mah == csv.estimated_capacity_mah == 3810
    assert text.learned_capacity_mah == csv.max_learned_capacity_mah == 3805
    assert text.design_capacity_mah == csv.design_capacity_mah == 4000
    assert text.time_ms["Time on battery"] == csv.battery_realtime_ms == 93_784_050
    assert text.screen_on_ms == 7_805_500
    assert dict(text.uid_use_mah) == {"u0a231": 410.2, "1000": 88.1}
    assert dict(csv.uid_use_mah) == {10231: 410.2}
    assert text.wake_locks[0] == formats.WakeLockUse("nimbus_modem", is_kernel=True, held_ms=3_723_004, count=77)


def test_batterystats_of_android_4_give_what_they_have(examples: Examples) -> None:
    text = formats.parse_batterystats(examples["batterystats__4"])
    csv = formats.parse_batterystats_checkin(examples["batterystats_checkin__4"])
    assert dict(text.time_ms) == {"Time on battery": 304_010}
    assert (text.history_used_percent, text.learned_capacity_mah, text.actual_drain_mah) == (None, None, None)
    assert (csv.version, csv.battery_realtime_ms, csv.estimated_capacity_mah, csv.build) == (7, 5000, None, None)


def test_cameras_are_counted_in_every_layout_and_none_is_an_answer(examples: Examples) -> None:
    counts = {
        name: formats.parse_camera(text).number_of_cameras
        for name, text in examples.items()
        if name.startswith("camera__")
    }
    assert counts == {"camera__2": None, "camera__7": 2, "camera__13": 1, "camera__none": 0}
    new = formats.parse_camera(examples["camera__13"])
    assert new.facing == ("Back",)
    assert (new.devices[0].has_flash, new.devices[0].orientation_deg, new.error_trace_count) == (True, 90, 3)
    assert new.events[0].action == "REMOVE"
    assert formats.parse_camera(examples["camera__none"]).providers[0].device_count == 0


def test_df_reads_five_layouts(examples: Examples) -> None:
    def data(name: str) -> tuple[int, int, int | None]:
        row = formats.parse_df(examples[name]).at("/data")
        assert row is not None
        return row.size_k, row.available_k, row.use_percent

    assert data("df__toybox") == (60_000_000, 3_000_000, 95)
    assert data("df__human") == (58 * 1024**2, 29 * 1024**2, 50)
    assert data("df__toolbox") == (12 * 1024**2, 6 * 1024**2, None)
    assert data("df__2") == (200_960, 137_224, None)
    assert data("df__busybox") == (4_000_000, 3_000_000, 25)
    assert formats.parse_df(examples["df__toybox"]).at("/mnt/my card") is not None


def test_diskstats_keeps_the_words_of_a_failed_write(examples: Examples) -> None:
    fine, broken = (formats.parse_diskstats(examples[name]) for name in ("diskstats__12", "diskstats__broken"))
    assert (fine.write_latency_ms, fine.write_speed_kb_per_s) == (17, 48213)
    assert fine.partitions["Data"].free_ratio == 0.05
    assert fine.partitions["System"].free_ratio is None
    assert "EROFS" in broken.errors[0]


def test_the_main_display_is_the_built_in_one_in_any_language(examples: Examples) -> None:
    new, old = (formats.parse_display(examples[name]).main for name in ("display__13", "display__4"))
    assert new is not None
    assert old is not None
    assert (new.name, new.width_px, new.height_px, new.state) == ("内建屏", 1080, 2400, "ON")
    assert new.max_refresh_hz == pytest.approx(120, abs=0.1)
    assert (old.name, old.unique_id, old.density_dpi) == ("Eingebauter Bildschirm", None, 320)


def test_dropbox_entries_carry_headers_in_both_forms(examples: Examples) -> None:
    box = formats.parse_dropbox(examples["dropbox__list"])
    assert box.declared_count == len(box.entries) == 4
    assert box.entries[0].is_lost
    assert box.tagged("system_server_crash")[0].headers["Build"].endswith("user/release-keys")
    assert box.count_by_tag()["data_app_anr"] == 1
    printed = formats.parse_dropbox(examples["dropbox__print"]).entries[0]
    assert printed.headers["Process"] == "com.example.snap"
    assert "java.lang.IllegalStateException" not in printed.headers


def test_fingerprint_counts_by_user(examples: Examples) -> None:
    service = formats.parse_fingerprint(examples["fingerprint__8"])
    owner = service.users[0]
    assert (owner.enrolled, owner.accept, owner.reject, owner.acquire, owner.lockout) == (3, 40, 17, 99, 1)
    assert (service.users[1].user_id, service.hal_deaths) == (10, 2)


def test_the_touch_node_is_known_by_its_axes_or_its_events(examples: Examples) -> None:
    declared, sent = (formats.parse_getevent(examples[name]).touch for name in ("getevent__p", "getevent__l"))
    assert declared is not None
    assert sent is not None
    assert (declared.name, declared.axes["0035"].high) == ("nvt_ts9", 1079)
    assert (sent.node, sent.event_count) == ("/dev/input/event2", 2)


def test_getprop_values_span_lines_and_hold_brackets(examples: Examples) -> None:
    props = formats.parse_getprop(examples["getprop__13"])
    assert props.get("gsm.version.baseband") == "NB7-1\nNB7-2\n"
    assert props.get("ro.weird") == "a]: [b"
    assert props.first("ro.product.model", "ro.product.vendor.model") == "Lumen 3 [EU]"
    assert props.per_slot("gsm.sim.state") == ("READY", "ABSENT")
    assert props.per_slot("absent") == ()


def test_hardware_properties_know_undefined(examples: Examples) -> None:
    properties = formats.parse_hardware_properties(examples["hardware_properties__10"])
    assert properties.of("CPU") == (41.5, None)
    assert properties.temperatures_c["Skin throttling temperatures"] == (None,)
    assert properties.cpu_usage[0].total_ms == 222


def test_healthd_lines_are_found_in_kernel_log_and_logcat(examples: Examples) -> None:
    log = formats.parse_healthd(examples["healthd__mixed"])
    assert [sample.level_percent for sample in log.samples] == [61, 60]
    assert [sample.charger for sample in log.samples] == ["", "au"]
    assert (log.samples[0].full_charge_mah, log.samples[0].time, log.no_battery_count) == (3795.0, "12.345678", 1)
    in_mah = formats.parse_healthd(examples["healthd__mixed"].replace("fc=3795000", "fc=3795"))
    assert in_mah.samples[0].full_charge_mah == 3795.0


@pytest.mark.parametrize("name", ["input__12", "input__7"])
def test_input_knows_the_touch_device_by_bits_or_words(examples: Examples, name: str) -> None:
    touch = formats.parse_input(examples[name]).touch
    assert touch is not None
    assert (touch.path or "").startswith("/dev/input/event")
    if name == "input__12":
        assert touch.ranges["Y"].high == 2399


def test_meminfo_without_memavailable_is_none(examples: Examples) -> None:
    memory = formats.parse_meminfo(examples["meminfo__3"])
    assert (memory.mem_total_kb, memory.mem_available_kb) == (1_900_000, None)


def test_modem_crashes_keep_reason_and_number(examples: Examples) -> None:
    history = formats.parse_modem_history(examples["modem_history__board"])
    assert [crash.reason for crash in history.crashes] == [None, "assert L1.c:77"]
    assert (history.last_crash_count, history.file_service_errors) == (7, 1)


def test_mounts_show_what_covers_what_and_read_only(examples: Examples) -> None:
    shell = formats.parse_mounts(examples["mounts__shell"]).at("/data")
    proc = formats.parse_mounts(examples["mounts__proc"]).at("/data")
    assert shell is not None
    assert proc is not None
    assert (shell.is_read_only, proc.is_read_only) == (True, False)
    volumes = formats.parse_mount_service(examples["mount_service__10"]).volumes
    assert [(volume.kind, volume.state) for volume in volumes] == [("disk", None), ("volume", "UNMOUNTABLE")]


def test_mtp_device_has_storages_and_a_battery_with_its_own_scale(examples: Examples) -> None:
    device = formats.parse_mtp_detect(examples["mtp_detect__phone"])
    assert (device.manufacturer, device.model, device.vendor_id) == ("nimbus", "Lumen 3", "1d6b")
    assert device.battery_percent == 20
    assert [storage.free_bytes for storage in device.storages] == [1_200_000_000, 31_000_000_000]
    assert device.properties["5001"] == "Battery Level"


def test_nfc_state_is_one_of_four(examples: Examples) -> None:
    assert formats.parse_nfc(examples["nfc__on"]).state == "turning on"


def test_packages_know_where_they_came_from(examples: Examples) -> None:
    listed = formats.parse_packages(examples["packages__options"]).packages
    assert listed["com.example.snap"].installer == "com.android.vending"
    assert (listed["com.nimbus.dialer"].installer, listed["com.nimbus.dialer"].version_code) == (None, 33)
    dumped = formats.parse_package_dump(examples["package_dump__13"])
    snap, dialer = dumped.packages["com.example.snap"], dumped.packages["com.nimbus.dialer"]
    assert (snap.is_system, snap.enabled, snap.version_code) == (False, False, 7)
    assert (dialer.is_system, dialer.enabled, dialer.version_name) == (True, True, "13")
    assert "android.hardware.camera" in dumped.features


def test_power_knows_plug_and_wake_locks(examples: Examples) -> None:
    new, old = (formats.parse_power(examples[name]) for name in ("power__13", "power__2"))
    assert (new.wakefulness, new.plug, new.battery_level, new.is_low_power_mode) == ("Asleep", "wireless", 61, True)
    assert new.wake_locks[0].tag == "sync:tiny"
    assert (old.is_powered, old.plug, old.fields["mPowerState"]) == (False, None, "0")


def test_power_supplies_come_in_sections_concatenated_or_with_paths(examples: Examples) -> None:
    battery = formats.parse_power_supply(examples["power_supply__sections"]).battery
    assert battery is not None
    assert (battery.health_ratio, battery.cycle_count, battery.current_raw_ma) == (0.75, 812, -250.0)
    assert (battery.voltage_mv, battery.temperature_c) == (3712.0, 30.5)
    assert list(formats.parse_power_supply(examples["power_supply__sections"]).supplies) == ["battery", "pump"]
    joined = formats.parse_power_supply(examples["power_supply__cat"])
    assert list(joined.supplies) == ["usb", "bms"]
    assert joined.battery is joined.supplies["bms"]
    assert list(formats.parse_power_supply(examples["power_supply__grep"]).supplies) == ["bms", "usb"]


def test_kernel_version_and_uptime_in_every_shape(examples: Examples) -> None:
    kernel = formats.parse_proc_version(examples["proc_version__5"])
    assert (kernel.version, kernel.release) == ("5.10.199", "5.10.199-android12-9-gabcdef")
    assert (kernel.build or "").startswith("#1 SMP")
    seconds = {name: formats.parse_uptime(examples[f"uptime__{name}"]).uptime_s for name in UPTIMES}
    assert seconds == UPTIMES


UPTIMES = {"toybox": 183_840.0, "minutes": 420.0, "toolbox": 93_784.0, "proc": 4321.25, "header": 788_645.0}


def test_sensors_are_listed_in_every_layout(examples: Examples) -> None:
    oldest, old, new, none = (
        formats.parse_sensorservice(examples[f"sensorservice__{layout}"]) for layout in ("2", "5", "13", "none")
    )
    assert [sensor.name for sensor in oldest.hardware] == ["NB1 3-axis Accelerometer"]
    assert oldest.sensors[0].last_values == (-0.5, 0.6, 9.7)
    gyroscope = formats.parse_sensorservice(examples["sensorservice__4"]).sensors[0]
    assert (gyroscope.name, gyroscope.max_rate_hz, gyroscope.last_values) == ("NB4 Gyroscope", 200.0, (0.0, 0.1, 0.2))
    assert (old.sensors[0].type_name, old.sensors[0].max_rate_hz) == ("android.sensor.light", 10.0)
    assert (new.total_hw, new.running, len(new.sensors), len(new.hardware)) == (2, 1, 3, 2)
    assert new.of_type("com.nimbus.sensor.wobble")[0].type_raw == "  com.nimbus.sensor.wobble"
    assert new.recent_events["NB3 Accelerometer"] == 50
    assert (none.total_hw, none.sensors) == (None, ())


def test_service_call_gives_text_or_the_error(examples: Examples) -> None:
    string = formats.parse_service_call(examples["service_call__string"])
    assert (string.status, string.length, string.text) == (0, 5, "Leno ")
    error = formats.parse_service_call(examples["service_call__error"])
    assert (error.error_code, error.error_text, error.status) == (-74, "Not a data message", None)
    thrown = formats.parse_service_call(examples["service_call__exception"])
    assert (thrown.status, thrown.text) == (-1, "no")


def test_storage_wear_is_read_from_ufs_emmc_and_bare_values(examples: Examples) -> None:
    ufs, emmc, bare, board = (
        formats.parse_storage_health(examples[f"storage_health__{layout}"])
        for layout in ("sysfs", "emmc", "bare", "board")
    )
    assert (ufs.eol_info, ufs.life_used_ratio) == (2, 1.1)
    assert (emmc.life_time_estimation_a, emmc.life_time_estimation_b, emmc.eol_info) == (4, 5, 1)
    assert (bare.values, bare.life_used_ratio) == ((7, 9), None)
    assert (board.model, board.size_bytes, board.error_counts["pa_err_count"]) == ("NB256", 512_000, 12)
    assert board.life_time_estimation_a == 2


def test_storaged_sums_reads_and_writes(examples: Examples) -> None:
    stored = formats.parse_storaged(examples["storaged__10"])
    assert stored.intervals[0].apps[0] == formats.AppIo("1000", read_bytes=10, write_bytes=100)
    assert stored.written_bytes == 106


def test_telephony_decodes_signal_in_three_layouts(examples: Examples) -> None:
    first, second = formats.parse_telephony(examples["telephony__7"]).slots
    assert (first.voice_state, first.operator_name, first.operator_numeric) == ("in_service", "Nimbus Tel NT", "26299")
    assert (first.signal.lte_rsrp_dbm, first.signal.lte_rsrq_db, first.signal.gsm_rssi_dbm) == (-101, -11, -79)
    assert (second.voice_state, second.signal.any_value) == ("power_off", False)
    oldest = formats.parse_telephony(examples["telephony__2"]).slots[0]
    assert (oldest.voice_state, oldest.emergency_only, oldest.phone_id) == ("emergency_only", True, None)
    new = formats.parse_telephony(examples["telephony__12"]).slots[0]
    assert (new.operator_name, new.operator_numeric, new.emergency_only) == ("Nimbus", "26299", False)
    assert (new.signal.lte_rsrp_dbm, new.signal.nr_rsrp_dbm, new.signal.wcdma_rscp_dbm) == (-99, -88, -93)
    assert new.signal.gsm_rssi_dbm is None


def test_thermal_readings_leave_out_what_is_not_a_number(examples: Examples) -> None:
    service = formats.parse_thermalservice(examples["thermalservice__12"])
    assert (service.thermal_status, service.hal_ready, service.status_is_override) == (3, True, True)
    assert [(reading.name, reading.temperature_c) for reading in service.readings] == [("skin", 45.25)]
    assert service.cooling_devices["cpu-big"] == 4


def test_touch_frames_end_where_the_numbers_end(examples: Examples) -> None:
    raw = formats.parse_touch_rawdata(examples["touch_rawdata__syna"])
    assert (raw.cols, raw.rows, raw.max_x, raw.max_y) == (5, 2, 1079, 2399)
    assert raw.matrices == (formats.TouchMatrix(title="Baseline", rows=((101, 102, 103, 104, 105), (-1, 0, 1, 2, 3))),)


def test_usb_is_read_in_three_layouts(examples: Examples) -> None:
    middle, old, new = (formats.parse_usb(examples[f"usb__{layout}"]) for layout in ("7", "2", "10"))
    assert (middle.connected, middle.configured, middle.functions) == (True, False, ("mtp", "adb"))
    assert (middle.ports[0].mode, middle.ports[0].power_role) == ("ufp", "sink")
    assert (old.connected, old.functions) == (True, ("adb", "usb_mass_storage"))
    assert (new.connected, new.host_connected, new.kernel_state) == (False, True, "DISCONNECTED")
    assert (new.ports[0].port_id, new.ports[0].data_role, new.ports[0].contaminant) == ("port1", "host", "detected")


def test_vibrator_history_and_capabilities(examples: Examples) -> None:
    old, middle, new = (formats.parse_vibrator(examples[f"vibrator__{layout}"]) for layout in ("8", "10", "12"))
    assert [vibration.duration_ms for vibration in old.vibrations] == [200, None]
    assert middle.vibrations[0].start == "Feb 3, 2031, 8:09:10 AM"
    assert (new.vibrator_count, new.capabilities) == (2, ("ON_CALLBACK", "AMPLITUDE_CONTROL"))
