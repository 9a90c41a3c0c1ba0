"""The drop box: what the system keeps of crashes and boots over the last days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from hwsim.phone.board_drops import memory_tombstones
from hwsim.phone.boots import SUPPLY_FAULT_NAMED
from hwsim.phone.lines.apps import crash_text
from hwsim.phone.misdeeds import last_at
from hwsim.phone.software_drops import kinds

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from datetime import datetime

    from hwsim.phone.condition import Condition
    from hwsim.phone.phone import Phone

_DAYS = 3
_MOST = 120
_HOUR_S = 3600.0
_KERNEL_PANIC = "kernel_panic"
_LAST_WORDS = {
    "shutdown,battery": (
        "[ 9120.410233] healthd: battery l=19 v=3188 t=24.1 h=2 st=3 c=-1480000\n"
        "[ 9120.433121] power_supply battery: vbat below cut-off\n"
    ),
    "reboot,longkey": "[ 7004.120871] qpnp_pon: power key held, reset timer expired\n",
}

_LAST_OF_BOARD = {
    "kernel_panic": (
        "[ 2210.918] Internal error: Oops: 96000004 [#1] PREEMPT SMP\n[ 2210.950] Kernel panic - not syncing: Oops\n"
    ),
    "kernel_panic,bug": (
        "[ 3051.117] list_del corruption, prev->next is wrong\n[ 3051.118] kernel BUG at list_debug.c:53\n"
    ),
    "reboot,undervoltage": "[ 6120.021] power_supply battery: vbat 2980 mV, uvlo, system supply is lost\n",
    SUPPLY_FAULT_NAMED: "[ 811.402] pmic: buck2 over current, fault state entered\n",
    "shutdown,thermal": "[ 1490.233] thermal thermal_zone2: cpu-1-2: critical temperature reached, shutting down\n",
}


_NATIVE: tuple[tuple[str, str, Callable[[Condition], object]], ...] = (
    ("/vendor/bin/hw/rild", "modem transport closed: subsystem restart", lambda one: one.modem_crash_period_s),
    (
        "/vendor/bin/hw/android.hardware.camera.provider",
        "sensor list of a slot is empty: probe failed",
        lambda one: not (one.camera_rear_on_bus and one.camera_front_on_bus),
    ),
    (
        "/vendor/bin/hw/android.hardware.sensors-service",
        "hub did not answer in 20000 ms",
        lambda one: not one.sensor_hub_alive,
    ),
    (
        "/vendor/bin/hw/vendor.touch-service",
        "read chip id failed, touch controller not present",
        lambda one: not one.touch_on_bus,
    ),
    ("/system/bin/storaged", "read of /data failed: I/O error", lambda one: one.storage_error_period_s),
)
"""Services, what they die of, and whether they do in a condition."""


class Drop(NamedTuple):
    """One entry."""

    at: datetime
    tag: str
    text: str


def draw_drops(phone: Phone) -> list[Drop]:
    """Return the entries of the last days, oldest first, as the state of software and parts makes them."""
    rng = phone.rng("drops")
    now = phone.clock.now
    drops = [drop for boot in range(len(phone.boots)) for drop in _boot_drops(phone, boot)]
    drops += [
        Drop(now - timedelta(seconds=rng.uniform(0, _DAYS * 24 * _HOUR_S)), tag, text)
        for tag, text in _benign(phone, rng)
    ]
    condition = phone.condition
    crasher = phone.software.crasher
    for at in _moments(phone, rng, condition.app_crash_period_s, until=last_at(phone, "crash")):
        body = "\n".join(crash_text(crasher.package, crasher.version_code))
        drops.append(Drop(at, "data_app_crash", _head(phone, crasher.package, crasher.version_code) + body + "\n"))
    for at in _moments(phone, rng, condition.system_server_crash_period_s):
        body = "java.lang.IllegalStateException: settings database version 999999 is newer than this build\n"
        stack = "\tat com.android.server.SystemServer.startOtherServices(SystemServer.java:1890)\n"
        drops.append(
            Drop(
                at,
                "system_server_crash",
                f"Process: system_server\nBuild: {phone.profile.fingerprint}\n\n{body}{stack}",
            )
        )
    for kind in kinds(phone):
        drops += [Drop(at, kind.tag, kind.text) for at in _moments(phone, rng, kind.period_s, until=kind.until)]
    drops += _native(phone, rng)
    drops += [Drop(at, "SYSTEM_TOMBSTONE", text) for at, text in memory_tombstones(phone)]
    return sorted((drop for drop in drops if drop.at <= now), key=lambda drop: drop.at)


def _moments(phone: Phone, rng: random.Random, period_s: float, *, until: datetime | None = None) -> list[datetime]:
    if period_s <= 0:
        return []
    count = min(round(_DAYS * 24 * _HOUR_S / period_s), _MOST)
    now = until or phone.clock.now
    return [now - timedelta(seconds=(index + rng.random()) * period_s) for index in range(count)]


def _head(phone: Phone, package: str, version_code: int) -> str:
    return (
        f"Process: {package}\nFlags: 0x38e8bf46\nPackage: {package} v{version_code}\nForeground: No\n"
        f"Build: {phone.profile.fingerprint}\n\n"
    )


def _benign(phone: Phone, rng: random.Random) -> list[tuple[str, str]]:
    build = f"Build: {phone.profile.fingerprint}\n\n"
    rows = [
        (
            "system_server_wtf",
            f"Process: system_server\nSubject: BroadcastQueue\n{build}wtf: receiver list changed while sending\n",
        ),
        (
            "system_app_strictmode",
            f"Process: com.android.settings\n{build}StrictMode policy violation; ~duration=61 ms: DiskReadViolation\n",
        ),
        ("netstats_error", f"{build}rules are behind the interface counters, ignored\n"),
        ("data_app_anr", f"Process: com.instagram.android\n{build}Subject: Input dispatching timed out\n"),
    ]
    return [rows[index] for index in (0, 0, 1, 1, 1, 2, 3)][: rng.randrange(4, 8)]


def _boot_drops(phone: Phone, index: int) -> list[Drop]:
    boot = phone.boots[index]
    at = boot.at + timedelta(seconds=19)
    build = (
        f"Build: {phone.profile.fingerprint}\nHardware: {phone.profile.board}\nBootloader: {phone.profile.bootloader}\n"
    )
    drops = [Drop(at, "SYSTEM_BOOT", f"{build}boot reason: {boot.reason}\n")]
    if boot.reason in _LAST_OF_BOARD:
        text = f"{build}Last boot reason: {boot.reason}\n\n{_LAST_OF_BOARD[boot.reason]}"
        drops.append(Drop(at + timedelta(seconds=1), "SYSTEM_LAST_KMSG", text))
    elif boot.reason.startswith(_KERNEL_PANIC):
        tail = (
            "[ 5121.201] subsys-restart: Resetting the SoC - modem "
            "crashed.\n[ 5121.202] Kernel panic - not syncing: subsys-restart\n"
        )
        drops.append(
            Drop(at + timedelta(seconds=1), "SYSTEM_LAST_KMSG", f"{build}Last boot reason: {boot.reason}\n\n{tail}")
        )
    elif boot.reason in _LAST_WORDS:
        text = f"{build}Last boot reason: {boot.reason}\n\n{_LAST_WORDS[boot.reason]}"
        drops.append(Drop(at + timedelta(seconds=1), "SYSTEM_LAST_KMSG", text))
    return drops


def _native(phone: Phone, rng: random.Random) -> list[Drop]:
    """Return tombstones of services that cannot live with a dead part, from times at which it was dead."""
    drops = []
    for program, reason, dead in _NATIVE:
        if not dead(phone.health.worst):
            continue
        for _ in range(rng.randrange(3, 7)):
            ago_s, pid = rng.uniform(60, _DAYS * 24 * _HOUR_S), rng.randrange(400, 9000)
            if dead(phone.health.condition_before(phone.clock.uptime_s - ago_s)):
                text = _tombstone(phone, program, pid, reason)
                drops.append(Drop(phone.clock.now - timedelta(seconds=ago_s), "SYSTEM_TOMBSTONE", text))
    return drops


def _tombstone(phone: Phone, program: str, pid: int, reason: str) -> str:
    head = f"pid: {pid}, name: {program.rsplit('/', 1)[-1][:15]}  >>> {program} <<<"
    signal = "signal 6 (SIGABRT), code -1 (SI_QUEUE), fault addr --------"
    return f"Build: {phone.profile.fingerprint}\n\n{head}\n{signal}\nAbort message: '{reason}'\n"
