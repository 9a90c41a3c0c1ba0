"""``logcat``: the formats brief, time, threadtime, uid and epoch, and binary; dump, tail, clear, sizes and follow."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hwsim.phone.logbook import BUFFERS
from hwsim.render.log import FORMATS, log_line, log_record

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Entry
    from hwsim.phone.phone import Phone
    from hwsim.shell_commands.process import Process

_DEFAULT_BUFFERS = ["main", "system", "crash"]
_READABLE = tuple(name for name in BUFFERS if name != "kernel")
_LEVELS = "VDIWEFS"
_FOLLOW_POLL_S = 0.2
_EXTRAS = ("year", "zone")
_IGNORED_FORMATS = ("UTC", "usec", "printable", "color", "descriptive", "monotonic", "nsec")
_TAIL_DATE = re.compile(r"\d\d-\d\d \d\d:\d\d:\d\d")


@dataclass
class _Options:
    buffers: list[str] = field(default_factory=list)
    form: str = "threadtime"
    with_uid: bool = False
    extras: frozenset[str] = frozenset()
    dump: bool = False
    binary: bool = False
    tail: int | None = None
    since: str | None = None
    action: str = "read"
    filters: dict[str, str] = field(default_factory=dict)
    pattern: str | None = None


class _BadOption(Exception):
    """An option that logcat refuses; the text is its message."""


async def run_logcat(process: Process) -> int:
    """Show, clear or measure the ring buffers."""
    try:
        options = _parse(process.arguments)
    except _BadOption as error:
        process.err(str(error))
        return 1
    names = options.buffers or _DEFAULT_BUFFERS
    book = process.phone.logbook
    if options.action == "clear":
        for name in names:
            book.clear(name)
        return 0
    if options.action == "sizes":
        for name in names:
            used = sum(len(entry.text) + 60 for entry in book.entries(name)) // 1024
            process.out(
                f"{name}: ring buffer is 256 KiB ({used} KiB consumed), max entry is 5120 B, max payload is 4068 B\n"
            )
        return 0
    if options.action in ("resize", "last"):
        if options.action == "last":
            process.err("logcat: Unable to open log device '/sys/fs/pstore/pmsg-ramoops-0': No such file or directory")
        return int(options.action == "last")
    return await _show(process, options, names)


async def _show(process: Process, options: _Options, names: list[str]) -> int:
    shown_s = -1.0
    headed: set[str] = set()
    while True:
        entries = [entry for name in names for entry in process.phone.logbook.entries(name) if entry.at_s > shown_s]
        entries.sort(key=lambda entry: entry.at_s)
        if entries:
            shown_s = entries[-1].at_s
        entries = [entry for entry in entries if _wanted(process.phone, entry, options)]
        if options.tail is not None:
            entries, options.tail = entries[max(len(entries) - options.tail, 0) :], None
        for index, entry in enumerate(entries):
            if options.binary:
                process.out_bytes(log_record(process.phone, entry))
                continue
            if entry.buffer not in headed:
                headed.add(entry.buffer)
                process.out(f"--------- beginning of {entry.buffer}\n")
            process.out(
                log_line(process.phone, entry, form=options.form, with_uid=options.with_uid, extras=options.extras)
            )
            if index % 500 == 499:
                await process.stdout.flush()
        await process.stdout.flush()
        if options.dump:
            return 0
        await asyncio.sleep(_FOLLOW_POLL_S)


def _parse(arguments: list[str]) -> _Options:
    options = _Options()
    words = [word for word in arguments if word]
    while words:
        word = words.pop(0)
        if word[:2] in ("-b", "-v", "-t", "-T", "-G", "-e", "-m") and word[1] != "-":
            value = word[2:] or (words.pop(0) if words else "")
            _with_value(options, word[:2], value)
        elif word in ("-d", "-c", "-g", "-L", "-D", "-S", "-B"):
            options.dump |= word == "-d"
            options.binary |= word == "-B"
            if word not in ("-d", "-B"):
                options.action = {"-c": "clear", "-g": "sizes", "-L": "last"}.get(word, "read")
        elif word.startswith("--buffer="):
            _with_value(options, "-b", word.partition("=")[2])
        elif word.startswith("--format="):
            _with_value(options, "-v", word.partition("=")[2])
        elif word.startswith("--regex="):
            options.pattern = _pattern(word.partition("=")[2])
        elif word.startswith("-") and word != "-s":
            raise _BadOption(f"logcat: unrecognized option '{word}'")
        elif word == "-s":
            options.filters["*"] = "S"
        else:
            tag, _, level = word.strip("'\"").partition(":")
            options.filters[tag] = (level or "V")[0].upper()
    return options


def _with_value(options: _Options, flag: str, value: str) -> None:
    if flag == "-b":
        _choose_buffers(options, value)
    elif flag == "-v":
        _choose_form(options, value)
    elif flag in ("-t", "-T"):
        _choose_start(options, flag, value)
    elif flag == "-G":
        options.action = "resize"
    elif flag == "-e":
        options.pattern = _pattern(value)


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error:
        raise _BadOption(f'logcat: "{text}" is no regular expression') from None
    return text


def _choose_buffers(options: _Options, value: str) -> None:
    for name in value.split(","):
        chosen = list(_READABLE) if name == "all" else _DEFAULT_BUFFERS if name == "default" else [name]
        if name == "kernel":
            raise _BadOption("logcat: Unable to open log device 'kernel'")
        if any(buffer not in _READABLE for buffer in chosen):
            raise _BadOption(f"logcat: unknown buffer {name}")
        options.buffers += [buffer for buffer in chosen if buffer not in options.buffers]


def _choose_form(options: _Options, value: str) -> None:
    for name in re.split(r"[, ]", value):
        if name == "uid":
            options.with_uid = True
        elif name in FORMATS:
            options.form = name
        elif name in _EXTRAS:
            options.extras |= {name}
        elif name not in _IGNORED_FORMATS:
            raise _BadOption(f'Invalid parameter "{name}" to -v')


def _choose_start(options: _Options, flag: str, value: str) -> None:
    options.dump = options.dump or flag == "-t"
    if _TAIL_DATE.search(value):
        options.since = value
    elif value.isdigit():
        options.tail = int(value)
    else:
        raise _BadOption(f'logcat: {flag} "{value}" not in "%m-%d %H:%M:%S.%q" time format')


def _wanted(phone: Phone, entry: Entry, options: _Options) -> bool:
    if options.since is not None and phone.clock.at(entry.at_s).strftime("%m-%d %H:%M:%S.%f") < options.since[-18:]:
        return False
    if options.pattern is not None and not re.search(options.pattern, entry.text):
        return False
    if not options.filters:
        return True
    least = options.filters.get(entry.tag, options.filters.get("*", "V"))
    return least != "S" and _LEVELS.index(entry.level) >= _LEVELS.find(least)
