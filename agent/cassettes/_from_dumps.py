"""A cassette from dumps that somebody took one by one: each answers the command that would have given it."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from pathlib import Path
from typing import Final

from agent.benches import LOG_COMMANDS
from agent.cassettes._mask import Masker
from agent.cassettes._tape import Tape
from agent.dumps import topic_of_dump
from probes import MIB, BadInput, NotUnderstood, decode, show
from probes.formats import parse_getprop

_MAX_FILES: Final = 5_000
_MAX_FILE_BYTES: Final = 64 * MIB
_MAX_BYTES: Final = 256 * MIB
_NO_DUMPS: Final = (".json", ".jsonl", ".tsv", ".zip", ".gz", ".png", ".jpg")
_MARKS: Final = {"power_supply": "/sys/class/power_supply", "storage_health": "health_descriptor"}
_FEATURES: Final = ("cmd", "fixed_push_mkdir", "ls_v2", "shell_v2", "stat_v2")
_COMMANDS: Final = (
    (re.compile(r"batterystats_checkin"), "dumpsys batterystats --checkin"),
    (re.compile(r"(?:proc_)?(meminfo|cpuinfo|version|mounts|interrupts|wakelocks)"), r"cat /proc/\1"),
    (re.compile(r"service_call_(\w+?)_(\d+)"), r"service call \1 \2 s16 com.android.shell"),
    (re.compile(r"getevent.*|.*_getevent"), "getevent -lp"),
)
"""Names of dumps that only a shell command could have given, beside what bug reports hold."""


def devices_of(folder: Path) -> tuple[str, ...]:
    """Name the devices of a folder: what stands before ``__`` in the names of its dumps.

    Raises:
        BadInput: the folder cannot be read.
    """
    return tuple(sorted({_device(path) for path in _files(folder)}))


def from_dumps(folder: Path, device: str = "", *, masker: Masker | None = None) -> Tape:
    """Make a cassette of the dumps of one device.

    Args:
        folder: holds the dumps, also in folders of its own.
        device: what stands before ``__`` in their names; empty for dumps without it.
        masker: what replaces personal data.

    Raises:
        BadInput: the folder cannot be read, holds too much, or no dump that is known.
    """
    bodies = _bodies(folder, device)
    tape = Tape(source="dumps", masker=masker)
    properties = _properties(bodies.get("getprop", b""))
    tape.know_phone(device or "dumps", _FEATURES, properties)
    for topic, body in sorted(bodies.items()):
        _add(tape, topic, body)
    if not tape.exchanges:
        whose = f" of {show(device, 60)}" if device else ""
        raise BadInput(f"{show(folder.name)} holds no dump{whose} that is known", step="read dumps")
    return tape


def _properties(said: bytes) -> dict[str, str]:
    """Return the properties of a dump, none where there is none or it is not understood."""
    try:
        return dict(parse_getprop(decode(said)).props)
    except NotUnderstood:
        return {}


def _add(tape: Tape, topic: str, body: bytes) -> None:
    if topic in _MARKS:
        tape.shell(topic, body, contains=_MARKS[topic])
    elif topic.startswith("log "):
        tape.shell(shlex.join(LOG_COMMANDS[topic.removeprefix("log ")]), body)
        if topic == "log dropbox":
            tape.shell("dumpsys dropbox", body)
    else:
        tape.shell(topic, body)


def _bodies(folder: Path, device: str) -> dict[str, bytes]:
    """Return by topic what the dumps say; of services the first dump counts, logs and the rest are joined."""
    found: defaultdict[str, list[bytes]] = defaultdict(list)
    total_bytes = 0
    for path in _files(folder):
        if _device(path) != device:
            continue
        body = _read(path)
        total_bytes += len(body)
        if total_bytes > _MAX_BYTES:
            raise BadInput(f"the dumps hold more than {_MAX_BYTES // MIB} MiB", step="read dumps")
        if topic := _topic(path, body):
            found[topic].append(body)
    return {topic: bodies[0] if topic.startswith("dumpsys ") else b"\n".join(bodies) for topic, bodies in found.items()}


def _topic(path: Path, body: bytes) -> str:
    stem = path.name.rsplit("__", 1)[-1].partition(".")[0]
    for pattern, command in _COMMANDS:
        if match := pattern.fullmatch(stem):
            return match.expand(command)
    return topic_of_dump(path.name, memoryview(body)) if body else ""


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise BadInput(f"{show(str(folder))} is not a folder", step="read dumps")
    try:
        files = sorted(
            path
            for path in folder.rglob("*")
            if path.suffix.lower() not in _NO_DUMPS and not path.is_symlink() and path.is_file()
        )
    except OSError as error:
        raise BadInput(f"cannot read {show(str(folder))}: {error.strerror}", step="read dumps") from error
    if len(files) > _MAX_FILES:
        raise BadInput(f"{show(folder.name)} holds more than {_MAX_FILES} files", step="read dumps")
    return files


def _device(path: Path) -> str:
    device, parted, _name = path.name.partition("__")
    return device if parted else ""


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            body = file.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise BadInput(f"cannot read {show(path.name)}: {error.strerror}", step="read dumps") from error
    if len(body) > _MAX_FILE_BYTES:
        raise BadInput(f"{show(path.name)} is larger than {_MAX_FILE_BYTES // MIB} MiB", step="read dumps")
    return body
