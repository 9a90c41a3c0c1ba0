"""The modem section of a vendor's bug report: restarts of the modem (SSR) and its file service's errors."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ._reading import append, lines, require, whole

_FILE = re.compile(r"(/\S{1,200}crashinfo_modem\S{0,100})\s{0,8}")
_FIELD = re.compile(r"(crash_reason|crash_count|firmware_version|build_version): ?(.{0,300})")
_TITLE = re.compile(r"------ (.{1,120}?)(?: \(.{0,200}\))? ------")
_MARK = "modem ssr history"
_RFSD = re.compile(r"\d{8}-\d\d:\d\d:\d\d\s")
_EMPTY = "Empty"


@dataclass(frozen=True, slots=True)
class ModemCrash:
    """One crash file; ``reason`` is None where the modem left none."""

    file: str
    reason: str | None
    count: int | None
    firmware: str | None


@dataclass(frozen=True, slots=True)
class ModemHistory:
    """Crashes in the order of the text, and the number of lines of the remote file system's error log."""

    crashes: tuple[ModemCrash, ...]
    file_service_errors: int

    @property
    def last_crash_count(self) -> int | None:
        """The running number of the last crash."""
        return self.crashes[-1].count if self.crashes else None


@dataclass(slots=True)
class _Crash:
    file: str
    fields: dict[str, str] = field(default_factory=dict)


def parse_modem_history(text: str) -> ModemHistory:
    """Read the modem section.

    Raises:
        NotUnderstood: there is neither the section's title nor a crash file.
    """
    crashes: list[_Crash] = []
    errors = 0
    seen = False
    for line in lines(text):
        if found := _TITLE.match(line):
            seen = seen or found[1].lower() == _MARK
        elif found := _FILE.match(line):
            append(crashes, _Crash(found[1]), cap=2000)
        elif crashes and (found := _FIELD.fullmatch(line)):
            crashes[-1].fields.setdefault(found[1], found[2].strip())
        elif _RFSD.match(line):
            errors += 1
    require(seen or crashes, "modem restart history", text)
    return ModemHistory(crashes=tuple(_done(crash) for crash in crashes), file_service_errors=errors)


def _done(crash: _Crash) -> ModemCrash:
    reason = crash.fields.get("crash_reason", "")
    return ModemCrash(
        file=crash.file,
        reason=reason if reason not in {"", _EMPTY} else None,
        count=whole(crash.fields.get("crash_count")),
        firmware=crash.fields.get("firmware_version"),
    )
