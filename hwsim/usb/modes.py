"""What a phone is on USB in each mode that a bench meets: its IDs, its strings and its functions."""

from __future__ import annotations

import hashlib
import tomllib
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from hwsim.fastboot.engine import FastbootDevice
from hwsim.fastboot.loader import dialect_of
from hwsim.modem.port import Port
from hwsim.usb.descriptors import Identity
from hwsim.usb.device import Function, UsbDevice
from hwsim.usb.functions.adb import AdbFunction
from hwsim.usb.functions.download import MediatekBoot, OdinLoader
from hwsim.usb.functions.fastboot import FastbootFunction
from hwsim.usb.functions.mtp import Handset, MtpFunction
from hwsim.usb.functions.network import RndisFunction
from hwsim.usb.functions.sahara import SaharaFunction
from hwsim.usb.functions.serial import SerialFunction, Silence
from hwsim.usb.recovery import RecoveryDaemon

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.phone.phone import Phone
    from hwsim.phone.profile import Profile
    from hwsim.unit import Unit

CHARGING = "charging"
IN_ANDROID = ("adb", "mtp", "mtp+adb", "ptp", "ptp+adb", "rndis", "rndis+adb", "modem", CHARGING)
"""Modes while Android runs; in all others nothing else of the phone answers."""
OUTSIDE = ("fastboot", "recovery", "sideload", "edl", "preloader", "brom", "download")
MODES = (*IN_ANDROID, *OUTSIDE)
_ONLY = {"edl": ("qcom",), "preloader": ("mtk",), "brom": ("mtk",), "download": ("exynos",)}
_HW_CODE = 0x0813  # of one MediaTek chip; the others answer alike


class NoSuchMode(ValueError):
    """The phone has no such mode, or nobody has."""


def identity_of(profile: Profile, mode: str) -> str:
    """Return ``vvvv:pppp`` of a kind of phone in a mode."""
    table = _table()
    return str(table.get(profile.brand, {}).get(mode) or table["fallback"][mode])


def check_mode(profile: Profile, mode: str) -> None:
    """Raise NoSuchMode when this kind of phone does not know the mode."""
    if mode not in MODES:
        raise NoSuchMode(f"no USB mode is called {mode!r}; there is {', '.join(MODES)}")
    if mode == "fastboot" and dialect_of(profile.brand, profile.family).absent:
        raise NoSuchMode(f"a phone of profile {profile.name} has no mode fastboot: its loader does not speak it")
    families = _ONLY.get(mode)
    if families is not None and profile.family not in families:
        raise NoSuchMode(f"a phone of profile {profile.name} has no mode {mode}: its chip is not of {families[0]}")


def phone_device(unit: Unit, mode: str, *, on_abort: Callable[[], None]) -> UsbDevice | None:
    """Return the device that a unit is on USB in a mode; None where it does not enumerate.

    Raises:
        NoSuchMode: the phone has no such mode.
    """
    check_mode(unit.phone.profile, mode)
    if mode == CHARGING:
        return None
    functions = _functions(unit, mode, on_abort)
    return UsbDevice(_identity(unit.phone, mode, microsoft=any(one.compatible_id for one in functions)), functions)


def _functions(unit: Unit, mode: str, on_abort: Callable[[], None]) -> list[Function]:
    phone = unit.phone
    if mode == "fastboot":
        return [FastbootFunction(FastbootDevice(unit.open_fastboot().loader))]
    if mode in ("recovery", "sideload"):
        daemon = RecoveryDaemon(unit, state=mode)
        return [AdbFunction(daemon.make_connection, on_abort=on_abort)]
    if mode == "edl":
        return [_sahara(phone)]
    if mode in ("preloader", "brom"):
        loader = mode == "preloader"
        talk = SerialFunction(lambda send: MediatekBoot(send, hw_code=_HW_CODE, preloader=loader), acm=1)
        return [talk]
    if mode == "download":
        return [SerialFunction(OdinLoader, acm=1)]
    return _android_functions(unit, mode, on_abort)


def _android_functions(unit: Unit, mode: str, on_abort: Callable[[], None]) -> list[Function]:
    phone, functions = unit.phone, list[Function]()
    if mode.startswith("rndis"):
        functions.append(RndisFunction(mac=bytes.fromhex(phone.identity.wifi_mac.replace(":", ""))))
    if mode.startswith(("mtp", "ptp")):
        functions.append(MtpFunction(_handset(phone), ptp=mode.startswith("ptp")))
    if mode == "modem":
        functions += modem_ports(unit, samsung=phone.profile.brand == "samsung")
    if mode.endswith("adb"):
        functions.append(AdbFunction(unit.server.make_connection, on_abort=on_abort))
    return functions


def modem_ports(unit: Unit, *, samsung: bool) -> list[Function]:
    """Return the AT port of a phone: CDC ACM on a Samsung, beside a silent diagnostic port on others."""

    def talk(send: Callable[[bytes], None]) -> Port:
        return Port(unit.modem(), send)

    if samsung:
        return [SerialFunction(talk, acm=1, name="CDC Abstract Control Model (ACM)")]
    diagnosis = SerialFunction(Silence, name="DIAG", rules={"ID_MM_PORT_IGNORE": "1"})
    return [diagnosis, SerialFunction(talk, name="AT")]


def _sahara(phone: Phone) -> SaharaFunction:
    digest = hashlib.sha256(f"{phone.profile.manufacturer}/key".encode()).digest()
    serial = int.from_bytes(hashlib.sha256(phone.identity.cid_hex.encode()).digest()[:4], "little")
    return SaharaFunction(chip_serial=serial, hardware_id=0x0000_0000_0010_50E1, key_hash=digest)


def _handset(phone: Phone) -> Handset:
    return Handset(
        maker=phone.profile.manufacturer,
        model=phone.profile.model,
        version="1.0",
        serial=phone.identity.serial,
        capacity_bytes=phone.profile.storage_gb * 10**9,
        free_bytes=lambda: phone.profile.storage_gb * 10**9 // 2,
        battery_percent=lambda: phone.battery.level,
        unlocked=lambda: True,
    )


def _identity(phone: Phone, mode: str, *, microsoft: bool) -> Identity:
    profile, serial = phone.profile, phone.identity.serial
    vendor, _, product = identity_of(profile, mode).partition(":")
    numbers = int(vendor, 16), int(product, 16)
    if mode == "edl":
        return Identity(
            *numbers, 0x0000, "Qualcomm CDMA Technologies MSM", f"QUSB_BULK_CID:0402_SN:{serial[:8].upper()}"
        )
    if mode in ("preloader", "brom"):
        name = "MT65xx Preloader" if mode == "preloader" else ""
        return Identity(*numbers, 0x0100, "MediaTek" if name else "", name, triple=(2, 0, 0))
    if mode == "download":
        return Identity(*numbers, 0x021B, "SAMSUNG", "Gadget Serial", triple=(2, 2, 1))
    if mode == "fastboot":
        return Identity(*numbers, 0x0100, profile.manufacturer, "Android", serial)
    model = profile.model.removeprefix(f"{profile.manufacturer} ")
    superspeed = profile.sdk >= 33 and profile.family in ("gs", "exynos", "qcom")  # newer phones with a USB 3 port
    return Identity(
        *numbers,
        0x0404,
        profile.manufacturer,
        model,
        serial,
        usb_version=0x0210 if superspeed else 0x0200,
        configuration_name=mode.replace("+", "_"),
        microsoft=microsoft,
    )


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, object]]:
    return tomllib.loads(resources.files("hwsim.usb").joinpath("modes.toml").read_text(encoding="utf-8"))
