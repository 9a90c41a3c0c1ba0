"""Looks of a check beside its first one, for what comes and goes: over minutes while others work, and at the end.

Each has an id of its own, so that all looks are kept; all of them speak for the effects that the check reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from probes._captures import HardwareBench
from probes._declare import Bench, Probe, Said
from probes._errors import NotSupported
from probes._evaluate import evaluate
from probes._records import ProbeResult
from probes._verdict import Effort, Resource, Stage, Verdict

_AGAIN: Final = ".again"
_BOTH: Final = frozenset({Verdict.PASS, Verdict.FAIL})
_WATCHED: Final = ".watched"
_EVERY_S: Final = 12.0
_SPAN_S: Final = 180.0  # prior: as long as what comes and goes stays away, and no longer than a person has work


class SecondLook(Probe):
    """The same questions once more, when all else is done."""

    def __init__(self, first: Probe) -> None:
        self._first = first
        held = first.meta.resources
        self.meta = replace(
            first.meta,
            id=f"{first.meta.id}{_AGAIN}",
            stage=Stage.SECOND_LOOK,
            effort=Effort.NONE,
            # stages no longer keep apart what needs the cable and what somebody does to the plug
            resources=held if Resource.PLUG in held else held | {Resource.LINK},
        )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Ask what the first look asked."""
        return self._first.run(bench)


class Watched(Probe):
    """The same questions every few seconds for minutes, beside what people do at the bench.

    Not beside what they do to the plug: where its cable is the link, a look at that moment would find it broken. So it
    is among what takes people longest, when most of that is done.
    """

    def __init__(self, first: Probe) -> None:
        self._first = first
        self.meta = replace(
            first.meta,
            id=f"{first.meta.id}{_WATCHED}",
            stage=Stage.HARDWARE_ASSISTED,
            effort=Effort.MEDIUM,
            duration_s=_SPAN_S,
            resources=first.meta.resources | {Resource.LINK},
        )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Ask until the time is up or something is wrong; the last look is what is said.

        Whether something is wrong is told by the declared limits: learned ones come later, and judge what is said.
        """
        if not isinstance(bench, HardwareBench):
            raise NotSupported("it takes the phone itself, on the bench")
        said = list(self._first.run(bench))
        for _ in range(round(_SPAN_S / _EVERY_S)):
            if evaluate(self._first.meta, said).verdict is Verdict.FAIL:
                break
            bench.wait(_EVERY_S)
            said = list(self._first.run(bench))
        yield from said


def first_look(probe_id: str) -> str:
    """Id of the check that this is a look of; any other id as it is.

    >>> first_look("battery.gauge.again"), first_look("battery.gauge.watched"), first_look("battery.gauge")
    ('battery.gauge', 'battery.gauge', 'battery.gauge')
    """
    return probe_id.removesuffix(_AGAIN).removesuffix(_WATCHED)


def unsteady(results: Iterable[ProbeResult]) -> tuple[str, ...]:
    """Ids of the checks that failed at one look and passed at another, in the order of their first looks."""
    verdicts: dict[str, set[Verdict]] = {}
    for result in results:
        verdicts.setdefault(first_look(result.probe), set()).add(result.verdict)
    return tuple(probe for probe, told in verdicts.items() if told >= _BOTH)


def look_of(probe_id: str, first: Probe) -> Probe:
    """The look that an id of a stored plan means, of the check that it is a look of."""
    made = {_AGAIN: SecondLook, _WATCHED: Watched}
    return next((kind(first) for ending, kind in made.items() if probe_id.endswith(ending)), first)
