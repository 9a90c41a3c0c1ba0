"""Apps that hang, cover the screen, eat memory or hold what others need.

Lines follow AOSP's sources: ``am_anr`` and ``ANR in``, lmkd's ``Kill`` since 11 and ``lowmemorykiller``
before, the input dispatcher's untrusted touches since 12. Unverified on phones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.misdeeds import culprit

if TYPE_CHECKING:
    from hwsim.phone.apps import App
    from hwsim.phone.lines.writer import Writer

_TIMEOUTS = (
    "Input dispatching timed out ({p}/{p}.MainActivity (server) is not responding. Waited 5001ms for MotionEvent)",
    "executing service {p}/.sync.RefreshService",
    "Broadcast of Intent { act=android.intent.action.TIME_TICK flg=0x50000014 }",
)
_UNTRUSTED_SINCE, _KILL_WITH_REASON_SINCE = 31, 30
_KILL_PERIOD_S = (240.0, 25.0)
_BUSY_CORES = 0.9


def timeout_text(package: str, number: int) -> str:
    """Return why an app was found not to answer."""
    return _TIMEOUTS[number % len(_TIMEOUTS)].replace("{p}", package)


def write_span(writer: Writer) -> None:
    """Write what misbehaving apps leave in the log in this span."""
    phone, condition = writer.phone, writer.condition
    for at_s in writer.moments(condition.app_anr_period_s):
        if (app := culprit(phone, "anr", at_s=at_s)) is not None:
            _hangs(writer, at_s, app)
    for at_s in writer.moments(420.0 if condition.app_busy_cores > _BUSY_CORES else 0.0):
        if (app := culprit(phone, "hog", at_s=at_s)) is not None:
            _is_busy(writer, at_s, app)
    for at_s in writer.moments(90.0 if condition.app_covers_screen else 0.0):
        if (app := culprit(phone, "overlay", at_s=at_s)) is not None and phone.profile.sdk >= _UNTRUSTED_SINCE:
            text = f"Untrusted touch due to occlusion by {app.package}/{app.uid} (obscuring opacity = 1.00, "
            writer.log(at_s, "system_server", "W", "InputDispatcher", text + "maximum allowed = 0.80)")
    _memory(writer)
    _devices(writer)


def _hangs(writer: Writer, at_s: float, app: App) -> None:
    pid = writer.phone.processes.get(app.package, 14_402)
    reason = timeout_text(app.package, writer.rng.randrange(len(_TIMEOUTS)))
    writer.event(at_s, "am_anr", f"[0,{pid},{app.package},{0x38A8BE44},{reason}]")
    load = f"{writer.rng.uniform(3, 9):.2f} / {writer.rng.uniform(3, 8):.2f} / {writer.rng.uniform(3, 7):.2f}"
    rows = (f"ANR in {app.package} ({app.package}/.MainActivity)", f"PID: {pid}", f"Reason: {reason}", f"Load: {load}")
    for row in rows:
        writer.log(at_s + 0.4, "system_server", "E", "ActivityManager", row, buffer="system")
    text = f"Killing {pid}:{app.package}/{app.short_uid} (adj 0): user request after error: bg anr"
    writer.log(at_s + 5.0, "system_server", "I", "ActivityManager", text, buffer="system")


def _is_busy(writer: Writer, at_s: float, app: App) -> None:
    pid, cores = writer.phone.processes.get(app.package, 14_402), writer.condition.app_busy_cores
    text = f"Process {pid}:{app.package}/{app.short_uid} used {round(cores * 300_000)}ms of processor in 300000ms"
    writer.log(at_s, "system_server", "W", "ActivityManager", text, buffer="system")
    text = f"Background concurrent copying GC freed {writer.rng.randrange(90_000, 400_000)}(12MB) AllocSpace objects"
    writer.log(at_s + 0.2, app.package, "I", app.package[-15:], f"{text}, 0(0B) LOS objects, 49% free")


def _memory(writer: Writer) -> None:
    ratio = writer.condition.app_leaked_ratio
    low, high = _KILL_PERIOD_S
    for at_s in writer.moments(low + (high - low) * ratio if ratio else 0.0):
        if culprit(writer.phone, "leak", at_s=at_s) is not None:
            _kill(writer, at_s)


def _kill(writer: Writer, at_s: float) -> None:
    phone, rng = writer.phone, writer.rng
    victim = rng.choice([app for app in phone.software.apps if not app.system])
    pid, adj, freed_kib = (
        rng.randrange(9000, 30_000),
        rng.choice((700, 800, 900, 905, 250)),
        rng.randrange(40, 190) << 10,
    )
    head = f"Kill '{victim.package}' ({pid}), uid {victim.uid}"
    if phone.profile.sdk >= _KILL_WITH_REASON_SINCE:
        swap_kib = phone.profile.ram_mb * 512
        why = f"reason: device is low on swap ({swap_kib // 40}kB < {swap_kib // 10}kB) and thrashing (132%)"
        text = f"{head}, oom_score_adj {adj} to free {freed_kib}kB rss, {freed_kib // 3}kB swap; {why}"
        writer.log(at_s, "lmkd", "I", "lowmemorykiller", text)
    else:
        writer.log(at_s, "lmkd", "I", "lowmemorykiller", f"{head}, oom_adj {adj} to free {freed_kib}kB")
    writer.event(at_s + 0.1, "am_proc_died", f"[0,{pid},{victim.package},{adj},16]")
    text = f"Process {victim.package} (pid {pid}) has died: prev LAST"
    writer.log(at_s + 0.1, "system_server", "I", "ActivityManager", text, buffer="system")
    writer.event(at_s + 0.2, "am_low_memory", str(rng.randrange(2, 9)))


def _devices(writer: Writer) -> None:
    phone = writer.phone
    for at_s in writer.moments(500.0 if writer.condition.app_holds_camera else 0.0):
        if (app := culprit(phone, "camera", at_s=at_s)) is not None:
            pid = phone.processes.get(app.package, 14_402)
            text = f"Rejecting open of camera 0: the device is held by {app.package} (PID {pid}) of higher priority"
            writer.log(at_s, "cameraserver", "E", "CameraService", text)
            text = "CameraAccessException: CAMERA_IN_USE (4): connectHelper: Higher-priority client using camera"
            writer.log(at_s + 0.1, "com.android.camera2", "E", "CAM_OneCamera", text)
    for at_s in writer.moments(600.0 if writer.condition.app_holds_microphone else 0.0):
        if (app := culprit(phone, "microphone", at_s=at_s)) is not None:
            text = f"record client of uid {app.uid} stays active, source 1; other clients are silenced"
            writer.log(at_s, "audioserver", "I", "APM_AudioPolicyManager", text)
