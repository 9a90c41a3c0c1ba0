"""Output of real phones through the whole plan: no crash, no part for the healthy, a part for the sick."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent import runs
from agent.dumps import open_dumps
from agent.home import Home
from agent.journal import Journal
from probes import BadInput, Strength, components
from reports import Diagnosis

pytestmark = [pytest.mark.corpora, pytest.mark.slow]

HARDWARE = {code for code in components() if code not in {"SW", "NONE"}}
# its excerpt is the one labelled hardware_or_link: the touch layer of this phone fails while it is logged
SICK = "dipaashu-M11"
HEALTHY_LOGS = ("kernel_log", "logcat", "radio_log", "healthd", "dropbox", "modem")
DEVICE = re.compile(r"(.+?)__")


@pytest.fixture(scope="module")
def corpora(shared_dir: Path) -> Path:
    return shared_dir / "corpora"


@pytest.fixture(scope="module")
def bench_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Journal]]:
    home = Home(tmp_path_factory.mktemp("home"))
    journal = Journal(home.journal)
    yield home, journal
    journal.close()


def diagnose(bench: tuple[Home, Journal], path: Path) -> Diagnosis | None:
    """The diagnosis of a file or folder, made once; none where it is refused in one line."""
    known = bench[0].root, path
    if known not in _DIAGNOSED:
        _DIAGNOSED[known] = _diagnose(bench, path)
    return _DIAGNOSED[known]


_DIAGNOSED: dict[tuple[Path, Path], Diagnosis | None] = {}


def _diagnose(bench: tuple[Home, Journal], path: Path) -> Diagnosis | None:
    try:
        return runs.diagnose_report(*bench, path, runs.Orders())
    except BadInput as error:
        line = error.line()
    assert line.isprintable()
    return None


def loud_parts(diagnosis: Diagnosis) -> list[tuple[str, tuple[str, ...], str]]:
    return [
        (finding.code, finding.components, finding.evidence[0].text if finding.evidence else "")
        for result in diagnosis.results
        for finding in result.findings
        if finding.strength is Strength.STRONG and set(finding.components) & HARDWARE
    ]


def texts(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith((".expected.json", ".md", ".tsv"))
    ]


def test_every_file_gives_a_diagnosis_or_one_clear_line(corpora: Path, bench_home: tuple[Home, Journal]) -> None:
    crashed: list[str] = []
    codes: defaultdict[int, int] = defaultdict(int)
    for path in texts(corpora):
        try:
            diagnosis = diagnose(bench_home, path)
        except Exception as error:  # noqa: BLE001  all of them are shown at once
            crashed.append(f"{path.relative_to(corpora)}: {type(error).__name__}: {error}")
            continue
        code = 64 if diagnosis is None else diagnosis.exit_code
        codes[code] += 1
        errors = [] if diagnosis is None else [r.probe for r in diagnosis.results if r.verdict == "error"]
        if errors or code not in {0, 1, 3, 64}:
            crashed.append(f"{path.relative_to(corpora)}: exit code {code}, {errors}")
    assert crashed == []
    assert sum(codes.values()) > 150, dict(codes)


def test_logs_of_healthy_phones_hold_no_loud_finding_about_a_part(
    corpora: Path, bench_home: tuple[Home, Journal]
) -> None:
    files = [path for folder in HEALTHY_LOGS for path in texts(corpora / folder) if not path.name.startswith(SICK)]
    assert len(files) > 30
    found = {path.name: diagnose(bench_home, path) for path in files}
    assert {
        name: loud_parts(diagnosis) for name, diagnosis in found.items() if diagnosis and loud_parts(diagnosis)
    } == {}
    assert {name: d.plan.parts for name, d in found.items() if d and d.plan.parts} == {}
    assert sum(diagnosis is not None for diagnosis in found.values()) > 30


def labelled(corpora: Path) -> list[tuple[Path, dict[str, Any]]]:
    files = sorted((corpora / "faults").glob("*.log"))
    return [(path, json.loads(Path(f"{path}.expected.json").read_text(encoding="utf-8"))) for path in files]


def test_an_excerpt_holds_a_loud_finding_about_a_part_when_and_only_when_a_part_is_sick(
    corpora: Path, bench_home: tuple[Home, Journal]
) -> None:
    cases = [(path, label["verdict"] == "hardware_or_link") for path, label in labelled(corpora)]
    assert {is_sick for _, is_sick in cases} == {True, False}
    wrong = []
    for path, is_sick in cases:
        diagnosis = diagnose(bench_home, path)
        if bool(diagnosis and loud_parts(diagnosis)) != is_sick:
            wrong.append((path.name, is_sick))
        assert is_sick or diagnosis is None or diagnosis.plan.parts == (), path.name
    assert wrong == []


def test_the_dumps_of_one_healthy_phone_together_name_no_part(
    corpora: Path, bench_home: tuple[Home, Journal], tmp_path: Path
) -> None:
    devices: defaultdict[str, list[Path]] = defaultdict(list)
    for path in texts(corpora):
        found = DEVICE.match(path.name)
        if found is not None and path.parent.name not in {"faults", "camera"} and found[1] != SICK:
            devices[found[1]].append(path)
    several = {name: paths for name, paths in devices.items() if len({path.parent for path in paths}) > 1}
    assert len(several) > 5
    named: dict[str, Any] = {}
    opened = 0
    for number, (name, paths) in enumerate(several.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        for path in paths:
            (folder / path.name).write_bytes(path.read_bytes())
        diagnosis = diagnose(bench_home, folder)
        if diagnosis is None:
            continue
        opened += 1
        assert open_dumps(folder).topics
        if diagnosis.plan.parts:
            named[name] = (diagnosis.plan.parts, loud_parts(diagnosis))
    assert named == {}
    assert opened > 5
