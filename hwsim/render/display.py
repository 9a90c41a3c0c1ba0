"""``dumpsys display``, ``SurfaceFlinger`` and ``window``.

Layouts: display as seen on a Pixel with Android 10 (also used for 9); brightness as a ratio and type INTERNAL of 11
to 16, SurfaceFlinger and window are unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.settings_values import whole_setting
from hwsim.render.shell_state import shell_state
from hwsim.render.switches import holder

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_RATIO_SINCE, _INTERNAL_SINCE = 30, 31
_BRIGHTEST = 255
_RATE_HZ = 60.000004
_LAUNCHER = "com.android.launcher3/.Launcher"
_SETUP = "com.google.android.setupwizard/.account.FrpLockActivity"


def refresh_hz(phone: Phone) -> float:
    """Return the panel's refresh rate: panels up to 720 points wide are the plain ones."""
    return _RATE_HZ if phone.profile.screen[0] < 1080 else 120.00001


def screen_on(phone: Phone) -> bool:
    """Tell whether the panel is lit."""
    return shell_state(phone).awake


def show_display(phone: Phone) -> str:
    """Return the display manager's dump."""
    wide, high, _density = phone.profile.screen
    sdk, state = phone.profile.sdk, "ON" if screen_on(phone) else "OFF"
    level = whole_setting(phone, "system", "screen_brightness", 102)
    shown = f"{level / _BRIGHTEST:.4f}" if sdk >= _RATIO_SINCE else str(level)
    lines = ["DISPLAY MANAGER (dumpsys display)", "  mOnlyCore=false", "  mSafeMode=false", "  mPendingTraversal=false"]
    lines += [
        f"  mGlobalDisplayState={state}",
        "  mDefaultDisplayDefaultColorMode=0",
        "  mWifiDisplayScanRequestCount=0",
    ]
    lines += [f"  mStableDisplaySize=Point({wide}, {high})", "", "Display Adapters: size=3", "  LocalDisplayAdapter"]
    lines += [
        "  VirtualDisplayAdapter",
        "  OverlayDisplayAdapter",
        "",
        "Display Devices: size=1",
        _device(phone, state),
    ]
    lines += ["    mAdapter=LocalDisplayAdapter", "    mUniqueId=local:0", "    mCurrentLayerStack=0"]
    lines += [f"    mState={state}", f"    {'mBrightnessState' if sdk >= _RATIO_SINCE else 'mBrightness'}={shown}"]
    lines += ["    mActiveModeId=1", "", "Logical Displays: size=1", "  Display 0:", "    mDisplayId=0"]
    lines += ["    mLayerStack=0", "    mHasContent=true", f"    mPrimaryDisplayDevice={phone.profile.screen_name}", ""]
    lines += ["Display Power Controller:" if sdk < _INTERNAL_SINCE else "Display Power Controller for display 0:"]
    lines += [f"  mScreenBrightness={shown}", "  mLightSensorEnabled=true", "", "Callbacks: size=29"]
    return "\n".join(lines) + "\n"


def _device(phone: Phone, state: str) -> str:
    wide, high, density = phone.profile.screen
    sdk, rate = phone.profile.sdk, refresh_hz(phone)
    mode = f"{{id=1, width={wide}, height={high}, fps={rate}}}"
    kind = "INTERNAL" if sdk >= _INTERNAL_SINCE else "BUILT_IN"
    inch = f"{density * 0.98:.3f} x {density * 0.981:.3f} dpi"
    parts = [f'"{phone.profile.screen_name}": uniqueId="local:0"', f"{wide} x {high}", "modeId 1", "defaultModeId 1"]
    parts += [f"supportedModes [{mode}]", "colorMode 0", "supportedColorModes [0, 7]", f"density {density}", inch]
    parts += ["appVsyncOff 2000000", "presDeadline 11666666", "touch INTERNAL", "rotation 0", f"type {kind}"]
    parts += ["address {port=0}", f"state {state}", "FLAG_DEFAULT_DISPLAY", "FLAG_ROTATES_WITH_CONTENT", "FLAG_SECURE"]
    return f"  DisplayDeviceInfo{{{', '.join(parts)}}}"


def show_surface_flinger(phone: Phone, arguments: list[str]) -> str:
    """Return the compositor's dump, the names of its layers (``--list``) or the frame times of one (``--latency``)."""
    layers = ['Display 0 name="Built-in Screen"#3', "StatusBar#71", "NavigationBar0#69", f"{focused(phone)}#112"]
    if (cover := holder(phone, "overlay")) is not None:
        layers.append(f"{cover.package}#131")
    if "--list" in arguments:
        return "\n".join(layers) + "\n"
    period_ns = round(1e9 / refresh_hz(phone))
    if "--latency" in arguments:
        return f"{period_ns}\n"
    if "--display-id" in arguments:
        return 'Display 4619827259835644672 (HWC display 0): port=0 pnpId=QCM displayName=""\n'
    wide, high, _density = phone.profile.screen
    lines = ["Build configuration: [sf HAS_CONTEXT_PRIORITY=1]", "Sync configuration: [using: EGL_KHR_fence_sync]", ""]
    lines += ["DispSync configuration:", f"  app phase 2000000 ns, sf phase 6000000 ns, refresh {period_ns} ns", ""]
    lines += [f"Visible layers (count = {len(layers)})", *(f"+ Layer ({name}) uid=1000" for name in layers), ""]
    lines += ["Displays (1 entries)", f"+ DisplayDevice: {phone.profile.screen_name}"]
    lines += [
        f"   powerMode={'On' if screen_on(phone) else 'Off'}",
        f"   {wide}x{high}, refresh-rate {refresh_hz(phone):f} Hz",
    ]
    return "\n".join(lines) + "\n"


def focused(phone: Phone) -> str:
    """Return the component that has the focus: what was started last, else the launcher."""
    if phone.condition.frp_locked:
        return _SETUP
    return shell_state(phone).focused or _LAUNCHER


def _cover(phone: Phone) -> list[str]:
    """Return the window that an app draws over everything."""
    app = holder(phone, "overlay")
    if app is None:
        return []
    look = "{(0,0)(fillxfill) gr=TOP START CENTER sim={adjust=pan} ty=APPLICATION_OVERLAY fmt=TRANSLUCENT"
    return [
        "",
        "WINDOW MANAGER WINDOWS (dumpsys window windows)",
        f"  Window #9 Window{{7d20a41 u0 {app.package}}}:",
        f"    mOwnerUid={app.uid} showForAllUsers=false package={app.package} appop=SYSTEM_ALERT_WINDOW",
        f"    mAttrs={look}}}",
        "    mHasSurface=true isReadyForDisplay()=true",
        "    isOnScreen=true",
        "    isVisible=true",
    ]


def show_window(phone: Phone) -> str:
    """Return the window manager's dump: policy, focus and the display's size."""
    wide, high, density = phone.profile.screen
    awake = str(screen_on(phone)).lower()
    window = f"Window{{4b1f2c8 u0 {focused(phone)}}}"
    lines = ["WINDOW MANAGER LAST ANR (dumpsys window lastanr)", "  <no ANR has occurred since boot>", ""]
    lines += ["WINDOW MANAGER POLICY STATE (dumpsys window policy)", "    mSafeMode=false mSystemReady=true"]
    lines += [f"    interactiveState={'INTERACTIVE_STATE_AWAKE' if screen_on(phone) else 'INTERACTIVE_STATE_SLEEP'}"]
    lines += ["    KeyguardServiceDelegate", "      showing=false", "      inputRestricted=false", ""]
    lines += ["WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)", "  Display: mDisplayId=0"]
    lines += [
        f"    init={wide}x{high} {density}dpi cur={wide}x{high} app={wide}x{high} rng={wide}x{wide}-{high}x{high}"
    ]
    lines += [
        "    deferred=false",
        "",
        f"  mCurrentFocus={window}",
        f"  mFocusedApp=ActivityRecord{{91c7 u0 {focused(phone)} t14}}",
    ]
    rotation = whole_setting(phone, "system", "user_rotation", 0) % 4
    lines += [f"  mAwake={awake}", f"  mRotation={rotation}", "  mLastOrientation=-1", *_cover(phone)]
    return "\n".join(lines) + "\n"
