"""Kinds of phone: what the maker, the model and the Android version decide."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources


@dataclass(frozen=True)
class Profile:
    """One kind of phone, read from ``profiles.toml``.

    ``family`` is the chip maker's habit (qcom, mtk, exynos, gs, kirin, sprd); ``power_supply_readable`` and
    ``health_readable`` say whether the shell user may read these parts of sysfs, ``denied_paths`` what else is closed
    to him; ``kernel_style`` is the prefix of kernel lines; ``camera_rear`` and ``camera_front`` list the makes that may
    sit in a slot. ``thermal_hal`` is the version of the thermal HAL, empty where the service has none to ask.

    ``install_gate`` is who asks the owner before an installation over adb: ``verifier`` (the package verifier, which a
    setting switches off) or ``maker`` (a dialog of the maker's own); ``install_refusal`` is what the host reads after a
    no, ``install_refusal_unread`` what it reads for a file that is no package, empty for AOSP's own text.
    ``owner_accepts_installs`` is the owner's answer until the bench sets another.
    """

    name: str
    manufacturer: str
    brand: str
    model: str
    product: str
    device: str
    board: str
    platform: str
    soc_maker: str
    family: str
    release: str
    sdk: int
    build_id: str
    incremental: str
    patch: str
    kernel: str
    bootloader: str
    baseband: str
    verified_boot: str
    locale: str
    utc_offset_h: int
    capacity_mah: int
    battery_gauges: list[str]
    power_supply_readable: bool
    dmesg_allowed: bool
    health_readable: bool
    storage_kind: str
    storage_gb: int
    storage_model: str
    ram_mb: int
    screen: list[int]
    screen_name: str
    kernel_style: str
    imsi_operator: list[str]
    camera_rear: list[str]
    camera_front: list[str]
    camera_driver: str
    touch_driver: str
    touch_name: str
    nfc_driver: str
    packages: list[str]
    properties: dict[str, str]
    display_id: str = ""
    thermal_hal: str = "2.0"
    missing_services: list[str] = field(default_factory=list)
    denied_paths: list[str] = field(default_factory=list)
    install_gate: str = "verifier"
    install_refusal: str = "INSTALL_FAILED_VERIFICATION_FAILURE"
    install_refusal_unread: str = ""
    owner_accepts_installs: bool = True

    @property
    def fingerprint(self) -> str:
        """Return ``ro.build.fingerprint``."""
        build = f"{self.release}/{self.build_id}/{self.incremental}"
        return f"{self.brand}/{self.product}/{self.device}:{build}:user/release-keys"

    @property
    def tells_pack(self) -> bool:
        """Tell whether the maker's driver asks the pack who it is and lets a stock shell read the answer; few do."""
        return "bms" in self.battery_gauges and not any(path.endswith("/bms") for path in self.denied_paths)


@lru_cache(maxsize=1)
def profiles() -> dict[str, Profile]:
    """Return all kinds of phone by name."""
    text = resources.files("hwsim.phone").joinpath("profiles.toml").read_text(encoding="utf-8")
    return {name: Profile(name=name, **fields) for name, fields in tomllib.loads(text).items()}
