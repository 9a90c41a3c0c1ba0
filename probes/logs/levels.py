"""How many lines of each level a block holds, without a Python loop over its lines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from probes.logs.blocks import Block

LEVELS = "VDIWEF"
UNKNOWN = "?"
_SYSLOG_LEVELS = b"FFFEWIID"
_REACH = 48  # the level letter of every logcat shape stands within this many bytes of the line start
_THREADTIME_AT = range(22, 47)  # pids and user names move the letter
_SPACE, _SLASH, _DASH, _COLON, _LESS, _GREATER = b" /-:<>"

_LETTER = np.zeros(256, np.bool_)
_LETTER[list(b"VDIWEFS")] = True
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
    """``E/tag``."""
    here = _LETTER[data[starts]] & (data[starts + 1] == _SLASH)
    found[here] = data[starts[here]]


def _stamped(data: _Bytes, starts: _Places, found: _Bytes) -> None:
    """``MM-DD hh:mm:ss.fff`` and then ``E/tag`` or ``[user] pid tid E tag``."""
    rows = np.flatnonzero((data[starts + 2] == _DASH) & (data[starts + 8] == _COLON) & (data[starts + 11] == _COLON))
    at = starts[rows] + 19
    here = _LETTER[data[at]] & (data[at + 1] == _SLASH)
    found[rows[here]] = data[at[here]]
    rows = rows[~here]
    for column in _THREADTIME_AT:
        if not len(rows):
            return
        at = starts[rows] + column
        here = _LETTER[data[at]] & (data[at - 1] == _SPACE) & (data[at + 1] == _SPACE)
        found[rows[here]] = data[at[here]]
        rows = rows[~here]
