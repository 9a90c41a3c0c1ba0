"""Makers' habits as data: spacing, quotes, extra fields, own commands and the words said at start."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Vendor:
    """How one maker's modem speaks; the defaults are those of the standards."""

    name: str
    manufacturer: str
    model: str
    revision: str
    colon: str = ": "
    unknown: str = "ERROR"
    list_end: str = "\r\n"
    imei_template: str = "{imei}"
    registration_quoted: bool = True
    registration_lower: bool = False
    registration_act: bool = True
    registration_digits: tuple[int, int] = (4, 8)
    registration_tail: str = ""
    scan_ranges: str = "(0,1,2,3,4),(0,1,2)"
    lock_final: bool = True
    charsets: tuple[str, ...] = ("GSM", "IRA", "UCS2")
    missing: frozenset[str] = frozenset()
    boot: tuple[str, ...] = ()
    sim_urc: tuple[str, ...] = ()
    signal_urc: tuple[str, ...] = ()
    signal_urc_switch: str = ""
    signal_urc_on: bool = False
    call_urc: dict[str, str] = field(default_factory=dict)
    extra: dict[str, tuple[str, ...]] = field(default_factory=dict)
    latency_ms: dict[str, float] = field(default_factory=dict)

    def latency_s(self, asked: str) -> float:
        """Return how long a command takes, by its name and how it is asked."""
        return self.latency_ms.get(asked, self.latency_ms["default"]) / 1000

    def spaced(self, line: str) -> str:
        """Put this maker's spacing behind the name of a standard response."""
        return line if self.colon == ": " or line[:1] != "+" else line.replace(": ", self.colon, 1)


@lru_cache(maxsize=1)
def vendors() -> dict[str, Vendor]:
    """Read the makers that ship beside this module."""
    table = tomllib.loads((resources.files("hwsim.modem") / "vendors.toml").read_text(encoding="utf-8"))
    base_latency = table["generic"]["latency_ms"]
    made = {}
    for name, entry in table.items():
        latency = {**base_latency, **entry.pop("latency_ms", {})}
        extra = {asked.upper(): tuple(lines) for asked, lines in entry.pop("extra", {}).items()}
        missing = frozenset(entry.pop("missing", ()))
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
        }
        made[name] = Vendor(name=name, latency_ms=latency, extra=extra, missing=missing, **values)
    return made
