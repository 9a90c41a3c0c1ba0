"""What the page and the PDF say besides the outline: measurements, evidence, environment, in rows of words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from probes import Measurement, Recorded, Recording, Verdict
from reports._covered import coverage_in, covered
from reports._i18n import Translate, translator
from reports._outline import measurement_words
from reports._words import MARKS, REASONS, VERDICTS
from reports.render._paper import Paper, part_name, symptom_name

STANDS_OUT: Final = frozenset({Verdict.FAIL, Verdict.MARGINAL, Verdict.ERROR, Verdict.INCONCLUSIVE})


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """One measurement in words.

    Attributes:
        why: why it is not judged, or not a pass.
        recordings: ids of what it rests on.
    """

    taken: Measurement
    mark: str
    label: str
    value: str
    limit: str
    source: str
    verdict: str
    why: str
    recordings: tuple[str, ...]

    @property
    def stands_out(self) -> bool:
        """Whether it is what somebody wants to see first."""
        return self.taken.verdict in STANDS_OUT


@dataclass(frozen=True, slots=True)
class Group:
    """The measurements of one check; ``name`` is its name in the language of the report."""

    probe: str
    name: str
    verdict: Verdict
    words: str
    rows: tuple[MeasuredRow, ...]
    recordings: tuple[Recording, ...]

    @property
    def stands_out(self) -> bool:
        """Whether the check is not simply passed, or was not run."""
        return self.verdict in STANDS_OUT


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One file of evidence, which several checks may have recorded.

    Attributes:
        sources: what was asked, without doubles.
        ids: of the recordings that it is.
    """

    sources: tuple[str, ...]
    size_bytes: int
    complete: bool
    sha256: str
    ids: tuple[str, ...]


def evidence(shown: Iterable[Group]) -> tuple[EvidenceRow, ...]:
    """The files of evidence in the order of the checks, each once: a phone says the same to many a check."""
    files = dict[tuple[str, bool], list[Recording]]()
    for group in shown:
        for one in group.recordings:
            files.setdefault((one.sha256, one.complete), []).append(one)
    return tuple(
        EvidenceRow(
            sources=tuple(dict.fromkeys(one.source for one in same)),
            size_bytes=same[0].size_bytes,
            complete=complete,
            sha256=sha256,
            ids=tuple(one.id for one in same),
        )
        for (sha256, complete), same in files.items()
    )


def groups(paper: Paper) -> tuple[Group, ...]:
    """All checks, those that stand out first, each with its measurements."""
    tr = translator(paper.language)
    found = [
        Group(
            probe=result.probe,
            name=check_name(paper, result.probe),
            verdict=result.verdict,
            words=f"{MARKS[result.verdict]} {tr(VERDICTS[result.verdict])}",
            rows=tuple(_row(taken, tr) for taken in result.measurements),
            recordings=result.recordings,
        )
        for result in paper.diagnosis.results
    ]
    return tuple(sorted(found, key=lambda group: not group.stands_out))


def check_name(paper: Paper, probe: str) -> str:
    """Name of a check in the language of the report, or its id where it has none, as one of another version."""
    return paper.names(f"probe:{probe}", paper.language)


def _row(taken: Measurement, tr: Translate) -> MeasuredRow:
    value = "—" if taken.value is None else f"{taken.value:g}" if isinstance(taken.value, float) else str(taken.value)
    source = "" if isinstance(taken.limit, Recorded) else f"{taken.limit.source.kind}: {taken.limit.source.text}"
    reason = taken.reason or ""
    return MeasuredRow(
        taken=taken,
        mark=MARKS[taken.verdict],
        label=tr(taken.label),
        value=value if taken.value is None else f"{value} {taken.unit.symbol}".strip(),
        limit=taken.limit.text(),
        source=source,
        verdict=tr(VERDICTS[taken.verdict]),
        why=tr(REASONS.get(reason, reason)) if reason else "",
        recordings=tuple(dict.fromkeys(item.recording for item in taken.evidence if item.recording)),
    )


def the_reason(paper: Paper) -> str:
    """The one reason: the reading that weighs most for the first suspect, with its number."""
    diagnosis, tr = paper.diagnosis, translator(paper.language)
    chief = diagnosis.chief
    speaking = [part for part in chief.contributions if part.decibans > 0] if chief is not None else []
    if not speaking:
        return ""
    best = max(speaking, key=lambda part: part.decibans)
    measured = {taken.name: taken for result in diagnosis.results for taken in result.measurements}
    shown = [measured[item.measurement] for item in best.evidence if item.measurement in measured]
    words = [measurement_words(taken, tr) for taken in shown[:1]] or [item.text for item in best.evidence[:1]]
    name = paper.names(best.effect, paper.language)
    what = name if best.seen else tr("not there: {what}").format(what=name)
    return " · ".join([what, *filter(None, words)])


def weights(paper: Paper) -> list[tuple[str, float]]:
    """The readings that moved the belief in the first suspect, with their weight."""
    tr = translator(paper.language)
    chief = paper.diagnosis.chief
    some = chief.contributions[:8] if chief is not None else ()
    named = [(paper.names(part.effect, paper.language), part) for part in some]
    return [(name if part.seen else tr("not there: {what}").format(what=name), part.decibans) for name, part in named]


def to_do(paper: Paper) -> Iterator[tuple[str, str]]:
    """Parts, steps in their order, and what to run afterwards."""
    diagnosis, tr = paper.diagnosis, translator(paper.language)
    comma = tr(", ")
    if diagnosis.plan.parts:
        yield tr("Parts"), comma.join(part_name(code, paper.language) for code in diagnosis.plan.parts)
    for number, step in enumerate(diagnosis.plan.steps, 1):
        name, low, high = part_name(step.component, paper.language), step.minutes.low, step.minutes.high
        words = [f"{name}: {paper.names(step.cause, paper.language)}", f"{low:.0f}-{high:.0f} min"]
        yield tr("Step {number}").format(number=number), " · ".join(words)
    if diagnosis.plan.verify_with:
        yield tr("Afterwards run"), comma.join(check_name(paper, probe) for probe in diagnosis.plan.verify_with)
    if paper.codes:
        yield tr("Complaint"), comma.join(symptom_name(code, paper.language) for code in paper.codes)


def coverage(paper: Paper) -> Iterator[tuple[str, str]]:
    """Which of the five parts of the process standard were tested."""
    return covered(coverage_in(paper.diagnosis), translator(paper.language))


def environment(paper: Paper) -> Iterator[tuple[str, str]]:
    """What the run was made with: versions, limits, instruments and when they were calibrated."""
    diagnosis, tr = paper.diagnosis, translator(paper.language)
    yield tr("Run"), diagnosis.run_id
    yield tr("Begun"), diagnosis.created_at.isoformat(timespec="seconds")
    yield tr("Source"), f"{diagnosis.source} {diagnosis.subject}"
    yield tr("Build"), f"{diagnosis.phone.build} {diagnosis.phone.patch_level}".strip() or "—"
    yield "phonebench", diagnosis.agent_version
    yield tr("Limits"), diagnosis.limits
    yield tr("Knowledge"), diagnosis.knowledge_sha256
    yield tr("Exchanges with the phone"), str(diagnosis.exchanges)
    for one in paper.instruments:
        words = one.calibrated_on or tr("nobody says when it was calibrated")
        yield one.name, tr("calibrated {date}").format(date=words) if one.calibrated_on else words
    if not paper.instruments:
        yield tr("Instruments"), tr("none: the phone measured itself")
