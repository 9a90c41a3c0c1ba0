"""Settings of phones that were changed for a test: kept on disk before they change, put back whatever happens.

One file per phone, named by the phone's own serial and not by the socket it hangs on, so that a phone is put back on
whichever bench position it comes next. What a killed run left is put back by the next run or ``phonebench restore``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from agent.links import AdbLink
from probes import BadInput, Blocked, NotSupported, StoreError, decode, show

VOLUME: Final = "volume"
"""Beside the tables of settings: volumes live in the phone's audio service, by the name of their stream (``media``)."""
_DEADLINE_S: Final = 10.0
_CAP_BYTES: Final = 64 * 1024
_WAIT_S: Final = 60.0
_MAX_BYTES: Final = 1 << 20
_NAMESPACES: Final = frozenset({"system", "secure", "global", VOLUME})
_KEY: Final = re.compile(r"[a-z][a-z0-9_.:-]{0,99}")
_VALUE: Final = re.compile(r"[A-Za-z0-9_.,:/ -]{0,200}")
_STREAMS: Final = {"media": "3"}
_VOLUME: Final = ("cmd", "media_session", "volume", "--stream")
_TOLD: Final = re.compile(r"volume is (\d+) in range")
_UNSET: Final = "null"  # what `settings get` prints where there is none


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that is not as its owner had it: ``old`` is to be put back, None where there was none."""

    namespace: str
    key: str
    old: str | None
    new: str
    at: str


class Ledger:
    """The changed settings of one phone; threads may share it.

    Args:
        folder: where the bench keeps its ledgers.
        phone: serial of the phone itself; it never becomes a path.
    """

    def __init__(self, folder: Path, phone: str) -> None:
        self._path = folder / f"{hashlib.sha256(phone.encode('utf-8', 'surrogateescape')).hexdigest()}.json"
        self._writing = threading.Lock()
        self._held: dict[tuple[str, str], threading.Lock] = {}

    def open_changes(self) -> tuple[Change, ...]:
        """What is still to be put back, newest first.

        Raises:
            StoreError: the ledger cannot be read.
        """
        try:
            with self._path.open("rb") as file:
                rows = json.loads(file.read(_MAX_BYTES) or b"[]")
            return tuple(reversed([Change(**row) for row in rows]))
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError) as error:
            raise StoreError(f"the settings ledger {self._path} cannot be read", step="settings") from error

    @contextmanager
    def changed(self, link: AdbLink, namespace: str, key: str, value: str) -> Iterator[None]:
        """Change a setting for the length of the block.

        Raises:
            BadInput: that is no setting.
            NotSupported: the phone's shell may not change it.
            Blocked: another probe holds it changed.
            StoreError: the old value cannot be kept; nothing was changed.
            LinkError: the way to the phone broke; what is left is put back by the next run.
        """
        if namespace not in _NAMESPACES or not _KEY.fullmatch(key) or not _VALUE.fullmatch(value):
            raise BadInput(f"{show(namespace, 20)}/{show(key, 60)} is no setting that a probe may change")
        with self._writing:
            holding = self._held.setdefault((namespace, key), threading.Lock())
        if not holding.acquire(timeout=_WAIT_S):
            raise Blocked(f"another probe holds the setting {namespace}/{key}", reason="blocked_setting", link="adb")
        try:
            change = Change(namespace, key, _get(link, namespace, key), value, datetime.now(UTC).isoformat())
            self._add(change)
            try:
                if not _put(link, namespace, key, value):
                    raise NotSupported(f"this phone's shell may not change the setting {namespace}/{key}", link="adb")
                yield
            finally:
                self._put_back(link, change)
        finally:
            holding.release()

    def restore(self, link: AdbLink) -> tuple[Change, ...]:
        """Put back whatever is still changed; return what the phone has again.

        What it does not take back now, as in recovery where nothing answers for settings, stays in the ledger.

        Raises:
            StoreError: the ledger cannot be read or written.
            LinkError: the way to the phone broke; what was not reached stays in the ledger.
        """
        return tuple(change for change in self.open_changes() if self._put_back(link, change))

    def _put_back(self, link: AdbLink, change: Change) -> bool:
        """Put one setting back; only what the phone has again leaves the ledger."""
        try:
            is_back = _put(link, change.namespace, change.key, change.old)
        except NotSupported:
            is_back = False
        if is_back:
            with self._writing:
                self._write([row for row in reversed(self.open_changes()) if row != change])
        return is_back

    def _add(self, change: Change) -> None:
        with self._writing:
            self._write([*reversed(self.open_changes()), change])

    def _write(self, rows: list[Change]) -> None:
        temporary = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                file.write(json.dumps([asdict(row) for row in rows]).encode())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
            descriptor = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise StoreError(f"cannot write {self._path}: {error.strerror}", step="settings") from error


def open_ledger(folder: Path, link: AdbLink) -> Ledger:
    """Return the ledger of the phone on a link.

    Raises:
        LinkError: the way to the phone broke.
    """
    answer = link.shell(("getprop", "ro.serialno"), deadline_s=_DEADLINE_S, cap_bytes=_CAP_BYTES)
    return Ledger(folder, decode(answer.stdout).strip() or link.device)


def _get(link: AdbLink, namespace: str, key: str) -> str | None:
    if namespace == VOLUME:
        return _volume(link, key)
    answer = link.shell(("settings", "get", namespace, key), deadline_s=_DEADLINE_S, cap_bytes=_CAP_BYTES)
    value = decode(answer.stdout).strip()
    if answer.exit_code or not _VALUE.fullmatch(value):
        raise NotSupported(f"this phone does not tell the setting {namespace}/{key}", link="adb")
    return None if value == _UNSET else value


def _put(link: AdbLink, namespace: str, key: str, value: str | None) -> bool:
    """Set or delete, and tell whether the phone has it now."""
    if namespace == VOLUME:
        act = (*_VOLUME, _STREAMS.get(key, key), "--set", str(value))
    else:
        act = ("settings", *(("delete", namespace, key) if value is None else ("put", namespace, key, value)))
    link.shell(act, deadline_s=_DEADLINE_S, cap_bytes=_CAP_BYTES)
    return _get(link, namespace, key) == value


def _volume(link: AdbLink, stream: str) -> str:
    answer = link.shell((*_VOLUME, _STREAMS.get(stream, stream), "--get"), deadline_s=_DEADLINE_S, cap_bytes=_CAP_BYTES)
    told = _TOLD.search(decode(answer.stdout))
    if stream not in _STREAMS or told is None:
        raise NotSupported(f"this phone does not tell the volume of {show(stream, 20)}", link="adb")
    return told.group(1)
