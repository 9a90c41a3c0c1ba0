"""Plots of sound: how each microphone heard each output, over frequency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agent.plots._page import COLOURS, sheet
from agent.plots._seen import Seen
from probes import Input, Output, SoundOrder, Sweep, Take
from reports import Translate, mark

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

_LEAD_S: Final = 0.05
_TAIL_S: Final = 0.5
_PER_OCTAVE: Final = 12
_MOST_PANELS: Final = 4
_EDGE_RATIO: Final = 1.15
"""What is undone of a sweep fades at both ends of its band."""
_OUTPUTS: Final = {Output.SPEAKER: mark("loudspeaker"), Output.EARPIECE: mark("earpiece")}
_INPUTS: Final = {Input.BOTTOM: mark("bottom microphone"), Input.TOP: mark("top microphone")}


def frequency_response(seen: Seen, translate: Translate) -> Figure | None:
    """Gain of each path from an output to a microphone, a panel per sweep; None without a sweep."""
    swept = [(order, order.play, take) for order, take in seen.takes if isinstance(order.play, Sweep)]
    swept = [one for one in swept if one[2].plays_from_frame is not None][:_MOST_PANELS]
    if not swept:
        return None
    figure, panels = sheet(translate("Frequency response"), len(swept))
    for place, (order, played, take) in zip(panels, swept, strict=True):
        place.set_title(translate(_OUTPUTS[order.output]), fontsize=9)
        place.set_xlabel(translate("frequency (Hz)"))
        _draw(place, order, played, take, translate)
        place.set_xlim(played.low_hz * _EDGE_RATIO, played.high_hz / _EDGE_RATIO)
    low = min(place.get_ylim()[0] for place in panels)
    high = max(place.get_ylim()[1] for place in panels)
    for place in panels:
        place.set_ylim(max(low, high - 100.0), high)
    panels[0].set_ylabel(translate("gain (dB)"))
    return figure


def _draw(place: Axes, order: SoundOrder, played: Sweep, take: Take, translate: Translate) -> None:
    from probes.signals.response import impulse_response  # noqa: PLC0415  as in the rest of the package
    from probes.signals.sweep import Sweep as Played  # noqa: PLC0415  as above

    rate = float(take.rate_hz)
    first = max(round((take.plays_from_frame or 0.0) - _LEAD_S * rate), 0)
    sound = take.frames[:, first : first + round((_LEAD_S + played.duration_s + _TAIL_S) * rate)]
    sweep = Played(
        start_hz=played.low_hz,
        stop_hz=played.high_hz,
        duration_s=played.duration_s,
        rate_hz=rate,
        amplitude=played.level,
    )
    frequency, gain = impulse_response(sound, sweep).frequency_response()
    inside = (frequency >= played.low_hz * _EDGE_RATIO) & (frequency <= played.high_hz / _EDGE_RATIO)
    for row, one, colour in zip(gain, order.inputs, COLOURS, strict=False):
        at_hz, level_db = _smoothed(frequency[inside], abs(row[inside]) ** 2)
        place.semilogx(at_hz, level_db, color=colour, linewidth=1.2, label=translate(_INPUTS[one]))
    place.legend(fontsize=8, frameon=False)


def _smoothed(
    frequency_hz: NDArray[np.float64], power: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean power in twelfths of an octave, in dB; bands without a line are left out."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    band = np.floor(np.log2(frequency_hz) * _PER_OCTAVE).astype(int)
    known = np.isfinite(power)
    names = np.unique(band[known])
    level = np.array([power[known & (band == name)].mean() for name in names])
    return 2.0 ** ((names + 0.5) / _PER_OCTAVE), 10.0 * np.log10(np.maximum(level, 1e-15))
