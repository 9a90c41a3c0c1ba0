"""Quality control after a repair: the complaint's checks and the main functions again, held against the intake run.

A record says passed only where nothing that is mandatory is missing. Signatures come later, to the same record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, ConfigDict, Field, StrictBool, StrictInt, StrictStr, model_validator

from probes import BadInput, Measurement, ProbeResult, Record, Value, Verdict, first_look
from reports._examples import example_of
from reports._work_order import IdentityMatch, Line, Story
from reports.service import Answer, Coverage, Signature, belongs, functions, symptom_words

_GOOD: Final = frozenset({Verdict.PASS, Verdict.MARGINAL})
_RANK: Final = {Verdict.FAIL: 0, Verdict.INCONCLUSIVE: 1, Verdict.MARGINAL: 2, Verdict.PASS: 3}
ORIGINAL: Final = "original"
"""Area of the complaint; one item a symptom, ``original.AUD-03``."""


OTHERS: Final = "others"
"""Item of all other checks that ran: what failed at intake, and whatever fails now."""


class QcState(StrEnum):
    """What one item of the control came to. Only ``PASSED`` lets a phone through."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"


class QcItem(Record):
    """One thing that must be in order.

    Attributes:
        name: ``calls``, ``network``, ``camera``, ``sound``, ``keys``, ``charging``, ``looks``, ``screws``,
            ``identity``, or ``original.CODE`` for a symptom of the complaint.
        probes: the checks that speak for it.
        answered_by: the person or robot who answered it, where no check could.
        reason: why it failed or is open.
    """

    name: StrictStr
    state: QcState
    probes: tuple[StrictStr, ...] = ()
    answered_by: StrictStr = ""
    reason: StrictStr = ""


class BeforeAfter(Record):
    """One measurement at intake and now."""

    probe: StrictStr
    name: StrictStr
    unit: StrictStr
    before: Value | None
    after: Value | None
    verdict_before: Verdict | None
    verdict_after: Verdict | None
    change: Literal["same", "moved", "better", "worse", "only_before", "only_after"]


class CosmeticDelta(Record):
    """A mark on the phone that was not there at intake, or one that is gone."""

    place: Line
    change: Literal["new", "gone", "unchanged"]
    photo_sha256: Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class QcAnswers(Record):
    """What a person or a robot answered where no check can: functions, looks and screws.

    Attributes:
        functions: by the name of the item.
        cosmetic: the looks held against the intake photos; None where nobody looked.
    """

    by: Line
    at: AwareDatetime
    functions: Mapping[StrictStr, Answer] = Field(default_factory=dict)
    cosmetic: tuple[CosmeticDelta, ...] | None = None
    screws_ok: Answer = Answer.UNKNOWN


class CrossCheck(Record):
    """The second engineer's signature, or why there is none."""

    signature: Signature | None = None
    waived_reason: Story = ""
    waived_by: StrictStr = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> CrossCheck:
        if (self.signature is None) != bool(self.waived_reason.strip() and self.waived_by.strip()):
            raise ValueError("a cross-check is a second signature, or a waiver with reason and name")
        return self


class QcRecord(Record):
    """The control of one repaired phone.

    Attributes:
        outcome: failed where one item failed, open where one is open, else passed.
        original_fault_cleared: whether everything the customer complained of is in order now.
        comparisons: every measurement of both runs.
        self_check, cross_check: signatures, a later state of the same record.
    """

    model_config = ConfigDict(json_schema_extra=example_of("qc_record"))

    schema_version: Literal[1] = 1
    ticket: StrictStr
    number: Annotated[StrictInt, Field(ge=1)]
    created_at: AwareDatetime
    run_before: StrictStr
    run_after: StrictStr
    unattended: StrictBool
    identity: IdentityMatch
    items: Annotated[tuple[QcItem, ...], Field(min_length=1)]
    outcome: QcState
    original_fault_cleared: Answer
    comparisons: tuple[BeforeAfter, ...] = ()
    cosmetic_delta: tuple[CosmeticDelta, ...] | None = None
    screws_ok: Answer = Answer.UNKNOWN
    coverage: Coverage
    self_check: Signature | None = None
    cross_check: CrossCheck | None = None

    @model_validator(mode="after")
    def _consistent(self) -> QcRecord:
        if self.outcome is not outcome_of(self.items):
            raise ValueError("the outcome is not that of the items")
        lacking = [name for name in mandatory(()) if name not in {item.name for item in self.items}]
        if lacking:
            raise ValueError(f"mandatory items are missing: {', '.join(lacking)}")
        second = self.cross_check.signature if self.cross_check else None
        if self.cross_check is not None and self.self_check is None:
            raise ValueError("the first engineer signs first")
        if second is not None and self.self_check is not None and same_person(second.by, self.self_check.by):
            raise ValueError("the second engineer must be another than the first")
        return self

    @property
    def exit_code(self) -> int:
        """0: everything mandatory passed and nothing is open; 1: something failed; 3: something is open."""
        return {QcState.PASSED: 0, QcState.FAILED: 1, QcState.OPEN: 3}[self.outcome]

    @property
    def is_signed_off(self) -> bool:
        """Whether the phone may go to the customer: passed, the right phone, and both have signed or it was waived."""
        passed = self.outcome is QcState.PASSED and self.identity is IdentityMatch.MATCH
        return passed and self.self_check is not None and self.cross_check is not None


def same_person(first: str, second: str) -> bool:
    """Whether two names are those of one person, but for case and spaces."""
    return " ".join(first.casefold().split()) == " ".join(second.casefold().split())


def mandatory(symptoms: Iterable[str]) -> tuple[str, ...]:
    """Names of the items that a control must have."""
    return ("identity", *(f"{ORIGINAL}.{code}" for code in symptoms), *functions(), OTHERS, "looks", "screws")


def words_of(item: str) -> tuple[str, ...]:
    """Words of the checks that speak for an item; nothing for what only people can tell."""
    area, _, code = item.partition(".")
    return symptom_words(code) if area == ORIGINAL else functions().get(item, ())


def wanted_probes(symptoms: Sequence[str], known: Iterable[str], again: Iterable[str]) -> tuple[str, ...]:
    """Ids of the checks that a control runs: identity, those of its items, and those that failed at intake."""
    words = {word for item in mandatory(symptoms) for word in words_of(item)} | {"identity"}
    repeated = set(again)
    return tuple(name for name in known if name in repeated or belongs(name, words))


def judge_items(
    symptoms: Sequence[str],
    results: Sequence[ProbeResult],
    identity: IdentityMatch,
    answers: QcAnswers | None,
    again: Iterable[str] = (),
) -> tuple[QcItem, ...]:
    """Put results and answers into items. What nobody and nothing answers is open, never passed.

    ``again`` are the checks that were not in order at intake: each must be so now.
    """
    names = mandatory(symptoms)
    words = {word for name in names for word in words_of(name)}
    rest = [one for one in results if not belongs(one.probe, words)]
    return tuple(
        _others(rest, frozenset(again)) if name == OTHERS else _item(name, results, identity, answers) for name in names
    )


def _others(rest: Sequence[ProbeResult], again: frozenset[str]) -> QcItem:
    ran = tuple(one.probe for one in rest)
    bad = next((one for one in rest if one.verdict is Verdict.FAIL), None)
    unsure = next((one for one in rest if one.verdict is Verdict.ERROR), None) or next(
        (one for one in rest if one.probe in again and one.verdict not in _GOOD), None
    )
    state = QcState.FAILED if bad else QcState.OPEN if unsure else QcState.PASSED
    guilty = bad or unsure
    return QcItem(name=OTHERS, state=state, probes=ran, reason=f"{guilty.probe}: {guilty.verdict}" if guilty else "")


def outcome_of(items: Iterable[QcItem]) -> QcState:
    """Failed where one failed, else open where one is open, else passed."""
    states = {item.state for item in items}
    if QcState.FAILED in states:
        return QcState.FAILED
    return QcState.OPEN if QcState.OPEN in states else QcState.PASSED


def cleared(items: Iterable[QcItem]) -> Answer:
    """Whether the complaint is gone: yes where each of its items passed, no where one failed."""
    states = {item.state for item in items if item.name.startswith(f"{ORIGINAL}.")}
    if QcState.FAILED in states:
        return Answer.NO
    return Answer.YES if states == {QcState.PASSED} else Answer.UNKNOWN


def _item(name: str, results: Sequence[ProbeResult], identity: IdentityMatch, answers: QcAnswers | None) -> QcItem:
    if name == "identity":
        states = {IdentityMatch.MATCH: QcState.PASSED, IdentityMatch.MISMATCH: QcState.FAILED}
        state = states.get(identity, QcState.OPEN)
        return QcItem(name=name, state=state, reason="" if state is QcState.PASSED else f"identity_{identity}")
    if name in {"looks", "screws"}:
        return _by_eye(name, answers)
    spoke = [one for one in results if belongs(one.probe, words_of(name)) and one.verdict is not Verdict.NOT_SUPPORTED]
    ran = tuple(one.probe for one in spoke)
    verdicts = {one.verdict for one in spoke}
    if Verdict.FAIL in verdicts:
        bad = next(one.probe for one in spoke if one.verdict is Verdict.FAIL)
        return QcItem(name=name, state=QcState.FAILED, probes=ran, reason=f"{bad}: fail")
    said = answers.functions.get(name, Answer.UNKNOWN) if answers else Answer.UNKNOWN
    if said is not Answer.UNKNOWN and answers is not None:
        state = QcState.PASSED if said is Answer.YES else QcState.FAILED
        why = "" if said is Answer.YES else "answered_no"
        return QcItem(name=name, state=state, probes=ran, answered_by=answers.by, reason=why)
    if spoke and verdicts <= _GOOD:
        return QcItem(name=name, state=QcState.PASSED, probes=ran)
    unsure = next((one for one in spoke if one.verdict not in _GOOD), None)
    reason = f"{unsure.probe}: {unsure.verdict}" if unsure else "no_check_ran"
    return QcItem(name=name, state=QcState.OPEN, probes=ran, reason=reason)


def _by_eye(name: str, answers: QcAnswers | None) -> QcItem:
    if answers is None:
        return QcItem(name=name, state=QcState.OPEN, reason="nobody_looked")
    if name == "screws":
        states = {Answer.YES: QcState.PASSED, Answer.NO: QcState.FAILED}
        state = states.get(answers.screws_ok, QcState.OPEN)
        reason = {QcState.FAILED: "screws_loose_or_missing", QcState.OPEN: "nobody_looked"}.get(state, "")
    elif answers.cosmetic is None:
        state, reason = QcState.OPEN, "nobody_looked"
    else:
        worse = any(one.change == "new" for one in answers.cosmetic)
        state, reason = (QcState.FAILED, "new_marks") if worse else (QcState.PASSED, "")
    return QcItem(name=name, state=state, answered_by=answers.by, reason=reason)


def compare_runs(before: Sequence[ProbeResult], after: Sequence[ProbeResult]) -> Iterator[BeforeAfter]:
    """Every measurement of two runs side by side, in the order of the checks."""
    old, new = _measured(before), _measured(after)
    for key in dict.fromkeys((*old, *new)):
        then, now = old.get(key), new.get(key)
        some = now or then
        if some is not None:
            yield BeforeAfter(
                probe=key[0],
                name=key[1],
                unit=str(some.unit),
                before=then.value if then else None,
                after=now.value if now else None,
                verdict_before=then.verdict if then else None,
                verdict_after=now.verdict if now else None,
                change=_change(then, now),
            )


def _change(
    then: Measurement | None, now: Measurement | None
) -> Literal["same", "moved", "better", "worse", "only_before", "only_after"]:
    if then is None:
        return "only_after"
    if now is None:
        return "only_before"
    first, second = _RANK.get(then.verdict), _RANK.get(now.verdict)
    if first is not None and second is not None and first != second:
        return "better" if second > first else "worse"
    return "same" if then.value == now.value else "moved"


def _measured(results: Iterable[ProbeResult]) -> dict[tuple[str, str], Measurement]:
    found: dict[tuple[str, str], Measurement] = {}
    for probe, taken in ((first_look(result.probe), taken) for result in results for taken in result.measurements):
        one = found.setdefault((probe, taken.name), taken)
        if _RANK.get(taken.verdict, len(_RANK)) < _RANK.get(one.verdict, len(_RANK)):  # of two looks the worse
            found[probe, taken.name] = taken
    return found


def sign_qc(record: QcRecord, signature: Signature) -> QcRecord:
    """Sign a control: the first signature is that of the one who did it, the second that of another engineer.

    Raises:
        BadInput: the control did not pass, the same engineer signs twice, or all have signed.
    """
    _may_be_signed(record)
    if record.self_check is None:
        return _signed(record, {"self_check": signature})
    if same_person(signature.by, record.self_check.by):
        raise BadInput("the first engineer cannot sign twice: another one signs, or --waive says why not", step="qc")
    return _signed(record, {"cross_check": CrossCheck(signature=signature)})


def waive_cross_check(record: QcRecord, *, by: str, reason: str) -> QcRecord:
    """Do without the second engineer, with the reason.

    Raises:
        BadInput: the control did not pass, the first engineer has not signed, or it needs none any more.
    """
    _may_be_signed(record)
    if record.self_check is None:
        raise BadInput("the first engineer signs before the second is waived", step="qc")
    if not reason.strip():
        raise BadInput("a waiver needs a reason", step="qc")
    return _signed(record, {"cross_check": CrossCheck(waived_reason=reason, waived_by=by)})


def _may_be_signed(record: QcRecord) -> None:
    if record.identity is not IdentityMatch.MATCH:
        raise BadInput(f"the identity of the phone is {record.identity}: it cannot be signed off", step="qc")
    if record.outcome is not QcState.PASSED:
        bad = ", ".join(item.name for item in record.items if item.state is not QcState.PASSED)
        raise BadInput(f"the control is {record.outcome} ({bad}): it cannot be signed off", step="qc")
    if record.cross_check is not None:
        raise BadInput("all who are to sign have signed", step="qc")


def _signed(record: QcRecord, update: dict[str, object]) -> QcRecord:
    return QcRecord.model_validate({**dict(record), **update})
