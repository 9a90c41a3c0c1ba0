"""A card that is known to be good, in the customer's phone: what fails now is the phone's fault, not the card's.

Where the customer's own card is read, kept and let into the network, another card would tell nothing: none is put in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import AtMost, LimitSource, OneOf
from probes._records import Evidence
from probes._station import Does, StationBench, Task
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.formats import parse_telephony
from probes.hardware.sim_contact import losses
from probes.software._ask import try_ask
from probes.software._cards import card_states, radio_is_off, served_slot

SETTLES_S: Final = 6.0
"""How long a card that was put in may take until it is read."""
_LOOKS: Final = 12
_OWN_LOOKS: Final = 4  # whether a card stays is watched before anybody stands there: see sim.contact, radio.watch
_EVERY_S: Final = 1.25
_ATTACHES_S: Final = 60.0
_ATTACH_LOOK_S: Final = 5.0
READ_STATES: Final = frozenset({"LOADED", "READY"})
"""States of a card that was read, in Android's words."""
NOT_YET: Final = frozenset({"NOT_READY", "UNKNOWN", ""})
"""States of a slot at which no modem has looked."""
CARD_READ: Final = LimitSource(kind="prior", text="the card has been read in a golden phone before")
"""Why a card of the bench has to be read."""
_JOINS: Final = LimitSource(kind="prior", text="the card joins the bench's network in a golden phone within a minute")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the phone made of the known-good card."""

    cards: tuple[str, ...]
    in_service: bool


class KnownGoodCard(HardwareProbe):
    """Read, kept and let into the network: a card that is known to be good."""

    meta = ProbeMeta(
        id="sim.known_good",
        version=3,
        purpose="Known-good SIM card",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.MEDIUM,
        duration_s=90.0,
        resources=frozenset({Resource.RADIO}),  # a card that works is only looked at: nobody's hands are held for it
        wants=frozenset({Capability.OPERATOR}),
        measures=(
            Measure(
                name="card",
                label="State of the known-good SIM card",
                unit=Unit.TEXT,
                limit=OneOf(values=("LOADED", "READY"), source=CARD_READ),
                says=Says(code="sim.known_card_not_read", component="SIM"),
            ),
            Measure(
                name="losses",
                label="Losses of the SIM card",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=CARD_READ),
                says=Says(code="sim.contact_opens", component="SIM"),
                key=True,
            ),
            Measure(
                name="service",
                label="Mobile service",
                unit=Unit.TEXT,
                limit=OneOf(values=("in_service",), source=_JOINS),
                says=Says(code="radio.no_service_known_card", component="PCB", function="modem"),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Swap the cards, watch for a minute at most, and give the customer's own card back."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who changes the card")
        off = radio_is_off(bench)
        own = slot_cards(bench, _OWN_LOOKS)
        if READ_STATES.issuperset(own) and (off or _serves(bench)):
            yield Reading(name="losses", value=0, evidence=(Evidence(text=f"the customer's own card: {own[-1]}"),))
            yield Excuse(name="card", verdict=Verdict.NOT_SUPPORTED, reason="own_card_works")
            if off:
                yield Excuse(name="service", verdict=Verdict.INCONCLUSIVE, reason="radio_switched_off")
            else:
                yield Excuse(name="service", verdict=Verdict.NOT_SUPPORTED, reason="own_card_works")
            return
        bench.do(
            Task(does=Does.INSERT_SIM, what="known_good", text="Put the bench's good SIM card into the first slot")
        )
        try:
            seen = _watch(bench, wants_service=not off)
        finally:
            bench.do(Task(does=Does.INSERT_SIM, what="own", text="Put the customer's own SIM card back"))
        yield from _judged(seen, off=off)


def _watch(bench: HardwareBench, *, wants_service: bool) -> _Seen:
    bench.wait(SETTLES_S)
    cards = slot_cards(bench, _LOOKS)
    if not wants_service or not READ_STATES & set(cards):
        return _Seen(cards, in_service=False)
    for _look in range(round(_ATTACHES_S / _ATTACH_LOOK_S)):
        if _serves(bench):
            return _Seen(cards, in_service=True)
        bench.wait(_ATTACH_LOOK_S)
    return _Seen(cards, in_service=False)


def slot_cards(bench: HardwareBench, looks: int, *, slot: int = 0) -> tuple[str, ...]:
    """The state of one slot's card, look by look; empty where nothing is told of the slot."""
    cards: list[str] = []
    for _look in range(looks):
        cards.append(((card_states(bench) or ()) + ("",) * (slot + 1))[slot])
        bench.wait(_EVERY_S)
    return tuple(cards)


def _serves(bench: HardwareBench) -> bool:
    answer = try_ask(bench, lambda text: served_slot(parse_telephony(text).slots), "dumpsys", "telephony.registry")
    return answer is not None and answer.value is not None


def _judged(seen: _Seen, *, off: bool) -> Iterator[Said]:
    words = (Evidence(text=", ".join(dict.fromkeys(seen.cards))[:400]),)
    best = next((state for state in seen.cards if state in ("LOADED", "READY")), seen.cards[-1])
    if best in NOT_YET:  # nobody has looked at the card: the modem does not run
        for name in ("card", "losses", "service"):
            yield Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason="modem_not_ready")
        return
    yield Reading(name="card", value=best, evidence=words)
    if best not in ("LOADED", "READY"):
        for name in ("losses", "service"):
            yield Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason="no_card")
        return
    yield Reading(name="losses", value=losses(list(seen.cards)), evidence=words)
    if off:
        yield Excuse(name="service", verdict=Verdict.INCONCLUSIVE, reason="radio_switched_off")
    else:
        yield Reading(name="service", value="in_service" if seen.in_service else "out_of_service", evidence=words)
