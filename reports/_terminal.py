"""A diagnosis for a terminal, and as plain lines for a pipe. Everything goes in as text, never as markup."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from probes import Verdict
from reports._diagnosis import Conclusion, Diagnosis
from reports._i18n import Language, Translate, translator
from reports._outline import Names, Outline, outline

_COLOURS: Final = {
    Conclusion.PART: "red",
    Conclusion.SOFTWARE: "magenta",
    Conclusion.CONFIGURATION: "magenta",
    Conclusion.AMBIGUOUS: "red",
    Conclusion.SUSPECT: "yellow",
    Conclusion.NOTHING_FOUND: "green",
    Conclusion.NO_FAULT_FOUND: "green",
    Conclusion.CANNOT_TELL: "yellow",
    Conclusion.BENCH_TROUBLE: "yellow",
}
_VERDICT_COLOURS: Final = {
    Verdict.PASS: "green",
    Verdict.MARGINAL: "yellow",
    Verdict.FAIL: "red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.ERROR: "yellow",
}


def print_diagnosis(console: Console, diagnosis: Diagnosis, language: Language, names: Names) -> None:
    """Print a diagnosis: panels and colours on a terminal, plain lines elsewhere."""
    page, tr = outline(diagnosis, language, names), translator(language)
    if console.is_terminal:
        console.print(_page(page, tr))
        return
    for line in plain_lines(page, tr):
        console.print(Text(line), soft_wrap=True)


def plain_lines(page: Outline, tr: Translate) -> Iterator[str]:
    """The report as lines for a pipe, the verdict first."""
    yield " · ".join(word for word in (page.headline, page.sureness, page.cause) if word)
    yield page.phone
    yield f"→ {page.action}"
    for reason in page.reasons:
        yield f"{reason.weight:>7} dban  {reason.what}"
        yield from (f"              {line}" for line in reason.evidence)
    yield from (f"{tr('Setting')}: {line}" for line in page.settings)
    if page.rivals:
        yield f"{tr('Also possible')}: {tr(', ').join(page.rivals)}"
    yield from (f"· {line}" for line in page.remarks)
    for row in page.rows:
        yield f"{row.mark} {row.name}: {row.words}{f' · {row.detail}' if row.detail else ''}"
    if page.ruled_out:
        yield f"{tr('Ruled out')}: {page.ruled_out}"
    for item in page.not_tested:
        yield f"{tr('Not tested')}: {item}"
    yield f"{tr('Coverage')}: {tr(', ').join(page.coverage)}"
    yield f"{page.cost_and_time} · {page.exposure}"
    yield _run(page, tr)


def _run(page: Outline, tr: Translate) -> str:
    order = f" · {tr('Ticket')} {page.order}" if page.order else ""
    return f"{tr('Run')} {page.run}{order}"


def _page(page: Outline, tr: Translate) -> RenderableType:
    colour = _COLOURS[page.conclusion]
    parts: list[RenderableType] = [Text(page.phone, style="dim"), _verdict(page, colour)]
    if page.reasons:
        parts += [_title(tr("Why")), _reasons(page)]
    for number, item in enumerate(page.settings):
        parts.append(_line(tr("Setting") if number == 0 else "", item))
    if page.rivals:
        parts.append(_line(tr("Also possible"), tr(", ").join(page.rivals)))
    parts += [Text(f"· {line}", style="dim") for line in page.remarks]
    parts += [_title(tr("Checks")), _checks(page)]
    if page.ruled_out:
        parts.append(_line(tr("Ruled out"), page.ruled_out))
    for number, item in enumerate(page.not_tested):
        parts.append(_line(tr("Not tested") if number == 0 else "", item))
    parts.append(_line(tr("Coverage"), tr(", ").join(page.coverage)))
    parts.append(Text(f"{page.cost_and_time} · {page.exposure} · {_run(page, tr)}", style="dim"))
    return Group(*parts)


def _verdict(page: Outline, colour: str) -> Panel:
    head = Table.grid(expand=True)
    head.add_column(ratio=1)
    head.add_column(justify="right", no_wrap=True)
    head.add_row(Text(page.headline, style=f"bold {colour}"), Text(page.sureness, style=f"bold {colour}"))
    lines: list[RenderableType] = [head]
    if page.cause:
        lines.append(Text(page.cause))
    lines.append(Text(f"→ {page.action}", style="bold"))
    return Panel(Group(*lines), border_style=colour, padding=(0, 2))


def _reasons(page: Outline) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for reason in page.reasons:
        table.add_row(Text(f"{reason.weight} dban", style="bold"), Text(reason.what))
        for line in reason.evidence:
            table.add_row(Text(""), Text(line, style="dim", overflow="ellipsis", no_wrap=True))
    return Padding(table, (0, 0, 0, 2))


def _checks(page: Outline) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for row in page.rows:
        style = _VERDICT_COLOURS.get(row.verdict, "dim")
        table.add_row(Text(row.mark, style=style), Text(row.name), Text(row.words, style=style), Text(row.detail))
    return Padding(table, (0, 0, 0, 2))


def _title(words: str) -> Text:
    return Text(words, style="bold")


def _line(title: str, words: str) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, min_width=14)
    table.add_column()
    table.add_row(Text(title, style="bold"), Text(words))
    return table
