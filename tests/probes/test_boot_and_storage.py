"""Ends of boots are told apart and counted once; inodes, file systems and refused writes are seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from probes import Verdict
from probes.software import PROBES
from probes.software._boot_ends import End, end_of
from tests.probes.dumps import getprop

if TYPE_CHECKING:
    from probes import Evaluation, Probe
    from tests.probes.conftest import ScriptedBench

    Run = Callable[..., tuple[Evaluation, object]]

BOOT, STORAGE = (next(probe for probe in PROBES if probe.meta.id == name) for name in ("boot.history", "storage.flash"))


def values(run_probe: Run, probe: Probe, bench: ScriptedBench) -> dict[str, object]:
    outcome, _ = run_probe(probe, bench)
    return {taken.name: taken.value for taken in outcome.measurements if taken.verdict is not Verdict.NOT_SUPPORTED}


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        ("shutdown,thermal,battery", End.HEAT),
        ("shutdown,battery", End.BATTERY),
        ("reboot,undervoltage", End.BATTERY),
        ("kernel_panic,sysrq", End.PANIC),
        ("watchdog,apps,bark", End.WATCHDOG),
        ("reboot,longkey", End.KEY),
        ("reboot,ota_update", End.UPDATE),
        ("shutdown,userrequested", End.OTHER),
        ("power_on_key", End.OTHER),
        ("bootloader", End.OTHER),
    ],
)
def test_a_boot_reason_names_how_the_run_before_ended(reason: str, end: End) -> None:
    assert end_of(reason) is end


def test_ends_are_counted_apart_and_only_unwanted_ones_together(scripted: type[ScriptedBench], run_probe: Run) -> None:
    history = "reboot,longkey,6\nreboot,ota,5\nkernel_panic,4\nwatchdog,3\nshutdown,battery,2\nreboot,1"
    props = getprop(persist__sys__boot__reason__history=history)
    found = values(run_probe, BOOT, scripted({"getprop": props}))
    counted = ("key_restarts", "update_restarts", "panics", "watchdog_resets", "power_losses", "thermal_shutdowns")
    assert [found[name] for name in counted] == [1, 1, 1, 1, 1, 0]
    assert found["unwanted_ends"] == 4


def test_a_panic_that_several_places_keep_is_one_panic(scripted: type[ScriptedBench], run_probe: Run) -> None:
    dropbox = (
        "Drop box contents: 2 entries\nMax entries: 1000\n\n"
        "2031-02-03 08:01:00 APANIC_CONSOLE (text, 10 bytes)\n    x\n"
        "2031-02-03 08:01:00 APANIC_THREADS (text, 10 bytes)\n    x\n"
    )
    for props, panics in ((getprop(sys__boot__reason="kernel_panic"), 1), (getprop(a__b="c"), 1)):
        found = values(run_probe, BOOT, scripted({"getprop": props, "dumpsys dropbox": dropbox}))
        assert (found["panics"], found["unwanted_ends"]) == (panics, 1)


@pytest.mark.parametrize(("free", "verdict"), [(5_000, Verdict.FAIL), (40_000, Verdict.MARGINAL), (900_000, None)])
def test_a_disk_without_inodes_is_full(
    scripted: type[ScriptedBench], run_probe: Run, free: int, verdict: Verdict | None
) -> None:
    table = f"Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/block/dm-4 1000000 1 {free} 9% /data\n"
    outcome, _ = run_probe(STORAGE, scripted({"df -i": table}))
    assert {finding.code for finding in outcome.findings} == ({"storage.full"} if verdict else set())
    assert outcome.verdict is (verdict or Verdict.PASS)


def test_a_write_that_the_system_refuses_is_a_finding(scripted: type[ScriptedBench], run_probe: Run) -> None:
    outcome, _ = run_probe(STORAGE, scripted({"dumpsys diskstats": "Test-Error: java.io.IOException: EIO\n"}))
    assert {finding.code for finding in outcome.findings} == {"storage.write_failed"}


def test_an_internal_volume_and_a_card_that_cannot_be_mounted_are_told_apart(
    scripted: type[ScriptedBench], run_probe: Run
) -> None:
    for kind, code in (("PRIVATE", "storage.volume_unmountable"), ("PUBLIC", "storage.card_unmountable")):
        dump = f"Volumes:\n  VolumeInfo{{v}}:\n    type={kind} diskId=null state=UNMOUNTABLE\n"
        outcome, _ = run_probe(STORAGE, scripted({"dumpsys mount": dump}))
        assert {finding.code for finding in outcome.findings} == {code}
