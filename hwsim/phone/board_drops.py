"""Tombstones of programs that lost a bit of their memory: many names, no two addresses alike."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hwsim.physics.memory import draw_flips

if TYPE_CHECKING:
    from datetime import datetime

    from hwsim.phone.phone import Phone

_SPAN_S = 3 * 86_400.0
_MOST = 40


def memory_tombstones(phone: Phone) -> list[tuple[datetime, str]]:
    """Return when and with what text programs fell over a flipped bit in the last days; none in sound memory."""
    flips_per_h = phone.health.worst.ram_flips_per_h
    if not flips_per_h:
        return []
    rng = phone.rng("memory drops")
    sizes = {name: 100.0 / (place + 3) for place, name in enumerate(phone.processes)}
    flips = [flip for flip in draw_flips(flips_per_h, _SPAN_S, sizes, rng) if flip.victim != "kernel"][-_MOST:]
    begin = phone.clock.now - timedelta(seconds=_SPAN_S)
    found = []
    begin_s = phone.clock.uptime_s - _SPAN_S
    for flip in flips:
        if not phone.health.condition_before(begin_s + flip.at_s).ram_flips_per_h:
            continue
        name = flip.victim.rsplit("/", 1)[-1][:15]
        head = f"pid: {rng.randrange(400, 9000)}, name: {name}  >>> {flip.victim} <<<"
        fault = f"signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x{flip.fault_address:x}"
        text = f"Build: {phone.profile.fingerprint}\n\n{head}\n{fault}\n"
        found.append((begin + timedelta(seconds=flip.at_s), text))
    return found
