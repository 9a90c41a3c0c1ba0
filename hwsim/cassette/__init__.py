"""A phone from a cassette: what a real one said once, served again through the same daemon."""

from __future__ import annotations

from hwsim.cassette.machine import TapeMachine
from hwsim.cassette.tape import BadCassette, Tape, read_tape

__all__ = ["BadCassette", "Tape", "TapeMachine", "read_tape"]
