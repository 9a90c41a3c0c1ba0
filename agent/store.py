"""Raw evidence of one run on disk: files named by the SHA-256 of their bytes, never by what a phone calls them."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from probes import BenchError, StoreError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CHUNK: Final = 1 << 20


def pack_samples(t_ns: NDArray[np.int64], channels: dict[str, NDArray[np.float64]]) -> bytes:
    """Samples as the bytes of an npz file; equal arrays give equal bytes."""
    return pack_arrays({"t_ns": t_ns, **dict(sorted(channels.items()))})


def pack_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Arrays of any type as the bytes of an npz file; equal arrays in equal order give equal bytes."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def unpack_arrays(raw: bytes) -> dict[str, NDArray[Any]]:
    """Arrays out of the bytes that ``pack_arrays`` gave.

    Raises:
        StoreError: they are no such bytes.
    """
    import numpy as np  # noqa: PLC0415  as above

    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
            return dict(arrays)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise StoreError("a recording of samples cannot be read", step="read evidence") from error


class Spool:
    """A file that is being written and hashed, until ``Store.keep`` gives it its name."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    def write(self, chunk: bytes | memoryview) -> None:
        """Append bytes."""
        self._hash.update(chunk)
        self._file.write(chunk)
        self.size_bytes += len(chunk)

    @property
    def sha256(self) -> str:
        """Hash of what was written so far."""
        return self._hash.hexdigest()


class Store:
    """The folder of one run. A file is on disk (fsync) before its name is given out. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._counting = threading.Lock()
        self._named = 0  # files that got their names
        self._settled = 0  # how many of these names are durable

    def path(self, sha256: str) -> Path:
        """Where the bytes of that hash lie."""
        return self._folder / sha256

    @contextmanager
    def spool(self) -> Iterator[Spool]:
        """Write a new file; it is kept when the block ends well, and forgotten when it does not.

        Raises:
            StoreError: the disk is full or cannot be written.
        """
        temporary: Path | None = None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".part-", delete=False) as file:
                temporary = Path(file.name)
                spool = Spool(file)
                yield spool
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(self.path(spool.sha256))
            temporary = None
            with self._counting:
                self._named += 1
        except BenchError:
            raise  # a link that timed out while it was read is no trouble of the disk, though it is an OSError, too
        except OSError as error:
            raise StoreError(f"cannot keep evidence in {self._folder}: {error.strerror}", step="store") from error
        finally:
            if temporary is not None:
                with suppress(OSError):
                    temporary.unlink()

    def keep(self, raw: bytes) -> str:
        """Store bytes and return their SHA-256.

        Raises:
            StoreError: the disk is full or cannot be written.
        """
        sha256 = hashlib.sha256(raw).hexdigest()
        if not self.path(sha256).exists():
            with self.spool() as spool:
                spool.write(raw)
        return sha256

    def keep_samples(self, t_ns: NDArray[np.int64], channels: dict[str, NDArray[np.float64]]) -> tuple[str, int]:
        """Store arrays as one npz and return its SHA-256 and size in bytes."""
        raw = pack_samples(t_ns, channels)
        return self.keep(raw), len(raw)

    def settle(self) -> None:
        """Make the names of new files durable; called once before the journal says that they are there.

        Raises:
            StoreError: the disk cannot be written.
        """
        with self._counting:
            named = self._named
            if named == self._settled:
                return
        try:
            descriptor = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise StoreError(f"cannot keep evidence in {self._folder}: {error.strerror}", step="store") from error
        with self._counting:
            self._settled = max(self._settled, named)

    def read(self, sha256: str, cap_bytes: int = 64 << 20) -> bytes:
        """Read bytes back and check them against their name.

        Raises:
            StoreError: the file is missing, too large or not what it was.
        """
        return b"".join(self._chunks(sha256, cap_bytes))

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Read a large file back piece by piece, and check it against its name behind the last piece.

        Raises:
            StoreError: the file is missing or not what it was.
        """
        return self._chunks(sha256, None)

    def _chunks(self, sha256: str, cap_bytes: int | None) -> Iterator[bytes]:
        seen = hashlib.sha256()
        try:
            with self.path(sha256).open("rb") as file:
                if cap_bytes is not None and os.fstat(file.fileno()).st_size > cap_bytes:
                    raise StoreError(f"{self.path(sha256)} is larger than {cap_bytes} bytes", step="read evidence")
                while chunk := file.read(_CHUNK):
                    seen.update(chunk)
                    yield chunk
        except OSError as error:
            raise StoreError(f"evidence {self.path(sha256)} cannot be read: {error.strerror}") from error
        if seen.hexdigest() != sha256:
            raise StoreError(f"{self.path(sha256)} is not what was recorded: its hash differs", step="read evidence")


class Unkept(Store):
    """In place of a folder where nobody will look at the evidence again: bytes get their name and are forgotten."""

    def __init__(self) -> None:
        super().__init__(Path(os.devnull))

    @contextmanager
    def spool(self) -> Iterator[Spool]:
        """Name what is written."""
        with Path(os.devnull).open("wb") as nowhere:
            yield Spool(nowhere)

    def keep(self, raw: bytes) -> str:
        """Return the SHA-256 of bytes."""
        return hashlib.sha256(raw).hexdigest()

    def settle(self) -> None:
        """Nothing is there that could be lost."""
