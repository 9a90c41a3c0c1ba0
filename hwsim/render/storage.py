"""``df``, ``mount`` and ``dumpsys diskstats``.

Layouts seen: toybox's df of Android 8 to 10, diskstats of 8.1 and 10; the write speed line is unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone
    from hwsim.phone.storage import Storage

_FAST_SINCE = 30


def show_df(phone: Phone, *, human: bool = False, only: str | None = None) -> str:
    """Return toybox's table; ``only`` keeps the file system that holds a path."""
    mounts = list(phone.storage.mounts)
    if only is not None:
        holding = [m for m in mounts if only == m.point or only.startswith(m.point.rstrip("/") + "/")]
        mounts = [max(holding, key=lambda mount: len(mount.point))] if holding else []
    heads = (
        "Filesystem",
        "Size" if human else "1K-blocks",
        "Used",
        "Avail" if human else "Available",
        "Use%",
        "Mounted on",
    )
    rows = [heads]
    for mount in mounts:
        sizes = (mount.size_kib, mount.used_kib, mount.free_kib)
        shown = [_human(size) if human else str(size) for size in sizes]
        rows.append((mount.device, shown[0], shown[1], shown[2], f"{mount.use_percent}%", mount.point))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(row[column].rjust(widths[column]) for column in range(1, 5)), row[5]]
        lines.append(" ".join(cells))
    return "\n".join(lines) + "\n"


def _human(size_kib: int) -> str:
    value, unit = float(size_kib), "K"
    for larger in ("M", "G", "T"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:.1f}{unit}" if value < 10 else f"{value:.0f}{unit}"


def show_mounts(phone: Phone) -> str:
    """Return ``/proc/mounts``."""
    rows = [f"{m.device} {m.point} {m.kind} {m.options} 0 0\n" for m in phone.storage.mounts]
    return (
        "".join(rows)
        + "sysfs /sys sysfs rw,seclabel,relatime 0 0\nproc /proc proc rw,relatime,gid=3009,hidepid=2 0 0\n"
    )


def show_mount(phone: Phone) -> str:
    """Return what ``mount`` prints."""
    return "".join(f"{m.device} on {m.point} type {m.kind} ({m.options})\n" for m in phone.storage.mounts)


def write_kib_s(storage: Storage) -> float:
    """Return how fast the flash takes what is written: retries slow it down."""
    return 190_000 / max(storage.fsync_ms / 3, 1)


def show_diskstats(phone: Phone) -> str:
    """Return the disk statistics service's dump."""
    storage, data = phone.storage, phone.storage.data
    free_percent = 100 * data.free_kib // data.size_kib
    system = storage.mounts[0]
    speed_kib_s = round(write_kib_s(storage))
    lines = [f"Latency: {max(round(storage.fsync_ms / 3), 0)}ms [512B Data Write]"]
    if phone.profile.sdk >= _FAST_SINCE:
        lines.append(f"Recent Disk Write Speed (kB/s) = {speed_kib_s}")
    else:
        lines.append("Recent Disk Write Speed data unavailable")
    lines += [
        f"Data-Free: {data.free_kib}K / {data.size_kib}K total = {free_percent}% free",
        f"Cache-Free: {data.free_kib}K / {data.size_kib}K total = {free_percent}% free",
        (
            f"System-Free: {system.free_kib}K / {system.size_kib}K "
            f"total = {100 * system.free_kib // system.size_kib}% free"
        ),
        "File-based Encryption: true",
        f"App Size: {data.used_kib * 1024 // 3}",
        f"App Data Size: {data.used_kib * 1024 // 5}",
        f"Photos Size: {data.used_kib * 1024 // 6}",
    ]
    return "\n".join(lines) + "\n"
