"""``logcat -B``: the log's own records, made into lines with the seconds since 1970 before them.

The record is ``struct logger_entry`` of AOSP's ``liblog`` (versions 1 to 4): length, header length, process, thread,
time, buffer. Text buffers hold level, tag and message; event buffers a tag number and typed values.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Final

_FIXED: Final = struct.Struct("<HHiIII")
_HEADERS: Final = (20, 24, 28)
_MAX_PAYLOAD: Final = 1 << 14
_LETTERS: Final = "??VDIWEFS"
_EVENT_BUFFERS: Final = frozenset({2, 5, 6})
_DEPTH: Final = 4
# numbers of AOSP's EventLogTags.logtags that the engine reads; the others keep their number
_TAGS: Final = {
    3000: "boot_progress_start",
    3010: "boot_progress_system_run",
    3020: "boot_progress_preload_start",
    3030: "boot_progress_preload_end",
    3040: "boot_progress_ams_ready",
    3050: "boot_progress_enable_screen",
    3060: "boot_progress_pms_start",
    3100: "boot_progress_pms_ready",
    30008: "am_anr",
    30015: "am_proc_bad",
    30039: "am_crash",
}


def is_binary_logcat(head: bytes) -> bool:
    """Whether bytes begin with log records: the first, and the second where it is there."""
    size = _size(head, 0)
    return size > 0 and (len(head) < size + _FIXED.size or _size(head, size) > 0)


def _size(data: bytes | bytearray, at: int) -> int:
    """Length of the record at a place, or 0 where there is none."""
    if len(data) < at + _FIXED.size:
        return 0
    payload, header, _, _, _, nanoseconds = _FIXED.unpack_from(data, at)
    sound = header in _HEADERS and 0 < payload <= _MAX_PAYLOAD and nanoseconds < 1_000_000_000
    return header + payload if sound else 0


def text_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The records as lines of text; reading ends at the first bytes that are no record."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        at = 0
        lines: list[str] = []
        while 0 < (size := _size(waiting, at)) <= len(waiting) - at:
            lines.extend(_lines(bytes(waiting[at : at + size])))
            at += size
        if lines:
            yield ("\n".join(lines) + "\n").encode("utf-8", "replace")
        del waiting[:at]
        if len(waiting) >= _FIXED.size and not _size(waiting, 0):
            return


def _lines(record: bytes) -> Iterator[str]:
    _, header, pid, tid, seconds, nanoseconds = _FIXED.unpack_from(record)
    buffer = struct.unpack_from("<I", record, 20)[0] if header >= 24 else 0
    payload = record[header:]
    start = f"{seconds}.{nanoseconds // 1_000_000:03d} {pid:5d} {tid:5d}"
    if buffer in _EVENT_BUFFERS:
        if len(payload) >= 4:
            number = struct.unpack_from("<I", payload)[0]
            text, _ = _value(payload, 4, 0)
            yield f"{start} I {_TAGS.get(number, f'event_{number}')}: {text}"
        return
    letter = _LETTERS[payload[0]] if payload[0] < len(_LETTERS) else "I"
    tag, _, message = payload[1:].partition(b"\0")
    for line in message.rstrip(b"\0\n").decode("utf-8", "replace").split("\n"):
        yield f"{start} {letter} {tag.decode('utf-8', 'replace')}: {line}"


def _value(data: bytes, at: int, depth: int) -> tuple[str, int]:
    """One typed value as text, and the place behind it; what is cut off is empty."""
    try:
        kind = data[at]
        if kind in {0, 1, 4}:
            shape = {0: "<i", 1: "<q", 4: "<f"}[kind]
            return str(struct.unpack_from(shape, data, at + 1)[0]), at + 1 + struct.calcsize(shape)
        if kind == 2:
            end = at + 5 + struct.unpack_from("<I", data, at + 1)[0]
            return data[at + 5 : end].decode("utf-8", "replace"), end
        if kind != 3 or depth >= _DEPTH:
            return "", len(data)
        items, place = list[str](), at + 2
        for _ in range(data[at + 1]):
            item, place = _value(data, place, depth + 1)
            items.append(item)
    except (IndexError, struct.error):
        return "", len(data)
    return f"[{','.join(items)}]", place
