"""Prompts to the person at the bench, in the terminal and in both languages. Nobody there is a result, not a guess."""

from __future__ import annotations

import math
import os
import select
import sys
import termios
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TextIO, TypeVar

from agent.links import Clock, Deadline, RealClock
from agent.turn import TERMINAL
from fixtures import Words
from probes import Blocked, LinkTimeout, show
from reports import Language, translator

T = TypeVar("T")
_TYPED_MAX_BYTES: Final = 4096
_PHOTO_SUFFIXES: Final = (".jpg", ".jpeg", ".png")
_AGAIN: Final = Words("please answer again")
_ENTER: Final = Words("then press Enter")
_PICTURE: Final = Words("see picture")
_SEVERAL: Final = Words("numbers with spaces between, 0 for none of these")
_FILE: Final = Words("name of the picture file (.jpg, .png)")


class OperatorAbsent(Blocked):
    """Nobody is at the bench, or nobody answered in time; ``reason`` says which."""

    code = "E_OPERATOR"
    cure = "run it with somebody at the bench, in a terminal"


class _Prompts(ABC):
    """The kinds of prompts; who answers them is another matter."""

    def __init__(self, language: Language) -> None:
        self._translate = translator(language)

    def confirm(self, words: Words, *, deadline_s: float) -> None:
        """Ask for something to be done; Enter says that it is.

        Raises:
            OperatorAbsent: no answer before the deadline, or the terminal is closed.
        """
        self._ask(f"{self._in(words)} - {self._in(_ENTER)}", lambda _line: True, deadline_s)

    def number(self, words: Words, *, unit: str, least: float, most: float, deadline_s: float) -> float:
        """Ask for a number within bounds, until there is one.

        Raises:
            OperatorAbsent: no answer before the deadline, or the terminal is closed.
        """

        def parse(line: str) -> float | None:
            try:
                value = float(line.replace(",", "."))
            except ValueError:
                return None
            return value if math.isfinite(value) and least <= value <= most else None

        return self._ask(f"{self._in(words)} [{least:g}..{most:g} {unit}]", parse, deadline_s)

    def choose(self, words: Words, options: Sequence[Words], *, deadline_s: float) -> int:
        """Ask for one of some answers, by its number.

        Raises:
            OperatorAbsent: no answer before the deadline, or the terminal is closed.
        """

        def parse(line: str) -> int | None:
            known = line.isdecimal() and len(line) < 4 and 1 <= int(line) <= len(options)
            return int(line) if known else None

        listed = "\n".join(f"  {number}. {self._in(one)}" for number, one in enumerate(options, 1))
        return self._ask(f"{self._in(words)}\n{listed}", parse, deadline_s) - 1

    def choose_several(self, words: Words, options: Sequence[Words], *, deadline_s: float) -> frozenset[int]:
        """Ask which of some things are so, by their numbers; 0 is none of them, and an empty line no answer.

        Raises:
            OperatorAbsent: no answer before the deadline, or the terminal is closed.
        """

        def parse(line: str) -> frozenset[int] | None:
            typed = line.replace(",", " ").split()
            if not typed or not all(word.isdecimal() and len(word) < 4 and int(word) <= len(options) for word in typed):
                return None
            numbers = frozenset(int(word) for word in typed)
            if 0 in numbers:
                return frozenset() if numbers == {0} else None
            return frozenset(number - 1 for number in numbers)

        listed = "\n".join(f"  {number}. {self._in(one)}" for number, one in enumerate(options, 1))
        return self._ask(f"{self._in(words)}\n{listed}\n({self._in(_SEVERAL)})", parse, deadline_s)

    def text(self, words: Words, *, deadline_s: float) -> str:
        """Ask for a line of text.

        Raises:
            OperatorAbsent: no answer before the deadline, or the terminal is closed.
        """
        return self._ask(self._in(words), lambda line: line or None, deadline_s)

    def photo(self, words: Words, *, deadline_s: float) -> Path:
        """Ask for a picture file that is there.

        Raises:
            OperatorAbsent: no answer before the deadline, or the terminal is closed.
        """

        def parse(line: str) -> Path | None:
            path = Path(line).expanduser()
            return path if path.suffix.lower() in _PHOTO_SUFFIXES and path.is_file() else None

        return self._ask(f"{self._in(words)} - {self._in(_FILE)}", parse, deadline_s)

    def picture(self, words: Words, shown: Path, *, deadline_s: float) -> None:
        """Show where a picture is that says what to do; Enter says that it is done.

        Raises:
            OperatorAbsent: no answer before the deadline, or the terminal is closed.
        """
        where = f"{self._in(words)} ({self._in(_PICTURE)}: {show(str(shown))})"
        self._ask(f"{where} - {self._in(_ENTER)}", lambda _line: True, deadline_s)

    @abstractmethod
    def _ask(self, prompt: str, parse: Callable[[str], T | None], deadline_s: float) -> T:
        """Show a prompt until ``parse`` takes an answer."""

    def _in(self, words: Words) -> str:
        return self._translate(words.text).format(**words.values)


class AbsentOperator(_Prompts):
    """Nobody: an unattended run. Each prompt ends at once with ``OperatorAbsent``, and is recorded as not done."""

    def __init__(self) -> None:
        super().__init__(Language.EN)

    def _ask(self, prompt: str, parse: Callable[[str], T | None], deadline_s: float) -> T:
        del parse, deadline_s  # nobody answers, however long one waits
        asked = prompt.partition("\n")[0]
        raise OperatorAbsent(f"nobody is there to be asked: {asked}", reason="operator_absent")


class TerminalOperator(_Prompts):
    """Somebody at a terminal.

    Args:
        language: of what is shown.
        typed: file descriptor of what is typed.
        shown: where prompts go.
        clock: where time comes from.
    """

    def __init__(
        self, language: Language, *, typed: int = 0, shown: TextIO | None = None, clock: Clock | None = None
    ) -> None:
        super().__init__(language)
        self._typed = typed
        self._shown = shown or sys.stderr
        self._clock: Clock = clock or RealClock()
        self._unread = b""

    def _ask(self, prompt: str, parse: Callable[[str], T | None], deadline_s: float) -> T:
        deadline = Deadline.after(self._clock, deadline_s)
        with TERMINAL.asking():
            self._forget_typed()
            self._say(f"\n{prompt}\n> ")
            try:
                while (answer := parse(self._line(deadline))) is None:
                    self._say(f"{self._in(_AGAIN)}\n> ")
            except OperatorAbsent:
                self._say("\n")  # what is told next begins a line
                raise
            return answer

    def _forget_typed(self) -> None:
        """What was typed before a prompt, say after the last one's time was over, is no answer to it."""
        if os.isatty(self._typed):
            termios.tcflush(self._typed, termios.TCIFLUSH)
            self._unread = b""

    def _line(self, deadline: Deadline) -> str:
        while b"\n" not in self._unread:
            try:
                ready, _, _ = select.select([self._typed], [], [], deadline.socket_timeout_s())
            except LinkTimeout as error:
                raise _silent() from error
            data = os.read(self._typed, _TYPED_MAX_BYTES) if ready else b""
            if not ready:
                raise _silent()
            if not data or len(self._unread) > _TYPED_MAX_BYTES:
                raise OperatorAbsent("the terminal of the operator is closed", reason="operator_absent")
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        return line.decode("utf-8", "replace").strip()

    def _say(self, text: str) -> None:
        self._shown.write(text)
        self._shown.flush()


def bench_operator(language: Language, *, unattended: bool = False) -> AbsentOperator | TerminalOperator:
    """Who can be asked now: the person at the terminal, or nobody where there is none."""
    if unattended or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return AbsentOperator()
    return TerminalOperator(language)


def _silent() -> OperatorAbsent:
    return OperatorAbsent("the operator did not answer in time", reason="operator_timeout")
