"""Why a phone with a card that answers has no network: who does not hear whom, and who refuses whom.

A phone that listens to its home network's cell at a good level, is not refused and is not let in either is not heard
itself. One that is refused is heard well: the network's cause says whether it minds the card or the phone. What cannot
be told (before Android 10 no cause is printed) is left open. Fields of ``dumpsys telephony.registry`` as AOSP prints
them; causes by 3GPP TS 24.301 9.9.3.9 (5 IMEI not accepted, 6 illegal ME). Not verified on a real phone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final

from probes._declare import Bench, Sign
from probes._records import Evidence
from probes._verdict import Strength
from probes.formats import SlotState, parse_telephony
from probes.software._ask import ask, try_ask

_LOOKS: Final = 8
_EVERY_S: Final = 1.5  # prior: at a good level a phone that is heard is let in, or refused, within some seconds
_WELL_DBM: Final = -105  # prior: at this level the way back has 20 dB to spare for a phone's 23 dBm (TS 36.101 6.2.2)
_MINDS_THE_PHONE: Final = frozenset({5, 6})
_REGISTERED: Final = frozenset({"home", "roaming"})
_BY_HAND: Final = "isManualNetworkSelection=true"


class Unserved(StrEnum):
    """Why there is no service; the value is the reason with which levels are excused."""

    JUST_REGISTERED = "registers_late"
    BY_HAND = "network_chosen_by_hand"
    CARD_REFUSED = "network_refuses"
    PHONE_REFUSED = "network_refuses_phone"
    FOREIGN = "home_network_not_heard"
    NOT_ANSWERED = "network_does_not_answer"
    NOTHING_HEARD = "nothing_heard"
    UNKNOWN = "no_level"


_CODES: Final = {
    Unserved.NOT_ANSWERED: "radio.not_answered",
    Unserved.NOTHING_HEARD: "modem.hears_nothing",
    Unserved.PHONE_REFUSED: "radio.phone_refused",
    Unserved.CARD_REFUSED: "radio.card_refused",
}
_SHOWS: Final = {
    Unserved.NOT_ANSWERED: (Strength.STRONG, ("PCB",)),
    Unserved.NOTHING_HEARD: (Strength.MODERATE, ("PCB", "ANT")),
    Unserved.PHONE_REFUSED: (Strength.MODERATE, ("PCB",)),  # or it is on a list of stolen phones
    Unserved.CARD_REFUSED: (Strength.MODERATE, ()),
}


def watch_unserved(bench: Bench, place: int, wait: Callable[[float], object]) -> tuple[Unserved, Sign | None]:
    """Watch the slot at ``place`` until it is let in or refused, or for some seconds; say why, and what that shows.

    ``wait`` lets so many seconds of the phone's time go by.
    """
    told = try_ask(bench, lambda text: text.strip(), "getprop", "gsm.sim.operator.numeric")
    numbers = told.value.split(",") if told is not None else []
    home = numbers[place].strip() if place < len(numbers) else ""
    seen: list[SlotState] = []
    why, recording = Unserved.UNKNOWN, ""
    for look in range(_LOOKS):
        if look:
            wait(_EVERY_S)
        answer = ask(bench, parse_telephony, "dumpsys", "telephony.registry")
        seen += [slot for slot in answer.value.slots if slot.phone_id in (place, None)][:1]
        recording = answer.reply.id
        why = why_unserved(seen, home)
        if why in (Unserved.JUST_REGISTERED, Unserved.BY_HAND, Unserved.CARD_REFUSED, Unserved.PHONE_REFUSED):
            break
    return why, _sign(why, recording, seen)


def why_unserved(seen: Sequence[SlotState], home: str) -> Unserved:
    """Say why a slot has no service, from what it printed at each look; ``home`` is the card's network."""
    if not seen:
        return Unserved.UNKNOWN
    last = seen[-1]
    if "in_service" in (last.voice_state, last.data_state) or _REGISTERED & {one.state for one in last.registrations}:
        return Unserved.JUST_REGISTERED
    if _BY_HAND in (last.service_state_raw or ""):
        return Unserved.BY_HAND
    refused = [one for one in last.registrations if one.state == "denied"]
    if refused:
        return refused_for(one.reject_cause for one in refused)
    return _unheard(seen, home)


def refused_for(causes: Iterable[int]) -> Unserved:
    """Say whom a network that refuses with these causes minds; a cause that is not told is taken for the card's."""
    return Unserved.PHONE_REFUSED if _MINDS_THE_PHONE & set(causes) else Unserved.CARD_REFUSED


def _unheard(seen: Sequence[SlotState], home: str) -> Unserved:
    if not all("searching" in {one.state for one in slot.registrations} for slot in seen):
        return Unserved.UNKNOWN
    networks = {one.camped_on for slot in seen for one in slot.registrations}
    if not any(slot.signal.any_value for slot in seen) and networks == {None}:
        return Unserved.NOTHING_HEARD
    if home and networks == {home}:
        levels = [slot.signal.lte_rsrp_dbm for slot in seen]
        well = all(level is not None and level >= _WELL_DBM for level in levels)
        return Unserved.NOT_ANSWERED if well else Unserved.UNKNOWN
    return Unserved.FOREIGN if networks - {None, home} else Unserved.UNKNOWN


def _sign(why: Unserved, recording: str, seen: Sequence[SlotState]) -> Sign | None:
    causes = sorted({one.reject_cause for slot in seen for one in slot.registrations if one.reject_cause})
    words = {
        Unserved.NOT_ANSWERED: f"home network heard, neither let in nor refused at {len(seen)} looks",
        Unserved.NOTHING_HEARD: f"card ready, no cell heard at {len(seen)} looks",
        Unserved.PHONE_REFUSED: f"refused, cause {causes}",
        Unserved.CARD_REFUSED: f"refused, cause {causes}",
    }.get(why)
    if words is None:
        return None
    return sign_of(why, recording, words)


def sign_of(why: Unserved, recording: str, words: str) -> Sign:
    """The sign of a phone that is refused, not answered or hears nothing."""
    strength, components = _SHOWS[why]
    return Sign(
        code=_CODES[why],
        strength=strength,
        components=components,
        function="modem" if components else "",
        evidence=(Evidence(recording=recording, text=words),),
    )


def said_of(why: Unserved, sign: Sign | None) -> Iterator[Sign]:
    """The signs of a card that is ready and has no network."""
    if sign is not None:
        yield sign
    if why in (Unserved.JUST_REGISTERED, Unserved.BY_HAND, Unserved.CARD_REFUSED, Unserved.FOREIGN):
        return  # no part is at fault for that
    yield Sign(
        code="radio.no_service",
        strength=Strength.MODERATE,  # the card or the network may not want this phone: see sim.known_good
        components=("ANT", "PCB"),
        function="modem",
        evidence=(Evidence(measurement="service", text="card ready, no network"),),
    )
