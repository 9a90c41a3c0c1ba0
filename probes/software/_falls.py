"""How often one process fell over within a day: three in a month are nothing, ten in a day are a fault."""

from __future__ import annotations

from typing import Final

from probes.logs import ProcessCrashes

_DAY_S: Final = 86_400.0


def worst_in_a_day(falls: ProcessCrashes) -> int:
    """The most falls within any 24 hours; without clocks, all of them.

    The log engine keeps some fifty stamps of a process. Where it kept fewer than it counted, the count is scaled by the
    share that the fullest day holds. Falls whose time the phone wrote over belong to no day.
    """
    dated = falls.count - falls.undated
    times = sorted(stamp.seconds for stamp in falls.stamps if stamp.seconds is not None)
    if not times:
        return dated
    most, start = 1, 0
    for end, time_s in enumerate(times):
        while time_s - times[start] > _DAY_S:
            start += 1
        most = max(most, end - start + 1)
    return max(1, round(dated * most / len(times)))
