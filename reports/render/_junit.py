"""A run as a JUnit report, for build servers: a suite a check, a case a measurement.

What fails is a failure; what the bench could not do or decide is an error, never a pass; what was not tried is skipped.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from probes import Measurement, ProbeResult, Verdict, show
from reports._covered import coverage_codes, coverage_in
from reports._i18n import Translate, translator
from reports._outline import measurement_words
from reports._words import VERDICTS
from reports.render._paper import Paper

_LIMIT: Final = 1000
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAGS: Final = {
    Verdict.FAIL: "failure",
    Verdict.ERROR: "error",
    Verdict.INCONCLUSIVE: "error",
    Verdict.SKIPPED: "skipped",
    Verdict.NOT_SUPPORTED: "skipped",
}
_COUNTED: Final = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def junit_xml(paper: Paper) -> bytes:
    """The run as JUnit XML (the shape that pytest writes as ``xunit2``)."""
    diagnosis, tr = paper.diagnosis, translator(paper.language)
    root = Element("testsuites", name=_clean(f"phonebench {diagnosis.run_id}"))
    root.append(_coverage(paper))
    for result in diagnosis.results:
        root.append(_suite(result, paper, tr))
    for key in ("tests", *_COUNTED.values()):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode").encode() + b"\n"


def _coverage(paper: Paper) -> Element:
    """Which parts were tested, as properties of a suite that has no cases."""
    suite = Element("testsuite", name="coverage", tests="0", failures="0", errors="0", skipped="0", time="0.000")
    inside = SubElement(suite, "properties")
    for part, state in coverage_codes(coverage_in(paper.diagnosis)).items():
        SubElement(inside, "property", name=f"coverage.{part}", value=state)
    return suite


def _suite(result: ProbeResult, paper: Paper, tr: Translate) -> Element:
    cases = [_case(result, taken, tr) for taken in result.measurements]
    if not cases or result.verdict in {Verdict.ERROR, Verdict.SKIPPED}:
        cases.append(_whole(result, tr))
    suite = Element(
        "testsuite",
        name=_clean(result.probe),
        tests=str(len(cases)),
        timestamp=f"{result.started_at:%Y-%m-%dT%H:%M:%S}",
        time=f"{result.duration_ns / 1e9:.3f}",
        hostname=_clean(f"{paper.diagnosis.phone.brand} {paper.diagnosis.phone.model}".strip() or "phone"),
    )
    for tag, key in _COUNTED.items():
        suite.set(key, str(sum(case.find(tag) is not None for case in cases)))
    suite.extend(cases)
    return suite


def _case(result: ProbeResult, taken: Measurement, tr: Translate) -> Element:
    case = Element("testcase", classname=_clean(result.probe), name=_clean(taken.name), time="0.000")
    words = measurement_words(taken, tr)
    _outcome(case, taken.verdict, taken.reason or "", words, tr)
    SubElement(case, "system-out").text = _clean(words)
    return case


def _whole(result: ProbeResult, tr: Translate) -> Element:
    """The check itself as a case, where it says something that no measurement does."""
    case = Element("testcase", classname=_clean(result.probe), name="ran", time=f"{result.duration_ns / 1e9:.3f}")
    words = result.trouble.line if result.trouble else result.reason or ""
    _outcome(case, result.verdict, result.reason or "", words, tr)
    return case


def _outcome(case: Element, verdict: Verdict, reason: str, words: str, tr: Translate) -> None:
    tag = _TAGS.get(verdict)
    if tag:
        said = f"{tr(VERDICTS[verdict])}: {words}" if words else tr(VERDICTS[verdict])
        SubElement(case, tag, type=_clean(reason or str(verdict)), message=_clean(said))


def _clean(text: str) -> str:
    """Text that XML 1.0 can hold; hidden characters are shown by their number."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", show(text, _LIMIT))
