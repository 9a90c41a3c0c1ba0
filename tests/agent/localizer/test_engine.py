"""The engine agrees with exact inference, with published groups, and with itself in every order and form."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.localizer import Network, Readings, expected_bits, infer
from tests.agent.localizer.circuits import read_circuit, read_scenarios, smallest_groups, utility

FEW = settings(max_examples=40, deadline=None)


def golden(shared: Path, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((shared / "reference_inference" / "golden" / name).read_text())
    return loaded


def table(rows: list[list[float]], shape: tuple[int, int]) -> Any:
    full = np.zeros(shape)
    for cause, effect, share in rows:
        full[int(cause), int(effect)] = share
    return full


def drawn(seed: int, causes: int, effects: int, *, density: float = 0.3, masked: float = 0.0) -> Network:
    chance = np.random.default_rng(seed)
    shape = (causes, effects)
    links = chance.uniform(0.1, 0.95, shape) * (chance.random(shape) < density)
    masks = chance.uniform(0.2, 0.9, shape) * (chance.random(shape) < masked)
    return Network.of(chance.uniform(0.005, 0.2, causes), chance.uniform(0.001, 0.1, effects), links, masks)


def brute(network: Network, pairs: Any) -> Any:
    """All sets of causes, one by one."""
    count = len(network.log_odds)
    sets = np.array(list(product((False, True), repeat=count)))
    logs = sets @ network.log_odds + np.log(network.likelihood(sets, pairs)).sum(axis=1)
    weights = np.exp(logs - logs.max())
    return (weights / weights.sum()) @ sets


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["bn2o_n40m200", "bn2o_n30m150"])
def test_marginals_are_those_of_exact_inference(shared_dir: Path, name: str) -> None:
    data = golden(shared_dir, f"{name}.json")
    shape = (len(data["prior"]), len(data["leak"]))
    network = Network.of(data["prior"], data["leak"], table(data["links"], shape))
    for case in data["cases"]:
        pairs = np.ones((shape[1], 2))
        pairs[case["pos"]], pairs[case["neg"]] = (1, 0), (0, 1)
        assert np.abs(infer(network, pairs).marginals - case["marginals"]).max() < 1e-6


@pytest.mark.corpora
def test_masks_rank_as_exact_inference_on_a_network_that_is_no_noisy_or(shared_dir: Path) -> None:
    data = golden(shared_dir, "win95pts_cases.json")
    faults, same, right, exactly = data["fault_order"], 0, 0, 0
    for case in data["cases"]:
        compiled = data["compiled"][case["ctx"]]
        shape = (len(faults), len(compiled["leak"]))
        links, masks = table(compiled["s"], shape), table(compiled["mask"], shape)
        network = Network.of(data["prior"], compiled["leak"], links, masks)
        found = infer(network, [(1, 0) if seen else (0, 1) for seen in case["findings"]]).marginals
        exact = np.array(case["exact"])
        first, best = int(found.argmax()), int(exact.argmax())
        same += bool(exact[first] >= exact[best] - 1e-6)
        right += faults[first] in case["faults"]
        exactly += faults[best] in case["faults"]
    count = len(data["cases"])
    assert same / count >= 0.95
    assert right / count >= exactly / count - 0.03


@pytest.mark.corpora
def test_circuits_fall_into_their_published_groups(shared_dir: Path) -> None:
    folder = shared_dir / "reference_inference" / "dxc09"
    scores: dict[str, list[float]] = {}
    for path in sorted(folder.glob("*.xml")):
        circuit = read_circuit(path)
        for scene in read_scenarios(folder / path.stem):
            if scene.size > 3:
                continue
            found = smallest_groups(circuit, scene)
            if scene.size == 1:
                assert found == scene.groups
            scores.setdefault(path.stem, []).append(utility(found, scene.groups, len(circuit.kinds)))
    for name in {"74L85", "74283"} & set(scores):
        assert np.mean(scores[name]) >= 0.95


@FEW
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.3]), st.booleans())
def test_small_networks_are_exact_soft_or_hard_masked_or_not(seed: int, masked: float, soft: bool) -> None:
    network = drawn(seed, 7, 9, masked=masked)
    chance = np.random.default_rng(seed)
    seen = chance.random(9) < 0.4
    hard = np.where(seen[:, None], (1.0, 0.0), (0.0, 1.0))
    pairs = chance.uniform(0.02, 1.0, (9, 2)) if soft else hard
    assert np.abs(infer(network, pairs).marginals - brute(network, pairs)).max() < 1e-9


@FEW
@given(st.integers(0, 10_000))
def test_a_reading_that_says_nothing_changes_nothing(seed: int) -> None:
    network = drawn(seed, 8, 10, masked=0.2)
    pairs = np.random.default_rng(seed).uniform(0.05, 1.0, (10, 2))
    pairs[3:] = 1.0
    fewer = Network(network.log_odds, network.links[:, :3], network.leaks[:3], network.masks[:, :3])
    assert infer(network, pairs).marginals == pytest.approx(infer(fewer, pairs[:3]).marginals, abs=1e-12)
    assert infer(network, pairs * 7.0).marginals == pytest.approx(infer(network, pairs).marginals, abs=1e-12)


def test_the_same_question_has_the_same_answer_to_the_last_bit() -> None:
    network, pairs = drawn(3, 30, 60, masked=0.1), np.random.default_rng(3).uniform(0.05, 1.0, (60, 2))
    first, second = infer(network, pairs), infer(network, pairs)
    assert first.weights.tobytes() == second.weights.tobytes()
    assert first.marginals.tobytes() == second.marginals.tobytes()


def test_a_mask_keeps_what_is_hidden_from_exonerating() -> None:
    """A dead display hides what touch would show: nothing seen there says little against touch."""
    priors, links = [0.1, 0.1], [[0.9, 0.0], [0.0, 0.95]]
    hidden = Network.of(priors, [0.01, 0.01], links, [[0.0, 0.0], [0.97, 0.0]])
    open_ = Network.of(priors, [0.01, 0.01], links)
    pairs = [(0.1, 0.98), (0.95, 0.01)]
    assert infer(hidden, pairs).marginals[0] > 2 * infer(open_, pairs).marginals[0]


def test_impossible_readings_leave_finite_numbers() -> None:
    network = Network.of([1e-6, 0.5], [0.0, 0.0], [[1.0, 1.0], [0.0, 0.0]])
    found = infer(network, [(1, 0), (0, 1)])
    assert np.isfinite(found.marginals).all()
    assert found.weights.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("pairs", [[(0.0, 0.0)], [(-0.1, 1.0)], [(float("nan"), 1.0)], [(float("inf"), 1.0)]])
def test_a_pair_that_is_no_likelihood_is_refused(pairs: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="likelihood pair"):
        infer(Network.of([0.1], [0.1], [[0.5]]), pairs)


@pytest.mark.parametrize(("prior", "leak"), [(0.0, 0.1), (1.0, 0.1), (0.1, 1.1), (0.1, -0.1)])
def test_a_number_that_is_no_probability_is_refused(prior: float, leak: float) -> None:
    with pytest.raises(ValueError, match=r"prior|probability"):
        Network.of([prior], [leak], [[0.5]])


def test_no_effect_and_no_cause_are_no_trouble() -> None:
    assert infer(Network.of([0.2], [], np.zeros((1, 0))), np.zeros((0, 2))).marginals == pytest.approx([0.2])
    assert infer(Network.of([], [0.1], np.zeros((0, 1))), [(0.9, 0.1)]).nothing == pytest.approx(1.0)


@FEW
@given(st.integers(0, 10_000))
def test_expected_bits_are_the_mean_fall_of_the_entropy_of_all_sets(seed: int) -> None:
    network = drawn(seed, 5, 6, density=0.6, masked=0.2)
    chance = np.random.default_rng(seed)
    pairs = chance.uniform(0.1, 1.0, (6, 2))
    pairs[4:] = 1.0
    sets = np.array(list(product((False, True), repeat=5)))
    logs = sets @ network.log_odds + np.log(network.likelihood(sets, pairs)).sum(axis=1)
    share = np.exp(logs - logs.max())
    share /= share.sum()
    present = 0.01 + 0.89 * network.present(sets)[:, 4:]
    outcomes = np.array(list(product((0, 1), repeat=2)))
    joint = np.array([np.prod(np.where(bits, present, 1 - present), axis=1) for bits in outcomes]) * share
    mutual = -(joint.sum(1) * np.log2(joint.sum(1))).sum() - (share * np.log2(share)).sum()
    mutual += (joint * np.log2(joint)).sum()
    later = Network(network.log_odds, network.links[:, 4:], network.leaks[4:], network.masks[:, 4:])
    readings = Readings(later, np.full(2, 0.9), np.full(2, 0.01))
    posterior = infer(network, pairs)
    if not posterior.alone.any():
        assert expected_bits(posterior, readings, [[0, 1]])[0] == pytest.approx(mutual, abs=1e-4)
        single = expected_bits(posterior, readings, [[0], [1]])
        assert single.max() <= mutual + 1e-6
        assert single.sum() >= 0.0


@pytest.mark.slow
def test_a_bench_never_waits_for_the_arithmetic() -> None:
    """With a wide margin for a busy machine; the figures proper are those of benchmarks/bench_localizer.py."""
    hard, soft = drawn(1, 60, 400), drawn(1, 60, 400, masked=0.1)
    chance = np.random.default_rng(1)
    seen = chance.random(400) < hard.present(np.eye(1, 60, 7, dtype=np.bool_))[0]
    times = []
    for network, yes, no in ((hard, (1.0, 0.0), (0.0, 1.0)), (soft, (0.9, 0.02), (0.1, 0.98))):
        start = perf_counter()
        infer(network, np.where(seen[:, None], yes, no))
        times.append(perf_counter() - start)
    assert max(times) < 2.0
