"""What the modem itself says over its AT port: who it is, whether it reads its card, what it hears, who lets it in.

Commands and numbers by 3GPP TS 27.007: +CGSN §5.4, +CPIN §8.3, +CESQ §8.69, +CREG §7.2 and +CEREG §10.1.22,
+CME ERROR §9.2.
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
from probes.hardware.radio_cellular import radio_is_off

_V250: Final = LimitSource(kind="standard", text="ITU-T V.250: a terminal answers a command")
_TS23003: Final = LimitSource(kind="standard", text="3GPP TS 23.003 6.2: fourteen digits and their check digit")
_TS27007: Final = LimitSource(kind="standard", text="3GPP TS 27.007 7.2: 1 registered at home, 5 registered abroad")
_NUMBER: Final = re.compile(r"(\d{1,5})\s*$")
_CPIN: Final = re.compile(r"\+CPIN:\s*([A-Z0-9 -]{2,30})")
_CESQ: Final = re.compile(r"\+CESQ:\s*\d{1,3},\d{1,3},\d{1,3},\d{1,3},\d{1,3},(\d{1,3})")
_REGISTERED: Final = re.compile(r"\+CE?REG:\s*\d,\s*(\d{1,2})")
_IMEI: Final = re.compile(r"(?<!\d)(\d{15})(?!\d)")
_STATES: Final = {0: "not_searching", 1: "home", 2: "searching", 3: "denied", 4: "unknown", 5: "roaming"}
_CARD_ERRORS: Final = {10: "not_inserted", 13: "failure", 14: "busy", 15: "wrong"}
_NO_LEVEL: Final = 255
_WAKES_S: Final = 2.0  # prior: a modem that sleeps answers within a second
_LEVEL_OF_0_DBM: Final = -141


class ModemAnswers(HardwareProbe):
    """Six questions to the modem; nothing is changed by any of them."""

    meta = ProbeMeta(
        id="modem.answers",
        version=1,
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
            for name in ("identity", "card", "level_dbm", "registered"):
                yield Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason="modem_silent")
            return
        yield Reading(name="answers", value="yes")
        yield _identity(bench.modem("AT+CGSN"))
        card = _card(bench.modem("AT+CPIN?"))
        yield Reading(name="card", value=card)
        if card in ("failure", "wrong"):
            words = (Evidence(measurement="card", text=card),)
            yield Sign(code="sim.card_deaf", strength=Strength.MODERATE, components=("SIM",), evidence=words)
        yield from _network(bench, card)


def _network(bench: StationBench, card: str) -> Iterator[Said]:
    why = "radio_switched_off" if radio_is_off(bench) else "" if card == "READY" else "no_card"
    if why:
        for name in ("level_dbm", "registered"):
            yield Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason=why)
        return
    state = _state(bench.modem("AT+CEREG?")) or _state(bench.modem("AT+CREG?"))
    heard = _level_dbm(bench.modem("AT+CESQ"))
    if heard is None and state not in ("home", "roaming"):
        yield Excuse(name="level_dbm", verdict=Verdict.INCONCLUSIVE, reason="no_level")
        yield Excuse(name="registered", verdict=Verdict.INCONCLUSIVE, reason="no_level")
        yield Sign(
            code="modem.hears_nothing",
            strength=Strength.STRONG,
            components=("PCB", "ANT"),
            function="modem",
            evidence=(Evidence(recording="modem AT+CESQ", text="no cell is heard"),),
        )
        return
    if heard is None:
        yield Excuse(name="level_dbm", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    else:
        yield Reading(name="level_dbm", value=heard)
    if state:
        yield Reading(name="registered", value=state)
    else:
        yield Excuse(name="registered", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")


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
