"""Limits that keep phone and bench safe: what is too bright, too hot or too much is stopped, and said to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from agent.safety import Guard, safety_limits
from probes import (
    Blocked,
    HardwareBench,
    HardwareProbe,
    Measure,
    ProbeMeta,
    Reading,
    Resource,
    Risk,
    Said,
    SensorKind,
    Stage,
    Unit,
    Verdict,
)

if TYPE_CHECKING:
    from agent.sim_phone import SimPhone, SimPhones


class Loads(HardwareProbe):
    """Records for a minute while the phone charges."""

    meta = ProbeMeta(
        id="bench.loads",
        version=1,
        purpose="Loads",
        stage=Stage.HARDWARE_UNATTENDED,
        duration_s=60.0,
        risk=Risk.LOADS_PART,
        resources=frozenset({Resource.USB_CURRENT}),
        measures=(Measure(name="rows", label="Rows", unit=Unit.COUNT),),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        tracks = bench.sense([SensorKind.ACCELEROMETER], rate_hz=50.0, duration_s=60.0)
        yield Reading(name="rows", value=len(tracks[SensorKind.ACCELEROMETER].t_ns))


class Shines(Loads):
    """Sets a brightness."""

    def __init__(self, brightness: str) -> None:
        self._brightness = brightness

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        with bench.setting("system", "screen_brightness", self._brightness):
            yield Reading(name="rows", value=1)


def test_a_cell_that_gets_too_warm_ends_a_recording_in_the_middle(sim_phones: SimPhones) -> None:
    phone = sim_phones(speed=20.0)
    limit_c = safety_limits()["charge.cell_c"].most
    told = phone._place.ask("warm", ambient_c=60.0)
    while float(told["cell_c"]) < limit_c - 0.3:
        phone.advance(5.0)
        told = phone._place.ask("warm", ambient_c=60.0)
    result = phone.run(Loads())
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, "safety_cell_temperature")
    assert result.trouble is not None
    assert result.duration_ns > 0.2e9, "it had begun"
    assert phone.run(Shines("100")).reason == "safety_cell_temperature", "and stays stopped while the cell is warm"


@pytest.mark.parametrize(("brightness", "verdict"), [("204", Verdict.PASS), ("205", Verdict.INCONCLUSIVE)])
def test_a_screen_is_not_set_brighter_than_the_limit(sim_phone: SimPhone, brightness: str, verdict: Verdict) -> None:
    assert sim_phone.run(Shines(brightness)).verdict is verdict


def test_more_current_than_the_bench_allows_is_stopped(sim_phone: SimPhone) -> None:
    guard = Guard(sim_phone.link, Risk.NONE)
    guard.check_current(2999.0)
    with pytest.raises(Blocked, match="3100 mA"):
        guard.check_current(3100.0)


def test_what_loads_nothing_is_not_looked_after(sim_phone: SimPhone) -> None:
    assert Guard(sim_phone.link, Risk.NONE).during(60.0) == ()
    assert len(Guard(sim_phone.link, Risk.LOADS_PART).during(60.0)) == 30
