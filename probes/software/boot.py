"""Why the phone started last, and how often it went down without being asked to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from probes._declare import Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource
from probes._text import show
from probes._verdict import Stage, Unit, Verdict
from probes.formats import Getprop, parse_dropbox, parse_getprop, parse_uptime
from probes.software._ask import Answer, ask, try_ask

_HISTORY_SOURCE = LimitSource(kind="prior", text="a healthy phone keeps a handful of reasons, none of them a crash")
_REASONS: Final = ("sys.boot.reason", "ro.boot.bootreason", "sys.boot.reason.last")
_HISTORY: Final = "persist.sys.boot.reason.history"
# AOSP system/core/bootstat canonical reasons, and the words that vendors' bootloaders use for the same.
_PANIC: Final = ("kernel_panic", "panic", "watchdog", "hw_reset", "bark", "oops", "abnormal")
_POWER_LOST: Final = ("shutdown,battery", "undervoltage", "brownout", "low_battery", "smpl", "power_loss", "uvlo")
_HEAT: Final = ("thermal", "overheat", "overtemp")


class BootHistory(Probe):
    """Last boot reason, uptime, and counts of unwanted restarts from the history that Android keeps."""

    meta = ProbeMeta(
        id="boot.history",
        version=1,
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
                name="system_restarts",
                label="Restarts of Android without a reboot",
                unit=Unit.COUNT,
                limit=AtMost(high=2, marginal_above=0, source=_HISTORY_SOURCE),
                says=Says(code="system.server_restart", component="SW"),
            ),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Read the reasons from the properties and the restarts from the drop box."""
        answer = ask(bench, parse_getprop, "getprop")
        reason = next((answer.value.props[key] for key in _REASONS if answer.value.props.get(key)), "")
        if reason:
            yield Reading(name="last_reason", value=show(reason), evidence=answer.evidence(reason))
        else:
            yield Excuse(name="last_reason", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        yield _uptime(bench)
        yield from _history(answer, reason)
        yield _restarts(bench)


def _uptime(bench: Bench) -> Said:
    uptime = try_ask(bench, parse_uptime, "uptime")
    if uptime is None:
        return Excuse(name="uptime_h", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    return Reading(name="uptime_h", value=round(uptime.value.uptime_s / 3600, 2), evidence=uptime.evidence())


def _history(answer: Answer[Getprop], reason: str) -> Iterator[Said]:
    """Count bad reasons. The history holds `reason,unix_time` lines, newest first, and the last boot among them."""
    history = [line for line in answer.value.props.get(_HISTORY, "").lower().splitlines() if line.strip()]
    reasons = history or ([reason.lower()] if reason else [])
    for name, words in (("panics", _PANIC), ("power_losses", _POWER_LOST), ("thermal_shutdowns", _HEAT)):
        if not reasons:
            yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
            continue
        bad = [line for line in reasons if _names(line, words)]
        yield Reading(name=name, value=len(bad), evidence=answer.evidence("; ".join(bad)) if bad else ())


def _names(line: str, words: Sequence[str]) -> bool:
    return any(word in line for word in words)


def _restarts(bench: Bench) -> Said:
    """A first SYSTEM_BOOT entry is a boot; SYSTEM_RESTART means that the system server died and came back."""
    dropbox = try_ask(bench, parse_dropbox, "dumpsys", "dropbox")
    if dropbox is None:
        return Excuse(name="system_restarts", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    restarts = [entry for entry in dropbox.value.entries if entry.tag == "SYSTEM_RESTART"]
    words = "; ".join(f"{entry.time} {entry.tag}" for entry in restarts[-3:])
    return Reading(name="system_restarts", value=len(restarts), evidence=dropbox.evidence(words) if restarts else ())
