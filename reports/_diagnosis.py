"""The structured diagnosis: what the ticketing side consumes. Frozen, versioned, with a published JSON Schema."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

from probes import SOFTWARE, Evidence, ProbeResult, Record, Verdict
from reports._examples import example_of
from reports._reasoning import BenchCause, Choice, Contribution, Explanation, Residual, RootCause
from reports._repair import RepairPlan, Unknown
from reports.service._coverage import Coverage

Probability = Annotated[StrictFloat, Field(ge=0.0, le=1.0)]


class Conclusion(StrEnum):
    """What a run came to.

    ``CONFIGURATION`` is a setting that explains the complaint, or keeps a function from being tested.
    ``SUSPECT`` is one component that is likelier than not, but not sure enough to pull it.
    ``NO_FAULT_FOUND`` is earned by testing nearly everything; until then it is ``NOTHING_FOUND``.
    """

    PART = "part"
    SOFTWARE = "software"
    CONFIGURATION = "configuration"
    AMBIGUOUS = "ambiguous"
    SUSPECT = "suspect"
    NOTHING_FOUND = "nothing_found"
    NO_FAULT_FOUND = "no_fault_found"
    CANNOT_TELL = "cannot_tell"
    BENCH_TROUBLE = "bench_trouble"

    @property
    def exit_code(self) -> int:
        """Exit code of a command that ends with this."""
        return _EXIT_CODES[self]


NAMING = frozenset({Conclusion.PART, Conclusion.SOFTWARE, Conclusion.AMBIGUOUS, Conclusion.SUSPECT})
"""Conclusions that point at a component."""

_EXIT_CODES = {
    Conclusion.PART: 1,
    Conclusion.SOFTWARE: 1,
    Conclusion.CONFIGURATION: 1,
    Conclusion.AMBIGUOUS: 1,
    Conclusion.SUSPECT: 3,
    Conclusion.NOTHING_FOUND: 0,
    Conclusion.NO_FAULT_FOUND: 0,
    Conclusion.CANNOT_TELL: 3,
    Conclusion.BENCH_TROUBLE: 2,
}


class PhoneIdentity(Record):
    """Which phone it was, as the phone says; empty where it did not say."""

    serial: StrictStr = ""
    imei: StrictStr = ""
    brand: StrictStr = ""
    model: StrictStr = ""
    android_version: StrictStr = ""
    patch_level: StrictStr = ""
    build: StrictStr = ""


class Suspect(Record):
    """A component with the probability that it is (part of) the cause."""

    component: StrictStr
    function: StrictStr = ""
    cause: StrictStr
    probability: Probability
    contributions: tuple[Contribution, ...] = ()


class SettingFound(Record):
    """A setting that makes a healthy phone seem faulty: a remark, unless it explains or blocks something.

    Attributes:
        code: code of the finding.
        explains: symptom codes of the complaint that it explains.
        blocks: probes that were not run because of it.
    """

    code: StrictStr
    explains: tuple[StrictStr, ...] = ()
    blocks: tuple[StrictStr, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def matters(self) -> bool:
        """Whether it is more than a remark."""
        return bool(self.explains or self.blocks)


class NotTested(Record):
    """Something that this run says nothing about, and why."""

    what: StrictStr
    reason: StrictStr


def chief_of(conclusion: Conclusion, suspects: Sequence[Suspect]) -> Suspect | None:
    """The suspect that a conclusion speaks of: the likeliest; of those that are a part where one is to be replaced."""
    fitting = (one for one in suspects if conclusion is not Conclusion.PART or one.component != SOFTWARE)
    return next(fitting, suspects[0] if suspects else None)


class Diagnosis(Record):
    """Ranked components with probability and evidence, what was ruled out, what was not tested, what to do.

    Attributes:
        exposure: share of the known causes (weighted by how often they occur) that something in this run could have
            seen; 1 means everything was looked at.
        group: components of which one is the cause, where they cannot be told apart further.
        order: ticket of the order that the run was made for, empty where there was none.
        complaints: symptom codes that the customer's words stand for.
        settings: settings that were found unusual, those that matter first.
        not_reproduced: all that could cause the complaint was tested, and nothing of it was found.
        root_cause: what kind of trouble it is.
        explanation: why the first suspect and not its rival.
        bench: what of bench or environment explains findings.
        clash: effects whose readings contradict each other: no set of causes fits them.
        residual: what may still be wrong although nothing was found.
        choices: why which test was run next, where the run chose by itself.
        coverage: which of the five parts of the process standard were tested; absent in older records.
        warranty: facts for warranty rules; unknown until intake gives purchase date and inspection.
        results: every probe with its measurements, findings and recordings.
    """

    model_config = ConfigDict(json_schema_extra=example_of("diagnosis"))

    schema_version: Literal[1] = 1
    run_id: StrictStr
    created_at: AwareDatetime
    source: Literal["adb", "bugreport", "replay", "usb"]
    subject: StrictStr
    phone: PhoneIdentity
    conclusion: Conclusion
    suspects: tuple[Suspect, ...] = ()
    # younger than the first records of this version: left out where there is nothing to say
    order: StrictStr = Field(default="", exclude_if=operator.not_)
    complaints: tuple[StrictStr, ...] = Field(default=(), exclude_if=operator.not_)
    settings: tuple[SettingFound, ...] = Field(default=(), exclude_if=operator.not_)
    group: tuple[StrictStr, ...] = Field(default=(), exclude_if=operator.not_)
    not_reproduced: StrictBool = Field(default=False, exclude_if=operator.not_)
    root_cause: RootCause = Field(
        default=RootCause.UNDETERMINED, exclude_if=lambda kind: kind is RootCause.UNDETERMINED
    )
    explanation: Explanation | None = Field(default=None, exclude_if=operator.not_)
    bench: tuple[BenchCause, ...] = Field(default=(), exclude_if=operator.not_)
    clash: tuple[StrictStr, ...] = Field(default=(), exclude_if=operator.not_)
    residual: Residual | None = Field(default=None, exclude_if=operator.not_)
    choices: tuple[Choice, ...] = Field(default=(), exclude_if=operator.not_)
    no_fault_probability: Probability
    ruled_out: tuple[StrictStr, ...] = ()
    not_tested: tuple[NotTested, ...] = ()
    coverage: Coverage | None = Field(default=None, exclude_if=operator.not_)
    exposure: Probability
    plan: RepairPlan
    warranty: Unknown
    agent_version: StrictStr
    knowledge_sha256: StrictStr
    limits: StrictStr
    exchanges: Annotated[StrictInt, Field(ge=0)] = 0
    results: tuple[ProbeResult, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Diagnosis:
        names_a_part = self.conclusion in NAMING
        if names_a_part and not self.suspects:
            raise ValueError(f"the conclusion {self.conclusion} needs a suspect")
        if self.conclusion is Conclusion.CONFIGURATION and not any(one.matters for one in self.settings):
            raise ValueError("the conclusion configuration needs a setting that explains or blocks something")
        if not names_a_part and self.plan.parts:
            raise ValueError(f"the conclusion {self.conclusion} pulls no part")
        return self

    @property
    def chief(self) -> Suspect | None:
        """The suspect that the conclusion speaks of."""
        return chief_of(self.conclusion, self.suspects)

    @property
    def exit_code(self) -> int:
        """Exit code of a command that ends with this diagnosis."""
        code = self.conclusion.exit_code
        verdicts = {result.verdict for result in self.results}
        if code == 0 and Verdict.ERROR in verdicts:
            return 2
        return 3 if code == 0 and Verdict.INCONCLUSIVE in verdicts else code
