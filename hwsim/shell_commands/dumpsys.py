"""``dumpsys``: one entry per service that this phone can dump."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render import (
    accessibility,
    audio,
    audio_server,
    battery,
    camera,
    connectivity,
    counters,
    device_policy,
    display,
    dropbox,
    health,
    power,
    power_manager,
    privacy,
    radios,
    software,
    storage,
    telephony,
    thermal,
    usb,
    vibrator,
)
from hwsim.render import input as input_dump
from hwsim.shell_commands.battery_shell import change_battery

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.phone.phone import Phone
    from hwsim.shell_commands.process import Process

    Dump = Callable[[Phone, list[str]], str]

_EMPTY_SERVICES_TEXT = (
    "account clipboard content iphonesubinfo isub jobscheduler "
    "lock_settings mount phone settings statusbar telecom tradeinmode uimode updatelock usagestats wallpaper"
)
_EMPTY_SERVICES = _EMPTY_SERVICES_TEXT.split()


def _package(phone: Phone, arguments: list[str]) -> str:
    words = [word for word in arguments if not word.startswith("-")]
    return software.show_package(phone, words[0] if words else None)


def _batterystats(phone: Phone, arguments: list[str]) -> str:
    if "--checkin" in arguments or "-c" in arguments:
        return power.show_batterystats_checkin(phone)
    return power.show_batterystats(phone)


def _battery(phone: Phone, arguments: list[str]) -> str:
    if arguments[:1] in ([], ["-a"], ["--checkin"]):
        return battery.show_battery(phone)
    return "".join(change_battery(phone, arguments)[:2])


def _plain(show: Callable[[Phone], str]) -> Dump:
    return lambda phone, _arguments: show(phone)


_DUMPS: dict[str, Dump] = {
    "SurfaceFlinger": display.show_surface_flinger,
    "accessibility": _plain(accessibility.show_accessibility),
    "activity": software.show_activity,
    "alarm": _plain(counters.show_alarm),
    "appops": _plain(privacy.show_appops),
    "audio": _plain(audio.show_audio),
    "battery": _battery,
    "batteryproperties": _plain(health.show_battery_monitor),
    "batterystats": _batterystats,
    "bluetooth_manager": _plain(radios.show_bluetooth),
    "color_display": _plain(accessibility.show_color_display),
    "connectivity": _plain(connectivity.show_connectivity),
    "cpuinfo": _plain(power.show_cpuinfo),
    "device_policy": _plain(device_policy.show_device_policy),
    "diskstats": _plain(storage.show_diskstats),
    "display": _plain(display.show_display),
    "dropbox": dropbox.show_dropbox,
    "fingerprint": _plain(counters.show_fingerprint),
    "hardware_properties": _plain(health.show_hardware_properties),
    "input": _plain(input_dump.show_input),
    "location": _plain(radios.show_location),
    "media.audio_flinger": _plain(audio_server.show_flinger),
    "media.audio_policy": _plain(audio_server.show_policy),
    "media.camera": _plain(camera.show_camera),
    "media_session": _plain(counters.show_media_session),
    "meminfo": _plain(software.show_meminfo),
    "netstats": _plain(counters.show_netstats),
    "nfc": _plain(radios.show_nfc),
    "notification": _plain(counters.show_notification),
    "package": _package,
    "power": _plain(power_manager.show_power),
    "procstats": _plain(counters.show_procstats),
    "sensor_privacy": _plain(privacy.show_sensor_privacy),
    "sensorservice": _plain(software.show_sensors),
    "storaged": _plain(counters.show_storaged),
    "telephony.registry": _plain(telephony.show_registry),
    "thermalservice": _plain(thermal.show_thermal),
    "usb": _plain(usb.show_usb),
    "user": _plain(device_policy.show_user),
    "vibrator": _plain(vibrator.show_vibrator),
    "vibrator_manager": _plain(vibrator.show_manager),
    "vpn_management": _plain(connectivity.show_vpn),
    "wifi": _plain(radios.show_wifi),
    "window": _plain(display.show_window),
    health.AIDL_NAME: _plain(health.show_battery_monitor),
}
_SINCE = {
    "color_display": 29,
    "sensor_privacy": privacy.PRIVACY_SINCE,
    "thermalservice": 29,
    "vpn_management": connectivity.VPN_SERVICE_SINCE,
    "vibrator_manager": vibrator.MANAGER_SINCE,
    health.AIDL_NAME: health.AIDL_SINCE,
    "tradeinmode": 36,
}
_UNTIL = {"vibrator": vibrator.MANAGER_SINCE}


async def run_dumpsys(process: Process) -> int:
    """Dump one service, or list them with -l."""
    words = list(process.arguments)
    while words and words[0] in ("-t", "-T", "--priority"):
        words = words[2:]
    if words[:1] == ["-l"]:
        process.out("Currently running services:\n" + "".join(f"  {name}\n" for name in services(process.phone)))
        return 0
    if not words:
        for name in services(process.phone):
            process.out(f"DUMP OF SERVICE {name}:\n{dump(process.phone, name, [])}")
            await process.stdout.flush()
        return 0
    if words[0] not in services(process.phone):
        process.err(f"Can't find service: {words[0]}")
        return 0
    process.out(dump(process.phone, words[0], words[1:]))
    return 0


def services(phone: Phone) -> list[str]:
    """Return the names of the services that run on a phone."""
    names = {*_DUMPS, *_EMPTY_SERVICES}
    sdk = phone.profile.sdk
    names = {name for name in names if _SINCE.get(name, 0) <= sdk < _UNTIL.get(name, sdk + 1)}
    if phone.profile.nfc_driver == "absent":
        names.discard("nfc")
    return sorted(names.difference(phone.profile.missing_services))


def dump(phone: Phone, name: str, arguments: list[str]) -> str:
    """Return the dump of one service; empty for those that have nothing to say here."""
    show = _DUMPS.get(name)
    return show(phone, arguments) if show is not None else ""
