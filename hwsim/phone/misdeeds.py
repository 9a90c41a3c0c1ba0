"""Apps that misbehave: which one does what at a moment, and what stops it.

The condition says that some app of a phone misbehaves in some way; an app that has been removed or disabled does
nothing, one that was stopped or lost its data starts anew, and after a restart some need a while to go astray again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from hwsim.phone.apps import App
    from hwsim.phone.phone import Phone

IDLE_MA = 165.0
"""What a phone that does nothing draws."""
CORE_MA = 130.0
CAMERA_MA = 240.0
_CACHES_RATIO = 0.06
_AGAIN_AFTER_S = (900.0, 4 * 3600.0)


class Misdeed(NamedTuple):
    """One way to misbehave: the field that tells it, whether it ends with a restart for a while, with lost data."""

    field: str
    rests_after_boot: bool = False
    ends_without_data: bool = True


MISDEEDS = {
    "crash": Misdeed("app_crash_period_s"),
    "drain": Misdeed("app_drain_ma", rests_after_boot=True),
    "anr": Misdeed("app_anr_period_s"),
    "hog": Misdeed("app_busy_cores", rests_after_boot=True),
    "overlay": Misdeed("app_covers_screen"),
    "admin": Misdeed("app_is_admin", ends_without_data=False),
    "leak": Misdeed("app_leaked_ratio", rests_after_boot=True),
    "camera": Misdeed("app_holds_camera", rests_after_boot=True),
    "microphone": Misdeed("app_holds_microphone", rests_after_boot=True),
    "spy": Misdeed("app_spies", ends_without_data=False),
    "bluetooth": Misdeed("bluetooth_crash_period_s"),
    "telephony": Misdeed("phone_process_crash_period_s"),
    "media": Misdeed("media_crash_period_s", rests_after_boot=True, ends_without_data=False),
}
_STARTED_BY_SYSTEM = ("admin", "spy", "bluetooth", "telephony", "media")


def culprit(phone: Phone, name: str, *, at_s: float | None = None) -> App | None:
    """Return the app that misbehaves in a way now (or ``at_s`` after boot); None when none does."""
    misdeed, software = MISDEEDS[name], phone.software
    app = software.roles[name]
    if not getattr(phone.condition, misdeed.field) or app not in software.apps or app.package in software.disabled:
        return None
    if misdeed.ends_without_data and app.package in software.cleared:
        return None
    if name not in _STARTED_BY_SYSTEM and app.package in software.stopped:
        return None
    if misdeed.rests_after_boot and phone.boot_count > software.began.get(name, phone.boot_count):
        uptime_s = phone.clock.uptime_s if at_s is None else at_s
        if uptime_s < phone.rng(f"again/{name}/{phone.boot_count}").uniform(*_AGAIN_AFTER_S):
            return None
    return app


def admins(phone: Phone) -> list[App]:
    """Return the apps of the user that are active device administrators."""
    return [app for name in ("admin", "spy") if (app := culprit(phone, name)) is not None]


def begin_misdeeds(phone: Phone) -> None:
    """Let new misdeeds begin and forget those that the condition no longer tells."""
    software = phone.software
    software.compiled = software.compiled and bool(phone.condition.compiling_cores)
    if phone.condition.data_damaged:
        software.began.setdefault("data", phone.boot_count)
    else:
        software.began.pop("data", None)
    for name, misdeed in MISDEEDS.items():
        app = software.roles[name]
        if not getattr(phone.condition, misdeed.field):
            if software.began.pop(name, None) is not None and name == "spy":
                software.remove(app.package)
        elif name not in software.began:
            software.began[name] = phone.boot_count
            software.ended.pop(name, None)
            for marks in (software.stopped, software.cleared, software.disabled):
                marks.discard(app.package)
            if app.system:
                continue
            software.install(app)
            phone.processes.setdefault(app.package, _pid(phone, app))


def compiling_cores(phone: Phone) -> float:
    """Return how many cores the compiler of apps keeps busy."""
    return 0.0 if phone.software.compiled else phone.condition.compiling_cores


def extra_load_ma(phone: Phone) -> float:
    """Return what misbehaving software draws from the battery, on top of the idle phone."""
    load_ma = compiling_cores(phone) * CORE_MA
    if culprit(phone, "drain"):
        load_ma += phone.condition.app_drain_ma
    if culprit(phone, "hog"):
        load_ma += phone.condition.app_busy_cores * CORE_MA
    return load_ma + (CAMERA_MA if culprit(phone, "camera") else 0.0)


def last_at(phone: Phone, name: str) -> datetime | None:
    """Return until when an app has misbehaved in a way: now, when somebody ended it, or the start of this boot."""
    if culprit(phone, name) is not None:
        return phone.clock.now
    if name in phone.software.ended:
        return phone.software.ended[name]
    return phone.clock.at(0) if name in phone.software.began else None


def _change(phone: Phone, package: str) -> None:
    """Keep what has been logged until now, and when the misdeeds of an app end."""
    phone.logbook.freeze()
    for name in MISDEEDS:
        app = culprit(phone, name)
        if app is not None and app.package == package:
            phone.software.ended[name] = phone.clock.now


def stop_app(phone: Phone, package: str) -> None:
    """End an app and keep it from starting by itself, as ``am force-stop`` does."""
    _change(phone, package)
    phone.software.stopped.add(package)
    phone.processes.pop(package, None)


def launch_app(phone: Phone, package: str) -> None:
    """Let the user open an app: it may do everything again."""
    app = phone.software.find(package)
    if app is None or package not in phone.software.stopped:
        return
    phone.logbook.freeze()
    phone.software.stopped.discard(package)
    phone.processes[package] = _pid(phone, app)


def clear_app(phone: Phone, package: str) -> None:
    """Delete what an app has stored: what it had gone astray on is gone, too."""
    _change(phone, package)
    phone.software.cleared.add(package)


def delete_caches(phone: Phone) -> None:
    """Give back what the apps keep to be faster, as ``pm trim-caches`` does."""
    phone.logbook.freeze()
    phone.software.freed_ratio = _CACHES_RATIO


def remove_app(phone: Phone, package: str) -> None:
    """Uninstall an app for the user."""
    _change(phone, package)
    phone.software.remove(package)
    phone.processes.pop(package, None)


def disable_app(phone: Phone, package: str, *, disabled: bool) -> None:
    """Take an app out of service without deleting it, or put it back; a disabled administrator is none."""
    _change(phone, package)
    (phone.software.disabled.add if disabled else phone.software.disabled.discard)(package)
    if disabled:
        phone.processes.pop(package, None)


def _pid(phone: Phone, app: App) -> int:
    return 12_000 + phone.rng(f"pid/{app.package}/{phone.boot_count}").randrange(9000)
