"""``cmd``, ``service``, ``svc`` and ``media``: tools in front of the system services.

Answers follow AOSP; the parcel of ``service call`` is laid out as seen from real phones, the rest is unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.telephony import show_service_call
from hwsim.shell_commands.activity import run_am, run_wm
from hwsim.shell_commands.dumpsys import services
from hwsim.shell_commands.input_tools import run_input
from hwsim.shell_commands.packages import run_pm
from hwsim.shell_commands.reply import Reply
from hwsim.shell_commands.service_shells import change_volume, options_of, service_shell
from hwsim.shell_commands.settings import run_settings

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone
    from hwsim.shell_commands.process import Process

_NOT_FOUND, _NO_TRANSACTION = 20, 2
_STAY_ON = {"true": "7", "false": "0", "ac": "1", "usb": "2", "wireless": "4", "dock": "8"}
_MEDIA_UNTIL = 34
_INPUT_SHELL_SINCE = 30
_SWITCHES = {"wifi": "wifi_on", "bluetooth": "bluetooth_on", "data": "mobile_data", "nfc": "nfc_on"}
_NO_MESSAGE = 'Result: Parcel(Error: 0xffffffffffffffb6 "Not a data message")\n'


async def run_cmd(process: Process) -> int:
    """Hand over to the service named."""
    words = process.arguments
    running = services(process.phone)
    if words[:1] == ["-l"]:
        process.out("Currently running services:\n" + "".join(f"  {name}\n" for name in running))
        return 0
    handlers = {"package": run_pm, "activity": run_am, "settings": run_settings, "window": run_wm}
    if process.phone.profile.sdk >= _INPUT_SHELL_SINCE:
        handlers["input"] = run_input
    if not words or (words[0] not in running and words[0] not in handlers):
        process.err(f"cmd: Can't find service: {words[0] if words else ''}")
        return _NOT_FOUND
    if handler := handlers.get(words[0]):
        process.arguments = words[1:]
        return await handler(process)
    shell = service_shell(process.phone, words[0])
    if shell is None:
        process.err(f"cmd: Failure calling service {words[0]}: Failed transaction (2147483646)")
        return _NO_TRANSACTION
    return _give(process, shell(process.phone, words[1:]))


def _give(process: Process, reply: Reply) -> int:
    process.out(reply.out)
    if reply.err:
        process.err(reply.err.removesuffix("\n"))
    return reply.code


async def run_media(process: Process) -> int:
    """Tell or set a volume, or press a media key; the tool went with Android 14."""
    words, phone = process.arguments, process.phone
    if phone.profile.sdk >= _MEDIA_UNTIL:
        process.err("/system/bin/sh: media: inaccessible or not found")
        return 127
    if words[:1] == ["volume"]:
        return _give(process, change_volume(phone, options_of(words[1:])))
    shell = service_shell(phone, "media_session")
    return _give(process, shell(phone, words) if shell is not None else Reply(code=1))


async def run_service(process: Process) -> int:
    """List, check or call services; calls are known for the phone sub-info only."""
    words = process.arguments
    names = services(process.phone)
    if words[:1] == ["list"]:
        process.out(f"Found {len(names)} services:\n")
        process.out("".join(f"{index}\t{name}: []\n" for index, name in enumerate(names)))
        return 0
    if words[:1] == ["check"] and len(words) > 1:
        process.out(f"Service {words[1]}: {'found' if words[1] in names else 'not found'}\n")
        return 0
    if words[:2] == ["call", "iphonesubinfo"] and len(words) > 2 and words[2].isdecimal():
        process.out(show_service_call(process.phone, int(words[2]), _values(words[3:])))
        return 0
    if words[:1] == ["call"] and len(words) > 1 and words[1] not in names:
        process.err(f"service: Service {words[1]} does not exist")
        return 10
    process.out(_NO_MESSAGE)
    return 0


def _values(words: list[str]) -> list[str | int]:
    """Read ``i32 N`` and ``s16 TEXT``, the two kinds of values that these calls take."""
    found: list[str | int] = []
    for kind, value in zip(words[::2], words[1::2], strict=False):
        if kind == "s16":
            found.append(value)
        elif kind == "i32" and value.removeprefix("-").isdecimal():
            found.append(int(value))
    return found


async def run_svc(process: Process) -> int:
    """Switch radios, keep the phone awake, restart it or choose what the USB port does."""
    words, phone = process.arguments, process.phone
    if len(words) > 1 and words[0] in _SWITCHES and words[1] in ("enable", "disable"):
        phone.settings["global", _SWITCHES[words[0]]] = str(int(words[1] == "enable"))
        return 0
    if words[:1] == ["power"] and len(words) > 1:
        return _power(phone, words[1:], process)
    if words[:2] == ["usb", "getFunctions"]:
        process.err("adb")
        return 0
    if words[:2] in (["usb", "setFunctions"], ["usb", "resetUsbGadget"]):
        return 0
    process.err("Available commands:\n    power\n    data\n    wifi\n    usb\n    nfc\n    bluetooth")
    return 1


def _power(phone: Phone, words: list[str], process: Process) -> int:
    if words[0] == "stayon" and words[1:2] and words[1] in _STAY_ON:
        phone.settings["global", "stay_on_while_plugged_in"] = _STAY_ON[words[1]]
        return 0
    if words[0] in ("reboot", "shutdown"):
        phone.reboot_requested(words[1] if len(words) > 1 else "")
        return 0
    process.err("Control the power manager\n\nusage: svc power stayon [true|false|usb|ac|wireless]")
    return 1
