"""Limits of one model, learned from known-good phones of it, as a file that ``--limits`` reads.

Median and scaled MAD (median absolute deviation; 1.4826 makes it the standard deviation of a normal population: Hampel,
JASA 69, 1974) stand for the good phones, as neither follows one bad phone among them. The width is ``k`` times the
scale, with ``k`` such that 99 of 100 further phones of a normal population lie inside; for few phones it is large,
because their MAD says little. The factors come from a simulation that the tests repeat.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from agent.journal import Journal, RunRow
from agent.plan import known_probes
from probes import (
    AtLeast,
    AtMost,
    BadInput,
    Between,
    Limit,
    LimitSource,
    Measure,
    ProbeResult,
    Recorded,
    Stage,
    Verdict,
    show,
)
from reports import Conclusion, Diagnosis, shown_name

LEAST_PHONES: Final = 5
ENOUGH_PHONES: Final = 10
"""From so many phones on, a learned limit may be wider than the prior that it replaces."""
LEAST_SHARE: Final = 0.25
"""An edge leaves at least so much of the way from the median to the prior (a prior of its own: phones that differ by
next to nothing would else be called broken for next to nothing); where there is no prior, of the median itself."""
FACTORS: Final[Mapping[int, float]] = {
    5: 14.6, 6: 8.1, 7: 7.8, 8: 5.9, 9: 5.8, 10: 5.0, 12: 4.4, 15: 4.0, 20: 3.5, 30: 3.2, 50: 2.9, 100: 2.7,
}  # fmt: skip
"""``k`` by number of phones; between two numbers, that of the lower."""
NORMAL_PER_MAD: Final = 1.4826
_HARDWARE: Final = frozenset({Stage.HARDWARE_UNATTENDED, Stage.HARDWARE_ASSISTED})
_GOOD: Final = frozenset({Conclusion.NOTHING_FOUND, Conclusion.NO_FAULT_FOUND})
_TAKEN: Final = frozenset({Verdict.PASS, Verdict.MARGINAL})
_ALL_RUNS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class GoodRun:
    """A run that may teach: which phone it was, and what was measured."""

    id: str
    serial: str
    results: tuple[ProbeResult, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """One limit, and from what.

    Attributes:
        phones: how many gave a value.
        scale: the scaled MAD, in the unit of the measurement.
        outside: runs that lie outside of it: one of the good phones may not be good.
    """

    probe: str
    measure: str
    limit: AtLeast | AtMost | Between
    phones: int
    median: float
    scale: float
    outside: tuple[str, ...]


def good_runs(journal: Journal, model: str, run_ids: Sequence[str]) -> tuple[GoodRun, ...]:
    """The runs to learn from, the newest of each phone: those named, or all good ones of the model where none is.

    Raises:
        BadInput: a named run is of another model, is not finished, or found something; or they are too few.
    """
    named = [journal.run(run_id) for run_id in dict.fromkeys(run_ids)]
    kept: dict[str, GoodRun] = {}
    for row in sorted(named or journal.runs(_ALL_RUNS), key=lambda row: (row.created_at, row.id)):
        why_not = _why_not(row, model)
        if why_not and named:
            raise BadInput(f"run {row.id} cannot teach: {why_not}", step="learn")
        if not why_not:
            serial = _diagnosis(row).phone.serial or row.subject
            kept[serial] = GoodRun(row.id, serial, journal.results(row.id))
    if len(kept) < LEAST_PHONES:
        raise BadInput(
            f"it takes good runs of {LEAST_PHONES} different phones {show(model, 60)}; these are of {len(kept)}",
            step="learn",
        )
    return tuple(kept.values())


def learn(runs: Sequence[GoodRun]) -> tuple[Learned, ...]:
    """The limits that runs teach: of hardware measurements whose limit is a prior, or that raise a finding by one.

    Limits of standards and data sheets stay, and so does a prior where all phones measured the same.
    """
    declared = [(probe.meta, measure) for probe in known_probes() for measure in probe.meta.measures]
    learned = (
        _learned(meta.id, measure, _values(runs, meta.id, meta.version, measure.name))
        for meta, measure in declared
        if meta.stage in _HARDWARE and _may_be_learned(measure)
    )
    return tuple(one for one in learned if one is not None)


def factor(phones: int) -> float:
    """``k`` for that many phones.

    >>> factor(5), factor(11), factor(4000)
    (14.6, 5.0, 2.7)
    """
    return FACTORS[max(known for known in FACTORS if known <= phones)]


def limits_file(model: str, runs: Sequence[GoodRun], learned: Sequence[Learned]) -> str:
    """The text of the file: whence it is, then a table per probe."""
    return "\n".join(_lines(model, runs, learned)) + "\n"


def _why_not(row: RunRow, model: str) -> str:
    """Why a run may not teach; empty where it may."""
    if row.state != "done" or row.diagnosis is None:
        return "it is not finished"
    diagnosis = _diagnosis(row)
    if diagnosis.phone.model != model:
        return f"it is of a {show(diagnosis.phone.model, 60) or 'phone without a name'}, not of a {show(model, 60)}"
    return "" if diagnosis.conclusion in _GOOD else f"its result is {diagnosis.conclusion}, not a good phone"


def _diagnosis(row: RunRow) -> Diagnosis:
    try:
        return Diagnosis.model_validate_json(row.diagnosis or "")
    except ValidationError as error:
        raise BadInput(f"the stored diagnosis of run {row.id} is damaged", step="learn") from error


def _may_be_learned(measure: Measure) -> bool:
    limit = measure.limit
    if isinstance(limit, Recorded):
        return measure.says is not None
    return isinstance(limit, AtLeast | AtMost | Between) and limit.source.kind in {"prior", "learned"}


def _values(runs: Sequence[GoodRun], probe: str, version: int, name: str) -> dict[str, float]:
    """By run; values of another version of the probe are other numbers."""
    found: dict[str, float] = {}
    for run in runs:
        for result in run.results:
            if (result.probe, result.probe_version) != (probe, version):
                continue
            for taken in result.measurements:
                if taken.name == name and taken.verdict in _TAKEN and isinstance(taken.value, int | float):
                    found[run.id] = float(taken.value)
    return found


def _learned(probe: str, measure: Measure, values: Mapping[str, float]) -> Learned | None:
    if len(values) < LEAST_PHONES:
        return None
    median = statistics.median(values.values())
    scale = NORMAL_PER_MAD * statistics.median(abs(value - median) for value in values.values())
    if scale == 0.0:
        return None  # all the same, or counted in steps wider than they differ: nothing is known of the spread
    count = len(values)
    text = f"median {median:.5g} +- {factor(count):g} x {scale:.3g} of {count} known-good phones"
    limit = _limit(measure.limit, median, factor(count) * scale, LimitSource(kind="learned", text=text), count)
    outside = tuple(run for run, value in values.items() if limit.judge(value) is Verdict.FAIL)
    return Learned(probe, measure.name, limit, count, median, scale, outside)


def _limit(prior: Limit, median: float, width: float, source: LimitSource, phones: int) -> AtLeast | AtMost | Between:
    """The prior's kind of limit with learned edges."""
    old_low = float(prior.low) if isinstance(prior, AtLeast | Between) else None
    old_high = float(prior.high) if isinstance(prior, AtMost | Between) else None
    low = _edge(median, -width, old_low, phones)
    high = _edge(median, width, old_high, phones)
    if isinstance(prior, AtLeast):
        return AtLeast(low=low, source=source)
    if isinstance(prior, AtMost):
        return AtMost(high=high, source=source)
    return Between(low=low, high=high, source=source)


def _edge(median: float, away: float, prior: float | None, phones: int) -> float:
    """One edge, ``away`` from the median: few phones may only narrow a prior, and nothing narrows it to a hair."""
    sign = 1.0 if away > 0 else -1.0
    room = LEAST_SHARE * (abs(median) if prior is None else max(0.0, sign * (prior - median)))
    edge = median + sign * max(abs(away), room)
    if prior is not None and phones < ENOUGH_PHONES:
        edge = sign * min(sign * edge, sign * prior)
    return float(f"{edge:.5g}")


def _lines(model: str, runs: Sequence[GoodRun], learned: Sequence[Learned]) -> Iterator[str]:
    yield f"# Limits of {show(model, 60)}, learned from {len(runs)} known-good phones; made by `phonebench learn`."
    yield "# Each edge is the median +- k x scaled MAD; k is such that 99 of 100 further good phones lie inside"
    yield f"# (of a normal population). With fewer than {ENOUGH_PHONES} phones an edge is never wider than the prior."
    yield f"# Nor does an edge lie closer to the median than {LEAST_SHARE:.0%} of the way to the prior."
    yield "# Learned from:"
    yield from (f"#   run {run.id}, phone {shown_name(show(run.serial, 60))}" for run in runs)
    probe = ""
    for one in learned:
        if one.probe != probe:
            probe = one.probe
            yield ""
        yield f"[{json.dumps(probe)}.{one.measure}]"
        yield f'kind = "{one.limit.kind}"'
        edges = one.limit.model_dump(mode="json", include={"low", "high"})
        yield from (f"{name} = {value!r}" for name, value in edges.items())
        yield f'source = {{ kind = "learned", text = {json.dumps(one.limit.source.text)} }}'
