"""Commands that make a phone work: ``timeout``, ``dd``, and sums over an input without end.

Words and outputs as in toybox (the summary of ``dd`` goes to standard error); unverified on a phone.
"""

from __future__ import annotations

import asyncio
import shlex
from typing import TYPE_CHECKING

from hwsim.adbd.machine import FileRefused
from hwsim.phone.exertion import exert
from hwsim.render.storage import write_kib_s

if TYPE_CHECKING:
    from hwsim.shell_commands.process import Process

ENDLESS = "/dev/zero"
_RANDOM = "/dev/urandom"
_TIMED_OUT = 124
_MOST_BYTES = 128 * 1024 * 1024
_SUFFIXES = {"k": 1024, "K": 1024, "m": 1024**2, "M": 1024**2}


async def work_without_end(process: Process) -> int:
    """Keep a core busy until somebody ends it."""
    phone = process.phone
    exert(phone, cores=1)
    try:
        await asyncio.Event().wait()
    finally:
        exert(phone, cores=-1)
    return 0


async def run_timeout(process: Process) -> int:
    """Run a command for so many (simulated) seconds at most."""
    try:
        seconds = float(process.arguments[0])
    except (IndexError, ValueError):
        return process.fail("Needs 2 arguments")
    work = process.run_line(shlex.join(process.arguments[1:]))
    try:
        return await asyncio.wait_for(work, seconds / process.phone.times.speed)
    except TimeoutError:
        return _TIMED_OUT


async def run_dd(process: Process) -> int:
    """Copy blocks; if, of, bs, count and conv=fsync are known. Flash takes its time, in simulated seconds."""
    words = dict(word.split("=", 1) for word in process.arguments if "=" in word)
    block, count = _bytes(words.get("bs", "512")), _bytes(words.get("count", "1"))
    if block * count > _MOST_BYTES or block < 1:
        return process.fail("out of memory")
    phone, source, target = process.phone, words.get("if", ""), words.get("of", "")
    try:
        content = bytes(phone.files.read(source))[: block * count] if source not in (ENDLESS, _RANDOM) else b""
        if source == ENDLESS:
            content = bytes(block * count)
        elif source == _RANDOM:
            content = phone.rng(f"dd/{phone.clock.uptime_s:.3f}").randbytes(block * count)
        if target and target != "/dev/null":
            phone.files.put(target, content)
    except FileRefused as refusal:
        return process.fail(f"{source or target}: {refusal.reason}")
    storage = phone.storage
    took_s = len(content) / 1024 / write_kib_s(storage) if target != "/dev/null" else 0.001
    if "fsync" in words.get("conv", "") and target != "/dev/null":
        took_s += storage.fsync_ms / 1000 * phone.rng(f"fsync/{phone.clock.uptime_s:.3f}").uniform(0.7, 1.8)
    await asyncio.sleep(took_s / phone.times.speed)
    whole = len(content) // block
    rate_m_s = len(content) / took_s / 1024**2
    process.err(f"{whole}+0 records in\n{whole}+0 records out")
    process.err(f"{len(content)} bytes ({len(content) / 1024**2:.1f} M) copied, {took_s:.6f} s, {rate_m_s:.1f} M/s")
    return 0


def _bytes(text: str) -> int:
    number = text.rstrip("kKmM")
    return int(number or "0") * _SUFFIXES.get(text[len(number) :], 1)
