"""Parsers of what phones print: one per kind of dump, each from text to a frozen dataclass.

Every parser takes what ``probes._text.decode`` gives, from an adb shell or cut out of a bug report, raises nothing but
``NotUnderstood``, and needs time in proportion to the length of the text. ``PARSERS`` finds one by the kind's name;
``bugreport`` cuts a bug report into the sections that hold the dumps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ._accessibility import Accessibility, BoundService, parse_accessibility
from ._adb_devices import AdbDevice, AdbDevices, parse_adb_devices
from ._audio import Audio, AudioRecorder, AudioStream, parse_audio
from ._battery import Battery, parse_battery
from ._batterystats import BatteryStats, WakeLockUse, parse_batterystats
from ._batterystats_checkin import CheckinStats, parse_batterystats_checkin
from ._bluetooth import Bluetooth, parse_bluetooth
from ._bugreport_dumps import DUMP_PLACES, DumpPlace, dump_from
from ._bugreport_header import BugreportHeader
from ._camera import CameraClient, CameraDevice, CameraEvent, CameraProvider, CameraService, parse_camera
from ._connectivity import Connectivity, Network, parse_connectivity
from ._cpuinfo import CpuInfo, ProcessLoad, parse_cpuinfo
from ._device_policy import DeviceAdmin, DevicePolicy, parse_device_policy
from ._df import Df, DfRow, InodeRow, parse_df, parse_inodes
from ._diskstats import Diskstats, FreeSpace, parse_diskstats
from ._display import Backlights, Display, DisplayDevice, parse_backlights, parse_display
from ._dropbox import Dropbox, DropboxEntry, parse_dropbox
from ._fingerprint import Fingerprint, FingerprintUser, parse_fingerprint
from ._getprop import Getprop, parse_getprop
from ._healthd import Healthd, HealthdSample, parse_healthd
from ._input import AxisRange, Getevent, HubDevice, InputManager, InputNode, parse_getevent, parse_input
from ._kernel_facts import KernelVersion, Uptime, parse_proc_version, parse_uptime
from ._meminfo import Meminfo, parse_meminfo
from ._memory import MemoryUse, ProcessMemory, parse_memory_use
from ._modem import ModemCrash, ModemHistory, parse_modem_history
from ._mount import Mount, Mounts, StorageService, StorageVolume, parse_mount_service, parse_mounts
from ._mtp import MtpDevice, MtpStorage, parse_mtp_detect
from ._nfc import Nfc, parse_nfc
from ._packages import (
    InstalledPackage,
    ListedPackage,
    PackageList,
    PackageManager,
    parse_features,
    parse_package_dump,
    parse_packages,
)
from ._power import Power, WakeLock, parse_power
from ._power_supply import PowerSupplies, PowerSupply, parse_power_supply
from ._sensor_privacy import SensorPrivacy, parse_sensor_privacy
from ._sensors import Sensor, SensorService, parse_sensorservice
from ._service_call import ServiceCall, parse_service_call
from ._settings import SettingsDump, SettingsList, parse_settings_dump, parse_settings_list
from ._storage_health import StorageHealth, parse_storage_health
from ._storaged import AppIo, IoInterval, Storaged, parse_storaged
from ._telephony import Registration, Signal, SlotState, TelephonyRegistry, parse_telephony
from ._thermal import (
    CpuUsage,
    HardwareProperties,
    Temperature,
    ThermalService,
    parse_hardware_properties,
    parse_thermalservice,
)
from ._touch import TouchMatrix, TouchRawData, parse_touch_rawdata
from ._trade_in import TradeIn, parse_trade_in
from ._usb import Usb, UsbPort, parse_usb
from ._vibrator import Vibration, Vibrator, parse_vibrator
from ._window import OverlayWindow, WindowManager, parse_window
from .bugreport import BugreportIndex, BugreportSection, index, section_bytes

PARSERS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "accessibility": parse_accessibility,
        "adb_devices": parse_adb_devices,
        "audio": parse_audio,
        "backlights": parse_backlights,
        "battery": parse_battery,
        "batterystats": parse_batterystats,
        "batterystats_checkin": parse_batterystats_checkin,
        "bluetooth": parse_bluetooth,
        "camera": parse_camera,
        "connectivity": parse_connectivity,
        "cpuinfo": parse_cpuinfo,
        "device_policy": parse_device_policy,
        "df": parse_df,
        "diskstats": parse_diskstats,
        "display": parse_display,
        "dropbox": parse_dropbox,
        "features": parse_features,
        "fingerprint": parse_fingerprint,
        "getevent": parse_getevent,
        "getprop": parse_getprop,
        "hardware_properties": parse_hardware_properties,
        "healthd": parse_healthd,
        "inodes": parse_inodes,
        "input": parse_input,
        "meminfo": parse_meminfo,
        "memory_use": parse_memory_use,
        "modem_history": parse_modem_history,
        "mount_service": parse_mount_service,
        "mounts": parse_mounts,
        "mtp_detect": parse_mtp_detect,
        "nfc": parse_nfc,
        "package_dump": parse_package_dump,
        "packages": parse_packages,
        "power": parse_power,
        "power_supply": parse_power_supply,
        "proc_version": parse_proc_version,
        "sensor_privacy": parse_sensor_privacy,
        "sensorservice": parse_sensorservice,
        "service_call": parse_service_call,
        "settings_dump": parse_settings_dump,
        "settings_list": parse_settings_list,
        "storage_health": parse_storage_health,
        "storaged": parse_storaged,
        "telephony": parse_telephony,
        "thermalservice": parse_thermalservice,
        "touch_rawdata": parse_touch_rawdata,
        "trade_in": parse_trade_in,
        "uptime": parse_uptime,
        "usb": parse_usb,
        "vibrator": parse_vibrator,
        "window": parse_window,
    }
)
"""The parser of each kind of dump by the kind's name."""

__all__ = [
    "DUMP_PLACES",
    "PARSERS",
    "Accessibility",
    "AdbDevice",
    "AdbDevices",
    "AppIo",
    "Audio",
    "AudioRecorder",
    "AudioStream",
    "AxisRange",
    "Backlights",
    "Battery",
    "BatteryStats",
    "Bluetooth",
    "BoundService",
    "BugreportHeader",
    "BugreportIndex",
    "BugreportSection",
    "CameraClient",
    "CameraDevice",
    "CameraEvent",
    "CameraProvider",
    "CameraService",
    "CheckinStats",
    "Connectivity",
    "CpuInfo",
    "CpuUsage",
    "DeviceAdmin",
    "DevicePolicy",
    "Df",
    "DfRow",
    "Diskstats",
    "Display",
    "DisplayDevice",
    "Dropbox",
    "DropboxEntry",
    "DumpPlace",
    "Fingerprint",
    "FingerprintUser",
    "FreeSpace",
    "Getevent",
    "Getprop",
    "HardwareProperties",
    "Healthd",
    "HealthdSample",
    "HubDevice",
    "InodeRow",
    "InputManager",
    "InputNode",
    "InstalledPackage",
    "IoInterval",
    "KernelVersion",
    "ListedPackage",
    "Meminfo",
    "MemoryUse",
    "ModemCrash",
    "ModemHistory",
    "Mount",
    "Mounts",
    "MtpDevice",
    "MtpStorage",
    "Network",
    "Nfc",
    "OverlayWindow",
    "PackageList",
    "PackageManager",
    "Power",
    "PowerSupplies",
    "PowerSupply",
    "ProcessLoad",
    "ProcessMemory",
    "Registration",
    "Sensor",
    "SensorPrivacy",
    "SensorService",
    "ServiceCall",
    "SettingsDump",
    "SettingsList",
    "Signal",
    "SlotState",
    "StorageHealth",
    "StorageService",
    "StorageVolume",
    "Storaged",
    "TelephonyRegistry",
    "Temperature",
    "ThermalService",
    "TouchMatrix",
    "TouchRawData",
    "TradeIn",
    "Uptime",
    "Usb",
    "UsbPort",
    "Vibration",
    "Vibrator",
    "WakeLock",
    "WakeLockUse",
    "WindowManager",
    "dump_from",
    "index",
    "parse_accessibility",
    "parse_adb_devices",
    "parse_audio",
    "parse_backlights",
    "parse_battery",
    "parse_batterystats",
    "parse_batterystats_checkin",
    "parse_bluetooth",
    "parse_camera",
    "parse_connectivity",
    "parse_cpuinfo",
    "parse_device_policy",
    "parse_df",
    "parse_diskstats",
    "parse_display",
    "parse_dropbox",
    "parse_features",
    "parse_fingerprint",
    "parse_getevent",
    "parse_getprop",
    "parse_hardware_properties",
    "parse_healthd",
    "parse_inodes",
    "parse_input",
    "parse_meminfo",
    "parse_memory_use",
    "parse_modem_history",
    "parse_mount_service",
    "parse_mounts",
    "parse_mtp_detect",
    "parse_nfc",
    "parse_package_dump",
    "parse_packages",
    "parse_power",
    "parse_power_supply",
    "parse_proc_version",
    "parse_sensor_privacy",
    "parse_sensorservice",
    "parse_service_call",
    "parse_settings_dump",
    "parse_settings_list",
    "parse_storage_health",
    "parse_storaged",
    "parse_telephony",
    "parse_thermalservice",
    "parse_touch_rawdata",
    "parse_trade_in",
    "parse_uptime",
    "parse_usb",
    "parse_vibrator",
    "parse_window",
    "section_bytes",
]
