"""A rack with a sound card, and sounddevice on it as any program would use it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from ctypes.util import find_library
from pathlib import Path
from typing import Final, NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.hwsim.rig import RackProcess

CLIENT_S: Final = 25
PLAY: Final = """
import sys, numpy as np, sounddevice as sd
played = np.load(sys.argv[1])
np.save(sys.argv[2], sd.playrec(played[:, None], samplerate=48000, channels=2, blocking=True))
print("gap" if sd.get_status() else "whole")
"""
TAKES: Final = 3
"""Sound is real time: a computer that stands still for a second loses what was played, and another take is due."""


def lacks(what: str) -> NoReturn:
    if os.environ.get("PHONEBENCH_REQUIRE_CLIENTS") == "1":
        pytest.fail(f"{what} is required here, but it is missing")
    pytest.skip(f"{what} is missing (Debian: pulseaudio libportaudio2 libasound2-plugins)")


@pytest.fixture(scope="module")
def rack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RackProcess]:
    if shutil.which("pulseaudio") is None:
        lacks("pulseaudio")
    if find_library("portaudio") is None:
        lacks("libportaudio2")
    served = RackProcess(
        "--phones", "2", "--profile", "google_16", "--seed", "2", "--sound", str(tmp_path_factory.mktemp("s"))
    )
    yield served
    assert served.close() == 0


@pytest.fixture
def play(rack: RackProcess, tmp_path: Path) -> Callable[..., NDArray[np.float32]]:
    """Play on a phone's card and return what its two channels recorded meanwhile."""

    def take(phone: int) -> tuple[bool, NDArray[np.float32]]:
        environment = {"PATH": os.environ["PATH"], **rack.hello["phones"][phone]["sound"]}
        done = subprocess.run(
            ["/usr/bin/timeout", "-k", "1", str(CLIENT_S), sys.executable, "-c", PLAY, "played.npy", "heard.npy"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=CLIENT_S + 3,
            check=False,
        )
        if "PortAudioError" in done.stderr and "libasound" in json.dumps(done.stderr):
            lacks("libasound2-plugins")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip() == "whole", np.load(tmp_path / "heard.npy")

    def run(samples: NDArray[np.float32], phone: int = 0) -> NDArray[np.float32]:
        np.save(tmp_path / "played.npy", samples)
        for _ in range(TAKES):
            whole, heard = take(phone)
            if whole and (heard[:, 1].any() or not samples.any()):
                break
        return heard

    return run
