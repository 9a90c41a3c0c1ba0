"""The card in the reader while the phone lies still: is it there, and does it stay there?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says, Sign
from probes._limits import AtMost, LimitSource
from probes._records import Evidence
from probes._verdict import Effort, Resource, Stage, Strength, Unit, Verdict
from probes.software._cards import DEAF, READY, card_states

_LOOKS: Final = 8
_EVERY_S: Final = 0.6
_STILL: Final = LimitSource(kind="prior", text="a card that nobody touches is not lost once")


def losses(states: list[str]) -> int:
    """How often a card was lost that had answered.

    >>> losses(["LOADED", "ABSENT", "ABSENT", "LOADED"])
    1
    """
    return sum(before in READY and after not in READY for before, after in pairwise(states))


class CardContact(HardwareProbe):
    """The state of the card, asked for again and again."""

    meta = ProbeMeta(
        id="sim.contact",
        version=1,
        purpose="SIM card stays in contact",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.NONE,
        duration_s=_LOOKS * _EVERY_S + 0.3,
        resources=frozenset({Resource.STILLNESS}),
        measures=(
            Measure(name="card", label="State of the SIM card", unit=Unit.TEXT),
            Measure(
                name="losses",
                label="Losses of the SIM card",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_STILL),
                says=Says(code="sim.contact_opens", component="SIM"),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Look for some seconds; a tray without a card is no fault by itself."""
        seen: list[str] = []
        for look in range(_LOOKS):
            if look:
                bench.wait(_EVERY_S)
            states = card_states(bench)
            if states is None:
                yield from self._excused(Verdict.NOT_SUPPORTED, "not_reported")
                return
            seen.append(first_card(states))
        if not READY & set(seen):
            yield from self._excused(Verdict.INCONCLUSIVE, "no_card")
            if DEAF in seen:
                yield Sign(
                    code="sim.card_deaf",
                    strength=Strength.MODERATE,  # the card itself may be broken: see sim.known_good
                    components=("SIM",),
                    evidence=(Evidence(text=f"card state {DEAF}"),),
                )
            return
        words = (Evidence(text=", ".join(dict.fromkeys(seen))[:400]),)
        yield Reading(name="card", value=seen[-1], evidence=words)
        yield Reading(name="losses", value=losses(seen), evidence=words)

    def _excused(self, verdict: Verdict, reason: str) -> Iterator[Said]:
        for measure in self.meta.measures:
            yield Excuse(name=measure.name, verdict=verdict, reason=reason)


def first_card(states: tuple[str, ...]) -> str:
    """The state that counts: of the first slot with a card, else of the first slot."""
    return next((state for state in states if state in READY or state == DEAF), states[0])
