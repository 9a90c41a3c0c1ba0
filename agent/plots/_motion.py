"""Plots of sensors: the noise of each axis over frequency, and over averaging time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agent.plots._page import COLOURS, sheet
from agent.plots._seen import Seen
from probes import SensorKind, Track
from reports import Translate, mark

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEAST_SAMPLES: Final = 256
_SEGMENT: Final = 128
_AXES: Final = ("x", "y", "z")
_MOST_PANELS: Final = 3
_KINDS: Final = {
    SensorKind.ACCELEROMETER: mark("accelerometer"),
    SensorKind.GYROSCOPE: mark("gyroscope"),
    SensorKind.MAGNETOMETER: mark("magnetometer"),
    SensorKind.BAROMETER: mark("barometer"),
}
_UNITS: Final = {
    SensorKind.ACCELEROMETER: "m/s²",
    SensorKind.GYROSCOPE: "rad/s",
    SensorKind.MAGNETOMETER: "µT",
    SensorKind.BAROMETER: "hPa",
}


def power_density(seen: Seen, translate: Translate) -> Figure | None:
    """Power spectral density of each axis, a panel per sensor; None without a track that is long and whole."""
    from probes.signals.spectrum import welch  # noqa: PLC0415  as in the rest of the package

    tracks = _fit(seen)
    if not tracks:
        return None
    figure, panels = sheet(translate("Power spectral density"), len(tracks))
    for place, track in zip(panels, tracks, strict=True):
        found = welch(track.values.T, _rate_hz(track), segment=_SEGMENT, detrend=True)
        for name, row, colour in zip(_AXES, found.density, COLOURS, strict=False):
            place.loglog(found.frequency_hz[1:], row[1:], color=colour, linewidth=1.0, label=name)
        _label(place, track, translate)
        place.set_xlabel(translate("frequency (Hz)"))
        place.set_ylabel(translate("density ({unit})").format(unit=f"({_UNITS[track.kind]})²/Hz"))
    return figure


def allan_deviation(seen: Seen, translate: Translate) -> Figure | None:
    """Allan deviation of each axis with its one-sigma interval, a panel per sensor; None as ``power_density``."""
    from probes.signals.allan import allan  # noqa: PLC0415  as above

    tracks = _fit(seen)
    if not tracks:
        return None
    figure, panels = sheet(translate("Allan deviation"), len(tracks))
    for place, track in zip(panels, tracks, strict=True):
        found = allan(track.values.T, rate_hz=_rate_hz(track))
        for number, (name, colour) in enumerate(zip(_AXES[: len(found.deviation)], COLOURS, strict=False)):
            place.loglog(found.taus_s, found.deviation[number], color=colour, linewidth=1.2, label=name)
            place.fill_between(found.taus_s, found.low[number], found.high[number], color=colour, alpha=0.15, lw=0)
        _label(place, track, translate)
        place.set_xlabel(translate("averaging time (s)"))
        place.set_ylabel(translate("deviation ({unit})").format(unit=_UNITS[track.kind]))
    return figure


def _fit(seen: Seen) -> list[Track]:
    """Tracks that say something of noise: every sample is there, and there are many."""
    fit = [one for one in seen.tracks if one.is_whole and len(one.t_ns) >= _LEAST_SAMPLES and one.kind in _KINDS]
    return fit[:_MOST_PANELS]


def _rate_hz(track: Track) -> float:
    return float((len(track.t_ns) - 1) * 1e9 / (int(track.t_ns[-1]) - int(track.t_ns[0])))


def _label(place: Axes, track: Track, translate: Translate) -> None:
    place.set_title(translate(_KINDS[track.kind]), fontsize=9)
    if track.values.shape[1] > 1:
        place.legend(fontsize=8, frameon=False)
