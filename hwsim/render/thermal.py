"""``dumpsys thermalservice``.

Layout seen on a Pixel with Android 10; a service without a HAL, other versions of the HAL and the thresholds of 12 and
later follow AOSP and are unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.misdeeds import extra_load_ma

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_SKIN, _BATTERY, _GPU, _CPU = 3, 2, 1, 0
_THRESHOLDS_SINCE = 31
_SKIN_LIMITS_C = (39.0, 41.0, 43.0, 45.0, 47.0, 55.0)


def temperatures(phone: Phone) -> list[tuple[str, int, float]]:
    """Return name, kind and degrees of each sensor; load and charge warm the chip, the pack has its own thermistor."""
    phone.refresh()
    rng = phone.rng(f"thermal/{int(phone.clock.uptime_s // 30)}")
    base = phone.battery.temperature_c + 5 + extra_load_ma(phone) / 28
    # an idle phone's processor takes about 0.8 W; what its paste keeps from the shield stays in it
    board_k = phone.battery.board_rise_k
    paste_k_per_w, now_s = phone.condition.paste_k_per_w, phone.clock.uptime_s
    rise_k = 0.8 * paste_k_per_w - 0.2 + board_k + phone.exertion.cores_k(now_s, paste_k_per_w=paste_k_per_w)
    cores = [(f"CPU{core}", _CPU, base + rise_k + rng.uniform(-1.5, 2.5)) for core in range(4)]
    return [
        *cores,
        ("GPU", _GPU, base + 1 + board_k + phone.exertion.board_k(now_s) + rng.uniform(-1, 1)),
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
        f"Thermal Status: {_status(phone)}",
        "Cached temperatures:",
    ]
    version = phone.profile.thermal_hal
    if not version:
        return "\n".join([*lines, "HAL Ready: false"]) + "\n"
    lines += [*rows, "HAL Ready: true", "HAL connection:", f"\tThermalHAL {version} connected: yes"]
    lines += ["Current temperatures from HAL:", *rows, "Current cooling devices from HAL:"]
    lines += ["\tCoolingDevice{mValue=0, mType=2, mName=thermal-cpufreq-0}"]
    if phone.profile.sdk >= _THRESHOLDS_SINCE:
        lines += ["Temperature static thresholds from HAL:", _threshold(version)]
    return "\n".join(lines) + "\n"


def _status(phone: Phone) -> int:
    """Return how many of the skin's limits are passed: 0 none, 3 severe."""
    skin_c = next(value for _name, kind, value in temperatures(phone) if kind == _SKIN)
    return sum(skin_c >= limit_c for limit_c in _SKIN_LIMITS_C)


def _threshold(version: str) -> str:
    """Return the skin's limits as the two kinds of HAL print them."""
    hot, cold = "[NaN, 39.0, 41.0, 43.0, 45.0, 47.0, 55.0]", "[NaN, NaN, NaN, NaN, NaN, NaN, NaN]"
    if version.startswith("AIDL"):
        fields = f"type: SKIN, name: skin, hotThrottlingThresholds: {hot}, coldThrottlingThresholds: {cold}"
        return f"\tTemperatureThreshold{{{fields}}}"
    fields = f".type = SKIN, .name = skin, .hotThrottlingThresholds = {hot}, .coldThrottlingThresholds = {cold}"
    return f"\t{{{fields}, .vrThrottlingThreshold = NaN}}"
