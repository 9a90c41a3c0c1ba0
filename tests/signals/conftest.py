"""One thread for linear algebra: on a busy machine several wait for each other a hundred times as long as they work."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
