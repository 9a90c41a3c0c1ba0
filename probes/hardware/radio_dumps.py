"""What a phone's radios hear, as its services print it: the last Wi-Fi scan, and the figures of its satellite receiver.

Layouts follow AOSP: the scan table of the Wi-Fi service (``ScanResultUtil``), the key figures of the location service
(``GnssMetrics``, Android 8 on). Not verified on real phones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from probes._errors import NotUnderstood

_SWITCH: Final = re.compile(r"Wi-Fi is (enabled|disabled)")
_STATION: Final = re.compile(r"\s{1,8}((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\s{1,40}(\d{4,5})\s{1,40}(-\d{1,3})(?!\d)")
_MAX_STATIONS: Final = 500
_MAX_LINE: Final = 2000
# behind the heading, or below it for each running user (a work profile is one): SystemSettingsHelper.dump of Android 11
# on. The users come in the order of their numbers, and 0 is the owner. Android 10 writes "mode"
_LOCATION: Final = re.compile(r"^ {0,8}Location (?:Setting|[Mm]ode):\s{0,20}(?:\[u0\] )?(true|false)\b", re.MULTILINE)
_PROVIDER: Final = re.compile(r"\s{0,8}([a-z_]{2,30}) provider\b")
_ENABLED: Final = re.compile(r"\s{0,12}enabled=(true|false)")
_REPORTS: Final = re.compile(r"\s{0,12}Number of CN0 reports: (\d{1,9})")
_BEST: Final = re.compile(r"\s{0,12}Top 4 Avg CN0 mean \(dB-Hz\): (-?\d{1,3}(?:\.\d{1,9})?)\s{0,8}$")


@dataclass(frozen=True, slots=True)
class WifiAir:
    """The Wi-Fi service: whether it is on, and the level (dBm) of each station of its last scan, strongest first."""

    is_on: bool
    levels_dbm: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Satellites:
    """The satellite receiver: the owner's switch, whether its provider runs, and how the best four were heard (dB-Hz).

    ``reports`` counts how often it has measured since the figures began; None where the service prints no figures.
    Where several users are at work, switch and provider are those of user 0.
    """

    is_wanted: bool | None
    is_on: bool | None
    reports: int | None
    best_dbhz: float | None


def parse_wifi_air(text: str) -> WifiAir:
    """Read ``dumpsys wifi``.

    Raises:
        NotUnderstood: it does not say whether Wi-Fi is on.
    """
    switch = _SWITCH.search(text)
    if switch is None:
        raise NotUnderstood("this is no wifi dump", step="parse wifi dump")
    levels: dict[str, int] = {}
    for line in text.split("\n"):
        found = _STATION.match(line[:_MAX_LINE])
        if found is not None and len(levels) < _MAX_STATIONS:
            levels.setdefault(found[1], int(found[3]))
    return WifiAir(is_on=switch[1] == "enabled", levels_dbm=tuple(sorted(levels.values(), reverse=True)))


def parse_satellites(text: str) -> Satellites:
    """Read ``dumpsys location``.

    Raises:
        NotUnderstood: it names no provider.
    """
    wanted = _LOCATION.search(text)
    provider = is_on = reports = best = None
    named = False
    for whole in text.split("\n"):
        line = whole[:_MAX_LINE]
        if found := _PROVIDER.match(line):
            provider, named = found[1], True
        elif provider == "gps" and is_on is None and (found := _ENABLED.match(line)):
            is_on = found[1] == "true"
        elif reports is None and (found := _REPORTS.match(line)):
            reports = int(found[1])
        elif best is None and (found := _BEST.match(line)):
            best = float(found[1])
    if not named:
        raise NotUnderstood("this is no location dump", step="parse location dump")
    is_wanted = None if wanted is None else wanted[1] == "true"
    return Satellites(is_wanted=is_wanted, is_on=is_on, reports=reports, best_dbhz=best)
