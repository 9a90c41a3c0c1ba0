"""A card that is known to be good in the phone's second slot: the reader that an owner of one card never uses.

A state of a second slot is no second reader: where a phone holds one card and an eSIM, a person says so. The first slot
is not touched; ``sim.known_good`` tries it where the customer's own card does not work.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Measure, ProbeMeta, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import AtMost, LimitSource, OneOf
from probes._records import Evidence
from probes._station import Does, Question, StationBench, Task
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.hardware.battery_sampling import excuse_all
from probes.hardware.sim_contact import losses
from probes.hardware.sim_known_good import CARD_READ, NOT_YET, READ_STATES, SETTLES_S, slot_cards
from probes.software._cards import card_states

_SECOND: Final = 1
_LOOKS: Final = 12
_OWN_LOOKS: Final = 4
_ASKED_TIMES: Final = 2
_HOLDS_TWO: Final = Question(
    asks="second_slot", text="Does the phone hold two SIM cards at once, an eSIM not counted? Look at its card tray"
)
_IN: Final = Task(
    does=Does.INSERT_SIM, what="known_good second", text="Put the bench's good SIM card into the second slot"
)
_OUT: Final = Task(
    does=Does.INSERT_SIM,
    what="own second",
    text="Take the bench's card out of the second slot and put back what was in it",
)


class SecondSlot(HardwareProbe):
    """Whether the second slot reads a known-good card and keeps it."""

    meta = ProbeMeta(
        id="sim.second_slot",
        version=1,
        purpose="Known-good SIM card in the second slot",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.MEDIUM,
        duration_s=100.0,
        resources=frozenset({Resource.RADIO, Resource.OPERATOR}),
        wants=frozenset({Capability.OPERATOR}),
        measures=(
            Measure(
                name="card",
                label="State of the SIM card in the second slot",
                unit=Unit.TEXT,
                limit=OneOf(values=("LOADED", "READY"), source=CARD_READ),
                says=Says(code="sim.second_slot_not_read", component="SIM"),
            ),
            Measure(
                name="losses",
                label="Losses of the SIM card in the second slot",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=LimitSource(kind="prior", text="a card that nobody touches is kept")),
                says=Says(code="sim.second_slot_opens", component="SIM"),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Watch the customer's own second card where there is one, else one of the bench's."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who puts a card in")
        states = card_states(bench)
        if states is None or len(states) <= _SECOND:
            yield from excuse_all(
                self.meta, "not_reported" if states is None else "one_slot", verdict=Verdict.NOT_SUPPORTED
            )
            return
        cards = slot_cards(bench, _OWN_LOOKS, slot=_SECOND)
        if not READ_STATES.issuperset(cards):
            if bench.ask(_HOLDS_TWO) != _HOLDS_TWO.options[0]:
                yield from excuse_all(self.meta, "one_slot", verdict=Verdict.NOT_SUPPORTED)
                return
            cards = _watched(bench)
        yield from self._judged(cards)

    def _judged(self, cards: tuple[str, ...]) -> Iterator[Said]:
        words = (Evidence(text=", ".join(dict.fromkeys(cards))[:400]),)
        best = next((state for state in cards if state in READ_STATES), cards[-1])
        if best in NOT_YET:  # nobody has looked at the card: the modem does not run
            yield from excuse_all(self.meta, "modem_not_ready")
            return
        yield Reading(name="card", value=best, evidence=words)
        if best in READ_STATES:
            yield Reading(name="losses", value=losses(list(cards)), evidence=words)
        else:
            yield from excuse_all(self.meta, "no_card", but=frozenset({"card"}))


def _watched(bench: StationBench) -> tuple[str, ...]:
    """States of the bench's card in the second slot, look by look; it is taken out again whatever happens.

    Who has overlooked the request, or put the card in askew, is asked once more.
    """
    try:
        for _again in range(_ASKED_TIMES):
            bench.do(_IN)
            bench.wait(SETTLES_S)
            cards = slot_cards(bench, _LOOKS, slot=_SECOND)
            if READ_STATES & set(cards):
                break
        return cards
    finally:
        bench.do(_OUT)
