"""What every test may ask for."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warm_commands import WarmCommands

# A shell that starts us in the background lets us ignore Ctrl-C, and every program that a test starts inherits that:
# the tests of Ctrl-C would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# One thread for linear algebra, before numpy starts its own: on a busy machine several wait for each other a hundred
# times as long as they work. Programs that a test starts inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Each test has a home of its own; compiling the log patterns anew in every one of them would take most of the time.
# The cache names its files by what they are made of, so an old one can do no harm.
os.environ.setdefault("PHONEBENCH_CACHE", str(Path(tempfile.gettempdir()) / f"phonebench-tests-{os.getuid()}"))

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what lasts longest, such as the diagnoses of the documents: nobody is to wait for them alone."""
    items.sort(key=lambda item: item.path.name not in {"test_docs.py", "test_kill.py", "test_bench_report.py"})


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """While the workers look for their tests, compile the log patterns: on a new machine each would do it, for 10 s."""
    if session.config.getoption("numprocesses", None) and not hasattr(session.config, "workerinput"):
        from probes.logs import scan  # noqa: PLC0415  whoever runs one file without workers does not pay for it

        scan(())


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of real phone output that lies beside the project; the test skips where it is missing."""
    folder = Path(os.environ.get("PHONEBENCH_SHARED") or ROOT.parent / "shared")
    if (folder / "corpora").is_dir():
        return folder
    if os.environ.get("PHONEBENCH_REQUIRE_CORPORA") == "1":
        pytest.fail(f"the folder of real phone output is required here, but {folder} does not hold it")
    pytest.skip("no folder of real phone output (set PHONEBENCH_SHARED)")


@pytest.fixture(scope="session")
def warm_commands() -> Iterator[WarmCommands]:
    """``phonebench`` without the second that loading its libraries takes."""
    commands = WarmCommands()
    yield commands
    commands.close()
