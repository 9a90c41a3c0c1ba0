"""``dumpsys usb``.

Layout of the tree seen on a Pixel with Android 10 (used for 9 to 11); the fields of 12 to 16 (``usb_ports`` with
compliance warnings and power brick state) are unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_FUNCTION_LIST_SINCE, _DATA_STATUS_SINCE = 30, 33


def show_usb(phone: Phone) -> str:
    """Return the USB service's dump: the gadget's state and the Type-C port."""
    plugged = phone.battery.supply_ma > 0
    connected = str(plugged).lower()
    handler = ["current_functions_applied=true", "screen_locked=false", f"connected={connected}"]
    handler += [f"configured={connected}", "host_connected=false", "source_power=false", f"sink_power={connected}"]
    handler += [f"usb_charging={connected}", "hide_usb_notification=false", "audio_accessory_connected=false"]
    handler += [f"kernel_state={'CONFIGURED' if plugged else 'DISCONNECTED'}"]
    handler += ["kernel_function_list=ffs"] if phone.profile.sdk < _FUNCTION_LIST_SINCE else []
    rows = ["device_manager={", "  handler={", "    current_functions=[ADB]", *(f"    {row}" for row in handler)]
    rows += ["  }", "}", "host_manager={", "  num_connects=0", "}", "port_manager={", "  usb_ports={"]
    rows += [f"    {row}" for row in _port(phone, plugged=plugged)]
    rows += ["  }", "}", "alsa_manager={", "  cards_parser=-1", "}"]
    return "USB MANAGER STATE (dumpsys usb):\n{\n" + "".join(f"  {row}\n" for row in rows) + "}\n"


def _port(phone: Phone, *, plugged: bool) -> list[str]:
    connected = str(plugged).lower()
    role = ("ufp", "sink", "device") if plugged else ("none", "none", "none")
    rows = ["port={", "  id=port0", "  supported_modes=dual", "}", "status={", f"  connected={connected}"]
    rows += [f"  current_mode={role[0]}", f"  power_role={role[1]}", f"  data_role={role[2]}"]
    wet = "detected" if phone.condition.port_wet else "not-supported"
    rows.append(f"  contaminant_presence_status={wet}")
    if phone.profile.sdk >= _DATA_STATUS_SINCE:
        rows += ["  usb_data_status=unknown", "  is_power_transfer_limited=false", "  usb_power_brick_status=unknown"]
    return [*rows, "}", "can_change_mode=true", "can_change_power_role=false", "can_change_data_role=false"]
