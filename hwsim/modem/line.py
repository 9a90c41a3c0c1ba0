"""A bad serial line: bytes that nobody sent, writes in pieces, carriage returns that are doubled or lost."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass
class Line:
    """What happens to bytes between the modem and the terminal; the defaults are a good line."""

    noise_ratio: float = 0.0
    piece_bytes: int = 0
    piece_gap_s: float = 0.001
    doubled_cr: bool = False
    lost_final_cr: bool = False
    seed: int = 0
    _draw: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Start the noise from the seed."""
        self._draw = random.Random(f"line:{self.seed}")

    @property
    def gap_s(self) -> float:
        """The pause behind each piece; a line that does not split has none."""
        return self.piece_gap_s if self.piece_bytes > 0 else 0.0

    def pieces(self, data: bytes) -> list[bytes]:
        """Return what arrives for one write, piece by piece."""
        if self.doubled_cr:
            data = data.replace(b"\r\n", b"\r\r\n")
        if self.lost_final_cr and data.endswith(b"\r\n"):
            data = data[:-2] + b"\n"
        if self.noise_ratio > 0:
            data = b"".join(self._noisy(value) for value in data)
        if self.piece_bytes <= 0:
            return [data]
        return [data[start : start + self.piece_bytes] for start in range(0, len(data), self.piece_bytes)]

    def _noisy(self, value: int) -> bytes:
        if self._draw.random() >= self.noise_ratio:
            return bytes((value,))
        return bytes((value, self._draw.randrange(256)))
