"""Files of procfs and sysfs, computed when read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hwsim.phone.misdeeds import culprit, extra_load_ma
from hwsim.physics.gauge import health_from_cycles_percent
from hwsim.render.battery import offered_ua, plugged
from hwsim.render.storage import show_mounts

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.phone.phone import Phone

_SYSFS = "/sys/class/power_supply"
_STATUS = {True: "Charging", False: "Discharging"}
_CORES = 8
_VENDOR_GAUGE = "bms"  # Qualcomm's, to which phone makers add health and authenticity


def virtual_files(phone: Phone) -> dict[str, partial[bytes]]:
    """Return path -> reader of everything that the shell user may find."""
    disk = "sda" if phone.profile.storage_kind == "ufs" else "mmcblk0"
    shown: dict[str, Callable[[Phone], str]] = {
        "/proc/uptime": lambda p: f"{p.clock.uptime_s:.2f} {p.clock.uptime_s * 6.1:.2f}\n",
        "/proc/version": lambda p: f"Linux version {p.profile.kernel} (build-user@build-host) #1 SMP PREEMPT\n",
        "/proc/loadavg": _load,
        "/proc/meminfo": show_meminfo,
        "/proc/cpuinfo": _cpuinfo,
        "/proc/mounts": show_mounts,
        "/proc/sys/kernel/random/boot_id": lambda p: f"{p.boot_id}\n",
        f"/sys/block/{disk}/size": lambda p: f"{p.profile.storage_gb * 1_000_000_000 // 512}\n",
        **_health_files(phone),
    }
    files = {path: partial(_encoded, show, phone) for path, show in shown.items()}
    for gauge in phone.profile.battery_gauges:
        _add_supply(files, gauge, partial(_gauge, phone, gauge))
    _add_supply(files, "usb", partial(_usb, phone))
    return files


def _encoded(show: Callable[[Phone], str], phone: Phone) -> bytes:
    return show(phone).encode()


def _add_supply(files: dict[str, partial[bytes]], name: str, read: Callable[[], dict[str, str]]) -> None:
    files[f"{_SYSFS}/{name}/uevent"] = partial(_uevent, read, name)
    for key in read():
        files[f"{_SYSFS}/{name}/{key}"] = partial(_one, read, key)


def _uevent(read: Callable[[], dict[str, str]], name: str) -> bytes:
    rows = [f"POWER_SUPPLY_{key.upper()}={value}\n" for key, value in {"name": name, **read()}.items()]
    return "".join(rows).encode()


def _one(read: Callable[[], dict[str, str]], key: str) -> bytes:
    return f"{read()[key]}\n".encode()


def _gauge(phone: Phone, name: str) -> dict[str, str]:
    """Return what one gauge shows; the second one counts discharge as positive and differs by its own error."""
    battery, condition = phone.battery, phone.condition
    second = name != phone.profile.battery_gauges[0]
    sign = -1 if second else 1
    drift = 1.012 if second else 1.0
    capacity = max(battery.level - (1 if second else 0), 0)
    strayed = condition.battery_gauge_stuck or condition.battery_gauge_offset_ma or condition.battery_learned_ratio
    full_mah, counter_uah = battery.learned_full_mah, battery.charge_counter_uah
    if second and strayed:
        # the chip on the board has a counter and a voltage model of its own
        capacity, full_mah = round(100 * battery.soc_ratio), battery.full_mah
        counter_uah = round(1000 * battery.soc_ratio * battery.full_mah)
    if not condition.gauge_on_bus:
        capacity = 50 if second else capacity
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
        "charge_counter": str(round(counter_uah * drift)),
        "charge_full": str(round(full_mah * 1000 * drift)),
        "charge_full_design": str(phone.profile.capacity_mah * 1000),
        "current_now": str(sign * round(battery.current_ma * 1000)),
        "cycle_count": str(condition.battery_cycles),
        "temp": str(round(battery.reading_c * 10)),
        "voltage_now": str(round(battery.voltage_mv * 1000)),
    } | (_second_gauge(phone) if second else {})


def _second_gauge(phone: Phone) -> dict[str, str]:
    """Return what only the chip on the board shows: resistance, health by the maker's model of cycles, authenticity."""
    condition = phone.condition
    found = {"resistance": str(round(130_000 * condition.battery_resistance_ratio))}
    if phone.profile.battery_gauges[-1] != _VENDOR_GAUGE:
        return found
    found["soh"] = str(health_from_cycles_percent(condition.battery_cycles))
    return found | {"authentic": str(int(condition.battery_genuine))}


def _usb(phone: Phone) -> dict[str, str]:
    online = str(int(plugged(phone)))
    return {
        "type": "USB",
        "online": online,
        "present": online,
        "voltage_now": str(_bus_uv(phone)) if online == "1" else "0",
        "current_max": str(offered_ua(phone)),
        "current_now": str(round(phone.battery.drawn_ma) * 1000 * int(plugged(phone))),
        "usb_type": "Unknown [SDP] CDP DCP",
    }


def _bus_uv(phone: Phone) -> int:
    """Return the bus voltage (microvolt): a path that cannot carry the current is held at the input limit's 4.4 V."""
    battery, path_ma = phone.battery, phone.condition.charge_input_limit_ma
    # what a hot charger does not draw lets nothing sag
    starved = 0 < path_ma < battery.supply_ma and path_ma <= battery.input_limit_ma
    return 4_400_000 if starved and not phone.condition.port_wet else round(battery.bus_now_mv * 1000)


def _health_files(phone: Phone) -> dict[str, Callable[[Phone], str]]:
    if phone.profile.storage_kind == "ufs":
        folders = {"gs": "/dev/sys/block/bootdevice", "mtk": "/sys/devices/platform/11270000.ufshci"}
        base = folders.get(phone.profile.family, "/sys/devices/platform/soc/4804000.ufshc") + "/health_descriptor"
        return {
            "/sys/block/sda/device/model": lambda p: f"{p.profile.storage_model:16}\n",
            f"{base}/life_time_estimation_a": lambda p: f"0x{p.storage.life_a:02X}\n",
            f"{base}/life_time_estimation_b": lambda p: f"0x{p.storage.life_b:02X}\n",
            f"{base}/eol_info": lambda p: f"0x{p.storage.eol:02X}\n",
        }
    files: dict[str, Callable[[Phone], str]] = {
        "name": lambda p: f"{p.profile.storage_model}\n",
        "cid": lambda p: f"{p.identity.cid_hex}\n",
        "life_time": lambda p: f"0x{p.storage.life_a:02x} 0x{p.storage.life_b:02x}\n",
        "pre_eol_info": lambda p: f"0x{p.storage.eol:02x}\n",
    }
    bases = ("/sys/class/block/mmcblk0/device", "/sys/block/mmcblk0/device")
    return {f"{base}/{name}": show for base in bases for name, show in files.items()}


def _load(phone: Phone) -> str:
    busy = 2.1 + extra_load_ma(phone) / 130
    return f"{busy:.2f} {busy * 0.96:.2f} {busy * 0.91:.2f} 2/{len(phone.processes) * 14} 28411\n"


def available_ratio(phone: Phone) -> float:
    """Return the share of the memory that apps may still have: an app that leaks takes most of it."""
    return 0.4 if culprit(phone, "leak") is None else 0.13 - 0.09 * phone.condition.app_leaked_ratio


def show_meminfo(phone: Phone) -> str:
    """Return ``/proc/meminfo``."""
    total = phone.profile.ram_mb * 1024
    rows = (
        ("MemTotal", total),
        ("MemFree", total // 30),
        ("MemAvailable", round(total * available_ratio(phone))),
        ("Buffers", total // 600),
        ("Cached", total // 3),
        ("SwapCached", total // 90),
        ("Active", total // 3),
        ("Inactive", total // 4),
        ("SwapTotal", total // 2),
        ("SwapFree", total // 3),
    )
    return "".join(f"{name + ':':16}{value:8} kB\n" for name, value in rows)


def _cpuinfo(phone: Phone) -> str:
    cores = "".join(f"processor\t: {core}\nBogoMIPS\t: 38.40\nCPU implementer\t: 0x41\n\n" for core in range(_CORES))
    return f"{cores}Hardware\t: {phone.profile.platform.upper()}\n"
