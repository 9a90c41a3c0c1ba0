"""The cassette while it is recorded: answers wait packed in memory and reach the disk with personal data masked."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal

from agent.cassettes._mask import Masker
from probes import MIB, OutputTooLarge, StoreError, show

SCHEMA: Final = "phonebench.cassette/1"
"""Name and version of the format."""
_MAX_BYTES: Final = 512 * MIB
_MAX_EXCHANGES: Final = 20_000
_FIRST_DAY: Final = (2000, 1, 1, 0, 0, 0)  # a cassette says nothing of when it was written

End = Literal["exit", "cut", "silent", "lost"]
"""How an answer ended: by itself, by our cap, not before the deadline, or with the link."""


@dataclass(frozen=True, slots=True)
class _Kept:
    entry: dict[str, Any]
    bodies: Mapping[str, bytes]
    command: str


class Tape:
    """Collects what a phone says. Nothing of it is written before ``save``, which masks.

    Args:
        source: ``phone``, or ``dumps`` that somebody took.
        masker: what replaces personal data.
    """

    def __init__(self, *, source: Literal["phone", "dumps"] = "phone", masker: Masker | None = None) -> None:
        self.masker = masker or Masker()
        self._source = source
        self._phone: dict[str, Any] = {}
        self._properties: dict[str, str] = {}
        self._kept: list[_Kept] = []
        self._size_bytes = 0
        self._lock = Lock()

    @property
    def exchanges(self) -> int:
        """How many answers there are."""
        return len(self._kept)

    def know_phone(self, serial: str, features: Iterable[str], properties: Mapping[str, str]) -> None:
        """Note what the phone is."""
        if ":" not in serial:  # an address is no identity of the phone
            self.masker.learn_value("serial", serial)
        self._properties = dict(properties)
        self.masker.learn("\n".join(f"[{name}]: [{value}]" for name, value in properties.items()).encode())
        self._phone = {"serial": properties.get("ro.serialno", serial), "features": sorted(features)}

    def shell(
        self,
        command: str,
        out: bytes,
        err: bytes = b"",
        *,
        end: End = "exit",
        exit_code: int = 0,
        span_ns: tuple[int, int] = (0, 0),
        contains: str = "",
    ) -> None:
        """Keep the answer to one command line.

        Args:
            command: as the phone's shell got it.
            out: its standard output.
            err: its standard error.
            end: how the answer ended.
            exit_code: of the command, where it ended by itself.
            span_ns: begin and end on the bench's monotonic clock.
            contains: answers any command line with these words in it, where none fits as a whole.
        """
        entry: dict[str, Any] = {"kind": "shell", "command": command, "end": end, "exit_code": exit_code}
        entry |= {"start_ns": span_ns[0], "duration_ns": span_ns[1] - span_ns[0]}
        if contains:
            entry["contains"] = contains
        self._keep(entry, {"out": out, "err": err}, command)

    def pulled(self, path: str, body: bytes, *, mode: int = 0o100644, mtime_s: int = 0) -> None:
        """Keep a file of the phone."""
        self._keep({"kind": "file", "path": path, "mode": mode, "mtime_s": mtime_s}, {"out": body}, "")

    def stated(self, path: str, *, mode: int, size_bytes: int, mtime_s: int) -> None:
        """Keep what the phone tells about a path."""
        self._keep({"kind": "stat", "path": path, "mode": mode, "size_bytes": size_bytes, "mtime_s": mtime_s}, {}, "")

    def listed(self, path: str, names: Iterable[str]) -> None:
        """Keep the names in a folder."""
        self._keep({"kind": "list", "path": path, "names": sorted(names)}, {}, "")

    def save(self, path: Path) -> None:
        """Mask everything and write the file; an earlier one of that name is replaced at once or not at all.

        Raises:
            StoreError: it cannot be written.
        """
        for kept in self._kept:
            for packed in kept.bodies.values():
                self.masker.learn(zlib.decompress(packed))
        temporary: Path | None = None
        try:
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".cassette-", delete=False) as file:
                temporary = Path(file.name)
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                    self._write(archive)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
            temporary = None
        except OSError as error:
            raise StoreError(f"cannot write {show(str(path))}: {error.strerror}", step="save cassette") from error
        finally:
            if temporary is not None:
                with suppress(OSError):
                    temporary.unlink()

    def _write(self, archive: zipfile.ZipFile) -> None:
        written: set[str] = set()
        entries = [self._masked(kept, archive, written) for kept in self._kept]
        head: dict[str, Any] = {"schema": SCHEMA, "source": self._source}
        head |= {"phone": self._masked_json(self._phone), "properties": self._masked_properties()}
        head["exchanges"] = self._masked_json(entries)
        archive.writestr(_member("cassette.json"), json.dumps(head, indent=1))

    def _masked_properties(self) -> dict[str, str]:
        """Mask each value beside its name, which may say what it is."""
        known = self._properties.items()
        return {name: self.masker.text(f"{name}={value}").partition("=")[2] for name, value in known}

    def _masked(self, kept: _Kept, archive: zipfile.ZipFile, written: set[str]) -> dict[str, Any]:
        entry = dict(kept.entry)
        for name, packed in kept.bodies.items():
            body = zlib.decompress(packed)
            masked = self.masker.mask(body, command=kept.command)
            if masked is None:
                entry["withheld"] = True
                masked = b""
            if not masked and name == "err":
                continue
            sha256 = hashlib.sha256(masked).hexdigest()
            entry[name] = sha256
            if sha256 not in written:
                written.add(sha256)
                archive.writestr(_member(f"bodies/{sha256}"), masked)
        return entry

    def _masked_json(self, value: Any) -> Any:
        """Mask each text of a record; hashes of bodies and the words of the format stay."""
        if isinstance(value, dict):
            return {key: self._masked_field(key, one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._masked_json(one) for one in value]
        return self.masker.text(value) if isinstance(value, str) else value

    def _masked_field(self, key: str, value: Any) -> Any:
        if key in {"out", "err"}:
            return value
        if key == "path" and isinstance(value, str):
            return self._file_name(value)
        if key == "names":
            return [self._file_name(name) for name in value]
        return self._masked_json(value)

    def _file_name(self, name: str) -> str:
        """Mask a name as a whole, and each part of it: an ending is not what a number in a text is followed by."""
        return "".join(self.masker.text(part) for part in re.split(r"([./])", self.masker.text(name)))

    def _keep(self, entry: dict[str, Any], bodies: Mapping[str, bytes], command: str) -> None:
        with self._lock:
            self._size_bytes += sum(len(body) for body in bodies.values())
            if self._size_bytes > _MAX_BYTES or len(self._kept) >= _MAX_EXCHANGES:
                raise OutputTooLarge(f"a cassette holds {_MAX_BYTES // MIB} MiB and {_MAX_EXCHANGES} answers at most")
            packed = {name: zlib.compress(body, 1) for name, body in bodies.items()}
            self._kept.append(_Kept(entry, packed, command))


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _FIRST_DAY)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member
