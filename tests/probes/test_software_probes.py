"""Each software probe on phones that answer from a table: Android 9 to 16, healthy, broken and tight-lipped."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from probes import (
    Bench,
    Evaluation,
    LinkTimeout,
    NotSupported,
    NotUnderstood,
    Probe,
    Samples,
    Strength,
    Unplugged,
    Verdict,
)
from probes.software import PROBES

if TYPE_CHECKING:
    from tests.probes.conftest import ScriptedBench

    Run = Callable[[Probe, Bench], tuple[Evaluation, list[Any]]]

BY_ID = {probe.meta.id: probe for probe in PROBES}
UEVENT = "cat /sys/class/power_supply/"
BATTERY, STORAGE, BOOT = BY_ID["battery.gauge"], BY_ID["storage.flash"], BY_ID["boot.history"]
APPS, PARTS, IDENTITY, LOGS = (
    BY_ID[name] for name in ("apps.abnormal", "inventory.parts", "identity.phone", "logs.system")
)


def battery(
    *, level: int = 64, mv: int = 3900, dc: int = 274, counter: int = 0, plugged: bool = False, frozen: bool = False
) -> str:
    lines = ["Current Battery Service state:"]
    lines += ["  (UPDATES STOPPED -- use 'reset' to restart)"] if frozen else []
    lines += [f"  AC powered: {str(plugged).lower()}", "  USB powered: false", "  Wireless powered: false"]
    lines += [f"  Charge counter: {counter}"] if counter else []
    lines += ["  status: 3", "  health: 2", "  present: true", f"  level: {level}", "  scale: 100"]
    return "\n".join([*lines, f"  voltage: {mv}", f"  temperature: {dc}", "  technology: Li-ion", ""])


def uevent(*, full: int = 0, design: int = 0, cycles: int = 0, ua: int | None = None, uv: int | None = None) -> str:
    fields = {"NAME": "battery", "TYPE": "Battery", "CHARGE_FULL": full, "CHARGE_FULL_DESIGN": design}
    fields |= {"CYCLE_COUNT": cycles, "CURRENT_NOW": ua, "VOLTAGE_NOW": uv}
    return "".join(f"POWER_SUPPLY_{key}={value}\n" for key, value in fields.items() if value not in {None, 0})


def stats(*, capacity: int = 0, learned: int = 0, hours: int = 10, uids: str = "", locks: str = "") -> str:
    lines = ["Statistics since last charge:", "  System starts: 0, currently on battery: true"]
    lines += [f"  Estimated battery capacity: {capacity} mAh"] if capacity else []
    lines += [f"  Last learned battery capacity: {learned} mAh"] if learned else []
    lines += [f"  Time on battery: {hours}h 0m 0s 0ms (100.0%) realtime, 1h 0m 0s 0ms (10.0%) uptime"]
    lines += ["", "  Estimated power use (mAh):", "    Capacity: 4000, Computed drain: 900, actual drain: 900"]
    return "\n".join([*lines, uids, "", "  All partial wake locks:", locks, ""])


def thermal(**sensors: float) -> str:
    rows = [f"\tTemperature{{mValue={value}, mType=3, mName={name}, mStatus=0}}" for name, value in sensors.items()]
    return "\n".join(["IsStatusOverride: false", "Thermal Status: 0", "Cached temperatures:", *rows, "HAL Ready: true"])


def getprop(**values: str) -> str:
    return "".join(f"[{key.replace('__', '.')}]: [{value}]\n" for key, value in values.items())


def parcel(text: str) -> str:
    """What `service call` prints for a string."""
    raw = struct.pack("<ii", 0, len(text)) + (text + "\0").encode("utf-16-le")
    raw += b"\0" * (-len(raw) % 4)
    words = [f"{word:08x}" for (word,) in struct.iter_unpack("<I", raw)]
    rows = [f"  0x{4 * at:08x}: {' '.join(words[at : at + 4]):35} '................'" for at in range(0, len(words), 4)]
    return "Result: Parcel(\n" + "\n".join(rows) + ")\n"


def value_of(outcome: Evaluation, name: str) -> Any:
    return next(taken.value for taken in outcome.measurements if taken.name == name)


def verdict_of(outcome: Evaluation, name: str) -> Verdict:
    return next(taken.verdict for taken in outcome.measurements if taken.name == name)


def codes(outcome: Evaluation) -> set[str]:
    return {finding.code for finding in outcome.findings}


# battery


def test_a_worn_battery_is_seen_by_its_own_gauge(scripted: type[ScriptedBench], run_probe: Run) -> None:
    bench = scripted({"dumpsys battery": battery(), UEVENT: uevent(full=2_400_000, design=4_000_000, cycles=900)})
    bench.answers = {"dumpsys batterystats": stats(), **bench.answers}
    outcome, _ = run_probe(BATTERY, bench)
    assert value_of(outcome, "soh_percent") == 60.0
    assert value_of(outcome, "full_charge_mah") == 2400
    assert verdict_of(outcome, "cycle_count") is Verdict.MARGINAL
    assert outcome.verdict is Verdict.FAIL
    loud = [finding for finding in outcome.findings if finding.strength is Strength.STRONG]
    assert [(finding.code, finding.components) for finding in loud] == [("battery.capacity_low", ("BAT",))]


def test_a_worn_battery_is_seen_where_sysfs_is_denied(scripted: type[ScriptedBench], run_probe: Run) -> None:
    """Android 9 and later hide sysfs from a stock shell; counter, level and learned capacity are left."""
    answers = {
        "dumpsys batterystats": stats(capacity=4000, learned=2480),
        "dumpsys battery": battery(level=50, counter=1_200_000),
        UEVENT: "cat: /sys/class/power_supply/battery/uevent: Permission denied\n",
    }
    outcome, said = run_probe(BATTERY, scripted(answers))
    assert value_of(outcome, "soh_percent") == 61.0
    assert value_of(outcome, "soh_spread_percent") == 2.0
    assert verdict_of(outcome, "current_ma") is Verdict.NOT_SUPPORTED
    assert "battery.capacity_low" in codes(outcome)
    assert not any(isinstance(item, Samples) for item in said)


def test_a_healthy_battery_passes_and_its_samples_are_kept(scripted: type[ScriptedBench], run_probe: Run) -> None:
    gauge = uevent(full=3_900_000, design=4_000_000, cycles=90, ua=-200_000, uv=3_870_000)
    answers = {"dumpsys batterystats": stats(), "dumpsys battery": battery(level=56, mv=3870), UEVENT: gauge}
    outcome, said = run_probe(BATTERY, scripted(answers | {"dumpsys thermalservice": thermal(skin=30.0, ap=33.0)}))
    assert outcome.verdict is Verdict.PASS
    assert outcome.findings == ()
    samples = [item for item in said if isinstance(item, Samples)]
    assert len(samples) == 1
    assert len(samples[0].t_ns) == len(samples[0].channels["current_ma"]) == 5
    assert abs(value_of(outcome, "current_ma")) == 200


@pytest.mark.parametrize(("dc", "gap_c"), [(-400, 71.0), (-300, 61.0), (780, 47.0)])
def test_a_broken_thermistor_is_told_by_a_second_sensor(
    scripted: type[ScriptedBench], run_probe: Run, dc: int, gap_c: float
) -> None:
    answers = {"dumpsys battery": battery(dc=dc), "dumpsys thermalservice": thermal(skin=31.0, ap=32.0, battery=dc / 10)}
    outcome, _ = run_probe(BATTERY, scripted(answers | {"dumpsys thermalservice": thermal(skin=30.0, ap=32.0)}))
    assert value_of(outcome, "temperature_gap_c") == gap_c
    found = {finding.code: finding.components for finding in outcome.findings}
    assert found["battery.thermistor_implausible"] == ("BAT",)
    assert found["battery.temperature_out_of_range"] == ()


def test_gauges_that_contradict_each_other_name_no_part_by_themselves(
    scripted: type[ScriptedBench], run_probe: Run
) -> None:
    answers = {
        "dumpsys batterystats": stats(capacity=4000, learned=3900),
        "dumpsys battery": battery(level=50, counter=1_000_000),
        UEVENT: uevent(full=3_900_000, design=4_000_000),
    }
    outcome, _ = run_probe(BATTERY, scripted(answers))
    assert value_of(outcome, "soh_spread_percent") == pytest.approx(47.5)
    assert [f.components for f in outcome.findings if f.code == "battery.gauges_disagree"] == [()]
    assert "battery.capacity_low" not in codes(outcome)


def test_a_level_far_from_the_cells_voltage_is_noticed(scripted: type[ScriptedBench], run_probe: Run) -> None:
    gauge = uevent(full=3_900_000, design=4_000_000, ua=-200_000, uv=3_600_000)
    outcome, _ = run_probe(BATTERY, scripted({"dumpsys battery": battery(level=90, mv=3600), UEVENT: gauge}))
    assert value_of(outcome, "level_gap_percent") > 40
    assert "battery.level_implausible" in codes(outcome)


def test_a_frozen_battery_service_is_inconclusive_and_never_a_reading(
    scripted: type[ScriptedBench], run_probe: Run
) -> None:
    outcome, _ = run_probe(BATTERY, scripted({"dumpsys battery": battery(level=1, dc=9000, frozen=True)}))
    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert outcome.reason == "battery_service_overridden"
    assert all(taken.value is None for taken in outcome.measurements)
    assert outcome.findings == ()


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
        ("kernel_panic,1\nreboot,2\nkernel_panic,sysrq,3\nwatchdog,4", "panics", 3, "boot.kernel_panics"),
        ("shutdown,battery,1\nshutdown,battery,2\nshutdown,battery,3", "power_losses", 3, "boot.power_losses"),
        ("shutdown,thermal,1\nreboot,2", "thermal_shutdowns", 1, "boot.thermal_shutdowns"),
    ],
)
def test_bad_boot_reasons_are_counted(
    scripted: type[ScriptedBench], run_probe: Run, history: str, name: str, count: int, code: str
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


@pytest.mark.parametrize("said", [parcel(REFUSED), parcel(""), "Result: Parcel(Error: 0xffffffffffffffb6 \"x\")\n"])
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
    assert all(not finding.components for finding in outcome.findings)


@pytest.mark.parametrize(("state", "verdict"), [("orange", Verdict.MARGINAL), ("red", Verdict.FAIL)])
def test_verified_boot_is_judged(
    scripted: type[ScriptedBench], run_probe: Run, state: str, verdict: Verdict
) -> None:
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
    """A phone that is lost at its n-th answer."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def shell(self, *_argv: str, **_options: Any) -> Any:
        raise self._error

    def log(self, _buffer: str, **_options: Any) -> Any:
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
