"""``dumpsys display`` and the ``backlights`` section of a bug report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import append, frozen, lines, number, put, require, whole

# the name of the built-in screen is in the phone's language
_DEVICE = re.compile(
    r'\s{0,40}DisplayDeviceInfo\{"([^"]{0,200})": (?:uniqueId="([^"]{0,200})", )?(\d{1,6}) x (\d{1,6})'
)
_RATE = re.compile(r"(?<![A-Za-z])fps=(\d{1,5}(?:\.\d{1,12})?)")
_STATE = re.compile(r", state ([A-Z_]{1,20})(?=[,}])")
_DENSITY = re.compile(r", density (\d{1,5})(?=[,}])")
_TYPE = re.compile(r", type ([A-Z_]{1,20})(?=[,}])")
_FIELD = re.compile(r"\s{1,40}(m[A-Z][A-Za-z]{2,60})=(.{0,120})")
_BACKLIGHT = re.compile(r"(LCD|Button|Keyboard) brightness=(.{0,200})")
_KEPT = frozenset({"mGlobalDisplayState", "mScreenBrightness", "mBrightness", "mState", "mStableDisplaySize"})
_MARK = "DISPLAY MANAGER (dumpsys display)"


@dataclass(frozen=True, slots=True)
class DisplayDevice:
    """One screen as the display manager describes it."""

    name: str
    unique_id: str | None
    width_px: int
    height_px: int
    density_dpi: int | None
    max_refresh_hz: float | None
    state: str | None
    kind: str | None

    @property
    def is_builtin(self) -> bool:
        """Whether the screen belongs to the phone, as far as type or id tell."""
        return self.kind in {"BUILT_IN", "INTERNAL"} or (self.unique_id or "").startswith("local:")


@dataclass(frozen=True, slots=True)
class Display:
    """Screens and brightness. ``brightness_raw`` is 0..255 before Android 11 and a ratio since."""

    devices: tuple[DisplayDevice, ...]
    global_state: str | None
    brightness_raw: float | None

    @property
    def main(self) -> DisplayDevice | None:
        """The first built-in screen, else the first screen."""
        return next((device for device in self.devices if device.is_builtin), next(iter(self.devices), None))


def parse_display(text: str) -> Display:
    """Read ``dumpsys display``.

    Raises:
        NotUnderstood: there is neither a screen nor the title of the display manager.
    """
    devices: list[DisplayDevice] = []
    fields: dict[str, str] = {}
    marked = False
    for line in lines(text):
        marked = marked or line.startswith(_MARK)
        if found := _DEVICE.match(line):
            append(devices, _device(found, line), cap=64)
        elif (found := _FIELD.fullmatch(line)) and found[1] in _KEPT:
            put(fields, found[1], found[2].strip())
    require(devices or marked, "display dump", text)
    brightness = number(fields.get("mScreenBrightness"))
    return Display(
        devices=tuple(devices),
        global_state=fields.get("mGlobalDisplayState"),
        brightness_raw=number(fields.get("mBrightness")) if brightness is None else brightness,
    )


def _device(found: re.Match[str], line: str) -> DisplayDevice:
    rates = [rate for match in _RATE.finditer(line) if (rate := number(match[1])) is not None]
    state, density, kind = _STATE.search(line), _DENSITY.search(line), _TYPE.search(line)
    return DisplayDevice(
        name=found[1],
        unique_id=found[2],
        width_px=int(found[3]),
        height_px=int(found[4]),
        density_dpi=int(density[1]) if density else None,
        max_refresh_hz=max(rates, default=None),
        state=state[1] if state else None,
        kind=kind[1] if kind else None,
    )


@dataclass(frozen=True, slots=True)
class Backlights:
    """Raw brightness of each light that the kernel shows; a light without a file is absent."""

    brightness_raw: Mapping[str, int]


def parse_backlights(text: str) -> Backlights:
    """Read the backlight section of a bug report.

    Raises:
        NotUnderstood: there is no brightness line.
    """
    table: dict[str, int] = {}
    seen = False
    for line in lines(text):
        if found := _BACKLIGHT.match(line):
            seen = True
            value = whole(found[2])
            if value is not None:
                put(table, found[1].lower(), value)
    require(seen, "backlights section", text)
    return Backlights(brightness_raw=frozen(table))
