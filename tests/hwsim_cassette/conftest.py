"""Runs on emulated phones that are recorded, and on what is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from agent import runs
from agent.cassettes import Masker, Tape
from agent.home import Home
from agent.journal import Journal
from agent.links import PrivateServer
from agent.rack import Rack, RackSpec
from reports import Diagnosis

KEY = b"a key that only a test would fix"


class Desk:
    """A bench with an adb server of its own and a journal."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.home = Home(folder / "home")
        for one in (self.home.root, self.home.leases, self.home.root / "runs"):
            one.mkdir()
        self.journal = Journal(self.home.journal)
        stack.callback(self.journal.close)
        self.server = stack.enter_context(PrivateServer(folder / "adb"))
        self.stack = stack

    def rack(self, spec: RackSpec) -> Rack:
        return self.stack.enter_context(Rack(spec))

    def diagnose(self, address: str, tape: Tape | None = None) -> Diagnosis:
        serial = self.server.connect(address)
        phone = runs.PhoneAddress(self.server, serial, serial)
        return runs.diagnose_phone(self.home, self.journal, phone, runs.Orders(tape=tape))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(tmp_path_factory.mktemp("desk"), stack)


@pytest.fixture(scope="session")
def masker() -> Callable[[], Masker]:
    """Make a masker whose replacements can be foreseen."""
    return lambda: Masker(KEY)


Serve = Callable[[Sequence[Path]], Rack]
