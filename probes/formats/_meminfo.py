"""``/proc/meminfo``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import frozen, lines, put, require

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_()]{1,40}):\s{1,40}(\d{1,18})(?: kB)?\s{0,8}")


@dataclass(frozen=True, slots=True)
class Meminfo:
    """Memory in kB as the kernel counts them; ``fields_kb`` holds every line, the others are the usual ones."""

    fields_kb: Mapping[str, int]
    mem_total_kb: int
    mem_free_kb: int | None
    mem_available_kb: int | None
    swap_total_kb: int | None
    swap_free_kb: int | None


def parse_meminfo(text: str) -> Meminfo:
    """Read ``/proc/meminfo``; ``MemAvailable`` is absent on kernels before 3.14.

    Raises:
        NotUnderstood: there is no MemTotal.
    """
    table: dict[str, int] = {}
    for line in lines(text):
        if found := _FIELD.fullmatch(line):
            put(table, found[1], int(found[2]), cap=200)
    require("MemTotal" in table, "meminfo", text)
    return Meminfo(
        fields_kb=frozen(table),
        mem_total_kb=table["MemTotal"],
        mem_free_kb=table.get("MemFree"),
        mem_available_kb=table.get("MemAvailable"),
        swap_total_kb=table.get("SwapTotal"),
        swap_free_kb=table.get("SwapFree"),
    )
