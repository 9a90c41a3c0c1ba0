"""Linear light of a photograph, by the plain gamma of 2.2 that real tone curves only resemble."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GAMMA: Final = 2.2
ONE_PICTURE: Final = threading.Lock()
"""Held while a photo's light is looked at: phones side by side would hold hundreds of megabytes, and be no sooner."""


def linear(photo: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A photograph in linear light, 0 to 1 of what is white to the camera."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    return ((np.arange(256) / 255.0) ** GAMMA).astype(np.float32)[photo]
