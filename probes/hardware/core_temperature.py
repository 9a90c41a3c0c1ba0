"""How warm the processor's cores are: from the thermal service, or from the older list of hardware properties."""

from __future__ import annotations

from typing import Final

from probes._captures import HardwareBench
from probes.formats import parse_hardware_properties, parse_thermalservice
from probes.software._ask import try_ask

_CPU: Final = 0  # android.os.Temperature.TYPE_CPU


def cores_c(bench: HardwareBench) -> list[float] | None:
    """Temperatures of the processor's sensors, None where the phone tells none; raises LinkError."""
    answer = try_ask(bench, parse_thermalservice, "dumpsys", "thermalservice")
    if answer is not None and (now := [one.temperature_c for one in answer.value.now if one.kind == _CPU]):
        return now
    older = try_ask(bench, parse_hardware_properties, "dumpsys", "hardware_properties")
    told = older.value.of("CPU") if older is not None else ()
    return [value for value in told if value is not None] or None
