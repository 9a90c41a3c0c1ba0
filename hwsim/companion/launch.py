"""Programs that ``app_process`` runs out of a pushed jar: our companion and scrcpy-server.

Neither is installed: a program is there when its jar has been pushed, and can be reached from its start until its end.

    CLASSPATH=/data/local/tmp/pbc-<8 hex>.jar app_process / pbc.Main proto=1 [socket=pbc_<hex>] [nonce=<text>]

With ``socket`` the companion prints ``LISTENING <name>`` and takes one client; without, it speaks on stdin and stdout.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from hwsim.adbd.machine import FileRefused
from hwsim.companion.device import Device
from hwsim.companion.engine import IDLE_LIMIT_S, Engine
from hwsim.companion.frames import PROTO
from hwsim.companion.fronts import Duplex, StandardStreams, carry
from hwsim.companion.scrcpy import SERVER_CLASS, BadOptions, MicrophoneStream, Options, parse_options

if TYPE_CHECKING:
    from hwsim.adbd.stream import Stream
    from hwsim.phone.phone import Phone
    from hwsim.shell_commands.process import Process

COMPANION_CLASS = "pbc.Main"
ABORTED = 134
WRONG_VERSION = 2
_NAME = re.compile(r"pbc_[0-9a-f]{1,32}")
_FIRST_PID = 20000


class Program(ABC):
    """A running program with an abstract socket; ``places`` is how many clients it takes."""

    def __init__(self, phone: Phone, *, socket: str, jar: str, places: int = 1) -> None:
        self.phone = phone
        self.socket = socket
        self.key = f"localabstract:{socket}"
        self.places = places
        self._jar = jar
        self._ended = asyncio.Event()
        self._begun = asyncio.Event()

    def listen(self) -> bool:
        """Open the socket; False when the name is taken."""
        if self.key in self.phone.sockets:
            return False
        self.phone.sockets[self.key] = self._accept
        return True

    async def run(self) -> int:
        """Wait for the end (the last client's, or nobody came) and return the exit code."""
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._begun.wait(), IDLE_LIMIT_S)
                await self._ended.wait()
        finally:
            self._stop_listening()
        return 0

    def end(self) -> None:
        """Let the program end."""
        self._ended.set()

    @abstractmethod
    async def talk(self, link: Duplex, *, first: bool) -> None:
        """Serve one client."""

    def unlink_jar(self) -> None:
        """Take the jar away, as both programs do once they run."""
        with contextlib.suppress(FileRefused):
            self.phone.files.remove(self._jar)

    async def _accept(self, stream: Stream) -> None:
        first = not self._begun.is_set()
        if first:
            self._begun.set()
            self.unlink_jar()
        self.places -= 1
        if not self.places:
            self._stop_listening()
        await self.talk(stream, first=first)

    def _stop_listening(self) -> None:
        if self.phone.sockets.get(self.key) == self._accept:
            del self.phone.sockets[self.key]


class CompanionProgram(Program):
    """The companion behind its socket."""

    def __init__(self, phone: Phone, *, socket: str, jar: str, engine: Engine) -> None:
        super().__init__(phone, socket=socket, jar=jar)
        self._engine = engine

    async def talk(self, link: Duplex, *, first: bool) -> None:  # noqa: ARG002  it takes one client, the first
        """Serve the client to the end."""
        try:
            await carry(link, self._engine)
        finally:
            self.end()


class ScrcpyProgram(Program):
    """scrcpy-server: the audio socket first, then the one for control messages."""

    def __init__(self, phone: Phone, *, jar: str, options: Options) -> None:
        super().__init__(phone, socket=options.socket, jar=jar, places=options.audio + options.control)
        self._options = options
        self._audio: MicrophoneStream | None = None

    async def run(self) -> int:
        """Listen, or call the host where ``adb reverse`` leads to it, and return the exit code."""
        if self._options.listens:
            return await super().run()
        self.unlink_jar()
        calls = [call for _ in range(self.places) if (call := self.phone.call_host(self.key)) is not None]
        try:
            if len(calls) < self.places or not all([await call.opened() for call in calls]):
                return 1
            talks = {asyncio.ensure_future(self.talk(call, first=call is calls[0])) for call in calls}
            _, left = await asyncio.wait(talks, return_when=asyncio.FIRST_COMPLETED)
            for talk in left:
                talk.cancel()
        finally:
            for call in calls:
                call.close()
        return 0

    async def talk(self, link: Duplex, *, first: bool) -> None:
        """Serve the microphone, or swallow control messages; the end of either ends the program."""
        try:
            if self._options.audio and self._audio is None:
                self._audio = MicrophoneStream(Device(self.phone), self._options, first=first)
                await carry(link, self._audio)
            else:
                if first and self._options.dummy_byte:
                    await link.write(b"\0")
                while await link.read():
                    pass
        finally:
            if self._audio is not None:
                self._audio.finished = True
            self.end()


async def launch(process: Process, jar: str, words: list[str]) -> int:
    """Run the class that ``words`` begins with and return its exit code; without jar or class the runtime aborts."""
    phone, name = process.phone, words[0] if words else ""
    try:
        phone.files.read(jar)
    except FileRefused:
        name = ""
    if name == COMPANION_CLASS and not phone.quirks.aborted:
        return await _launch_companion(process, jar, words[1:])
    if name == SERVER_CLASS and not phone.quirks.aborted:
        return await _launch_scrcpy(process, jar, words[1:])
    process.err("Aborted")
    return ABORTED


async def _launch_companion(process: Process, jar: str, words: list[str]) -> int:
    phone = process.phone
    options = dict(word.split("=", 1) for word in words if "=" in word)
    if options.get("proto") != str(PROTO) and not phone.quirks.stale:
        process.err(f"proto {options.get('proto')} wanted, {PROTO} here")
        return WRONG_VERSION
    pid = phone.rng(f"pid/{phone.clock.uptime_s}").randrange(_FIRST_PID, 32768)
    engine = Engine(Device(phone), pid=pid, nonce=options.get("nonce", ""))
    socket = options.get("socket")
    if socket is None:
        with contextlib.suppress(FileRefused):
            phone.files.remove(jar)
        await carry(StandardStreams(process), engine)
        return 0
    program = CompanionProgram(phone, socket=socket, jar=jar, engine=engine)
    if not _NAME.fullmatch(socket) or not program.listen():
        process.err("java.io.IOException: Address already in use")
        return 1
    process.out(f"LISTENING {socket}\n")
    return await _stay(process, program)


async def _launch_scrcpy(process: Process, jar: str, words: list[str]) -> int:
    phone, p = process.phone, process.phone.profile
    try:
        options = parse_options(words)
    except BadOptions as error:
        process.err(f"[server] ERROR: {error}")
        return 1
    process.out(f"[server] INFO: Device: [{p.manufacturer}] {p.brand} {p.model} (Android {p.release})\n")
    if not options.audio and not options.control:
        return 0
    if options.audio and not Device(phone).may_record:
        process.out("[server] WARN: Audio disabled: it is not supported before Android 11\n")
    program = ScrcpyProgram(phone, jar=jar, options=options)
    if options.listens and not program.listen():
        process.err("[server] ERROR: java.io.IOException: Address already in use")
        return 1
    code = await _stay(process, program)
    if code:
        process.err("[server] ERROR: java.io.IOException: Connection refused")
    return code


async def _stay(process: Process, program: Program) -> int:
    """Wait for the program's end; it goes on when the shell that started it is closed."""
    task = asyncio.ensure_future(program.run())
    process.phone.programs.add(task)
    task.add_done_callback(process.phone.programs.discard)
    await process.stdout.flush()
    return await asyncio.shield(task)
