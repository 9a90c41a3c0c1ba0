"""The network's side: which cell the modem camps on and whether it is registered there."""

from __future__ import annotations

from collections.abc import Callable

from hwsim.modem.radio import CAMP_HYSTERESIS_DB, CAMP_LOWEST_DBM, Cell, Radio, Signal

# TS 27.007 §7.2.
OFF, HOME, SEARCHING, DENIED, UNKNOWN, ROAMING = range(6)
# TS 24.008 §10.5.3.6: why a network refuses.
ILLEGAL_SUBSCRIBER, ILLEGAL_EQUIPMENT, PLMN_NOT_ALLOWED = 3, 6, 11
_SEARCH_S = 2.0
_LOSS_S = 4.0  # how long a cell may be too weak before the phone leaves it
AUTOMATIC, MANUAL, DEREGISTERED = 0, 1, 2


class Network:
    """The registration as it follows from the radio, the card and what the user chose."""

    def __init__(self, radio: Radio, now_s: Callable[[], float]) -> None:
        self.radio = radio
        self.state = OFF
        self.cell: Cell | None = None
        self.mode = AUTOMATIC
        self.chosen_plmn = ""
        self.cause = 0
        self._now_s = now_s
        self._since_s = 0.0
        self._weak_since_s: float | None = None

    @property
    def registered(self) -> bool:
        """Whether calls and messages are carried."""
        return self.state in {HOME, ROAMING}

    def leave(self) -> None:
        """Drop the registration; the search starts anew."""
        self.state, self.cell, self._weak_since_s = OFF, None, None

    def signal(self) -> Signal | None:
        """Measure the cell camped on, or the strongest one heard."""
        if self.radio.antenna.receive_dead:
            return None
        if self.cell is not None:
            return self.radio.signal(self.cell, self._now_s())
        heard = self.radio.heard(self._now_s(), lowest_dbm=CAMP_LOWEST_DBM - CAMP_HYSTERESIS_DB)
        return heard[0][1] if heard else None

    def step(self, *, usable: bool, home_plmn: str, refusal: int = 0, at_once: bool = False) -> bool:
        """Let the registration follow what is true now; return whether it changed.

        `refusal` is the cause with which the network refuses this subscriber or equipment, 0 for none.
        """
        before = (self.state, self.cell)
        if not usable or self.mode == DEREGISTERED:
            self.leave()
        elif self.registered:
            self._hold()
        else:
            self._search(home_plmn, refusal=refusal, at_once=at_once)
        return (self.state, self.cell) != before

    def _hold(self) -> None:
        now_s = self._now_s()
        antenna = self.radio.antenna
        level = self.radio.signal(self.cell, now_s).rsrp_dbm if self.cell else -200.0
        if not (antenna.receive_dead or antenna.transmit_dead) and level >= CAMP_LOWEST_DBM - CAMP_HYSTERESIS_DB:
            self._weak_since_s = None
            return
        if self._weak_since_s is None:
            self._weak_since_s = now_s
        if now_s - self._weak_since_s >= _LOSS_S:
            self.leave()
            self.state, self._since_s = SEARCHING, now_s

    def _search(self, home_plmn: str, *, refusal: int, at_once: bool) -> None:
        now_s = self._now_s()
        if self.state not in {SEARCHING, DENIED}:
            self.state, self._since_s = SEARCHING, now_s
        wanted = self.chosen_plmn if self.mode != AUTOMATIC and self.chosen_plmn else home_plmn
        found = [cell for cell, _ in self.radio.heard(now_s) if cell.plmn == wanted]
        if not found or self.radio.antenna.transmit_dead:
            self.state = SEARCHING
            return
        if now_s - self._since_s < _SEARCH_S and not at_once:
            return
        self.cause = refusal or (0 if found[0].allowed else PLMN_NOT_ALLOWED)
        if self.cause:
            self.state = DENIED
            return
        self.state = HOME if wanted == home_plmn else ROAMING
        self.cell, self._weak_since_s = found[0], None
