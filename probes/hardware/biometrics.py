"""Fingerprint: whether the service has a sensor to talk to. Whether it reads a finger takes the owner's own finger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource
from probes._verdict import Stage, Unit, Verdict
from probes.formats import parse_fingerprint
from probes.software._ask import ask

_DEATHS: Final = LimitSource(kind="prior", text="a service whose sensor answers is not started again since boot")


class FingerprintPresence(HardwareProbe):
    """How often the sensor's driver service died since boot: without its sensor it does so again and again."""

    meta = ProbeMeta(
        id="biometrics.fingerprint",
        version=1,
        purpose="Fingerprint reader: answers",
        stage=Stage.HARDWARE_UNATTENDED,
        duration_s=0.5,
        measures=(
            Measure(
                name="hal_deaths",
                label="Restarts of the fingerprint driver since boot",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_DEATHS),
                says=Says(code="fingerprint.driver_dies"),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Ask the service; before Android 10 it does not tell."""
        answer = ask(bench, parse_fingerprint, "dumpsys", "fingerprint")
        deaths = answer.value.hal_deaths
        if deaths is None:
            yield Excuse(name="hal_deaths", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        else:
            yield Reading(name="hal_deaths", value=deaths, evidence=answer.evidence(f"HAL deaths: {deaths}"))
