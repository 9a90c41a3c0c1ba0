"""How evenly arrows point in all directions."""

from __future__ import annotations

import numpy as np

from probes.signals._validity import Float


def least_share(arrows: Float) -> float:
    """Smallest share of the directions of (n, 3) arrows that an axis gets: a third when even, 0 when in a plane."""
    unit = arrows / np.linalg.norm(arrows, axis=1, keepdims=True)
    return float(np.linalg.eigvalsh(unit.T @ unit / len(unit))[0])
