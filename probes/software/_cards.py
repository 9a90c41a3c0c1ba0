"""What Android says of cards and radio: the state of each slot's card, the owner's switch, and which slot is served."""

from __future__ import annotations

from typing import Final

from probes._declare import Bench
from probes.formats import SlotState
from probes.software._ask import try_ask

READY: Final = frozenset({"LOADED", "READY", "PIN_REQUIRED", "PUK_REQUIRED", "NETWORK_LOCKED", "IMSI", "PERSO_LOCKED"})
"""States of a card that answers, in the words of AOSP's ``IccCardConstants``."""
DEAF: Final = "CARD_IO_ERROR"
"""State of a card that lies in the reader and does not answer."""


def card_states(bench: Bench) -> tuple[str, ...] | None:
    """The state of the card in each slot in Android's words (``LOADED``, ``ABSENT``); None where it is not told."""
    answer = try_ask(bench, lambda text: text.strip(), "getprop", "gsm.sim.state")
    if answer is None or not answer.value:
        return None
    return tuple(word.strip().upper()[:40] for word in answer.value[:400].split(",")[:8])


def radio_is_off(bench: Bench) -> bool:
    """Whether the owner has switched all radios off (plane mode)."""
    answer = try_ask(bench, lambda text: text.strip(), "settings", "get", "global", "airplane_mode_on")
    return answer is not None and answer.value == "1"


def served_slot(slots: tuple[SlotState, ...]) -> SlotState | None:
    """The first slot that holds a network."""
    return next((slot for slot in slots if "in_service" in (slot.voice_state, slot.data_state)), None)
