"""Whether Android's own services stand: which of them fall over again and again, and can they still write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._declare import Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Says, Sign
from probes._limits import AtMost, LimitSource, OneOf
from probes._records import Evidence
from probes._text import show
from probes._verdict import Stage, Strength, Unit, Verdict
from probes.formats import parse_bluetooth, parse_dropbox, parse_mounts
from probes.logs import LogReport, LogSource, scan
from probes.software._apps import added_apps
from probes.software._ask import Answer, try_ask
from probes.software._falls import worst_in_a_day
from probes.software._log_signs import open_logs

_FALLS = LimitSource(kind="prior", text="falls of one process within a day; a healthy phone has one now and then")
_BITES = LimitSource(kind="prior", text="the watchdog restarts Android when a service hangs for a minute: no habit")
_RANDOM = LimitSource(
    kind="prior", text="one program falls by its own mistake; many different ones fall when memory or processor err"
)
_MOUNTED = LimitSource(kind="prior", text="Linux mounts a file system read-only when it finds it damaged")
# Processes by what stops when they fall. The rest of the system's counts as the system itself.
_OWN_CODES: Final = (
    ("com.android.bluetooth", "bluetooth.service_crashes"),
    ("com.google.android.bluetooth", "bluetooth.service_crashes"),
    ("com.android.phone", "phone.process_crashes"),
    ("audioserver", "audio.service_crashes"),
    ("mediaserver", "audio.service_crashes"),
    ("cameraserver", "camera.service_crashes"),
)
_MANY: Final = 5
_AT_RANDOM: Final = 9
_NOT_APPS: Final = frozenset({"unknown", "system_server"})
_KINDS: Final = frozenset({"crash", "native_crash"})


class SystemServices(Probe):
    """Falls of the system's own processes within a day, bites of the watchdog, and the mount of the user's data."""

    meta = ProbeMeta(
        id="system.services",
        version=1,
        purpose="Android's own services: falls, hangs, and whether they can write",
        stage=Stage.SOFTWARE,
        duration_s=0.6,
        measures=(
            Measure(name="worst_service_falls", label="Falls of the worst system process in a day", unit=Unit.COUNT),
            Measure(
                name="processes_fallen",
                label="Different processes that fell natively",
                unit=Unit.COUNT,
                limit=AtMost(high=9, marginal_above=6, source=_RANDOM),
                says=Says(code="memory.processes_fall_at_random", component="PCB", function="memory"),
            ),
            Measure(
                name="bluetooth_falls",
                label="Falls of Bluetooth since the start",
                unit=Unit.COUNT,
                limit=AtMost(high=3, marginal_above=0, source=_FALLS),
                says=Says(code="bluetooth.service_crashes", component="SW"),
            ),
            Measure(
                name="watchdog_bites",
                label="Restarts of Android by its watchdog",
                unit=Unit.COUNT,
                limit=AtMost(high=1, marginal_above=0, source=_BITES),
                says=Says(code="system.watchdog_bites", component="SW"),
            ),
            Measure(
                name="data_mount",
                label="The user's data can be written",
                unit=Unit.TEXT,
                limit=OneOf(values=("rw",), source=_MOUNTED),
                says=Says(code="storage.data_read_only"),
            ),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Scan crash log and drop box, ask Bluetooth for its own count, look at the mounts."""
        dropbox = try_ask(bench, parse_dropbox, "dumpsys", "dropbox")
        yield from _falls(bench, dropbox)
        bluetooth = try_ask(bench, parse_bluetooth, "dumpsys", "bluetooth_manager")
        if bluetooth is None or bluetooth.value.crashes is None:
            yield _unknown("bluetooth_falls")
        else:
            words = f"Bluetooth crashed {bluetooth.value.crashes} times"
            yield Reading(name="bluetooth_falls", value=bluetooth.value.crashes, evidence=bluetooth.evidence(words))
        if dropbox is None:
            yield _unknown("watchdog_bites")
        else:
            bites = dropbox.value.tagged("system_server_watchdog")
            words = "; ".join(entry.time for entry in bites[-3:])
            yield Reading(name="watchdog_bites", value=len(bites), evidence=dropbox.evidence(words))
        yield _mount(bench)


def _unknown(name: str) -> Said:
    return Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")


def _mount(bench: Bench) -> Said:
    answer = try_ask(bench, parse_mounts, "cat", "/proc/mounts")
    mount = answer.value.at("/data") if answer else None
    if answer is None or mount is None:
        return _unknown("data_mount")
    words = f"{show(mount.source, 80)} /data {mount.fs_type} {mount.options[0] if mount.options else ''}"
    return Reading(name="data_mount", value="ro" if mount.is_read_only else "rw", evidence=answer.evidence(words))


def _falls(bench: Bench, dropbox: Answer[object] | None) -> Iterator[Said]:
    recordings: dict[str, str] = {}

    def sources() -> Iterator[LogSource]:
        for name, stream in open_logs(bench, ("crash",)):
            recordings[name] = stream.id
            yield LogSource(name, stream)
        if dropbox is not None:
            recordings["dropbox"] = dropbox.reply.id
            yield LogSource("dropbox", (dropbox.reply.out.raw,))

    report = scan(sources())
    if not report.sources:
        yield _unknown("worst_service_falls")
        yield _unknown("processes_fallen")
        return
    apps = added_apps(bench)
    by_code = _by_code(report, apps.names if apps else None, recordings)
    yield Reading(name="worst_service_falls", value=max((falls for falls, _ in by_code.values()), default=0))
    fallen = sorted({one.process for one in report.crashes if one.kind == "native_crash"} - _NOT_APPS)
    evidence = (Evidence(recording=recordings.get("crash", ""), text=show(", ".join(fallen), 300)),)
    yield Reading(name="processes_fallen", value=len(fallen), evidence=evidence)
    for falls, sign in by_code.values():
        if falls >= _MANY and len(fallen) <= _AT_RANDOM:  # else whoever fell most fell by chance
            yield sign


def _by_code(
    report: LogReport, added: frozenset[str] | None, recordings: dict[str, str]
) -> dict[str, tuple[int, Sign]]:
    """The worst process of each code with its falls in a day; apps that the owner added are not the system's."""
    found: dict[str, tuple[int, Sign]] = {}
    for one in report.crashes:
        name = one.process.split(":")[0]
        if one.kind not in _KINDS or name in _NOT_APPS or added is None or name in added:
            continue
        falls = worst_in_a_day(one)
        code = next((code for word, code in _OWN_CODES if word in name), "system.service_crashes")
        if falls <= found.get(code, (0, None))[0]:
            continue
        lines = tuple(
            Evidence(recording=recordings.get(line.source, ""), line_no=line.line_no, text=show(line.text, 300))
            for line in one.evidence[:3]
        )
        sign = Sign(
            code=code,
            strength=Strength.STRONG,
            components=("SW",),
            subject=show(one.process, 120),
            count=max(1, falls),
            evidence=lines,
        )
        found[code] = (falls, sign)
    return found
