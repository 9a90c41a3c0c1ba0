"""One phone has one holder, and a killed holder lets go."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from agent.links import Lease
from probes import LinkBusy, StoreError

HOLD = """
import sys
from pathlib import Path
from agent.links import Lease
with Lease(Path(sys.argv[1]), sys.argv[2], what="diagnose"):
    print("held", flush=True)
    sys.stdin.read()
"""
FIGHT = """
import os, sys
from pathlib import Path
from agent.links import Lease
from probes import LinkBusy
folder = Path(sys.argv[1])
won = 0
while won < 100:
    try:
        with Lease(folder, "SERIAL1", what="fight"):
            os.close(os.open(folder / "inside", os.O_CREAT | os.O_EXCL))
            os.unlink(folder / "inside")
            won += 1
    except LinkBusy:
        pass
print(won)
"""
ROOT = Path(__file__).resolve().parents[2]


def child(program: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )


def said(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def ended(process: subprocess.Popen[bytes]) -> int:
    with process:
        return process.wait(20)


def test_the_second_holder_is_told_who_holds_the_phone(tmp_path: Path) -> None:
    with child(HOLD, str(tmp_path), "SERIAL1") as holder:
        assert said(holder) == b"held"
        with pytest.raises(LinkBusy, match=rf"process {holder.pid} \(diagnose\) since ") as caught:
            Lease(tmp_path, "SERIAL1", what="qc").acquire()
        assert caught.value.device == "SERIAL1"
        with Lease(tmp_path, "SERIAL2", what="another phone"):
            pass


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    holder = child(HOLD, str(tmp_path), "SERIAL1")
    assert said(holder) == b"held"
    os.kill(holder.pid, signal.SIGKILL)
    assert ended(holder) == -signal.SIGKILL
    lease = Lease(tmp_path, "SERIAL1", what="next")
    with lease:
        kept = json.loads(lease.path.read_text())
        assert kept["pid"] == os.getpid()
        assert kept["what"] == "next"
    assert lease.path.read_text() == ""


def test_four_processes_never_hold_one_phone_together(tmp_path: Path) -> None:
    fighters = [child(FIGHT, str(tmp_path)) for _ in range(4)]
    assert [said(fighter) for fighter in fighters] == [b"100"] * 4
    assert [ended(fighter) for fighter in fighters] == [0] * 4


def test_a_lease_is_taken_again_after_release_and_not_twice_at_once(tmp_path: Path) -> None:
    lease = Lease(tmp_path, "SERIAL1", what="x")
    with lease, pytest.raises(LinkBusy):
        lease.acquire()
    lease.release()
    with lease, pytest.raises(LinkBusy):
        Lease(tmp_path, "SERIAL1", what="y").acquire()


@pytest.mark.parametrize("key", ["../../etc/passwd", "/abs", "a\0b", "", "\udc80", "x" * 5000])
def test_a_serial_is_never_a_path(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "leases"
    with Lease(folder, key, what="x"):
        assert [path.parent for path in tmp_path.rglob("*.lease")] == [folder]
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_used_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        Lease(tmp_path / "file", "SERIAL1", what="x").acquire()


def test_a_link_laid_in_place_of_a_lease_is_not_followed(tmp_path: Path) -> None:
    lease = Lease(tmp_path, "SERIAL1", what="x")
    lease.path.symlink_to(tmp_path / "victim")
    with pytest.raises(StoreError):
        lease.acquire()
    assert not (tmp_path / "victim").exists()


def test_a_damaged_lease_file_still_says_busy(tmp_path: Path) -> None:
    with Lease(tmp_path, "SERIAL1", what="x") as lease:
        lease.path.write_text("[]")
        with pytest.raises(LinkBusy, match="another process"):
            Lease(tmp_path, "SERIAL1", what="y").acquire()
