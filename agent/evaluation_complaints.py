"""What the customer of an emulated phone says: a symptom of the catalogue that names the part, or something else.

A bench is told what is wrong before it tests anything, so a guided run is judged with a complaint. It is drawn when a
case is scored, from the case's own seed: same case, same complaint. The catalogue says which parts a symptom may come
from; where the part is the main board, the function that is lost decides which of its symptoms fit. Customers err:
some say something else, and owners of sound phones complain, too.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any, Final

from agent.evaluate import Shard, TrueFault
from probes import symptoms

# Shares of our own (priors): customers who name what is wrong, and owners of sound phones who complain all the same.
_RIGHT: Final = 0.9
_OF_NOTHING: Final = 0.5
_NO_PART: Final = "NONE"
_ANYTHING: Final = ("QC-", "NTF-", "ACC-", "HSG-02")
"""Symptoms that say nothing of where to look."""
_A_FUNCTION: Final = "SYS-01"
"""What is said of a part that the catalogue has no symptom of its own for: a function of the manual fails."""
_SAID_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "audio": ("AUD-01", "AUD-02", "AUD-03", "AUD-04"),
    "backlight": ("DSP-01", "DSP-04"),
    "bluetooth": ("NET-05",),
    "camera": ("CAM-01",),
    "charger": ("CHG-01", "CHG-03"),
    "esim": ("NET-01",),
    "gauge": ("CHG-02", "PWR-02"),
    "gnss": ("NET-06",),
    "memory": ("PWR-03",),
    "modem": ("NET-01", "NET-02"),
    "pmic": ("PWR-02",),
    "sensor_hub": ("SNS-01", "SNS-02", "SNS-04"),
    "storage": ("PWR-03",),
    "thermal": ("CHG-04",),
    "vibrator": ("VIB-01",),
    "wifi": ("NET-04",),
    "antenna_cellular": ("NET-01", "NET-02"),
    "antenna_wifi": ("NET-04",),
    "antenna_satellite": ("NET-06",),
    "light": ("SNS-05",),
    "proximity": ("SNS-04",),
    "accelerometer": ("SNS-01",),
    "gyroscope": ("SNS-02",),
}
"""Symptoms by the function that is lost, or by the first word of the fault, where the part alone does not tell."""
_NAMELESS: Final = frozenset({"barometer", "bus", "flash", "hall", "rtc"})
"""Functions of the board that the catalogue has no symptom for."""


class Customers:
    """Complaints for cases."""

    def __init__(self, faults: Iterable[Mapping[str, Any]]) -> None:
        self._functions = {str(fault["id"]): str(fault["function"] or "") for fault in faults}
        self._of = {code: symptom.components for code, symptom in symptoms().items() if not code.startswith(_ANYTHING)}

    def say(self, shard: Shard) -> tuple[str, ...]:
        """Symptom codes that the owner of this phone names, in the order of the catalogue."""
        chance = random.Random(shard.case.seed)  # noqa: S311  a draw that can be repeated, not a secret
        codes = list(self._of)
        truths = [one for one in shard.truths if one.part != _NO_PART]
        if not truths:
            return (chance.choice(codes),) if chance.random() < _OF_NOTHING else ()
        said = set[str]()
        for one in truths:
            said.add(chance.choice(self._fitting(one) if chance.random() < _RIGHT else codes))
        return tuple(code for code in codes if code in said)

    def _fitting(self, truth: TrueFault) -> list[str]:
        function = self._functions.get(truth.fault, "")
        if function in _NAMELESS:
            return [_A_FUNCTION]
        named = _SAID_OF.get(function) or _SAID_OF.get(truth.fault.partition(".")[0])
        return list(named or (code for code, parts in self._of.items() if truth.part in parts)) or [_A_FUNCTION]
