"""What keeps the phone busy, hot and short of memory at the moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._declare import Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Says, Sign
from probes._limits import AtLeast, AtMost, LimitSource
from probes._text import show
from probes._verdict import Stage, Strength, Unit, Verdict
from probes.formats import Meminfo, parse_cpuinfo, parse_meminfo, parse_memory_use, parse_thermalservice
from probes.software._ask import Answer, try_ask

_MEMORY = LimitSource(kind="prior", text="below a tenth free the kernel's killer ends apps one by one; both are ours")
_BUSY = LimitSource(
    kind="prior", text="share of one core over minutes; no process of a resting phone keeps a core at work"
)
_DEX = LimitSource(kind="prior", text="after an update apps are compiled for some minutes to hours; then it ends")
_HEAT = LimitSource(
    kind="standard",
    text="Android thermal status: 0 none, 1 light, 2 moderate, 3 severe, 4 critical; the limit is ours",
)
_ENOUGH_S: Final = 20.0
_LOW_PERCENT: Final = 11
_LEAK_RATIO: Final = 0.25
_OPTIMISER: Final = "dex2oat"


class SystemLoad(Probe):
    """Memory that is left, the busiest process, the compiler of apps, and whether the phone holds back for heat."""

    meta = ProbeMeta(
        id="system.load",
        version=1,
        purpose="What keeps the phone busy, hot and short of memory",
        stage=Stage.SOFTWARE,
        duration_s=0.4,
        measures=(
            Measure(
                name="memory_available_percent",
                label="Memory available",
                unit=Unit.PERCENT,
                limit=AtLeast(low=_LOW_PERCENT, marginal_below=14, source=_MEMORY),
                says=Says(code="system.memory_low", component="SW"),
            ),
            Measure(
                name="busiest_percent",
                label="Load by the busiest process, of one core",
                unit=Unit.PERCENT,
                limit=AtMost(high=90, marginal_above=60, source=_BUSY),
                says=Says(code="app.cpu_hog", component="SW"),
            ),
            Measure(
                name="optimiser_percent",
                label="Load by the compiler of apps, of one core",
                unit=Unit.PERCENT,
                limit=AtMost(high=90, marginal_above=60, source=_DEX),
                says=Says(code="system.ota_optimising", component="SW"),
            ),
            Measure(
                name="thermal_status",
                label="Holding back because of heat",
                unit=Unit.COUNT,
                limit=AtMost(high=3, marginal_above=0, source=_HEAT),
                says=Says(code="thermal.throttled"),
            ),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Read the kernel's memory counters, the load of the last minutes and the thermal status."""
        yield from _memory(bench)
        yield from _load(bench)
        thermal = try_ask(bench, parse_thermalservice, "dumpsys", "thermalservice")
        if thermal is None or thermal.value.thermal_status is None:
            yield Excuse(name="thermal_status", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        else:
            status = thermal.value.thermal_status
            yield Reading(name="thermal_status", value=status, evidence=thermal.evidence(f"Thermal Status: {status}"))


def _memory(bench: Bench) -> Iterator[Said]:
    answer = try_ask(bench, parse_meminfo, "cat", "/proc/meminfo")
    free_kb = answer.value.mem_available_kb if answer else None
    if answer is None or free_kb is None or not answer.value.mem_total_kb:
        yield Excuse(name="memory_available_percent", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        return
    percent = round(100 * free_kb / answer.value.mem_total_kb, 1)
    words = f"MemAvailable {free_kb} kB of {answer.value.mem_total_kb} kB"
    yield Reading(name="memory_available_percent", value=percent, evidence=answer.evidence(words))
    if percent < _LOW_PERCENT:
        yield from _leak(bench, answer)


def _leak(bench: Bench, memory: Answer[Meminfo]) -> Iterator[Said]:
    """Name the process that holds a quarter of the memory; asked only when it is short, for it takes long."""
    use = try_ask(bench, parse_memory_use, "dumpsys", "meminfo", deadline_s=30)
    first = max(use.value.processes, key=lambda one: one.size_kb, default=None) if use else None
    if use is None or first is None or first.size_kb < _LEAK_RATIO * memory.value.mem_total_kb:
        return
    name = show(first.name, 120)
    evidence = use.evidence(f"{name} holds {first.size_kb} kB")
    yield Sign(code="app.memory_leak", strength=Strength.STRONG, components=("SW",), subject=name, evidence=evidence)


def _load(bench: Bench) -> Iterator[Said]:
    answer = try_ask(bench, parse_cpuinfo, "dumpsys", "cpuinfo")
    # without a span, or with one of some seconds, a load is a moment and no habit
    if answer is None or answer.value.span_s is None or answer.value.span_s < _ENOUGH_S:
        reason = "not_reported" if answer is None else "too_short_a_span"
        for name in ("busiest_percent", "optimiser_percent"):
            yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason=reason)
        return
    compiling = [one for one in answer.value.processes if one.name.startswith(_OPTIMISER)]
    others = [one for one in answer.value.processes if not one.name.startswith(_OPTIMISER)]
    for name, rows in (("busiest_percent", others), ("optimiser_percent", compiling)):
        first = max(rows, key=lambda one: one.percent, default=None)
        words = f"{show(first.name, 80)}: {first.percent:g} % over {answer.value.span_s:.0f} s" if first else ""
        yield Reading(name=name, value=first.percent if first else 0.0, evidence=answer.evidence(words))
