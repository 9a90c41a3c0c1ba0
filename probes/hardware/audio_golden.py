"""What good phones of the ordinary build give on the loopback, by which one phone is judged until its model is learned.

All of it is prior: medians over good emulated phones, recorded through the same capture as any other. No real phone has
been measured yet; `phonebench learn` puts the limits of a model in their place.
"""

from __future__ import annotations

from typing import Final

MID_HZ: Final = (800.0, 3000.0)
"""Where speech is understood: the level of a part is that of this band."""
BASS_HZ: Final = (200.0, 500.0)
PRESENCE_HZ: Final = (2500.0, 4500.0)
TREBLE_HZ: Final = (5000.0, 10000.0)

MID_DB: Final = ((-1.3, -17.1), (-39.0, -23.5))
"""Gain from samples played to samples recorded: rows are loudspeaker and earpiece, columns bottom and top input."""
BASS_DB: Final = (-18.8, -21.1)
"""The bass of the loudspeaker less its presence band, at each input."""
TREBLE_DB: Final = ((-0.3, -0.5), (-1.9, -0.9))
"""The treble less the middle band, each way."""

REFERENCE_OUTPUT_DBSPL: Final = (103.1, 76.0)
"""Loudspeaker and earpiece at the level of their sweeps, 16 cm and 15 cm before the reference microphone."""
REFERENCE_INPUT_DB: Final = (-11.0, -11.0)
"""Main and second microphone less the reference microphone, the reference loudspeaker 20 cm before the phone."""

OUTPUT_STD_DB: Final = 0.8
"""Spread of good loudspeakers and earpieces: makers of small ones bin them to 1.5..3 dB, two sigmas."""
INPUT_STD_DB: Final = 0.7
"""Spread of good microphones: data sheets of MEMS ones give 1 dB, about one and a half sigmas."""
PATH_STD_DB: Final = 0.3
"""What one way of the sound through the air adds."""
SILENT_DB: Final = -40.0
"""The loss that is entered where the sweep is not found at all."""
