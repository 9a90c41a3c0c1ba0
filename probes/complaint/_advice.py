"""What to tell a customer from afar: steps to try, which service mode, what to ask next. Data, with both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import ConfigDict, Field, StrictStr, model_validator

from probes._catalogue import symptoms
from probes._limits import Record


class Wording(Record):
    """A text in two languages."""

    zh: StrictStr
    en: StrictStr


class Question(Wording):
    """A question that tells symptoms apart.

    Attributes:
        between: the symptoms that it tells apart; empty for the question that is always possible.
    """

    between: tuple[StrictStr, ...] = ()


class Advice(Record):
    """What to do about a symptom before anything was measured.

    Attributes:
        kind: what it usually is: software, hardware, or not known.
        mode: the service mode where the steps do not help; ``none`` where no service is needed.
        reason: id of the reason for the mode.
        steps: ids of the steps, in the order in which a customer tries them.
    """

    model_config = ConfigDict(populate_by_name=True)

    kind: Literal["sw", "hw", "unknown"] = Field(alias="class")
    mode: Literal["carry_in", "mail_in", "on_site", "none"]
    reason: StrictStr
    steps: tuple[StrictStr, ...]


class AdviceBook(Record):
    """All advice: texts by id, and what belongs to each symptom."""

    step: dict[StrictStr, Wording]
    reason: dict[StrictStr, Wording]
    question: dict[StrictStr, Question]
    symptom: dict[StrictStr, Advice]

    @model_validator(mode="after")
    def _holds_together(self) -> AdviceBook:
        if set(self.symptom) != set(symptoms()):
            raise ValueError(f"advice is missing, or for no symptom: {sorted(set(self.symptom) ^ set(symptoms()))}")
        for code, one in self.symptom.items():
            unknown = (set(one.steps) - set(self.step)) | ({one.reason} - set(self.reason))
            if unknown:
                raise ValueError(f"advice for {code} names unknown texts: {sorted(unknown)}")
        strange = {code for one in self.question.values() for code in one.between} - set(symptoms())
        if strange:
            raise ValueError(f"questions name unknown symptoms: {sorted(strange)}")
        return self

    def question_for(self, codes: Sequence[str]) -> str:
        """Id of the question that tells the likeliest symptom from the next ones best."""
        if not codes:
            return "what"
        fitting = {
            name: sum(code in one.between for code in codes)
            for name, one in self.question.items()
            if codes[0] in one.between
        }
        best = max(fitting, key=lambda name: fitting[name], default="when")
        return best if len(codes) == 1 or fitting.get(best, 0) > 1 else "when"


@cache
def advice() -> AdviceBook:
    """The advice that ships with us."""
    text = resources.files("probes.complaint").joinpath("advice.toml").read_text(encoding="utf-8")
    return AdviceBook.model_validate(tomllib.loads(text))
