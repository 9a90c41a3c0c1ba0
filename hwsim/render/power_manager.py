"""``dumpsys power``. Layout seen on a Pixel with Android 10 (fewer lines here); 9 and 11 to 16 unverified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.misdeeds import culprit
from hwsim.render.battery import battery_values
from hwsim.render.properties import boot_completed
from hwsim.render.settings_values import setting, whole_setting
from hwsim.render.shell_state import shell_state

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_PLUGS = (("ac", 1), ("usb", 2), ("wireless", 4), ("dock", 8))


def show_power(phone: Phone) -> str:
    """Return the power manager's dump with the wake locks that are held."""
    awake, held = shell_state(phone).awake, _wake_locks(phone)
    lines = ["POWER MANAGER (dumpsys power)", "", "Power Manager State:", *_manager_lines(phone, awake=awake), ""]
    saver = setting(phone, "global", "low_power", "0") == "1"
    lines += [
        "Settings and Configuration:",
        f"  mScreenOffTimeoutSetting={setting(phone, 'system', 'screen_off_timeout', '60000')}",
        f"  mStayOnWhilePluggedInSetting={whole_setting(phone, 'global', 'stay_on_while_plugged_in', 0)}",
        f"  mLowPowerModeEnabled={_word(saver)}",
        "",
        f"Wake Locks: size={len(held)}",
        *held,
        "",
        "Suspend Blockers: size=4",
        f"  PowerManagerService.WakeLocks: ref count={len(held)}",
        f"  PowerManagerService.Display: ref count={int(awake)}",
        "",
        f"Display Power: state={'ON' if awake else 'OFF'}",
    ]
    return "\n".join(lines) + "\n"


def _manager_lines(phone: Phone, *, awake: bool) -> list[str]:
    values = battery_values(phone)
    plug = next((number for name, number in _PLUGS if values[name]), 0)
    stay_on = whole_setting(phone, "global", "stay_on_while_plugged_in", 0)
    return [
        "  mDirty=0x0",
        f"  mWakefulness={'Awake' if awake else 'Asleep'}",
        "  mWakefulnessChanging=false",
        f"  mIsPowered={_word(bool(plug))}",
        f"  mPlugType={plug}",
        f"  mBatteryLevel={values['level']}",
        "  mDockState=0",
        f"  mStayOn={_word(bool(stay_on & plug))}",
        "  mProximityPositive=false",
        f"  mBootCompleted={_word(boot_completed(phone))}",
        "  mSystemReady=true",
        f"  mHalInteractiveModeEnabled={_word(awake)}",
        "  mBatteryLevelLow=false",
        "  mDeviceIdleMode=false",
        f"  mHoldingDisplaySuspendBlocker={_word(awake)}",
    ]


def _word(value: bool) -> str:
    return str(value).lower()


def _wake_locks(phone: Phone) -> list[str]:
    drainer = culprit(phone, "drain")
    if drainer is None:
        return []
    pid = phone.processes.get(drainer.package, 14_402)
    tag = f"'{drainer.package}:stream'"
    return [f"  PARTIAL_WAKE_LOCK              {tag} ACQ=-3h12m2s118ms (uid={drainer.uid} pid={pid})"]
