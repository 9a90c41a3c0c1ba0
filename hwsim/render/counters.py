"""Services that mostly count: fingerprint, storaged, netstats, notification, alarm, procstats, media_session.

Layouts: fingerprint and storaged seen on a Pixel with Android 10; the others are unverified.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hwsim.render.settings_values import setting
from hwsim.render.shell_state import shell_state

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_DEATHS_SINCE = 29
_INTERVAL_S = 3600


def show_fingerprint(phone: Phone) -> str:
    """Return the fingerprint service's counters since boot, as JSON on one line."""
    if not phone.condition.fingerprint_on_bus:
        # without a sensor the service has no user's prints to count and starts its HAL again and again
        deaths = "\nHAL Deaths: 3\n" if phone.profile.sdk >= _DEATHS_SINCE else "\n"
        return json.dumps({"service": "Fingerprint Manager", "prints": []}, separators=(",", ":")) + deaths
    rng = phone.rng(f"fingerprint/{phone.boot_count}")
    unlocks = int(phone.clock.uptime_s / 1500)
    missed = unlocks // 9 + rng.randrange(2)
    counts = {"id": 0, "count": 2, "accept": unlocks, "reject": missed, "acquire": unlocks + 2 * missed, "lockout": 0}
    counts |= {"permanentLockout": 0, "acceptCrypto": 0, "rejectCrypto": 0, "acquireCrypto": 0, "lockoutCrypto": 0}
    text = json.dumps({"service": "Fingerprint Manager", "prints": [counts]}, separators=(",", ":"))
    return text + ("\nHAL Deaths: 0\n" if phone.profile.sdk >= _DEATHS_SINCE else "\n")


def show_storaged(phone: Phone) -> str:
    """Return bytes read and written per app, by hour: fg read, fg write, bg read, bg write, off and on the charger."""
    end_s = round(phone.clock.now.timestamp())
    hours = min(int(phone.clock.uptime_s // _INTERVAL_S) + 1, 6)
    lines = []
    for back in range(hours):
        start_s = end_s - end_s % _INTERVAL_S - back * _INTERVAL_S
        rng = phone.rng(f"storaged/{start_s}")
        lines.append(f"{start_s},{start_s + _INTERVAL_S}")
        for app in [found for found in phone.software.apps if not found.system]:
            read, write = rng.randrange(2**22, 2**25) & ~4095, rng.randrange(2**18, 2**22) & ~4095
            lines.append(f"{app.package} {read} {write} {read // 8} {write // 8} 0 0 0 0")
    return "\n".join(lines) + "\n"


def show_netstats(phone: Phone) -> str:
    """Return the traffic statistics: the interfaces that are up and the totals."""
    lines = ["Active interfaces:", "Active UID interfaces:", "Dev stats:", "  Pending bytes: 48128"]
    lines += ["  History since boot:", "  ident=[{type=MOBILE, subType=COMBINED, metered=true, defaultNetwork=true}]"]
    start_s = round(phone.clock.at(0).timestamp())
    start_s -= start_s % _INTERVAL_S
    lines.append("    NetworkStatsHistory: bucketDuration=3600")
    for hour in range(min(int(phone.clock.uptime_s // _INTERVAL_S) + 1, 12)):
        rng = phone.rng(f"netstats/{start_s + hour * _INTERVAL_S}")
        received, sent = rng.randrange(10**5, 10**7), rng.randrange(10**4, 10**6)
        packets = f"rp={received // 900} tb={sent} tp={sent // 300} op=0"
        lines.append(f"      st={start_s + hour * _INTERVAL_S} rb={received} {packets}")
    return "\n".join(lines) + "\n"


def show_notification(phone: Phone) -> str:
    """Return the notification service's dump: the posted ones and whether they may disturb."""
    lines = ["Current Notification Manager state:", "  Notification List:"]
    for number, posted in enumerate(shell_state(phone).notifications):
        key = f"0|com.android.shell|{2020 + number}|{posted.tag}|2000"
        lines.append(f"    NotificationRecord(0x0b{number:06x}: pkg=com.android.shell user=UserHandle{{0}} key={key})")
        lines += ["      flags=0x0", f"      android.title=String ({posted.title})"]
    lines += ["  ", "  mSoundNotificationKey=null", "  Zen Mode:"]
    return "\n".join([*lines, f"    mZenMode={_zen(phone)}", "    mSuppressedEffects=0"]) + "\n"


def _zen(phone: Phone) -> str:
    names = {"1": "ZEN_MODE_IMPORTANT_INTERRUPTIONS", "2": "ZEN_MODE_NO_INTERRUPTIONS", "3": "ZEN_MODE_ALARMS"}
    return names.get(setting(phone, "global", "zen_mode", "0"), "ZEN_MODE_OFF")


def show_alarm(phone: Phone) -> str:
    """Return the alarm manager's dump: the clock and the next wake-ups."""
    now = phone.clock.now
    elapsed_ms = round(phone.clock.uptime_s * 1000)
    lines = ["Current Alarm Manager state:", "  Settings:", "    min_futurity=+5s0ms", "    min_interval=+1m0s0ms", ""]
    stamp = now.strftime("%Y-%m-%d %H:%M:%S.") + f"{now.microsecond // 1000:03d}"
    lines += [
        f"  nowRTC={round(now.timestamp() * 1000)}={stamp} nowELAPSED={elapsed_ms}",
        "",
        "  Pending alarm batches: 1",
    ]
    due_ms = elapsed_ms - elapsed_ms % 900_000 + 900_000
    lines += [f"Batch{{c1d2 num=1 start={due_ms} end={due_ms + 60_000} flgs=0x8}}:"]
    return (
        "\n".join([*lines, "    ELAPSED_WAKEUP #0: Alarm{7f13 type 2 when " + f"{due_ms} com.android.phone}}"]) + "\n"
    )


def show_procstats(phone: Phone) -> str:
    """Return who has run, and for which share of the time."""
    lines = ["AGGREGATED OVER LAST 24 HOURS:"]
    for app in phone.software.apps:
        if app.package in phone.processes:
            size = phone.rng(f"procstats/{app.package}").randrange(30, 180)
            lines.append(f"  * {app.package} / {app.short_uid} / v{app.version_code}:")
            lines.append(f"           TOTAL: 100% ({size}MB-{size + 9}MB-{size + 21}MB over 12)")
    uptime_s = int(phone.clock.uptime_s)
    tail = f"+{uptime_s // 3600}h{uptime_s // 60 % 60}m{uptime_s % 60}s0ms"
    return (
        "\n".join(
            [
                *lines,
                "",
                f"          Start time: {phone.clock.at(0):%Y-%m-%d %H:%M:%S}",
                f"  Total elapsed time: {tail}",
            ]
        )
        + "\n"
    )


def show_media_session(phone: Phone) -> str:
    """Return the media sessions: one player, idle unless a media key has started it."""
    players = [app for app in phone.software.apps if not app.system]
    state = 3 if shell_state(phone).playing else 2
    lines = [
        "MEDIA SESSION SERVICE (dumpsys media_session)",
        "",
        "1 sessions listeners.",
        "Global priority session is null",
    ]
    lines += [
        "User Records:",
        "Record for full_user=0",
        "  Last MediaButtonReceiver: null",
        "  Sessions Stack - have 1 sessions:",
    ]
    player = players[0].package if players else "com.android.music"
    lines += [f"    {player} {player}/media (userId=0)", f"      package={player}", "      active=true"]
    lines.append(f"      state=PlaybackState {{state={state}, position=0, buffered position=0, speed=1.0}}")
    return "\n".join(lines) + "\n"
