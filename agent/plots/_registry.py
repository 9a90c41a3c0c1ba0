"""Which plots are drawn of which probe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from agent.plots._motion import allan_deviation, power_density
from agent.plots._picture import contrast_transfer
from agent.plots._power import charge_curve
from agent.plots._seen import Seen
from agent.plots._sound import frequency_response
from agent.plots._touch import touch_map
from reports import Translate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Plot = Callable[[Seen, Translate], "Figure | None"]

PLOTS: Final[Mapping[str, tuple[Plot, ...]]] = {
    "audio.*": (frequency_response,),
    "vibration.*": (power_density, frequency_response),
    "sensors.*": (power_density, allan_deviation),
    "battery.*": (charge_curve,),
    "charging.*": (charge_curve,),
    "thermal.*": (charge_curve,),
    "camera.*": (contrast_transfer,),
    "touch.*": (touch_map,),
}
"""By pattern of probe ids. A plot that finds nothing to draw in what a probe saw is left out."""


def plots_for(probe: str) -> tuple[Plot, ...]:
    """The plots of a probe, in the order in which they are shown."""
    return tuple(plot for pattern, plots in PLOTS.items() if fnmatchcase(probe, pattern) for plot in plots)
