"""The pytest plugin for probe authors: emulated phones behind a real adb server, one fixture away.

Installing phonebench installs it; a test asks for ``sim_phone``, or for ``sim_phones`` where it needs several or a
certain kind. Nothing but this file is loaded until a test does, and neither the bench's adb server nor its port is
touched: the phones sit behind a server of the test session's own. With pytest-xdist each worker has its own.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from agent.sim_phone import SimPhone, SimPhones, SimRack


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say under a failed test which phones it had: profile and seed build the same ones again."""
    report = yield
    phones = getattr(item, "funcargs", {}).get("sim_phones")
    if phones is not None and report.failed:
        report.sections.append(("emulated phones", "\n".join(phones.story())))
    return report


@pytest.fixture(scope="session", name="_phonebench_rack")
def _rack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimRack]:
    from agent.sim_phone import SimRack  # noqa: PLC0415  a session that asks for no phone must not pay for one

    with SimRack(tmp_path_factory.mktemp("phonebench")) as rack:
        yield rack


@pytest.fixture
def sim_phones(_phonebench_rack: SimRack) -> Iterator[SimPhones]:
    """Emulated phones for one test: each call of ``sim_phones(profile=..., seed=...)`` gives another one."""
    from agent.sim_phone import SimPhones  # noqa: PLC0415  as above

    with SimPhones(_phonebench_rack) as phones:
        yield phones


@pytest.fixture
def sim_phone(sim_phones: SimPhones) -> SimPhone:
    """A healthy emulated phone, the same one in every test and in every run, whatever a test before did to its own."""
    return sim_phones()
