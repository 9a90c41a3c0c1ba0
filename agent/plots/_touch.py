"""Plots of touch: where on the screen the panel reported fingers."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from agent.plots._page import COLOURS, TALL, sheet
from agent.plots._seen import Seen
from reports import Translate

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def touch_map(seen: Seen, translate: Translate) -> Figure | None:
    """The way of each finger, as the screen lies before one; None where nothing was reported."""
    from probes.hardware._input_events import touch_reports  # noqa: PLC0415  as in the rest of the package

    reports = [report for text in seen.events for report in touch_reports(text)]
    if not reports:
        return None
    figure, (place,) = sheet(translate("Where the screen felt fingers"), inches=TALL)
    for contact, way in groupby(reports, key=lambda report: report.contact):
        points = list(way)
        colour = COLOURS[contact % len(COLOURS)]
        xs, ys = [point.x for point in points], [point.y for point in points]
        place.plot(xs, ys, color=colour, linewidth=0.6, marker=".", markersize=2)
    place.set_aspect("equal", adjustable="datalim")
    place.invert_yaxis()
    place.set_xlabel(translate("across (units of the panel)"))
    place.set_ylabel(translate("down (units of the panel)"))
    return figure
