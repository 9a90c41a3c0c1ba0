"""Invented dumps of phones, and shorthand for what a probe made of them."""

from __future__ import annotations

import struct
from typing import Any

from probes import Evaluation, Verdict


def battery(
    *, level: int = 64, mv: int = 3900, dc: int = 274, counter: int = 0, plugged: bool = False, frozen: bool = False
) -> str:
    lines = ["Current Battery Service state:"]
    lines += ["  (UPDATES STOPPED -- use 'reset' to restart)"] if frozen else []
    lines += [f"  AC powered: {str(plugged).lower()}", "  USB powered: false", "  Wireless powered: false"]
    lines += [f"  Charge counter: {counter}"] if counter else []
    lines += ["  status: 3", "  health: 2", "  present: true", f"  level: {level}", "  scale: 100"]
    return "\n".join([*lines, f"  voltage: {mv}", f"  temperature: {dc}", "  technology: Li-ion", ""])


def uevent(*, full: int = 0, design: int = 0, cycles: int = 0, ua: int | None = None, uv: int | None = None) -> str:
    fields = {"NAME": "battery", "TYPE": "Battery", "CHARGE_FULL": full, "CHARGE_FULL_DESIGN": design}
    fields |= {"CYCLE_COUNT": cycles, "CURRENT_NOW": ua, "VOLTAGE_NOW": uv}
    return "".join(f"POWER_SUPPLY_{key}={value}\n" for key, value in fields.items() if value not in {None, 0})


def stats(*, capacity: int = 0, learned: int = 0, hours: int = 10, uids: str = "", locks: str = "") -> str:
    lines = ["Statistics since last charge:", "  System starts: 0, currently on battery: true"]
    lines += [f"  Estimated battery capacity: {capacity} mAh"] if capacity else []
    lines += [f"  Last learned battery capacity: {learned} mAh"] if learned else []
    lines += [f"  Time on battery: {hours}h 0m 0s 0ms (100.0%) realtime, 1h 0m 0s 0ms (10.0%) uptime"]
    lines += ["", "  Estimated power use (mAh):", "    Capacity: 4000, Computed drain: 900, actual drain: 900"]
    return "\n".join([*lines, uids, "", "  All partial wake locks:", locks, ""])


def thermal(**sensors: float) -> str:
    rows = [f"\tTemperature{{mValue={value}, mType=3, mName={name}, mStatus=0}}" for name, value in sensors.items()]
    return "\n".join(["IsStatusOverride: false", "Thermal Status: 0", "Cached temperatures:", *rows, "HAL Ready: true"])


def getprop(**values: str) -> str:
    return "".join(f"[{key.replace('__', '.')}]: [{value}]\n" for key, value in values.items())


def parcel(text: str) -> str:
    """What `service call` prints for a string."""
    raw = struct.pack("<ii", 0, len(text)) + (text + "\0").encode("utf-16-le")
    raw += b"\0" * (-len(raw) % 4)
    words = [f"{word:08x}" for (word,) in struct.iter_unpack("<I", raw)]
    rows = [f"  0x{4 * at:08x}: {' '.join(words[at : at + 4]):35} '................'" for at in range(0, len(words), 4)]
    return "Result: Parcel(\n" + "\n".join(rows) + ")\n"


def value_of(outcome: Evaluation, name: str) -> Any:
    return next(taken.value for taken in outcome.measurements if taken.name == name)


def verdict_of(outcome: Evaluation, name: str) -> Verdict:
    return next(taken.verdict for taken in outcome.measurements if taken.name == name)


def codes(outcome: Evaluation) -> set[str]:
    return {finding.code for finding in outcome.findings}
