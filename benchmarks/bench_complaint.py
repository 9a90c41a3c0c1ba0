"""How well complaints are read: groups of the open repair records by five folds, and wordings by symptom.

Only counts are printed: the wordings that customers might use stay unread by whoever writes the rules.

Run: python benchmarks/bench_complaint.py [RECORDS.csv]
"""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path
from time import process_time

from docs.tools.complaint_groups import cross_validate, read_cases
from probes.complaint import read_complaint

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "tests" / "complaint"
SEEDS = (1, 2, 3)


def wordings(name: str, listed: dict[str, list[str]]) -> None:
    begun = process_time()
    hits = {code: sum(_first(text) == code for text in texts) for code, texts in listed.items()}
    spent_ms = 1_000 * (process_time() - begun)
    texts = sum(map(len, listed.values()))
    print(f"{name}: {sum(hits.values())} of {texts} = {sum(hits.values()) / texts:.3f}, {spent_ms / texts:.1f} ms each")
    print("  " + " ".join(f"{code}:{hit}" for code, hit in hits.items()))


def _first(text: str) -> str:
    guesses = read_complaint(text).guesses
    return guesses[0].code if guesses else ""


def main() -> None:
    shared = Path(os.environ.get("PHONEBENCH_SHARED") or ROOT.parent / "shared")
    records = Path(sys.argv[1]) if len(sys.argv) > 1 else shared / "reference_inference" / "mobifix" / "mobifix.csv"
    wordings("zh, committed before the rules", tomllib.loads((LISTS / "everyday_zh.toml").read_text(encoding="utf-8")))
    latin = tomllib.loads((LISTS / "everyday_latin.toml").read_text(encoding="utf-8"))
    for language, listed in latin.items():
        wordings(f"{language}, our own", listed)
    if not records.exists():
        print("no open records here: give RECORDS.csv")
        return
    cases = read_cases(records)
    for seed in SEEDS:
        print(f"seed {seed}: {cross_validate(cases, folds=5, seed=seed)}")


if __name__ == "__main__":
    main()
