"""A sound card beside one phone, put there while the rack runs; see ``hwsim.sound_card``."""

from __future__ import annotations

import math
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwsim.companion.air import MICROPHONE_PER_PA
from hwsim.sound_card import NoSound, SoundServer

if TYPE_CHECKING:
    from hwsim.instruments.instrument import Ailing
    from hwsim.unit import Unit

_REFERENCE_PA = 20e-6


class BenchSound:
    """One card with loudspeaker and measuring microphone. It plays in real time, and so only for such phones."""

    kind = "sound_card"
    ailing: Ailing | None = None

    def __init__(self, unit: Unit) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="hwsim-sound-"))
        try:
            self._server = SoundServer(self._folder / "server", [unit])
        except NoSound:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    async def start(self) -> dict[str, Any]:
        """Let it run, and tell what a program needs, and what an acoustic calibrator showed of its microphone."""
        await self._server.start()
        full_scale_pa = math.sqrt(0.5) / MICROPHONE_PER_PA
        return {
            "environment": self._server.client(0),
            "channels": 2,
            "microphone_full_scale_dbspl": round(20.0 * math.log10(full_scale_pa / _REFERENCE_PA), 2),
        }

    def close(self) -> None:
        """Take it away."""
        self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
