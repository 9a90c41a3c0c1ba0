"""``dumpsys package``, ``activity``, ``meminfo`` and ``sensorservice``.

Layouts of package and sensorservice seen on Android 10; ``exit-info`` is unverified.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hwsim.phone.chips import sensor_answers
from hwsim.phone.features import features
from hwsim.phone.misdeeds import culprit
from hwsim.render.sensor_events import recent_events
from hwsim.render.switches import sensors_blocked
from hwsim.render.virtual_files import available_ratio

if TYPE_CHECKING:
    from hwsim.phone.apps import App
    from hwsim.phone.phone import Phone

_EXIT_INFO_SINCE = 30
_MODERATE_RATIO, _CRITICAL_RATIO = 0.12, 0.055
_PRIVACY_SINCE = 29
_SENSORS = (
    ("Accelerometer", "android.sensor.accelerometer", 1),
    ("Magnetometer", "android.sensor.magnetic_field", 2),
    ("Gyroscope", "android.sensor.gyroscope", 4),
    ("Ambient light", "android.sensor.light", 5),
    ("Proximity", "android.sensor.proximity", 8),
    ("Pressure", "android.sensor.pressure", 6),
)


def show_package(phone: Phone, package: str | None) -> str:
    """Return the package manager's dump of one or all packages."""
    if package is not None and phone.software.find(package) is None:
        return f"Unable to find package: {package}\n"
    lines = []
    if package is None:
        build = [
            f"    sdkVersion={phone.profile.sdk} databaseVersion=3",
            f"    fingerprint={phone.profile.fingerprint}",
        ]
        lines += ["Database versions:", "  Internal:", *build, "  External:", *build, ""]
        lines += ["Features:", *(f"  {name}" for name in features(phone.profile)), ""]
    lines.append("Packages:")
    for app in phone.software.apps:
        if package in (None, app.package):
            lines += _package_lines(phone, app)
    return "\n".join(lines) + "\n"


def _package_lines(phone: Phone, app: App) -> list[str]:
    now = phone.clock.at(0)
    first = (now - timedelta(days=app.installed_days)).strftime("%Y-%m-%d %H:%M:%S")
    last = (now - timedelta(days=app.updated_days)).strftime("%Y-%m-%d %H:%M:%S")
    folder = f"/system/app/{app.package.rsplit('.', 1)[-1]}" if app.system else f"/data/app/~~x7Qk/{app.package}-Zr1"
    spies = app == phone.software.spy
    stopped, disabled = app.package in phone.software.stopped, app.package in phone.software.disabled
    state = f"stopped={str(stopped).lower()} enabled={3 if disabled else 0}"
    lines = [
        f"  Package [{app.package}] ({abs(hash_of(app.package)):x}):",
        f"    userId={app.uid}",
        f"    codePath={folder}",
        f"    versionCode={app.version_code} minSdk=23 targetSdk={min(phone.profile.sdk, 34)}",
        f"    versionName={app.version}",
        f"    flags=[ {'SYSTEM ' if app.system else ''}HAS_CODE ALLOW_CLEAR_USER_DATA ]",
        f"    timeStamp={last}",
        f"    firstInstallTime={first}",
        f"    lastUpdateTime={last}",
        f"    installerPackageName={'null' if app.system or spies else 'com.android.vending'}",
        f"    User 0: ceDataInode=0 installed=true hidden=false suspended=false {state}",
    ]
    if spies:  # an icon that the program has taken off the launcher itself
        lines += ["      disabledComponents:", f"        {app.package}.LauncherActivity"]
    return lines


def hash_of(text: str) -> int:
    """Return a small number that is the same in every run."""
    return sum(byte * (index + 7) for index, byte in enumerate(text.encode())) * 2654435761 % 2**28


def show_activity(phone: Phone, arguments: list[str]) -> str:
    """Return processes, or why processes of a package ended (``exit-info``)."""
    if "exit-info" in arguments:
        return _exit_info(phone, next((word for word in arguments if "." in word), None))
    lines = ["ACTIVITY MANAGER RUNNING PROCESSES (dumpsys activity processes)", "  All known processes:"]
    for name, pid in phone.processes.items():
        app = phone.software.find(name)
        if app is not None:
            lines += [
                f"  *APP* UID {app.uid} ProcessRecord{{{hash_of(name):x} {pid}:{name}/{app.short_uid}}}",
                f"    pid={pid}",
            ]
    if (crasher := culprit(phone, "crash")) is not None:
        lines += [
            "  Time since processes crashed:",
            (
                f"    Process {crasher.package} uid {crasher.uid}: last "
                f"crashed +{round(phone.condition.app_crash_period_s / 2)}s ago"
            ),
        ]
        lines += ["  Bad processes:", f"    Bad process {crasher.package} uid {crasher.uid}: crashed quickly"]
    return "\n".join(lines) + "\n"


def _exit_info(phone: Phone, package: str | None) -> str:
    if phone.profile.sdk < _EXIT_INFO_SINCE:
        return "ACTIVITY MANAGER PROCESS EXIT INFO (dumpsys activity exit-info)\nBad activity command: exit-info\n"
    lines = [
        "ACTIVITY MANAGER PROCESS EXIT INFO (dumpsys activity exit-info)",
        f"Last Timestamp of Persistence Into Persistent Storage: {phone.clock.now.strftime('%Y-%m-%d %H:%M:%S.000')}",
    ]
    condition = phone.condition
    for name, period_s, reason, told in (
        ("crash", condition.app_crash_period_s, "4 (APP CRASH(EXCEPTION))", "crash"),
        ("anr", condition.app_anr_period_s, "6 (ANR)", "user request after error: bg anr"),
    ):
        app = culprit(phone, name)
        if app is not None and package in (None, app.package):
            lines += _exits(phone, app, period_s=period_s, reason=reason, told=told)
    return "\n".join(lines) + "\n"


def _exits(phone: Phone, app: App, *, period_s: float, reason: str, told: str) -> list[str]:
    lines = [f"  package: {app.package}", f"    Historical Process Exit for uid={app.uid}"]
    for index in range(12):
        at = phone.clock.now - timedelta(seconds=(index + 0.4) * period_s)
        lines += [
            f"        ApplicationExitInfo #{index}:",
            (
                f"          timestamp={at.strftime('%Y-%m-%d %H:%M:%S.%f')[:-3]} pid={9100 + index * 37} "
                f"realUid={app.uid} packageUid={app.uid} definingUid={app.uid} user=0"
            ),
            f"          process={app.package} reason={reason} subreason=0 (UNKNOWN) status=0",
            f"          importance=300 pss=0.00 rss=0.00 description={told} state=empty trace=null",
        ]
    return lines


def show_meminfo(phone: Phone) -> str:
    """Return the memory summary."""
    total, free = phone.profile.ram_mb * 1024, available_ratio(phone)
    uptime_ms = round(phone.clock.uptime_s * 1000)
    lines = [
        "Applications Memory Usage (in Kilobytes):",
        f"Uptime: {uptime_ms} Realtime: {uptime_ms * 3}",
        "",
        "Total PSS by process:",
    ]
    if (app := culprit(phone, "leak")) is not None:
        held_kib = round(total * 0.62 * phone.condition.app_leaked_ratio)
        lines.append(f"    {held_kib:,}K: {app.package} (pid {phone.processes.get(app.package, 14_402)} / activities)")
    for index, (name, pid) in enumerate(list(phone.processes.items())[-20:]):
        lines.append(f"    {420_000 // (index + 2):,}K: {name} (pid {pid})")
    lines += [
        "",
        f"Total RAM: {total:,}K (status {_memory_status(free)})",
        f" Free RAM: {round(total * free):,}K",
        f" Used RAM: {round(total * (0.9 - free)):,}K",
        f" Lost RAM: {total // 40:,}K",
    ]
    return "\n".join(lines) + "\n"


def _memory_status(free_ratio: float) -> str:
    if free_ratio > _MODERATE_RATIO:
        return "normal"
    return "low" if free_ratio > _CRITICAL_RATIO else "critical"


def show_sensors(phone: Phone) -> str:
    """Return the sensor service's dump; a dead hub leaves it empty."""
    if not phone.condition.sensor_hub_alive:
        return "No Sensors on the device\ndevInitCheck : 0\n"
    listed = [row for row in enumerate(_SENSORS, 1) if sensor_answers(phone.condition, row[1][2])]
    if not listed:
        return "No Sensors on the device\ndevInitCheck : 0\n"
    lines = [
        f"Captured at: {phone.clock.now.strftime('%H:%M:%S.120')}",
        "Sensor Device:",
        f"Total {len(listed)} h/w sensors, {len(listed)} running 0 disabled clients:",
        "Sensor List:",
    ]
    for handle, (name, kind, number) in listed:
        lines.append(
            f"0x{handle:08x}) {name:25} | {phone.profile.soc_maker:15} | "
            f"ver: 1 | type: {kind}({number}) | perm: n/a | flags: 0x00000000"
        )
        lines.append(
            "\tcontinuous | minRate=1.00Hz | maxRate=400.00Hz | FIFO (max,reserved) = (3000, 300) events | non-wakeUp"
        )
    lines.append("Recent Sensor events:")
    if not sensors_blocked(phone):
        lines += recent_events(phone, [(name, number) for _, (name, _kind, number) in listed])
    lines.append("Active sensors:")
    if phone.profile.sdk >= _PRIVACY_SINCE:
        lines.append(f"Sensor Privacy: {'enabled' if sensors_blocked(phone) else 'disabled'}")
    return "\n".join(lines) + "\n"
