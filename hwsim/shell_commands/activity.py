"""``am``, ``wm`` and ``reboot``.

Answers follow AOSP's ActivityManagerShellCommand (``LaunchState`` since 10, ``ThisTime`` before); unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.misdeeds import launch_app, stop_app
from hwsim.render.shell_state import shell_state
from hwsim.shell_commands.camera_app import choose_lens
from hwsim.shell_commands.reply import Reply, caller, thrown, unknown

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone
    from hwsim.shell_commands.process import Process

_LAUNCH_STATE_SINCE = 29
_PROTECTED = (
    "android.intent.action.BOOT_COMPLETED",
    "android.intent.action.LOCKED_BOOT_COMPLETED",
    "android.intent.action.AIRPLANE_MODE",
    "android.intent.action.BATTERY_",
    "android.intent.action.ACTION_POWER_",
    "android.intent.action.MASTER_CLEAR",
    "android.intent.action.FACTORY_RESET",
    "android.intent.action.SCREEN_O",
)
_KNOWN_ACTIONS = {
    "android.intent.action.VIEW": "com.android.chrome/com.google.android.apps.chrome.Main",
    "android.intent.action.MAIN": "com.android.launcher3/.Launcher",
    "android.intent.action.DIAL": "com.android.dialer/.DialtactsActivity",
    "android.intent.action.CALL": "com.android.server.telecom/.components.UserCallActivity",
    "android.media.action.IMAGE_CAPTURE": "com.android.camera2/com.android.camera.CaptureActivity",
    "android.media.action.STILL_IMAGE_CAMERA": "com.android.camera2/com.android.camera.CameraActivity",
    "android.settings.": "com.android.settings/.Settings",
}
VIEWER = "com.google.android.apps.photos/.pager.HostPhotoPagerActivity"
"""What shows pictures: full screen, without bars, as viewers do after a moment; unverified."""
_NOT_EXPORTED = frozenset({"com.android.settings/.SubSettings", "com.android.settings/.password.ConfirmLockPassword"})
_PAIRED = frozenset({"--es", "--ei", "--ez", "--el", "--ef"})
_VALUED = _PAIRED | {"-a", "-d", "-t", "-n", "-c", "-f", "-p", "--user", "--display", "--windowingMode"}


async def run_am(process: Process) -> int:
    """Start, stop and broadcast: the answers of the activity manager, and what has the focus."""
    reply = answer_am(process.phone, list(process.arguments))
    process.out(reply.out)
    if reply.err:
        process.err(reply.err.removesuffix("\n"))
    return reply.code


def answer_am(phone: Phone, words: list[str]) -> Reply:
    """Answer one line of ``am`` or ``cmd activity``."""
    action, rest = (words[0], words[1:]) if words else ("", [])
    if action in ("force-stop", "kill", "kill-all"):
        state = shell_state(phone)
        if rest and action == "force-stop" and phone.software.find(rest[-1]) is not None:
            stop_app(phone, rest[-1])
        if rest and state.focused.split("/", 1)[0] == rest[-1]:
            state.focused = ""
        return Reply()
    if action in ("start", "start-activity"):
        return _start(phone, rest, action)
    if action in ("startservice", "start-service", "start-foreground-service", "startforegroundservice"):
        return _start_service(phone, rest)
    if action == "broadcast":
        return _broadcast(phone, rest)
    if action == "get-current-user":
        return Reply("0\n")
    return unknown(action)


def _start(phone: Phone, words: list[str], action: str) -> Reply:
    intent = _intent(words)
    said = {intent.get("typ"), intent.get("dat")}
    component = intent.get("cmp") or next(
        (word for word in words if "/" in word and "://" not in word and word not in said), ""
    )
    if component:
        intent["cmp"] = component
    shown = _shown(intent)
    first = f"Starting: Intent {{ {shown} }}\n"
    if not component and is_picture(intent):
        component = VIEWER
    if not component:
        component = next((cmp for name, cmp in _KNOWN_ACTIONS.items() if intent.get("act", "").startswith(name)), "")
        if not component:
            reason = f"unable to resolve Intent {{ {shown} flg=0x10000000 }}"
            return Reply(first, f"Error: Activity not started, {reason}\n", 1)
    elif phone.software.find(component.split("/", 1)[0]) is None:
        return Reply(first, f"Error type 3\nError: Activity class {{{component}}} does not exist.\n", 1)
    if component in _NOT_EXPORTED:
        pid, uid = caller(phone).removeprefix("from ").split(", ")
        start = f"starting Intent {{ flg=0x10000000 {shown} }} from null ({pid}, {uid})"
        refused = f"java.lang.SecurityException: Permission Denial: {start} not exported from uid 1000"
        return thrown(phone, action, refused)._replace(out=first)
    launch_app(phone, component.split("/", 1)[0])
    again = shell_state(phone).focused == component
    shell_state(phone).focused = component
    shell_state(phone).picture = intent.get("dat", "").removeprefix("file://") if component == VIEWER else ""
    choose_lens(phone, words)
    note = "Warning: Activity not started, its current task has been brought to the front\n" if again else ""
    waited = _waited(phone, component, again=again) if "-W" in words else ""
    return Reply(first + note + waited)


def _waited(phone: Phone, component: str, *, again: bool) -> str:
    took_ms = 18 if again else 240 + phone.rng(f"launch/{component}").randrange(400)
    if phone.profile.sdk >= _LAUNCH_STATE_SINCE:
        state = f"LaunchState: {'HOT' if again else 'COLD'}\nActivity: {component}\n"
    else:
        state = f"Activity: {component}\nThisTime: {took_ms}\n"
    return f"Status: ok\n{state}TotalTime: {took_ms}\nWaitTime: {took_ms + 6}\nComplete\n"


def _start_service(phone: Phone, words: list[str]) -> Reply:
    intent = _intent(words)
    component = intent.get("cmp") or next((word for word in words if "/" in word), "")
    first = f"Starting service: Intent {{ {_shown({**intent, 'cmp': component})} }}\n"
    if phone.software.find(component.split("/", 1)[0]) is None:
        return Reply(first, "Error: Not found; no service started.\n", 255)
    return Reply(first, "Error: Requires permission not exported from uid 1000\n", 255)


def _broadcast(phone: Phone, words: list[str]) -> Reply:
    intent = _intent(words)
    name = intent.get("act", "")
    first = f"Broadcasting: Intent {{ {_shown(intent)}{' ' if intent else ''}flg=0x400000 }}\n"
    if name.startswith(_PROTECTED):
        reason = f"Permission Denial: not allowed to send broadcast {name} {caller(phone)}"
        return thrown(phone, "broadcast", f"java.lang.SecurityException: {reason}")._replace(out=first)
    return Reply(f"{first}Broadcast completed: result=0\n")


def is_picture(intent: dict[str, str]) -> bool:
    """Tell whether an intent asks for a picture to be shown."""
    return intent.get("act") == "android.intent.action.VIEW" and intent.get("typ", "").startswith("image/")


def _intent(words: list[str]) -> dict[str, str]:
    """Return action, data, type and component of an intent from its options."""
    names = {"-a": "act", "-d": "dat", "-t": "typ", "-n": "cmp"}
    found: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if word in _VALUED:
            value = next(rest, "")
            if word in _PAIRED:
                next(rest, None)
            elif word in names:
                found[names[word]] = value
    return found


def _shown(intent: dict[str, str]) -> str:
    return " ".join(f"{key}={intent[key]}" for key in ("act", "dat", "typ", "cmp") if intent.get(key))


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


async def run_reboot(process: Process) -> int:
    """Go down, as ``adb reboot`` does."""
    process.phone.reboot_requested(process.arguments[0] if process.arguments else "")
    return 0
