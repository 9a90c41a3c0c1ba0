"""What the documents show works: commands run on emulated phones, code runs, links lead somewhere."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import inspect
import os
import re
import shlex
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from probes import Blame, Verdict
from reports import Conclusion
from tests.warm_commands import WarmCommands

if TYPE_CHECKING:
    from agent.sim_phone import SimPhones

ROOT = Path(__file__).resolve().parent.parent
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *(f"docs/{file.name}" for file in sorted(ROOT.glob("docs/*.md"))),
)
FENCE = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXIT = re.compile(r"\s+# exit ([\d, ]+)$")
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
DEADLINE_S = 120


class Block(NamedTuple):
    language: str
    file_name: str
    text: str


def blocks(page: str) -> list[Block]:
    return [Block(*found) for found in FENCE.findall((ROOT / page).read_text(encoding="utf-8"))]


def commands(text: str) -> Iterator[tuple[list[str], set[int]]]:
    """Each command with the exit codes that it may end with: 0 where the document says nothing."""
    for line in text.splitlines():
        if not line.startswith("$ "):
            continue
        marked = EXIT.search(line)
        codes = {int(code) for code in marked[1].split(",")} if marked else {0}
        yield shlex.split(EXIT.sub("", line)[2:]), codes


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if any(block.language == "console" for block in blocks(page))])
def test_the_commands_of_a_page_end_as_it_says(page: str, tmp_path: Path, warm_commands: WarmCommands) -> None:
    env = {
        key: os.environ[key] for key in ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "PHONEBENCH_CACHE") if key in os.environ
    }
    env |= {"HOME": str(tmp_path), "PHONEBENCH_HOME": str(tmp_path / "state"), "LC_ALL": "C"}
    env["PHONEBENCH_PLAN"] = "software"  # what a page does not name takes no captures, which last as long as they last
    for block in blocks(page):
        if block.file_name:
            (tmp_path / block.file_name).write_text(block.text, encoding="utf-8")
        for argv, codes in commands(block.text) if block.language == "console" else ():
            assert argv[0] == "phonebench"
            done = warm_commands.run(tuple(argv[1:]), env=env, cwd=tmp_path, timeout_s=DEADLINE_S)
            assert done.code in codes, f"{shlex.join(argv)}: {done.code}\n{done.out}\n{done.err}"
            assert "Traceback" not in done.err


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_that_are_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    missing = [link for link in LINK.findall(text) if not ((ROOT / page).parent / link).exists()]
    assert missing == []


def test_the_readme_names_every_command_and_every_exit_code() -> None:
    from agent.cli import entry  # noqa: PLC0415  the command's modules choose a language when they are imported
    from agent.cli.app import app  # noqa: PLC0415  as above

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [command.callback.__name__ for command in app.registered_commands if command.callback]
    assert names
    assert [name for name in (*names, "sim") if f"| `{name}` |" not in text] == []
    codes = (entry.OK, entry.FAULT, entry.BENCH, entry.OPEN, entry.USAGE, entry.INTERRUPTED)
    assert [code for code in codes if f"| {code} | " not in text] == []


@pytest.mark.parametrize("words", [Conclusion, Verdict, Blame])
def test_the_records_page_names_every_conclusion_verdict_and_blame(words: type[StrEnum]) -> None:
    text = (ROOT / "docs" / "records.md").read_text(encoding="utf-8")
    assert [str(word) for word in words if f"`{word}`" not in text] == []


def test_the_probe_that_the_authors_page_shows_passes_the_tests_that_it_shows(sim_phones: SimPhones) -> None:
    fixtures = module(ROOT / "tests" / "probes" / "conftest.py")
    shown: dict[str, Any] = {"__name__": "shown"}
    for block in blocks("docs/probe-author.md"):
        if block.language == "python":
            exec(compile(block.text, "docs/probe-author.md", "exec"), shown)  # noqa: S102  our own document
    tests = [value for name, value in shown.items() if name.startswith("test_")]
    given: dict[str, Callable[[], object]] = {
        "scripted": lambda: fixtures.ScriptedBench,
        "run_probe": lambda: fixtures.run_on,
        "sim_phone": sim_phones,
        "sim_phones": lambda: sim_phones,
    }
    asked = [tuple(inspect.signature(test).parameters) for test in tests]
    assert {name for names in asked for name in names} == set(given)
    for test, names in zip(tests, asked, strict=True):
        test(*(given[name]() for name in names))


def test_the_examples_in_docstrings_are_true() -> None:
    packages = ("agent", "fixtures", "hwsim", "probes", "reports")
    files = [file for package in packages for file in sorted((ROOT / package).rglob("*.py"))]
    tried = 0
    for file in (file for file in files if ">>> " in file.read_text(encoding="utf-8")):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        outcome = doctest.testmod(importlib.import_module(name), raise_on_error=False)
        assert outcome.failed == 0, name
        tried += outcome.attempted
    assert tried


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("shown_fixtures", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded
