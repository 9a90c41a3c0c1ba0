"""The ring buffers of one boot: grown when somebody looks, the same for the same phone at the same time."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

from hwsim.phone.lines import (
    apps,
    audit,
    battery,
    board,
    boot,
    camera,
    charging,
    chips,
    modem,
    noise,
    radios,
    rogues,
    storage,
    system,
    touch,
)
from hwsim.phone.lines.writer import Entry, Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.phone.phone import Phone

_BY_TIME = attrgetter("at_s")
BUFFERS = ("main", "system", "radio", "events", "crash", "kernel")
_SPAN_S = 300.0
_REACH_BACK_S = 12 * 3600.0
_LIMITS = {"main": 5000, "system": 3000, "radio": 2500, "events": 4000, "crash": 600, "kernel": 5000}
_AT_BOOT: tuple[Callable[[Writer], None], ...] = (
    boot.write_boot,
    camera.write_boot,
    touch.write_boot,
    modem.write_boot,
    storage.write_boot,
    radios.write_boot,
    system.write_boot,
    chips.write_boot,
    board.write_boot,
    charging.write_boot,
)
_IN_SPANS: tuple[Callable[[Writer], None], ...] = (
    noise.write_noise,
    camera.write_span,
    touch.write_span,
    modem.write_span,
    storage.write_span,
    battery.write_span,
    apps.write_span,
    radios.write_span,
    rogues.write_span,
    system.write_span,
    chips.write_span,
    board.write_span,
    charging.write_span,
)


class LogBook:
    """All lines since boot, per buffer, oldest first; older ones than the buffer holds are gone."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._lines: dict[str, list[Entry]] = {name: [] for name in BUFFERS}
        self._cleared_s = dict.fromkeys(BUFFERS, -1.0)
        self._until_s = 0.0
        self._sampled_s = self._denied_s = -1.0
        writer = Writer(phone, phone.rng(f"log/{phone.boot_count}/boot"), start_s=0.0, end_s=30.0)
        for source in _AT_BOOT:
            source(writer)
        self._store(writer.entries)

    def entries(self, buffer: str) -> list[Entry]:
        """Return the lines of a buffer up to now."""
        now_s = self._phone.clock.uptime_s
        self._grow(now_s)
        lines = self._lines[buffer]
        end = bisect_right(lines, now_s, key=lambda entry: entry.at_s)
        cleared_s = self._cleared_s[buffer]
        shown = lines[max(0, end - _LIMITS[buffer]) : end]
        return [entry for entry in shown if entry.at_s > cleared_s]

    def clear(self, buffer: str) -> None:
        """Forget what is in a buffer."""
        self._cleared_s[buffer] = self._phone.clock.uptime_s

    def freeze(self, at_s: float | None = None) -> None:
        """Keep what has been logged by a time (None: now) and let everything later be written anew: parts change."""
        now_s = self._phone.clock.uptime_s if at_s is None else at_s
        self._grow(now_s)
        for lines in self._lines.values():
            lines[:] = [entry for entry in lines if entry.at_s <= now_s]
        self._until_s = now_s

    def _grow(self, now_s: float) -> None:
        self._phone.refresh()
        self._until_s = max(self._until_s, (now_s - _REACH_BACK_S) // _SPAN_S * _SPAN_S)
        while self._until_s <= now_s:
            start_s = self._until_s
            end_s = (start_s // _SPAN_S + 1) * _SPAN_S
            rng = self._phone.rng(f"log/{self._phone.boot_count}/{start_s:.3f}")
            writer = Writer(self._phone, rng, start_s=start_s, end_s=end_s)
            for source in _IN_SPANS:
                source(writer)
            self._store(writer.entries)
            self._until_s = end_s
        self._take_samples()
        self._take_denials()

    def _take_denials(self) -> None:
        phone = self._phone
        fresh = [(at_s, path) for boot, at_s, path in phone.files.denials if boot == phone.boot_count]
        fresh = [denial for denial in fresh if denial[0] > self._denied_s]
        if fresh:
            self._store(audit.denial_lines(phone, fresh))
            self._denied_s = fresh[-1][0]

    def _take_samples(self) -> None:
        samples, written = self._phone.battery.samples, list[Entry]()
        for before, sample in pairwise([samples[0], *samples]):
            if sample.at_s > self._sampled_s:
                rng = self._phone.rng(f"log/{self._phone.boot_count}/sample/{sample.at_s}")
                writer = Writer(self._phone, rng, start_s=sample.at_s, end_s=sample.at_s)
                battery.write_sample(writer, sample, before)
                charging.write_sample(writer, sample, before)
                written += writer.entries
        self._store(written)
        self._sampled_s = samples[-1].at_s

    def _store(self, entries: list[Entry]) -> None:
        for name, lines in self._lines.items():
            added = sorted((entry for entry in entries if entry.buffer == name), key=_BY_TIME)
            if added:
                begin = bisect_right(lines, added[0].at_s, key=_BY_TIME)
                lines[begin:] = sorted(lines[begin:] + added, key=_BY_TIME)
                del lines[: -2 * _LIMITS[name]]
