"""All fault modes of the physics, by name."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any

from hwsim.physics.modes import FaultMode

MODULES = (
    "audio.amplifier",
    "audio.microphone",
    "audio.speaker",
    "camera.flash",
    "camera.focus",
    "camera.lens",
    "camera.sensor",
    "cell",
    "charge",
    "display",
    "imu",
    "keys",
    "radio",
    "sampling",
    "supply",
    "surroundings",
    "thermal",
    "touch",
    "vibration",
)


@lru_cache(maxsize=1)
def fault_modes() -> dict[str, FaultMode[Any]]:
    """Return every fault mode that is declared in the modules of the physics; the type of its part is its own."""
    found: dict[str, FaultMode[Any]] = {}
    for name in MODULES:
        for mode in vars(import_module(f"hwsim.physics.{name}")).values():
            if isinstance(mode, FaultMode):
                found[mode.name] = mode
    return found
