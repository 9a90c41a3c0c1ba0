"""Fit the group model of complaints to the open MobiFix records, and measure it.

``python -m docs.tools.complaint_groups RECORDS.csv`` writes the data file; ``... RECORDS.csv --folds 5`` measures by
cross-validation. Records: Open Repair Alliance, https://github.com/openrepair/data (quests/mobiles), CC BY-SA 4.0.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags

from probes.complaint import GroupModel, features, softmax

ROOT: Final = Path(__file__).resolve().parent.parent.parent
DATA: Final = ROOT / "probes" / "complaint" / "mobifix_groups.json"
GROUPS: Final = {
    "Access issue": "software_config",
    "Camera": "camera",
    "Charger": "charger",
    "Headphone jack": "headphone_jack",
    "Help/configuration": "software_config",
    "Internal damage": "main_board",
    "Liquid damage": "liquid",
    "Microphone": "microphone",
    "On/Off button": "keys",
    "Other buttons": "keys",
    "Performance": "software",
    "Power/battery": "battery_power",
    "Screen": "display_touch",
    "Sim card slot": "sim_reader",
    "Software issue": "software",
    "Software update": "software",
    "Speaker/amplifier": "speaker_earpiece",
    "Storage problem": "storage",
    "Stuck booting": "boot",
    "USB/charging port": "charging_port",
    "Volume buttons": "keys",
}
"""Fault type of the records to group. "Unknown" and "Other" say nothing; two types have too few records."""
_PENALTIES: Final = (0.05, 0.2)
_MIN_RECORDS: Final = 2
_STEPS: Final = 40
_ATTRIBUTION: Final = {
    "licence": "CC-BY-SA-4.0",
    "licence_url": "https://creativecommons.org/licenses/by-sa/4.0/",
    "attribution": "Fitted to MobiFix (quests/mobiles) of the Open Repair Alliance: The Restart Project, anstiftung, "
    "Repair Cafe International; https://github.com/openrepair/data",
    "changes": "The records were reduced to weights of pieces of words, by docs/tools/complaint_groups.py.",
}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """One record: its text and its group."""

    text: str
    group: str


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of the records whose group came first, or among the first three, when it was not fitted to them."""

    records: int
    groups: int
    top_1: float
    top_3: float
    majority: float


def read_cases(path: Path) -> tuple[Case, ...]:
    """The records that have one of the groups."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["problem"], GROUPS.get(row["fault_type"])) for row in csv.DictReader(file)]
    return tuple(Case(text, group) for text, group in rows if group)


def fit(cases: Sequence[Case], penalty: float) -> GroupModel:
    """Softmax regression with a ridge penalty."""
    bags = [_bag(case.text) for case in cases]
    counts = Counter(piece for bag in bags for piece in bag)
    pieces = sorted(piece for piece, count in counts.items() if count >= _MIN_RECORDS)
    column = {piece: number for number, piece in enumerate(pieces)}
    groups = tuple(sorted({case.group for case in cases}))
    wanted = np.array([groups.index(case.group) for case in cases])
    weights, bias = _minimised(_matrix(bags, column), np.eye(len(groups))[wanted], penalty)
    return GroupModel(groups, bias, {piece: weights[number] for piece, number in column.items()})


def cross_validate(cases: Sequence[Case], folds: int, seed: int) -> Score:
    """Fit to all folds but one and try that one; the penalty is chosen inside the folds that are fitted to."""
    order = np.random.default_rng(seed).permutation(len(cases))
    first = third = 0
    for number in range(folds):
        tried = [cases[row] for row in order[number::folds]]
        rest = [cases[row] for place, row in enumerate(order) if place % folds != number]
        model = fit(rest, choose_penalty(rest))
        for case in tried:
            ranked = [model.groups[row] for row in np.argsort(-model.shares(case.text), kind="stable")[:3]]
            first += case.group == ranked[0]
            third += case.group in ranked
    most = Counter(case.group for case in cases).most_common(1)[0][1]
    groups = len({case.group for case in cases})
    return Score(len(cases), groups, first / len(cases), third / len(cases), most / len(cases))


def choose_penalty(cases: Sequence[Case]) -> float:
    """The penalty that does best on every fourth record when it is fitted to the others."""
    held = [case for number, case in enumerate(cases) if number % 4 == 0]
    rest = [case for number, case in enumerate(cases) if number % 4]

    def loss(penalty: float) -> float:
        model = fit(rest, penalty)
        known = [(model.shares(case.text), case.group) for case in held if case.group in model.groups]
        return -float(np.mean([np.log(shares[model.groups.index(group)] + 1e-9) for shares, group in known]))

    return min(_PENALTIES, key=loss)


def as_data(model: GroupModel, records: int) -> dict[str, Any]:
    """The data file: weights in hundredths, as pairs of group number and weight; what rounds to nothing is left out."""
    rows = {piece: list(_pairs(weights)) for piece, weights in sorted(model.weights.items())}
    return {
        **_ATTRIBUTION,
        "records": records,
        "groups": list(model.groups),
        "bias": [round(float(value), 3) for value in model.bias],
        "weights": {piece: row for piece, row in rows.items() if row},
    }


def _pairs(weights: Floats) -> Iterator[int]:
    for number, weight in enumerate(weights):
        hundredths = round(float(weight) * 100)
        if abs(hundredths) >= 4:
            yield from (number, hundredths)


def _bag(text: str) -> frozenset[str]:
    return frozenset(piece for pieces in features(text).values() for piece in pieces)


def _matrix(bags: Sequence[frozenset[str]], column: dict[str, int]) -> Any:
    columns = [sorted(column[piece] for piece in bag if piece in column) for bag in bags]
    starts = np.cumsum([0, *(len(row) for row in columns)])
    shape = (len(bags), len(column))
    matrix = csr_matrix((np.ones(int(starts[-1])), np.concatenate(columns).astype(np.int64), starts), shape=shape)
    lengths = np.sqrt(np.maximum(1, np.diff(starts)))
    return (diags(1 / lengths) @ matrix).tocsr()


def _minimised(matrix: Any, wanted: Floats, penalty: float) -> tuple[Floats, Floats]:
    pieces, groups = matrix.shape[1], wanted.shape[1]
    turned = matrix.T.tocsr()

    def loss(values: Floats) -> tuple[float, Floats]:
        weights, bias = values[:-groups].reshape(pieces, groups), values[-groups:]
        shares = softmax(matrix @ weights + bias)
        missing = shares - wanted
        slope = np.concatenate([(turned @ missing + penalty * weights).ravel(), missing.sum(axis=0)])
        return float(-np.log((shares * wanted).sum(axis=1) + 1e-300).sum() + penalty / 2 * (weights**2).sum()), slope

    start = np.zeros(pieces * groups + groups)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    return found.x[:-groups].reshape(pieces, groups), found.x[-groups:]


def main() -> None:
    """Measure, or write the data file."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("records", type=Path)
    reader.add_argument("--folds", type=int, default=0)
    reader.add_argument("--seed", type=int, default=1)
    asked = reader.parse_args()
    cases = read_cases(asked.records)
    if asked.folds:
        print(cross_validate(cases, asked.folds, asked.seed))  # noqa: T201  this is a program
        return
    data = as_data(fit(cases, choose_penalty(cases)), len(cases))
    DATA.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
