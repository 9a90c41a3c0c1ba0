"""Rights of apps, load, services, integrity: what is sure, what is a remark, and what is no sign at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from probes import BadInput, Bench, Evaluation, Probe, Strength, Verdict
from probes.software import PROBES
from probes.software.indicators import read_indicators, shipped_indicators
from probes.software.rights import AppRights
from tests.probes.dumps import codes, getprop, value_of, verdict_of

if TYPE_CHECKING:
    from tests.probes.conftest import ScriptedBench

    Run = Callable[[Probe, Bench], tuple[Evaluation, list[Any]]]

BY_ID = {probe.meta.id: probe for probe in PROBES}
RIGHTS, LOAD, SERVICES, INTEGRITY, SETTINGS = (
    BY_ID[name] for name in ("apps.rights", "system.load", "system.services", "system.integrity", "settings.state")
)
OWN = "package:org.example.mine installer=com.android.vending\npackage:org.example.loose installer=null\n"
ADMINS = "Current Device Policy Manager state:\n  Enabled Device Admins (User 0, provisioningState: 0):\n"
WHOLE = getprop(ro__build__type="user", ro__build__tags="release-keys", ro__boot__verifiedbootstate="green")


def admin(package: str, *policies: str) -> str:
    rows = "".join(f"        {policy}\n" for policy in policies)
    return f"{ADMINS}    {package}/.Admin:\n      uid=10100\n      policies:\n{rows}"


def test_a_listed_watcher_is_named_with_its_list(scripted: type[ScriptedBench], run_probe: Run) -> None:
    package = next(iter(shipped_indicators().watchers))
    outcome, _ = run_probe(RIGHTS, scripted({"pm list packages": f"{OWN}package:{package}\n"}))
    assert codes(outcome) == {"app.stalkerware"}
    said = outcome.findings[0].evidence[1].text
    assert package in said
    assert shipped_indicators().source[:20] in said


def test_a_list_of_ones_own_replaces_ours(scripted: type[ScriptedBench], run_probe: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('source = "me"\nlicence = "CC0"\n[watcher]\nPry = ["org.example.loose"]\n', encoding="utf-8")
    outcome, _ = run_probe(AppRights(read_indicators(file)), scripted({"pm list packages": OWN}))
    assert codes(outcome) == {"app.stalkerware"}
    assert value_of(outcome, "sideloaded_apps") == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('licence = "x"', "source"),
        ('source = "x"\nlicence = "x"\n[watcher]\nA = ["no package"]', "no package name"),
        ("source = ", "mine.toml"),
        ('source = "x"\nlicence = "x"\nmore = 1', "more"),
    ],
)
def test_a_list_with_a_mistake_is_refused_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=says) as caught:
        read_indicators(file)
    assert "\n" not in caught.value.line()


@pytest.mark.parametrize(
    ("dump", "verdict"),
    [
        (ADMINS, Verdict.PASS),
        (admin("com.google.android.gms", "wipe-data"), Verdict.PASS),
        (admin("org.example.mine", "wipe-data", "force-lock"), Verdict.FAIL),
        (admin("org.example.mine", "expire-password"), Verdict.MARGINAL),
    ],
)
def test_only_an_added_app_that_takes_control_is_a_stranger(
    scripted: type[ScriptedBench], run_probe: Run, dump: str, verdict: Verdict
) -> None:
    outcome, _ = run_probe(RIGHTS, scripted({"pm list packages": OWN, "dumpsys device_policy": dump}))
    assert verdict_of(outcome, "admin_marks") is verdict


def test_an_app_in_the_foreground_may_hold_the_camera(scripted: type[ScriptedBench], run_probe: Run) -> None:
    held = (
        "== Service global info: ==\n(Camera ID: 0, Cost: 100, PID: 1, Client Package Name: org.example.mine, "
        "Conflicting Client Devices: {})\n"
    )
    focus = "WINDOW MANAGER\n  mCurrentFocus=Window{1 u0 org.example.mine/.Main}\n"
    answers = {"pm list packages": OWN, "dumpsys media.camera": held}
    assert codes(run_probe(RIGHTS, scripted(answers))[0]) == {"app.camera_hog"}
    assert codes(run_probe(RIGHTS, scripted(answers | {"dumpsys window": focus}))[0]) == set()


def test_a_phone_that_says_nothing_is_not_called_clean(scripted: type[ScriptedBench], run_probe: Run) -> None:
    for probe in (RIGHTS, LOAD, SERVICES, SETTINGS):
        outcome, _ = run_probe(probe, scripted({}))
        assert outcome.verdict is Verdict.NOT_SUPPORTED, probe.meta.id


def cpu(percent: int, span_ms: int = 300_000, name: str = "org.example.spin") -> str:
    return f"CPU usage from {span_ms}ms to 0ms ago:\n  {percent}% 42/{name}: 1% user + 1% kernel\n"


@pytest.mark.parametrize(
    ("dump", "expected"),
    [
        (cpu(250), {"app.cpu_hog"}),
        (cpu(250, name="dex2oat64"), {"system.ota_optimising"}),
        (cpu(250, span_ms=3_000), set()),
        (cpu(20), set()),
    ],
)
def test_a_busy_process_counts_over_minutes_only(
    scripted: type[ScriptedBench], run_probe: Run, dump: str, expected: set[str]
) -> None:
    assert codes(run_probe(LOAD, scripted({"dumpsys cpuinfo": dump}))[0]) == expected


def test_the_leak_is_named_only_when_memory_is_short(scripted: type[ScriptedBench], run_probe: Run) -> None:
    use = "Total PSS by process:\n    2,000,000K: org.example.leak (pid 1)\nTotal RAM: 4,000,000K (status low)\n"
    short = "MemTotal:        4000000 kB\nMemAvailable:     200000 kB\n"
    enough = "MemTotal:        4000000 kB\nMemAvailable:    2000000 kB\n"
    outcome, _ = run_probe(LOAD, scripted({"cat /proc/meminfo": short, "dumpsys meminfo": use}))
    assert codes(outcome) == {"system.memory_low", "app.memory_leak"}
    bench = scripted({"cat /proc/meminfo": enough, "dumpsys meminfo": use})
    assert codes(run_probe(LOAD, bench)[0]) == set()
    assert "dumpsys meminfo" not in bench.asked  # it takes long on a phone


@pytest.mark.parametrize(("options", "verdict"), [("rw,seclabel", Verdict.PASS), ("ro,seclabel", Verdict.FAIL)])
def test_data_that_cannot_be_written_fail(
    scripted: type[ScriptedBench], run_probe: Run, options: str, verdict: Verdict
) -> None:
    outcome, _ = run_probe(SERVICES, scripted({"cat /proc/mounts": f"/dev/block/dm-3 /data f2fs {options} 0 0\n"}))
    assert verdict_of(outcome, "data_mount") is verdict


@pytest.mark.parametrize(
    ("props", "verdict"),
    [
        ({}, Verdict.PASS),
        ({"ro__boot__verifiedbootstate": "orange", "ro__boot__flash__locked": "0"}, Verdict.MARGINAL),
        (
            {"ro__boot__verifiedbootstate": "orange", "ro__boot__flash__locked": "0", "ro__build__tags": "test-keys"},
            Verdict.FAIL,
        ),
        (
            {"ro__boot__verifiedbootstate": "orange", "ro__build__tags": "test-keys", "ro__build__type": "userdebug"},
            Verdict.MARGINAL,
        ),
    ],
)
def test_three_marks_make_a_foreign_system_and_a_developers_build_is_none(
    scripted: type[ScriptedBench], run_probe: Run, props: dict[str, str], verdict: Verdict
) -> None:
    base = {"ro__build__type": "user", "ro__build__tags": "release-keys", "ro__boot__verifiedbootstate": "green"}
    outcome, _ = run_probe(INTEGRITY, scripted({"getprop": getprop(**(base | props))}))
    assert verdict_of(outcome, "tamper_marks") is verdict


def test_a_clock_before_the_systems_own_patches_is_wrong(scripted: type[ScriptedBench], run_probe: Run) -> None:
    props = WHOLE + getprop(ro__build__version__security_patch="2024-05-05")
    outcome, _ = run_probe(INTEGRITY, scripted({"getprop": props, "date +%s": "1262304000\n"}))
    assert codes(outcome) == {"system.clock_wrong"}
    outcome, _ = run_probe(INTEGRITY, scripted({"getprop": props, "date +%s": "1751328000\n"}))
    assert codes(outcome) == set()
    assert value_of(outcome, "patch_age_months") == 14


def test_a_setting_is_a_weak_word_that_names_no_part(scripted: type[ScriptedBench], run_probe: Run) -> None:
    bench = scripted({"settings list global": "adb_enabled=1\nairplane_mode_on=1\nwifi_on=0\nzen_mode=2\n"})
    outcome, _ = run_probe(SETTINGS, bench)
    assert codes(outcome) == {"setting.flight_mode", "setting.dnd"}  # all radios are off in plane mode: said once
    assert {finding.strength for finding in outcome.findings} == {Strength.WEAK}
    assert all(not finding.components for finding in outcome.findings)
