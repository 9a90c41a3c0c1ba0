"""Files of procfs and sysfs, computed when read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hwsim.render.storage import show_mounts

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.phone.phone import Phone

_SYSFS = "/sys/class/power_supply"
_STATUS = {True: "Charging", False: "Discharging"}
_CORES = 8


def virtual_files(phone: Phone) -> dict[str, Callable[[], bytes]]:
    """Return path -> reader of everything that the shell user may find."""
    files: dict[str, Callable[[], bytes]] = {
        "/proc/uptime": lambda: f"{phone.clock.uptime_s:.2f} {phone.clock.uptime_s * 6.1:.2f}\n".encode(),
        "/proc/version": lambda: (
            f"Linux version {phone.profile.kernel} (build-user@build-host) #1 SMP PREEMPT\n".encode()
        ),
        "/proc/loadavg": lambda: _load(phone),
        "/proc/meminfo": lambda: show_meminfo(phone).encode(),
        "/proc/cpuinfo": lambda: _cpuinfo(phone),
        "/proc/mounts": lambda: show_mounts(phone).encode(),
        "/proc/sys/kernel/random/boot_id": lambda: f"{phone.boot_id}\n".encode(),
        "/sys/block/sda/size" if phone.profile.storage_kind == "ufs" else "/sys/block/mmcblk0/size": lambda: (
            f"{phone.profile.storage_gb * 1_000_000_000 // 512}\n".encode()
        ),
    }
    for gauge in phone.profile.battery_gauges:
        _add_supply(files, phone, gauge, partial(_gauge, phone, gauge))
    _add_supply(files, phone, "usb", partial(_usb, phone))
    files.update(_health_files(phone))
    return files


def _add_supply(
    files: dict[str, Callable[[], bytes]], phone: Phone, name: str, read: Callable[[], dict[str, str]]
) -> None:
    def uevent() -> bytes:
        return f"POWER_SUPPLY_NAME={name}\n".encode() + b"".join(
            f"POWER_SUPPLY_{key.upper()}={value}\n".encode() for key, value in read().items()
        )

    files[f"{_SYSFS}/{name}/uevent"] = uevent
    for key in read():
        files[f"{_SYSFS}/{name}/{key}"] = partial(_one, read, key)
    phone.refresh()


def _one(read: Callable[[], dict[str, str]], key: str) -> bytes:
    return f"{read()[key]}\n".encode()


def _gauge(phone: Phone, name: str) -> dict[str, str]:
    """Return what one gauge shows; the second one counts discharge as positive and differs by its own error."""
    battery, condition = phone.battery, phone.condition
    second = name != "battery"
    sign = -1 if second else 1
    drift = 1.012 if second else 1.0
    capacity = max(battery.level - (1 if second else 0), 0)
    if second and condition.battery_gauge_stuck:
        capacity = round(100 * battery.soc_ratio)  # the chip on the board still counts
    status = (
        "Full"
        if battery.full
        else _STATUS[battery.charging]
        if battery.supply_ma <= 0 or battery.charging
        else "Not charging"
    )
    return {
        "type": "Unknown" if second else "Battery",
        "status": status,
        "health": "Cold" if battery.reading_c < 0 else "Good",
        "present": "1",
        "technology": "Li-ion",
        "capacity": str(capacity),
        "charge_counter": str(round(battery.charge_counter_uah * drift)),
        "charge_full": str(round(battery.learned_full_mah * 1000 * drift)),
        "charge_full_design": str(phone.profile.capacity_mah * 1000),
        "current_now": str(sign * round(battery.current_ma * 1000)),
        "cycle_count": str(condition.battery_cycles),
        "temp": str(round(battery.reading_c * 10)),
        "voltage_now": str(round(battery.voltage_mv * 1000)),
    } | ({"resistance": str(round(95_000 * condition.battery_resistance_ratio))} if second else {})


def _usb(phone: Phone) -> dict[str, str]:
    online = "1" if phone.battery.supply_ma > 0 else "0"
    return {
        "type": "USB",
        "online": online,
        "present": online,
        "voltage_now": "4985000" if online == "1" else "0",
        "current_max": "500000" if online == "1" else "0",
        "usb_type": "Unknown [SDP] CDP DCP",
    }


def _health_files(phone: Phone) -> dict[str, Callable[[], bytes]]:
    if phone.profile.storage_kind == "ufs":
        folders = {"gs": "/sys/block/bootdevice", "mtk": "/sys/devices/platform/11270000.ufshci"}
        base = folders.get(phone.profile.family, "/sys/devices/platform/soc/4804000.ufshc") + "/health_descriptor"
        model = "/sys/block/sda/device/model"
        return {
            model: lambda: f"{phone.profile.storage_model:16}\n".encode(),
            f"{base}/life_time_estimation_a": lambda: f"0x{phone.storage.life_a:02X}\n".encode(),
            f"{base}/life_time_estimation_b": lambda: f"0x{phone.storage.life_b:02X}\n".encode(),
            f"{base}/eol_info": lambda: f"0x{phone.storage.eol:02X}\n".encode(),
        }
    files = {
        "name": lambda: f"{phone.profile.storage_model}\n".encode(),
        "cid": lambda: f"{phone.identity.cid_hex}\n".encode(),
        "life_time": lambda: f"0x{phone.storage.life_a:02x} 0x{phone.storage.life_b:02x}\n".encode(),
        "pre_eol_info": lambda: f"0x{phone.storage.eol:02x}\n".encode(),
    }
    bases = ("/sys/class/block/mmcblk0/device", "/sys/block/mmcblk0/device")
    return {f"{base}/{name}": read for base in bases for name, read in files.items()}


def _load(phone: Phone) -> bytes:
    busy = 2.1 + phone.condition.app_drain_ma / 130
    return f"{busy:.2f} {busy * 0.96:.2f} {busy * 0.91:.2f} 2/{len(phone.processes) * 14} 28411\n".encode()


def show_meminfo(phone: Phone) -> str:
    """Return ``/proc/meminfo``."""
    total = phone.profile.ram_mb * 1024
    rows = (
        ("MemTotal", total),
        ("MemFree", total // 30),
        ("MemAvailable", total * 2 // 5),
        ("Buffers", total // 600),
        ("Cached", total // 3),
        ("SwapCached", total // 90),
        ("Active", total // 3),
        ("Inactive", total // 4),
        ("SwapTotal", total // 2),
        ("SwapFree", total // 3),
    )
    return "".join(f"{name + ':':16}{value:8} kB\n" for name, value in rows)


def _cpuinfo(phone: Phone) -> bytes:
    cores = "".join(f"processor\t: {core}\nBogoMIPS\t: 38.40\nCPU implementer\t: 0x41\n\n" for core in range(_CORES))
    return f"{cores}Hardware\t: {phone.profile.platform.upper()}\n".encode()
