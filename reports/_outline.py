"""What a report says, in order, for any renderer: plain strings in one language, safe to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from probes import (
    SOFTWARE,
    Evidence,
    Measurement,
    ProbeResult,
    Recorded,
    Verdict,
    components,
    first_look,
    show,
    unsteady,
)
from reports._covered import coverage_in, covered
from reports._diagnosis import NAMING, Conclusion, Diagnosis, SettingFound, Suspect
from reports._i18n import Language, Translate, translator
from reports._reasoning import Contribution, Explanation, Residual, RootCause
from reports._repair import CostRange, MinutesRange, Unknown
from reports._steps import steps
from reports._words import ACTIONS, CONCLUSIONS, MARKS, REASONS, ROOT_CAUSES, VERDICTS

_SHOWN_REASONS = 5
_LONGEST = 4000
_SHOWN_RIVALS = 3
_NOT_NEEDED = "not_needed"
_LOOKS_TWICE = "intermittent"
"""The plan of ours that does."""
Names = Callable[[str, Language], str]
"""Names a cause or an effect in a language; the knowledge files know them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One probe or measurement: mark, name, verdict, and the words beside it."""

    verdict: Verdict
    mark: str
    name: str
    words: str
    detail: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for or against the first suspect."""

    weight: str
    what: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A diagnosis in words."""

    conclusion: Conclusion
    phone: str
    run: str
    headline: str
    sureness: str
    cause: str
    action: str
    reasons: tuple[Reason, ...]
    settings: tuple[str, ...]
    rivals: tuple[str, ...]
    rows: tuple[Row, ...]
    ruled_out: str
    not_tested: tuple[str, ...]
    cost_and_time: str
    exposure: str
    coverage: tuple[str, ...]
    order: str = ""
    remarks: tuple[str, ...] = ()


def outline(diagnosis: Diagnosis, language: Language, names: Names) -> Outline:
    """Put a diagnosis into words of one language."""
    tr = translator(language)
    first = diagnosis.chief
    names_part = diagnosis.conclusion in NAMING
    page = Outline(
        conclusion=diagnosis.conclusion,
        phone=_phone(diagnosis, tr),
        run=diagnosis.run_id,
        headline=_headline(diagnosis, language, names, tr),
        sureness=tr("{percent} sure").format(percent=_percent(first.probability)) if first and names_part else "",
        cause=names(first.cause, language) if first and names_part else "",
        action=tr(ACTIONS[diagnosis.plan.action]),
        reasons=_reasons(diagnosis, language, names, tr) if names_part else (),
        settings=tuple(_setting(one, language, names, tr) for one in diagnosis.settings),
        rivals=_rivals(diagnosis, language),
        rows=tuple(_probe_row(result, tr) for result in diagnosis.results),
        ruled_out=tr(", ").join(_part_name(code, language) for code in diagnosis.ruled_out),
        not_tested=_not_tested(diagnosis, language, tr),
        cost_and_time=_cost_and_time(diagnosis, tr),
        coverage=tuple(f"{name}: {words}" for name, words in covered(coverage_in(diagnosis), tr)),
        order=diagnosis.order,
        remarks=tuple(_remarks(diagnosis, language, names, tr)),
        exposure=tr("{percent} of the known causes could have been seen").format(percent=_percent(diagnosis.exposure)),
    )
    return replace(page, **{name: _shown(getattr(page, name)) for name in Outline.__slots__})


def _shown(words: Any) -> Any:
    """Hidden characters escaped, however deep the text lies: a record may have come from elsewhere."""
    if isinstance(words, StrEnum):
        return words
    if isinstance(words, str):
        return show(words, _LONGEST)
    if isinstance(words, tuple):
        return tuple(map(_shown, words))
    if isinstance(words, Row | Reason):
        return replace(words, **{name: _shown(getattr(words, name)) for name in words.__slots__})
    return words


def _rivals(diagnosis: Diagnosis, language: Language) -> tuple[str, ...]:
    """Who else it could be; where nothing was seen there is no rival, only what is common in general."""
    told = _told(diagnosis)
    others = tuple(one for one in diagnosis.suspects if one not in told)
    shown = {
        Conclusion.PART: others,
        Conclusion.SOFTWARE: others,
        Conclusion.SUSPECT: others,
        Conclusion.AMBIGUOUS: tuple(one for one in others if one.component not in _pair(diagnosis)),
        Conclusion.CANNOT_TELL: diagnosis.suspects,
    }.get(diagnosis.conclusion, ())
    return tuple(
        f"{_part_name(suspect.component, language)} {_percent(suspect.probability)}"
        for suspect in shown[:_SHOWN_RIVALS]
    )


def _told(diagnosis: Diagnosis) -> tuple[Suspect, ...]:
    """What the headline names: the suspect that the conclusion speaks of, and what else the plan sees to as surely."""
    if diagnosis.chief is None:
        return ()
    seen_to = set(diagnosis.plan.parts)
    if diagnosis.conclusion is Conclusion.PART:
        seen_to |= {SOFTWARE} & {step.component for step in diagnosis.plan.steps}
    return (
        diagnosis.chief,
        *(one for one in diagnosis.suspects if one.component in seen_to - {diagnosis.chief.component}),
    )


def _pair(diagnosis: Diagnosis) -> tuple[str, ...]:
    """The two components that cannot be told apart, the likeliest first; records of old name no group for them."""
    return (diagnosis.group or tuple(one.component for one in diagnosis.suspects))[:2]


def _phone(diagnosis: Diagnosis, tr: Translate) -> str:
    phone = diagnosis.phone
    android = tr("Android {version}").format(version=phone.android_version) if phone.android_version else ""
    imei = f"IMEI {phone.imei}" if phone.imei else ""
    words = [f"{phone.brand} {phone.model}".strip(), android, phone.serial, imei]
    return " · ".join(word for word in words if word) or diagnosis.subject


def _setting(one: SettingFound, language: Language, names: Names, tr: Translate) -> str:
    """A setting with what to change and why it matters; where it does not, it is a remark."""
    why = [tr("explains the complaint") if one.explains else "", tr("keeps a check from running") if one.blocks else ""]
    words = tr("; ").join(word for word in why if word) or tr("a remark")
    return f"{names(one.code, language)} ({words}) → {names(f'{one.code}:cure', language)}"


def _headline(diagnosis: Diagnosis, language: Language, names: Names, tr: Translate) -> str:
    title = tr(CONCLUSIONS[diagnosis.conclusion])
    if diagnosis.conclusion is Conclusion.CONFIGURATION:
        found = tr(", ").join(names(one.code, language) for one in diagnosis.settings if one.matters)
        return f"{title}  {found}"
    if diagnosis.conclusion in {Conclusion.PART, Conclusion.SOFTWARE, Conclusion.SUSPECT}:
        return f"{title}  {tr(' + ').join(_suspect(one, language) for one in _told(diagnosis))}"
    if diagnosis.conclusion is Conclusion.AMBIGUOUS:
        return f"{title}  {' / '.join(_part_name(code, language) for code in _pair(diagnosis))}"
    return title


def _suspect(suspect: Suspect, language: Language) -> str:
    board = f" · {suspect.function}" if suspect.function else ""
    return f"{_part_name(suspect.component, language)}{board}"


def _reasons(diagnosis: Diagnosis, language: Language, names: Names, tr: Translate) -> tuple[Reason, ...]:
    """The observations that moved the belief in the first suspect most, each with what it rests on."""
    measured = {taken.name: taken for result in diagnosis.results for taken in result.measurements}

    def words(item: Evidence) -> str:
        taken = measured.get(item.measurement)
        return measurement_words(taken, tr) if taken is not None else item.text

    def reason(part: Contribution) -> Reason:
        what = names(part.effect, language)
        evidence = tuple(dict.fromkeys(line for item in part.evidence if (line := words(item))))[:2]
        return Reason(
            weight=f"{part.decibans:+.1f}",
            what=what if part.seen else tr("not there: {what}").format(what=what),
            evidence=evidence,
        )

    chief = diagnosis.chief
    return tuple(map(reason, chief.contributions[:_SHOWN_REASONS])) if chief is not None else ()


def _probe_row(result: ProbeResult, tr: Translate) -> Row:
    telling = [taken for taken in result.measurements if taken.verdict in {Verdict.FAIL, Verdict.MARGINAL}]
    words = [measurement_words(taken, tr) for taken in telling]
    if result.trouble is not None and result.verdict in {Verdict.ERROR, Verdict.INCONCLUSIVE}:
        words.append(result.trouble.line)
    elif not words and result.reason:
        words.append(tr(REASONS.get(result.reason, result.reason)))
    return Row(
        verdict=result.verdict,
        mark=MARKS[result.verdict],
        name=result.probe,
        words=tr(VERDICTS[result.verdict]),
        detail=tr("; ").join(words),
    )


def measurement_words(taken: Measurement, tr: Translate) -> str:
    """A measurement as label, value, unit and limit."""
    symbol = taken.unit.symbol
    value = "—" if taken.value is None else f"{taken.value:g}" if isinstance(taken.value, float) else str(taken.value)
    limit = "" if isinstance(taken.limit, Recorded) else f" ({taken.limit.text()})"
    return f"{tr(taken.label)} {value}{f' {symbol}' if symbol else ''}{limit}"


def _not_tested(diagnosis: Diagnosis, language: Language, tr: Translate) -> tuple[str, ...]:
    labels = {
        f"{result.probe}:{taken.name}": taken.label for result in diagnosis.results for taken in result.measurements
    }
    by_reason: dict[str, list[str]] = {}
    for item in diagnosis.not_tested:
        name = tr(labels[item.what]) if item.what in labels else _part_name(item.what, language)
        by_reason.setdefault(item.reason, []).append(name)
    return tuple(
        f"{tr(REASONS.get(reason, reason))}: {tr(', ').join(dict.fromkeys(names))}"
        for reason, names in by_reason.items()
    )


def _cost_and_time(diagnosis: Diagnosis, tr: Translate) -> str:
    cost, time = diagnosis.plan.cost, diagnosis.plan.time
    return tr("cost: {cost}; time: {time}").format(
        cost=f"{_from_to(cost)} {cost.currency}" if isinstance(cost, CostRange) else _unknown(cost, tr),
        time=f"{_from_to(time)} min" if isinstance(time, MinutesRange) else _unknown(time, tr),
    )


def _may_have_hidden(residual: Residual, results: Sequence[ProbeResult], tr: Translate) -> Iterator[str]:
    """What comes and goes and was perhaps away, which checks to repeat, and the plan that does so."""
    percent = _percent(residual.intermittent_probability)
    yield tr("something that comes and goes may have hidden: {percent}").format(percent=percent)
    if not residual.repeat:
        return
    probes = tr(", ").join(residual.repeat)
    yield tr("to lower that, repeat warm, flexed and charging: {probes}").format(probes=probes)
    looked_at_again = {first_look(one.probe) for one in results if one.probe != first_look(one.probe)}
    if len(looked_at_again.intersection(residual.repeat)) < len(residual.repeat) / 2:
        yield tr("the plan {plan} makes nearly every check twice").format(plan=_LOOKS_TWICE)


def _remarks(diagnosis: Diagnosis, language: Language, names: Names, tr: Translate) -> Iterator[str]:
    """What stands behind the verdict: its class, its rival, what would settle or turn it, and what may have hidden."""
    if diagnosis.root_cause is not RootCause.UNDETERMINED:
        yield tr("kind of cause: {kind}").format(kind=tr(ROOT_CAUSES[diagnosis.root_cause]))
    if diagnosis.not_reproduced:
        yield tr("not reproduced: all that could cause the complaint was tested")
    if diagnosis.group:
        group = tr(", ").join(_part_name(code, language) for code in diagnosis.group)
        yield tr("cannot be told apart by what was read: {parts}").format(parts=group)
    for one in diagnosis.bench:
        name, percent = names(one.cause, language), _percent(one.probability)
        yield tr("bench or environment: {what} ({percent})").format(what=name, percent=percent)
    if came_and_went := tr(", ").join(names(f"probe:{probe}", language) for probe in unsteady(diagnosis.results)):
        yield tr("comes and goes: failed at one look and passed at another: {checks}").format(checks=came_and_went)
    if diagnosis.clash:
        clash = tr(", ").join(names(code, language) for code in diagnosis.clash)
        yield tr("these readings contradict each other: {readings}").format(readings=clash)
    if diagnosis.explanation is not None:
        yield from _against(diagnosis.explanation, language, names, tr)
    if diagnosis.residual is not None:
        yield from _may_have_hidden(diagnosis.residual, diagnosis.results, tr)
    if any(result.reason == _NOT_NEEDED for result in diagnosis.results):  # elsewhere all of them run
        yield from steps(diagnosis.choices, tr)


def _against(why: Explanation, language: Language, names: Names, tr: Translate) -> Iterator[str]:
    """The rival, what would tell it apart, and the readings that carry the verdict alone."""
    rival = tr(" + ").join(names(cause, language) for cause in why.rival) or tr("nothing at all")
    weight = f"{why.total_decibans:+.1f}"
    yield tr("against {rival}: {decibans} dban, before calibration").format(rival=rival, decibans=weight)
    if why.settle_with:
        yield tr("would tell them apart: {probes}").format(probes=tr(", ").join(why.settle_with))
    if why.flips:
        readings = tr(", ").join(names(flip.effect, language) for flip in why.flips)
        yield tr("the verdict hangs on: {readings}").format(readings=readings)


def _from_to(known: CostRange | MinutesRange) -> str:
    return f"{known.low:.0f}-{known.high:.0f}"


def _unknown(what: Unknown, tr: Translate) -> str:
    return tr(REASONS.get(what.reason, what.reason))


def _part_name(code: str, language: Language) -> str:
    component = components().get(code)
    return f"{component.name(language)} ({code})" if component else code


def _percent(share: float) -> str:
    if 0 < share < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"
