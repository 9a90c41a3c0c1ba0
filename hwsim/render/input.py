"""``dumpsys input``.

Layout of the event hub seen on a Pixel with Android 10; Xiaomi's part in front of it on a tablet with HyperOS.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_PORT_SINCE = 31
_SWITCH_CLASSES = "0x00000080"
HALL_NAME, HALL_PATH = "hall_sensor", "/dev/input/event4"
_MAKER_HEADS = {"Xiaomi": ("MI INPUT MANAGER (dumpsys input)", "", "Mi InputManagerService (Java) State:", "")}
_MAKER_HEADS_SINCE = 34

_HEAD = (
    "INPUT MANAGER (dumpsys input)",
    "",
    "Input Manager State:",
    "  Interactive: true",
    "  System UI Visibility: 0x8708",
    "  Pointer Speed: 0",
    "  Pointer Gestures Enabled: true",
    "  Show Touches: false",
    "  Pointer Capture Enabled: false",
    "",
    "Event Hub State:",
    "  BuiltInKeyboardId: 2",
    "  Devices:",
    "    -1: Virtual",
    "      Classes: 0x40000023",
    "      Path: <virtual>",
)
_TAIL = (
    "",
    "Input Dispatcher State:",
    "  DispatchEnabled: true",
    "  DispatchFrozen: false",
    "  FocusedApplications: <none>",
    "",
)


class Device(NamedTuple):
    """One input device; ``classes`` as the event hub's bits."""

    number: int
    name: str
    classes: str
    path: str
    location: str
    sources: str


def devices(phone: Phone) -> list[Device]:
    """Return the input devices that the kernel has: a touch controller off its bus is none."""
    powers = {"qcom": "qpnp_pon", "mtk": "mtk-pmic-keys", "kirin": "hisi_on", "sprd": "sprd-eic-keys"}
    power = powers.get(phone.profile.family, "gpio_keys")
    found = [
        Device(1, power, "0x00000001", "/dev/input/event0", f"{power}/input0", "0x00000101"),
        Device(2, "gpio-keys", "0x00000001", "/dev/input/event1", "gpio-keys/input0", "0x00000101"),
    ]
    if phone.condition.touch_on_bus:
        found.append(
            Device(
                3,
                phone.profile.touch_name,
                "0x00000015",
                "/dev/input/event2",
                f"{phone.profile.touch_name}/input0",
                "0x00001103",
            )
        )
    found.append(
        Device(
            4,
            f"{phone.profile.platform}-snd-card Headset Jack",
            "0x00000080",
            "/dev/input/event3",
            "ALSA",
            "0x00000000",
        )
    )
    found.append(Device(5, HALL_NAME, "0x00000080", HALL_PATH, f"{HALL_NAME}/input0", "0x00000000"))
    return found


def show_input(phone: Phone) -> str:
    """Return the input manager's dump."""
    found = devices(phone)
    maker = _MAKER_HEADS.get(phone.profile.manufacturer, ())
    lines = [*(maker if phone.profile.sdk >= _MAKER_HEADS_SINCE else ()), *_HEAD]
    for device in found:
        lines += _hub_lines(device)
    lines += ["", "Input Reader State:"]
    for device in found:
        lines += _reader_lines(phone, device)
    return "\n".join([*lines, *_TAIL])


def _hub_lines(device: Device) -> list[str]:
    descriptor = hashlib.sha1(device.name.encode(), usedforsecurity=False).hexdigest()
    return [
        f"    {device.number}: {device.name}",
        f"      Classes: {device.classes}",
        f"      Path: {device.path}",
        "      Enabled: true",
        f"      Descriptor: {descriptor}",
        f"      Location: {device.location}",
        "      ControllerNumber: 0",
        "      UniqueId: ",
        "      Identifier: bus=0x0018, vendor=0x0000, product=0x0000, version=0x0000",
        "      KeyLayoutFile: /system/usr/keylayout/Generic.kl",
        "      KeyCharacterMapFile: /system/usr/keychars/Generic.kcm",
        "      ConfigurationFile: ",
        "      HaveKeyboardLayoutOverlay: false",
    ]


def _reader_lines(phone: Phone, device: Device) -> list[str]:
    lines = [f"  Device {device.number}: {device.name}"]
    if phone.profile.sdk >= _PORT_SINCE:
        lines += [f"    EventHub Devices: [ {device.number} ]"]
    lines += ["    Generation: 12", "    IsExternal: false", f"    Sources: {device.sources}"]
    if device.number == 3:
        wide, high = phone.profile.screen[:2]
        lines += [
            "    KeyboardType: 0",
            "    Motion Ranges:",
            f"      X: source=0x00001002, min=0.000, max={wide - 1:.3f}, flat=0.000, fuzz=0.000, resolution=0.000",
            f"      Y: source=0x00001002, min=0.000, max={high - 1:.3f}, flat=0.000, fuzz=0.000, resolution=0.000",
            "    Touch Input Mapper (mode - DIRECT):",
            f"      SurfaceWidth: {wide}px",
            f"      SurfaceHeight: {high}px",
        ]
    if device.classes == _SWITCH_CLASSES:
        closed = device.path == HALL_PATH and lid_closed(phone)
        lines += ["    Switch Input Mapper:", f"      SwitchValues: {int(closed)}"]
    return lines


def lid_closed(phone: Phone) -> bool:
    """Tell whether the Hall switch reports a cover before the screen while no magnet is near: it is stuck."""
    phone.refresh()
    return phone.condition.hall_stuck
