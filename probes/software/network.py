"""What the phone says of its cards and its mobile network: read, let in, refused, not heard, or switched off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._declare import Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Says, Sign
from probes._errors import NotSupported
from probes._limits import LimitSource, OneOf
from probes._records import Evidence
from probes._verdict import Stage, Strength, Unit, Verdict
from probes.formats import TelephonyRegistry, parse_telephony
from probes.software._ask import Answer, ask, try_ask
from probes.software._cards import DEAF, card_states, radio_is_off, served_slot
from probes.software._unserved import said_of, watch_unserved

_RUNS: Final = LimitSource(kind="prior", text="a modem that is not switched off by its owner has its radio on")
_WAIT_FOR_RADIO_S: Final = 8.0  # prior: a phone that has just been started has its modem up some seconds later
_READ: Final = "LOADED"


class NetworkState(Probe):
    """Card of each slot, radio of the modem, registration; a phone without network is watched for some seconds."""

    meta = ProbeMeta(
        id="network.state",
        version=1,
        purpose="SIM cards and mobile network, as the phone says",
        stage=Stage.SOFTWARE,
        duration_s=0.4,
        measures=(
            Measure(name="card", label="State of the SIM card", unit=Unit.TEXT),
            Measure(name="second_card", label="State of the SIM card in the second slot", unit=Unit.TEXT),
            Measure(
                name="radio",
                label="Radio of the modem",
                unit=Unit.TEXT,
                limit=OneOf(values=("on",), source=_RUNS),
                says=Says(code="modem.radio_off", component="PCB", function="modem"),
            ),
            Measure(name="service", label="Mobile service", unit=Unit.TEXT),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Ask for cards, then for radio and service where the owner has not switched them off."""
        cards = card_states(bench)
        if cards is None:
            raise NotSupported("it has no telephony, or does not tell of it", step="getprop")
        yield from _cards(cards)
        if radio_is_off(bench):
            yield Excuse(name="radio", verdict=Verdict.INCONCLUSIVE, reason="radio_switched_off")
            yield Excuse(name="service", verdict=Verdict.INCONCLUSIVE, reason="radio_switched_off")
            return
        looked = ask(bench, parse_telephony, "dumpsys", "telephony.registry")
        if _all_off(looked):
            _sleep(bench, _WAIT_FOR_RADIO_S)
            looked = ask(bench, parse_telephony, "dumpsys", "telephony.registry")
        off = _all_off(looked)
        yield Reading(name="radio", value="off" if off else "on", evidence=looked.evidence("telephony registry"))
        if off:
            yield Excuse(name="service", verdict=Verdict.INCONCLUSIVE, reason="modem_not_ready")
        else:
            yield from _service(bench, looked, cards)


def _cards(cards: tuple[str, ...]) -> Iterator[Said]:
    yield Reading(name="card", value=cards[0])
    if len(cards) > 1:
        yield Reading(name="second_card", value=cards[1] or "ABSENT")
    else:
        yield Excuse(name="second_card", verdict=Verdict.NOT_SUPPORTED, reason="no_such_part")
    if DEAF in cards:
        yield Sign(
            code="sim.card_deaf",
            strength=Strength.MODERATE,  # the card itself may be broken: see sim.known_good
            components=("SIM",),
            evidence=(Evidence(text=f"card state {DEAF}"),),
        )


def _all_off(looked: Answer[TelephonyRegistry]) -> bool:
    """Whether no slot has its radio on, though nobody has switched it off; one slot can be switched off alone."""
    states = [slot.voice_state for slot in looked.value.slots if slot.voice_state is not None]
    return bool(states) and set(states) == {"power_off"}


def _service(bench: Bench, looked: Answer[TelephonyRegistry], cards: tuple[str, ...]) -> Iterator[Said]:
    if served_slot(looked.value.slots) is not None:
        yield Reading(name="service", value="in_service", evidence=looked.evidence("telephony registry"))
        return
    if _READ not in cards:
        yield Excuse(name="service", verdict=Verdict.INCONCLUSIVE, reason="no_card")
        return
    why, sign = watch_unserved(bench, cards.index(_READ), lambda seconds: _sleep(bench, seconds))
    signs = [*said_of(why, sign)]
    if any(one.code == "radio.no_service" for one in signs):
        yield Reading(name="service", value="out_of_service")
    else:
        yield Excuse(name="service", verdict=Verdict.INCONCLUSIVE, reason=why)
    yield from signs


def _sleep(bench: Bench, seconds: float) -> None:
    """Let the phone's own time go by; a report of a phone that is not here has none, and is read once more."""
    try_ask(bench, lambda text: text, "sleep", f"{seconds:g}", deadline_s=seconds + 10.0)
