"""kill -9 at random moments: what was shown as done is there, the run is listed, and it goes on to the same end.

Twenty kills in the gate; ``PHONEBENCH_SOAK_KILLS=200`` for a soak. The seed of each kill is in its test id.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Any

import pytest

from tests.warm_commands import Started, WarmCommands

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("PHONEBENCH_SOAK_KILLS", "20"))
DONE = re.compile(r"^\[\d+/\d+\] \S+ ([a-z_.]+): ")
RUN = ("diagnose", "--sim", "battery.worn", "--seed", "3")

pytestmark = pytest.mark.slow


def seen(path: Path) -> bytes:
    """A file of /proc; nothing where its process has ended or is not ours."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


class Victim:
    """A diagnosis in a process of its own that is killed a while after it has begun to work."""

    def __init__(self, folder: Path, scratch: str, plan: str, warm: WarmCommands) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "VIRTUAL_ENV", "PHONEBENCH_CACHE") if name in os.environ}
        self.env = kept | {
            "HOME": str(folder),
            "PHONEBENCH_HOME": str(folder / "state"),
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            "ANDROID_ADB_SERVER_PORT": "1",
            "PHONEBENCH_PLAN": plan,
            "TMPDIR": scratch,
        }
        self._scratch, self._warm = scratch, warm
        self.shown: list[str] = []
        self._first = threading.Event()

    def command(self, *arguments: str) -> Any:
        done = self._warm.run((*arguments, "--json"), env=self.env)
        assert "Traceback" not in done.err
        return done.code, (json.loads(done.out) if done.out else done.err)

    def run_and_kill(self, chance: random.Random) -> None:
        """Kill a run after a random number of probes and a random fraction of the time that one takes."""
        wanted = chance.randrange(7)
        process, lines = self._start() if wanted else self._start_cold()
        timer = threading.Timer(chance.uniform(0.0, 0.25), process.send_signal, [signal.SIGKILL])
        if wanted == 0:
            # somewhere between the start of the process and its first probe
            timer = threading.Timer(chance.uniform(0.1, 1.6), process.send_signal, [signal.SIGKILL])
            timer.start()
        with lines:
            for line in lines:
                found = DONE.match(line)
                if found is None:
                    continue
                self.shown.append(found[1])
                if len(self.shown) == wanted:
                    timer.start()
        if len(self.shown) < wanted:
            timer.start()
        process.wait(60)
        timer.cancel()
        self.expect_no_orphans()

    def _start_cold(self) -> tuple[subprocess.Popen[str], IO[str]]:
        """Start it as a shell does, libraries and all, and return its lines of progress."""
        process = subprocess.Popen(
            [sys.executable, "-m", "agent", *RUN],
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stderr is not None
        return process, process.stderr

    def _start(self) -> tuple[Started, IO[str]]:
        """Start it with its libraries loaded, as a kill that comes after its first probe does not see them load."""
        ours, theirs = os.pipe()
        with Path(os.devnull).open("wb") as nowhere, os.fdopen(theirs, "wb") as err:
            started = self._warm.start(RUN, env=self.env, out=nowhere.fileno(), err=err.fileno())
        return started, os.fdopen(ours, encoding="utf-8")

    def expect_no_orphans(self) -> None:
        """Emulated phones and the adb server end with the process that started them, however it dies."""
        deadline_s = time.monotonic() + 15
        mark = os.fsencode(self._scratch)
        while orphans := [path.parent.name for path in Path("/proc").glob("[0-9]*/environ") if mark in seen(path)]:
            assert time.monotonic() < deadline_s, orphans


def kill_once(folder: Path, scratch: str, seed: int, warm: WarmCommands) -> str:
    """Kill one run and finish it; say what state it was found in."""
    # captures last as long as they last: one run in twenty takes them
    victim = Victim(folder, scratch, "software" if seed % 20 else "quick", warm)
    victim.run_and_kill(random.Random(f"kill {seed}"))
    code, rows = victim.command("runs")
    assert code == 0, rows
    if not rows:
        assert victim.shown == [], seed
        return "nothing begun"
    assert len(rows) == 1
    row = rows[0]
    assert row["done"] >= len(victim.shown), (seed, row, victim.shown)
    if row["state"] == "done":
        code, diagnosis = victim.command("report", row["run"])
    else:
        code, diagnosis = victim.command("resume", row["run"])
    assert code == 1, (seed, diagnosis)
    assert diagnosis["run_id"] == row["run"]
    assert diagnosis["conclusion"] == "part"
    assert diagnosis["plan"]["parts"] == ["BAT"]
    probes = [result["probe"] for result in diagnosis["results"]]
    assert set(victim.shown) <= set(probes)
    assert len(probes) == len(set(probes)) == row["planned"]
    return str(row["state"])


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_kill_loses_nothing_that_was_shown(tmp_path: Path, seed: int, warm_commands: WarmCommands) -> None:
    # a socket's path has some hundred characters at most: not below tmp_path
    with tempfile.TemporaryDirectory(prefix="kill-") as scratch:
        state = kill_once(tmp_path, scratch, seed, warm_commands)
    print(state)  # noqa: T201  shown with -s and on failure: what state the kill left
