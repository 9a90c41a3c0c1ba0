"""``dumpsys vibrator`` (to Android 11) and ``vibrator_manager`` (from 12 on).

Layouts: 10's seen on a Pixel (used for 11), 9's on a Pixel with 8.1; those of the manager (12 to 16) are unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.settings_values import setting, whole_setting
from hwsim.render.shell_state import shell_state

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

MANAGER_SINCE = 31
_SHELL_UID = 2000
_CAPABILITIES = "[ON_CALLBACK, PERFORM_CALLBACK, AMPLITUDE_CONTROL]"


def show_vibrator(phone: Phone) -> str:
    """Return the vibrator service's dump of Android 9 to 11."""
    lines = ["Vibrator Service:", "  mCurrentVibration=null", "  mCurrentExternalVibration=null"]
    lines += ["  mVibratorUnderExternalControl=false", "  mLowPowerMode=false", *_intensities(phone), ""]
    lines += ["  Previous ring vibrations:", "  Previous notification vibrations:", "  Previous alarm vibrations:"]
    lines.append("  Previous vibrations:")
    for past in shell_state(phone).vibrations:
        start = f"{past.at:%b} {past.at.day}, {past.at:%Y}, {past.at.hour % 12 or 12}:{past.at:%M:%S %p}"
        shot = f"OneShot{{mDuration={past.duration_ms}, mAmplitude="
        lines.append(
            f"    startTime: {start}, effect: {shot}255}}, originalEffect: {shot}-1}}, usageHint: 0, "
            f"uid: {_SHELL_UID}, opPkg: com.android.shell, reason: {past.reason}"
        )
    lines.append("  Previous external vibrations:")
    return "\n".join(lines) + "\n"


def show_manager(phone: Phone) -> str:
    """Return the vibrator manager's dump of Android 12 on."""
    lines = ["Vibrator Manager Service:", "  mVibrationSettings:", "    VibrationSettings{mProcStatesCache={}}"]
    lines += ["  mLowPowerMode=false", *_intensities(phone), "", "  mVibratorControllers:"]
    info = f"VibratorInfo{{mId=0, mCapabilities={_CAPABILITIES}, mPwleSizeMax=127}}"
    lines += [
        f"    VibratorController{{mVibratorInfo={info}}}",
        f"  vibratorIds=[{0 if phone.condition.haptics_on_bus else ''}]",
        f"  capabilities = {_CAPABILITIES}",
        "  mCurrentVibration=null",
        "  mNextVibration=null",
        "  mCurrentExternalVibration=null",
        "",
        "  Previous vibrations:",
    ]
    for past in shell_state(phone).vibrations:
        start = past.at.strftime("%m-%d %H:%M:%S.") + f"{past.at.microsecond // 1000:03d}"
        lines.append(
            f"    startTime: {start}, durationMs: {past.duration_ms}, status: finished, effect: Mono{{mDuration="
            f"{past.duration_ms}}}, uid: {_SHELL_UID}, opPkg: com.android.shell, reason: {past.reason}"
        )
    return "\n".join([*lines, "", "  Previous external vibrations:"]) + "\n"


def _intensities(phone: Phone) -> list[str]:
    haptic = 2 if setting(phone, "system", "haptic_feedback_enabled", "1") == "1" else 0
    return [
        f"  mHapticFeedbackIntensity={haptic}",
        f"  mNotificationIntensity={whole_setting(phone, 'system', 'notification_vibration_intensity', 2)}",
        f"  mRingIntensity={whole_setting(phone, 'system', 'ring_vibration_intensity', 2)}",
    ]
