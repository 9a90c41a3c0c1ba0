"""What is freed goes back to the system, where the C library can."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import sys, threading
import psutil
from agent.memory import give_back
if not give_back():
    sys.exit("no glibc")
rest = psutil.Process().memory_info().rss
blocks = []
def fill():
    blocks.append([bytearray(b"x") * (4 << 20) for _ in range(8)])
threads = [threading.Thread(target=fill) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
blocks.clear()
print((psutil.Process().memory_info().rss - rest) >> 20)
"""


def test_large_blocks_of_several_threads_do_not_stay_when_they_are_freed() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=False, timeout=60)
    if "no glibc" in done.stderr:
        pytest.skip("another C library than glibc: its memory is left alone")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 16  # of 96 MiB
