"""Each software probe on phones that answer from a table: Android 9 to 16, healthy, broken and tight-lipped."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from probes import (
    MIB,
    Bench,
    Evaluation,
    LinkTimeout,
    LogStream,
    NotSupported,
    NotUnderstood,
    Probe,
    Reply,
    Unplugged,
    Verdict,
)
from probes.software import PROBES
from tests.probes.dumps import codes, getprop, parcel, stats, value_of, verdict_of

if TYPE_CHECKING:
    from tests.probes.conftest import ScriptedBench

    Run = Callable[[Probe, Bench], tuple[Evaluation, list[Any]]]

BY_ID = {probe.meta.id: probe for probe in PROBES}
STORAGE, BOOT = BY_ID["storage.flash"], BY_ID["boot.history"]
APPS, PARTS, IDENTITY, LOGS = (
    BY_ID[name] for name in ("apps.abnormal", "inventory.parts", "identity.phone", "logs.system")
)


# storage


def df(free_k: int, size_k: int = 110_000_000) -> str:
    return (
        "Filesystem      1K-blocks     Used Available Use% Mounted on\n"
        f"/dev/block/dm-9 {size_k} {size_k - free_k} {free_k} 9% /data\n"
    )


@pytest.mark.parametrize(
    ("free_k", "verdict"),
    [(60_000_000, Verdict.PASS), (6_000_000, Verdict.MARGINAL), (1_000_000, Verdict.FAIL)],
)
def test_a_full_phone_is_a_software_matter(
    scripted: type[ScriptedBench], run_probe: Run, free_k: int, verdict: Verdict
) -> None:
    outcome, _ = run_probe(STORAGE, scripted({"df": df(free_k)}))
    assert verdict_of(outcome, "data_free_percent") is verdict
    assert all(finding.components == ("SW",) for finding in outcome.findings)


@pytest.mark.parametrize(
    ("steps", "eol", "worn"), [("0x01", "0x01", False), ("0x0b", "0x01", True), ("0x02", "0x03", True)]
)
def test_worn_flash_is_the_boards(
    scripted: type[ScriptedBench], run_probe: Run, steps: str, eol: str, *, worn: bool
) -> None:
    folder = "/sys/devices/platform/soc/1d84000.ufshc/health_descriptor"
    wear = f"{folder}/life_time_estimation_a:{steps}\n{folder}/life_time_estimation_b:0x01\n{folder}/eol_info:{eol}\n"
    outcome, _ = run_probe(STORAGE, scripted({"df": df(60_000_000), "grep -H": wear}))
    assert (outcome.verdict is Verdict.FAIL) == worn
    assert {(f.components, f.function) for f in outcome.findings} == ({(("PCB",), "storage")} if worn else set())


def test_a_slow_write_is_measured(scripted: type[ScriptedBench], run_probe: Run) -> None:
    outcome, _ = run_probe(STORAGE, scripted({"dumpsys diskstats": "Latency: 900ms [512B Data Write]\n"}))
    assert value_of(outcome, "write_latency_ms") == 900
    assert codes(outcome) == {"storage.slow_write"}


# boot


@pytest.mark.parametrize(
    ("history", "name", "count", "code"),
    [
        (
            "kernel_panic,1700000001\nreboot,1700000002\nkernel_panic,sysrq,1700000003\npanic,1700000004",
            "panics",
            3,
            "boot.kernel_panics",
        ),
        (
            "watchdog,1700000001\nreboot,hw_reset,1700000002\nwatchdog,apps,bark,1700000003",
            "watchdog_resets",
            3,
            "boot.watchdog_resets",
        ),
        (
            "shutdown,battery,1700000001\nshutdown,battery,1700000002\nshutdown,battery,1700000003",
            "power_losses",
            3,
            "boot.power_losses",
        ),
        ("shutdown,thermal,1700000001\nreboot,1700000002", "thermal_shutdowns", 1, "boot.thermal_shutdowns"),
    ],
)
def test_bad_boot_reasons_are_counted(
    scripted: type[ScriptedBench], run_probe: Run, history: str, *, name: str, count: int, code: str
) -> None:
    props = getprop(sys__boot__reason="reboot", persist__sys__boot__reason__history=history)
    outcome, _ = run_probe(BOOT, scripted({"getprop": props}))
    assert value_of(outcome, name) == count
    assert codes(outcome) == {code}
    assert all(not finding.components for finding in outcome.findings)


def test_one_bad_boot_is_a_warning_and_a_plain_reboot_is_none(scripted: type[ScriptedBench], run_probe: Run) -> None:
    for reason, verdict in (("reboot,userrequested", Verdict.PASS), ("kernel_panic", Verdict.MARGINAL)):
        outcome, _ = run_probe(BOOT, scripted({"getprop": getprop(sys__boot__reason=reason)}))
        assert outcome.verdict is verdict


def test_restarts_of_android_itself_are_counted(scripted: type[ScriptedBench], run_probe: Run) -> None:
    entries = [f"2031-02-03 08:0{n}:00 SYSTEM_RESTART (text, 10 bytes)\n    x\n" for n in range(4)]
    dropbox = "Drop box contents: 4 entries\nMax entries: 1000\n\n" + "".join(entries)
    outcome, _ = run_probe(BOOT, scripted({"getprop": getprop(a__b="c"), "dumpsys dropbox": dropbox}))
    assert value_of(outcome, "system_restarts") == 4
    assert [finding.components for finding in outcome.findings] == [("SW",)]


# apps


def test_an_app_that_drains_the_battery_is_named(scripted: type[ScriptedBench], run_probe: Run) -> None:
    uids = "    UID u0a231: 2000 ( cpu=2000 )\n    UID 1000: 5000 ( cpu=88.1 )"
    locks = "  Wake lock u0a231 tiny:sync: 8h 0m 0s 0ms (8 times) max=90000 realtime"
    outcome, _ = run_probe(APPS, scripted({"dumpsys batterystats": stats(uids=uids, locks=locks)}))
    assert value_of(outcome, "worst_drain_ma") == 200.0
    assert value_of(outcome, "worst_wakelock_percent") == 80.0
    assert codes(outcome) == {"app.battery_drain", "app.keeps_awake"}
    drain = next(finding for finding in outcome.findings if finding.code == "app.battery_drain")
    assert any("u0a231" in evidence.text for evidence in drain.evidence)


def test_a_short_time_on_battery_says_nothing_about_apps(scripted: type[ScriptedBench], run_probe: Run) -> None:
    text = stats(uids="    UID u0a231: 2000 ( cpu=2000 )").replace("10h 0m 0s 0ms", "5m 0s 0ms")
    outcome, _ = run_probe(APPS, scripted({"dumpsys batterystats": text}))
    assert verdict_of(outcome, "worst_drain_ma") is Verdict.NOT_SUPPORTED
    assert outcome.findings == ()


DARK = "Time on battery screen off: {}h 0m 0s 0ms (90.0%) realtime"


@pytest.mark.parametrize(("hours", "dark_hours"), [(1, 1), (10, 3)])
def test_an_app_that_its_owner_may_just_have_used_is_not_held_against_it(
    scripted: type[ScriptedBench], run_probe: Run, hours: int, dark_hours: int
) -> None:
    uids = f"    UID u0a231: {200 * hours} ( cpu=200 )"
    locks = (
        f"  {DARK.format(dark_hours)}\n  Wake lock u0a231 ExoPlayer: {hours}h 0m 0s 0ms (8 times) max=90000 realtime"
    )
    outcome, _ = run_probe(APPS, scripted({"dumpsys batterystats": stats(hours=hours, uids=uids, locks=locks)}))
    for name in ("worst_drain_ma", "worst_wakelock_percent"):
        assert verdict_of(outcome, name) is Verdict.INCONCLUSIVE
    assert outcome.findings == ()


def test_an_app_that_works_in_the_dark_is_named(scripted: type[ScriptedBench], run_probe: Run) -> None:
    uids = "    UID u0a231: 500 ( cpu=500 )"
    locks = f"  {DARK.format(2)}\n  Wake lock u0a231 tiny:sync: 2h 0m 0s 0ms (8 times) max=90000 realtime"
    outcome, _ = run_probe(APPS, scripted({"dumpsys batterystats": stats(hours=2, uids=uids, locks=locks)}))
    assert codes(outcome) == {"app.battery_drain", "app.keeps_awake"}


def test_little_use_in_a_short_time_is_still_little(scripted: type[ScriptedBench], run_probe: Run) -> None:
    locks = "  Wake lock u0a231 tiny:sync: 1m 0s 0ms (8 times) max=90000 realtime"
    text = stats(hours=1, uids="    UID u0a231: 2 ( cpu=2 )", locks=locks)
    outcome, _ = run_probe(APPS, scripted({"dumpsys batterystats": text}))
    assert verdict_of(outcome, "worst_drain_ma") is Verdict.PASS
    assert verdict_of(outcome, "worst_wakelock_percent") is Verdict.PASS


def test_a_wake_lock_of_the_sound_server_is_no_app_s(scripted: type[ScriptedBench], run_probe: Run) -> None:
    locks = "\n".join(
        f"  Wake lock {name}: {length} (8 times) max=90000 realtime"
        for name, length in (("1041 AudioMix", "9h 0m 0s 0ms"), ("u11s1002 bluetooth_timer", "8h 0m 0s 0ms"))
    )
    locks += "\n  Wake lock u0a106 *job*/com.example/.Job: 1h 0m 0s 0ms (2 times) max=4 actual=9 realtime"
    outcome, _ = run_probe(APPS, scripted({"dumpsys batterystats": stats(locks=locks)}))
    assert value_of(outcome, "worst_wakelock_percent") == 10.0
    assert outcome.findings == ()


def test_an_app_that_crashes_over_and_over_is_named(scripted: type[ScriptedBench], run_probe: Run) -> None:
    log = "".join(
        f"03-04 05:{n:02}:07.123  {2000 + n}  {2000 + n} E AndroidRuntime: {line}\n"
        for n in range(8)
        for line in (
            "FATAL EXCEPTION: main",
            f"Process: com.example.snap, PID: {2000 + n}",
            "java.lang.IllegalStateException: no",
            "\tat com.example.snap.Main.run(Main.java:1)",
        )
    )
    outcome, _ = run_probe(APPS, scripted({}, {"crash": log}))
    assert value_of(outcome, "worst_crashes") == 8
    assert any(finding.subject == "com.example.snap" for finding in outcome.findings)
    assert {part for finding in outcome.findings for part in finding.components} <= {"SW"}


# inventory


def cameras(*facings: str) -> str:
    devices = [
        f"== Camera HAL device device@3.7/x/{n} (v3.7) static information: ==\n  API1 info:\n    Facing: {facing}\n"
        for n, facing in enumerate(facings)
    ]
    return f"== Service global info: ==\n\nNumber of camera devices: {len(facings)}\n\n" + "".join(devices)


@pytest.mark.parametrize(
    ("facings", "missing"),
    [(("Back", "Front"), set()), (("Back",), {"FFC"}), (("Front",), {"RFC"}), ((), {"RFC", "FFC"})],
)
def test_a_camera_that_is_gone_is_noticed(
    scripted: type[ScriptedBench], run_probe: Run, facings: tuple[str, ...], missing: set[str]
) -> None:
    outcome, _ = run_probe(PARTS, scripted({"dumpsys media.camera": cameras(*facings)}))
    assert {part for finding in outcome.findings for part in finding.components} == missing


def test_a_camera_service_without_a_count_says_nothing(scripted: type[ScriptedBench], run_probe: Run) -> None:
    outcome, _ = run_probe(PARTS, scripted({"dumpsys media.camera": "No camera client yet.\n"}))
    assert outcome.findings == ()
    assert verdict_of(outcome, "rear_cameras") is Verdict.NOT_SUPPORTED


# identity


@pytest.mark.parametrize(
    ("release", "props"),
    [
        ("9", {"ro__product__model": "Old 1", "ro__boot__vbmeta__device_state": "locked"}),
        ("12", {"ro__product__vendor__model": "Mid 2", "ro__boot__flash__locked": "1"}),
        ("16", {"ro__product__system__model": "New 3", "ro__boot__flash__locked": "1"}),
    ],
)
def test_old_and_new_phones_say_who_they_are(
    scripted: type[ScriptedBench], run_probe: Run, release: str, props: dict[str, str]
) -> None:
    more = {"ro__serialno": "S1", "ro__build__version__release": release, "ro__boot__verifiedbootstate": "green"}
    bench = scripted({"getprop": getprop(**props, **more), "service call": parcel("490154203237518")})
    outcome, _ = run_probe(IDENTITY, bench)
    assert outcome.verdict is Verdict.PASS
    assert value_of(outcome, "imei") == "490154203237518"
    assert value_of(outcome, "imei_check") == "valid"
    assert value_of(outcome, "android_version") == release
    assert value_of(outcome, "bootloader_lock") == "locked"


REFUSED = "getDeviceId: The user 2000 does not meet the requirements to access device identifiers."


@pytest.mark.parametrize("said", [parcel(REFUSED), parcel(""), 'Result: Parcel(Error: 0xffffffffffffffb6 "x")\n'])
def test_a_refused_imei_is_no_invalid_imei(scripted: type[ScriptedBench], run_probe: Run, said: str) -> None:
    props = getprop(ro__serialno="S1", ro__product__model="M", ro__build__version__release="16")
    outcome, _ = run_probe(IDENTITY, scripted({"getprop": props, "service call": said}))
    assert verdict_of(outcome, "imei") is Verdict.NOT_SUPPORTED
    assert verdict_of(outcome, "imei_check") is Verdict.NOT_SUPPORTED
    assert outcome.verdict is Verdict.PASS


@pytest.mark.parametrize("imei", ["490154203237517", "000000000000000", "49015420323751"])
def test_an_imei_that_cannot_be_is_reported(scripted: type[ScriptedBench], run_probe: Run, imei: str) -> None:
    props = getprop(ro__product__model="M", ro__build__version__release="16", persist__radio__imei=imei)
    outcome, _ = run_probe(IDENTITY, scripted({"getprop": props}))
    assert verdict_of(outcome, "imei_check") is Verdict.FAIL
    lost = [finding.code for finding in outcome.findings if finding.components]
    assert lost == (["modem.identity_lost"] if int(imei) == 0 else [])  # other numbers were written by somebody


@pytest.mark.parametrize(("state", "verdict"), [("orange", Verdict.MARGINAL), ("red", Verdict.FAIL)])
def test_verified_boot_is_judged(scripted: type[ScriptedBench], run_probe: Run, state: str, verdict: Verdict) -> None:
    props = {"ro__product__model": "M", "ro__build__version__release": "14", "ro__boot__verifiedbootstate": state}
    outcome, _ = run_probe(IDENTITY, scripted({"getprop": getprop(**props)}))
    assert outcome.verdict is verdict


def test_a_property_full_of_controls_neither_breaks_a_record_nor_shows(
    scripted: type[ScriptedBench], run_probe: Run
) -> None:
    evil = "\x01\x1b[2J\u202e" * 300
    props = {"ro__product__model": evil, "ro__build__version__release": evil, "sys__boot__reason": evil}
    bench = scripted({"getprop": getprop(**props)})
    for probe in (IDENTITY, BOOT):
        outcome, _ = run_probe(probe, bench)
        texts = [str(taken.value) for taken in outcome.measurements]
        texts += [evidence.text for taken in outcome.measurements for evidence in taken.evidence]
        assert all("\x1b" not in text and len(text) <= 200 for text in texts)


# logs


def test_a_log_line_of_a_lost_camera_is_followed_to_its_place(scripted: type[ScriptedBench], run_probe: Run) -> None:
    quiet = "03-04 05:06:07.123  1000  1000 I ActivityManager: nothing to see\n"
    outcome, _ = run_probe(LOGS, scripted({}, {"main": quiet * 50, "kernel": "<6>[    1.000000] booting\n"}))
    assert outcome.verdict is Verdict.PASS
    assert value_of(outcome, "logs_read") == 2
    assert value_of(outcome, "lines_read") == 51


def test_a_phone_without_logs_is_not_supported(scripted: type[ScriptedBench]) -> None:
    with pytest.raises(NotSupported):
        list(LOGS.run(scripted({})))


# all of them


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.meta.id)
def test_a_phone_that_answers_nothing_is_not_supported_and_never_passes(
    scripted: type[ScriptedBench], run_probe: Run, probe: Probe
) -> None:
    try:
        outcome, _ = run_probe(probe, scripted({}))
    except NotSupported:
        return
    assert outcome.verdict is Verdict.NOT_SUPPORTED
    assert outcome.findings == ()


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.meta.id)
@pytest.mark.parametrize(
    "nonsense", ["", "\x00" * 500, "§" * 2000, "{'a': 1}\n" * 200, "level: -99999999999999999999\n" * 40, "\n" * 900]
)
def test_a_phone_that_answers_nonsense_is_never_blamed(
    scripted: type[ScriptedBench], run_probe: Run, probe: Probe, nonsense: str
) -> None:
    bench = scripted({"": nonsense}, dict.fromkeys(("main", "kernel", "crash"), nonsense))
    try:
        outcome, _ = run_probe(probe, bench)
    except (NotSupported, NotUnderstood):
        return
    assert outcome.verdict is not Verdict.ERROR
    assert not [finding for finding in outcome.findings if finding.components], codes(outcome)


class BrokenBench:
    """A phone that is lost at its first answer."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def shell(self, *argv: str, deadline_s: float = 10.0, cap_bytes: int = MIB) -> Reply:
        assert argv, (deadline_s, cap_bytes)
        raise self._error

    def log(self, buffer: str, *, deadline_s: float = 60.0, cap_bytes: int = 64 * MIB) -> LogStream:
        assert buffer, (deadline_s, cap_bytes)
        raise self._error


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.meta.id)
@pytest.mark.parametrize("error", [Unplugged("gone"), LinkTimeout("hung")], ids=["unplugged", "hung"])
def test_no_probe_swallows_trouble_of_the_link(probe: Probe, error: Exception) -> None:
    with pytest.raises(type(error)):
        list(probe.run(BrokenBench(error)))


def test_no_probe_may_harm_or_runs_before_the_identity() -> None:
    assert PROBES[0].meta.id == "identity.phone"
    assert all(str(probe.meta.risk) == "none" for probe in PROBES)
    names = [(probe.meta.id, measure.name) for probe in PROBES for measure in probe.meta.measures]
    assert len(names) == len(set(names))
