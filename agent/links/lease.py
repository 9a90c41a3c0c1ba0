"""One phone, one holder: a lease that the kernel takes back when its holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from probes import LinkBusy, StoreError, show

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_HOLDER_MAX_BYTES: Final = 4096


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a phone: process, boot of this machine, start (ISO 8601, UTC) and purpose."""

    pid: int
    boot_id: str
    since: str
    what: str

    def line(self) -> str:
        """One line for a person."""
        return f"process {self.pid} ({show(self.what)}) since {show(self.since)}"


class Lease:
    """Keeps other processes away from one phone while the block runs.

    It is an flock, so it ends with the process however that dies. A forked child shares it until it ends, too.

    Args:
        directory: where the bench keeps its leases; made when missing, for this user only.
        phone_key: stable name of the phone; it never becomes a path.
        what: purpose, for whoever finds the phone busy.
        now: wall clock.
    """

    def __init__(self, directory: Path, phone_key: str, *, what: str, now: Callable[[], datetime] = _utc_now) -> None:
        self._directory = directory
        self._phone_key = phone_key
        self._what = what
        self._now = now
        self._fd = -1

    @property
    def path(self) -> Path:
        """File of the lease."""
        name = hashlib.sha256(self._phone_key.encode("utf-8", "surrogateescape")).hexdigest()
        return self._directory / f"{name}.lease"

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.release()

    def acquire(self) -> None:
        """Take the phone or fail at once.

        Raises:
            LinkBusy: another holder has it; the text names it.
            StoreError: the directory or its file cannot be used.
        """
        if self._fd >= 0:
            raise LinkBusy("this lease is held already", device=self._phone_key)
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"the lease of the phone cannot be opened: {error.strerror}") from error
        try:
            self._lock(fd)
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd

    def release(self) -> None:
        """Give the phone back. Never raises; may be called twice. The file stays: deleting it would race."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            with contextlib.suppress(OSError):
                os.ftruncate(fd, 0)
            with contextlib.suppress(OSError):
                os.close(fd)

    def _lock(self, fd: int) -> None:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = _read_holder(fd)
            who = holder.line() if holder else "another process"
            raise LinkBusy(f"the phone is held by {who}", device=show(self._phone_key)) from error
        except OSError as error:
            raise StoreError(f"the lease of the phone cannot be locked: {error.strerror}") from error
        try:
            # what a killed holder left is wiped first, so that nobody reads half of it
            os.ftruncate(fd, 0)
            os.pwrite(fd, json.dumps(asdict(self._holder())).encode(), 0)
        except OSError as error:
            raise StoreError(f"the lease of the phone cannot be written: {error.strerror}") from error

    def _holder(self) -> Holder:
        since = self._now().astimezone(UTC).isoformat(timespec="seconds")
        return Holder(pid=os.getpid(), boot_id=_boot_id(), since=since, what=self._what)


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""


def _read_holder(fd: int) -> Holder | None:
    try:
        kept = json.loads(os.pread(fd, _HOLDER_MAX_BYTES, 0))
        return Holder(int(kept["pid"]), str(kept["boot_id"]), str(kept["since"]), str(kept["what"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
