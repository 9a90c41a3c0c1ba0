"""Which probes run, and in which order: software before hardware, easy before hard, unattended before assisted."""

from __future__ import annotations

from collections.abc import Iterable

from probes import Probe
from probes.software import PROBES


def make_plan(probes: Iterable[Probe] = PROBES) -> tuple[Probe, ...]:
    """Order probes by stage, then by effort; within both, as they were given."""
    return tuple(sorted(probes, key=lambda probe: (probe.meta.stage.order, probe.meta.effort.order)))


def probes_by_id(ids: Iterable[str]) -> tuple[Probe, ...]:
    """The probes of a stored plan, in its order; those that this version no longer has are left out."""
    known = {probe.meta.id: probe for probe in make_plan()}
    return tuple(known[name] for name in ids if name in known)
