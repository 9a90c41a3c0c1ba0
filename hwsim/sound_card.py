"""A virtual sound card for each phone's bench: any audio program plays into its air and records from it.

A PulseAudio of our own (own folder, own socket, no system daemon) has one sink and one source a phone, both of two
channels at 48 kHz in 32 bit floats, led through pipes to the physics: what is played on channel 1 leaves the bench
speaker, channel 1 of the recording is the bench microphone, and channel 2 is the played channel 1 looped back by wire,
as measuring cards have it: against it, delay and level are exact whatever the computer buffers in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import numpy as np

from hwsim.companion.air import open_air

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hwsim.companion.air import Air
    from hwsim.unit import Unit

BLOCK_FRAMES = 480
_RATE_HZ = 48_000
_CHANNELS = 2
_FRAME_BYTES = 4 * _CHANNELS
_PLAY_BYTES = 8 * 4096  # with one page the server would refill it only once it is empty, and be late
_RECORD_BYTES = 64 * 4096  # the server takes it away at once, but for when this computer is busy
_PLAY, _RECORD = "play", "record"
_READY_S = 10.0
_STOP_S = 3.0
_CATCHES_UP = 0.3
"""A late card runs about three times as fast."""
_LEAD_MAX_S = 1.0
"""A pump that is late is caught up with before; more than this is another time of the phone."""
_NOISE = np.float32(1e-6)  # -120 dBFS


class NoSound(RuntimeError):
    """The sound server cannot be run; the text says why."""


class Card:
    """One phone's card: moves blocks between the pipes and the air, in step with the clock."""

    def __init__(self, unit: Unit, folder: Path, number: int) -> None:
        self._unit = unit
        self._air: Air | None = None
        self._air_of: object = None
        self._rng = np.random.default_rng(number)
        self._inbox = bytearray()
        self._ends = [
            _open(folder / f"{_PLAY}{number}", os.O_RDONLY, _PLAY_BYTES),
            _open(folder / f"{_RECORD}{number}", os.O_RDWR, _RECORD_BYTES),
        ]
        self.overruns = 0

    @property
    def waits(self) -> bool:
        """Whether what is to be heard next is still being rendered."""
        return self._air is not None and self._air.lacks_sound

    def step(self) -> None:
        """Move one block: take what was played, and give what is heard of it."""
        phone = self._unit.phone
        # another phone may have been put in this place, and its clock may have jumped or begun anew
        if self._air is None or self._air_of is not phone or abs(self._air.lead_s) > _LEAD_MAX_S:
            self._air, self._air_of = open_air(phone, BLOCK_FRAMES), phone
        played = self._take()
        heard = np.empty((BLOCK_FRAMES, _CHANNELS), "<f4")
        heard[:, 0] = self._air.advance(played)
        heard[:, 0] += self._rng.standard_normal(BLOCK_FRAMES, dtype=np.float32) * _NOISE
        heard[:, 1] = played
        try:
            os.write(self._ends[1], np.clip(heard, -1.0, 1.0).tobytes())
        except BlockingIOError:
            self.overruns += 1  # nobody takes it away: a card overwrites, too

    def close(self) -> None:
        """Let go of the pipes."""
        for end in self._ends:
            os.close(end)
        self._ends.clear()

    def _take(self) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """Return channel 1 of the next block; silence where the player is late."""
        wanted = BLOCK_FRAMES * _FRAME_BYTES
        with contextlib.suppress(BlockingIOError):
            while len(self._inbox) < wanted and (piece := os.read(self._ends[0], wanted - len(self._inbox))):
                self._inbox += piece
        block = np.zeros(BLOCK_FRAMES, np.float32)
        whole = len(self._inbox) // _FRAME_BYTES
        came = np.frombuffer(bytes(self._inbox[: whole * _FRAME_BYTES]), "<f4")[::_CHANNELS]
        del self._inbox[: whole * _FRAME_BYTES]
        block[: len(came)] = came
        return block


class SoundServer:
    """The cards of a rack behind one PulseAudio; ``folder`` is empty and private.

    Raises:
        NoSound: PulseAudio is missing or does not start.
    """

    def __init__(self, folder: Path, units: Sequence[Unit]) -> None:
        program = shutil.which("pulseaudio")
        if program is None:
            raise NoSound("pulseaudio is missing (Debian: apt-get install pulseaudio)")
        self._folder, self._units = folder, units
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self.cards: list[Card] = []
        self._pump: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the server and let the cards run."""
        folder = self._folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / ".asoundrc").write_text(
            "pcm.!default { type pulse }\nctl.!default { type pulse }\n", encoding="utf-8"
        )
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        self._process = subprocess.Popen(  # noqa: ASYNC220 - returns as soon as the program is loaded
            self._command(),
            env=environment | {"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        await self._await_socket()
        self.cards = [Card(unit, folder, number) for number, unit in enumerate(self._units)]
        self._pump = asyncio.get_running_loop().create_task(self._run())

    def client(self, number: int) -> dict[str, str]:
        """Return the environment in which an audio program uses a phone's card."""
        return {
            "HOME": str(self._folder),
            "XDG_RUNTIME_DIR": str(self._folder),
            "PULSE_SERVER": f"unix:{self._folder}/native",
            "PULSE_SINK": f"bench_speaker_{number}",
            "PULSE_SOURCE": f"bench_microphone_{number}",
        }

    def stop(self) -> None:
        """Take the cards away and end the server."""
        if self._pump is not None:
            self._pump.cancel()
        for card in self.cards:
            card.close()
        self.cards.clear()
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _command(self) -> list[str]:
        shape = f"format=float32le rate={_RATE_HZ} channels={_CHANNELS}"
        ends_with_us = [keeper, "--pdeathsig", "TERM"] if (keeper := shutil.which("setpriv")) else []
        argv = [
            *ends_with_us,
            self._program,
            "-n",
            "--exit-idle-time=-1",
            "--daemonize=no",
            "--use-pid-file=no",
            "--disable-shm=yes",
        ]
        argv += ["-L", f"module-native-protocol-unix auth-anonymous=1 socket={self._folder}/native"]
        for number in range(len(self._units)):
            play, record = self._folder / f"{_PLAY}{number}", self._folder / f"{_RECORD}{number}"
            argv += ["-L", f"module-pipe-sink file={play} sink_name=bench_speaker_{number} {shape}"]
            argv += ["-L", f"module-pipe-source file={record} source_name=bench_microphone_{number} {shape}"]
        return argv

    async def _await_socket(self) -> None:
        """Wait until the last pipe is there: modules are loaded in order."""
        until_s = time.monotonic() + _READY_S
        last = self._folder / f"{_RECORD}{len(self._units) - 1}"
        while not last.exists():
            if time.monotonic() > until_s or (self._process is not None and self._process.poll() is not None):
                raise NoSound("pulseaudio did not start")
            await asyncio.sleep(0.01)

    async def _run(self) -> None:
        """Move a block of each card every ten milliseconds; one that comes late is caught up with.

        Not all at once: the server has to bring what is played and to take away what was heard.
        """
        loop, number = asyncio.get_running_loop(), 0
        began_s, block_s = loop.time(), BLOCK_FRAMES / _RATE_HZ
        while True:
            await asyncio.sleep(max(began_s + (number + 1) * block_s - loop.time(), _CATCHES_UP * block_s))
            if any(card.waits for card in self.cards):
                continue
            number += 1
            for card in self.cards:
                card.step()


def _open(path: Path, way: int, size_bytes: int) -> int:
    end = os.open(path, way | os.O_NONBLOCK)
    fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, size_bytes)
    return end
