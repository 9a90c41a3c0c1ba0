"""Runs parsed command lines."""

from __future__ import annotations

import asyncio
import fnmatch
from typing import TYPE_CHECKING

from hwsim.adbd.machine import FileRefused
from hwsim.shell_commands.process import Process
from hwsim.shell_commands.registry import find_command
from hwsim.shell_commands.streams import (
    BufferSink,
    BytesSource,
    NullSink,
    Pipe,
    PipeClosed,
    Sink,
    Source,
    TerminalSink,
    TerminalSource,
)
from hwsim.shell_commands.syntax import (
    Command,
    For,
    Group,
    If,
    Pipeline,
    Redirect,
    Sequence,
    ShellSyntaxError,
    Simple,
    Word,
    parse,
)

if TYPE_CHECKING:
    from hwsim.adbd.machine import Terminal
    from hwsim.phone.phone import Phone

_NOT_FOUND = 127
_MAX_DEPTH = 24
_BROKEN_PIPE = 141
_MESSAGE_SINCE = 29  # "inaccessible or not found" came with Android 10's mksh


class ExitShell(Exception):
    """The line asked to leave."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Streams:
    """The three streams of a command."""

    def __init__(self, stdin: Source, stdout: Sink, stderr: Sink) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr


class Shell:
    """One shell session on a phone."""

    def __init__(self, phone: Phone, *, depth: int = 0) -> None:
        self.phone = phone
        self.status = 0
        self._depth = depth
        self.variables = {"HOME": "/", "USER": "shell", "PATH": "/product/bin:/system/bin:/vendor/bin", "0": "sh"}

    async def run(self, line: str, terminal: Terminal) -> int:
        """Run one line, or an interactive session when it is empty."""
        streams = Streams(
            TerminalSource(terminal), TerminalSink(terminal, error=False), TerminalSink(terminal, error=True)
        )
        try:
            if line.strip():
                return await self.run_line(line, streams)
            return await self._interact(terminal, streams)
        except ExitShell as leave:
            return leave.code

    async def run_line(self, line: str, streams: Streams) -> int:
        """Parse and run one line."""
        try:
            sequence = parse(line)
        except ShellSyntaxError as error:
            streams.stderr.write(f"/system/bin/sh: {error}\n".encode())
            return 1
        return await self._sequence(sequence, streams)

    async def _interact(self, terminal: Terminal, streams: Streams) -> int:
        prompt = f"{self.phone.profile.device}:/ $ ".encode()
        while True:
            if terminal.pty:
                terminal.out(prompt)
            await terminal.flush()
            line = await terminal.read()
            if not line:
                return self.status
            await self.run_line(line.decode("utf-8", "surrogateescape"), streams)

    async def _sequence(self, sequence: Sequence, streams: Streams) -> int:
        for connector, pipeline in sequence.items:
            if (connector == "&&" and self.status != 0) or (connector == "||" and self.status == 0):
                continue
            if pipeline.beside:
                self._start_beside(pipeline, streams)
                self.status = 0
                continue
            self.status = await self._pipeline(pipeline, streams)
            if pipeline.negated:
                self.status = int(self.status == 0)
        return self.status

    def _start_beside(self, pipeline: Pipeline, streams: Streams) -> None:
        """Run in a copy of this shell; as with mksh its input is empty."""
        child = Shell(self.phone, depth=self._depth + 1)
        child.variables, child.status = dict(self.variables), self.status
        inner = Streams(BytesSource(), streams.stdout, streams.stderr)
        program = asyncio.ensure_future(child._pipeline(pipeline, inner))
        self.phone.programs.add(program)
        program.add_done_callback(self.phone.programs.discard)

    async def _pipeline(self, pipeline: Pipeline, streams: Streams) -> int:
        if len(pipeline.commands) == 1:
            return await self._command(pipeline.commands[0], streams)
        stages = []
        source = streams.stdin
        for command in pipeline.commands[:-1]:
            pipe = Pipe()
            stages.append(self._stage(command, Streams(source, pipe, streams.stderr)))
            source = pipe
        stages.append(self._stage(pipeline.commands[-1], Streams(source, streams.stdout, streams.stderr)))
        tasks = [asyncio.ensure_future(stage) for stage in stages]
        try:
            return (await asyncio.gather(*tasks))[-1]
        finally:
            for task in tasks:
                task.cancel()

    async def _stage(self, command: Command, streams: Streams) -> int:
        """Run one stage of a pipeline in a shell of its own, as mksh forks for it."""
        try:
            code = await self._forked(command, streams)
            await streams.stdout.flush()
        except PipeClosed:
            code = _BROKEN_PIPE
        finally:
            if isinstance(streams.stdin, Pipe):
                await streams.stdin.break_off()
            if isinstance(streams.stdout, Pipe):
                await streams.stdout.end()
        return code

    async def _forked(self, work: Command | str, streams: Streams) -> int:
        """Run in a copy of this shell: what it sets, and its exit, stay in the copy."""
        if self._depth >= _MAX_DEPTH:
            streams.stderr.write(b"/system/bin/sh: can't fork - try again\n")
            return 1
        child = Shell(self.phone, depth=self._depth + 1)
        child.variables, child.status = dict(self.variables), self.status
        try:
            if isinstance(work, str):
                return await child.run_line(work, streams)
            return await child._command(work, streams)
        except ExitShell as leave:
            return leave.code

    async def _command(self, command: Command, streams: Streams) -> int:
        if isinstance(command, Simple):
            return await self._simple(command, streams)
        if isinstance(command, Group):
            if command.own_shell:
                return await self._forked(Group(command.body, redirects=command.redirects), streams)
            return await self._redirected(command.redirects, streams, command.body)
        if isinstance(command, For):
            for value in await self._expand(command.words):
                self.variables[command.name] = value
                await self._sequence(command.body, streams)
            return self.status
        return await self._if(command, streams)

    async def _if(self, command: If, streams: Streams) -> int:
        for condition, body in command.branches:
            self.status = 0
            if await self._sequence(condition, streams) == 0:
                return await self._sequence(body, streams)
        return await self._sequence(command.otherwise, streams) if command.otherwise else 0

    async def _redirected(self, redirects: list[Redirect], streams: Streams, body: Sequence | list[str]) -> int:
        inner = Streams(streams.stdin, streams.stdout, streams.stderr)
        files: list[tuple[str, BufferSink, bool]] = []
        try:
            for redirect in redirects:
                await self._redirect(redirect, inner, files)
        except FileRefused as refusal:
            streams.stderr.write(f"/system/bin/sh: {refusal.reason}\n".encode())
            return 1
        code = await (self._sequence(body, inner) if isinstance(body, Sequence) else self._execute(body, inner))
        for path, sink, append in files:
            self.phone.files.put(path, bytes(sink.data), append=append)
        return code

    async def _redirect(self, redirect: Redirect, inner: Streams, files: list[tuple[str, BufferSink, bool]]) -> None:
        if isinstance(redirect.target, int):
            sink = inner.stdout if redirect.target == 1 else inner.stderr
        else:
            path = (await self._expand([redirect.target]))[0]
            if redirect.mode == "<":
                try:
                    inner.stdin = BytesSource(bytes(self.phone.files.read(path)))
                except FileRefused as refusal:
                    raise FileRefused(refusal.errno_code, f"can't open {path}: {refusal.reason}") from None
                return
            if path == "/dev/null":
                sink = NullSink()
            else:
                try:
                    self.phone.files.check_writable(path)
                except FileRefused as refusal:
                    raise FileRefused(refusal.errno_code, f"can't create {path}: {refusal.reason}") from None
                sink = BufferSink()
                files.append((path, sink, redirect.mode == ">>"))
        if redirect.fd == 1:
            inner.stdout = sink
        else:
            inner.stderr = sink

    async def _simple(self, command: Simple, streams: Streams) -> int:
        words = await self._expand(command.words)
        while words and "=" in words[0] and words[0].split("=", 1)[0].isidentifier():
            name, value = words.pop(0).split("=", 1)
            self.variables[name] = value
        if command.redirects:
            return await self._redirected(command.redirects, streams, words)
        return await self._execute(words, streams)

    async def _execute(self, words: list[str], streams: Streams) -> int:
        if not words:
            return 0
        name, arguments = words[0], words[1:]
        if name == "exec":
            return await self._execute(arguments, streams)
        if name == "exit":
            raise ExitShell(int(arguments[0]) & 0xFF if arguments and arguments[0].isdigit() else self.status)
        if name == "export":
            self.variables.update(dict(argument.split("=", 1) for argument in arguments if "=" in argument))
            return 0
        handler = find_command(name)
        if handler is None:
            modern = self.phone.profile.sdk >= _MESSAGE_SINCE
            reason = "inaccessible or not found" if modern else "not found"
            streams.stderr.write(f"/system/bin/sh: {name}: {reason}\n".encode("utf-8", "surrogateescape"))
            return _NOT_FOUND

        async def run_line(line: str) -> int:
            return await self._forked(line, streams)

        own_name = name.rsplit("/", 1)[-1]
        process = Process(
            own_name, arguments, self.phone, streams.stdin, streams.stdout, streams.stderr, run_line, self.variables
        )
        return await handler(process)

    async def _expand(self, words: list[Word]) -> list[str]:
        expanded: list[str] = []
        for word in words:
            expanded += await self._expand_word(word)
        return expanded

    async def _expand_word(self, word: Word) -> list[str]:
        fields = [""]
        pattern = ""
        quoted = False
        for part in word:
            text = part.text
            if part.kind == "variable":
                text = str(self.status) if text == "?" else self.variables.get(text, "")
            elif part.kind == "command":
                text = await self._capture(text)
            quoted = quoted or part.quoted
            if part.kind != "literal" and not part.quoted:
                pieces = text.split()
                if pieces:
                    fields[-1] += pieces[0]
                    fields += pieces[1:]
            else:
                fields[-1] += text
            pattern += text if not part.quoted else "".join(f"[{c}]" if c in "*?[" else c for c in text)
        if any(part.kind == "literal" and not part.quoted and part.text in "*?[" for part in word):
            matches = self._glob(pattern)
            if matches:
                return matches
        return [] if fields == [""] and not quoted else fields

    async def _capture(self, line: str) -> str:
        sink = BufferSink()
        self.status = await self._forked(line, Streams(BytesSource(), sink, NullSink()))
        return sink.data.decode("utf-8", "surrogateescape").rstrip("\n")

    def _glob(self, pattern: str) -> list[str]:
        bases = [""] if pattern.startswith("/") else ["."]
        for piece in pattern.strip("/").split("/"):
            found: list[str] = []
            for base in bases:
                if any(char in piece for char in "*?["):
                    found += [f"{base}/{name}" for name in self._names(base or "/") if fnmatch.fnmatchcase(name, piece)]
                else:
                    found.append(f"{base}/{piece}")
            bases = sorted(found)
        return [path for path in bases if self._exists(path)]

    def _names(self, path: str) -> list[str]:
        try:
            return [name for name in self.phone.files.names(path) if not name.startswith(".")]
        except FileRefused:
            return []

    def _exists(self, path: str) -> bool:
        try:
            self.phone.files.stat(path)
        except FileRefused as refusal:
            return refusal.reason == "Permission denied"
        return True
