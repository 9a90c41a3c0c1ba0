"""Evidence on disk: named by its hash, whole or not there at all."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.benches import Recorder
from agent.store import Store, Unkept, pack_samples
from probes import LinkTimeout, Samples, StoreError, Unit

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "run")


def names(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir()) if folder.exists() else []


def test_what_is_kept_is_named_by_its_hash_and_read_back(store: Store, tmp_path: Path) -> None:
    sha256 = store.keep(b"\x00bytes\xff")
    assert names(tmp_path / "run") == [sha256] == [hashlib.sha256(b"\x00bytes\xff").hexdigest()]
    assert store.read(sha256) == b"\x00bytes\xff"
    assert b"".join(store.chunks(sha256)) == b"\x00bytes\xff"
    store.settle()
    assert store.keep(b"\x00bytes\xff") == sha256


def test_evidence_is_for_its_user_only(store: Store, tmp_path: Path) -> None:
    sha256 = store.keep(b"x")
    assert (tmp_path / "run").stat().st_mode & 0o077 == 0
    assert store.path(sha256).stat().st_mode & 0o077 == 0


def write_half(store: Store, error: BaseException) -> None:
    with store.spool() as spool:
        spool.write(b"half")
        raise error


@pytest.mark.parametrize("error", [LinkTimeout("hung"), KeyboardInterrupt(), ValueError("bug")])
def test_a_file_whose_writing_is_broken_off_is_forgotten(store: Store, tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        write_half(store, error)
    assert names(tmp_path / "run") == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_cannot_be_written_is_one_clear_error(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="cannot keep evidence") as caught:
        store.keep(b"x")
    assert "\n" not in caught.value.line()
    assert names(tmp_path / "run") == []


def test_a_folder_that_cannot_be_synced_is_one_clear_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.keep(b"x")

    def full(_descriptor: int) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError):
        store.settle()


def test_evidence_that_was_changed_is_noticed(store: Store) -> None:
    sha256 = store.keep(b"the truth")
    store.path(sha256).write_bytes(b"the lie!!")
    with pytest.raises(StoreError, match="hash differs"):
        store.read(sha256)


def test_evidence_that_is_gone_or_too_large_is_one_clear_error(store: Store) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        store.read("0" * 64)
    with pytest.raises(StoreError, match="larger"):
        store.read(store.keep(b"x" * 100), cap_bytes=99)


KILLED = """
import os, signal, sys
from pathlib import Path
from agent.store import Store
with Store(Path(sys.argv[1])).spool() as spool:
    spool.write(b"x" * 3_000_000)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_while_a_file_is_written_leaves_no_named_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "run")],
        timeout=60,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == -signal.SIGKILL
    assert all(name.startswith(".part-") for name in names(tmp_path / "run"))


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "\x00", "C:\\x", "x" * 5000, "\x1b[2J", "..", ""])
def test_what_a_phone_calls_a_thing_never_becomes_a_path(tmp_path: Path, name: str) -> None:
    recorder = Recorder(Store(tmp_path / "run"))
    recorder.start(name)
    recorder.reply(name, b"out", b"err", 0, 0)
    list(recorder.stream(name, [b"chunk"], lambda: True))
    rows = np.arange(3)
    recorder.samples(Samples(source=name, t_ns=rows, channels={"a": np.zeros(3)}, units={"a": Unit.COUNT}))
    assert names(tmp_path) == ["run"]
    assert all(len(item) == 64 and item.isalnum() for item in names(tmp_path / "run"))
    assert len(recorder.taken()) == 3
    assert all("\x1b" not in recording.source for recording in recorder.taken())


@given(st.lists(st.floats(allow_nan=True), max_size=20), st.randoms())
def test_equal_arrays_are_equal_bytes(values: list[float], chance: Any) -> None:
    t_ns = np.arange(len(values), dtype=np.int64)
    channels = {name: np.array(values, dtype=np.float64) for name in "abc"}
    shuffled = list(channels.items())
    chance.shuffle(shuffled)
    assert pack_samples(t_ns, channels) == pack_samples(t_ns.copy(), dict(shuffled))


def test_arrays_come_back_bit_for_bit(store: Store) -> None:
    t_ns = np.array([1, 2, 3], dtype=np.int64)
    values = np.array([0.1, -0.0, 5e-324])
    sha256, size_bytes = store.keep_samples(t_ns, {"x": values})
    assert store.path(sha256).stat().st_size == size_bytes
    with np.load(store.path(sha256), allow_pickle=False) as loaded:
        assert loaded["x"].tobytes() == values.tobytes()
        assert loaded["t_ns"].tobytes() == t_ns.tobytes()


def test_evidence_that_nobody_will_look_at_gets_its_name_and_is_forgotten(store: Store) -> None:
    nowhere = Unkept()
    assert nowhere.keep(b"some words") == store.keep(b"some words")
    with nowhere.spool() as spool:
        spool.write(b"some ")
        spool.write(b"words")
    nowhere.settle()
    assert spool.sha256 == hashlib.sha256(b"some words").hexdigest()
    with pytest.raises(StoreError):
        nowhere.read(spool.sha256)
