"""A light panel on a serial line; what it shines is what the phone's light sensor sees.

Own protocol, one command a line, answers end with LF: ``LEVEL 0..255`` -> ``OK``, ``LEVEL?`` -> the level,
``DEADMAN 1..600`` (seconds) -> ``OK``, ``DEADMAN?``, ``*IDN?``; anything else -> ``ERR`` and why. Without a line for
``DEADMAN`` seconds (10 from the start) the panel goes dark: a bench that died leaves no light on. These are seconds of
the bench, however fast the phone's time runs: it is the bench that has to be heard from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.instruments.instrument import LineInstrument
from hwsim.phone.at_bench import bench_of

if TYPE_CHECKING:
    from hwsim.unit import Unit

LEVEL_MAX = 255
FULL_LUX = 4000.0
_DEADMAN_S = 10.0
_DEADMAN_MAX_S = 600


class LightPanel(LineInstrument):
    """Adds its light to that of the room."""

    kind = "light_panel"

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.level = 0
        self._deadman_s = _DEADMAN_S
        self._heard_s = self.now_s
        self._room_lux = bench_of(unit.phone).lux
        self._shone_lux = 0.0

    def tick(self) -> None:
        """Go dark when nobody has said anything for long."""
        if self.level and self.now_s - self._heard_s > self._deadman_s * self.unit.phone.times.speed:
            self.level = 0
        self._shine()

    def obey(self, line: str) -> bytes:
        """Obey one command."""
        self.tick()
        self._heard_s = self.now_s
        word, _, value = line.upper().partition(" ")
        if word == "LEVEL":
            if not value.isdecimal() or len(value) > 3 or int(value) > LEVEL_MAX:
                return b"ERR level is 0 to 255\n"
            self.level = int(value)
            self._shine()
            return b"OK\n"
        if word == "DEADMAN":
            if not value.isdecimal() or len(value) > 3 or not 1 <= int(value) <= _DEADMAN_MAX_S:
                return b"ERR deadman is 1 to 600 seconds\n"
            self._deadman_s = float(value)
            return b"OK\n"
        answers = {"LEVEL?": str(self.level), "DEADMAN?": f"{self._deadman_s:g}", "*IDN?": "PHONEBENCH LIGHT PANEL 1"}
        return f"{answers[word]}\n".encode() if word in answers else b"ERR unknown command\n"

    def _shine(self) -> None:
        bench = bench_of(self.unit.phone)
        lux = FULL_LUX * self.level / LEVEL_MAX * self.gain_ratio
        if lux != self._shone_lux:
            bench.lux = self._room_lux + lux
            self._shone_lux = lux
