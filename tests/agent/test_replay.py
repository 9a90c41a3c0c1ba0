"""A stored run gives the same numbers bit for bit, and new verdicts with new limits."""

from __future__ import annotations

import hashlib
from pathlib import Path
from unittest.mock import create_autospec

import numpy as np
import pytest

from agent import runs
from agent.benches import Recorder, ReplayBench, ReportBench, StoredRecordings
from agent.dumps import open_dumps
from agent.home import Home
from agent.journal import Journal
from agent.plan import known_probes
from agent.session import left_out, run_probe
from agent.store import Store
from probes import (
    MIB,
    AtLeast,
    BadInput,
    DeviceText,
    LimitSource,
    LogStream,
    NotSupported,
    Probe,
    ProbeResult,
    Reply,
    StoreError,
    Verdict,
)
from probes.software import PROBES

BATTERY = """Current Battery Service state:
  AC powered: false
  level: 56
  scale: 100
  voltage: 3870
  temperature: 274
"""
UEVENT = """POWER_SUPPLY_NAME=battery
POWER_SUPPLY_TYPE=Battery
POWER_SUPPLY_CHARGE_FULL=3400000
POWER_SUPPLY_CHARGE_FULL_DESIGN=4000000
POWER_SUPPLY_VOLTAGE_NOW=3870000
"""
LOG = "".join(f"03-04 05:06:{n:02}.123  1000  1000 I Test: line {n}\n" for n in range(60))


class Phone:
    """A phone whose current is another one each time, and which writes its answers into a store."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._current_ua = -200_000

    def shell(self, *argv: str, deadline_s: float = 10.0, cap_bytes: int = MIB) -> Reply:
        assert deadline_s > 0
        line, started_ns = " ".join(argv), self._recorder.now_ns()
        out = ""
        if line == "dumpsys battery":
            out = BATTERY
        elif "uevent" in line:
            self._current_ua -= 1_000
            out = f"{UEVENT}POWER_SUPPLY_CURRENT_NOW={self._current_ua}\n"
        return self._recorder.reply(line, out.encode()[:cap_bytes], b"", 0 if out else 1, started_ns)

    def log(self, buffer: str, *, deadline_s: float = 60.0, cap_bytes: int = 64 * MIB) -> LogStream:
        assert deadline_s > 0
        if buffer != "main":
            raise NotSupported("no")
        return self._recorder.stream("log main", [LOG.encode()[:cap_bytes]], lambda: True)


def by_id(name: str) -> Probe:
    return next(probe for probe in PROBES if probe.meta.id == name)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "run")


def recorded(probe: Probe, store: Store) -> ProbeResult:
    recorder = Recorder(store)
    return run_probe(probe, Phone(recorder), recorder, {})


def again(result: ProbeResult, store: Store, **limits: dict[str, AtLeast]) -> ProbeResult:
    probe = by_id(result.probe)
    chosen = {name.replace("__", "."): table for name, table in limits.items()}
    return run_probe(probe, ReplayBench(result.recordings, store), StoredRecordings(result.recordings), chosen)


@pytest.mark.parametrize("name", [probe.meta.id for probe in PROBES])
def test_a_replay_gives_the_same_result(store: Store, name: str) -> None:
    first = recorded(by_id(name), store)
    second = again(first, store)
    same = {"started_at", "duration_ns"}
    assert second.model_dump(exclude=same) == first.model_dump(exclude=same)


def test_the_samples_of_the_battery_are_kept_and_come_out_bit_for_bit(store: Store) -> None:
    first = recorded(by_id("battery.gauge"), store)
    kept = [recording for recording in first.recordings if recording.kind == "samples"]
    assert [channel.name for channel in kept[0].channels] == ["current_ma", "voltage_mv"]
    with np.load(store.path(kept[0].sha256)) as arrays:
        assert len(np.unique(arrays["current_ma"])) == 5
        assert np.all(np.diff(arrays["t_ns"]) >= 0)
    assert again(first, store).recordings == first.recordings


def test_other_limits_give_the_same_numbers_and_new_verdicts(store: Store) -> None:
    first = recorded(by_id("battery.gauge"), store)
    strict = AtLeast(low=99.0, source=LimitSource(kind="learned", text="test"))
    second = again(first, store, battery__gauge={"soh_percent": strict})
    assert [taken.value for taken in second.measurements] == [taken.value for taken in first.measurements]
    verdicts = [
        next(taken.verdict for taken in result.measurements if taken.name == "soh_percent")
        for result in (first, second)
    ]
    assert verdicts == [Verdict.PASS, Verdict.FAIL]
    assert "battery.capacity_low" in {finding.code for finding in second.findings}


def test_a_recording_that_was_changed_is_no_evidence(store: Store) -> None:
    first = recorded(by_id("battery.gauge"), store)
    store.path(first.recordings[0].sha256).write_bytes(BATTERY.replace("56", "57").encode())
    with pytest.raises(StoreError, match="hash differs"):
        again(first, store)


def test_a_changed_log_is_no_evidence_either(store: Store) -> None:
    first = recorded(by_id("logs.system"), store)
    store.path(first.recordings[0].sha256).write_bytes(b"03-04 05:06:07.123  1  1 I T: other\n" * 60)
    with pytest.raises(StoreError):
        again(first, store)


def test_a_recording_that_is_gone_is_one_clear_error(store: Store) -> None:
    first = recorded(by_id("battery.gauge"), store)
    store.path(first.recordings[0].sha256).unlink()
    with pytest.raises(StoreError, match="cannot be read"):
        again(first, store)


def test_arrays_that_come_out_differently_are_noticed(store: Store) -> None:
    first = recorded(by_id("battery.gauge"), store)
    forged = tuple(
        recording.model_copy(update={"sha256": hashlib.sha256(b"x").hexdigest()})
        if recording.kind == "samples"
        else recording
        for recording in first.recordings
    )
    with pytest.raises(StoreError, match="not what was recorded"):
        again(first.model_copy(update={"recordings": forged}), store)


def test_a_replay_asks_nothing_that_was_not_recorded(store: Store) -> None:
    bench = ReplayBench((), store)
    with pytest.raises(NotSupported):
        bench.shell("getprop")
    with pytest.raises(NotSupported):
        bench.log("main")


REPORT = f"""========================================================
== dumpstate: 2031-02-03 08:09:10
========================================================

------ SYSTEM PROPERTIES (getprop) ------
[ro.product.model]: [Lumen 3]
[ro.build.version.release]: [14]
[ro.serialno]: [NB1]
------ SYSTEM LOG (logcat -v threadtime -d *:v) ------
--------- beginning of main
{LOG}------ DUMPSYS (/system/bin/dumpsys) ------
-------------------------------------------------------------------------------
DUMP OF SERVICE battery:
{BATTERY}--------- 0.010s was the duration of dumpsys battery, ending at: 2031-02-03 08:09:11
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.txt"
    path.write_text(REPORT)
    return path


def test_a_whole_run_of_a_report_is_replayed_to_the_same_diagnosis(home: Home, journal: Journal, report: Path) -> None:
    first = runs.diagnose_report(home, journal, report, runs.Orders())
    row = journal.run("last")
    assert (row.state, row.done, row.source) == ("done", len(PROBES), "bugreport")
    second, changed = runs.replay(home, journal, row, runs.Orders())
    assert changed == ()
    assert second.source == "replay"
    assert second.model_dump(exclude={"source"}) == first.model_dump(exclude={"source"})


def test_what_was_not_needed_is_not_needed_in_a_replay_either(home: Home, journal: Journal, report: Path) -> None:
    runs.diagnose_report(home, journal, report, runs.Orders())
    row = journal.run("last")
    glass = next(probe for probe in known_probes() if probe.meta.id == "display.glass")
    kept = create_autospec(Journal, instance=True)
    kept.results.return_value, kept.events.return_value = (left_out(glass),), ()
    again, _ = runs.replay(home, kept, row, runs.Orders(probes=(glass,)))
    assert again.results == (left_out(glass).model_copy(update={"started_at": again.results[0].started_at}),)


def test_a_replay_does_not_touch_what_is_stored(home: Home, journal: Journal, report: Path) -> None:
    runs.diagnose_report(home, journal, report, runs.Orders())
    row = journal.run("last")
    before = {path: path.read_bytes() for path in home.run_dir(row.id).iterdir()}
    runs.replay(home, journal, row, runs.Orders())
    assert {path: path.read_bytes() for path in home.run_dir(row.id).iterdir()} == before
    assert journal.run("last") == row
    assert len(journal.runs()) == 1


def test_a_report_answers_only_what_it_holds(home: Home, report: Path) -> None:
    recorder = Recorder(Store(home.run_dir("x")))
    recorder.start("x")
    bench = ReportBench(open_dumps(report), recorder)
    assert bench.shell("dumpsys", "battery").out == DeviceText(BATTERY.encode())
    assert len(bench.shell("getprop", cap_bytes=10).out) == 10
    with pytest.raises(NotSupported):
        bench.shell("dumpsys", "batterystats")
    with pytest.raises(NotSupported):
        bench.log("kernel")
    assert b"".join(bench.log("main", cap_bytes=100)) == REPORT.encode()[REPORT.index("--------- beg") :][:100]
    assert recorder.taken()[-1].complete is False


def test_another_report_does_not_go_on_with_a_run(home: Home, journal: Journal, report: Path) -> None:
    runs.diagnose_report(home, journal, report, runs.Orders())
    row = journal.run("last")
    report.write_text(REPORT + "\n")
    with pytest.raises(BadInput, match="not the report"):
        runs.diagnose_report(home, journal, report, runs.Orders(), row)
