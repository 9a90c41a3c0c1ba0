"""What the engine says about logs of real phones: silent on healthy ones, right on the labelled ones."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from probes.logs import Finding, Klass, LogReport, LogSource, Strength, load_signatures, scan

pytestmark = pytest.mark.corpora

# its excerpt is the one labelled hardware_or_link: the touch layer of this phone fails while it is logged
SICK = "dipaashu-M11__dmesg.txt"
PART_OF = {
    "battery": "BAT",
    "camera": "RFC",
    "fingerprint": "BIO",
    "nfc": "NFC",
    "sensors": "SNS-IMU",
    "magnetometer": "SNS-MAG",
    "storage": "PCB",
    "touchscreen": "TCH",
    "wifi": "PCB",
}


HEALTHY_FOLDERS = ("kernel_log", "logcat", "radio_log", "healthd", "dropbox", "modem")


@pytest.fixture(scope="module")
def corpora(shared_dir: Path) -> Path:
    return shared_dir / "corpora"


def healthy_logs(corpora: Path) -> list[Path]:
    files = [path for folder in HEALTHY_FOLDERS for path in sorted((corpora / folder).iterdir())]
    return [path for path in files if path.suffix in {".txt", ".log"}]


def scan_file(path: Path) -> LogReport:
    return scan([LogSource(path.name, [path.read_bytes()])])


def strong_components(report: LogReport) -> list[Finding]:
    return [one for one in report.findings if one.strength is Strength.STRONG and one.klass is Klass.COMPONENT]


def labelled(corpora: Path) -> list[tuple[Path, dict[str, Any]]]:
    files = sorted((corpora / "faults").glob("*.log"))
    return [(path, json.loads(Path(f"{path}.expected.json").read_text(encoding="utf-8"))) for path in files]


def test_healthy_phones_have_no_strong_component_finding(corpora: Path) -> None:
    logs = healthy_logs(corpora)
    assert len(logs) >= 35
    wrong = {
        path.name: [(one.code, one.evidence[0].text) for one in found]
        for path in logs
        if path.name != SICK and (found := strong_components(scan_file(path)))
    }
    assert wrong == {}


def test_all_healthy_logs_together_have_no_strong_component_finding(corpora: Path) -> None:
    sources = [LogSource(path.name, [path.read_bytes()]) for path in healthy_logs(corpora) if path.name != SICK]
    assert [one.code for one in strong_components(scan(sources))] == []


def test_the_phone_whose_touch_layer_fails_is_told_by_its_whole_log(corpora: Path) -> None:
    found = strong_components(scan_file(corpora / "kernel_log" / SICK))
    assert {one.part for one in found} == {"TCH"}


def test_excerpts_labelled_hardware_name_their_part(corpora: Path) -> None:
    cases = [(path, label) for path, label in labelled(corpora) if label["verdict"] == "hardware_or_link"]
    assert cases
    for path, label in cases:
        parts = {part for one in strong_components(scan_file(path)) for part in one.parts}
        assert PART_OF[label["component"]] in parts, path.name


def test_excerpts_labelled_otherwise_name_no_part_strongly(corpora: Path) -> None:
    for path, label in labelled(corpora):
        if label["verdict"] != "hardware_or_link":
            assert strong_components(scan_file(path)) == [], path.name


def test_absent_parts_and_software_faults_are_told_as_such(corpora: Path) -> None:
    wanted = {"absent_part": Klass.ABSENT_PART, "software": Klass.SOFTWARE}
    for path, label in labelled(corpora):
        if klass := wanted.get(label["verdict"]):
            assert klass in {one.klass for one in scan_file(path).findings}, path.name


def test_every_evidence_pattern_of_the_labels_is_known_to_a_signature(corpora: Path) -> None:
    unknown = []
    for path, label in labelled(corpora):
        lines = path.read_bytes().splitlines()
        for pattern in label["evidence_patterns"]:
            shown = [line for line in lines if re.search(pattern.encode(), line)]
            if not any(one.regex.search(line) for line in shown for one in load_signatures()):
                unknown.append((path.name, pattern))
    assert unknown == []


def test_evidence_leads_back_to_the_line_it_came_from(corpora: Path) -> None:
    path = corpora / "kernel_log" / SICK
    raw = path.read_bytes()
    for line in strong_components(scan_file(path))[0].evidence:
        start = raw[line.offset_bytes :]
        assert raw[: line.offset_bytes].count(b"\n") == line.line_no - 1
        assert start.startswith(line.text[:20].encode())
