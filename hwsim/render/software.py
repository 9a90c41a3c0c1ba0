"""``dumpsys package``, ``activity``, ``meminfo`` and ``sensorservice``.

Layouts of package and sensorservice seen on Android 10; ``exit-info`` is unverified.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.apps import App
    from hwsim.phone.phone import Phone

_EXIT_INFO_SINCE = 30
_CRASH_REASON = 4
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
        lines += [
            "Features:",
            "  android.hardware.camera",
            "  android.hardware.bluetooth",
            "  android.hardware.touchscreen",
            "",
        ]
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
    return [
        f"  Package [{app.package}] ({abs(hash_of(app.package)):x}):",
        f"    userId={app.uid}",
        f"    codePath={folder}",
        f"    versionCode={app.version_code} minSdk=23 targetSdk={min(phone.profile.sdk, 34)}",
        f"    versionName={app.version}",
        f"    flags=[ {'SYSTEM ' if app.system else ''}HAS_CODE ALLOW_CLEAR_USER_DATA ]",
        f"    timeStamp={last}",
        f"    firstInstallTime={first}",
        f"    lastUpdateTime={last}",
        f"    installerPackageName={'null' if app.system else 'com.android.vending'}",
        "    User 0: ceDataInode=0 installed=true hidden=false suspended=false stopped=false enabled=0",
    ]


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
    if phone.condition.app_crash_period_s:
        crasher = phone.software.crasher
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
    crasher = phone.software.crasher
    if phone.condition.app_crash_period_s and package in (None, crasher.package):
        lines += [f"  package: {crasher.package}", f"    Historical Process Exit for uid={crasher.uid}"]
        for index in range(12):
            at = phone.clock.now - timedelta(seconds=(index + 0.4) * phone.condition.app_crash_period_s)
            lines += [
                f"        ApplicationExitInfo #{index}:",
                (
                    f"          timestamp={at.strftime('%Y-%m-%d %H:%M:%S.%f')[:-3]} pid={9100 + index * 37} "
                    f"realUid={crasher.uid} packageUid={crasher.uid} definingUid={crasher.uid} user=0"
                ),
                (
                    f"          process={crasher.package} reason={_CRASH_REASON} "
                    "(APP CRASH(EXCEPTION)) subreason=0 (UNKNOWN) status=0"
                ),
                "          importance=300 pss=0.00 rss=0.00 description=crash state=empty trace=null",
            ]
    return "\n".join(lines) + "\n"


def show_meminfo(phone: Phone) -> str:
    """Return the memory summary."""
    total = phone.profile.ram_mb * 1024
    uptime_ms = round(phone.clock.uptime_s * 1000)
    lines = [
        "Applications Memory Usage (in Kilobytes):",
        f"Uptime: {uptime_ms} Realtime: {uptime_ms * 3}",
        "",
        "Total PSS by process:",
    ]
    for index, (name, pid) in enumerate(list(phone.processes.items())[-20:]):
        lines.append(f"    {420_000 // (index + 2):,}K: {name} (pid {pid})")
    lines += [
        "",
        f"Total RAM: {total:,}K (status normal)",
        f" Free RAM: {total * 2 // 5:,}K",
        f" Used RAM: {total // 2:,}K",
        f" Lost RAM: {total // 40:,}K",
    ]
    return "\n".join(lines) + "\n"


def show_sensors(phone: Phone) -> str:
    """Return the sensor service's dump; a dead hub leaves it empty."""
    if not phone.condition.sensor_hub_alive:
        return "No Sensors on the device\ndevInitCheck : 0\n"
    lines = [
        f"Captured at: {phone.clock.now.strftime('%H:%M:%S.120')}",
        "Sensor Device:",
        f"Total {len(_SENSORS)} h/w sensors, {len(_SENSORS)} running 0 disabled clients:",
        "Sensor List:",
    ]
    for handle, (name, kind, number) in enumerate(_SENSORS, 1):
        lines.append(
            f"0x{handle:08x}) {name:25} | {phone.profile.soc_maker:15} | "
            f"ver: 1 | type: {kind}({number}) | perm: n/a | flags: 0x00000000"
        )
        lines.append(
            "\tcontinuous | minRate=1.00Hz | maxRate=400.00Hz | FIFO (max,reserved) = (3000, 300) events | non-wakeUp"
        )
    lines.append("Recent Sensor events:")
    lines.append("Active sensors:")
    return "\n".join(lines) + "\n"
