"""Ways to measure on a phone, one behind the other: the companion, what a stock shell can do, scrcpy's microphone.

Which one is used is decided phone by phone from what it can, and is named in everything that was captured.
"""

from agent.capture._gear import Gear, Tools, load_companion, load_tools
from agent.capture._report import Ability, abilities
from agent.capture._vibrator import vibrate

__all__ = ["Ability", "Gear", "Tools", "abilities", "load_companion", "load_tools", "vibrate"]
