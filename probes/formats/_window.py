"""``dumpsys window``: what has the focus, and which apps draw over everything."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import append, flag, lines, require

_WINDOW = re.compile(r"\s{1,12}Window #\d{1,5} Window\{\S{1,40} u\d{1,6} (.{1,300})\}:")
_OWNER = re.compile(r"\s{1,16}mOwnerUid=\d{1,9}.{0,120}? package=([A-Za-z0-9_.]{1,200})\b")
_TYPE = re.compile(r"\bty=(?:\d{1,6}|[A-Z_]{1,60})\b")
_VISIBLE = re.compile(r"\s{1,16}isVisible=(true|false)")
_FOCUS = re.compile(
    r"\s{1,12}mCurrentFocus=Window\{\S{1,40} u\d{1,6} (?:\S{1,200} )?([A-Za-z0-9_.]{1,200})/?(\S{0,200})\}"
)
_OVERLAYS = frozenset({"ty=APPLICATION_OVERLAY", "ty=SYSTEM_ALERT", "ty=SYSTEM_OVERLAY", "ty=2038", "ty=2003"})
_LOCKED = re.compile(r"\s{1,12}showing=(true|false)")
_KEYGUARD = "KeyguardServiceDelegate"
_MARKS = ("WINDOW MANAGER", "mCurrentFocus=")
_MAX_WINDOWS = 500


@dataclass(frozen=True, slots=True)
class OverlayWindow:
    """A window that an app draws over all others. ``takes_touch`` is False where touches pass through it."""

    package: str
    fills_screen: bool
    takes_touch: bool
    visible: bool | None


@dataclass(frozen=True, slots=True)
class WindowManager:
    """The overlays, package and activity of the window in focus (None where none has it), and whether it is locked."""

    overlays: tuple[OverlayWindow, ...]
    focus_package: str | None
    focus_activity: str | None
    locked: bool | None


def parse_window(text: str) -> WindowManager:
    """Read ``dumpsys window``, whole or ``windows`` only.

    Raises:
        NotUnderstood: none of the service's headings is there.
    """
    windows: list[dict[str, str]] = []
    focus: tuple[str, str] | None = None
    locked: bool | None = None
    marked = keyguard = False
    for line in lines(text):
        marked = marked or line.strip().startswith(_MARKS)
        keyguard = keyguard or line.strip() == _KEYGUARD
        if keyguard and locked is None and (shown := _LOCKED.match(line)):
            locked = flag(shown[1])
        elif _WINDOW.match(line):
            append(windows, {}, cap=_MAX_WINDOWS)
        elif focus is None and (found := _FOCUS.match(line)):
            focus = (found[1], found[2])
        elif windows:
            _field(line, windows[-1])
    require(marked, "window dump", text)
    return WindowManager(
        overlays=tuple(_overlay(table) for table in windows if table.get("type") in _OVERLAYS and "package" in table),
        focus_package=focus[0] if focus else None,
        focus_activity=focus[1] if focus else None,
        locked=locked,
    )


def _field(line: str, table: dict[str, str]) -> None:
    if found := _OWNER.match(line):
        table.setdefault("package", found[1])
    elif found := _VISIBLE.match(line):
        table.setdefault("visible", found[1])
    elif found := _TYPE.search(line[:600]):
        table.setdefault("type", found[0])
        table.setdefault("attributes", line[:600])
    elif "NOT_TOUCHABLE" in line[:600]:
        table.setdefault("flags", line[:600])


def _overlay(table: dict[str, str]) -> OverlayWindow:
    attributes = table.get("attributes", "")
    through = "NOT_TOUCHABLE" in attributes or "NOT_TOUCHABLE" in table.get("flags", "")
    return OverlayWindow(
        package=table["package"],
        fills_screen="(fillxfill)" in attributes,
        takes_touch=not through,
        visible=flag(table.get("visible")),
    )
