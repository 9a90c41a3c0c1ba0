"""How a phone hears the bench's cell: its level and quality, against what a good phone hears at the same place."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtLeast, LimitSource
from probes._records import Evidence
from probes._verdict import Effort, Resource, Stage, Unit, Verdict
from probes.formats import SlotState, parse_telephony
from probes.software._ask import Answer, ask
from probes.software._cards import card_states, radio_is_off, served_slot
from probes.software._unserved import said_of, watch_unserved

_LOOKS: Final = 4
_EVERY_S: Final = 1.2
_FULL_BARS: Final = LimitSource(
    kind="prior",
    text="a bench's cell is turned up until a good phone shows full bars; AOSP's last step is -98 dBm. "
    "To be learned from a golden phone on the same fixture",
)
_QUALITY: Final = LimitSource(
    kind="prior", text="an empty cell gives about -5 dB, a full one -11 dB (3GPP TS 36.214); less is noise of our own"
)


class CellularLevel(HardwareProbe):
    """The level of the cell that the phone is registered in."""

    meta = ProbeMeta(
        id="radio.cellular",
        version=2,
        purpose="Level of the mobile network",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.NONE,
        duration_s=_LOOKS * _EVERY_S + 0.5,
        resources=frozenset({Resource.RADIO}),
        measures=(
            Measure(
                name="rsrp_dbm",
                label="Level of the mobile network (RSRP)",
                unit=Unit.DECIBEL_MILLIWATT,
                limit=AtLeast(low=-98, source=_FULL_BARS),
                says=Says(code="radio.level_low", component="ANT"),
                key=True,
            ),
            Measure(
                name="rsrq_db",
                label="Quality of the mobile network (RSRQ)",
                unit=Unit.DECIBEL,
                limit=AtLeast(low=-15, marginal_below=-13, source=_QUALITY),
                says=Says(code="radio.quality_low", component="PCB", function="modem"),
            ),
            Measure(name="service", label="Mobile service", unit=Unit.TEXT),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Look at the levels for some seconds; a phone without card or network says why it has none."""
        if radio_is_off(bench):
            yield from self._excused("radio_switched_off")
            return
        cards = card_states(bench) or ()
        looks: list[Answer[SlotState]] = []
        for look in range(_LOOKS):
            if look:
                bench.wait(_EVERY_S)
            answer = ask(bench, parse_telephony, "dumpsys", "telephony.registry")
            slot = served_slot(answer.value.slots)
            if slot is not None:
                looks.append(Answer(slot, answer.reply))
        if not looks:
            yield from self._not_served(bench, cards)
            return
        evidence = (Evidence(recording=looks[-1].reply.id, text=f"{len(looks)} of {_LOOKS} looks in service"),)
        yield Reading(name="service", value="in_service", evidence=evidence)
        for name, values in (
            ("rsrp_dbm", [level for one in looks if (level := one.value.signal.lte_rsrp_dbm) is not None]),
            ("rsrq_db", [level for one in looks if (level := one.value.signal.lte_rsrq_db) is not None]),
        ):
            if values:
                yield Reading(name=name, value=float(statistics.fmean(values)), evidence=evidence)
            else:
                yield Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason="no_level")

    def _not_served(self, bench: HardwareBench, cards: tuple[str, ...]) -> Iterator[Said]:
        if "LOADED" not in cards:
            yield from self._excused("no_card")
            return
        why, sign = watch_unserved(bench, cards.index("LOADED"), bench.wait)
        signs = [*said_of(why, sign)]
        out = any(one.code == "radio.no_service" for one in signs)
        yield from self._excused(why, but="service" if out else "")
        if out:
            yield Reading(name="service", value="out_of_service")
        yield from signs

    def _excused(self, reason: str, but: str = "") -> Iterator[Said]:
        for measure in self.meta.measures:
            if measure.name != but:
                yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason=reason)
