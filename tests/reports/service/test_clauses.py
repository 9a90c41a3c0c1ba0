"""Every clause of the two standards is mapped to field, command and test, or is out of scope with its reason."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ROWS = (
    "A 1.1",
    "A 1.2 registration",
    "A 1.2 preliminary diagnosis",
    "A 1.3",
    "A 2.1 inspection",
    "A 2.1 backup reminder",
    "A 2.2 easy before hard",
    "A 2.2 software checks",
    "A 2.2 hardware checks",
    "A 2.2 pinpointing",
    "A 2.2 no further damage",
    "A 2.3 result and plan",
    "A 2.3 written or electronic confirmation",
    "A 3.1",
    "A 3.2",
    "A 3.3 self-check",
    "A 3.3 cross-check",
    "A 4",
    "B service types",
    "B intake 1",
    "B intake 2-3",
    "B intake 4",
    "B returned units",
    "B inspection 1-2",
    "B inspection 3",
    "B inspection 4",
    "B inspection 5",
    "B inspection 6",
    "B inspection 7",
    "B inspection 8",
    "B inspection 9",
    "B warranty 1",
    "B warranty 2a 2b",
    "B warranty without proof",
    "B warranty 2c",
    "B out of warranty",
    "B exchange 1",
    "B exchange 2",
    "B factory return 1",
    "B packing list",
    "B packing",
    "B receiving",
    "B reconciliation",
    "B complaints of customers",
)
TEST = re.compile(r"`(test_\w+|tests/[\w/.]+)`")
COMMAND = re.compile(r"`(\w+)(?: ([a-z-]+))?`")


def table() -> dict[str, list[str]]:
    text = (ROOT / "docs" / "clauses.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("| ")
    ]
    return {cells[0].lstrip("| "): cells[1:] for cells in rows if re.match(r"\|? ?[AB] ", cells[0])}


def test_every_row_is_mapped_and_no_row_is_invented() -> None:
    rows = table()
    assert len(rows) == len(ROWS)
    for row in ROWS:
        assert any(name == row or name.startswith((f"{row} ", f"{row},")) for name in rows), row


def test_every_row_names_a_test_that_is_there_or_the_reason_why_not() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    for name, cells in table().items():
        named = TEST.findall(cells[-1])
        assert named or "out of scope" in cells[-1], name
        for one in named:
            there = (ROOT / one).exists() if one.startswith("tests/") else f"def {one}(" in code
            assert there, f"{name}: {one}"
        for reason in re.findall(r"out of scope,? ?(.*)", cells[-1]):
            assert len(reason) > 10, name


def test_every_command_of_the_table_is_there() -> None:
    from agent.cli.app import app  # noqa: PLC0415  its modules choose a language when they are imported

    singles = {command.callback.__name__ for command in app.registered_commands if command.callback}
    groups = {
        str(group.name): {
            command.name or (command.callback.__name__ if command.callback else "")
            for command in (group.typer_instance.registered_commands if group.typer_instance else ())
        }
        for group in app.registered_groups
    }
    for name, cells in table().items():
        for first, second in COMMAND.findall(cells[1]):
            assert first in singles or second in groups.get(first, set()), f"{name}: {first} {second}"
