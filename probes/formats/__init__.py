"""Parsers of what phones print: one per kind of dump, each from text to a frozen dataclass.

Every parser takes what ``probes._text.decode`` gives, from an adb shell or cut out of a bug report, raises nothing but
``NotUnderstood``, and needs time in proportion to the length of the text. ``PARSERS`` finds one by the kind's name;
``bugreport`` cuts a bug report into the sections that hold the dumps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ._adb_devices import AdbDevice, AdbDevices, parse_adb_devices
from ._audio import Audio, AudioStream, parse_audio
from ._battery import Battery, parse_battery
from ._batterystats import BatteryStats, WakeLockUse, parse_batterystats
from ._batterystats_checkin import CheckinStats, parse_batterystats_checkin
from ._bugreport_dumps import DUMP_PLACES, DumpPlace, dump_from
from ._bugreport_header import BugreportHeader
from ._camera import CameraDevice, CameraEvent, CameraProvider, CameraService, parse_camera
from ._df import Df, DfRow, parse_df
from ._diskstats import Diskstats, FreeSpace, parse_diskstats
from ._display import Backlights, Display, DisplayDevice, parse_backlights, parse_display
from ._dropbox import Dropbox, DropboxEntry, parse_dropbox
from ._fingerprint import Fingerprint, FingerprintUser, parse_fingerprint
from ._getprop import Getprop, parse_getprop
from ._healthd import Healthd, HealthdSample, parse_healthd
from ._input import AxisRange, Getevent, HubDevice, InputManager, InputNode, parse_getevent, parse_input
from ._kernel_facts import KernelVersion, Uptime, parse_proc_version, parse_uptime
from ._meminfo import Meminfo, parse_meminfo
from ._modem import ModemCrash, ModemHistory, parse_modem_history
from ._mount import Mount, Mounts, StorageService, StorageVolume, parse_mount_service, parse_mounts
from ._mtp import MtpDevice, MtpStorage, parse_mtp_detect
from ._nfc import Nfc, parse_nfc
from ._packages import InstalledPackage, ListedPackage, PackageList, PackageManager, parse_package_dump, parse_packages
from ._power import Power, WakeLock, parse_power
from ._power_supply import PowerSupplies, PowerSupply, parse_power_supply
from ._sensors import Sensor, SensorService, parse_sensorservice
from ._service_call import ServiceCall, parse_service_call
from ._storage_health import StorageHealth, parse_storage_health
from ._storaged import AppIo, IoInterval, Storaged, parse_storaged
from ._telephony import Signal, SlotState, TelephonyRegistry, parse_telephony
from ._thermal import (
    CpuUsage,
    HardwareProperties,
    Temperature,
    ThermalService,
    parse_hardware_properties,
    parse_thermalservice,
)
from ._touch import TouchMatrix, TouchRawData, parse_touch_rawdata
from ._usb import Usb, UsbPort, parse_usb
from ._vibrator import Vibration, Vibrator, parse_vibrator
from .bugreport import BugreportIndex, BugreportSection, index, section_bytes

PARSERS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "adb_devices": parse_adb_devices,
        "audio": parse_audio,
        "backlights": parse_backlights,
        "battery": parse_battery,
        "batterystats": parse_batterystats,
        "batterystats_checkin": parse_batterystats_checkin,
        "camera": parse_camera,
        "df": parse_df,
        "diskstats": parse_diskstats,
        "display": parse_display,
        "dropbox": parse_dropbox,
        "fingerprint": parse_fingerprint,
        "getevent": parse_getevent,
        "getprop": parse_getprop,
        "hardware_properties": parse_hardware_properties,
        "healthd": parse_healthd,
        "input": parse_input,
        "meminfo": parse_meminfo,
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
        "sensorservice": parse_sensorservice,
        "service_call": parse_service_call,
        "storage_health": parse_storage_health,
        "storaged": parse_storaged,
        "telephony": parse_telephony,
        "thermalservice": parse_thermalservice,
        "touch_rawdata": parse_touch_rawdata,
        "uptime": parse_uptime,
        "usb": parse_usb,
        "vibrator": parse_vibrator,
    }
)
"""The parser of each kind of dump by the kind's name."""

__all__ = [
    "DUMP_PLACES",
    "PARSERS",
    "AdbDevice",
    "AdbDevices",
    "AppIo",
    "Audio",
    "AudioStream",
    "AxisRange",
    "Backlights",
    "Battery",
    "BatteryStats",
    "BugreportHeader",
    "BugreportIndex",
    "BugreportSection",
    "CameraDevice",
    "CameraEvent",
    "CameraProvider",
    "CameraService",
    "CheckinStats",
    "CpuUsage",
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
    "InputManager",
    "InputNode",
    "InstalledPackage",
    "IoInterval",
    "KernelVersion",
    "ListedPackage",
    "Meminfo",
    "ModemCrash",
    "ModemHistory",
    "Mount",
    "Mounts",
    "MtpDevice",
    "MtpStorage",
    "Nfc",
    "PackageList",
    "PackageManager",
    "Power",
    "PowerSupplies",
    "PowerSupply",
    "Sensor",
    "SensorService",
    "ServiceCall",
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
    "Uptime",
    "Usb",
    "UsbPort",
    "Vibration",
    "Vibrator",
    "WakeLock",
    "WakeLockUse",
    "dump_from",
    "index",
    "parse_adb_devices",
    "parse_audio",
    "parse_backlights",
    "parse_battery",
    "parse_batterystats",
    "parse_batterystats_checkin",
    "parse_camera",
    "parse_df",
    "parse_diskstats",
    "parse_display",
    "parse_dropbox",
    "parse_fingerprint",
    "parse_getevent",
    "parse_getprop",
    "parse_hardware_properties",
    "parse_healthd",
    "parse_input",
    "parse_meminfo",
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
    "parse_sensorservice",
    "parse_service_call",
    "parse_storage_health",
    "parse_storaged",
    "parse_telephony",
    "parse_thermalservice",
    "parse_touch_rawdata",
    "parse_uptime",
    "parse_usb",
    "parse_vibrator",
    "section_bytes",
]
