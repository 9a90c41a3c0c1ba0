"""``dumpsys sensor_privacy`` and ``appops``: who may use microphone, camera and sensors, and who does right now.

Layouts follow AOSP (sensor_privacy: one switch in 10 and 11, one for each sensor from 12 on, states from 13 on);
unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.switches import OPS, app_op, holder, sensors_blocked, switched

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

PRIVACY_SINCE = 29
TOGGLES_SINCE = 31
_STATES_SINCE = 33
_SENSORS = {"microphone": 1, "camera": 2}


def show_sensor_privacy(phone: Phone) -> str:
    """Return the sensor privacy service's dump."""
    sdk, off = phone.profile.sdk, str(sensors_blocked(phone)).lower()
    if sdk < TOGGLES_SINCE:
        return f"Sensor Privacy manager state (dumpsys sensor_privacy)\n  mEnabled={off}\n"
    lines = [f"is_enabled={off}", "user={", "  user_id=0"]
    for name, number in _SENSORS.items():
        on = switched(phone, name)
        if sdk < _STATES_SINCE:
            lines += ["  sensor={", f"    sensor={number}", f"    is_enabled={str(on).lower()}", "  }"]
            continue
        toggles = ["      toggle_type=1", f"      state_type={1 if on else 2}", "      last_change=0"]
        lines += ["  sensors={", f"    sensor={number}", "    toggles={", *toggles, "    }", "  }"]
    return "\n".join([*lines, "}"]) + "\n"


def show_appops(phone: Phone) -> str:
    """Return the app operations: what each app of the user has last done, and what runs."""
    uptime_s = int(phone.clock.uptime_s)
    lines = ["Current AppOps Service state:", "  Settings:", "    top_state_settle_time=+5s0ms", ""]
    for app in (found for found in phone.software.apps if not found.system):
        lines += [f"  Uid {app.short_uid}:", "    state=cch", f"    Package {app.package}:"]
        for device, op in OPS.items():
            one = holder(phone, device)
            if one is None or one.package != app.package:
                continue
            lines += [f"      {op} ({app_op(phone, app.package, op)}):", "          Access: [bg-s]"]
            lines.append(f"          Running start at: +{uptime_s // 3600}h{uptime_s // 60 % 60}m0s0ms")
    return "\n".join(lines) + "\n"


def ops_of(phone: Phone, package: str) -> str:
    """Return what ``appops get`` prints of one app."""
    lines = []
    for device, op in OPS.items():
        one, mode = holder(phone, device), app_op(phone, package, op)
        if one is not None and one.package == package:
            lines.append(f"{op}: {mode}; time=+2h12m4s118ms ago (running)")
        elif mode != "allow":
            lines.append(f"{op}: {mode}")
    return "".join(f"{line}\n" for line in lines) or "No operations.\n"
