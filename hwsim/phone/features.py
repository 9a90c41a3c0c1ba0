"""What a model says that it has: the features of its system image, whatever has become of the parts since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.chips import has_chip

if TYPE_CHECKING:
    from hwsim.phone.profile import Profile

_EVERYWHERE = (
    "android.hardware.audio.output",
    "android.hardware.bluetooth",
    "android.hardware.bluetooth_le",
    "android.hardware.camera",
    "android.hardware.camera.any",
    "android.hardware.camera.autofocus",
    "android.hardware.camera.flash",
    "android.hardware.camera.front",
    "android.hardware.fingerprint",
    "android.hardware.location",
    "android.hardware.location.gps",
    "android.hardware.microphone",
    "android.hardware.screen.portrait",
    "android.hardware.sensor.accelerometer",
    "android.hardware.sensor.barometer",
    "android.hardware.sensor.compass",
    "android.hardware.sensor.gyroscope",
    "android.hardware.sensor.light",
    "android.hardware.sensor.proximity",
    "android.hardware.telephony",
    "android.hardware.touchscreen",
    "android.hardware.touchscreen.multitouch",
    "android.hardware.usb.host",
    "android.hardware.wifi",
    "android.software.home_screen",
)


def features(profile: Profile) -> list[str]:
    """Return the features of a model in the order of their names, as the package manager sorts them."""
    found = list(_EVERYWHERE)
    if has_chip(profile, "nfc"):
        found.append("android.hardware.nfc")
    if has_chip(profile, "esim"):
        found.append("android.hardware.telephony.euicc")
    return sorted(found)
