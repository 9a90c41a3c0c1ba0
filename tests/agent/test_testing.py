"""What a probe author's test can do with an emulated phone."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest

from agent.links import DeviceState
from probes import (
    BadInput,
    Bench,
    Blame,
    Measure,
    Probe,
    ProbeMeta,
    Reading,
    Said,
    SetupError,
    Stage,
    Unit,
    Verdict,
)
from probes.software.battery import BatteryGauge

if TYPE_CHECKING:
    from agent.sim_phone import Disturbance, SimPhone, SimPhones

pytest_plugins = ["pytester"]


class Says(Probe):
    """What one command says, as text."""

    def __init__(self, *argv: str) -> None:
        self._argv = argv

    meta = ProbeMeta(
        id="test.says",
        version=1,
        purpose="What a command says",
        stage=Stage.SOFTWARE,
        duration_s=0.1,
        measures=(Measure(name="said", label="Said", unit=Unit.TEXT),),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        answer = bench.shell(*self._argv, deadline_s=5.0)
        yield Reading(name="said", value=answer.out.parse(str.strip))


def said(phone: SimPhone, *argv: str) -> object:
    result = phone.run(Says(*argv))
    assert result.verdict is Verdict.PASS, result.trouble
    return result.measurements[0].value


def test_a_probe_passes_on_a_healthy_phone_and_fails_on_a_broken_one(sim_phone: SimPhone) -> None:
    assert sim_phone.run(BatteryGauge()).verdict is Verdict.PASS
    sim_phone.break_("battery.worn")
    assert sim_phone.run(BatteryGauge()).verdict is Verdict.FAIL
    sim_phone.heal()
    assert sim_phone.run(BatteryGauge()).verdict is Verdict.PASS


def test_a_severe_fault_reads_worse_than_a_slight_one(sim_phone: SimPhone) -> None:
    health = []
    for severity in (0.3, 0.6):
        sim_phone.break_("battery.worn", severity=severity)
        taken = {one.name: one.value for one in sim_phone.run(BatteryGauge()).measurements}
        health.append(taken["soh_percent"])
    assert isinstance(health[0], int | float)
    assert isinstance(health[1], int | float)
    assert health[0] > health[1]


def test_a_fault_may_begin_while_the_phone_is_on(sim_phone: SimPhone) -> None:
    sim_phone.link.push(b"kept", "/sdcard/kept", deadline_s=5, cap_bytes=100)
    sim_phone.break_("battery.worn", now=True)
    assert said(sim_phone, "cat", "/sdcard/kept") == "kept"
    assert sim_phone.run(BatteryGauge()).verdict is Verdict.FAIL


def test_what_one_test_does_to_its_phone_is_gone_in_the_next(sim_phones: SimPhones) -> None:
    first = sim_phones()
    serial = said(first, "getprop", "ro.serialno")
    first.link.push(b"x", "/sdcard/left_behind", deadline_s=5, cap_bytes=100)
    first.break_("touch.off_bus", now=True)
    first.disturb("hang")
    first.unplug()
    sims = sim_phones
    sims.__exit__()
    again = sims()
    assert again.serial == first.serial
    assert said(again, "getprop", "ro.serialno") == serial
    assert "left_behind" not in str(said(again, "ls", "/sdcard"))
    assert again.truth.fault == "healthy"


def test_phones_of_one_test_differ_by_profile_and_seed_and_are_as_many_as_it_wants(sim_phones: SimPhones) -> None:
    phones = [sim_phones(seed=seed) for seed in range(9)]
    assert len({said(phone, "getprop", "ro.serialno") for phone in phones}) == 9
    assert said(sim_phones(profile="samsung_14"), "getprop", "ro.product.manufacturer") == "samsung"


def test_time_goes_on_without_waiting(sim_phone: SimPhone) -> None:
    before_s, after_s = (_uptime_s(sim_phone, seconds) for seconds in (0, 3600))
    assert 3600 <= after_s - before_s < 3700


def _uptime_s(phone: SimPhone, seconds: float) -> float:
    phone.advance(seconds)
    return float(str(said(phone, "cat", "/proc/uptime")).split()[0])


def test_an_unplugged_phone_is_an_error_of_the_link_and_is_well_after_replugging(sim_phone: SimPhone) -> None:
    sim_phone.unplug()
    for _again in range(2):
        result = sim_phone.run(BatteryGauge())
        assert (result.verdict, result.blame) == (Verdict.ERROR, Blame.LINK)
    sim_phone.replug()
    assert sim_phone.run(BatteryGauge()).verdict is Verdict.PASS


@pytest.mark.parametrize("kind", ["cut", "reset", "truncate", "garbage"])
def test_a_disturbed_answer_is_never_a_reading(sim_phone: SimPhone, kind: Disturbance) -> None:
    sim_phone.disturb(kind, after_bytes=40)
    result = sim_phone.run(Says("getprop"))
    assert (result.verdict, result.blame) == (Verdict.ERROR, Blame.LINK)
    sim_phone.replug()
    assert said(sim_phone, "echo", "well") == "well"


def test_the_truth_is_told_only_after_a_probe_has_looked(sim_phone: SimPhone) -> None:
    with pytest.raises(BadInput):
        _ = sim_phone.truth
    sim_phone.break_("battery.worn", severity=0.4)
    sim_phone.run(Says("true"))
    assert (sim_phone.truth.fault, sim_phone.truth.part, sim_phone.truth.severity) == ("battery.worn", "BAT", 0.4)
    sim_phone.heal()
    with pytest.raises(BadInput):
        _ = sim_phone.truth


def test_what_no_phone_can_have_is_refused(sim_phone: SimPhone, sim_phones: SimPhones) -> None:
    for fault, severity in (("no.such_fault", None), ("battery.worn", 7.0)):
        for now in (False, True):
            with pytest.raises(SetupError, match="refuses"):
                sim_phone.break_(fault, severity=severity, now=now)
    with pytest.raises(SetupError, match="no profile"):
        sim_phones(profile="no_such_phone")
    with pytest.raises(SetupError, match="refuses"):
        sim_phone.advance(-1)
    assert sim_phone.run(BatteryGauge()).verdict is Verdict.PASS


def test_the_link_is_the_real_one(sim_phone: SimPhone) -> None:
    assert sim_phone.link.state() is DeviceState.DEVICE


AUTHORS_TEST = """
    import sys

    def test_without_a_phone():
        assert not {"agent.links", "numpy", "pydantic", "sqlalchemy"} & set(sys.modules)

    def test_with_one(sim_phone):
        from probes.software.battery import BatteryGauge
        sim_phone.break_("battery.worn", severity=0.5)
        assert sim_phone.run(BatteryGauge()).verdict == "pass"
"""


@pytest.mark.slow
def test_authors_pytest_has_the_fixtures_pays_for_nothing_and_is_told_the_phone_of_a_failure(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makepyfile(AUTHORS_TEST)
    plugin = () if _is_installed() else ("-p", "agent.testing")
    done = pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider", *plugin, timeout=60)
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*emulated phones*", "profile='', seed=1: battery.worn:0.5"])


def _is_installed() -> bool:
    return any(point.value == "agent.testing" for point in entry_points(group="pytest11"))
