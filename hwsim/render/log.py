"""Lines of the ring buffers in logcat's formats. Seen on Android 7 to 10 phones; ``-v uid`` on Android 10."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Entry
    from hwsim.phone.phone import Phone

FORMATS = ("brief", "time", "threadtime", "epoch", "long", "tag", "process", "raw")
_PRIORITIES = "??VDIWEFS"
_LOG_IDS = ("main", "radio", "events", "system", "crash", "stats", "security", "kernel")
_RECORD = struct.Struct("<HHiIIIII")
_UID_NAMES = {
    0: "root",
    1000: "system",
    1001: "radio",
    1002: "bluetooth",
    1010: "wifi",
    1013: "media",
    1017: "keystore",
    1027: "nfc",
    1036: "logd",
    1041: "audioserver",
    1047: "cameraserver",
    1066: "statsd",
    2000: "shell",
}


def log_line(
    phone: Phone,
    entry: Entry,
    *,
    form: str = "threadtime",
    with_uid: bool = False,
    extras: frozenset[str] = frozenset(),
) -> str:
    """Return one line (``long``: three) with its line end; ``extras`` may hold ``year`` and ``zone``."""
    when = phone.clock.at(entry.at_s)
    stamp = when.strftime("%m-%d %H:%M:%S.") + f"{when.microsecond // 1000:03d}"
    if "year" in extras:
        stamp = f"{when.year}-{stamp}"
    if "zone" in extras:
        stamp += when.strftime(" %z")
    if form == "epoch":
        stamp = f"{when.timestamp():.3f}"
    uid = f"{_UID_NAMES.get(entry.uid) or _app_name(entry.uid)!s:>5} " if with_uid else ""
    head, text = f"{entry.level}/{entry.tag:8}", entry.text
    return {
        "threadtime": f"{stamp} {uid}{entry.pid:5} {entry.tid:5} {entry.level} {entry.tag:8}: {text}\n",
        "epoch": f"{stamp} {uid}{entry.pid:5} {entry.tid:5} {entry.level} {entry.tag:8}: {text}\n",
        "time": f"{stamp} {head}({uid}{entry.pid:5}): {text}\n",
        "brief": f"{head}({uid}{entry.pid:5}): {text}\n",
        "tag": f"{head}: {text}\n",
        "raw": f"{text}\n",
        "process": f"{entry.level}({entry.pid:5}) {text}  ({entry.tag})\n",
        "long": f"[ {stamp} {entry.pid:5}:{entry.tid:5} {head} ]\n{text}\n\n",
    }[form]


def log_record(phone: Phone, entry: Entry) -> bytes:
    """Return one entry as ``logcat -B`` gives it: struct logger_entry of log_read.h, then priority, tag and text."""
    words = (
        _PRIORITIES.index(entry.level).to_bytes(1, "little"),
        entry.tag.encode(),
        b"\0",
        entry.text.encode(),
        b"\0",
    )
    payload = b"".join(words)
    when_us = round(phone.clock.at(entry.at_s).timestamp() * 1_000_000)
    seconds, rest_us = divmod(when_us, 1_000_000)
    log_id = _LOG_IDS.index(entry.buffer)
    head = _RECORD.pack(len(payload), _RECORD.size, entry.pid, entry.tid, seconds, rest_us * 1000, log_id, entry.uid)
    return head + payload


def _app_name(uid: int) -> str:
    return f"u0_a{uid - 10000}" if uid >= 10000 else str(uid)
