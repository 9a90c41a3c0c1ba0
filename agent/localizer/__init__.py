"""From findings to the part: knowledge files, belief over causes, and the diagnosis. Never sees a phone."""

from agent.localizer._belief import Belief, Observation, believe
from agent.localizer._complaint import hear
from agent.localizer._conclude import RunFacts, conclude
from agent.localizer._knowledge import Cause, Effect, Knowledge, load_knowledge

__all__ = [
    "Belief",
    "Cause",
    "Effect",
    "Knowledge",
    "Observation",
    "RunFacts",
    "believe",
    "conclude",
    "hear",
    "load_knowledge",
]
