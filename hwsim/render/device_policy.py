"""``dumpsys device_policy`` and ``user``: administrators, who owns the phone, what he forbids.

Layouts follow AOSP's DevicePolicyManagerService and UserManagerService; unverified on phones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.misdeeds import admins

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

OWNER = "com.airwatch.androidagent"
OWNER_ADMIN = f"{OWNER}/com.airwatch.agent.DeviceAdministratorReceiver"
_POLICIES = ("limit-password", "reset-password", "force-lock", "wipe-data", "disable-camera")
_GOOGLE_ADMIN = "com.google.android.gms/com.google.android.gms.mdm.receivers.MdmDeviceAdminReceiver"
_GOOGLE_UID_OFFSET = 51
_FINDS_ITSELF_RATIO = 0.6
_FORBIDDEN = ("no_factory_reset", "no_debugging_features", "no_install_unknown_sources", "no_safe_boot")
_HEADLESS_SINCE = 31


def show_device_policy(phone: Phone) -> str:
    """Return the device policy manager's dump."""
    lines = ["Current Device Policy Manager state:", "  Immutable state:", "    mHasFeature=true"]
    if phone.condition.owned_by_company:
        lines += ["  Device Owner: ", f"    admin=ComponentInfo{{{OWNER_ADMIN}}}", "    name=Example Logistics"]
        lines += [f"    package={OWNER}", "    isOrganizationOwnedDevice=true", "    User ID: 0"]
    lines += [
        "",
        f"  Enabled Device Admins (User 0, provisioningState: {3 if phone.condition.owned_by_company else 0}):",
    ]
    for component, uid, policies in _active(phone):
        lines += [f"    {component}:", f"      uid={uid}", "      testOnlyAdmin=false", "      policies:"]
        lines += [f"        {policy}" for policy in policies]
        lines += ["      passwordQuality=0x0", "      minimumPasswordLength=0", "      maximumTimeToUnlock=0"]
        lines += ["      maximumFailedPasswordsForWipe=0", "      specifiesGlobalProxy=false"]
        lines += ["      disableCamera=false", "      encryptionRequested=false"]
    lines += ["     ", "    mPasswordOwner=-1", "  Encryption Status: per-user"]
    if phone.profile.sdk >= _HEADLESS_SINCE:
        lines.append("  Logout user: -10000")
    return "\n".join(lines) + "\n"


def _active(phone: Phone) -> list[tuple[str, int, tuple[str, ...]]]:
    found: list[tuple[str, int, tuple[str, ...]]] = []
    if phone.rng("find my device").random() < _FINDS_ITSELF_RATIO:  # the owner lets Google find and wipe the phone
        found.append((_GOOGLE_ADMIN, 10_000 + _GOOGLE_UID_OFFSET, ("reset-password", "force-lock", "wipe-data")))
    if phone.condition.owned_by_company:
        found.append((OWNER_ADMIN, 10_163, _POLICIES))
    found += [(f"{app.package}/{app.package}.AdminReceiver", app.uid, _POLICIES) for app in admins(phone)]
    return found


def show_user(phone: Phone) -> str:
    """Return the user manager's dump: one user, and what is forbidden to him."""
    forbidden = _FORBIDDEN if phone.condition.owned_by_company else ()
    lines = [
        "Current user: 0",
        "Users:",
        "  UserInfo{0:Owner:c13} serialNo=0 isPrimary=true",
        "    State: RUNNING_UNLOCKED",
    ]
    lines += ["    Restrictions:", "      none", "    Device policy global restrictions:"]
    lines += [f"      {name}" for name in forbidden] or ["      null"]
    lines += ["    Effective restrictions:", *([f"      {name}" for name in forbidden] or ["      none"])]
    return "\n".join([*lines, "", "  Device managed: " + str(phone.condition.owned_by_company).lower()]) + "\n"
