"""What healthy phones print all day long, errors that are none included.

Each row: mean seconds between lines, process, level, tag, buffer, text. In texts ``{n}`` is a small number, ``{m}``
a large one, ``{x}`` eight hex digits, ``{p}`` a package, ``{ms}`` a short time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Writer


class Row(NamedTuple):
    """One kind of line."""

    period_s: float
    process: str
    level: str
    tag: str
    buffer: str
    text: str


_S = "system_server"
_COMMON = (
    Row(70, _S, "D", "ConnectivityService", "main", "requestsSortedById {n} satisfied by network {m}"),
    Row(90, _S, "I", "ActivityManager", "system", "Start proc {m}:{p}/u0a{n} for broadcast {{{p}/.AlarmReceiver}}"),
    Row(140, _S, "I", "ActivityManager", "system", "Killing {m}:{p}/u0a{n} (adj 985): empty #{n}"),
    Row(110, _S, "D", "WificondControl", "main", "Scan result ready event"),
    Row(160, _S, "E", "WifiVendorHal", "main", "getSupportedFeatureSet(l.{n}) failed {{.code = 9, .description = }}"),
    Row(180, _S, "W", "NotificationService", "system", "Toast already killed. pkg={p} token={x}"),
    Row(120, _S, "D", "AlarmManager", "main", "Kernel timezone updated to -{n} minutes west of GMT"),
    Row(
        130,
        _S,
        "I",
        "PowerManagerService",
        "system",
        "Waking up from Asleep (uid=1000, reason=WAKE_REASON_POWER_BUTTON)",
    ),
    Row(130, _S, "I", "PowerManagerService", "system", "Going to sleep due to timeout (uid 1000)..."),
    Row(
        300,
        _S,
        "W",
        "BroadcastQueue",
        "system",
        "Background execution not allowed: receiving Intent {{ flg=0x{x} }} to {p}",
    ),
    Row(260, _S, "W", "JobScheduler", "system", "Job didn't exist in JobStore: {x} #u0a{n}/{m} {p}/.SyncJob"),
    Row(210, _S, "D", "DeviceIdleController", "main", "idle op: BECOMING_INACTIVE"),
    Row(400, _S, "E", "BatteryStatsService", "system", "no controller energy info supplied for bluetooth"),
    Row(300, _S, "W", "InputReader", "main", "Touch event dropped while device is asleep, {n} queued"),
    Row(500, _S, "W", "AppOps", "system", 'Bad call made by uid 1000. Package "{p}" does not belong to uid 1000.'),
    Row(600, _S, "E", "TaskPersister", "system", "File error accessing recents directory (directory doesn't exist?)."),
    Row(90, "surfaceflinger", "I", "SurfaceFlinger", "main", "Finished setting power mode {n} on display 0"),
    Row(300, "surfaceflinger", "W", "SurfaceFlinger", "main", "[GPU] fence wait took {n} ms for buffer {m}"),
    Row(
        240,
        "surfaceflinger",
        "E",
        "BufferQueueProducer",
        "main",
        "[StatusBar#0](id:{x}) disconnect: not connected (req=1)",
    ),
    Row(
        150,
        "audioserver",
        "W",
        "AudioFlinger",
        "main",
        "createTrack_l(): mismatch between requested flags (0000000{n}) and output",
    ),
    Row(
        350,
        "audioserver",
        "E",
        "AudioPolicyIntefaceImpl",
        "main",
        "getOutputForAttr() invalid attributes: usage={n} content=0",
    ),
    Row(260, "mediaserver", "W", "MediaPlayer", "main", "mediaplayer went away with unhandled events"),
    Row(330, "netd", "W", "netd", "main", "resNetworkResolved: failed to lookup host, rc -{n} in {ms}"),
    Row(200, "netd", "E", "Netd", "main", "getNetworkForDns: getNetId from enterpriseCtrl is netid {m}"),
    Row(
        300,
        "keystore2",
        "E",
        "keystore2",
        "main",
        "system/security/keystore2/src/error.rs:{m} - system/security: Key not found. code 7",
    ),
    Row(600, "statsd", "W", "statsd", "main", "Cannot find uid map entry for isolated uid {m}"),
    Row(220, "com.google.android.gms", "W", "GCM", "main", "Canceling alarm for heartbeat, already acked {n}"),
    Row(
        160,
        "com.google.android.gms",
        "I",
        "NetworkScheduler.Stats",
        "main",
        "(REDACTED) Task {p} finished executing in {ms}",
    ),
    Row(
        260, "com.google.android.gms", "E", "GmsClient", "main", "unable to connect to service: {p}.service.START on 8"
    ),
    Row(340, "com.android.systemui", "W", "KeyguardUpdateMonitor", "main", "onTrustManaged for unknown user {n}"),
    Row(120, "com.android.systemui", "D", "StatusBar", "main", "disable<e i a s b h r c s > {x}"),
    Row(
        400,
        "com.android.chrome",
        "E",
        "chromium",
        "main",
        "[ERROR:ssl_client_socket_impl.cc({m})] handshake failed; returned -1",
    ),
    Row(
        500, "com.whatsapp", "W", "Binder", "main", "Caught a RuntimeException from the binder stub implementation: {x}"
    ),
    Row(150, "com.android.phone", "D", "RILJ", "radio", "[{m}]> SIGNAL_STRENGTH [PHONE0]"),
    Row(150, "com.android.phone", "D", "RILJ", "radio", "[{m}]< SIGNAL_STRENGTH SignalStrength ok [PHONE0]"),
    Row(170, "com.android.phone", "D", "RILJ", "radio", "[UNSL]< UNSOL_SIGNAL_STRENGTH [PHONE0]"),
    Row(190, "com.android.phone", "D", "DcTracker", "radio", "[0]isDataAllowed: reasons=[], allowed, apn type {n}"),
    Row(300, "com.android.phone", "D", "SST", "radio", "[0] Poll ServiceState done: nothing changed, lac {m}"),
    Row(420, "rild", "E", "RILC", "radio", "[1] RIL_onUnsolicitedResponse: slot 1 has no card, {n} dropped"),
    Row(30, _S, "I", "am_pss", "events", "[{m},100{n},{p},{m},{m},0,{m},0,{n},{n}]"),
    Row(60, _S, "I", "am_proc_start", "events", "[0,{m},100{n},{p},broadcast,{{{p}/.AlarmReceiver}}]"),
    Row(80, _S, "I", "am_kill", "events", "[0,{m},{p},985,empty #{n},{m}]"),
    Row(110, _S, "I", "sysui_multi_action", "events", "[757,{n},758,{n},759,{n}]"),
    Row(120, _S, "I", "screen_toggled", "events", "{n}"),
    Row(200, _S, "I", "netstats_mobile_sample", "events", "[{m},{m},{m},{m},0,0,0,0,0,0,0,0,{m}]"),
    Row(240, _S, "I", "am_low_memory", "events", "{n}"),
)
_FAMILY = {
    "qcom": (
        Row(130, "vendor.thermal-engine", "E", "ThermalEngine", "main", "APC1 sensor {n} has no trip, using default"),
        Row(
            260,
            "android.hardware.sensors-service",
            "E",
            "sensors-hal",
            "main",
            "get_diag_reg:{m}, diag log id {n} not enabled",
        ),
        Row(500, "audioserver", "E", "ACDB-LOADER", "main", "Error: ACDB AudProc vol returned = -{n}"),
        Row(
            420,
            "android.hardware.camera.provider",
            "E",
            "CamX",
            "main",
            "[ERROR][CORE   ] camxsettings.cpp:{m} override file not found, success",
        ),
        Row(180, "netd", "E", "QC-NETMGR-LIB", "main", "qmi event without listener, ind {n}"),
    ),
    "mtk": (
        Row(80, "surfaceflinger", "E", "hwcomposer", "main", "[DEV] (0) ioctl DISP_SESSION: no free layer {n}"),
        Row(160, "android.hardware.wifi-service", "E", "WMT", "main", "sysfs node wmt_dbg not present, skip {n}"),
        Row(120, "rild", "E", "RfxDefaultInit", "radio", "no channel for handler {n}, ignore"),
        Row(260, "audioserver", "E", "AudioALSAHardware", "main", "-getParameters(), unknown key {x}"),
    ),
    "exynos": (
        Row(140, "surfaceflinger", "E", "exynos-hwc", "main", "no vsync fd for virtual display {n}"),
        Row(190, "com.android.systemui", "E", "SamsungAnalytics", "main", "no consent for event {n}"),
        Row(240, _S, "E", "BatteryDump", "system", "cycle info not yet synced, retry {n}"),
    ),
    "gs": (
        Row(180, "android.hardware.camera.provider", "W", "GCH_Utils", "main", "request {m} has no tuning override"),
        Row(
            150,
            "android.hardware.thermal-service",
            "E",
            "pixel-thermal",
            "main",
            "no polling config for VIRTUAL-SKIN-HINT, {n}",
        ),
        Row(230, "audioserver", "E", "AoC", "main", "control 'BT AGC' missing on card {n}"),
    ),
    "kirin": (
        Row(120, _S, "I", "HwPowerManagerService", "system", "state {n} of uid {m} filtered by iaware"),
        Row(200, _S, "E", "AwareLog", "main", "AppHibernate: no record for pid {m}, skip"),
        Row(260, "surfaceflinger", "E", "hwcomposer", "main", "hisi_dss_compose: layer {n} falls back to GPU"),
        Row(420, "rild", "E", "RIL-HW", "radio", "unknown notification ^HCSQ field {n}, ignore"),
    ),
    "sprd": (
        Row(110, "surfaceflinger", "E", "SPRDHWComposer", "main", "no overlay left for layer {n}, GPU composes"),
        Row(190, "android.hardware.camera.provider", "E", "Cam3Common", "main", "no tuning file for scene {n}"),
        Row(240, "rild", "E", "RIL-AT", "radio", "AT channel {n}: urc +SPTESTMODE not handled"),
        Row(330, _S, "E", "TranLog", "system", "game mode policy {n} has no entry for {p}"),
    ),
}
_AVC = (
    'audit: type=1400 audit({s}): avc:  denied  {{ getattr }} for  comm="pool-{n}-thread" path="/proc/{m}/stat" '
    "scontext=u:r:untrusted_app:s0:c{n} tcontext=u:r:system_server:s0 tclass=file permissive=0"
)
_KERNEL = (
    (40, 5, _AVC),
    (60, 6, "binder: {m}:{m} transaction failed 29189/-22, size {n}-0 line {m}"),
    (90, 6, "PM: suspend entry {d} UTC"),
    (90, 6, "Resume caused by IRQ {m}, alarmtimer"),
    (150, 4, "wlan: scan aborted, {n} channels left"),
    (200, 6, "init: Received control message 'start' for 'aidl/android.hardware.gnss' from pid: {m}"),
    (300, 3, "mmc1: error -110 whilst initialising SD card, slot empty, retry {n}"),
)


def write_noise(writer: Writer) -> None:
    """Write everyday lines."""
    phone, rng = writer.phone, writer.rng
    packages = ["com.google.android.gms", *[app.package for app in phone.software.apps if not app.system][:5]]
    for row in _COMMON + _FAMILY[phone.profile.family]:
        for at_s in writer.moments(row.period_s):
            text = _fill(writer, row.text, rng.choice(packages))
            writer.log(at_s, row.process, row.level, row.tag, text, buffer=row.buffer)
    for period_s, level, text in _KERNEL:
        for at_s in writer.moments(period_s):
            wall = phone.clock.at(at_s).strftime("%Y-%m-%d %H:%M:%S.%f")
            filled = text.format(
                d=wall, s=f"{phone.clock.at(at_s).timestamp():.3f}:{rng.randrange(9999)}", **_numbers(writer)
            )
            writer.kernel(at_s, filled, level=level)


def _fill(writer: Writer, text: str, package: str) -> str:
    return text.format(
        p=package, x=f"{writer.rng.getrandbits(32):08x}", ms=f"{writer.rng.randrange(2, 900)}ms", **_numbers(writer)
    )


def _numbers(writer: Writer) -> dict[str, int]:
    return {"n": writer.rng.randrange(10, 60), "m": writer.rng.randrange(1000, 32000)}
