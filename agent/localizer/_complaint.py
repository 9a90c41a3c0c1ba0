"""What the customer says, as evidence: it shifts the belief between causes, and never names a part by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agent.localizer._belief import Observation
from agent.localizer._knowledge import Effect, Knowledge, Link
from probes import Strength, symptoms

PREFIX: Final = "complaint."
# Share of phones on the bench that come with a complaint although no cause of it is there: our own estimate (prior).
_LEAK: Final = 0.03
# How often a customer with a cause that lists the symptom says it: our own estimate (prior).
_LISTED: Final[Link] = "often"


def hear(knowledge: Knowledge, complaints: Sequence[str]) -> tuple[Knowledge, list[Observation]]:
    """The knowledge with what the complaints speak for, and the complaints as observations.

    A complaint may be misread, so it is a moderate reading; one that speaks for no known cause is left out.
    """
    effects: dict[str, Effect] = {}
    for code in dict.fromkeys(complaints):
        listed: dict[str, Link] = {
            name: _LISTED for name, cause in knowledge.causes.items() if code in cause.symptoms
        } | knowledge.complaints.get(code, {})
        row = symptoms().get(code)
        if listed and row is not None:
            effects[f"{PREFIX}{code}"] = Effect(
                leak=_LEAK, caused_by=dict(listed), source="agent/knowledge/complaints.toml", en=row.en, zh=row.zh
            )
    widened = knowledge.model_copy(update={"effects": {**knowledge.effects, **effects}})
    return widened, [Observation(effect=code, seen=Strength.MODERATE) for code in effects]
