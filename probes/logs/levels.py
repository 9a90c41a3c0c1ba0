"""How many lines of each level a block holds, without a Python loop over its lines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from probes.logs.blocks import Block

LEVELS = "VDIWEF"
UNKNOWN = "?"
_SYSLOG_LEVELS = b"FFFEWIID"
_REACH = 64  # the level letter of every logcat shape stands within this many bytes of the line start
_THREADTIME_AT = range(20, 62)  # pids and user names move the letter
_SPACE, _SLASH, _DASH, _COLON, _LESS, _GREATER, _OPEN = b" /-:<>("

_LETTER = np.zeros(256, np.bool_)
_LETTER[list(b"VDIWEFS")] = True
_DIGIT = np.zeros(256, np.bool_)
_DIGIT[list(b"0123456789")] = True
_POINT = np.zeros(256, np.bool_)
_POINT[list(b".")] = True
_Bytes = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.int64]


def count_levels(block: Block) -> dict[str, int]:
    """Lines per level letter; lines that carry no level are counted under ``?``."""
    data = np.concatenate((np.frombuffer(block.data, np.uint8), np.zeros(_REACH, np.uint8)))
    starts = np.append(0, block.ends[:-1] + 1)
    found = np.zeros(len(starts), np.uint8)
    _syslog(data, starts, found)
    _brief(data, starts, found)
    _stamped(data, starts, found)
    counts = np.bincount(found, minlength=256)
    levels = {letter: int(counts[ord(letter)]) for letter in LEVELS}
    levels["F"] += int(counts[ord("S")])  # "silent" as a level marks an assert
    levels[UNKNOWN] = int(counts[0])
    return {letter: number for letter, number in levels.items() if number}


def _syslog(data: _Bytes, starts: _Places, found: _Bytes) -> None:
    """``<6>[`` and ``<6>text``: the number modulo 8 is the level."""
    here = (data[starts] == _LESS) & (data[starts + 2] == _GREATER)
    digit = data[starts + 1] - ord("0")
    here &= digit < len(_SYSLOG_LEVELS)
    table = np.frombuffer(_SYSLOG_LEVELS, np.uint8)
    found[here] = table[digit[here]]


def _brief(data: _Bytes, starts: _Places, found: _Bytes) -> None:
    """``E/tag`` and ``E( pid``."""
    here = _LETTER[data[starts]] & ((data[starts + 1] == _SLASH) | (data[starts + 1] == _OPEN))
    found[here] = data[starts[here]]


def _stamped(data: _Bytes, starts: _Places, found: _Bytes) -> None:
    """``[YYYY-]MM-DD hh:mm:ss.fff [zone]`` or seconds, and then ``E/tag`` or ``[user] pid tid E tag``."""
    dated = (data[starts + 2] == _DASH) & (data[starts + 8] == _COLON) & (data[starts + 11] == _COLON)
    rows = np.flatnonzero(dated)
    at = starts[rows] + 19
    here = _LETTER[data[at]] & (data[at + 1] == _SLASH)
    found[rows[here]] = data[at[here]]
    _after_ids(data, starts, found, rows[~here])
    with_year = (data[starts + 4] == _DASH) & (data[starts + 13] == _COLON)
    counted = (_DIGIT[data[starts]] | (data[starts] == _SPACE)) & (_POINT[data[starts + 10]] | _POINT[data[starts + 8]])
    _after_ids(data, starts, found, np.flatnonzero((with_year | counted) & ~dated & (found == 0)))


def _after_ids(data: _Bytes, starts: _Places, found: _Bytes, rows: _Places) -> None:
    """The letter between two spaces, behind the number of the thread."""
    for column in _THREADTIME_AT:
        if not len(rows):
            return
        at = starts[rows] + column
        here = _LETTER[data[at]] & (data[at - 1] == _SPACE) & (data[at + 1] == _SPACE) & _DIGIT[data[at - 2]]
        found[rows[here]] = data[at[here]]
        rows = rows[~here]
