"""The system's own processes: those that die again and again, a half-done update, a wrong clock, a locked partition.

Texts follow AOSP's sources (Watchdog, Build, BluetoothManagerService, AudioService); unverified on phones.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from hwsim.phone.misconfiguration import SWITCHES
from hwsim.phone.misdeeds import compiling_cores, culprit
from hwsim.phone.software_state import data_writable

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Writer
    from hwsim.phone.profile import Profile

_ART_SERVICE_SINCE = 34
_DEX_64_SINCE = 30


class Death(NamedTuple):
    """How a process of the system dies: program, thread, what it said, and who notices."""

    process: str
    program: str
    abort: str
    noticed_by: str
    noticed: str


DEATHS = {
    "bluetooth": Death(
        "com.android.bluetooth",
        "com.android.bluetooth",
        "assertion 'btm_cb.acl_cb_.handle != HCI_INVALID_HANDLE' failed - stack state is out of step",
        "BluetoothManagerService",
        "Bluetooth service disconnected: com.android.bluetooth has died, restarting in 200 ms",
    ),
    "media": Death(
        "audioserver",
        "/system/bin/audioserver",
        "TimeCheck timeout for IAudioPolicyService command 14",
        "AudioService",
        "Audioserver died.",
    ),
}


def phone_crash_text() -> list[str]:
    """Return the stack of the process of the telephone service, as lines."""
    return [
        "java.lang.IllegalArgumentException: column 'carrier_id_ext' does not exist in the carrier database",
        "\tat com.android.internal.telephony.CarrierResolver.updateFromUri(CarrierResolver.java:512)",
        "\tat com.android.internal.telephony.CarrierResolver.handleMessage(CarrierResolver.java:301)",
        "\tat android.os.Handler.dispatchMessage(Handler.java:106)",
        "\tat android.os.Looper.loop(Looper.java:214)",
    ]


def watchdog_subject() -> str:
    """Return what the watchdog says of the system server."""
    return "Blocked in handler on foreground thread (android.fg), Blocked in monitor com.android.server.wm"


def write_boot(writer: Writer) -> None:
    """Write what software that is out of step says at each start."""
    condition, profile = writer.condition, writer.phone.profile
    if condition.update_half_done:
        reported = f"Mismatched fingerprints; system reported {profile.fingerprint} but vendor reported "
        writer.log(12.6, "system_server", "E", "Build", reported + old_fingerprint(profile), buffer="main")
        _update(writer, 22.0)
    if not data_writable(writer.phone):
        _read_only(writer, 6.1)
    elif condition.data_damaged:
        device = writer.phone.storage.data.device.rsplit("/", 1)[-1]
        tool = "fsck.f2fs" if writer.phone.storage.data.kind == "f2fs" else "e2fsck"
        text = f"[libfs_mgr]{tool}: {device}: recovered journal, 14 inodes repaired, file system is clean now"
        writer.kernel(5.2, f"init: {text}", comm="init", pid=1)


def write_span(writer: Writer) -> None:
    """Write what the system's processes do in this span."""
    phone, condition = writer.phone, writer.condition
    for name, period_s, write in (
        ("bluetooth", condition.bluetooth_crash_period_s, partial(_dies, death=DEATHS["bluetooth"])),
        ("media", condition.media_crash_period_s, partial(_dies, death=DEATHS["media"])),
        ("telephony", condition.phone_process_crash_period_s, _phone_dies),
    ):
        for at_s in writer.moments(period_s):
            if culprit(phone, name, at_s=at_s):
                write(writer, at_s)
    no_data = phone.settings.get((SWITCHES, "apn")) == "1"
    for period_s, write in (
        (condition.watchdog_period_s, _watchdog),
        (1500.0 if condition.update_half_done else 0.0, _update),
        (40.0 if compiling_cores(phone) else 0.0, _compiles),
        (200.0 if phone.clock.wrong_by_s else 0.0, _certificate),
        (0.0 if data_writable(phone) else 120.0, _read_only),
        (300.0 if no_data else 0.0, _no_access_point),
    ):
        for at_s in writer.moments(period_s):
            write(writer, at_s)


def old_fingerprint(profile: Profile) -> str:
    """Return the fingerprint of the build before: what a partition that was not updated still tells."""
    last = next((at for at in range(len(profile.incremental) - 1, -1, -1) if profile.incremental[at] in "123456789"), 0)
    older = profile.incremental[:last] + chr(ord(profile.incremental[last]) - 1) + profile.incremental[last + 1 :]
    return profile.fingerprint.replace(f"/{profile.incremental}:", f"/{older}:")


def _dies(writer: Writer, at_s: float, death: Death) -> None:
    pid = writer.phone.processes.get(death.process, 1187)
    writer.log(
        at_s, death.process, "F", "libc", f"Fatal signal 6 (SIGABRT), code -1 (SI_QUEUE) in tid {pid}, pid {pid}"
    )
    rows = (
        "*** *** *** *** *** *** *** *** *** *** *** *** *** *** *** ***",
        f"Build fingerprint: '{writer.phone.profile.fingerprint}'",
        f"pid: {pid}, tid: {pid}, name: {death.process[-15:]}  >>> {death.program} <<<",
        "signal 6 (SIGABRT), code -1 (SI_QUEUE), fault addr --------",
        f"Abort message: '{death.abort}'",
    )
    for row in rows:
        writer.log(at_s + 0.3, death.process, "F", "DEBUG", row, buffer="crash")
    writer.log(at_s + 0.6, "system_server", "E", death.noticed_by, death.noticed)
    if death.process == "audioserver":
        text = f"init: Service 'audioserver' (pid {pid}) received signal 6"
        writer.kernel(at_s + 0.6, text, level=4, comm="init", pid=1)
        writer.log(at_s + 0.7, "com.android.systemui", "W", "AudioSystem", "AudioFlinger server died!")
        writer.log(at_s + 1.4, "system_server", "E", "AudioService", "Audioserver started.")
    else:
        writer.event(at_s + 0.6, "am_proc_died", f"[0,{pid},{death.process},-700,3]")


def _phone_dies(writer: Writer, at_s: float) -> None:
    pid = writer.phone.processes.get("com.android.phone", 1900)
    for line in ("FATAL EXCEPTION: main", f"Process: com.android.phone, PID: {pid}", *phone_crash_text()):
        writer.log(at_s, "com.android.phone", "E", "AndroidRuntime", line, buffer="crash")
    first = phone_crash_text()[0].replace(": ", ",", 1)
    writer.event(at_s + 0.05, "am_crash", f"[0,{pid},com.android.phone,{0x2048BC0D},{first},CarrierResolver.java,512]")
    text = "Process com.android.phone (pid %d) has died: pers PER" % pid  # noqa: UP031 - as the system words it
    writer.log(at_s + 0.2, "system_server", "I", "ActivityManager", text, buffer="system")
    writer.log(at_s + 2.1, "com.android.phone", "I", "PhoneApp", "onCreate: telephony starts again", buffer="radio")


def _watchdog(writer: Writer, at_s: float) -> None:
    subject = watchdog_subject()
    writer.event(at_s, "watchdog", subject)
    rows = (
        f"*** WATCHDOG KILLING SYSTEM PROCESS: {subject}",
        "android.fg annotated stack trace:",
        "    at com.android.server.wm.WindowManagerGlobalLock waits for <0x0a91f3c7> held by thread 118",
        "*** GOODBYE!",
    )
    for row in rows:
        writer.log(at_s + 0.1, "system_server", "W", "Watchdog", row, buffer="system")
    writer.log(at_s + 0.9, "servicemanager", "I", "ServiceManager", "service 'window' died")
    writer.event(at_s + 9.0, "boot_progress_system_run", str(round((at_s + 9.0) * 1000)))


def _update(writer: Writer, at_s: float) -> None:
    if writer.phone.profile.family == "exynos":
        text = "previous update did not complete: package verification ended at block 204113, partial image left"
        writer.log(at_s, "system_server", "E", "RecoverySystem", text)
        return
    rows = (
        ("I", "Update status: merging snapshots, 61 % since the last start"),
        ("E", "[ERROR:snapshot_manager] merge of partition vendor_b stopped: hash of block range does not match"),
        ("W", "slot 1 is marked unsuccessful (retry count 0), running from slot 0 again"),
    )
    for level, text in rows:
        writer.log(at_s, "statsd", level, "update_engine", text)


def _compiles(writer: Writer, at_s: float) -> None:
    phone, rng = writer.phone, writer.rng
    package = rng.choice(phone.software.apps).package
    program = "dex2oat64" if phone.profile.sdk >= _DEX_64_SINCE else "dex2oat"
    took_s = rng.uniform(3, 60)
    text = f"dex2oat took {took_s:.3f}s ({took_s * 3.1:.3f}s cpu) (threads: 4) arena alloc=1MB java alloc=32MB"
    writer.log(at_s, "installd", "I", program, text)
    tag = "ArtService" if phone.profile.sdk >= _ART_SERVICE_SINCE else "PackageManager.DexOptimizer"
    text = f"Running dexopt (dexoptNeeded=1) on {package} isa=arm64 targetFilter=speed-profile reason=boot-after-ota"
    writer.log(at_s + 0.1, "system_server", "I", tag, text, buffer="system")


def _certificate(writer: Writer, at_s: float) -> None:
    now = writer.phone.clock.at(at_s).strftime("%a %b %d %H:%M:%S GMT %Y")
    app = writer.rng.choice(("com.google.android.gms", "com.android.vending"))
    cause = (
        "java.security.cert.CertificateNotYetValidException: Certificate not valid until Mon Mar 03 08:37:41 GMT 2025"
    )
    text = f"javax.net.ssl.SSLHandshakeException: Chain validation failed: {cause} (compared to {now})"
    writer.log(at_s, app, "W", "System.err", text)


def _read_only(writer: Writer, at_s: float) -> None:
    device = writer.phone.storage.data.device.rsplit("/", 1)[-1]
    if writer.phone.storage.data.kind == "f2fs":
        writer.kernel(at_s, f"F2FS-fs ({device}): checkpoint flag says fsck is needed, mounted read-only", level=4)
    else:
        writer.kernel(at_s, f"EXT4-fs ({device}): Remounting filesystem read-only", level=2)
    app = writer.rng.choice(("com.whatsapp", "com.android.providers.media", "system_server"))
    text = "android.database.sqlite.SQLiteReadOnlyDatabaseException: attempt to write a readonly database (code 8)"
    writer.log(at_s + 0.1, app, "E", "SQLiteDatabase", text)
    text = "java.io.FileNotFoundException: /data/system/users/0/state.tmp: open failed: EROFS (Read-only file system)"
    writer.log(at_s + 0.2, "system_server", "E", "AtomicFile", text)


def _no_access_point(writer: Writer, at_s: float) -> None:
    text = "onSetupConnectionCompleted: data call failed, cause=MISSING_UNKNOWN_APN(0x1b), apn=internet.test"
    writer.log(at_s, "com.android.phone", "E", "DC-1", text, buffer="radio")
    writer.log(at_s + 0.1, "rild", "E", "RILJ", "SETUP_DATA_CALL response: cause 27, no interface", buffer="radio")
