"""How heat leaves the board: a bounded load for some minutes, and how far cores and board rise for each watt of it.

Board and shell part over minutes (some 35 J/K behind a few K/W), the cores and their paste within a second; so what
comes after the first moments belongs to pads and graphite, not to the paste. Tasks wander between the cores meanwhile
and shift their mean by a kelvin or two: the slow rise is fitted to all looks, by the phone's own clock. The load is
renewed in short pieces that end by themselves, and the bench stops it at its limits for cell and case. A phone that
goes off meanwhile is told from a link that broke, as under the short load step.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Measure, ProbeMeta, Reading, Said, Says
from probes._errors import LinkError, NotSupported
from probes._limits import AtMost, LimitSource
from probes._verdict import Effort, Resource, Risk, Stage, Unit, Verdict
from probes.formats import Battery
from probes.hardware._going_off import MEASURES, after_silence, before, stayed_on
from probes.hardware.battery_load import start_load
from probes.hardware.battery_sampling import CHARGING, Sample, Sampler, excuse_all, phone_uptime_s, read_service
from probes.hardware.core_temperature import cores_c

_CORES: Final = 6
_PIECE_S: Final = 60
_PIECES: Final = 5
_EVERY_S: Final = 5.0
_REST_EVERY_S: Final = 1.0
_LEAST_W: Final = 1.0
_LEAST_LOOKS: Final = 10
_MOST_IDLE_S: Final = 90.0
_RISES_IN_S: Final = 120.0  # 35 J/K behind 2..3 K/W; of a slower board the five minutes see less than all, still more
_OF_SUPPLY: Final = frozenset(measure.name for measure in MEASURES)
_PADS: Final = LimitSource(
    kind="prior",
    text="board to shell takes 2..3 K/W with pad and graphite in place, and half as much again without; by a fit to "
    "cores that wander by a kelvin. Not yet learned from good phones",
)


@dataclass(slots=True)
class _Soak:
    """Looks under the load: mean of the cores (Celsius), and how much of its last rise a healthy board then has.

    ``share`` follows the load as it was, with the moments between its pieces; ``at_s`` is the uptime up to which.
    """

    at_s: float
    share: float = 0.0
    idle_s: float = 0.0
    shares: list[float] = field(default_factory=list)
    cores_c: list[float] = field(default_factory=list)
    warmest_c: float = -math.inf
    loaded: list[Sample] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether this bench has looked often enough and kept the load up."""
        return len(self.shares) >= _LEAST_LOOKS and self.idle_s <= _MOST_IDLE_S

    def passes(self, until_s: float, *, loaded: bool) -> None:
        """Let time pass, with the load or without it."""
        left = math.exp(-(until_s - self.at_s) / _RISES_IN_S)
        self.share = 1.0 - (1.0 - self.share) * left if loaded else self.share * left
        self.idle_s += 0.0 if loaded else until_s - self.at_s
        self.at_s = until_s

    def look(self, cores: Sequence[float], sample: Sample) -> None:
        """Keep one look."""
        self.shares.append(self.share)
        self.cores_c.append(sum(cores) / len(cores))
        self.warmest_c = max(self.warmest_c, *cores)
        self.loaded.append(sample)

    def slow_rise_c(self) -> float:
        """How far the cores rise after the first moments, in five minutes: least squares over all looks."""
        import numpy as np  # noqa: PLC0415  arrays only where one measures

        slope, _start_c = np.polyfit(np.asarray(self.shares), np.asarray(self.cores_c), 1)
        return float(slope) * (1.0 - math.exp(-_PIECE_S * _PIECES / _RISES_IN_S))


class ThermalSoak(HardwareProbe):
    """Slow rise of the board over the battery for each watt, in five minutes of load."""

    meta = ProbeMeta(
        id="thermal.soak",
        version=2,
        purpose="How heat leaves the board under a load of five minutes",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.MEDIUM,
        needs_setting=frozenset({"battery.swollen"}),
        risk=Risk.LOADS_PART,
        duration_s=_PIECE_S * _PIECES + 10.0,
        resources=frozenset({Resource.PHONE, Resource.USB_CURRENT}),
        measures=(
            Measure(
                name="board_k_per_w",
                label="Slow warming of the board for each watt",
                unit=Unit.NONE,
                limit=AtMost(high=4.2, marginal_above=3.8, source=_PADS),
                says=Says(code="thermal.board_hot", component="PCB", function="thermal"),
                key=True,
            ),
            Measure(name="load_w", label="Heat of the load", unit=Unit.NONE),
            Measure(name="warmest_core_c", label="Warmest core", unit=Unit.CELSIUS),
            Measure(name="battery_rise_c", label="Warming of the battery", unit=Unit.CELSIUS),
            *MEASURES,
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Rest, load for minutes, and fit what rises slowly; or what became of a phone that went off."""
        if cores_c(bench) is None:
            yield from excuse_all(self.meta, "no_processor_temperature", verdict=Verdict.NOT_SUPPORTED)
            return
        sampler, service = Sampler(bench), read_service(bench)
        then = before(bench, service)
        rest = sampler.watch(4, every_s=_REST_EVERY_S)
        try:
            soak = _load(bench, sampler)
            after = read_service(bench)
        except LinkError:
            said = after_silence(bench, then, sampler.samples)
            if said is None:
                raise
            yield sampler.kept()
            yield from said
            yield from excuse_all(self.meta, "went_off", but=_OF_SUPPLY)
            return
        yield sampler.kept()
        yield from stayed_on()
        yield from self._slow(sampler, rest, soak, service, after)

    def _slow(
        self, sampler: Sampler, rest: Sequence[Sample], soak: _Soak, service: Battery, after: Battery
    ) -> Iterator[Said]:
        if not soak.is_whole:
            yield from excuse_all(self.meta, "samples_lost", but=_OF_SUPPLY)
            return
        watts = abs(median(_watts(rest)) - median(_watts(soak.loaded)))
        if watts < _LEAST_W or None in {service.temperature_c, after.temperature_c} or service.status != CHARGING:
            yield from excuse_all(self.meta, "load_not_known", but=_OF_SUPPLY)
            return
        rise_c = (after.temperature_c or 0.0) - (service.temperature_c or 0.0)
        slow_c = soak.slow_rise_c() - rise_c
        evidence = sampler.evidence(f"{slow_c:.1f} K over the battery, {watts:.2f} W, {len(soak.shares)} looks")
        yield Reading(name="board_k_per_w", value=round(slow_c / watts, 2), evidence=evidence)
        yield Reading(name="load_w", value=round(watts, 2), evidence=evidence)
        yield Reading(name="warmest_core_c", value=round(soak.warmest_c, 1), evidence=evidence)
        yield Reading(name="battery_rise_c", value=round(rise_c, 1), evidence=evidence)


def _load(bench: HardwareBench, sampler: Sampler) -> _Soak:
    """Look at cores and battery under the load; a look that ends after its piece of load is left out."""
    soak = _Soak(_uptime_s(bench))
    for _piece in range(_PIECES):
        asked_s = _uptime_s(bench)
        start_load(bench, cores=_CORES, lasting_s=_PIECE_S)
        now_s = _uptime_s(bench)
        begins_s = (asked_s + now_s) / 2
        soak.passes(begins_s, loaded=False)
        while now_s < asked_s + _PIECE_S:
            found, sample = cores_c(bench), sampler.take()
            now_s = _uptime_s(bench)
            if now_s < asked_s + _PIECE_S and found:
                soak.passes(now_s, loaded=True)
                soak.look(found, sample)
            bench.wait(max(min(_EVERY_S, begins_s + _PIECE_S - now_s), 0.0))
        soak.passes(begins_s + _PIECE_S, loaded=True)
    return soak


def _uptime_s(bench: HardwareBench) -> float:
    found_s = phone_uptime_s(bench)
    if found_s is None:
        raise NotSupported("this phone does not tell its uptime to a stock shell")
    return found_s


def _watts(samples: Sequence[Sample]) -> list[float]:
    return [sample.voltage_v * sample.current_a for sample in samples]
