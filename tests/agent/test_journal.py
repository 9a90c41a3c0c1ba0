"""The journal: durable, resumable, and one clear line whatever is wrong with its file."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.home import Home, open_home
from agent.journal import Journal, new_run_id
from probes import BadInput, ProbeResult, StoreError, Verdict
from tests.agent.conftest import Results


def store(journal: Journal, run_id: str, seq: int, result: ProbeResult) -> None:
    journal.durable([journal.add(run_id, seq, result)])


def read_results(home: Home, run_id: str) -> tuple[ProbeResult, ...]:
    with closing(Journal(home.journal)) as journal:
        return journal.results(run_id)


def one_line(error: StoreError) -> bool:
    return "\n" not in error.line() and "Traceback" not in error.line()


def test_a_run_is_stored_before_its_first_probe(journal: Journal, begin: Callable[..., str]) -> None:
    run_id = begin("test.one", "test.two")
    row = journal.run(run_id)
    assert (row.state, row.done, row.plan, row.diagnosis) == ("running", 0, ("test.one", "test.two"), None)
    assert journal.run("last") == row
    assert journal.results(run_id) == ()


def test_results_come_back_as_they_were_in_order(
    journal: Journal, begin: Callable[..., str], make_result: Results
) -> None:
    run_id = begin("test.one", "test.two")
    second = make_result("test.two", Verdict.FAIL, measurements=(make_result.number("a"),))
    store(journal, run_id, 1, second)
    store(journal, run_id, 0, make_result("test.one"))
    assert journal.results(run_id) == (make_result("test.one"), second)
    assert journal.run(run_id).done == 2


def test_an_open_result_is_replaced_when_its_probe_is_run_again(
    journal: Journal, begin: Callable[..., str], make_result: Results
) -> None:
    run_id = begin("test.one")
    store(journal, run_id, 0, make_result("test.one", Verdict.ERROR))
    store(journal, run_id, 0, make_result("test.one"))
    assert journal.results(run_id) == (make_result("test.one"),)


@pytest.mark.parametrize(("is_whole", "state"), [(True, "done"), (False, "broken")])
def test_a_run_whose_link_broke_stays_open(
    journal: Journal, begin: Callable[..., str], *, is_whole: bool, state: str
) -> None:
    run_id = begin("test.one")
    journal.finish(run_id, '{"x": 1}', is_whole=is_whole)
    assert (journal.run(run_id).state, journal.run(run_id).diagnosis) == (state, '{"x": 1}')


def test_events_are_kept_in_order(journal: Journal, begin: Callable[..., str]) -> None:
    run_id = begin("test.one")
    for kind in ("resumed", "consent", "permission_used"):
        journal.note(run_id, kind, "{}")
    assert [event.kind for event in journal.events(run_id)] == ["resumed", "consent", "permission_used"]


def test_nothing_is_stored_for_a_run_that_does_not_exist(journal: Journal, make_result: Results) -> None:
    with pytest.raises(StoreError):
        store(journal, "nobody", 0, make_result())
    with pytest.raises(BadInput, match="no run"):
        journal.run("nobody")
    with pytest.raises(BadInput, match="no run"):
        journal.run("last")


def test_the_newest_run_comes_first(journal: Journal, begin: Callable[..., str]) -> None:
    names = [begin("test.one", run_id=f"20261121-08000{n}-abc123") for n in range(5)]
    assert [row.id for row in journal.runs(3)] == names[:-4:-1]


def test_run_ids_sort_by_time_and_do_not_collide() -> None:
    start = datetime(2026, 11, 21, 8, tzinfo=UTC)
    names = [new_run_id(start + timedelta(seconds=n)) for n in range(200)]
    assert sorted(names) == names
    assert len({new_run_id(start) for _ in range(500)}) == 500
    assert all(name.replace("-", "").isalnum() for name in names)


def test_sixteen_threads_write_at_once(home: Home, make_result: Results) -> None:
    journal = Journal(home.journal)
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            run_id = f"run-{number:02}"
            journal.begin(run_id=run_id, source="adb", subject="S", plan=("test.one",), agent_version="0")
            for seq in range(5):
                store(journal, run_id, seq, make_result(f"test.p{seq}"))
        except BaseException as error:  # noqa: BLE001  handed to the main thread
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert {row.done for row in journal.runs(50)} == {5}
    journal.close()


def test_it_is_written_ahead_and_synchronous(home: Home, journal: Journal) -> None:
    assert journal.runs() == ()
    connection = sqlite3.connect(home.journal)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    with journal._writing() as open_one:
        assert open_one.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2


def test_a_journal_of_a_newer_version_is_left_alone(home: Home, journal: Journal) -> None:
    journal.close()
    connection = sqlite3.connect(home.journal)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = home.journal.read_bytes()
    with pytest.raises(StoreError, match="newer") as caught:
        Journal(home.journal)
    assert one_line(caught.value)
    assert home.journal.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 400, b"SQLite format 3\0" + b"\xff" * 8000, b"\0" * 5000]
)
def test_what_is_no_journal_is_refused_and_kept(home: Home, content: bytes) -> None:
    home.journal.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        Journal(home.journal)
    assert one_line(caught.value)
    assert home.journal.read_bytes() == content


def test_a_journal_damaged_in_the_middle_is_one_clear_error(
    home: Home, journal: Journal, begin: Callable[..., str], make_result: Results
) -> None:
    run_id = begin("test.one")
    for seq in range(200):
        store(journal, run_id, seq, make_result(f"test.p{seq}", measurements=(make_result.number("a" * 300),)))
    journal.close()
    connection = sqlite3.connect(home.journal)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    raw = bytearray(home.journal.read_bytes())
    raw[5 * 4096 : 12 * 4096] = b"\xa5" * (7 * 4096)
    home.journal.write_bytes(raw)
    with pytest.raises(StoreError) as caught:
        read_results(home, run_id)
    assert one_line(caught.value)


def test_a_record_that_is_not_readable_is_one_clear_error(
    home: Home, journal: Journal, begin: Callable[..., str], make_result: Results
) -> None:
    run_id = begin("test.one")
    store(journal, run_id, 0, make_result())
    connection = sqlite3.connect(home.journal)
    connection.execute("UPDATE steps SET result = '{}'")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="damaged") as caught:
        journal.results(run_id)
    assert one_line(caught.value)


def test_a_directory_in_the_place_of_the_journal_is_one_clear_error(home: Home) -> None:
    home.journal.mkdir()
    with pytest.raises(StoreError):
        Journal(home.journal)


@pytest.mark.parametrize("place", ["a-file/below", "/proc/phonebench"])
def test_a_home_that_cannot_be_made_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / "a-file").write_text("x")
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path / place))
    with pytest.raises(StoreError, match="cannot write") as caught:
        open_home()
    assert one_line(caught.value)


FULL = """
import signal, sys
from pathlib import Path
from agent.journal import Journal
from probes import StoreError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal(Path(sys.argv[1]))
count = 0
try:
    while True:
        journal.begin(run_id=f"run{count}", source="adb", subject="S" * 40000, plan=("a.b",), agent_version="0")
        count += 1
        print(count, flush=True)
except StoreError as error:
    print(error.line().count("\\n"), "E_STORE" in error.line(), flush=True)
"""


def small_files() -> None:
    """Before a child starts: no file of its may grow over 1.5 MB, as on a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="this system has no limit on file sizes")
def test_a_full_disk_is_one_clear_error_and_loses_nothing(home: Home) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(home.journal)],
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=small_files,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    *told, last = done.stdout.splitlines()
    assert last == "0 True"
    journal = Journal(home.journal)
    assert len(journal.runs(10_000)) == len(told) > 3
    journal.close()
