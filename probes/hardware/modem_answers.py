"""What the modem itself says over its AT port: who it is, whether it reads its card, what it hears, who lets it in.

Commands and numbers by 3GPP TS 27.007: +CGSN §5.4, +CPIN §8.3, +CRSM §8.18, +COPS §7.3, +CESQ §8.69, +CREG §7.2 and
+CEREG §10.1.22 with the network's cause, +CEER §6.10, +CME ERROR §9.2. The number of the card (EF ICCID, 3GPP TS 31.102
4.2.1) is read through +CRSM, as no standard command names it. A second slot has no command that all makers know: its
card is asked for over Android, see network.state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says, Sign
from probes._errors import LinkTimeout, NotSupported
from probes._limits import LimitSource, OneOf
from probes._records import Evidence
from probes._station import ModemReply, StationBench
from probes._verdict import Capability, Effort, Resource, Stage, Strength, Unit, Verdict
from probes.software._cards import radio_is_off
from probes.software._unserved import refused_for, sign_of

_V250: Final = LimitSource(kind="standard", text="ITU-T V.250: a terminal answers a command")
_TS23003: Final = LimitSource(kind="standard", text="3GPP TS 23.003 6.2: fourteen digits and their check digit")
_TS27007: Final = LimitSource(kind="standard", text="3GPP TS 27.007 7.2: 1 registered at home, 5 registered abroad")
_TS31102: Final = LimitSource(
    kind="standard", text="3GPP TS 31.102 4.2.1: a card that is ready lets its number be read"
)
_NUMBER: Final = re.compile(r"(\d{1,5})\s*$")
_CPIN: Final = re.compile(r"\+CPIN:\s*([A-Z0-9 -]{2,30})")
_CESQ: Final = re.compile(r"\+CESQ:\s*\d{1,3},\d{1,3},\d{1,3},\d{1,3},\d{1,3},(\d{1,3})")
_REGISTERED: Final = re.compile(r"\+CE?REG:\s*\d,\s*(\d{1,2})")
_CHOICE: Final = re.compile(r"\+COPS:\s*(\d)")
_CHOICES: Final = {0: "automatic", 1: "by_hand", 2: "off", 4: "by_hand"}
_FORM: Final = re.compile(r"\+(CE?REG):\s*([0-5]),\s*3\b")
_CAUSE: Final = re.compile(r"\+CE?REG:\s*3,\s*3,[^,]*,[^,]*,[^,]*,\s*0,\s*(\d{1,3})")
_ICCID: Final = re.compile(r"\+CRSM:\s*144,\s*0,\s*\"?[0-9A-Fa-f]{20}")
_READ_ICCID: Final = "AT+CRSM=176,12258,0,0,10"
_IMEI: Final = re.compile(r"(?<!\d)(\d{15})(?!\d)")
_STATES: Final = {0: "not_searching", 1: "home", 2: "searching", 3: "denied", 4: "unknown", 5: "roaming"}
_CARD_ERRORS: Final = {10: "not_inserted", 13: "failure", 14: "busy", 15: "wrong"}
_NO_LEVEL: Final = 255
_WAKES_S: Final = 2.0  # prior: a modem that sleeps answers within a second
_LEVEL_OF_0_DBM: Final = -141


class ModemAnswers(HardwareProbe):
    """A few questions to the modem; the form of its registration answers is changed for one of them, and put back."""

    meta = ProbeMeta(
        id="modem.answers",
        version=2,
        purpose="Modem over its AT port",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        duration_s=5.0,
        resources=frozenset({Resource.RADIO}),
        wants=frozenset({Capability.MODEM}),
        measures=(
            Measure(
                name="answers",
                label="Modem answers",
                unit=Unit.TEXT,
                limit=OneOf(values=("yes",), source=_V250),
                says=Says(code="modem.at_silent", component="PCB", function="modem"),
                key=True,
            ),
            Measure(
                name="identity",
                label="Identity number of the modem",
                unit=Unit.TEXT,
                limit=OneOf(values=("valid",), source=_TS23003),
                says=Says(code="modem.identity_lost", component="PCB", function="modem"),
            ),
            Measure(name="card", label="SIM card, as the modem says", unit=Unit.TEXT),
            Measure(
                name="card_number",
                label="Number on the SIM card (ICCID)",
                unit=Unit.TEXT,
                limit=OneOf(values=("readable",), source=_TS31102),
                says=Says(code="sim.card_error", component="SIM"),
            ),
            Measure(name="choice", label="Choice of network", unit=Unit.TEXT),
            Measure(name="level_dbm", label="Level of the mobile network (RSRP)", unit=Unit.DECIBEL_MILLIWATT),
            Measure(
                name="registered",
                label="Registration",
                unit=Unit.TEXT,
                limit=OneOf(values=("home", "roaming"), source=_TS27007),
                says=Says(code="modem.not_registered", component="PCB", function="modem"),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Ask; a modem that does not answer is a finding, a broken port is trouble of the link."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes the AT port of the phone's modem")
        try:
            bench.modem("AT", deadline_s=_WAKES_S)
        except LinkTimeout:
            yield Reading(name="answers", value="no")
            for name in ("identity", "card", "card_number", "choice", "level_dbm", "registered"):
                yield Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason="modem_silent")
            return
        yield Reading(name="answers", value="yes")
        yield _identity(bench.modem("AT+CGSN"))
        card = _card(bench.modem("AT+CPIN?"))
        yield Reading(name="card", value=card)
        if card in ("failure", "wrong"):
            words = (Evidence(measurement="card", text=card),)
            yield Sign(code="sim.card_deaf", strength=Strength.MODERATE, components=("SIM",), evidence=words)
        yield _card_number(bench, card)
        yield from _network(bench, card)


def _card_number(bench: StationBench, card: str) -> Said:
    """Whether the card's number can be read; the number itself is not said."""
    if card != "READY":
        return Excuse(name="card_number", verdict=Verdict.INCONCLUSIVE, reason="no_card")
    reply = bench.modem(_READ_ICCID)
    if _ICCID.search(" ".join(reply.lines)):
        return Reading(name="card_number", value="readable")
    number = _NUMBER.search(reply.error)
    if number and int(number[1]) in _CARD_ERRORS:
        return Reading(
            name="card_number", value="unreadable", evidence=(Evidence(recording=reply.id, text=reply.error),)
        )
    return Excuse(name="card_number", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")


def _network(bench: StationBench, card: str) -> Iterator[Said]:
    why = "radio_switched_off" if radio_is_off(bench) else "" if card == "READY" else "no_card"
    choice = _CHOICE.search(" ".join(bench.modem("AT+COPS?").lines)) if not why else None
    chosen = _CHOICES.get(int(choice[1]), "other") if choice else ""
    if chosen:
        yield Reading(name="choice", value=chosen)
    else:
        yield Excuse(name="choice", verdict=Verdict.INCONCLUSIVE, reason=why or "not_reported")
    if why:
        for name in ("level_dbm", "registered"):
            yield Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason=why)
        return
    asked = bench.modem("AT+CEREG?")
    if not _state(asked):
        asked = bench.modem("AT+CREG?")
    heard, state = _level_dbm(bench.modem("AT+CESQ")), _state(asked)
    if heard is None and state not in ("home", "roaming"):
        yield from _deaf()
        return
    if heard is None:
        yield Excuse(name="level_dbm", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    else:
        yield Reading(name="level_dbm", value=heard)
    if not state:
        yield Excuse(name="registered", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    elif state == "denied":
        yield from _denied(bench, asked)
    elif state not in ("home", "roaming") and chosen in ("by_hand", "off"):
        yield Excuse(name="registered", verdict=Verdict.INCONCLUSIVE, reason="network_chosen_by_hand")
    else:
        yield Reading(name="registered", value=state, evidence=_last_error(bench, state))


def _deaf() -> Iterator[Said]:
    yield Excuse(name="level_dbm", verdict=Verdict.INCONCLUSIVE, reason="no_level")
    yield Excuse(name="registered", verdict=Verdict.INCONCLUSIVE, reason="no_level")
    yield Sign(
        code="modem.hears_nothing",
        strength=Strength.STRONG,
        components=("PCB", "ANT"),
        function="modem",
        evidence=(Evidence(recording="modem AT+CESQ", text="no cell is heard"),),
    )


def _denied(bench: StationBench, asked: ModemReply) -> Iterator[Said]:
    """Ask for the network's cause; a network that refuses has heard the phone well."""
    form = _FORM.search(" ".join(asked.lines))
    cause = 0
    if form is not None:
        bench.modem(f"AT+{form[1]}=3")
        try:
            told = _CAUSE.search(" ".join(bench.modem(f"AT+{form[1]}?").lines))
        finally:
            bench.modem(f"AT+{form[1]}={form[2]}")
        cause = int(told[1]) if told else 0
    why = refused_for((cause,))
    yield Excuse(name="registered", verdict=Verdict.INCONCLUSIVE, reason=why)
    yield sign_of(why, asked.id, f"refused, cause {cause or 'not told'}")


def _last_error(bench: StationBench, state: str) -> tuple[Evidence, ...]:
    """What the modem itself says of its last failure, where it is not let in."""
    if state in ("home", "roaming"):
        return ()
    reply = bench.modem("AT+CEER")
    return (Evidence(recording=reply.id, text=" ".join(reply.lines)[:200] or reply.error),)


def _identity(reply: ModemReply) -> Said:
    """Whether the IMEI can be one; the number itself is not said."""
    found = _IMEI.search(" ".join(reply.lines))
    if reply.error or found is None:
        return Excuse(name="identity", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    valid = set(found[1]) != {"0"} and _check(found[1])
    return Reading(name="identity", value="valid" if valid else "invalid")


def _check(digits: str) -> bool:
    """Luhn's check digit."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _card(reply: ModemReply) -> str:
    if reply.error:
        number = _NUMBER.search(reply.error)
        return _CARD_ERRORS.get(int(number[1]), "error") if number else "error"
    found = _CPIN.search(" ".join(reply.lines))
    return found[1].strip() if found else "not_told"


def _state(reply: ModemReply) -> str:
    found = _REGISTERED.search(" ".join(reply.lines))
    return _STATES.get(int(found[1]), "unknown") if found else ""


def _level_dbm(reply: ModemReply) -> int | None:
    found = _CESQ.search(" ".join(reply.lines))
    if found is None or int(found[1]) == _NO_LEVEL:
        return None
    return _LEVEL_OF_0_DBM + int(found[1])
