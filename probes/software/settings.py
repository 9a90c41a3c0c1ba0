"""Settings that look like a fault: silent, plane mode, privacy switches, a headset that takes the sound, and more.

Each is a remark by itself. Whether it explains the complaint, or keeps a check from running, is said by the diagnosis.
"""

from __future__ import annotations

from collections.abc import Iterator

from probes._declare import Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Says
from probes._limits import LimitSource, OneOf
from probes._verdict import Stage, Unit, Verdict
from probes.software._settings_checks import CHECKS, Check
from probes.software._settings_facts import gather

_SOURCE = LimitSource(kind="prior", text="as phones are used; the owner may want it otherwise, so it is only a remark")


def _measure(check: Check) -> Measure:
    return Measure(
        name=check.name,
        label=check.label,
        unit=Unit.TEXT,
        limit=OneOf(values=("usual",), marginal=("unusual",), source=_SOURCE),
        says=Says(code=f"setting.{check.name}"),
    )


class SettingsState(Probe):
    """Looks at each setting that makes a healthy phone seem faulty."""

    meta = ProbeMeta(
        id="settings.state",
        version=1,
        purpose="Settings that look like a fault",
        stage=Stage.SOFTWARE,
        duration_s=0.8,
        measures=tuple(_measure(check) for check in CHECKS),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Read the settings and the services' own view of them, then judge each."""
        facts = gather(bench)
        for check in CHECKS:
            look = check.look(facts)
            if look is None:
                yield Excuse(name=check.name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
            else:
                value = "unusual" if look.unusual else "usual"
                yield Reading(name=check.name, value=value, evidence=look.evidence)
