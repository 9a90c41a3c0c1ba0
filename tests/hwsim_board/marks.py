"""Where each fault shows: a dump or the log, and what stands there of no healthy phone."""

from __future__ import annotations

from typing import NamedTuple


class Mark(NamedTuple):
    """``where`` is ``log`` or a service of dumpsys, ``text`` a regular expression, ``profiles`` two that show it."""

    where: str
    text: str
    profiles: tuple[str, ...] = ("google_16", "vivo_9")


_SENSORS = ("xiaomi_12", "vivo_9")
_TWO_GAUGES = ("google_16", "xiaomi_12")

MARKS: dict[str, tuple[Mark, ...]] = {
    "board.sensor_bus_dead": (Mark("sensorservice", "^No Sensors on the device"), Mark("log", "fused sensors not reg")),
    "board.audio_bus_dead": (
        Mark("log", r"Failed to read Revision register"),
        Mark("log", r"aw8697_i2c_read: i2c_read cnt=4"),
        Mark("log", r"flash driver write of mode register failed"),
        Mark("log", r"(?i)tx timeout|transfer timeout"),
    ),
    "board.power_bus_dead": (
        Mark("log", r"Cannot read chip ID"),
        Mark("log", r"bq27xxx-battery .*error reading flags"),
        Mark("log", r"lm3697 .*brightness write failed"),
        Mark("battery", r"status: 4"),
    ),
    "board.front_bus_dead": (Mark("log", r"touch controller not present"), Mark("log", r"(?i)(tx|transfer) timeout")),
    "board.camera_bus_dead": (
        Mark("media.camera", r"Number of camera devices: 0"),
        Mark("log", r"rejected \(no camera"),
    ),
    "flex.display_loose": (Mark("log", r"connection lost, reset by driver"),),
    "flex.camera_loose": (
        Mark("log", r"camera sensor 0: stream lost"),
        Mark("log", r"camera sensor 1: stream lost"),
        Mark("log", r"Camera HAL reported serious device error", _SENSORS),
    ),
    "flex.main_loose": (Mark("log", r"Failed to read Revision register"), Mark("log", r"aw8697_i2c_read")),
    "sub_board.dead": (Mark("battery", r"USB powered: false"), Mark("log", r"coil resistance over range")),
    "board.ram_bad": (
        Mark("log", r"SEGV_MAPERR"),
        Mark("log", r"Bad page state|kernel paging request"),
        Mark("dropbox", r"SEGV_MAPERR"),
    ),
    "board.pmic_fault": (Mark("log", r"out of regulation"),),
    "board.cpu_hot": (
        Mark("log", r"maximum limited to \d+ kHz by thermal"),
        Mark("thermalservice", r"mName=CPU0", ("google_16", "xiaomi_12")),
    ),
    "board.rtc_lost": (
        Mark("log", r"unable to read the hardware clock"),
        Mark("log", r"Current time only \d+, advancing to build time"),
    ),
    "storage.link_errors": (Mark("log", r"line reset seen|data crc error -84"),),
    "wifi.chip_dead": (Mark("wifi", r"Wi-Fi is disabled"), Mark("log", r"Failed to load WiFi driver")),
    "bluetooth.chip_dead": (Mark("bluetooth_manager", r"enabled: false"), Mark("log", r"hci0: command \S+ tx timeout")),
    "gnss.dead": (
        Mark("location", r"gps provider:\n.*\n\s+enabled=false"),
        Mark("log", r"no bytes from receiver"),
    ),
    "esim.dead": (Mark("log", r"embedded UICC does not answer", ("google_16", "oneplus_15")),),
    "fingerprint.off_bus": (Mark("fingerprint", r'"prints":\[\]'), Mark("log", r"Can't open fingerprint HW Module")),
    "face.projector_off_bus": (Mark("log", r"projector driver not found", ("honor_10",)),),
    "imu.off_bus": (Mark("log", r"no accelerometer and no gyroscope"),),
    "magnetometer.off_bus": (Mark("log", r"orientation sensor not created"),),
    "light_proximity.off_bus": (Mark("log", r"proximity sensor unavailable"),),
    "barometer.off_bus": (Mark("log", r"pressure sensor unavailable"),),
    "display.off_bus": (Mark("log", r"no vsync from panel"), Mark("log", r"Faking VSYNC due to driver stall")),
    "display.backlight_driver": (Mark("log", r"write of brightness to panel0-backlight failed"),),
    "touch.crc": (Mark("log", r"point packet crc error"),),
    "audio.codec_dead": (Mark("log", r"no sound card"), Mark("media.audio_flinger", r"Standby Time mSec: 3000\n\n?\Z")),
    "amplifier.off_bus": (Mark("log", r"Failed to read Revision register"),),
    "haptics.driver_dead": (Mark("log", r"motor driver is gone"),),
    "flash.driver_fault": (Mark("log", r"torch is unavailable"),),
    "hall.stuck": (Mark("log", r"due to lid_switch"), Mark("input", r"SwitchValues: 1$")),
    "key.power_stuck": (Mark("log", r"power key: still pressed"),),
    "battery.gauge_drift": (),
    "battery.level_jumps": (),
    "battery.sudden_shutdown": (Mark("log", r"uvlo warning"), Mark("log", r"under load at \d+%")),
    "battery.thermistor_drift": (Mark("log", r"does not follow skin"),),
    "battery.not_original": (Mark("log", r"batt_id: authentication failed", ("xiaomi_12", "vivo_9")),),
    "port.no_charge": (Mark("battery", r"status: 4"), Mark("log", r"aicl steps down")),
    "port.water_detected": (
        Mark("usb", r"contaminant_presence_status=detected"),
        Mark("log", r"moisture in connector"),
    ),
    "charger_ic.dead": (Mark("battery", r"status: 4"), Mark("log", r"Cannot read chip ID")),
    "charger.thermal_throttle": (Mark("log", r"die temperature 110 C"),),
    "gauge.off_bus": (Mark("log", r"bq27xxx-battery .*error reading flags"),),
}
"""The two without a mark contradict themselves in numbers; test_gauges.py holds them to that."""
