"""Apps that keep failing, and apps that empty the battery."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._declare import Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource
from probes._records import Evidence
from probes._text import show
from probes._verdict import Stage, Unit, Verdict
from probes.formats import BatteryStats, parse_batterystats, parse_dropbox, parse_packages
from probes.logs import LogReport, LogSource, scan
from probes.software._ask import Answer, try_ask
from probes.software._falls import worst_in_a_day
from probes.software._log_signs import open_logs, signs

_DRAIN_SOURCE = LimitSource(
    kind="prior",
    text="one app's mean current since the last charge; video playback takes some 150 mA, rest below 10 mA",
)
_WAKE_SOURCE = LimitSource(
    kind="prior",
    text="share of the time on battery for which one app kept the processor awake; both numbers are ours",
)
_HANG_SOURCE = LimitSource(
    kind="prior", text="hangs (ANR) of one app within a day, in the drop box; both numbers are ours"
)
_CRASH_CODES: Final = ("app.", "system.")
_DRAIN_LIMIT: Final = AtMost(high=120, marginal_above=60, source=_DRAIN_SOURCE)
_WAKE_LIMIT: Final = AtMost(high=60, marginal_above=30, source=_WAKE_SOURCE)
_MS_PER_H: Final = 3_600_000
_ENOUGH_MS: Final = _MS_PER_H // 4
_SURE_MS: Final = 2 * _MS_PER_H
"""Music or a film in a shorter time since the last charge looks like an app that never rests."""
_SURE_DARK_SHARE: Final = 0.5


class AbnormalApps(Probe):
    """Counts crashes per app and finds the app that draws most while the phone runs on battery."""

    meta = ProbeMeta(
        id="apps.abnormal",
        version=3,
        purpose="Apps that keep crashing or empty the battery",
        stage=Stage.SOFTWARE,
        duration_s=1.0,
        measures=(
            Measure(name="packages", label="Apps installed", unit=Unit.COUNT),
            Measure(name="third_party_packages", label="Apps added by the user", unit=Unit.COUNT),
            Measure(name="worst_crashes", label="Crashes of the app that crashes most", unit=Unit.COUNT),
            Measure(
                name="worst_hangs",
                label="Hangs of the app that hangs most, in a day",
                unit=Unit.COUNT,
                limit=AtMost(high=8, marginal_above=4, source=_HANG_SOURCE),
                says=Says(code="app.anr_storm", component="SW"),
            ),
            Measure(
                name="worst_drain_ma",
                label="Mean current of the app that draws most",
                unit=Unit.MILLIAMPERE,
                limit=_DRAIN_LIMIT,
                says=Says(code="app.battery_drain", component="SW"),
            ),
            Measure(
                name="worst_wakelock_percent",
                label="Time awake because of one app",
                unit=Unit.PERCENT,
                limit=_WAKE_LIMIT,
                says=Says(code="app.keeps_awake", component="SW"),
            ),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Count packages, scan the crash log and the drop box, weigh the battery statistics."""
        yield _count(bench, "packages")
        yield _count(bench, "third_party_packages", "-3")
        yield from _crashes(bench)
        stats = try_ask(bench, parse_batterystats, "dumpsys", "batterystats", deadline_s=20)
        yield _drain(stats)
        yield _wakelock(stats)


def _count(bench: Bench, name: str, *options: str) -> Said:
    answer = try_ask(bench, parse_packages, "pm", "list", "packages", *options)
    if answer is None:
        return Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    return Reading(name=name, value=len(answer.value.packages), evidence=answer.evidence())


def _crashes(bench: Bench) -> Iterator[Said]:
    recordings: dict[str, str] = {}
    report = scan(_crash_sources(bench, recordings))
    if not report.sources:
        for name in ("worst_crashes", "worst_hangs"):
            yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        return
    yield Reading(name="worst_crashes", value=_worst(report))
    yield _hangs(report, recordings)
    for sign in signs(report, recordings):
        if sign.code.startswith(_CRASH_CODES):
            yield sign


def _crash_sources(bench: Bench, recordings: dict[str, str]) -> Iterator[LogSource]:
    for name, stream in open_logs(bench, ("crash",)):
        recordings[name] = stream.id
        yield LogSource(name, stream)
    dropbox = try_ask(bench, parse_dropbox, "dumpsys", "dropbox")
    if dropbox is not None:
        recordings["dropbox"] = dropbox.reply.id
        yield LogSource("dropbox", (dropbox.reply.out.raw,))


def _hangs(report: LogReport, recordings: dict[str, str]) -> Said:
    hangs = [one for one in report.crashes if one.kind == "anr"]
    worst = max(hangs, key=worst_in_a_day, default=None)
    if worst is None:
        return Reading(name="worst_hangs", value=0)
    recording = recordings.get(worst.evidence[0].source, "") if worst.evidence else ""
    evidence = (Evidence(recording=recording, text=show(f"{worst.process}: {worst.count} hangs", 200)),)
    return Reading(name="worst_hangs", value=worst_in_a_day(worst), evidence=evidence)


def _worst(report: LogReport) -> int:
    return max((crash.count for crash in report.crashes), default=0)


def _on_battery_ms(stats: Answer[BatteryStats] | None) -> int:
    return stats.value.time_ms.get("Time on battery", 0) if stats else 0


def _told(limit: AtMost, reading: Reading, stats: BatteryStats) -> Said:
    """A reading, or an excuse where it speaks against an app that its owner may just have used.

    Much is only held against an app after hours on battery, most of them with the screen off.
    """
    span_ms, dark_ms = (stats.time_ms.get(name) for name in ("Time on battery", "Time on battery screen off"))
    is_used = dark_ms is not None and dark_ms < _SURE_DARK_SHARE * (span_ms or 0)
    if limit.judge(reading.value) is Verdict.PASS or ((span_ms or 0) >= _SURE_MS and not is_used):
        return reading
    return Excuse(name=reading.name, verdict=Verdict.INCONCLUSIVE, reason="too_short_on_battery")


def _drain(stats: Answer[BatteryStats] | None) -> Said:
    """Mean current of the app that the system charges most for; too short on battery says nothing."""
    span_ms = _on_battery_ms(stats)
    apps = {uid: mah for uid, mah in stats.value.uid_use_mah.items() if _is_app(uid)} if stats else {}
    if stats is None or not stats.value.uid_use_mah:
        return Excuse(name="worst_drain_ma", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    if span_ms < _ENOUGH_MS:
        return Excuse(name="worst_drain_ma", verdict=Verdict.NOT_SUPPORTED, reason="too_short_on_battery")
    uid = max(apps, key=lambda name: apps[name], default="")
    drain_ma = round(apps[uid] / (span_ms / _MS_PER_H), 1) if uid else 0.0
    words = f"uid {show(uid, 40)}: {apps[uid]:g} mAh in {span_ms / _MS_PER_H:.1f} h" if uid else "no app"
    reading = Reading(name="worst_drain_ma", value=drain_ma, evidence=stats.evidence(words))
    return _told(_DRAIN_LIMIT, reading, stats.value)


def _is_app(uid: str) -> bool:
    """Apps of a user are printed as ``u0a123`` (from 10000 on); the rest is the system's."""
    return "a" in uid or (uid.isdigit() and int(uid) >= 10_000)


def _wakelock(stats: Answer[BatteryStats] | None) -> Said:
    """Share of the time for which an app held its worst wake lock; those of the system's parts are no app's.

    A name begins with who holds the lock; 1041, the sound server, holds one while music plays.
    """
    span_ms = _on_battery_ms(stats)
    if stats is None or span_ms < _ENOUGH_MS:
        reason = "not_reported" if stats is None else "too_short_on_battery"
        return Excuse(name="worst_wakelock_percent", verdict=Verdict.NOT_SUPPORTED, reason=reason)
    held = [lock for lock in stats.value.wake_locks if not lock.is_kernel and _is_app(lock.name.split(" ")[0])]
    worst = max(held, key=lambda lock: lock.held_ms, default=None)
    share = round(100 * min(worst.held_ms, span_ms) / span_ms, 1) if worst else 0.0
    words = f"{show(worst.name, 80)} held {worst.held_ms / _MS_PER_H:.1f} h" if worst else "no wake lock of an app"
    reading = Reading(name="worst_wakelock_percent", value=share, evidence=stats.evidence(words))
    return _told(_WAKE_LIMIT, reading, stats.value)
