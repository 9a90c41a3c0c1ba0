"""The report as one page that needs nothing else: no network, no script, its own plots and letters.

Everything in it that is not ours goes through ``show`` and the template's escaping. The policy in its head forbids
every source; the one style sheet is named by its hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from probes import show
from reports._i18n import Language, translator
from reports._mark import mark
from reports._outline import outline
from reports.fonts import chinese, latin
from reports.render import _sections as sections
from reports.render._paper import LabelCode, Paper, short
from reports.render._qr import qr_svg
from reports.render._svg import bar_ground, line_plot, margin_bar, weight_bars

_TEXT_LIMIT: Final = 4000
_COLOURS: Final = {"part": "bad", "software": "bad", "ambiguous": "bad", "suspect": "warn", "configuration": "warn"}
_LOCAL: Final = 'local("PingFang SC"),local("Microsoft YaHei"),local("Noto Sans CJK SC"),'
_GOOD: Final = frozenset({"nothing_found", "no_fault_found"})
WORDS: Final = {
    "title": mark("Report on a phone"),
    "reason": mark("The reason"),
    "do": mark("What to do"),
    "why": mark("Why"),
    "weight": mark("Weight of each reading for the first suspect, in decibans"),
    "also": mark("Also possible"),
    "setting": mark("Setting"),
    "measured": mark("What stands out"),
    "everything": mark("Everything that was measured"),
    "nothing": mark("Every check that ran has passed."),
    "plots": mark("Recordings of what stands out"),
    "ruled_out": mark("Ruled out"),
    "not_tested": mark("Not tested"),
    "coverage": mark("Coverage"),
    "evidence": mark("Evidence"),
    "evidence_words": mark("Each recording lies in the folder of the run, in a file named by its SHA-256."),
    "environment": mark("Environment"),
    "measurement": mark("Measurement"),
    "value": mark("Value"),
    "limit": mark("Limit"),
    "margin": mark("Margin"),
    "result": mark("Result"),
    "source": mark("Source"),
    "bytes": mark("Bytes"),
    "ticket": mark("Ticket"),
    "sealed": mark("SEALED REPORT: the numbers of the phone are in clear"),
    "masked": mark("The numbers of the phone are masked."),
    "cut": mark("cut off"),
}


def html_page(paper: Paper) -> bytes:
    """The report as a page, UTF-8; the same paper gives the same bytes."""
    diagnosis = paper.diagnosis
    shown = sections.groups(paper)
    files = sections.evidence(shown)
    colour = "good" if diagnosis.conclusion in _GOOD else _COLOURS.get(diagnosis.conclusion, "warn")
    body = {
        "page": outline(diagnosis, paper.language, paper.names),
        "paper": paper,
        "colour": colour,
        "reason": sections.the_reason(paper),
        "to_do": tuple(sections.to_do(paper)),
        "weights": Markup(weight_bars(sections.weights(paper))),  # noqa: S704  drawn by us, words escaped
        "groups": shown,
        "files": files,
        "numbers": {id_: number for number, file in enumerate(files, 1) for id_ in file.ids},
        "ground": Markup(bar_ground()),  # noqa: S704  drawn by us
        "bar": lambda taken: Markup(margin_bar(taken)),  # noqa: S704  drawn by us out of numbers
        "plot": lambda trace: Markup(line_plot(trace)),  # noqa: S704  drawn by us, words escaped
        "check_name": lambda probe: sections.check_name(paper, probe),
        "coverage": tuple(sections.coverage(paper)),
        "environment": tuple(sections.environment(paper)),
        "qr": Markup(qr_svg(label_code(paper).text())),  # noqa: S704  drawn by us
    }
    return sheet("page.html.j2", body, paper.language, WORDS, f"{diagnosis.run_id} · phonebench")


def label_code(paper: Paper) -> LabelCode:
    """What the QR code on page and label says; texts that would make it too fine to scan are cut."""
    return LabelCode(
        ticket=short(paper.ticket),
        run=short(paper.diagnosis.run_id),
        part=show(paper.part, 10),
        symptoms=tuple(show(code, 10) for code in paper.codes[:6]),
        phone_hash=paper.phone_hash,
    )


def sheet(template: str, body: Mapping[str, Any], language: Language, words: Mapping[str, str], title: str) -> bytes:
    """Put a body into a page of its own, with its letters and the policy that names its style sheet."""
    tr = translator(language)
    inside = _templates().get_template(template).render(w={key: tr(text) for key, text in words.items()}, **body)
    css = resources.files("reports.render").joinpath("page.css").read_text(encoding="utf-8") + _faces(inside)
    allowed = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{allowed}'; font-src data:; base-uri 'none'; form-action 'none'"
    shell = _templates().get_template("shell.html.j2")
    # the sheet is ours, and the body has been escaped by its own template
    page = shell.render(language=language, policy=policy, title=title, css=Markup(css), body=Markup(inside))  # noqa: S704
    return page.encode()


@cache
def _templates() -> Environment:
    def load(name: str) -> str:
        return resources.files("reports.render").joinpath(name).read_text(encoding="utf-8")

    return Environment(
        loader=FunctionLoader(load),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_safe,
    )


def _safe(value: Any) -> Any:
    """Text as ``show`` makes it safe; markup of ours and numbers as they are."""
    is_plain = isinstance(value, str) and not isinstance(value, Markup)
    return show(value, _TEXT_LIMIT) if is_plain else value


def _faces(text: str) -> str:
    """The letters of a page that many a computer lacks, as fonts inside of it."""
    letters = sorted({char for char in text if not char.isascii()})
    chosen = {
        "phonebench-zh": (chinese(), [char for char in letters if chinese().has(char)], _LOCAL),
        "phonebench-signs": (latin(), [char for char in letters if latin().has(char) and not chinese().has(char)], ""),
    }
    return "".join(
        f'@font-face{{font-family:"{name}";unicode-range:{_ranges(some)};src:{local}url(data:font/woff;base64,'
        f"{base64.b64encode(font.woff(some)).decode()})}}\n"
        for name, (font, some, local) in chosen.items()
        if some
    )


def _ranges(letters: list[str]) -> str:
    """Characters in order as a CSS ``unicode-range``, neighbours together."""
    ranges = list[list[int]]()
    for code in map(ord, letters):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return ",".join(f"U+{first:x}" if first == last else f"U+{first:x}-{last:x}" for first, last in ranges)
