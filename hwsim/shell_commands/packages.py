"""``pm`` and ``cmd package``: list, path, install, and the few that change nothing here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.features import features
from hwsim.shell_commands.installing import ACTIONS, run_install
from hwsim.shell_commands.package_changes import change_package
from hwsim.shell_commands.reply import thrown

if TYPE_CHECKING:
    from hwsim.phone.apps import App
    from hwsim.shell_commands.process import Process

_REFUSED = {
    "disable": "change component state for",
    "enable": "change component state for",
    "hide": "hide",
    "suspend": "suspend",
}


async def run_pm(process: Process) -> int:
    """Run one action of the package manager's shell."""
    words = list(process.arguments)
    if words[:2] == ["list", "packages"]:
        return _list(process, words[2:])
    if words[:2] == ["list", "features"]:
        names = ["reqGlEsVersion=0x30002", *features(process.phone.profile)]
        process.out("".join(f"feature:{name}\n" for name in names))
        return 0
    if words[:2] == ["list", "users"]:
        process.out("Users:\n\tUserInfo{0:Owner:c13} running\n")
        return 0
    if words[:1] == ["path"] and len(words) > 1:
        app = process.phone.software.find(words[1])
        if app is None:
            return 1
        process.out(f"package:{_apk(app)}\n")
        return 0
    if words and words[0] in ACTIONS:
        return await run_install(process, words)
    if (reply := change_package(process.phone, words)) is not None:
        process.out(reply.out)
        if reply.err:
            process.err(reply.err.removesuffix("\n"))
        return reply.code
    return _refuse(process, words)


def _refuse(process: Process, words: list[str]) -> int:
    """Refuse what changes packages, as the shell user may not or there is no such package, and unknown words."""
    if not words or words[0] not in _REFUSED:
        process.err(f"Unknown command: {words[0] if words else ''}")
        return 255
    phone, package = process.phone, words[-1]
    if phone.software.find(package) is None:
        reply = thrown(phone, words[0], f"java.lang.IllegalArgumentException: Unknown package: {package}")
    else:
        reply = thrown(phone, words[0], f"java.lang.SecurityException: Shell cannot {_REFUSED[words[0]]} {package}")
    process.err(reply.err.removesuffix("\n"))
    return reply.code


def _list(process: Process, words: list[str]) -> int:
    flags = [word for word in words if word.startswith("-")]
    parts = [word for word in words if not word.startswith("-")]
    disabled = process.phone.software.disabled
    for app in process.phone.software.apps:
        if ("-s" in flags and not app.system) or ("-3" in flags and app.system):
            continue
        if ("-d" in flags and app.package not in disabled) or ("-e" in flags and app.package in disabled):
            continue
        if parts and parts[0] not in app.package:
            continue
        line = f"package:{_apk(app)}={app.package}" if "-f" in flags else f"package:{app.package}"
        if "--show-versioncode" in flags:
            line += f" versionCode:{app.version_code}"
        if "-U" in flags:
            line += f" uid:{app.uid}"
        process.out(line + "\n")
    return 0


def _apk(app: App) -> str:
    if app.system:
        name = app.package.rsplit(".", 1)[-1]
        return f"/system/app/{name}/{name}.apk"
    return f"/data/app/~~x7Qk/{app.package}-Zr1/base.apk"
