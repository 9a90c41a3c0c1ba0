"""Instruments of the bench at their own wire, coupled to the emulated phone that they look at."""

from __future__ import annotations

from hwsim.instruments.instrument import Ailing, Instrument

__all__ = ["Ailing", "Instrument"]
