"""The focus drive of a camera: how sharp its lens is for what is at a distance."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hwsim.physics.camera.lens import Lens
from hwsim.physics.modes import between, fault_mode


@dataclass(frozen=True)
class FocusDrive:
    """The reach of a drive, in dioptres (one over metres), from ``far_dpt`` to ``near_dpt``.

    What it misses blurs by ``blur_px_per_dpt``: aperture times focal length over the pixel's size is the width of the
    disc that a point becomes, and a quarter of that its standard deviation.
    """

    far_dpt: float = 0.0
    near_dpt: float = 10.0
    blur_px_per_dpt: float = 2.0

    def focused(self, lens: Lens, *, distance_m: float) -> Lens:
        """Return the lens after the drive has done what it can for a subject at a distance."""
        wanted_dpt = 1.0 / distance_m
        missed_dpt = abs(wanted_dpt - min(max(wanted_dpt, self.far_dpt), self.near_dpt))
        return replace(lens, defocus_px=float(np.hypot(lens.defocus_px, missed_dpt * self.blur_px_per_dpt)))


FOCUS_DRIVE = FocusDrive()


@fault_mode(
    "camera.focus_stuck",
    of=FOCUS_DRIVE,
    fault_from=0.3,
    because="the nearest that is sharp is then 14 cm away instead of 10: labels and codes held close stay soft",
)
def focus_stuck(part: FocusDrive, severity: float) -> FocusDrive:
    """Grit in the guide of the focus drive stops the lens on its way from far to near."""
    return replace(part, near_dpt=between(part.near_dpt, part.far_dpt, severity))
