"""Where each mode of software and settings shows on a stock phone, and what a stock shell can do about it."""

from __future__ import annotations

from typing import NamedTuple


class Sign(NamedTuple):
    """A command, a pattern that only a phone with the mode prints, and the line that cures it (empty: none does)."""

    line: str
    shows: str
    cure: str = ""


SOFTWARE = {
    "app.anr_storm": Sign("logcat -d -b events", r"(?s)(am_anr.*){5}"),
    "app.cpu_hog": Sign("top -n1 -b", r"S[ ]+[23]\d\d\.\d .*com\."),
    "app.overlay": Sign("dumpsys window", r"appop=SYSTEM_ALERT_WINDOW"),
    "app.device_admin": Sign("dumpsys device_policy", r"(?m)^    com\.(?!google)[\w.]+/[\w.]+AdminReceiver:$"),
    "app.accessibility_abuse": Sign(
        "dumpsys accessibility", r"capabilities=41", "settings delete secure enabled_accessibility_services"
    ),
    "app.stalkerware": Sign("dumpsys package", r"disabledComponents:\n        [\w.]+LauncherActivity"),
    "app.memory_leak": Sign("dumpsys meminfo", r"\(status (low|critical)\)"),
    "app.camera_hog": Sign("dumpsys media.camera", r"Client Package Name: com\."),
    "app.microphone_hog": Sign("dumpsys audio", r"source client=MIC.* pack:com\."),
    "app.vpn_block": Sign(
        "dumpsys connectivity", r"Active default network: none", "settings delete secure always_on_vpn_lockdown"
    ),
    "system.half_update": Sign("logcat -d -b all", r"Mismatched fingerprints; system reported"),
    "system.bluetooth_crash": Sign(
        "dumpsys bluetooth_manager", r"Bluetooth crashed [1-9]\d* times", "pm clear com.android.bluetooth"
    ),
    "system.phone_process_crash": Sign(
        "dumpsys dropbox", r"system_app_crash", "pm clear com.android.providers.telephony"
    ),
    "system.media_crash": Sign("logcat -d -b crash", r">>> /system/bin/audioserver <<<"),
    "system.watchdog": Sign("dumpsys dropbox", r"system_server_watchdog"),
    "system.frp_locked": Sign("settings get secure secure_frp_mode", r"^1$"),
    "system.mdm_locked": Sign("dumpsys device_policy", r"Device Owner:"),
    "system.rooted": Sign("su -c id", r"uid=0\(root\)"),
    "system.clock_wrong": Sign("date", r"2010$", "settings put global auto_time 1"),
    "system.filesystem_damaged": Sign("cat /proc/mounts", r" /data \w+ ro,"),
    "system.ota_optimising": Sign("top -n1 -b", r"dex2oat", "pm bg-dexopt-job"),
}
SETTINGS = {
    "setting.silent_mode": Sign("dumpsys audio", r"mode \(internal\) = SILENT", "settings put global mode_ringer 2"),
    "setting.dnd": Sign(
        "dumpsys notification", r"mZenMode=ZEN_MODE_NO_INTERRUPTIONS", "settings put global zen_mode 0"
    ),
    "setting.ring_volume_zero": Sign(
        "dumpsys audio", r"STREAM_RING:(\n .*)*Current: 2 \(speaker\): 0,", "settings put system volume_ring 5"
    ),
    "setting.media_volume_zero": Sign(
        "dumpsys audio",
        r"STREAM_MUSIC:(\n .*)*Current: 2 \(speaker\): 0,",
        "settings put system volume_music_speaker 7",
    ),
    "setting.call_volume_low": Sign(
        "dumpsys audio", r"VOICE_CALL:(\n .*)*Current: 1 \(earpiece\): 1,", "settings put system volume_voice 4"
    ),
    "setting.flight_mode": Sign(
        "dumpsys telephony.registry", r"3\(POWER_OFF\)", "settings put global airplane_mode_on 0"
    ),
    "setting.mic_privacy": Sign(
        "dumpsys audio", r"mMicMuteFromPrivacyToggle=true", "cmd sensor_privacy disable 0 microphone"
    ),
    "setting.camera_privacy": Sign(
        "dumpsys sensor_privacy",
        r"sensor=2\n(.*\n){0,2} +(is_enabled=true|state_type=1)",
        "cmd sensor_privacy disable 0 camera",
    ),
    "setting.sensors_off": Sign("dumpsys sensorservice", r"Sensor Privacy: enabled"),
    "setting.battery_saver": Sign("dumpsys power", r"mLowPowerModeEnabled=true", "settings put global low_power 0"),
    "setting.bluetooth_route": Sign("dumpsys audio", r"Devices: bt_a2dp", "svc bluetooth disable"),
    "setting.wrong_apn": Sign("logcat -d -b radio", r"MISSING_UNKNOWN_APN"),
    "setting.mobile_data_off": Sign("dumpsys telephony.registry", r"mUserMobileDataState= false", "svc data enable"),
    "setting.network_2g_only": Sign(
        "getprop gsm.network.type", r"EDGE", "settings put global preferred_network_mode 22"
    ),
    "setting.wifi_off": Sign("dumpsys wifi", r"Wi-Fi is disabled", "settings put global wifi_on 1"),
    "setting.bluetooth_off": Sign("dumpsys bluetooth_manager", r"enabled: false", "settings put global bluetooth_on 1"),
    "setting.nfc_off": Sign("dumpsys nfc", r"mState=off", "settings put global nfc_on 1"),
    "setting.location_off": Sign("dumpsys location", r"enabled=false", "settings put secure location_mode 3"),
    "setting.brightness_low": Sign(
        "settings get system screen_brightness", r"^1$", "settings put system screen_brightness 102"
    ),
    "setting.extra_dim": Sign(
        "dumpsys color_display", r" Activated", "settings put secure reduce_bright_colors_activated 0"
    ),
    "setting.touch_exploration": Sign(
        "dumpsys accessibility", r"touchExplorationEnabled=true", "settings put secure touch_exploration_enabled 0"
    ),
    "setting.magnification": Sign(
        "dumpsys accessibility",
        r"displayMagnificationEnabled=true",
        "settings put secure accessibility_display_magnification_enabled 0",
    ),
    "setting.color_inversion": Sign(
        "settings get secure accessibility_display_inversion_enabled",
        r"^1$",
        "settings put secure accessibility_display_inversion_enabled 0",
    ),
    "setting.grayscale": Sign(
        "settings get secure accessibility_display_daltonizer_enabled",
        r"^1$",
        "settings put secure accessibility_display_daltonizer_enabled 0",
    ),
    "setting.audio_balance": Sign(
        "dumpsys media.audio_flinger", r"Master balance: -1\.0", "settings put system master_balance 0"
    ),
    "setting.rotation_locked": Sign("dumpsys window", r"mRotation=1", "settings put system user_rotation 0"),
    "setting.haptics_off": Sign(
        "dumpsys vibrator; dumpsys vibrator_manager",
        r"mHapticFeedbackIntensity=0",
        "settings put system haptic_feedback_enabled 1",
    ),
    "setting.call_forwarding": Sign("dumpsys telephony.registry", r"mCallForwarding=true"),
    "setting.proxy": Sign("dumpsys connectivity", r"Global proxy: 10\.", "settings delete global http_proxy"),
    "setting.private_dns": Sign(
        "dumpsys connectivity", r"mode: hostname", "settings put global private_dns_mode opportunistic"
    ),
    "setting.pointer_location": Sign(
        "settings get system pointer_location", r"^1$", "settings put system pointer_location 0"
    ),
    "setting.slow_animations": Sign(
        "settings get global window_animation_scale", r"^10\.0$", "settings put global window_animation_scale 1.0"
    ),
    "setting.finish_activities": Sign(
        "settings get global always_finish_activities", r"^1$", "settings delete global always_finish_activities"
    ),
    "setting.tty_mode": Sign(
        "settings get secure preferred_tty_mode", r"^1$", "settings put secure preferred_tty_mode 0"
    ),
    "setting.short_timeout": Sign(
        "settings get system screen_off_timeout", r"^5000$", "settings put system screen_off_timeout 60000"
    ),
}
SIGNS = {**SOFTWARE, **SETTINGS}
