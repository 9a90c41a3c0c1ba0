"""Speed and size of what is written about a run; ratios to the record itself as JSON, made in the same process."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from importlib import resources

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from agent.cli.names import names
from reports import Diagnosis, Language, canonical_json
from reports.render import (
    Paper,
    Trace,
    csv_table,
    html_page,
    junit_xml,
    label,
    openhtf_json,
    pdf_report,
    redacted,
)

CHECKS = 42
"""As many as the quick plan has; the record of the tests has one result, which stands for each."""
ROUNDS = 5


def wide() -> Diagnosis:
    one = Diagnosis.model_validate_json(_example())
    return one.model_copy(update={"results": one.results * CHECKS})


def _example() -> str:
    return resources.files("reports").joinpath("examples", "diagnosis.v1.json").read_text(encoding="utf-8")


def fastest_s(call: Callable[[], bytes]) -> tuple[float, int]:
    best, size = 1e9, 0
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        size = len(call())
        best = min(best, time.perf_counter() - begun)
    return best, size


def main() -> None:
    diagnosis = redacted(wide())
    trace = Trace(
        probe="a.b",
        channel="x",
        unit="mV",
        at_s=[number / 100 for number in range(640)],
        values=[float(number % 37) for number in range(640)],
        sha256="0" * 64,
    )
    one = Paper(diagnosis=diagnosis, language=Language.ZH, names=names, ticket="RO-1", traces=(trace,) * 8)
    kinds: dict[str, Callable[[], bytes]] = {
        "json": lambda: canonical_json(diagnosis),
        "html": lambda: html_page(one),
        "csv": lambda: csv_table(one),
        "junit": lambda: junit_xml(one),
        "openhtf": lambda: openhtf_json(one),
        "label.png": lambda: label(one, "png"),
        "label.svg": lambda: label(one, "svg"),
        "label.zpl": lambda: label(one, "zpl"),
        "pdf": lambda: pdf_report(one),
    }
    base_s = 0.0
    for kind, call in kinds.items():
        took_s, size = fastest_s(call)
        base_s = base_s or took_s
        print(
            json.dumps({"kind": kind, "ms": round(1e3 * took_s, 1), "bytes": size, "ratio": round(took_s / base_s, 1)})
        )


if __name__ == "__main__":
    main()
