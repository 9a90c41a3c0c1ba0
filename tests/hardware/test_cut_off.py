"""Every check on a link that breaks within an answer: it ends as trouble of the link, and accuses no part."""

from __future__ import annotations

import pytest

from agent.sim_phone import SimPhones
from probes import Blame, Probe, Stage, Verdict
from probes.hardware import PROBES

HALF_AN_ANSWER_BYTES = 60
UNATTENDED = [one for one in PROBES if one.meta.stage is Stage.HARDWARE_UNATTENDED and one.meta.duration_s < 60]
ASSISTED = [one for one in PROBES if one.meta.stage is Stage.HARDWARE_ASSISTED and one.meta.duration_s < 60]


@pytest.mark.parametrize("probe", UNATTENDED, ids=lambda one: str(one.meta.id))
def test_an_answer_cut_short_is_trouble_of_the_link(sim_phones: SimPhones, probe: Probe) -> None:
    phone = sim_phones(profile="samsung_14", seed=41, speed=20.0)
    phone.disturb("cut", after_bytes=HALF_AN_ANSWER_BYTES)
    found = phone.run(probe)
    assert (found.verdict, found.blame, found.findings) == (Verdict.ERROR, Blame.LINK, ())


@pytest.mark.parametrize("probe", ASSISTED, ids=lambda one: str(one.meta.id))
def test_a_phone_that_is_gone_is_accused_of_nothing(sim_phones: SimPhones, probe: Probe) -> None:
    phone = sim_phones(profile="oneplus_15", seed=5, speed=20.0)
    phone.unplug()
    found = phone.run(probe, station=True)
    assert found.findings == ()
    assert found.verdict is not Verdict.FAIL
