"""Wear and errors of flash storage: UFS health descriptor, eMMC EXT_CSD, and the vendor sections around them.

Life time estimates are steps of a tenth: 0x01 = 0-10 % used ... 0x0A = 90-100 %, 0x0B = beyond; 0 = not defined.
End of life: 1 normal, 2 warning (80 % of the reserve used), 3 urgent (JEDEC JESD220 health descriptor, JESD84 EXT_CSD).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import frozen, lines, put, require, whole

_TITLE = re.compile(r"------ (.{0,120}?) ?(?:\(([^()\s]{1,200})\) )?------\s{0,8}")
# the end of `key: 0x01`, `key = 1`, `path/key:0x01` (grep), `bPreEOLInfo = 0x1`, `[EXT_CSD_...]: 0x01`
_VALUE = re.compile(r"(?:0[xX][0-9a-fA-F]{1,8}|\d{1,19})(?:[ \t]{1,4}0[xX][0-9a-fA-F]{1,8})?")
_BARE = re.compile(r"\s{0,8}(?:0[xX][0-9a-fA-F]{1,2}|\d{1,2})(?:\s{1,4}(?:0[xX][0-9a-fA-F]{1,2}|\d{1,2}))?\s{0,8}")
_LIFE = {
    "life_time_estimation_a": "a",
    "life_time_estimation_b": "b",
    "life_time_estimation_c": "c",
    "bdevicelifetimeesta": "a",
    "bdevicelifetimeestb": "b",
    "ext_csd_device_life_time_est_typ_a": "a",
    "ext_csd_device_life_time_est_typ_b": "b",
    "device_life_time_est_typ_a": "a",
    "device_life_time_est_typ_b": "b",
}
_EOL = frozenset({"eol_info", "pre_eol_info", "bpreeolinfo", "ext_csd_pre_eol_info"})
_BOTH = frozenset({"life_time", "device_life_time_est"})
_NAME = re.compile(r"[A-Za-z0-9_]{2,64}")
_MAX_KEY_CHARS = 200
_SECTOR_BYTES = 512
_LONGEST_BARE = 24
_LIFE_STEPS_TO_FULL = 10
_LIFE_STEPS = range(1, 12)


@dataclass(frozen=True, slots=True)
class StorageHealth:
    """Wear steps, identity and error counters; None where the text does not say.

    ``values`` holds the numbers of a text that is nothing but one or two bytes, as a sysfs file read on its own is:
    the caller knows which file it was.
    """

    life_time_estimation_a: int | None
    life_time_estimation_b: int | None
    life_time_estimation_c: int | None
    eol_info: int | None
    model: str | None
    rev: str | None
    size_bytes: int | None
    error_counts: Mapping[str, int]
    values: tuple[int, ...] = ()

    @property
    def life_used_ratio(self) -> float | None:
        """Upper end of the worst life step of types A and B as a ratio (1.1 = beyond the rated life)."""
        steps = [
            step for step in (self.life_time_estimation_a, self.life_time_estimation_b) if step and step in _LIFE_STEPS
        ]
        return max(steps) / _LIFE_STEPS_TO_FULL if steps else None


def parse_storage_health(text: str) -> StorageHealth:
    """Read a health descriptor in any of its known forms.

    Raises:
        NotUnderstood: there is no wear step, no end-of-life byte and no error counter.
    """
    bare = text.strip() if len(text) <= _LONGEST_BARE else ""
    if bare and _BARE.fullmatch(bare):
        values = tuple(value for token in bare.split() if (value := whole(token)) is not None)
        return StorageHealth(None, None, None, None, None, None, None, frozen({}), values)
    table = _table(text)
    life = _life(table)
    eol = next((whole(value) for key, value in table.items() if key in _EOL), None)
    counts = {
        key: count
        for key, value in table.items()
        if key.endswith(("_err_count", "_reset_count", "_abort_count")) and (count := whole(value)) is not None
    }
    require(life or eol is not None or counts, "storage health descriptor", text)
    sectors = whole(table.get("size"))
    return StorageHealth(
        life_time_estimation_a=life.get("a"),
        life_time_estimation_b=life.get("b"),
        life_time_estimation_c=life.get("c"),
        eol_info=eol,
        model=table.get("model"),
        rev=table.get("rev"),
        size_bytes=None if sectors is None else sectors * _SECTOR_BYTES,
        error_counts=frozen(counts),
    )


def _table(text: str) -> dict[str, str]:
    table: dict[str, str] = {}
    pending = ""
    for line in lines(text):
        if found := _TITLE.fullmatch(line):
            pending = (found[2] or "").rsplit("/", 1)[-1]
        elif pending:
            if line.strip():
                put(table, pending, line.strip()[:200], cap=500)
            pending = ""
        elif pair := _pair(line):
            put(table, *pair, cap=500)
    return table


def _pair(line: str) -> tuple[str, str] | None:
    at = max(line.rfind(":"), line.rfind("="))
    value = line[at + 1 :].strip() if at > 0 else ""
    names = _NAME.findall(line[max(0, at - _MAX_KEY_CHARS) : at]) if _VALUE.fullmatch(value) else []
    return (names[-1].lower(), value) if names else None


def _life(table: Mapping[str, str]) -> dict[str, int]:
    life: dict[str, int] = {}
    for key, value in table.items():
        tokens = [whole(token) for token in value.split()]
        if key in _BOTH and len(tokens) > 1 and tokens[0] is not None and tokens[1] is not None:
            put(life, "a", tokens[0])
            put(life, "b", tokens[1])
        elif (kind := _LIFE.get(key)) and tokens and tokens[0] is not None:
            put(life, kind, tokens[0])
    return life
