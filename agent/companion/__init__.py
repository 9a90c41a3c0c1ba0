"""The host side of the companion: a small program that a phone runs out of a pushed jar, nothing is installed.

It streams sensors at full rate, plays and records at once on the phone's own clocks, and lights the torch. Protocol
version 1 over ``exec:``; what a phone sends is hostile input here, too: bounded, checked, never trusted.

The program is ``companion.jar``, built from ``java/`` by ``docs.tools.companion_build``: see docs/companion.md.

What it plays can be made again sample by sample (48 kHz, 16 bit: ``rint(32767 * x)``), so that a probe knows its own
stimulus. With ``n`` from 0 to ``round(duration_s * 48000) - 1`` and ``L = duration_s / ln(high_hz / low_hz)``:

- sweep: ``x[n] = level * sin(2 pi low_hz L (exp(n / 48000 / L) - 1))`` (A. Farina, 2000), from phase zero, no fades;
- tone: ``x[n] = level * sin(2 pi tone_hz n / 48000)``.

That sweep is ``probes.signals.sweep.Sweep(start_hz=low_hz, stop_hz=high_hz, duration_s=..., rate_hz=48000,
amplitude=level)`` with its fades left at zero. ``probes.signals.sweep.design`` fades both ends by default, which the
companion does not: take band and duration from a design, and make the reference again without fades.
"""

from agent.companion._capture import record_sensors, record_sound
from agent.companion._client import Companion, Refused
from agent.companion._rows import Meanwhile, SensorRows, SoundRows, WaitUntil, nothing

__all__ = [
    "Companion",
    "Meanwhile",
    "Refused",
    "SensorRows",
    "SoundRows",
    "WaitUntil",
    "nothing",
    "record_sensors",
    "record_sound",
]
