"""Which module holds which command; modules are loaded when first used, to keep the start fast."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from hwsim.shell_commands.process import Handler

_MODULES = {
    "text_tools": (
        "echo",
        "printf",
        "cat",
        "head",
        "tail",
        "grep",
        "wc",
        "sort",
        "uniq",
        "true",
        "false",
        "sleep",
        "sh",
        "test",
    ),
    "file_tools": (
        "ls",
        "stat",
        "df",
        "mount",
        "mkdir",
        "rm",
        "touch",
        "du",
        "pwd",
        "cd",
        "sync",
        "md5sum",
        "sha256sum",
    ),
    "system_tools": (
        "id",
        "whoami",
        "uname",
        "date",
        "uptime",
        "getenforce",
        "ps",
        "top",
        "dmesg",
        "free",
        "bugreportz",
    ),
    "network_tools": ("nc",),
    "load_tools": ("timeout", "dd"),
    "app_process": ("app_process",),
    "properties": ("getprop", "setprop"),
    "settings": ("settings",),
    "logcat": ("logcat",),
    "dumpsys": ("dumpsys",),
    "packages": ("pm",),
    "activity": ("am", "wm", "reboot"),
    "permission_tools": ("appops", "dpm", "su"),
    "service_tools": ("cmd", "service", "svc", "media"),
    "input_tools": ("input", "getevent", "sendevent"),
    "screencap": ("screencap",),
    "content": ("content",),
    "trade_in": ("tradeinmode",),
}
_ALIASES = {"[": "test", ":": "true"}
_WHERE = {command: module for module, commands in _MODULES.items() for command in commands}


def all_commands() -> list[str]:
    """Return the names of all commands."""
    return sorted(_WHERE)


def find_command(name: str) -> Handler | None:
    """Return the handler of a command, by name or by path; None when the phone has no such command."""
    folder, _, base = name.rpartition("/")
    if folder and folder not in ("/system/bin", "/vendor/bin", "/system/xbin"):
        return None
    base = _ALIASES.get(base, base) or ""
    module = _WHERE.get(base)
    if module is None:
        return None
    return cast("Handler", getattr(import_module(f"hwsim.shell_commands.{module}"), f"run_{base}"))
