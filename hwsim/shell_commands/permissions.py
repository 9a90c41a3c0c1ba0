"""``cmd appops``, ``sensor_privacy`` and ``device_policy``: what apps may do, and who owns the phone.

Answers follow AOSP (sensor_privacy and list-owners of Android 12 on); unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.misconfiguration import SWITCHES
from hwsim.render.device_policy import OWNER_ADMIN
from hwsim.render.privacy import ops_of
from hwsim.render.switches import set_app_op
from hwsim.shell_commands.reply import FAILED, Reply, thrown, unknown

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_MODES = ("allow", "ignore", "deny", "default", "foreground")
_SENSORS = ("microphone", "camera")
_SET_WORDS = 4


def run_app_ops(phone: Phone, words: list[str]) -> Reply:
    """Tell what an app does, or let it: ``get PACKAGE``, ``set PACKAGE OPERATION MODE``."""
    plain = [word for word in words if not word.startswith("-") and not word.isdecimal()]
    if plain[:1] not in (["get"], ["set"]) or len(plain) < (_SET_WORDS if plain[0] == "set" else 2):
        return unknown(plain[0] if plain else "")
    package = plain[1]
    if phone.software.find(package) is None:
        return Reply(err=f"Error: No UID for {package} in user 0\n", code=FAILED)
    if plain[0] == "get":
        return Reply(ops_of(phone, package))
    op, mode = plain[2].upper(), plain[3]
    if mode not in _MODES:
        return Reply(err=f"Error: Mode {mode} is not valid\n", code=FAILED)
    phone.logbook.freeze()
    set_app_op(phone, package, op, "allow" if mode == "default" else mode)
    return Reply()


def run_sensor_privacy(phone: Phone, words: list[str]) -> Reply:
    """Block a sensor or let it go: ``enable|disable USER microphone|camera``."""
    if len(words) < len(("enable", "0", "camera")) or words[0] not in ("enable", "disable"):
        return unknown(words[0] if words else "")
    if words[2] not in _SENSORS:
        return Reply(err="Sensor not valid\n", code=FAILED)
    phone.settings[SWITCHES, words[2]] = str(int(words[0] == "enable"))
    return Reply()


def run_device_policy(phone: Phone, words: list[str]) -> Reply:
    """Tell who owns the phone; removing an administrator that is no test's is refused."""
    if words[:1] == ["list-owners"]:
        if not phone.condition.owned_by_company:
            return Reply("no owners\n")
        return Reply(f"1 owner:\nUser  0: admin={OWNER_ADMIN},DeviceOwner,Affiliated\n")
    if words[:1] == ["remove-active-admin"] and len(words) > 1:
        reason = f"Attempt to remove non-test admin ComponentInfo{{{words[-1]}}} 0"
        return thrown(phone, "remove-active-admin", f"java.lang.SecurityException: {reason}")
    return unknown(words[0] if words else "")
