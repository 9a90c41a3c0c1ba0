"""Voice calls: what the phone dials, what the network does with it, and calls that come in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hwsim.modem.timeline import Timeline, Timer

ACTIVE, HELD, DIALING, ALERTING, INCOMING, WAITING = range(6)
STATE_WORDS = ("active", "held", "dialing", "alerting", "incoming", "waiting")
RING_PERIOD_S = 5.0  # one second of tone and four of silence (ETS 300 512)
_MAX_CALLS = 6
EMERGENCY = frozenset({"112", "911", "999", "110", "119", "120"})


@dataclass(frozen=True)
class Line:
    """How the far end of a number behaves."""

    outcome: str = "answer"
    alert_s: float = 0.8
    pickup_s: float = 2.0
    talk_s: float = 3600.0


# Far ends of the bench network; any other number answers.
BENCH_LINES = {
    "5550001": Line(),
    "5550002": Line(outcome="BUSY", pickup_s=0.5),
    "5550003": Line(outcome="NO ANSWER", pickup_s=12.0),
    "5550004": Line(outcome="NO CARRIER", alert_s=0.2, pickup_s=0.4),
    "5550005": Line(talk_s=4.0),
}


@dataclass
class Call:
    """One call as +CLCC lists it."""

    index: int
    number: str
    incoming: bool
    state: int
    name: str = ""
    digits: str = ""
    rings: int = 0
    timers: list[Timer] = field(default_factory=list)


@dataclass(frozen=True)
class Ended:
    """A call that is over: how it ended, and what was keyed during it."""

    number: str
    incoming: bool
    how: str
    digits: str
    answered: bool


class Switchboard:
    """All calls of one phone; `told` hears the words that the terminal must hear."""

    def __init__(self, timeline: Timeline, told: Callable[[str, Call], None]) -> None:
        self.lines = dict(BENCH_LINES)
        self.calls: list[Call] = []
        self.log: list[Ended] = []
        self.dialled: list[str] = []
        self._timeline = timeline
        self._told = told

    def dial(self, number: str, *, carried: bool) -> Call | None:
        """Set a call up; without a network it fails a moment later. None means that no line is free."""
        if len(self.calls) >= _MAX_CALLS or any(call.state in {DIALING, ALERTING, INCOMING} for call in self.calls):
            return None
        self.dialled.append(number)
        call = Call(self._free_index(), number, incoming=False, state=DIALING)
        self.calls.append(call)
        self._told("STATE", call)
        line = self.lines.get(number, Line())
        if not carried:
            self._later(call, 0.3, lambda: self.end(call, "NO CARRIER"))
            return call
        if line.outcome != "NO CARRIER":
            self._later(call, line.alert_s, lambda: self._move(call, ALERTING))
        self._later(call, line.alert_s + line.pickup_s, lambda: self._answered(call, line))
        return call

    def ring(self, number: str, name: str = "", *, rings: int = 8) -> Call:
        """Let a call come in."""
        state = WAITING if self.calls else INCOMING
        call = Call(self._free_index(), number, incoming=True, state=state, name=name)
        self.calls.append(call)
        self._ring_once(call, rings)
        return call

    def answer(self) -> bool:
        """Take the call that rings."""
        ringing = self.find(INCOMING) or self.find(WAITING)
        if ringing is None:
            return False
        for other in self.calls:
            if other.state == ACTIVE:
                other.state = HELD
        self._stop(ringing)
        self._move(ringing, ACTIVE)
        return True

    def find(self, state: int) -> Call | None:
        """Return the first call in a state."""
        return next((call for call in self.calls if call.state == state), None)

    def hang_up(self) -> None:
        """End all calls from this side."""
        for call in list(self.calls):
            self._close(call, "ended here")

    def release(self, call: Call) -> None:
        """End one call from this side."""
        self._close(call, "ended here")

    def resume(self) -> None:
        """Take the call that waits or is held."""
        if self.answer():
            return
        held = self.find(HELD)
        if held is not None:
            self._move(held, ACTIVE)

    def swap(self) -> None:
        """Hold the active call and take the other, where there is one."""
        active, held = self.find(ACTIVE), self.find(HELD)
        if self.answer():
            return
        if active is not None:
            self._move(active, HELD)
        if held is not None:
            self._move(held, ACTIVE)

    def end(self, call: Call, how: str) -> None:
        """End a call from the far side or by the network."""
        if call in self.calls:
            self._close(call, how)
            self._told(how, call)

    def drop(self) -> None:
        """Lose all calls with the radio link."""
        for call in list(self.calls):
            self.end(call, "NO CARRIER")

    def _answered(self, call: Call, line: Line) -> None:
        if line.outcome != "answer":
            self.end(call, line.outcome)
            return
        self._move(call, ACTIVE)
        self._later(call, line.talk_s, lambda: self.end(call, "NO CARRIER"))

    def _ring_once(self, call: Call, left: int) -> None:
        if left == 0:
            self._close(call, "missed")
            self._told("MISSED", call)
            return
        call.rings += 1
        self._told("RING", call)
        if call.state in {INCOMING, WAITING} and call in self.calls:
            self._later(call, RING_PERIOD_S, lambda: self._ring_once(call, left - 1))

    def _move(self, call: Call, state: int) -> None:
        call.state = state
        self._told("STATE", call)

    def _later(self, call: Call, delay_s: float, action: Callable[[], None]) -> None:
        call.timers.append(self._timeline.after(delay_s, action))

    def _stop(self, call: Call) -> None:
        for timer in call.timers:
            timer.cancel()
        call.timers.clear()

    def _close(self, call: Call, how: str) -> None:
        self._stop(call)
        self.calls.remove(call)
        answered = call.state in {ACTIVE, HELD}
        self.log.append(Ended(call.number, call.incoming, how, call.digits, answered))

    def _free_index(self) -> int:
        taken = {call.index for call in self.calls}
        return next(index for index in range(1, _MAX_CALLS + 2) if index not in taken)
