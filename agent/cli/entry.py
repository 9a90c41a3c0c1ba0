"""Where the command starts: language first, then the command, and one line for whatever goes wrong."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NoReturn

from agent.cli.language import choose, take_language, tr

OK: Final = 0
FAULT: Final = 1
BENCH: Final = 2
OPEN: Final = 3
USAGE: Final = 64
INTERRUPTED: Final = 130
_NOT_OURS: Final = frozenset({errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EIO})


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; no traceback reaches the user.

    Exit codes: 0 nothing wrong found, 1 fault, 2 bench or link, 3 inconclusive, 64 usage, 130 interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # phones run side by side, not one phone on all cores
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminated)
    try:
        code = _run(arguments)
        sys.stdout.flush()  # here, and not when the interpreter ends: a reader that has gone is found out now
    except KeyboardInterrupt:
        return _say(tr("interrupted; what was shown as done is kept"), INTERRUPTED)
    except BrokenPipeError:
        # the reader of our output has gone, e.g. `| head`: nothing to say, and nobody to say it to
        _drop_output()
        return OK
    except OSError as error:
        _drop_output()
        return _say(f"cannot write: {error.strerror}", BENCH)
    return code


def _drop_output() -> None:
    """Let what is still buffered go nowhere when the interpreter ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _terminated(_signal: int, _frame: object) -> NoReturn:
    """End as after Ctrl-C: links are closed, emulated phones and their folders taken away."""
    raise KeyboardInterrupt


def _run(arguments: list[str]) -> int:
    asked, rest = take_language(arguments)
    if not choose(asked):
        return _say(tr("--lang takes en or zh-CN"), USAGE)
    try:
        import typer

        from agent.cli.app import app  # its texts are made in the language chosen above

        try:
            result = app(args=rest, prog_name="phonebench", standalone_mode=False)
        except typer.Abort:
            return _say(tr("interrupted; what was shown as done is kept"), INTERRUPTED)
        except typer.TyperException as error:
            return _say(f"{_usage_words(error)} {tr('(see `phonebench --help`)')}", USAGE)
        except SystemExit as error:
            # the one case in which typer ends the process by itself
            raise BrokenPipeError(errno.EPIPE, "the reader has gone") from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _NOT_OURS:
            raise
        return _trouble(error)  # the last guard: a mistake of ours is one line, too
    return result if isinstance(result, int) else OK


def _usage_words(error: Exception) -> str:
    """What typer has to say of a wrong option; its errors carry the name of the option apart from their text."""
    words = getattr(error, "format_message", None)
    return " ".join(str(words() if callable(words) else error).split())


def _trouble(error: Exception) -> int:
    """One line for an error: its own words where it is one of ours, a pointer to the log where it is a mistake."""
    from agent.cli.screen import error_line
    from probes import BadInput, BenchError, show
    from reports import Mask

    if isinstance(error, BenchError):
        return _say(error_line(error), USAGE if isinstance(error, BadInput) else BENCH)
    from agent.crashlog import write_crash

    place = write_crash(error)
    words = tr("this is a mistake in phonebench ({error}); details in {place}")
    return _say(words.format(error=f"{type(error).__name__}: {Mask(()).text(show(str(error)))}", place=place), BENCH)


def _say(line: str, code: int) -> int:
    with suppress(OSError, ValueError):
        sys.stderr.write(f"phonebench: {line}\n")
    return code
