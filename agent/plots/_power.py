"""Plots of power: voltage and current over time, as the meter or the phone's own gauge told them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from agent.plots._page import COLOURS, sheet
from agent.plots._seen import Seen
from reports import Translate

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

_CHANNELS: Final = frozenset({"t_ns", "voltage_mv", "current_ma"})
_LEAST_SAMPLES: Final = 4
_MINUTES_FROM_S: Final = 600.0


def charge_curve(seen: Seen, translate: Translate) -> Figure | None:
    """Voltage and current of the longest recording of both; None without one."""
    found = [one for one in seen.samples if set(one) >= _CHANNELS and len(one["t_ns"]) >= _LEAST_SAMPLES]
    if not found:
        return None
    longest = max(found, key=_span_ns)
    seconds = (longest["t_ns"] - longest["t_ns"][0]) / 1e9
    minutes = bool(seconds[-1] >= _MINUTES_FROM_S)
    times = seconds / 60.0 if minutes else seconds
    figure, (place,) = sheet(translate("Voltage and current"))
    (voltage,) = place.plot(times, longest["voltage_mv"], color=COLOURS[0], label=translate("voltage"), linewidth=1.2)
    place.set_ylabel(translate("voltage (mV)"), color=COLOURS[0])
    place.set_xlabel(translate("time (min)") if minutes else translate("time (s)"))
    other = place.twinx()
    (current,) = other.plot(
        times, longest["current_ma"], "--", color=COLOURS[1], label=translate("current"), linewidth=1.2
    )
    other.set_ylabel(translate("current (mA)"), color=COLOURS[1])
    place.legend(handles=[voltage, current], fontsize=8, frameon=False, loc="best")
    return figure


def _span_ns(samples: Mapping[str, NDArray[Any]]) -> int:
    return int(samples["t_ns"][-1]) - int(samples["t_ns"][0])
