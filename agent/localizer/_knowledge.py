"""What a repair engineer knows, as data: causes, the effects they have, and which probe can see an effect.

Links between cause and effect are written in words. A word stands for a probability: of 100 phones with only this
cause, so many show the effect. The leak is included (Henrion's form); it is converted to a noisy-OR link when used.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from functools import cache
from importlib import resources
from math import pow as power
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, StrictFloat, StrictStr, ValidationError, model_validator

from agent.localizer._actions import Opening, PriceList, RepairAction, Source
from agent.localizer._tables import merged, parsed
from probes import BadInput, Record, components, show

Word = Literal["always", "usually", "often", "sometimes", "rarely"]
P_FAIL: Final[dict[Word, float]] = {"always": 0.97, "usually": 0.85, "often": 0.6, "sometimes": 0.3, "rarely": 0.08}
SymptomCode = Annotated[StrictStr, Field(pattern=r"^[A-Z]{2,4}-\d{2}$")]
Share = Annotated[StrictFloat, Field(gt=0.0, lt=1.0)]
_EVEN: Final = 0.5
PRICES: Final = "PHONEBENCH_PRICES"
"""Names the shop's own price list."""
Link = Word | Share
"""How often a cause shows an effect, leak included: a word, or the share itself."""


def p_fail(link: Link) -> float:
    """Share of phones with only this cause that show the effect.

    >>> p_fail("often"), p_fail(0.42)
    (0.6, 0.42)
    """
    return link if isinstance(link, float) else P_FAIL[link]


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
    source: Source
    en: StrictStr
    zh: StrictStr


class Graded(Record):
    """A measurement that fades from good to bad: halfway it says nothing, at either end all that it can."""

    good: StrictFloat
    bad: StrictFloat

    @model_validator(mode="after")
    def _apart(self) -> Graded:
        if self.good == self.bad:
            raise ValueError("good and bad have to differ")
        return self


class Intermittent(Record):
    """How a cause comes and goes.

    Attributes:
        share: share of its cases that are not there all the time.
        activation: how often such a case is there when somebody looks; equally likely.
    """

    share: Share
    activation: Annotated[tuple[Share, ...], Field(min_length=1)] = (0.05, 0.2, 0.6)
    source: Source


class Context(Record):
    """What is known of a phone before it is tested; it moves the prior odds of causes and nothing else.

    Attributes:
        odds: factor on the prior odds, by cause or by component.
        models: patterns of model names that it holds for by itself.
        human_damage: whether a part that breaks so is damage by its owner.
    """

    odds: dict[StrictStr, Annotated[StrictFloat, Field(gt=0.0, le=1000.0)]] = Field(min_length=1)
    models: tuple[StrictStr, ...] = ()
    human_damage: bool = False
    source: Source
    en: StrictStr
    zh: StrictStr


class Shop(Record):
    """What is known of the phones that come to this bench as a whole.

    Attributes:
        no_fault_ratio: share of them that have nothing wrong, where the shop has counted it; priors that leave fewer
            are scaled down to it.
    """

    no_fault_ratio: Share | None = None
    source: Source = "not counted"

    @model_validator(mode="after")
    def _counted(self) -> Shop:
        if self.no_fault_ratio is not None and "source" not in self.model_fields_set:
            raise ValueError("a share that was counted needs its source")
        return self


def _sharpened(probability: float, factor: float) -> float:
    if probability <= _EVEN:
        return probability
    return 1.0 / (1.0 + power((1.0 - probability) / probability, factor))


class Calibration(Record):
    """How what is believed is told, so that of a hundred parts told at 80 % eighty are broken.

    Attributes:
        sharpness: factor on the log odds of a part that is likelier broken than not, the inverse of a temperature (Guo
            et al. 2017, "On Calibration of Modern Neural Networks"); above 1 where the diagnosis was right more often
            than it said. It changes no order, and rivals stay what they are.
    """

    sharpness: Annotated[StrictFloat, Field(ge=0.1, le=10.0)]
    source: Source

    def told(self, probability: float) -> float:
        """What is told of a part that is believed to be broken with this probability.

        >>> told = Calibration(sharpness=2.0, source="an example").told
        >>> told(0.3), told(0.5), round(told(0.75), 3), told(1.0)
        (0.3, 0.5, 0.9, 1.0)
        """
        return _sharpened(probability, self.sharpness)

    def believed(self, told: float) -> float:
        """The probability that this is told of."""
        return _sharpened(told, 1.0 / self.sharpness)


class Effect(Record):
    """Something that can be seen; its id is the code of the finding.

    Attributes:
        leak: how often it is seen although none of its causes is there.
        false_alarm: how often a strong reading says so although it is not there: a log line more often than a number.
        read_by: ``probe`` or ``probe:measurement`` ids that would have seen it; when one of them was judged and the
            finding is not there, its absence counts.
        masked_by: causes that hide it, and how often: a dead display hides what touch would show.
        graded: measurements (``probe:measurement``) that speak by how far they are, not only by their limit.
    """

    leak: Share
    false_alarm: Annotated[StrictFloat, Field(gt=0.0, le=0.05)] = 0.01
    caused_by: dict[StrictStr, Link] = Field(min_length=1)
    masked_by: dict[StrictStr, Link] = Field(default_factory=dict)
    read_by: tuple[StrictStr, ...] = ()
    graded: dict[StrictStr, Graded] = Field(default_factory=dict)
    source: Source
    en: StrictStr
    zh: StrictStr

    @property
    def readers(self) -> tuple[str, ...]:
        """Ids of the probes that can see it."""
        return tuple(dict.fromkeys(reader.partition(":")[0] for reader in self.read_by))


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
    complaints: dict[SymptomCode, dict[StrictStr, Link]] = Field(default_factory=dict)
    intermittent: dict[StrictStr, Intermittent] = Field(default_factory=dict)
    contexts: dict[StrictStr, Context] = Field(default_factory=dict)
    actions: dict[StrictStr, RepairAction] = Field(default_factory=dict)
    openings: dict[StrictStr, Opening] = Field(default_factory=dict)
    prices: dict[StrictStr, PriceList] = Field(default_factory=dict)
    shop: Shop = Field(default_factory=Shop)
    calibration: Calibration = Calibration(sharpness=1.0, source="not calibrated: told as it was weighed")
    sha256: StrictStr

    @model_validator(mode="after")
    def _holds_together(self) -> Knowledge:
        unknown_parts = {cause.component for cause in self.causes.values()} - set(components())
        if unknown_parts:
            raise ValueError(f"components that the catalogue does not have: {sorted(unknown_parts)}")
        caused: set[str] = set()
        for code, effect in self.effects.items():
            unknown = (set(effect.caused_by) | set(effect.masked_by)) - set(self.causes)
            if unknown:
                raise ValueError(f"effect {code} names unknown causes: {sorted(unknown)}")
            weakest = min(p_fail(link) for link in effect.caused_by.values())
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
    """Read and check the knowledge files that ship with the agent, with the shop's price list in place of ours.

    Raises:
        BadInput: a file is not valid; says which.
    """
    return knowledge_of(used_files())


def used_files() -> dict[str, bytes]:
    """The knowledge files that ship, with the shop's price list under its own name in place of ours.

    Raises:
        BadInput: the price list cannot be read.
    """
    files = shipped_files()
    prices = os.environ.get(PRICES)
    if prices:
        del files["prices.toml"]
        try:
            files[show(prices, 100)] = Path(prices).read_bytes()
        except OSError as error:
            raise BadInput(f"cannot read the price list {show(prices, 100)}: {error.strerror}") from error
    return files


def shipped_files() -> dict[str, bytes]:
    """The knowledge files that ship, by name."""
    folder = resources.files("agent.knowledge")
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    return {file.name: file.read_bytes() for file in files}


def knowledge_of(files: Mapping[str, bytes]) -> Knowledge:
    """Put knowledge files together.

    Raises:
        BadInput: a file is not valid; says which.
    """
    digest = hashlib.sha256()
    for raw in files.values():
        digest.update(raw)
    tables = merged({name: parsed(name, raw) for name, raw in files.items()})
    try:
        return Knowledge.model_validate({**tables, "sha256": digest.hexdigest()})
    except ValidationError as error:
        first = error.errors()[0]
        where = show(".".join(str(part) for part in first["loc"]), 100)
        raise BadInput(
            f"knowledge is not valid at {where}: {first['msg']}; `phonebench knowledge check` lists everything"
        ) from error
