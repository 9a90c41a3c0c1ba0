"""A unix socket that answers each line of JSON with another, for its owner alone."""

from __future__ import annotations

import asyncio
import json
import os
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

LINE_MAX_BYTES = 64 * 1024


class LineSocket(ABC):
    """Serves requests on a path until it is stopped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; a stale socket of the same name is replaced."""
        self._remove()
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, str(self._path), limit=LINE_MAX_BYTES)
        finally:
            os.umask(before)

    def stop(self) -> None:
        """Close and remove the socket."""
        if self._server is not None:
            self._server.close()
        self._remove()

    @abstractmethod
    async def answer(self, line: bytes) -> dict[str, Any]:
        """Answer one request."""

    def _remove(self) -> None:
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self.answer(line)).encode() + b"\n")
                await writer.drain()
        except (ValueError, ConnectionError):
            pass  # an endless line or a lost client ends this connection only
        finally:
            writer.close()
