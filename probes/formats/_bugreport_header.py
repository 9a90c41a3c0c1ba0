"""The first lines of a bug report: when, which build, which firmware."""

from __future__ import annotations

import re
from dataclasses import dataclass

from probes._errors import NotUnderstood
from probes._text import decode

from ._kernel_facts import parse_uptime
from ._reading import lines, put, whole

_TIME = re.compile(r"== dumpstate: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)")
_FIELD = re.compile(r"([A-Z][A-Za-z ]{1,40}): ?(.{0,2000})")
_SECTION = "------ "


@dataclass(frozen=True, slots=True)
class BugreportHeader:
    """Facts of the header; None where this Android version does not print them."""

    dumpstate_time: str | None
    build: str | None
    build_fingerprint: str | None
    bootloader: str | None
    radio: str | None
    network: str | None
    kernel: str | None
    command_line: str | None
    uptime_s: float | None
    format_version: str | None
    sdk: int | None


def read_header(raw: bytes) -> BugreportHeader:
    """Read the header from the first bytes of a report; a text without one gives nothing but None."""
    fields: dict[str, str] = {}
    time: str | None = None
    for line in lines(decode(raw)):
        if time is None and (found := _TIME.match(line)):
            time = found[1]
        elif line.startswith(_SECTION):
            break
        elif found := _FIELD.fullmatch(line):
            put(fields, found[1], found[2].strip().strip("'"), cap=60)
    return BugreportHeader(
        dumpstate_time=time,
        build=fields.get("Build") or None,
        build_fingerprint=fields.get("Build fingerprint") or None,
        bootloader=fields.get("Bootloader") or None,
        radio=fields.get("Radio") or None,
        network=fields.get("Network") or None,
        kernel=fields.get("Kernel") or None,
        command_line=fields.get("Command line") or None,
        uptime_s=_uptime_s(fields.get("Uptime", "")),
        format_version=fields.get("Bugreport format version") or None,
        sdk=whole(fields.get("Android SDK version")),
    )


def _uptime_s(words: str) -> float | None:
    try:
        return parse_uptime(words).uptime_s
    except NotUnderstood:
        return None
