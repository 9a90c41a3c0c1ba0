"""Commands that move text about: echo, cat, head, tail, grep, wc and their kin."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from hwsim.adbd.machine import FileRefused

if TYPE_CHECKING:
    from hwsim.shell_commands.process import Process

_DEFAULT_LINES = 10
_DIGITS_MAX = 18
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "r": "\r", "a": "\a", "0": "\0"}


async def run_true(_process: Process) -> int:
    """Succeed."""
    return 0


async def run_false(_process: Process) -> int:
    """Fail."""
    return 1


async def run_sleep(process: Process) -> int:
    """Wait; simulated seconds, so a fast clock sleeps less."""
    await process.stdout.flush()
    try:
        seconds = float(process.arguments[0])
    except (IndexError, ValueError):
        return process.fail("Needs 1 argument")
    await asyncio.sleep(seconds / process.phone.times.speed)
    return 0


async def run_echo(process: Process) -> int:
    """Print the arguments."""
    words = list(process.arguments)
    newline = True
    while words and words[0] in ("-n", "-e", "-ne", "-en"):
        newline = newline and "n" not in words.pop(0)
    process.out(" ".join(words) + ("\n" if newline else ""))
    return 0


async def run_printf(process: Process) -> int:
    """Print a format in which only %s, %d and escapes are known."""
    if not process.arguments:
        return process.fail("Needs 1 argument")
    values = list(process.arguments[1:])
    raw = process.arguments[0].encode("utf-8", "surrogateescape")
    raw = re.sub(rb"\\([0-7]{1,3}|.)", _escaped, raw, flags=re.DOTALL)
    process.out_bytes(re.sub(rb"%[sd]", lambda _found: values.pop(0).encode() if values else b"", raw))
    return 0


def _escaped(found: re.Match[bytes]) -> bytes:
    """Return what an escape of printf stands for: a byte in octal, a control character, or the character itself."""
    if found[1].isdigit() and found[1][:1] not in b"89":
        return bytes([int(found[1], 8) & 0xFF])
    known = _ESCAPES.get(found[1].decode("latin-1"))
    return found[1] if known is None else known.encode()


async def run_sh(process: Process) -> int:
    """Run ``sh -c LINE`` or the lines on standard input."""
    if process.arguments[:1] == ["-c"]:
        return await process.run_line(" ".join(process.arguments[1:2]))
    return await process.run_line((await process.input_bytes()).decode("utf-8", "surrogateescape"))


async def run_cat(process: Process) -> int:
    """Copy files, or standard input piece by piece."""
    code = 0
    for path in process.arguments or ["-"]:
        if path == "-":
            while piece := await process.stdin.read():
                process.out_bytes(piece)
                await process.stdout.flush()
            continue
        try:
            process.out_bytes(bytes(process.phone.files.read(path)))
        except FileRefused as refusal:
            code = process.fail(f"{path}: {refusal.reason}")
    return code


async def run_head(process: Process) -> int:
    """Print the first lines and leave, so that an endless writer ends, too."""
    count, byte_count, paths = _counts(process.arguments)
    if paths:
        data = await _all_input(process, paths)
        process.out_bytes(data[:byte_count] if byte_count is not None else _first_lines(data, count))
        return 0
    data = b""
    while piece := await process.stdin.read():
        data += piece
        if (byte_count is not None and len(data) >= byte_count) or (byte_count is None and data.count(b"\n") >= count):
            break
    process.out_bytes(data[:byte_count] if byte_count is not None else _first_lines(data, count))
    return 0


async def run_tail(process: Process) -> int:
    """Print the last lines."""
    count, byte_count, paths = _counts(process.arguments)
    data = await _all_input(process, paths)
    if byte_count is not None:
        process.out_bytes(data[-byte_count:] if byte_count else b"")
    else:
        process.out_bytes(b"".join(data.splitlines(keepends=True)[-count:] if count else []))
    return 0


async def run_grep(process: Process) -> int:
    """Print lines that match; -i -v -c -E -F -q -o -n -l -H -h -e are known."""
    flags, patterns, operands = _grep_arguments(process.arguments)
    if not patterns:
        if not operands:
            return process.fail("no REGEX", 2)
        patterns, operands = [operands[0]], operands[1:]
    sources = [re.escape(p) if "F" in flags else _to_python(p, extended="E" in flags) for p in patterns]
    try:
        wanted = re.compile("|".join(f"(?:{s})" for s in sources).encode(), re.IGNORECASE if "i" in flags else 0)
    except re.error:
        return process.fail(f"bad REGEX '{patterns[0]}'", 2)
    named = "l" in flags or ("h" not in flags and ("H" in flags or len(operands) > 1))
    found, missing = 0, False
    for path in operands or [""]:
        text = await _one_input(process, path)
        missing = missing or text is None
        lines = [] if text is None else text.splitlines()
        prefix = f"{path}:".encode() if named and path else b""
        found += _grep_lines(process, wanted, lines, flags, prefix)
    if missing:
        return 2
    return 0 if found else 1


def _grep_lines(process: Process, wanted: re.Pattern[bytes], lines: list[bytes], flags: set[str], prefix: bytes) -> int:
    """Print what matches in one file and return how many lines that were."""
    found = 0
    for number, line in enumerate(lines, 1):
        match = wanted.search(line)
        if bool(match) == ("v" in flags):
            continue
        found += 1
        if not flags & {"q", "c", "l"}:
            shown = match.group() if match and "o" in flags else line
            process.out_bytes(prefix + (f"{number}:".encode() if "n" in flags else b"") + shown + b"\n")
    if "c" in flags:
        process.out_bytes(prefix + f"{found}\n".encode())
    elif "l" in flags and found:
        process.out_bytes(prefix.removesuffix(b":") + b"\n" if prefix else b"(standard input)\n")
    return found


async def run_wc(process: Process) -> int:
    """Count lines, words and bytes."""
    flags = {flag for argument in process.arguments if argument.startswith("-") for flag in argument[1:]}
    paths = [argument for argument in process.arguments if not argument.startswith("-")]
    data = await _all_input(process, paths)
    counts = {"l": data.count(b"\n"), "w": len(data.split()), "c": len(data)}
    shown = [str(value) for key, value in counts.items() if not flags or key in flags]
    process.out(" ".join(shown + paths) + "\n")
    return 0


async def run_sort(process: Process) -> int:
    """Sort lines; -r -u -n are known."""
    flags = {flag for argument in process.arguments if argument.startswith("-") for flag in argument[1:]}
    paths = [argument for argument in process.arguments if not argument.startswith("-")]
    lines = (await _all_input(process, paths)).splitlines()
    lines = sorted(set(lines)) if "u" in flags else sorted(lines)
    if "n" in flags:
        lines.sort(key=lambda line: int((re.match(rb"\s*(-?\d+)", line) or [b"0", b"0"])[1]))
    if "r" in flags:
        lines.reverse()
    process.out_bytes(b"".join(line + b"\n" for line in lines))
    return 0


async def run_uniq(process: Process) -> int:
    """Drop repeated lines; -c counts them."""
    lines = (await process.input_bytes()).splitlines()
    runs: list[tuple[bytes, int]] = []
    for line in lines:
        if runs and runs[-1][0] == line:
            runs[-1] = (line, runs[-1][1] + 1)
        else:
            runs.append((line, 1))
    counting = "-c" in process.arguments
    process.out_bytes(b"".join((b"%7d " % count if counting else b"") + line + b"\n" for line, count in runs))
    return 0


async def run_test(process: Process) -> int:
    """Answer the file and string questions of ``test`` and ``[``."""
    words = [word for word in process.arguments if word != "]"]
    if words[:1] == ["!"]:
        process.arguments = words[1:]
        return int(await run_test(process) == 0)
    if len(words) == 3:
        equal = words[0] == words[2]
        return int(not (equal if words[1] in ("=", "==", "-eq") else not equal))
    if len(words) == 2:
        return int(not _unary(process, *words))
    return int(not (words and words[0]))


def _unary(process: Process, operator: str, operand: str) -> bool:
    if operator in ("-z", "-n"):
        return (operand == "") == (operator == "-z")
    try:
        found = process.phone.files.stat(operand)
        if operator == "-r":
            process.phone.files.read(operand)
    except FileRefused:
        return False
    is_folder = found.mode & 0o40000 != 0
    return {"-d": is_folder, "-f": not is_folder}.get(operator, True)


def _counts(arguments: list[str]) -> tuple[int, int | None, list[str]]:
    """Return lines wanted, bytes wanted (None: count lines) and paths; what is no number counts as toybox's default."""
    lines, count, paths = _DEFAULT_LINES, None, []
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word[:2] in ("-n", "-c"):
            value = _number(word[2:] or (words.pop(0) if words else ""))
            lines, count = (value, count) if word[1] == "n" else (lines, value)
        elif word.startswith("-") and word[1:].isdigit():
            lines = _number(word[1:])
        else:
            paths.append(word)
    return lines, count, paths


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS_MAX else _DEFAULT_LINES


def _first_lines(data: bytes, count: int) -> bytes:
    return b"".join(data.splitlines(keepends=True)[:count])


async def _one_input(process: Process, path: str) -> bytes | None:
    """The bytes of one file, or of standard input where no path is given; None where it cannot be read."""
    if not path:
        return await process.input_bytes()
    try:
        return bytes(process.phone.files.read(path))
    except FileRefused as refusal:
        process.fail(f"{path}: {refusal.reason}")
        return None


async def _all_input(process: Process, paths: list[str]) -> bytes:
    if not paths:
        return await process.input_bytes()
    parts = [await _one_input(process, path) for path in paths]
    return b"".join(part for part in parts if part is not None)


def _grep_arguments(arguments: list[str]) -> tuple[set[str], list[str], list[str]]:
    flags: set[str] = set()
    patterns: list[str] = []
    operands: list[str] = []
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word == "-e" and words:
            patterns.append(words.pop(0))
        elif word.startswith("-") and len(word) > 1 and not patterns and not operands:
            flags |= set(word[1:])
        else:
            operands.append(word)
    return flags, patterns, operands


def _to_python(pattern: str, *, extended: bool) -> str:
    r"""Turn a POSIX expression into Python's; in the basic kind ``\|`` means what ``|`` means in the extended."""
    if extended:
        return pattern
    swapped = re.sub(r"\\([|(){}+?])|([|(){}+?])", lambda found: found[1] or f"\\{found[2]}", pattern)
    return swapped.replace("[[:space:]]", r"\s").replace("[[:digit:]]", r"\d")
