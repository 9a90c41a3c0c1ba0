"""``dumpsys thermalservice``. Layout seen on a Pixel with Android 10."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_SKIN, _BATTERY, _GPU, _CPU = 3, 2, 1, 0


def temperatures(phone: Phone) -> list[tuple[str, int, float]]:
    """Return name, kind and degrees of each sensor; load and charge warm the chip, the pack has its own thermistor."""
    phone.refresh()
    rng = phone.rng(f"thermal/{int(phone.clock.uptime_s // 30)}")
    base = phone.battery.temperature_c + 5 + phone.condition.app_drain_ma / 28
    cores = [(f"CPU{core}", _CPU, base + 3 + rng.uniform(-1.5, 2.5)) for core in range(4)]
    return [
        *cores,
        ("GPU", _GPU, base + 1 + rng.uniform(-1, 1)),
        ("battery", _BATTERY, phone.battery.reading_c),
        ("skin", _SKIN, base - 2.0),
    ]


def show_thermal(phone: Phone) -> str:
    """Return the thermal service's dump."""
    rows = [
        f"\tTemperature{{mValue={value:.1f}, mType={kind}, mName={name}, mStatus=0}}"
        for name, kind, value in temperatures(phone)
    ]
    lines = [
        "IsStatusOverride: false",
        "ThermalEventListeners:",
        "\tcallbacks: 1",
        "\tkilled: false",
        "\tbroadcasts count: -1",
    ]
    lines += [
        "ThermalStatusListeners:",
        "\tcallbacks: 1",
        "\tkilled: false",
        "\tbroadcasts count: -1",
        "Thermal Status: 0",
    ]
    lines += ["Cached temperatures:", *rows, "HAL Ready: true", "HAL connection:", "\tThermalHAL 2.0 connected: yes"]
    lines += ["Current temperatures from HAL:", *rows, "Current cooling devices from HAL:"]
    lines += ["\tCoolingDevice{mValue=0, mType=2, mName=thermal-cpufreq-0}"]
    return "\n".join(lines) + "\n"
