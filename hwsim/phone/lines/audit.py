"""What SELinux writes when the shell user reads what is closed to him: logd's audit lines, at most five a second.

Shape and limit as seen in logs of a Huawei phone; which label a maker gives to which file is unverified.
"""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING

from hwsim.phone.lines.writer import Entry

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_SHELL_UID = 2000
_PER_SECOND = 5
_SUPPLY_LABELS = {"qcom": "vendor_sysfs_battery_supply", "exynos": "sysfs_sec_power", "kirin": "sysfs_power_supply"}


def denial_lines(phone: Phone, denials: list[tuple[float, str]]) -> list[Entry]:
    """Return the lines of refused reads: moments (seconds since boot) and paths, oldest first."""
    shown: list[Entry] = []
    for number, (at_s, path) in enumerate(denials):
        if number >= _PER_SECOND and at_s - denials[number - _PER_SECOND][0] < 1:
            continue
        pid = 11_000 + phone.rng(f"audit/{at_s:.3f}").randrange(9000)
        label = _SUPPLY_LABELS.get(phone.profile.family, "sysfs_batteryinfo") if "power_supply" in path else "sysfs"
        inode = phone.rng(f"inode/{path}").randrange(20_000, 90_000)
        text = (
            f'type=1400 audit(0.0:{400 + number}): avc: denied {{ read }} for name="{basename(path)}" dev="sysfs" '
            f"ino={inode} scontext=u:r:shell:s0 tcontext=u:object_r:{label}:s0 tclass=file permissive=0"
        )
        shown.append(Entry(at_s, "main", _SHELL_UID, pid, pid, "W", "cat", text))
    return shown
