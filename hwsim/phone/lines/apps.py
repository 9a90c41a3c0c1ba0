"""Apps that fail or never rest, and a system server that does the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.misdeeds import culprit

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Writer

_CAUSE = (
    "java.lang.NullPointerException: Attempt to invoke virtual method "
    "'int java.lang.String.length()' on a null object reference"
)
_BENIGN_CRASH_PERIOD_S = 16_000.0


def crash_text(package: str, version_code: int) -> list[str]:
    """Return the stack of the app that fails, as lines."""
    return [
        f"java.lang.RuntimeException: Unable to create service {package}.sync.RefreshService: {_CAUSE}",
        "\tat android.app.ActivityThread.handleCreateService(ActivityThread.java:4961)",
        "\tat android.app.ActivityThread$H.handleMessage(ActivityThread.java:2395)",
        "\tat android.os.Handler.dispatchMessage(Handler.java:106)",
        "\tat android.os.Looper.loop(Looper.java:294)",
        "\tat android.app.ActivityThread.main(ActivityThread.java:8177)",
        f"Caused by: java.lang.NullPointerException: config of build {version_code} is null",
        f"\tat {package}.sync.RefreshService.onCreate(RefreshService.java:88)",
        "\t... 8 more",
    ]


def write_span(writer: Writer) -> None:
    """Write crashes and complaints of the span."""
    software = writer.phone.software
    for at_s in writer.moments(writer.condition.app_crash_period_s):
        if culprit(writer.phone, "crash", at_s=at_s):
            _crash(writer, at_s, software.crasher.package)
    for at_s in writer.moments(_BENIGN_CRASH_PERIOD_S):
        _crash(
            writer, at_s, "com.instagram.android" if software.find("com.instagram.android") else "com.android.chrome"
        )
    if writer.condition.app_drain_ma > 0:
        for at_s in writer.moments(700.0):
            if culprit(writer.phone, "drain", at_s=at_s):
                _drain(writer, at_s, software.drainer.package)
    for at_s in writer.moments(writer.condition.system_server_crash_period_s):
        _system_crash(writer, at_s)


def _crash(writer: Writer, at_s: float, package: str) -> None:
    app = writer.phone.software.find(package)
    if app is None:
        return
    pid = writer.rng.randrange(9000, 30000)
    writer.log(
        at_s,
        "system_server",
        "I",
        "ActivityManager",
        f"Start proc {pid}:{package}/{app.short_uid} for service {{{package}/.sync.RefreshService}}",
        buffer="system",
    )
    writer.event(at_s, "am_proc_start", f"[0,{pid},{app.uid},{package},service,{{{package}/.sync.RefreshService}}]")
    for line in ("FATAL EXCEPTION: main", f"Process: {package}, PID: {pid}", *crash_text(package, app.version_code)):
        writer.log(at_s + 0.8, package, "E", "AndroidRuntime", line, buffer="crash")
    reason = (
        "java.lang.NullPointerException,Attempt to invoke virtual "
        "method on a null object reference,RefreshService.java,88"
    )
    writer.event(at_s + 0.82, "am_crash", f"[{pid},0,{package},{0x38A8BE44},{reason}]")
    writer.event(at_s + 0.9, "am_proc_died", f"[0,{pid},{package},900,19]")
    text = f"Process {package} (pid {pid}) has died: fg  SVC "
    writer.log(at_s + 0.9, "system_server", "I", "ActivityManager", text, buffer="system")
    text = (
        f"Scheduling restart of crashed service {package}/.sync.RefreshService "
        f"in {writer.rng.choice((1000, 4000, 16000))}ms for start-requested"
    )
    writer.log(at_s + 0.92, "system_server", "W", "ActivityManager", text, buffer="system")
    if writer.condition.app_crash_period_s and writer.rng.random() < 0.3:
        text = f"Process {package} has crashed too many times, killing! Reason: crashed quickly"
        writer.log(at_s + 0.95, "system_server", "W", "ActivityManager", text, buffer="system")


def _drain(writer: Writer, at_s: float, package: str) -> None:
    app = writer.phone.software.find(package)
    if app is None:
        return
    pid = writer.phone.processes.get(package, 14_402)
    share = min(round(writer.condition.app_drain_ma / 6), 98)
    text = f"Excessive CPU: {share}% by {pid}:{package}/{app.short_uid} over 300000 ms in background"
    writer.log(at_s, "system_server", "W", "ActivityManager", text, buffer="system")
    text = f"wakelock '{package}:stream' of uid {app.uid} held for {writer.rng.randrange(1500, 5000)} s, not released"
    writer.log(at_s + 0.1, "system_server", "W", "PowerManagerService", text, buffer="system")


def _system_crash(writer: Writer, at_s: float) -> None:
    lines = (
        "*** FATAL EXCEPTION IN SYSTEM PROCESS: main",
        "java.lang.IllegalStateException: settings database version 999999 is newer than this build",
        "\tat com.android.providers.settings.SettingsState.parseStateFromXml(SettingsState.java:1184)",
        "\tat com.android.server.SystemServer.startOtherServices(SystemServer.java:1890)",
        "\tat com.android.server.SystemServer.main(SystemServer.java:661)",
    )
    for line in lines:
        writer.log(at_s, "system_server", "E", "AndroidRuntime", line, buffer="crash")
    pid = writer.phone.processes["system_server"]
    writer.log(
        at_s + 0.3,
        "zygote64",
        "E",
        "Zygote",
        f"Exit zygote because system server (pid {pid}) has terminated",
        buffer="main",
    )
    writer.log(at_s + 0.5, "servicemanager", "I", "ServiceManager", "service 'activity' died")
    writer.kernel(
        at_s + 0.6,
        f"init: Service 'zygote' (pid {writer.phone.processes['zygote64']}) exited with status 1",
        level=4,
        comm="init",
        pid=1,
    )
    writer.event(at_s + 3.1, "boot_progress_system_run", str(round((at_s + 3.1) * 1000)))
    writer.log(at_s + 3.2, "system_server", "I", "SystemServer", "Entered the Android system server!", buffer="system")
