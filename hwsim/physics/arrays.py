"""Names for the arrays that the physics passes around."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
"""Double precision samples: time, state, anything that is integrated."""

Singles: TypeAlias = NDArray[np.float32]
"""Single precision samples: sound and pictures, where the size counts."""

Stamps: TypeAlias = NDArray[np.int64]
"""Time stamps in nanoseconds of the device clock."""

Spectrum: TypeAlias = NDArray[np.complex64] | NDArray[np.complex128]
"""One-sided spectrum as ``numpy.fft.rfft`` gives it."""

Triple: TypeAlias = tuple[float, float, float]
"""One number for each axis x, y, z."""
