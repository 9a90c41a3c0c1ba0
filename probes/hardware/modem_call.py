"""A call that the modem sets up by itself, to the bench's own number: what was dialled, and whether somebody answers.

Commands and states by 3GPP TS 27.007: ATD §6.2, +CLCC §7.18 (0 active, 2 dialling, 3 alerting), +CEER §6.10.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import LimitSource, OneOf
from probes._records import Evidence
from probes._station import TEST_NUMBER, StationBench
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.software._cards import radio_is_off

_TS27007: Final = LimitSource(kind="standard", text="3GPP TS 27.007 7.18: +CLCC lists the number as it was dialled")
_PRIOR: Final = LimitSource(kind="prior", text="the bench's own number picks up within seconds")
_CALL: Final = re.compile(r"\+CLCC:\s*\d+,0,(\d),\d,\d,\"([^\"]{1,40})\"")
_REGISTERED: Final = re.compile(r"\+CE?REG:\s*\d,\s*[15]\b")
_ACTIVE: Final = "0"
_LOOKS: Final = 10


class ModemCall(HardwareProbe):
    """Dial the bench's number, look at the list of calls, hang up."""

    meta = ProbeMeta(
        id="modem.call",
        version=1,
        purpose="Call set up by the modem",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        duration_s=8.0,
        resources=frozenset({Resource.RADIO}),
        wants=frozenset({Capability.MODEM}),
        measures=(
            Measure(
                name="dialled",
                label="Number as it was dialled",
                unit=Unit.TEXT,
                limit=OneOf(values=("same",), source=_TS27007),
                says=Says(code="call.wrong_digits"),
            ),
            Measure(
                name="answered",
                label="Call is answered",
                unit=Unit.TEXT,
                limit=OneOf(values=("yes",), source=_PRIOR),
                says=Says(code="call.not_connected"),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Call only where the phone is registered: without a network a call that fails says nothing of the phone."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes the AT port of the phone's modem")
        why = "radio_switched_off" if radio_is_off(bench) else "" if _registered(bench) else "not_registered"
        if why:
            for measure in self.meta.measures:
                yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason=why)
            return
        begun = bench.modem(f"ATD{TEST_NUMBER};")
        try:
            seen = _watched(bench) if not begun.error else []
        finally:
            bench.modem("ATH")
        last = (Evidence(recording=begun.id, text=begun.error or f"{len(seen)} looks"),)
        if seen:
            wrong = [number for _state, number in seen if number != TEST_NUMBER]
            yield Reading(name="dialled", value="other" if wrong else "same", evidence=last)
        else:
            yield Excuse(name="dialled", verdict=Verdict.INCONCLUSIVE, reason="no_call")
        answered = any(state == _ACTIVE for state, _number in seen)
        yield Reading(name="answered", value="yes" if answered else "no", evidence=last)


def _registered(bench: StationBench) -> bool:
    return any(_REGISTERED.search(" ".join(bench.modem(command).lines)) for command in ("AT+CEREG?", "AT+CREG?"))


def _watched(bench: StationBench) -> list[tuple[str, str]]:
    """State and number of the call at each look, until it is answered or over."""
    seen: list[tuple[str, str]] = []
    for _look in range(_LOOKS):
        bench.wait(1.0)
        found = _CALL.search(" ".join(bench.modem("AT+CLCC").lines))
        if found is None:
            break
        seen.append((found[1], found[2]))
        if found[1] == _ACTIVE:
            break
    return seen
