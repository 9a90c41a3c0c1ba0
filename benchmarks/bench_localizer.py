"""The localizer's arithmetic: posterior and next test at bench size, and beside peers where they are installed.

Peers run in a process of their own with 60 s and 4 GB for all their cases, in their helped form: negative readings are
folded into the priors by us and only positive ones given, which neither does by itself. "over the limit" is a result.

Run: python benchmarks/bench_localizer.py
"""

from __future__ import annotations

import importlib
import importlib.util
import resource
import statistics
import subprocess
import sys
from itertools import combinations
from time import perf_counter
from typing import Any, Final

import numpy as np

from agent.localizer import Network, Readings, expected_bits, infer

_CASES: Final = 12
_LIMIT_S: Final = 60
_LIMIT_BYTES: Final = 4 << 30
_PEERS: Final = ("pyagrum", "pgmpy")


def drawn(chance: np.random.Generator, causes: int, effects: int, *, masked: bool) -> Network:
    """A network as dense as those of the literature: an effect has a fifth of the causes."""
    shape = (causes, effects)
    links = chance.uniform(0.1, 0.9, shape) * (chance.random(shape) < 0.1)
    masks = chance.uniform(0.1, 0.9, shape) * (chance.random(shape) < 0.05) if masked else None
    return Network.of(chance.uniform(0.005, 0.05, causes), chance.uniform(0.005, 0.02, effects), links, masks)


def case(chance: np.random.Generator, network: Network) -> Any:
    """Which effects are there with one to three causes."""
    there = np.zeros((1, len(network.log_odds)), dtype=np.bool_)
    there[0, chance.choice(len(network.log_odds), chance.integers(1, 4), replace=False)] = True
    return chance.random(len(network.leaks)) < network.present(there)[0]


def ours(title: str, network: Network, yes: tuple[float, float], no: tuple[float, float]) -> None:
    chance = np.random.default_rng(7)
    times = []
    for _ in range(_CASES):
        pairs = np.where(case(chance, network)[:, None], yes, no)
        start = perf_counter()
        infer(network, pairs)
        times.append(1e3 * (perf_counter() - start))
    print(f"{title}: median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms")


def next_test(network: Network, read: int) -> None:
    """How long it takes to weigh every reading that was not taken, after some that were."""
    chance = np.random.default_rng(8)
    rest = np.arange(read, len(network.leaks))
    later = Network(network.log_odds, network.links[:, rest], network.leaks[rest], network.masks[:, rest])
    readings = Readings(later, np.full(len(rest), 0.9), np.full(len(rest), 0.01))
    times = []
    for _ in range(_CASES):
        pairs = np.where(case(chance, network)[:, None], (0.9, 0.02), (0.1, 0.98))
        pairs[read:] = 1.0
        posterior = infer(network, pairs)
        start = perf_counter()
        expected_bits(posterior, readings, [[number] for number in range(len(rest))])
        times.append(1e3 * (perf_counter() - start))
    worst = max(times)
    print(f"next test of {len(rest)} after {read}: median {statistics.median(times):.1f} ms, worst {worst:.1f} ms")


def folded(network: Network, seen: Any) -> tuple[Any, Any]:
    """Priors with the negative readings in them, and the numbers of the positive ones."""
    odds = network.log_odds + np.log1p(-network.links[:, ~seen]).sum(axis=1)
    return 1.0 / (1.0 + np.exp(-odds)), np.flatnonzero(seen)


def peer(name: str) -> None:
    """In a process of its own: the same cases, by a library of Bayesian networks."""
    resource.setrlimit(resource.RLIMIT_AS, (_LIMIT_BYTES, _LIMIT_BYTES))
    chance = np.random.default_rng(7)
    network = drawn(np.random.default_rng(1), 40, 200, masked=False)
    solve = _pyagrum if name == "pyagrum" else _pgmpy
    times, worst = [], 0.0
    for _ in range(_CASES):
        seen = case(chance, network)
        start = perf_counter()
        marginals = solve(network, *folded(network, seen))
        times.append(1e3 * (perf_counter() - start))
        exact = infer(network, np.where(seen[:, None], (1.0, 0.0), (0.0, 1.0))).marginals
        worst = max(worst, float(np.abs(exact - marginals).max()))
    middle, slowest = statistics.median(times), max(times)
    print(f"{name} at 40 x 200: median {middle:.1f} ms, worst {slowest:.1f} ms, we differ by {worst:.1e}")


def _pyagrum(network: Network, priors: Any, positive: Any) -> Any:
    gum: Any = importlib.import_module("pyagrum")
    net = gum.BayesNet()
    causes = [net.add(gum.LabelizedVariable(f"c{row}", "", 2)) for row in range(len(priors))]
    for node, prior in zip(causes, priors, strict=True):
        net.cpt(node).fillWith([1.0 - prior, prior])
    for column in positive:
        effect = net.addNoisyORNet(gum.LabelizedVariable(f"e{column}", "", 2), float(network.leaks[column]))
        for row in np.flatnonzero(network.links[:, column]):
            net.addWeightedArc(causes[row], effect, float(network.links[row, column]))
    engine = gum.LazyPropagation(net)
    engine.setEvidence({f"e{column}": 1 for column in positive})
    engine.makeInference()
    return np.array([engine.posterior(node)[1] for node in causes])


def _pgmpy(network: Network, priors: Any, positive: Any) -> Any:
    factor_of: Any = importlib.import_module("pgmpy.factors.discrete").DiscreteFactor
    graph: Any = importlib.import_module("pgmpy.models").DiscreteMarkovNetwork()
    names = [f"c{row}" for row in range(len(priors))]
    graph.add_nodes_from(names)
    factors = [factor_of([name], [2], [1.0 - prior, prior]) for name, prior in zip(names, priors, strict=True)]
    for column in positive:
        rows = np.flatnonzero(network.links[:, column])
        if not len(rows):  # a leak of its own says nothing of any cause
            continue
        states = np.indices((2,) * len(rows)).reshape(len(rows), -1)
        quiet = (1.0 - network.leaks[column]) * np.prod((1.0 - network.links[rows, column])[:, None] ** states, axis=0)
        factors.append(factor_of([names[row] for row in rows], [2] * len(rows), 1.0 - quiet))
    for factor in factors:
        graph.add_edges_from(combinations(factor.variables, 2))
    graph.add_factors(*factors)
    engine: Any = importlib.import_module("pgmpy.inference").VariableElimination(graph)
    found = np.array([engine.query([name], show_progress=False).values for name in names])
    return found[:, 1] / found.sum(axis=1)  # it leaves the weight of what was seen in them


def main() -> int:
    chance = np.random.default_rng(1)
    hard, soft = drawn(chance, 60, 400, masked=False), drawn(chance, 60, 400, masked=True)
    ours("posterior at 60 x 400", hard, (1.0, 0.0), (0.0, 1.0))
    ours("posterior at 60 x 400, every effect soft and masked", soft, (0.9, 0.02), (0.1, 0.98))
    ours("posterior at 40 x 200", drawn(np.random.default_rng(1), 40, 200, masked=False), (1.0, 0.0), (0.0, 1.0))
    for read in (0, 30, 200):
        next_test(hard, read)
    for name in _PEERS:
        if importlib.util.find_spec(name) is None:
            print(f"{name} at 40 x 200: not installed")
            continue
        try:
            done = subprocess.run(
                [sys.executable, __file__, name], timeout=_LIMIT_S, capture_output=True, text=True, check=True
            )
            print(done.stdout.strip())
        except subprocess.SubprocessError:
            print(f"{name} at 40 x 200: over the limit of {_LIMIT_S} s or {_LIMIT_BYTES >> 30} GB")
    return 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        peer(sys.argv[1])
    else:
        sys.exit(main())
