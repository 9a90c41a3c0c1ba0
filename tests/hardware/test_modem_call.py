"""A call to the bench's own number: set up where there is a network, and no verdict where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from probes import Verdict
from probes.hardware.modem_call import ModemCall

if TYPE_CHECKING:
    from agent.sim_phone import SimPhones


def test_a_healthy_phone_reaches_the_bench(sim_phones: SimPhones) -> None:
    result = sim_phones(speed=20.0).run(ModemCall(), station=True)
    assert {one.name: one.value for one in result.measurements} == {"dialled": "same", "answered": "yes"}
    assert result.verdict is Verdict.PASS


@pytest.mark.parametrize("fault", ["sim.not_read", "modem.transmitter_dead"])
def test_without_a_network_a_call_says_nothing_of_the_phone(sim_phones: SimPhones, fault: str) -> None:
    phone = sim_phones(speed=20.0)
    phone.break_(fault)
    result = phone.run(ModemCall(), station=True)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert not result.findings


def test_nobody_is_called_without_a_number_in_the_bench_file(sim_phones: SimPhones) -> None:
    assert sim_phones(speed=20.0).run(ModemCall()).verdict is Verdict.NOT_SUPPORTED
