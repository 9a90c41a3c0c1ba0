"""What ``pm`` changes: data, caches and packages, who may run, and the compiler's background job.

Answers follow AOSP's PackageManagerShellCommand; unverified where no test names a real phone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.misconfiguration import forget_app
from hwsim.phone.misdeeds import admins, clear_app, delete_caches, disable_app, remove_app
from hwsim.render.device_policy import OWNER
from hwsim.shell_commands.reply import Reply, thrown

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_VALUED = ("--user", "--versionCode")
_PROTECTED = ("android", "com.android.shell", "com.android.systemui")


def change_package(phone: Phone, words: list[str]) -> Reply | None:
    """Answer one action; None for one that is not of this kind."""
    action = words[0] if words else ""
    if action == "bg-dexopt-job":
        return _compile(phone)
    if action == "trim-caches":
        delete_caches(phone)
        return Reply()
    change = {"clear": _clear, "uninstall": _uninstall, "disable-user": _disable}.get(action)
    package = _package(words[1:])
    if action == "enable" and package in phone.software.disabled:
        disable_app(phone, package, disabled=False)
        return Reply(f"Package {package} new state: enabled\n")
    return None if change is None else change(phone, package)


def _package(words: list[str]) -> str:
    rest, package = iter(words), ""
    for word in rest:
        if word in _VALUED:
            next(rest, None)
        elif not word.startswith("-"):
            package = package or word
    return package


def _clear(phone: Phone, package: str) -> Reply:
    if phone.software.find(package) is None:
        return Reply("Failed\n", code=1)
    if phone.condition.owned_by_company and package == OWNER:
        reason = f"java.lang.SecurityException: Cannot clear data for a protected package: {package}"
        return thrown(phone, "clear", reason)
    clear_app(phone, package)
    phone.refresh()
    return Reply("Success\n")


def _uninstall(phone: Phone, package: str) -> Reply:
    if phone.software.find(package) is None:
        return Reply("Failure [not installed for 0]\n", code=1)
    if any(app.package == package for app in admins(phone)):
        return Reply("Failure [DELETE_FAILED_DEVICE_POLICY_MANAGER]\n", code=1)
    if package in _PROTECTED:
        return Reply("Failure [DELETE_FAILED_INTERNAL_ERROR]\n", code=1)
    remove_app(phone, package)
    forget_app(phone, package)
    phone.refresh()
    return Reply("Success\n")


def _disable(phone: Phone, package: str) -> Reply:
    if phone.software.find(package) is None:
        return thrown(phone, "disable-user", f"java.lang.IllegalArgumentException: Unknown package: {package}")
    if package in _PROTECTED:
        return thrown(
            phone, "disable-user", f"java.lang.SecurityException: Cannot disable a protected package: {package}"
        )
    disable_app(phone, package, disabled=True)
    phone.refresh()
    return Reply(f"Package {package} new state: disabled-user\n")


def _compile(phone: Phone) -> Reply:
    """Compile all apps now; what the phone would have done over hours is done."""
    if phone.condition.compiling_cores:
        phone.logbook.freeze()
        phone.software.compiled = True
        phone.refresh()
    return Reply("Success\n", code=0)
