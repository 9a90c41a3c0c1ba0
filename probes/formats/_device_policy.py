"""``dumpsys device_policy``: who owns the phone beside its user, and which apps may lock or wipe it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import append, lines, require

_HEADING = re.compile(r"\s{0,8}(Device Owner|Profile Owner|Enabled Device Admins)\b(.{0,200})")
_PACKAGE = re.compile(r"\s{1,12}package=([A-Za-z0-9_.]{1,200})\s{0,8}")
_COMPONENT = re.compile(r"\s{1,12}admin=ComponentInfo\{([A-Za-z0-9_.]{1,200})/")
_ADMIN = re.compile(r"    ([A-Za-z0-9_.]{1,200})/([A-Za-z0-9_.$]{1,200}):\s{0,8}")
_POLICY = re.compile(r"        ([a-z][a-z-]{2,40})\s{0,8}")
_MARKS = ("Current Device Policy Manager state", "Enabled Device Admins", "Immutable state")
_MAX_ADMINS = 100


@dataclass(frozen=True, slots=True)
class DeviceAdmin:
    """One active administrator and what it may do (wipe-data, force-lock ...)."""

    package: str
    receiver: str
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DevicePolicy:
    """The administrators; ``owner`` is the package of the device owner (an employer's agent), None without one."""

    owner: str | None
    profile_owner: str | None
    admins: tuple[DeviceAdmin, ...]


def parse_device_policy(text: str) -> DevicePolicy:
    """Read ``dumpsys device_policy``.

    Raises:
        NotUnderstood: none of the service's headings is there.
    """
    owners: dict[str, str] = {}
    admins: list[tuple[str, str, list[str]]] = []
    section, marked = "", False
    for line in lines(text):
        marked = marked or line.strip().startswith(_MARKS)
        if found := _HEADING.match(line):
            section = found[1]
        elif section.endswith("Owner") and (found := _PACKAGE.fullmatch(line) or _COMPONENT.match(line)):
            owners.setdefault(section, found[1])
        elif section == "Enabled Device Admins" and (found := _ADMIN.fullmatch(line)):
            append(admins, (found[1], found[2], []), cap=_MAX_ADMINS)
        elif admins and section == "Enabled Device Admins" and (found := _POLICY.fullmatch(line)):
            append(admins[-1][2], found[1], cap=60)
    require(marked, "device_policy dump", text)
    return DevicePolicy(
        owner=owners.get("Device Owner"),
        profile_owner=owners.get("Profile Owner"),
        admins=tuple(DeviceAdmin(package, receiver, tuple(policies)) for package, receiver, policies in admins),
    )
