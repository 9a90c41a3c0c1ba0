"""The outputs and inputs of a phone, by the type numbers of Android's AudioDeviceInfo."""

from __future__ import annotations

from typing import NamedTuple


class Route(NamedTuple):
    """One audio device; ``place`` is the name of its opening."""

    id: int
    type: int
    place: str
    output: bool


EARPIECE = Route(2, 1, "earpiece", output=True)
SPEAKER = Route(3, 2, "speaker", output=True)
BOTTOM_MIC = Route(14, 15, "bottom", output=False)
TOP_MIC = Route(15, 15, "top", output=False)
ROUTES = (EARPIECE, SPEAKER, BOTTOM_MIC, TOP_MIC)


def find_route(number: int, *, output: bool) -> Route:
    """Return the device of a number; raises ValueError when there is none in that direction."""
    for route in ROUTES:
        if route.id == number and route.output == output:
            return route
    raise ValueError(f"no {'output' if output else 'input'} has the id {number}")


def inputs_of(channels: int, preferred: Route | None) -> tuple[str, ...]:
    """Return the microphone of each channel: the preferred one for all, or one after the other."""
    if preferred is not None:
        return (preferred.place,) * channels
    return (BOTTOM_MIC.place, TOP_MIC.place)[:channels]
