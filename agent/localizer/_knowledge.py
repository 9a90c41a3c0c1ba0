"""What a repair engineer knows, as data: causes, the effects they have, and which probe can see an effect.

Links between cause and effect are written in words. A word stands for a probability: of 100 phones with only this
cause, so many show the effect. The leak is included (Henrion's form); it is converted to a noisy-OR link when used.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from importlib import resources
from typing import Annotated, Final, Literal

from pydantic import Field, StrictFloat, StrictStr, ValidationError, model_validator

from probes import BadInput, Record, components

Word = Literal["always", "usually", "often", "sometimes", "rarely"]
P_FAIL: Final[dict[Word, float]] = {"always": 0.97, "usually": 0.85, "often": 0.6, "sometimes": 0.3, "rarely": 0.08}
SymptomCode = Annotated[StrictStr, Field(pattern=r"^[A-Z]{2,4}-\d{2}$")]
Share = Annotated[StrictFloat, Field(gt=0.0, lt=1.0)]


class Cause(Record):
    """Something that can be wrong.

    Attributes:
        symptoms: what a customer says of it, by the codes of the catalogue.
        kind: ``part`` and ``software`` can be concluded; ``nuisance`` (bench, environment, calibration) only explains.
        prior: share of phones on the bench that have it.
        source: where the prior comes from.
    """

    component: StrictStr
    kind: Literal["part", "software", "nuisance"]
    function: StrictStr = ""
    symptoms: tuple[SymptomCode, ...] = ()
    prior: Share
    source: Annotated[StrictStr, Field(min_length=1)]
    en: StrictStr
    zh: StrictStr


class Effect(Record):
    """Something that can be seen; its id is the code of the finding.

    Attributes:
        leak: how often it is seen although none of its causes is there.
        false_alarm: how often a strong reading says so although it is not there: a log line more often than a number.
        read_by: ``probe`` or ``probe:measurement`` ids that would have seen it; when one of them was judged and the
            finding is not there, its absence counts.
    """

    leak: Share
    false_alarm: Annotated[StrictFloat, Field(gt=0.0, le=0.05)] = 0.01
    caused_by: dict[StrictStr, Word] = Field(min_length=1)
    read_by: tuple[StrictStr, ...] = ()
    source: Annotated[StrictStr, Field(min_length=1)]
    en: StrictStr
    zh: StrictStr


class Setting(Record):
    """A setting that makes a healthy phone seem faulty; its id is the code of the finding.

    Attributes:
        symptoms: what a customer says of it, by the codes of the catalogue.
        cure_en, cure_zh: what to change, as an order to whoever holds the phone.
    """

    symptoms: tuple[SymptomCode, ...] = Field(min_length=1)
    cure_en: StrictStr
    cure_zh: StrictStr
    en: StrictStr
    zh: StrictStr


class Knowledge(Record):
    """All knowledge files together.

    Attributes:
        complaints: for a symptom, the causes that customers say it of, and how often they do.
    """

    causes: dict[StrictStr, Cause]
    effects: dict[StrictStr, Effect]
    settings: dict[StrictStr, Setting] = Field(default_factory=dict)
    complaints: dict[SymptomCode, dict[StrictStr, Word]] = Field(default_factory=dict)
    sha256: StrictStr

    @model_validator(mode="after")
    def _holds_together(self) -> Knowledge:
        unknown_parts = {cause.component for cause in self.causes.values()} - set(components())
        if unknown_parts:
            raise ValueError(f"components that the catalogue does not have: {sorted(unknown_parts)}")
        caused: set[str] = set()
        for code, effect in self.effects.items():
            unknown = set(effect.caused_by) - set(self.causes)
            if unknown:
                raise ValueError(f"effect {code} names unknown causes: {sorted(unknown)}")
            weakest = min(P_FAIL[word] for word in effect.caused_by.values())
            if weakest <= effect.leak:
                raise ValueError(f"effect {code}: its leak {effect.leak} is not below its weakest cause")
            caused |= set(effect.caused_by)
        complained = {name for links in self.complaints.values() for name in links} - set(self.causes)
        if complained:
            raise ValueError(f"complaints name unknown causes: {sorted(complained)}")
        mute = set(self.causes) - caused
        if mute:
            raise ValueError(f"causes without any effect: {sorted(mute)}")
        return self


@cache
def load_knowledge() -> Knowledge:
    """Read and check the knowledge files that ship with the agent.

    Raises:
        BadInput: a file is not valid; says which.
    """
    digest = hashlib.sha256()
    causes: dict[str, object] = {}
    effects: dict[str, object] = {}
    settings: dict[str, object] = {}
    complaints: dict[str, object] = {}
    folder = resources.files("agent.knowledge")
    for file in sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name):
        raw = file.read_bytes()
        digest.update(raw)
        try:
            data = tomllib.loads(raw.decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadInput(f"knowledge file {file.name}: {error}") from error
        for into, name in ((causes, "cause"), (effects, "effect"), (settings, "setting"), (complaints, "complaint")):
            table = data.get(name, {})
            twice = set(into) & set(table)
            if twice:
                raise BadInput(f"knowledge file {file.name} defines again: {sorted(twice)}")
            into.update(table)
    try:
        return Knowledge.model_validate(
            {
                "causes": causes,
                "effects": effects,
                "settings": settings,
                "complaints": complaints,
                "sha256": digest.hexdigest(),
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"knowledge is not valid at {where}: {first['msg']}") from error
