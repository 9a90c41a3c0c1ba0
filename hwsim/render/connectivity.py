"""``dumpsys connectivity`` and ``vpn_management``: the networks that are up, and a VPN that lets nothing pass.

Layouts follow AOSP (VPNs moved to ``vpn_management`` with 12); unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.settings_values import setting
from hwsim.render.switches import vpn_lockdown
from hwsim.render.telephony import data_connected

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

VPN_SERVICE_SINCE = 31
_NETWORK = 101


def show_connectivity(phone: Phone) -> str:
    """Return the connectivity service's dump."""
    blocked = vpn_lockdown(phone) is not None
    up = data_connected(phone)
    default = str(_NETWORK) if up and not blocked else "none"
    lines = [
        "NetworkProviders for:",
        "  PhoneSwitcherNetworkRequstListener",
        "",
        f"Active default network: {default}",
        "",
    ]
    lines += ["Current Networks:", *([_network(phone, blocked=blocked)] if up else []), ""]
    host = setting(phone, "global", "http_proxy", "")
    lines += [f"Global proxy: {host or 'null'}", "", "Private DNS:"]
    lines.append(f"  mode: {setting(phone, 'global', 'private_dns_mode', 'opportunistic')}")
    lines.append(f"  hostname: {setting(phone, 'global', 'private_dns_specifier', 'null')}")
    if phone.profile.sdk < VPN_SERVICE_SINCE:
        lines += ["", *_vpn(phone)]
    return "\n".join(lines) + "\n"


def show_vpn(phone: Phone) -> str:
    """Return the VPN service's dump (Android 12 on)."""
    return "\n".join(_vpn(phone)) + "\n"


def _vpn(phone: Phone) -> list[str]:
    app = vpn_lockdown(phone)
    lines = ["VPNs:", f"  0: {app.package if app else '[Legacy VPN]'}"]
    lines += [f"    Lockdown: {str(app is not None).lower()}", f"    Always-on: {app.package if app else 'null'}"]
    return [*lines, "    NetworkInfo: [type: VPN[], state: DISCONNECTED/DISCONNECTED, reason: (unspecified)]"]


def _network(phone: Phone, *, blocked: bool) -> str:
    asked = setting(phone, "global", "private_dns_mode", "opportunistic") == "hostname"
    validated = not asked and not setting(phone, "global", "http_proxy", "")
    abilities = "INTERNET&NOT_RESTRICTED&TRUSTED&NOT_VPN" + ("&VALIDATED" if validated else "")
    state = "BLOCKED" if blocked else "CONNECTED"
    head = (
        f"  NetworkAgentInfo{{network{{{_NETWORK}}}  ni{{[type: MOBILE[LTE], state: {state}/{state}, extra: internet]}}"
    )
    return (
        f"{head}  everValidated{{{str(validated).lower()}}} nc{{[ Transports: CELLULAR Capabilities: {abilities}]}}}}"
    )
