"""The weights that are fitted to open repair records: their licence, and how good they are on records not fitted to."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np

from docs.tools.complaint_groups import DATA, cross_validate, read_cases
from probes.complaint import load_group_model, read_complaint


def test_the_data_file_says_whose_it_is_and_under_which_licence() -> None:
    data = json.loads(DATA.read_text(encoding="utf-8"))
    assert data["licence"] == "CC-BY-SA-4.0"
    assert "Open Repair Alliance" in data["attribution"]
    assert data["changes"]


def test_groups_are_guessed_with_the_words_that_spoke() -> None:
    model = load_group_model()
    assert len(model.groups) == 16
    guess = model.guess("Broken screen")[0]
    assert guess.group == "display_touch"
    assert "screen" in guess.because
    assert np.isclose(model.shares("Broken screen").sum(), 1)
    assert model.guess("充电慢") == ()


def test_groups_hint_where_the_rules_are_silent() -> None:
    read = read_complaint("schermo rotto")
    assert not read.named
    assert read.guesses[0].code == "DSP-01"


def test_five_folds_of_the_open_records_are_grouped_as_promised(shared_dir: Path) -> None:
    cases = read_cases(shared_dir / "reference_inference" / "mobifix" / "mobifix.csv")
    begun = time.process_time()
    score = cross_validate(cases, folds=5, seed=1)
    assert time.process_time() - begun < 15
    assert score.groups == 16
    assert score.majority < 0.46
    assert score.top_1 >= 0.78
    assert score.top_3 >= 0.90
