"""The host side of the companion: a small program that a phone runs out of a pushed jar, nothing is installed.

It streams sensors at full rate, plays and records at once on the phone's own clocks, and lights the torch. Protocol
version 1 over ``exec:``; what a phone sends is hostile input here, too: bounded, checked, never trusted.
"""

from agent.companion._capture import record_sensors, record_sound
from agent.companion._client import Companion, Refused

__all__ = ["Companion", "Refused", "record_sensors", "record_sound"]
