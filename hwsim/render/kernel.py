"""The kernel log with the line prefix of each maker. Prefixes seen on phones with each of these kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Entry
    from hwsim.phone.phone import Phone


def show_dmesg(phone: Phone) -> str:
    """Return what dmesg prints."""
    return "".join(kernel_line(phone, entry) for entry in phone.logbook.entries("kernel"))


def kernel_line(phone: Phone, entry: Entry) -> str:
    """Return one line in the maker's style; processor numbers follow from the time."""
    stamp = f"{entry.at_s:12.6f}"
    core = int(entry.at_s * 1000) % 8
    style = phone.profile.kernel_style
    if style == "samsung":
        return f"<{entry.level}>[{stamp}]  [{core}:{entry.tag:>15.15}:{entry.pid:5}] {entry.text}\n"
    if style == "mtk":
        return f"[{stamp}] ({core})[{entry.pid}:{entry.tag}]{entry.text}\n"
    if style == "oplus":
        wall = phone.clock.at(entry.at_s).strftime("%Y%m%d_%H:%M:%S.%f")
        return f"[{stamp}] ({core})[{entry.pid}:{entry.tag}][{wall}]@{core} {entry.text}\n"
    if style == "kirin":
        return f"[{stamp}][pid:{entry.pid},cpu{core},{entry.tag}]{entry.text}\n"
    if style == "threaded":
        return f"[{stamp}][{'T' + str(entry.pid):>6}] {entry.text}\n"
    return f"[{stamp}] {entry.text}\n"
