"""The stop sign: what breaks because somebody stopped the run is no trouble of the bench."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from agent.stop import Stopped, StopSign
from probes import LinkError

if TYPE_CHECKING:
    from agent.links import Link


class _Wire:
    """Stands for a link: being closed is all that a stop sign asks of one."""

    closed = False

    def close(self) -> None:
        self.closed = True


def test_a_link_that_the_stop_closed_ends_in_stopped_and_not_in_trouble() -> None:
    sign, wire = StopSign(), _Wire()

    def ask() -> None:
        sign.put_up()
        raise LinkError("the link was closed in the middle of an answer")

    with pytest.raises(Stopped), sign.closes(cast("Link", wire)):
        ask()
    assert wire.closed


def test_a_link_that_breaks_by_itself_stays_a_trouble() -> None:
    with pytest.raises(LinkError), StopSign().closes(cast("Link", _Wire())):
        raise LinkError("the cable is loose")
