"""``dumpsys accessibility``: which services see and change what the user does."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import append, flag, lines, put, require, whole

_ATTRIBUTE = re.compile(r"\b(touchExplorationEnabled|displayMagnificationEnabled)=(true|false)")
_ENABLED = re.compile(r"\{([A-Za-z0-9_.]{1,200}/[A-Za-z0-9_.$]{1,200})\}")
_BOUND = re.compile(r"Service\[label=([^,]{0,80}), feedbackType.{0,200}?\bcapabilities=(\d{1,9})")
_MARK = "ACCESSIBILITY MANAGER"
_FILTERS_KEYS = 8  # AccessibilityServiceInfo.CAPABILITY_CAN_REQUEST_FILTER_KEY_EVENTS
_MAX_SERVICES = 100


@dataclass(frozen=True, slots=True)
class BoundService:
    """One running accessibility service by its label."""

    label: str
    capabilities: int

    @property
    def filters_keys(self) -> bool:
        """Whether key presses pass through it before anything else sees them."""
        return bool(self.capabilities & _FILTERS_KEYS)


@dataclass(frozen=True, slots=True)
class Accessibility:
    """State for the first user; ``enabled`` are components (``package/class``), ``bound`` those that run."""

    touch_exploration: bool | None
    magnification: bool | None
    enabled: tuple[str, ...]
    bound: tuple[BoundService, ...]


def parse_accessibility(text: str) -> Accessibility:
    """Read ``dumpsys accessibility``.

    Raises:
        NotUnderstood: neither the heading nor an attribute is there.
    """
    attributes: dict[str, bool | None] = {}
    enabled: list[str] = []
    bound: list[BoundService] = []
    marked = False
    for line in lines(text):
        marked = marked or line.startswith(_MARK)
        for name, value in _ATTRIBUTE.findall(line[:2000]):
            put(attributes, name, flag(value))
        rest = line.strip()
        if rest.startswith("Enabled services:"):
            for component in _ENABLED.findall(rest[:8000]):
                append(enabled, component, cap=_MAX_SERVICES)
        for label, bits in _BOUND.findall(line[:8000]):
            append(bound, BoundService(label.strip(), whole(bits) or 0), cap=_MAX_SERVICES)
    require(marked or attributes, "accessibility dump", text)
    return Accessibility(
        touch_exploration=attributes.get("touchExplorationEnabled"),
        magnification=attributes.get("displayMagnificationEnabled"),
        enabled=tuple(dict.fromkeys(enabled)),
        bound=tuple(dict.fromkeys(bound)),
    )
