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
_LEAST_NS: Final = 10**9
"""A gauge that was asked some times in a row within less has drawn no curve."""
_MINUTES_FROM_S: Final = 600.0


def charge_curve(seen: Seen, translate: Translate) -> Figure | None:
    """Voltage and current of the longest recording of both; None without one that shows a course."""
    found = [one for one in seen.samples if set(one) >= _CHANNELS and len(one["t_ns"]) >= _LEAST_SAMPLES]
    longest = max(found, key=_span_ns, default=None)
    if longest is None or _span_ns(longest) < _LEAST_NS:
        return None
    seconds = (longest["t_ns"] - longest["t_ns"][0]) / 1e9
    minutes = bool(seconds[-1] >= _MINUTES_FROM_S)
    times = seconds / 60.0 if minutes else seconds
    figure, (left, right) = sheet(translate("Voltage and current"), 2)
    for place, channel, label, colour in (
        (left, "voltage_mv", translate("voltage (mV)"), COLOURS[0]),
        (right, "current_ma", translate("current (mA)"), COLOURS[1]),
    ):
        place.plot(times, longest[channel], ".-", color=colour, linewidth=1.2, markersize=3)
        place.set_ylabel(label)
        place.set_xlabel(translate("time (min)") if minutes else translate("time (s)"))
    return figure


def _span_ns(samples: Mapping[str, NDArray[Any]]) -> int:
    return int(samples["t_ns"][-1]) - int(samples["t_ns"][0])
