"""A phone that comes back to its link: its server may stumble over what is left of the old one."""

from __future__ import annotations

import pytest

from agent.benches._return import is_back
from agent.links import AdbLink
from agent.links.link import Call
from agent.sim_phone import SimPhone
from probes import BenchError, LinkError, UnknownDevice


class Stumbling(AdbLink):
    """A link whose server has just dropped the phone it told of, so many times."""

    stumbles: list[BenchError] = []  # noqa: RUF012  set by each test

    def _open(self, call: Call) -> None:
        super()._open(call)
        if self.stumbles:
            raise self.stumbles.pop()


@pytest.mark.parametrize("error", [UnknownDevice("no phone of that serial is connected"), LinkError("it is offline")])
def test_an_opening_that_fails_is_tried_again(sim_phone: SimPhone, error: BenchError) -> None:
    link = Stumbling(sim_phone.link._server, sim_phone.serial)
    with link:
        link.stumbles = [error, error]
        sim_phone.unplug()
        with pytest.raises(LinkError):
            link.shell(("true",), deadline_s=5.0, cap_bytes=99)
        sim_phone.replug()
        assert is_back(link, wait_s=10.0)
        assert link.stumbles == []
        assert link.broken is None


def test_a_phone_that_stays_away_is_waited_for_no_longer_than_asked(sim_phone: SimPhone) -> None:
    sim_phone.unplug()
    with pytest.raises(LinkError):
        sim_phone.link.shell(("true",), deadline_s=5.0, cap_bytes=99)
    assert not is_back(sim_phone.link, wait_s=0.5)
