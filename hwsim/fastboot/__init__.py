"""The boot loader's fastboot: a transport-neutral engine, what each maker's loader says, and the TCP front."""

from __future__ import annotations

from hwsim.fastboot.engine import FastbootDevice
from hwsim.fastboot.loader import Bootloader

__all__ = ["Bootloader", "FastbootDevice"]
