"""``dumpsys``: one entry per service that this phone can dump."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render import battery, camera, dropbox, power, software, storage, telephony, thermal
from hwsim.render import input as input_dump

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.phone.phone import Phone
    from hwsim.shell_commands.process import Process

    Dump = Callable[[Phone, list[str]], str]

_EMPTY_SERVICES_TEXT = (
    "accessibility account alarm appops audio bluetooth_manager clipboard connectivity content device_policy "
    "display iphonesubinfo isub jobscheduler location lock_settings media.audio_flinger mount netstats "
    "notification phone procstats statusbar SurfaceFlinger telecom uimode updatelock usagestats user vibrator "
    "wallpaper wifi window"
)
_EMPTY_SERVICES = _EMPTY_SERVICES_TEXT.split()


def _package(phone: Phone, arguments: list[str]) -> str:
    words = [word for word in arguments if not word.startswith("-")]
    return software.show_package(phone, words[0] if words else None)


def _batterystats(phone: Phone, arguments: list[str]) -> str:
    if "--checkin" in arguments or "-c" in arguments:
        return power.show_batterystats_checkin(phone)
    return power.show_batterystats(phone)


def _display(phone: Phone, _arguments: list[str]) -> str:
    wide, high, density = phone.profile.screen
    name = phone.profile.screen_name
    return (
        "DISPLAY MANAGER (dumpsys display)\n  mOnlyCore=false\n  Display Devices: size=1\n"
        f'  DisplayDeviceInfo{{"{name}": uniqueId="local:0", {wide} x {high}, density {density}, state ON}}\n'
    )


def _wifi(_phone: Phone, _arguments: list[str]) -> str:
    return "Wi-Fi is enabled\nVerbose logging is off\nStay-awake conditions: 0\n"


def _usb(phone: Phone, _arguments: list[str]) -> str:
    connected = str(phone.battery.supply_ma > 0).lower()
    rows = ["device_manager={", "  handler={", "    current_functions=[ADB]"]
    rows += [f"    connected={connected}", f"    configured={connected}", "  }", "}"]
    return "USB MANAGER STATE (dumpsys usb):\n{\n" + "".join(f"  {row}\n" for row in rows) + "}\n"


_DUMPS: dict[str, Dump] = {
    "activity": software.show_activity,
    "battery": lambda phone, _arguments: battery.show_battery(phone),
    "batterystats": _batterystats,
    "cpuinfo": lambda phone, _arguments: power.show_cpuinfo(phone),
    "diskstats": lambda phone, _arguments: storage.show_diskstats(phone),
    "display": _display,
    "dropbox": dropbox.show_dropbox,
    "input": lambda phone, _arguments: input_dump.show_input(phone),
    "media.camera": lambda phone, _arguments: camera.show_camera(phone),
    "meminfo": lambda phone, _arguments: software.show_meminfo(phone),
    "package": _package,
    "power": lambda phone, _arguments: power.show_power(phone),
    "sensorservice": lambda phone, _arguments: software.show_sensors(phone),
    "telephony.registry": lambda phone, _arguments: telephony.show_registry(phone),
    "thermalservice": lambda phone, _arguments: thermal.show_thermal(phone),
    "usb": _usb,
    "wifi": _wifi,
}
_SINCE = {"thermalservice": 29}


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
    names = {name for name in names if phone.profile.sdk >= _SINCE.get(name, 0)}
    if phone.profile.nfc_driver != "absent":
        names.add("nfc")
    return sorted(names)


def dump(phone: Phone, name: str, arguments: list[str]) -> str:
    """Return the dump of one service; empty for those that have nothing to say here."""
    if name == "nfc":
        state = "on" if phone.condition.nfc_on_bus else "off"
        return f"mState={state}\nmIsZeroClickRequested=true\nmScreenState=ON_UNLOCKED\n"
    show = _DUMPS.get(name)
    return show(phone, arguments) if show is not None else ""
