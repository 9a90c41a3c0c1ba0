"""What all instruments have in common: bytes in, bytes out, a place at a phone, and a health of their own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

if TYPE_CHECKING:
    from hwsim.unit import Unit

LINE_MAX_BYTES = 200
_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class Ailing:
    """How an instrument fails; the defaults are those of a good one.

    ``gain_ratio`` is a wrong calibration, ``drift_per_h`` what it grows by each hour, ``calibrated`` is False where
    nobody has calibrated it (instruments that can say so do), ``silent`` is one that does not answer at all.
    """

    gain_ratio: float = 1.0
    drift_per_h: float = 0.0
    calibrated: bool = True
    silent: bool = False


class Instrument(ABC):
    """One instrument beside one phone; time is the phone's."""

    kind: ClassVar[str]

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.ailing = Ailing()
        self.rng = np.random.default_rng([unit.phone.seed, len(self.kind)])
        self._started_s = self.now_s

    @property
    def now_s(self) -> float:
        """The phone's time, which goes on when the phone restarts."""
        return self.unit.phone.clock.elapsed_s

    @property
    def gain_ratio(self) -> float:
        """What a reading is multiplied by at the moment: 1 for a good instrument."""
        hours = (self.now_s - self._started_s) / _SECONDS_PER_HOUR
        return self.ailing.gain_ratio * (1.0 + self.ailing.drift_per_h * hours)

    def feed(self, data: bytes) -> bytes:
        """Take what came over the wire and return what is said."""
        return b"" if self.ailing.silent else self._feed(data)

    def tick(self) -> None:  # noqa: B027 - to most instruments time alone does nothing
        """Let happen what time alone brings; called a few times a second."""

    @abstractmethod
    def _feed(self, data: bytes) -> bytes:
        """Take bytes as they come, cut anywhere."""


class LineInstrument(Instrument):
    """An instrument that takes lines, ended by CR, LF or both; one that is too long is thrown away as a whole."""

    too_long: ClassVar[bytes] = b"ERR line too long\r\n"

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self._line = bytearray()
        self._overlong = False

    def _feed(self, data: bytes) -> bytes:
        said = bytearray()
        for byte in data:
            if byte not in b"\r\n":
                self._overlong = self._overlong or len(self._line) >= LINE_MAX_BYTES
                if not self._overlong:
                    self._line.append(byte)
                continue
            line, self._line = bytes(self._line), bytearray()
            if self._overlong:
                self._overlong = False
                said += self.too_long
            elif line.strip():
                said += self.obey(line.decode("ascii", "replace").strip())
        return bytes(said)

    @abstractmethod
    def obey(self, line: str) -> bytes:
        """Obey one line and return the answer with its end of line."""
