"""``df`` and ``df -i``: how full the partitions are, in the layouts of toybox, toolbox, busybox and Android 2.x."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import append, lines, number, require, whole

_HEADER = re.compile(r"Filesystem\s{1,200}(?:(?:(\d{1,5})(K?)-blocks)|Size)\s{1,40}Used\s{1,40}(Free|Avail)")
_OLD = re.compile(r"(\S{1,200}): (\S{1,20}) total, (\S{1,20}) used, (\S{1,20}) available")
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)([KMGTP]?)i?")
_SUFFIX_K = {"K": 1.0, "M": 1024.0, "G": 1024.0**2, "T": 1024.0**3, "P": 1024.0**4}
_BYTES_PER_K = 1024
_NUMBERS = 4  # size, used, available, use% (or block size)
_MAX_ROWS = 500


@dataclass(frozen=True, slots=True)
class DfRow:
    """One file system; sizes in KiB, ``use_percent`` None where the layout does not print it."""

    filesystem: str
    mount: str
    size_k: int
    used_k: int
    available_k: int
    use_percent: int | None


@dataclass(frozen=True, slots=True)
class Df:
    """The file systems in the order of the text."""

    rows: tuple[DfRow, ...]

    def at(self, mount: str) -> DfRow | None:
        """Return the file system mounted at ``mount``."""
        return next((row for row in self.rows if row.mount == mount), None)


def parse_df(text: str) -> Df:
    """Read ``df`` output.

    Raises:
        NotUnderstood: there is no header of ``df`` and no line in the shape of Android 2.x.
    """
    rows: list[DfRow] = []
    header: re.Match[str] | None = None
    wrapped = ""
    for line in lines(text):
        if found := _HEADER.match(line):
            header, wrapped = found, ""
            continue
        if found := _OLD.match(line):
            row = _row(found[1], found[1], (found[2], found[3], found[4]), None, unit_k=1.0)
        elif header is None:
            continue
        else:
            tokens = line.split(None, _NUMBERS + 1)
            if len(tokens) == 1:
                wrapped = tokens[0]  # busybox breaks the line after a long device name
                continue
            row = _table_row(header, [wrapped, *tokens] if wrapped and line[:1].isspace() else tokens)
            wrapped = ""
        if row:
            append(rows, row, cap=_MAX_ROWS)
    require(rows or header, "df output", text)
    return Df(rows=tuple(rows))


_INODES = re.compile(r"Filesystem\s{1,200}Inodes\s{1,40}I?Used\s{1,40}I?(?:Free|Avail)")
_INODE_ROW = re.compile(
    r"(\S{1,300})\s{1,200}(\d{1,15})\s{1,40}(\d{1,15})\s{1,40}(\d{1,15})\s{1,40}\S{1,10}\s{1,40}(/.{0,300})"
)


@dataclass(frozen=True, slots=True)
class InodeRow:
    """Files that one file system can hold, and can still take; both 0 where it sets no limit."""

    filesystem: str
    mount: str
    total: int
    free: int


def parse_inodes(text: str) -> tuple[InodeRow, ...]:
    """Read ``df -i`` output, in the order of the text.

    Raises:
        NotUnderstood: there is no header of this table, as where ``df`` does not know the option.
    """
    rows: list[InodeRow] = []
    header: re.Match[str] | None = None
    for line in lines(text):
        if header is None:
            header = _INODES.match(line)
        elif found := _INODE_ROW.fullmatch(line[:1000].rstrip()):
            append(rows, InodeRow(found[1], found[5].strip(), int(found[2]), int(found[4])), cap=_MAX_ROWS)
    require(header, "inode table", text)
    return tuple(rows)


def _table_row(header: re.Match[str], tokens: list[str]) -> DfRow | None:
    if len(tokens) <= _NUMBERS:
        return None
    unit_k = (whole(header[1]) or _BYTES_PER_K) / (1 if header[2] else _BYTES_PER_K) if header[1] else 1 / _BYTES_PER_K
    sizes = (tokens[1], tokens[2], tokens[3])
    if header[3] == "Free":  # toolbox names the mount point only, and ends with the block size
        return _row(tokens[0], tokens[0], sizes, None, unit_k=unit_k)
    if len(tokens) <= _NUMBERS + 1:
        return None
    mount = tokens[5] if len(tokens) == _NUMBERS + 2 else " ".join(tokens[5:])
    return _row(tokens[0], mount.strip(), sizes, whole(tokens[4].rstrip("%")), unit_k=unit_k)


def _row(
    filesystem: str, mount: str, sizes: tuple[str, str, str], use_percent: int | None, *, unit_k: float
) -> DfRow | None:
    size, used, available = (_kib(token, unit_k) for token in sizes)
    if size is None or used is None or available is None:
        return None
    return DfRow(
        filesystem=filesystem, mount=mount, size_k=size, used_k=used, available_k=available, use_percent=use_percent
    )


def _kib(token: str, unit_k: float) -> int | None:
    found = _SIZE.fullmatch(token.strip())
    amount = number(found[1]) if found else None
    if found is None or amount is None:
        return None
    return round(amount * _SUFFIX_K.get(found[2], unit_k))
