"""Memory given back as soon as it is free: a bench runs for days, and holds the pictures of eight phones for moments.

glibc keeps what was freed, for each thread apart, and raises by itself the size from which a block is given back
(mallopt(3), M_MMAP_THRESHOLD and M_ARENA_MAX); a photo's planes would stay for ever. Other C libraries are left alone.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Final

_MMAP_THRESHOLD: Final = (-3, 1 << 20)
_ARENA_MAX: Final = (-8, 2)


@cache
def give_back() -> bool:
    """Have large blocks given back to the system when they are freed; whether the C library can is returned."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes  # noqa: PLC0415  most runs of the command line hold no pictures

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and all(mallopt(*option) == 1 for option in (_MMAP_THRESHOLD, _ARENA_MAX))
