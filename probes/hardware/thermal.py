"""How heat leaves the board: a bounded load for some minutes, and how far cores and board rise for each watt of it.

Board and shell part over minutes (some 35 J/K behind a few K/W), the cores and their paste within a second; so what
comes after the first moments belongs to pads and graphite, not to the paste. The load is renewed in short pieces that
end by themselves, and the bench stops it at its limits for cell and case.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource
from probes._verdict import Effort, Resource, Risk, Stage, Unit, Verdict
from probes.hardware.battery_load import start_load
from probes.hardware.battery_sampling import CHARGING, Sample, Sampler, excuse_all, read_service
from probes.hardware.core_temperature import cores_c

_CORES: Final = 6
_PIECE_S: Final = 60
_PIECES: Final = 5
_EVERY_S: Final = 5.0
_PROMPT_S: Final = 1.0
_LEAST_W: Final = 1.0
_PADS: Final = LimitSource(
    kind="prior", text="board to shell takes 2..3 K/W with pad and graphite in place; not yet learned from good phones"
)


class ThermalSoak(HardwareProbe):
    """Slow rise of the board over the battery for each watt, after five minutes of load."""

    meta = ProbeMeta(
        id="thermal.soak",
        version=1,
        purpose="How heat leaves the board under a load of five minutes",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.MEDIUM,
        needs_setting=frozenset({"battery.swollen"}),
        risk=Risk.LOADS_PART,
        duration_s=_PIECE_S * _PIECES + 10.0,
        resources=frozenset({Resource.USB_CURRENT}),
        measures=(
            Measure(
                name="board_k_per_w",
                label="Slow warming of the board for each watt",
                unit=Unit.NONE,
                limit=AtMost(high=3.8, marginal_above=3.5, source=_PADS),
                says=Says(code="thermal.board_hot", component="PCB", function="thermal"),
                key=True,
            ),
            Measure(name="load_w", label="Heat of the load", unit=Unit.NONE),
            Measure(name="warmest_core_c", label="Warmest core", unit=Unit.CELSIUS),
            Measure(name="battery_rise_c", label="Warming of the battery", unit=Unit.CELSIUS),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Rest, load for minutes, and compare the first moments with the last."""
        if cores_c(bench) is None:
            yield from excuse_all(self.meta, "no_processor_temperature", verdict=Verdict.NOT_SUPPORTED)
            return
        sampler, before = Sampler(bench), read_service(bench)
        rest = sampler.watch(4, every_s=_PROMPT_S)
        prompt_c, late_c, loaded = self._load(bench, sampler)
        after = read_service(bench)
        yield sampler.kept()
        watts = abs(median(_watts(rest)) - median(_watts(loaded)))
        known = None not in {before.temperature_c, after.temperature_c} and before.status == CHARGING
        if watts < _LEAST_W or not known or not prompt_c or not late_c:
            yield from excuse_all(self.meta, "load_not_known")
            return
        rise_c = (after.temperature_c or 0.0) - (before.temperature_c or 0.0)
        slow_c = median(_means(late_c)) - median(_means(prompt_c)) - rise_c
        evidence = sampler.evidence(f"{slow_c:.1f} K over the battery, {watts:.2f} W")
        yield Reading(name="board_k_per_w", value=round(slow_c / watts, 2), evidence=evidence)
        yield Reading(name="load_w", value=round(watts, 2), evidence=evidence)
        yield Reading(name="warmest_core_c", value=round(max(map(max, late_c)), 1), evidence=evidence)
        yield Reading(name="battery_rise_c", value=round(rise_c, 1), evidence=evidence)

    @staticmethod
    def _load(bench: HardwareBench, sampler: Sampler) -> tuple[list[list[float]], list[list[float]], list[Sample]]:
        """Temperatures of the cores at the beginning and at the end of the load, and the battery under it."""
        prompt_c: list[list[float]] = []
        late_c: list[list[float]] = []
        loaded: list[Sample] = []
        for piece in range(_PIECES):
            start_load(bench, cores=_CORES, lasting_s=_PIECE_S)
            if piece == 0:
                prompt_c = [found for _ in range(3) if (found := cores_c(bench))]
                loaded = sampler.watch(3, every_s=_PROMPT_S)
            bench.wait(_PIECE_S - 2 * _EVERY_S if piece in {0, _PIECES - 1} else _PIECE_S - _PROMPT_S)
        late_c = [found for _ in range(3) if (found := cores_c(bench))]
        return prompt_c, late_c, loaded


def _watts(samples: list[Sample]) -> list[float]:
    return [sample.voltage_v * sample.current_a for sample in samples]


def _means(rows: list[list[float]]) -> list[float]:
    return [sum(row) / len(row) for row in rows]
