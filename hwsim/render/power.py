"""``dumpsys batterystats`` and ``cpuinfo``: who used the battery.

Layouts seen on Android 7 to 10; those of 12 and later (``Global``, ``UID``) are unverified.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hwsim.phone.misdeeds import CAMERA_MA, CORE_MA, compiling_cores, culprit

if TYPE_CHECKING:
    from hwsim.phone.apps import App
    from hwsim.phone.phone import Phone

_GLOBAL_SINCE = 31
_COMPILER_64_SINCE = 30
_HOUR_S = 3600.0
_SYSTEM_MA = 165.0


def drains(phone: Phone) -> list[tuple[str, float]]:
    """Return who used how much (mAh) since the last charge, most first."""
    rng = phone.rng("drains")
    hours = phone.plugged_since_s / _HOUR_S
    if phone.plugged_since_s <= 0:
        hours = phone.clock.uptime_s / _HOUR_S
    rows = [("screen", 0.34), ("cell", 0.16), ("idle", 0.12), ("wifi", 0.05), ("1000", 0.07), ("0", 0.05)]
    found = [(name, _SYSTEM_MA * share * hours * rng.uniform(0.8, 1.2)) for name, share in rows]
    users = [app for app in phone.software.apps if not app.system]
    for app in users:
        share = 0.012 * rng.uniform(0.2, 3.0)
        used = _SYSTEM_MA * share * hours
        used += _stolen_ma(phone, app) * hours
        found.append((app.short_uid, used))
    return sorted(found, key=lambda row: -row[1])


def _stolen_ma(phone: Phone, app: App) -> float:
    """Return what an app of the user draws because it misbehaves."""
    stolen_ma = phone.condition.app_drain_ma if culprit(phone, "drain") == app else 0.0
    if culprit(phone, "hog") == app:
        stolen_ma += phone.condition.app_busy_cores * CORE_MA
    return stolen_ma + (CAMERA_MA if culprit(phone, "camera") == app else 0.0)


def show_batterystats(phone: Phone) -> str:
    """Return the summary with the drain of each user."""
    rows = drains(phone)
    lines = [
        "Battery History (2% used, 84KB used of 4096KB, 212 strings using 19KB):",
        f"                    0 (15) RESET:TIME: {phone.clock.at(0).strftime('%Y-%m-%d-%H-%M-%S')}",
        *_history(phone),
        "",
        *_totals(phone, sum(used for _name, used in rows)),
        *_drain_rows(phone, rows),
        "",
        *_wake_locks(phone),
    ]
    return "\n".join(lines) + "\n"


def _totals(phone: Phone, total_mah: float) -> list[str]:
    design, learned = phone.profile.capacity_mah, phone.battery.learned_full_mah
    hours = max(phone.plugged_since_s, 600.0) / _HOUR_S
    realtime = f"{int(hours)}h {int(hours * 60) % 60}m 12s 402ms"
    actual = f"{total_mah * 0.97:.0f}-{total_mah * 1.04:.0f}"
    return [
        "Statistics since last charge:",
        f"  System starts: {len(phone.boots)}, currently on battery: {str(phone.battery.supply_ma <= 0).lower()}",
        f"  Estimated battery capacity: {design} mAh",
        f"  Last learned battery capacity: {round(learned)} mAh",
        f"  Min learned battery capacity: {round(learned * 0.99)} mAh",
        f"  Max learned battery capacity: {round(learned * 1.01)} mAh",
        f"  Time on battery: {realtime} (99.9%) realtime, {realtime} (31.2%) uptime",
        f"  Time on battery screen off: {realtime} (84.1%) realtime",
        f"  Discharge: {total_mah:.0f} mAh",
        f"  Screen off discharge: {total_mah * 0.6:.0f} mAh",
        f"  Start clock time: {phone.clock.at(0).strftime('%Y-%m-%d-%H-%M-%S')}",
        "",
        "  Estimated power use (mAh):",
        f"    Capacity: {design}, Computed drain: {total_mah:.1f}, actual drain: {actual}",
    ]


def _wake_locks(phone: Phone) -> list[str]:
    lines = ["  All partial wake locks:"]
    if (drainer := culprit(phone, "drain")) is not None:
        held_s = max(phone.plugged_since_s, 600.0) * 0.93
        span = _span(timedelta(seconds=held_s))
        name = f"{drainer.short_uid} {drainer.package}:stream"
        lines.append(f"  Wake lock {name}: {span} (3 times) max={round(held_s * 700)} realtime")
    lines.append("  Wake lock u0a90 *alarm*: 1m 14s 22ms (212 times) realtime")
    lines.append("  Wake lock 1000 NetworkStats: 31s 902ms (118 times) realtime")
    return lines


def _drain_rows(phone: Phone, rows: list[tuple[str, float]]) -> list[str]:
    lines = []
    if phone.profile.sdk >= _GLOBAL_SINCE:
        lines.append("    Global")
        shown = [row for row in rows if row[0].isalpha()]
        lines += [f"    {name}: {used:.3g} apps: {used * 0.9:.3g}" for name, used in shown]
        others = [row for row in rows if not row[0].isalpha()]
        lines += [
            f"    UID {name}: {used:.3g} ( cpu={used * 0.8:.3g} wakelock={used * 0.15:.3g} )" for name, used in others
        ]
        return lines
    words = {"screen": "Screen", "cell": "Cell standby", "idle": "Idle", "wifi": "Wifi"}
    for name, used in rows:
        if name in words:
            lines.append(f"    {words[name]}: {used:.3g} Excluded from smearing")
        else:
            lines.append(f"    Uid {name}: {used:.3g} ( cpu={used * 0.8:.3g} wake={used * 0.15:.3g} )")
    return lines


def _span(held: timedelta) -> str:
    seconds = int(held.total_seconds())
    return f"{seconds // 3600}h {seconds // 60 % 60}m {seconds % 60}s 118ms"


def _history(phone: Phone) -> list[str]:
    lines = []
    before: int | None = None
    for sample in phone.battery.samples:
        if sample.level == before:
            continue
        before = sample.level
        span = _span(timedelta(seconds=sample.at_s)).replace(" ", "")
        charge = round(phone.battery.learned_full_mah * sample.level / 100)
        lines.append(
            f"{'+' + span:>21} (2) {sample.level:03d} 00200040 volt="
            f"{round(sample.voltage_mv)} temp={round(sample.reading_c * 10)} charge={charge}"
        )
    return lines[-60:]


def show_batterystats_checkin(phone: Phone) -> str:
    """Return the machine-readable form: version, battery line, discharge, one line per user."""
    p = phone.profile
    lines = [f"9,0,i,vers,35,{2000 + p.sdk},{p.build_id},{p.build_id}"]
    lines += [f"9,0,i,uid,{app.uid},{app.package}" for app in phone.software.apps]
    rows = drains(phone)
    total = sum(used for _name, used in rows)
    since_ms = round(phone.plugged_since_s * 1000)
    lines.append(
        f"9,0,l,bt,{len(phone.boots)},{since_ms},{since_ms // 3},{since_ms},{since_ms // 3},"
        f"{round(phone.clock.at(0).timestamp() * 1000)},0,0,{p.capacity_mah},0"
    )
    lines.append(f"9,0,l,dc,10,11,4,6,{round(total)},{round(total * 0.6)},0,0,0")
    lines.append(f"9,0,l,pws,{p.capacity_mah},{total:.1f},{total * 0.97:.0f},{total * 1.04:.0f}")
    for name, used in rows:
        uid = next((app.uid for app in phone.software.apps if app.short_uid == name), name if name.isdigit() else 0)
        kind = "uid" if not name.isalpha() else {"screen": "scrn", "cell": "cell", "idle": "idle", "wifi": "wifi"}[name]
        lines.append(f"9,{uid},l,pwi,{kind},{used:.3g},1,0,0")
    return "\n".join(lines) + "\n"


def cpu_shares(phone: Phone) -> list[tuple[float, int, str]]:
    """Return percent of one core, pid and name of the busiest processes."""
    rng = phone.rng(f"cpu/{int(phone.clock.uptime_s // 60)}")
    rows = [
        (rng.uniform(2, 11), "system_server"),
        (rng.uniform(1, 6), "surfaceflinger"),
        (rng.uniform(1, 5), "com.android.systemui"),
    ]
    rows += [
        (rng.uniform(0.2, 3), "com.google.android.gms"),
        (rng.uniform(0.1, 1), "audioserver"),
        (rng.uniform(0.1, 1), "netd"),
    ]
    if (drainer := culprit(phone, "drain")) is not None:
        rows.append((min(phone.condition.app_drain_ma / 5.4, 99.0), drainer.package))
    if (hog := culprit(phone, "hog")) is not None:
        rows.append((100 * phone.condition.app_busy_cores * rng.uniform(0.97, 1.0), hog.package))
    if (cores := compiling_cores(phone)) > 0:
        compiler = "dex2oat64" if phone.profile.sdk >= _COMPILER_64_SINCE else "dex2oat"
        rows.append((100 * cores * rng.uniform(0.9, 1.0), compiler))
    return sorted(((share, phone.processes.get(name, 14_402), name) for share, name in rows), reverse=True)


def show_cpuinfo(phone: Phone) -> str:
    """Return the CPU tracker's dump."""
    shares = cpu_shares(phone)
    total = sum(share for share, _pid, _name in shares) / 8
    now = phone.clock.now
    early = now - timedelta(minutes=5)
    span = f"{early.strftime('%Y-%m-%d %H:%M:%S.120')} to {now.strftime('%Y-%m-%d %H:%M:%S.120')}"
    lines = [
        f"Load: {2.1 + total / 30:.2f} / {2.0 + total / 32:.2f} / {1.9 + total / 35:.2f}",
        f"CPU usage from 300120ms to 60ms ago ({span}):",
    ]
    lines += [
        f"  {share:.1f}% {pid}/{name}: {share * 0.7:.1f}% user + {share * 0.3:.1f}% kernel"
        for share, pid, name in shares
    ]
    lines.append(f"{total:.1f}% TOTAL: {total * 0.7:.1f}% user + {total * 0.3:.1f}% kernel")
    return "\n".join(lines) + "\n"
