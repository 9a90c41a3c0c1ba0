"""``dumpsys vibrator`` and ``dumpsys vibrator_manager``: settings and the last vibrations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import append, frozen, lines, put, require, whole

_FIELD = re.compile(r"\s{1,8}(m[A-Z][A-Za-z]{2,60})\s?=\s?(.{0,400})")
_PREVIOUS = re.compile(
    r"\s{0,8}(?:timeout: -?\d{1,12})?(?:, )?(?:startTime|createTime|creationTime): (.{1,60}?), (?=[a-zA-Z]{3,20}: )"
)
_DURATION = re.compile(r"(?:timeout: |mDuration=)(-?\d{1,12})")
_UID = re.compile(r"\buid: (-?\d{1,10})")
_PACKAGE = re.compile(r"\bopPkg: ([A-Za-z0-9_.]{1,200})")
_CAPABILITIES = re.compile(r"[cC]apabilities ?= ?\[?([A-Z0-9_, ]{0,300})")
_IDS = re.compile(r"[vV]ibratorIds ?= ?\[([0-9, ]{0,100})\]")
_MARKS = ("Vibrator Service:", "Previous vibrations:", "Vibrator Manager Service:", "VibratorManagerService:")


@dataclass(frozen=True, slots=True)
class Vibration:
    """One vibration of the past: ``start`` as printed (ms since boot or a date)."""

    start: str
    duration_ms: int | None
    uid: int | None
    package: str | None


@dataclass(frozen=True, slots=True)
class Vibrator:
    """The service's state. ``vibrator_count`` and ``capabilities`` are printed from Android 11 on."""

    vibrations: tuple[Vibration, ...]
    vibrator_count: int | None
    capabilities: tuple[str, ...]
    fields: Mapping[str, str]


def parse_vibrator(text: str) -> Vibrator:
    """Read the dump of the vibrator service, or of its manager from Android 12 on.

    Raises:
        NotUnderstood: no title of this service is there.
    """
    vibrations: list[Vibration] = []
    fields: dict[str, str] = {}
    found_ids: re.Match[str] | None = None
    capabilities: re.Match[str] | None = None
    marked = False
    for line in lines(text):
        marked = marked or line.startswith(_MARKS)
        found_ids = found_ids or _IDS.search(line)
        capabilities = capabilities or _CAPABILITIES.search(line)
        if found := _PREVIOUS.match(line):
            append(vibrations, _vibration(found[1], line), cap=1000)
        elif found := _FIELD.fullmatch(line):
            put(fields, found[1], found[2].strip(), cap=200)
    require(marked, "vibrator dump", text)
    names = capabilities[1].split(",") if capabilities else []
    return Vibrator(
        vibrations=tuple(vibrations),
        vibrator_count=len([token for token in found_ids[1].split(",") if token.strip()]) if found_ids else None,
        capabilities=tuple(name.strip() for name in names if name.strip()),
        fields=frozen(fields),
    )


def _vibration(start: str, line: str) -> Vibration:
    duration, uid, package = _DURATION.search(line), _UID.search(line), _PACKAGE.search(line)
    return Vibration(
        start=start,
        duration_ms=whole(duration[1]) if duration else None,
        uid=whole(uid[1]) if uid else None,
        package=package[1] if package else None,
    )
