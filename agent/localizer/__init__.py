"""From findings to the part: knowledge files, belief over causes, and the diagnosis. Never sees a phone."""

from agent.localizer._belief import Belief, Observation, believe
from agent.localizer._check import Problem
from agent.localizer._check import check as check_files
from agent.localizer._complaint import hear
from agent.localizer._conclude import RunFacts, believed, conclude
from agent.localizer._information import Readings, expected_bits
from agent.localizer._knowledge import Cause, Effect, Knowledge, knowledge_of, load_knowledge, p_fail, shipped_files
from agent.localizer._learn import ConfirmedRepair, Counts, Drift, count, drifts, proposal
from agent.localizer._matrix import Testability, as_csv, matrix, testability
from agent.localizer._noisy_or import Network, Posterior, infer
from agent.localizer._planner import Ranked, Step, cost_s, next_step, rank, settled
from agent.localizer._readings import readers
from agent.localizer._verdict import complained

__all__ = [
    "Belief",
    "Cause",
    "ConfirmedRepair",
    "Counts",
    "Drift",
    "Effect",
    "Knowledge",
    "Network",
    "Observation",
    "Posterior",
    "Problem",
    "Ranked",
    "Readings",
    "RunFacts",
    "Step",
    "Testability",
    "as_csv",
    "believe",
    "believed",
    "check_files",
    "complained",
    "conclude",
    "cost_s",
    "count",
    "drifts",
    "expected_bits",
    "hear",
    "infer",
    "knowledge_of",
    "load_knowledge",
    "matrix",
    "next_step",
    "p_fail",
    "proposal",
    "rank",
    "readers",
    "settled",
    "shipped_files",
    "testability",
]
