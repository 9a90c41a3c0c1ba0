"""From findings to the part: knowledge files, belief over causes, and the diagnosis. Never sees a phone.

What is named here is loaded when it is first asked for: who only wants the names of causes does not wait for numpy.
"""

import importlib
import typing

if typing.TYPE_CHECKING:
    from agent.localizer._belief import STRONG_HIT, Belief, Observation, believe
    from agent.localizer._check import Problem
    from agent.localizer._check import check as check_files
    from agent.localizer._complaint import hear
    from agent.localizer._conclude import RunFacts, believed, conclude
    from agent.localizer._information import Readings, expected_bits
    from agent.localizer._knowledge import (
        Cause,
        Effect,
        Knowledge,
        knowledge_of,
        load_knowledge,
        p_fail,
        shipped_files,
        used_files,
    )
    from agent.localizer._learn import ConfirmedRepair, Counts, Drift, count, drifts, proposal
    from agent.localizer._matrix import Testability, as_csv, matrix, testability
    from agent.localizer._noisy_or import Network, Posterior, infer
    from agent.localizer._planner import Ranked, Step, cost_s, in_doubt, next_step, rank, settled
    from agent.localizer._verdict import complained

__all__ = [
    "STRONG_HIT",
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
    "in_doubt",
    "infer",
    "knowledge_of",
    "load_knowledge",
    "matrix",
    "next_step",
    "p_fail",
    "proposal",
    "rank",
    "settled",
    "shipped_files",
    "testability",
    "used_files",
]

_HOMES: typing.Final = {
    "STRONG_HIT": ("_belief", "STRONG_HIT"),
    "Belief": ("_belief", "Belief"),
    "Cause": ("_knowledge", "Cause"),
    "ConfirmedRepair": ("_learn", "ConfirmedRepair"),
    "Counts": ("_learn", "Counts"),
    "Drift": ("_learn", "Drift"),
    "Effect": ("_knowledge", "Effect"),
    "Knowledge": ("_knowledge", "Knowledge"),
    "Network": ("_noisy_or", "Network"),
    "Observation": ("_belief", "Observation"),
    "Posterior": ("_noisy_or", "Posterior"),
    "Problem": ("_check", "Problem"),
    "Ranked": ("_planner", "Ranked"),
    "Readings": ("_information", "Readings"),
    "RunFacts": ("_conclude", "RunFacts"),
    "Step": ("_planner", "Step"),
    "Testability": ("_matrix", "Testability"),
    "as_csv": ("_matrix", "as_csv"),
    "believe": ("_belief", "believe"),
    "believed": ("_conclude", "believed"),
    "check_files": ("_check", "check"),
    "complained": ("_verdict", "complained"),
    "conclude": ("_conclude", "conclude"),
    "cost_s": ("_planner", "cost_s"),
    "count": ("_learn", "count"),
    "drifts": ("_learn", "drifts"),
    "expected_bits": ("_information", "expected_bits"),
    "hear": ("_complaint", "hear"),
    "in_doubt": ("_planner", "in_doubt"),
    "infer": ("_noisy_or", "infer"),
    "knowledge_of": ("_knowledge", "knowledge_of"),
    "load_knowledge": ("_knowledge", "load_knowledge"),
    "matrix": ("_matrix", "matrix"),
    "next_step": ("_planner", "next_step"),
    "p_fail": ("_knowledge", "p_fail"),
    "proposal": ("_learn", "proposal"),
    "rank": ("_planner", "rank"),
    "settled": ("_planner", "settled"),
    "shipped_files": ("_knowledge", "shipped_files"),
    "testability": ("_matrix", "testability"),
    "used_files": ("_knowledge", "used_files"),
}
"""Module and name of each public name; where a name is missing, importing it fails as usual."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, real = _HOMES[name]
    found: object = getattr(importlib.import_module(f"{__name__}.{module}"), real)
    globals()[name] = found
    return found
