"""``dumpsys fingerprint``: counters of the fingerprint service, as JSON on one line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import append, flag, frozen, lines, put, require, whole

# each user's object is flat, so that nothing here needs a recursive reader
_OBJECT = re.compile(r"\{([^{}]{1,2000})\}")
_PAIR = re.compile(r'"([A-Za-z]{1,40})":\s{0,8}(-?\d{1,19})')
_DEATHS = re.compile(r"HAL [Dd]eaths(?: since last reboot)?: (\d{1,9})")
_PRINTS = '"prints":['
_HARDWARE = re.compile(r"\s{0,20}(?:mHalDeviceId|isHardwareDetected|mHardwareDetected)[:=] ?(true|false)")


@dataclass(frozen=True, slots=True)
class FingerprintUser:
    """Counters of one Android user since boot; ``counts`` holds every number as printed."""

    user_id: int
    counts: Mapping[str, int]

    @property
    def enrolled(self) -> int:
        """Number of fingers that are enrolled."""
        return self.counts.get("count", 0)

    @property
    def accept(self) -> int:
        """Touches that matched."""
        return self.counts.get("accept", 0)

    @property
    def reject(self) -> int:
        """Touches that did not match."""
        return self.counts.get("reject", 0)

    @property
    def acquire(self) -> int:
        """Images that the sensor delivered."""
        return self.counts.get("acquire", 0)

    @property
    def lockout(self) -> int:
        """Times that too many misses locked the sensor."""
        return self.counts.get("lockout", 0)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The service's counters by user, and how often the HAL died (None where not printed)."""

    users: tuple[FingerprintUser, ...]
    hal_deaths: int | None
    hardware_detected: bool | None


def parse_fingerprint(text: str) -> Fingerprint:
    """Read ``dumpsys fingerprint``.

    Raises:
        NotUnderstood: there is no list of counters.
    """
    users: list[FingerprintUser] = []
    deaths = detected = None
    seen = False
    for line in lines(text):
        if _PRINTS in line:
            seen = True
            for item in _OBJECT.finditer(line, line.index(_PRINTS)):
                if user := _user(item[1]):
                    append(users, user, cap=200)
        elif found := _DEATHS.match(line):
            deaths = int(found[1])
        elif found := _HARDWARE.match(line):
            detected = flag(found[1])
    require(seen, "fingerprint dump", text)
    return Fingerprint(users=tuple(users), hal_deaths=deaths, hardware_detected=detected)


def _user(inner: str) -> FingerprintUser | None:
    counts: dict[str, int] = {}
    for key, value in _PAIR.findall(inner):
        number = whole(value)
        if number is not None:
            put(counts, key, number, cap=60)
    return FingerprintUser(user_id=counts["id"], counts=frozen(counts)) if "id" in counts else None
