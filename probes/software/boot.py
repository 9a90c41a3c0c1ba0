"""Why the phone started last, and how often it went down without being asked to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from probes._declare import Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource
from probes._records import Evidence
from probes._text import show
from probes._verdict import Stage, Unit, Verdict
from probes.formats import Dropbox, Getprop, parse_dropbox, parse_getprop, parse_uptime
from probes.logs import LogSource, scan
from probes.software._ask import Answer, ask, try_ask
from probes.software._boot_ends import UNWANTED, End, clock_resets, ends_of, last_end, panics_kept
from probes.software._log_signs import open_logs

_HISTORY_SOURCE = LimitSource(kind="prior", text="a healthy phone keeps a handful of reasons, none of them a crash")
_RESETS_SOURCE = LimitSource(
    kind="prior", text="one of a phone's last starts may follow a reset that nobody explains, two of them seldom do"
)
_KEY_SOURCE = LimitSource(
    kind="prior",
    text="an owner holds the key now and then, when the phone hangs; most of the last starts are seldom so",
)
_CLOCK_SOURCE = LimitSource(
    kind="prior", text="a battery that was taken out stops the clock once; a clock that is lost at each start is broken"
)
_REASONS: Final = ("sys.boot.reason", "ro.boot.bootreason", "sys.boot.reason.last")
_HISTORY: Final = "persist.sys.boot.reason.history"
_COUNTED: Final = {
    "panics": End.PANIC,
    "watchdog_resets": End.WATCHDOG,
    "power_losses": End.BATTERY,
    "thermal_shutdowns": End.HEAT,
    "supply_faults": End.SUPPLY,
    "sudden_resets": End.SUDDEN,
    "key_restarts": End.KEY,
    "update_restarts": End.UPDATE,
}


class _Kept(NamedTuple):
    """What other places than the history keep of unwanted ends."""

    counts: dict[End, int]
    evidence: tuple[Evidence, ...]


class BootHistory(Probe):
    """Last boot reason, uptime, and counts of unwanted restarts, told apart, from all places that keep them."""

    meta = ProbeMeta(
        id="boot.history",
        version=4,
        purpose="Why the phone started, and unwanted restarts",
        stage=Stage.SOFTWARE,
        duration_s=0.2,
        measures=(
            Measure(name="last_reason", label="Last boot reason", unit=Unit.TEXT),
            Measure(name="uptime_h", label="Time since start", unit=Unit.HOUR),
            Measure(
                name="panics",
                label="Restarts after a crash of the kernel",
                unit=Unit.COUNT,
                limit=AtMost(high=2, marginal_above=0, source=_HISTORY_SOURCE),
                says=Says(code="boot.kernel_panics"),
            ),
            Measure(
                name="watchdog_resets",
                label="Restarts by the hardware's watchdog",
                unit=Unit.COUNT,
                limit=AtMost(high=2, marginal_above=0, source=_HISTORY_SOURCE),
                says=Says(code="boot.watchdog_resets"),
            ),
            Measure(
                name="power_losses",
                label="Shutdowns because the battery gave way",
                unit=Unit.COUNT,
                limit=AtMost(high=2, marginal_above=0, source=_HISTORY_SOURCE),
                says=Says(code="boot.power_losses"),
            ),
            Measure(
                name="thermal_shutdowns",
                label="Shutdowns because of heat",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_HISTORY_SOURCE),
                says=Says(code="boot.thermal_shutdowns"),
            ),
            Measure(
                name="supply_faults",
                label="Power-offs by a fault of the power chip",
                unit=Unit.COUNT,
                limit=AtMost(high=1, marginal_above=0, source=_HISTORY_SOURCE),
                says=Says(code="boot.supply_faults", component="PCB", function="pmic"),
            ),
            Measure(
                name="sudden_resets",
                label="Resets without a known reason",
                unit=Unit.COUNT,
                limit=AtMost(high=1, marginal_above=0, source=_RESETS_SOURCE),
                says=Says(code="boot.sudden_resets"),
            ),
            Measure(
                name="clock_resets",
                label="Starts at which the clock began anew",
                unit=Unit.COUNT,
                limit=AtMost(high=1, marginal_above=0, source=_CLOCK_SOURCE),
                says=Says(code="clock.lost", component="PCB", function="rtc"),
            ),
            Measure(
                name="key_restarts",
                label="Restarts by holding the power key",
                unit=Unit.COUNT,
                limit=AtMost(high=2, marginal_above=1, source=_KEY_SOURCE),
                says=Says(code="boot.key_restarts", component="BUT", function="power_key"),
            ),
            Measure(name="update_restarts", label="Restarts for an update", unit=Unit.COUNT),
            Measure(name="unwanted_ends", label="Ends that nobody asked for", unit=Unit.COUNT),
            Measure(
                name="system_restarts",
                label="Restarts of Android without a reboot",
                unit=Unit.COUNT,
                limit=AtMost(high=2, marginal_above=0, source=_HISTORY_SOURCE),
                says=Says(code="system.server_restart", component="SW"),
            ),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Read the reasons from the properties, and what the drop box and the kernel's last log keep beside them."""
        answer = ask(bench, parse_getprop, "getprop")
        reason = next((answer.value.props[key] for key in _REASONS if answer.value.props.get(key)), "")
        if reason:
            yield Reading(name="last_reason", value=show(reason), evidence=answer.evidence(reason))
        else:
            yield Excuse(name="last_reason", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        yield _uptime(bench)
        dropbox = try_ask(bench, parse_dropbox, "dumpsys", "dropbox")
        yield from _history(answer, reason, _kept(bench, dropbox))
        yield _clock(answer)
        yield _restarts(dropbox)


def _uptime(bench: Bench) -> Said:
    uptime = try_ask(bench, parse_uptime, "uptime")
    if uptime is None:
        return Excuse(name="uptime_h", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    return Reading(name="uptime_h", value=round(uptime.value.uptime_s / 3600, 2), evidence=uptime.evidence())


def _kept(bench: Bench, dropbox: Answer[Dropbox] | None) -> _Kept:
    """Panics in the drop box, and how the kernel's log of the run before ends; few shells give the latter."""
    counts: dict[End, int] = {}
    evidence: tuple[Evidence, ...] = ()
    panics = panics_kept(dropbox.value) if dropbox else 0
    if dropbox and panics:
        counts[End.PANIC] = panics
        evidence = dropbox.evidence(f"{panics} consoles of panics in the drop box")
    for name, stream in open_logs(bench, ("last_kernel",)):
        end = last_end(scan([LogSource(name, stream)]))
        if end is not None:
            counts[end] = max(counts.get(end, 0), 1)
            evidence += (Evidence(recording=stream.id, text=f"the kernel's last log ends with {end.value}"),)
    return _Kept(counts, evidence)


def _history(answer: Answer[Getprop], reason: str, kept: _Kept) -> Iterator[Said]:
    """Count ends by kind. One end shows in several places, so the largest count of a place is the answer, never a sum.

    The history holds `reason,unix_time` lines, newest first, and the last boot among them.
    """
    history = [line for line in answer.value.props.get(_HISTORY, "").lower().splitlines() if line.strip()]
    reasons = history or ([reason.lower()] if reason else [])
    named = ends_of(reasons)
    counts = {end: max(len(named.get(end, ())), kept.counts.get(end, 0)) for end in End}
    if not reasons and not kept.counts:
        for name in (*_COUNTED, "unwanted_ends"):
            yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        return
    for name, end in _COUNTED.items():
        if end is End.SUPPLY and not counts[end] and counts[End.SUDDEN]:
            yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="resets_not_explained")
            continue
        seen = answer.evidence("; ".join(named[end])) if end in named else ()
        yield Reading(name=name, value=counts[end], evidence=seen + (kept.evidence if end in kept.counts else ()))
    unwanted = [line for end in UNWANTED for line in named.get(end, ())]
    seen = answer.evidence("; ".join(unwanted)) if unwanted else ()
    yield Reading(name="unwanted_ends", value=sum(counts[end] for end in UNWANTED), evidence=seen)


def _clock(answer: Answer[Getprop]) -> Said:
    lines = [line for line in answer.value.props.get(_HISTORY, "").splitlines() if line.strip()]
    if not lines:
        return Excuse(name="clock_resets", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    lost = clock_resets(lines)
    words = "; ".join(lost) or f"{len(lines)} starts, none of them at the beginning of a year"
    return Reading(name="clock_resets", value=len(lost), evidence=answer.evidence(words))


def _restarts(dropbox: Answer[Dropbox] | None) -> Said:
    """A first SYSTEM_BOOT entry is a boot; SYSTEM_RESTART means that the system server died and came back."""
    if dropbox is None:
        return Excuse(name="system_restarts", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    restarts = dropbox.value.tagged("SYSTEM_RESTART")
    words = "; ".join(f"{entry.time} {entry.tag}" for entry in restarts[-3:])
    return Reading(name="system_restarts", value=len(restarts), evidence=dropbox.evidence(words) if restarts else ())
