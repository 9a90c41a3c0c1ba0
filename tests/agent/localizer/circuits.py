"""Circuits of the DXC'09 synthetic track as networks: gates are causes, wrong outputs are effects.

A gate that is broken may give anything, so it shows at the outputs that change when it is turned over.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.localizer import Network, infer

_KIND = re.compile(r"(and|or|nand|nor|xor|xnor|inverter|buffer)\d*")
_PAIR = re.compile(r"(\w+) = (true|false)")
_SCENE = re.compile(r"sensors @\d+ \{([^}]*)\}")
_GROUP = re.compile(r"\{\s*((?:gate\w+\s*,?\s*)+)\}")
_LOGIC: dict[str, Callable[[Sequence[bool]], bool]] = {
    "and": all,
    "or": any,
    "nand": lambda bits: not all(bits),
    "nor": lambda bits: not any(bits),
    "xor": lambda bits: sum(bits) % 2 == 1,
    "xnor": lambda bits: sum(bits) % 2 == 0,
    "inverter": lambda bits: not bits[0],
    "buffer": lambda bits: bits[0],
}


@dataclass(frozen=True)
class Scenario:
    inputs: dict[str, bool]
    outputs: dict[str, bool]
    groups: frozenset[frozenset[str]]
    size: int


@dataclass(frozen=True)
class Circuit:
    kinds: dict[str, str]
    drives: dict[str, str]
    feeds: dict[str, tuple[str, ...]]

    def values(self, inputs: Mapping[str, bool], flipped: str = "") -> dict[str, bool]:
        """The value of every node, with one gate turned over."""
        known = dict(inputs)

        def value(node: str) -> bool:
            if node not in known:
                gate = self.drives[node]
                bits = [value(feed) for feed in self.feeds[gate]]
                known[node] = _LOGIC[self.kinds[gate]](bits) ^ (gate == flipped)
            return known[node]

        for node in self.drives:
            value(node)
        return known


def read_circuit(path: Path) -> Circuit:
    root = ET.parse(path).getroot()  # noqa: S314  a file of the reference folder, not of a stranger
    space = root.tag.partition("}")[0] + "}"
    kinds: dict[str, str] = {}
    for part in root.iter(f"{space}component"):
        name, kind = part.findtext(f"{space}name", ""), part.findtext(f"{space}componentType", "")
        match = _KIND.fullmatch(kind)
        if match:
            kinds[name] = match[1]
    same: dict[str, str] = {}
    pairs = [
        (pair.findtext(f"{space}c1", ""), pair.findtext(f"{space}c2", "")) for pair in root.iter(f"{space}connection")
    ]
    drives: dict[str, str] = {}
    inputs: dict[str, dict[str, str]] = {}
    for one, other in pairs:
        pin, node = (one, other) if "." in one else (other, one)
        gate, _, leg = pin.partition(".")
        if not leg:
            same[one] = other
        elif leg == "o":
            drives[node] = gate
        else:
            inputs.setdefault(gate, {})[leg] = node
    feeds = {gate: tuple(legs[leg] for leg in sorted(legs)) for gate, legs in inputs.items()}
    return Circuit(kinds, drives, feeds)


def read_scenarios(folder: Path) -> Iterator[Scenario]:
    for path in sorted(folder.glob("*.scn")):
        text = path.read_text()
        seen = dict(_PAIR.findall(_SCENE.findall(text)[-1]))
        bits = {name: value == "true" for name, value in seen.items()}
        group = text[text.index("diagnoses") :]
        sets = frozenset(frozenset(re.findall(r"gate\w+", found)) for found in _GROUP.findall(group))
        yield Scenario(
            inputs={name: bit for name, bit in bits.items() if name.startswith("i")},
            outputs={name: bit for name, bit in bits.items() if name.startswith("o")},
            groups=sets,
            size=int(re.findall(r"minCardinality = (\d+)", text)[0]),
        )


def smallest_groups(circuit: Circuit, scene: Scenario) -> frozenset[frozenset[str]]:
    """The likeliest sets of gates: the smallest that explain what is seen."""
    gates, outputs = sorted(circuit.kinds), sorted(scene.outputs)
    right = circuit.values(scene.inputs)
    shows = np.zeros((len(gates), len(outputs)))
    for row, gate in enumerate(gates):
        turned = circuit.values(scene.inputs, gate)
        shows[row] = [turned[output] != right[output] for output in outputs]
    wrong = [scene.outputs[output] != right[output] for output in outputs]
    network = Network.of(np.full(len(gates), 1e-3), np.zeros(len(outputs)), shows)
    posterior = infer(network, [(1.0, 0.0) if bad else (0.0, 1.0) for bad in wrong], width=400, most=3)
    best = posterior.weights > 0.5 * posterior.weights.max()
    return frozenset(frozenset(np.array(gates)[row].tolist()) for row in posterior.members[best])


def utility(found: frozenset[frozenset[str]], truth: frozenset[frozenset[str]], parts: int) -> float:
    """The track's normalised utility of an ambiguity group: 1 for just the true one."""

    def one(guess: frozenset[str], real: frozenset[str]) -> float:
        false, missed, size = len(guess - real), len(real - guess), len(guess)
        rest = parts - size
        return 1.0 - false * (size + 1) / (parts * (false + 1)) - missed * (rest + 1) / (parts * (missed + 1))

    def mean(guesses: frozenset[frozenset[str]]) -> float:
        return float(np.mean([one(guess, real) for guess in guesses for real in truth]))

    return mean(found) / mean(truth)
