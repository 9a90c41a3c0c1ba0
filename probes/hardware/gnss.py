"""How loudly a phone's satellite receiver hears the sky, or the bench's repeater of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says, Sign
from probes._limits import AtLeast, LimitSource, OneOf
from probes._verdict import Effort, Resource, Stage, Strength, Unit, Verdict
from probes.hardware.radio_dumps import parse_satellites
from probes.software._ask import ask

_RUNS: Final = LimitSource(kind="prior", text="a receiver that is wanted and does not run has not started")
_SKY: Final = LimitSource(
    kind="prior",
    text="-130 dBm at an open sky over -174 dBm/Hz and 2..6 dB of a phone's noise leave 38..42 dB-Hz; 35 leaves room "
    "for the way the phone lies. To be learned from a golden phone under the same sky or repeater",
)


class SatelliteLevel(HardwareProbe):
    """Carrier to noise of the four best satellites since the phone was started."""

    meta = ProbeMeta(
        id="gnss.level",
        version=2,
        purpose="Level of satellites",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.NONE,
        duration_s=0.3,
        resources=frozenset({Resource.RADIO}),
        measures=(
            Measure(
                name="receiver",
                label="Satellite receiver",
                unit=Unit.TEXT,
                limit=OneOf(values=("on",), source=_RUNS),
                says=Says(code="gnss.will_not_start", component="PCB", function="gnss"),
            ),
            Measure(
                name="best_four_dbhz",
                label="Level of the four best satellites (C/N0)",
                unit=Unit.DECIBEL,
                limit=AtLeast(low=35.0, source=_SKY),
                says=Says(code="gnss.level_low", component="ANT"),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Read the figures that the location service keeps; nothing heard at all is no level."""
        told = ask(bench, parse_satellites, "dumpsys", "location", cap_bytes=16 << 20)
        sky, evidence = told.value, told.evidence("location service")
        # where nothing says how the switch stands, a provider that is off is as likely the owner's wish as a dead chip
        if sky.is_wanted is False or (sky.is_wanted is None and sky.is_on is False):
            for measure in self.meta.measures:
                yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason="radio_switched_off")
            return
        if sky.is_on is None:
            yield Excuse(name="receiver", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        else:
            yield Reading(name="receiver", value="on" if sky.is_on else "off", evidence=evidence)
        if sky.best_dbhz is not None:
            yield Reading(name="best_four_dbhz", value=sky.best_dbhz, evidence=evidence)
            return
        known = sky.reports is not None
        verdict = Verdict.INCONCLUSIVE if known else Verdict.NOT_SUPPORTED
        yield Excuse(name="best_four_dbhz", verdict=verdict, reason="no_satellite_heard" if known else "not_reported")
        if known and sky.is_on:
            # under a roof without a repeater no phone hears any: see the knowledge of causes
            yield Sign(
                code="gnss.nothing_heard", strength=Strength.MODERATE, components=("ANT", "PCB"), evidence=evidence
            )
