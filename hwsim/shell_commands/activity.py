"""``am``, ``cmd``, ``wm``, ``service``, ``input``, ``svc`` and ``reboot``: short answers as the real ones give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.telephony import show_service_call
from hwsim.shell_commands.dumpsys import services
from hwsim.shell_commands.packages import run_pm
from hwsim.shell_commands.settings import run_settings

if TYPE_CHECKING:
    from hwsim.shell_commands.process import Process


async def run_am(process: Process) -> int:
    """Start, stop and broadcast without anything happening."""
    words = process.arguments
    if words[:1] in (["force-stop"], ["kill"], ["kill-all"]):
        return 0
    component = next((word for word in words if "/" in word), "")
    if words[:1] in (["start"], ["start-activity"]):
        process.out(f"Starting: Intent {{ cmp={component} }}\n")
        package = component.split("/", 1)[0]
        if component and process.phone.software.find(package) is None:
            process.err(f"Error type 3\nError: Activity class {{{component}}} does not exist.")
            return 1
        return 0
    if words[:1] == ["broadcast"]:
        process.out("Broadcasting: Intent { flg=0x400000 }\nBroadcast completed: result=0\n")
        return 0
    if words[:1] == ["get-current-user"]:
        process.out("0\n")
        return 0
    process.err(f"Unknown command: {words[0] if words else ''}")
    return 255


async def run_cmd(process: Process) -> int:
    """Hand over to the service named."""
    words = process.arguments
    if words[:1] == ["-l"]:
        process.out("Currently running services:\n" + "".join(f"  {name}\n" for name in services(process.phone)))
        return 0
    handlers = {"package": run_pm, "activity": run_am, "settings": run_settings}
    if not words or (words[0] not in services(process.phone) and words[0] not in handlers):
        process.err(f"cmd: Can't find service: {words[0] if words else ''}")
        return 20
    handler = handlers.get(words[0])
    if handler is None:
        process.err(f"cmd: Failure calling service {words[0]}: Failed transaction (2147483646)")
        return 2
    process.arguments = words[1:]
    return await handler(process)


async def run_wm(process: Process) -> int:
    """Print size or density of the screen."""
    wide, high, density = process.phone.profile.screen
    if process.arguments[:1] == ["size"]:
        process.out(f"Physical size: {wide}x{high}\n")
    elif process.arguments[:1] == ["density"]:
        process.out(f"Physical density: {density}\n")
    else:
        process.err("Window manager (window) commands:")
        return 255
    return 0


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
    if words[:2] == ["call", "iphonesubinfo"] and len(words) > 2 and words[2].isdigit():
        process.out(show_service_call(process.phone, int(words[2])))
        return 0
    if words[:1] == ["call"] and len(words) > 1 and words[1] not in names:
        process.err(f"service: Service {words[1]} does not exist")
        return 10
    process.out('Result: Parcel(Error: 0xffffffffffffffb6 "Not a data message")\n')
    return 0


async def run_input(_process: Process) -> int:
    """Accept injected keys and taps."""
    return 0


async def run_svc(_process: Process) -> int:
    """Accept switches of radios and power."""
    return 0


async def run_reboot(process: Process) -> int:
    """Go down, as ``adb reboot`` does."""
    process.phone.reboot_requested(process.arguments[0] if process.arguments else "")
    return 0
