"""Which probes run, and in which order: software before hardware, easy before hard, unattended before assisted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from probes import Finding, Probe, ProbeResult, Stage, first_look, look_of
from probes.hardware import PROBES as HARDWARE
from probes.software import PROBES
from probes.software.indicators import Indicators
from probes.software.rights import AppRights

STOPS_ALL: Final = frozenset({"battery.swollen"})
"""Findings after which nobody touches, loads or charges the phone any more."""
_TOUCHING: Final = frozenset({Stage.HARDWARE_UNATTENDED, Stage.HARDWARE_ASSISTED, Stage.SECOND_LOOK})


def make_plan(probes: Iterable[Probe] = PROBES) -> tuple[Probe, ...]:
    """Order probes by stage, then by effort; within both, as they were given."""
    return tuple(sorted(probes, key=lambda probe: (probe.meta.stage.order, probe.meta.effort.order)))


def known_probes(others: Iterable[Probe] = ()) -> tuple[Probe, ...]:
    """All probes of this version, in the order in which they would run; ``others`` replace those of the same id."""
    shipped = {probe.meta.id: probe for probe in (*PROBES, *HARDWARE)}
    return make_plan((shipped | {probe.meta.id: probe for probe in others}).values())


def probes_with(indicators: Indicators | None) -> tuple[Probe, ...]:
    """The probes that ship, looking for the watching programs of another list where one is given."""
    if indicators is None:
        return PROBES
    return tuple(AppRights(indicators) if isinstance(probe, AppRights) else probe for probe in PROBES)


def unread_settings(plan: Sequence[Probe]) -> dict[str, frozenset[str]]:
    """Settings that a probe of the plan needs right, and that no probe before it looks at, by the probe's id.

    A plan for which this is not empty could call a good part broken.
    """
    read: set[str] = set()
    unread: dict[str, frozenset[str]] = {}
    for probe in plan:
        missing = probe.meta.needs_setting - read
        if missing:
            unread[probe.meta.id] = frozenset(missing)
        read |= {measure.says.code for measure in probe.meta.measures if measure.says is not None}
    return unread


def blocking(probe: Probe, results: Iterable[ProbeResult]) -> tuple[Finding, ...]:
    """What the probes before it have found that keeps a probe from running, one finding a setting.

    A swollen battery keeps everything but reading from running: no load, no charge, no pressure on the screen.
    """
    found = {finding.code: finding for result in results for finding in result.findings}
    against = probe.meta.needs_setting | (STOPS_ALL if probe.meta.stage in _TOUCHING else frozenset())
    return tuple(found[code] for code in sorted(against & set(found)))


def probes_by_id(ids: Iterable[str], probes: Iterable[Probe] = PROBES) -> tuple[Probe, ...]:
    """The probes of a stored plan, in its order; those that this version no longer has are left out."""
    known = {probe.meta.id: probe for probe in make_plan(probes)}
    return tuple(look_of(name, known[first_look(name)]) for name in ids if first_look(name) in known)
