"""``dumpsys accessibility`` and ``color_display``: services that read and press for the user, and how colours are bent.

Layouts follow AOSP (one user state; ``Enabled services`` and ``Crashed services`` since Android 11); unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.settings_values import setting
from hwsim.render.switches import accessibility_services

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_ENABLED_LIST_SINCE = 30
_DIM_SINCE = 31
_READER = "TalkBackService"
_READS, _FILTERS_KEYS = 3, 1 + 8 + 32
"""Capabilities: 1 reads windows, 2 explores by touch, 8 filters keys, 32 makes gestures."""


def _word(phone: Phone, name: str) -> str:
    return str(setting(phone, "secure", name, "0") == "1").lower()


def show_accessibility(phone: Phone) -> str:
    """Return the accessibility manager's dump."""
    services = accessibility_services(phone)
    reads = str(
        any(_READER in name for name in services) and _word(phone, "touch_exploration_enabled") == "true"
    ).lower()
    attributes = f"id=0, touchExplorationEnabled={reads}, "
    attributes += f"displayMagnificationEnabled={_word(phone, 'accessibility_display_magnification_enabled')}, "
    attributes += "navBarMagnificationEnabled=false, autoclickEnabled=false"
    bound = ", ".join(_service(phone, name) for name in services)
    lines = ["ACCESSIBILITY MANAGER (dumpsys accessibility)", "", "User state["]
    lines += [f"     attributes:{{{attributes}}}"]
    if phone.profile.sdk >= _ENABLED_LIST_SINCE:
        named = ", ".join(f"{{{name}}}" for name in services)
        lines += [f"     Bound services:{{{bound}}}", f"     Enabled services:{{{named}}}"]
        lines += ["     Binding services:{}", "     Crashed services:{}]"]
    else:
        lines += [f"     services:{{{bound}}}]"]
    return "\n".join([*lines, ""]) + "\n"


def _service(phone: Phone, component: str) -> str:
    package = component.split("/", 1)[0]
    reader = _READER in component
    label = "TalkBack" if reader else package.rsplit(".", 1)[-1].capitalize()
    kind = "FEEDBACK_SPOKEN" if reader else "FEEDBACK_GENERIC"
    ability = _READS if reader else _FILTERS_KEYS
    known = f"label={label}, feedbackType[{kind}], capabilities={ability}, eventTypes=TYPES_ALL_MASK"
    app = phone.software.find(package)
    return f"Service[{known}, notificationTimeout=100, uid={app.uid if app else 0}]"


def show_color_display(phone: Phone) -> str:
    """Return the colour service's dump (Android 10 on)."""
    lines = ["COLOR DISPLAY MANAGER dumpsys (color_display)", "Night display:", "    Not activated"]
    lines += ["Display white balance:", "    Not available"]
    if phone.profile.sdk >= _DIM_SINCE:
        on = _word(phone, "reduce_bright_colors_activated") == "true"
        lines += ["Reduce bright colors:", f"    {'Activated' if on else 'Not activated'}"]
        lines.append(f"    Strength: {setting(phone, 'secure', 'reduce_bright_colors_level', '50')}")
    kind = setting(phone, "secure", "accessibility_display_daltonizer", "-1")
    on = _word(phone, "accessibility_display_daltonizer_enabled") == "true"
    lines += ["Accessibility:", f"    Inversion activated: {_word(phone, 'accessibility_display_inversion_enabled')}"]
    return "\n".join([*lines, f"    Daltonizer mode: {kind if on else '-1'}", "Color mode: 0"]) + "\n"
