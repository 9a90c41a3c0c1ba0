"""Keep the catalogue files of the translations in step with the texts: ``python -m docs.tools.catalogue_files update``.

Texts come from four places: literals in calls of ``tr``, ``mark`` and ``Words``, what probes and checks declare
(purpose, labels and names), what probes ask of a person (sentences of the modules that make a ``Task``, a
``Question`` or a ``Checklist``), and tables of texts that are translated when shown (states, advice, cures of errors).
"""

from __future__ import annotations

import ast
import importlib
import io
import pkgutil
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import agent
import fixtures
import probes
import reports
from agent.links import DeviceState
from agent.plan import known_probes
from probes import BenchError, Question
from probes.signals.references import all_checks

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PO: Final = ROOT / "reports" / "locale" / "zh_CN" / "LC_MESSAGES" / "phonebench.po"
MO: Final = PO.with_suffix(".mo")
_KEYWORDS: Final = {"tr": None, "mark": None, "translate": None, "Words": None}
_NOT_ASKED: Final = frozenset({"LimitSource", "Evidence"})
_SENTENCE: Final = re.compile(r"[A-Z]\S* \S")
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}|`[^`]+`")
_DATE: Final = datetime(2026, 11, 21, tzinfo=UTC)
"""Fixed, so that the same texts always compile to the same bytes."""
_HEADER: Final = "# Simplified Chinese for phonebench, in the words of repair shops."


def texts() -> dict[str, tuple[str, ...]]:
    """Every English text that is translated when shown, with the places it comes from (files, no line numbers)."""
    places: dict[str, set[str]] = {}
    for text, place in (*_literals(), *_tables(), *_asked()):
        if text:
            places.setdefault(text, set()).add(place)
    return {text: tuple(sorted(where)) for text, where in sorted(places.items())}


def _literals() -> Iterator[tuple[str, str]]:
    for folder in ("agent", "fixtures", "reports"):
        found = extract_from_dir(ROOT / folder, [("**.py", "python")], keywords=_KEYWORDS)
        for file_name, _line, message, _comments, _context in found:
            if isinstance(message, str):
                yield message, f"{folder}/{file_name}"


def _tables() -> Iterator[tuple[str, str]]:
    for probe in known_probes():
        place = f"probe {probe.meta.id}"
        yield probe.meta.purpose, place
        yield from ((measure.label, place) for measure in probe.meta.measures)
    yield from ((check.name, f"check of {family}") for family, check in all_checks(with_data=True))
    yield from ((state.advice, "advice for the state of a phone") for state in DeviceState)
    _load_all()
    yield from ((error.cure, f"cure of {error.code}") for error in _errors(BenchError))


def _asked() -> Iterator[tuple[str, str]]:
    """What a probe asks of a person: the sentences of its module, wherever in it they stand, and their answers."""
    place = "asked at the bench"
    yield from ((option, place) for option in Question(asks="", text="").options)
    for path in sorted((ROOT / "probes" / "hardware").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        if not {"Task", "Question", "Checklist"} & {_name(call) for call in calls}:
            continue
        not_asked = {id(node) for call in calls if _name(call) in _NOT_ASKED for node in ast.walk(call)}
        not_asked |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in not_asked)
        for text in (str(node.value) for node in texts):
            if _SENTENCE.match(text):
                yield text, f"probes/hardware/{path.name}"


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _load_all() -> None:
    """Import every module: an error is known to its tree only when its module is loaded."""
    for package in (agent, fixtures, probes, reports):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def _errors(branch: type[BenchError]) -> Iterator[type[BenchError]]:
    yield branch
    for leaf in branch.__subclasses__():
        yield from _errors(leaf)


def read() -> Catalog:
    """The translations as they stand in the repository."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN", abort_invalid=True)


def compiled(catalogue: Catalog) -> bytes:
    """What gettext reads at run time."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def troubles(catalogue: Catalog, compiled_bytes: bytes) -> Iterator[str]:
    """What is wrong with the catalogue files, a line each; nothing when they are complete."""
    wanted = texts()
    known = {str(message.id): message for message in catalogue if message.id}
    yield from (f"missing: {text!r} ({', '.join(wanted[text])})" for text in wanted if text not in known)
    yield from (f"no longer used: {text!r}" for text in known if text not in wanted)
    for text, message in known.items():
        yield from _message_troubles(text, message)
    if compiled(catalogue) != compiled_bytes:
        yield "the .mo file is not what the .po file compiles to"


def _message_troubles(text: str, message: Message) -> Iterator[str]:
    translated = str(message.string)
    if not translated:
        yield f"not translated: {text!r}"
    elif sorted(_PLACEHOLDER.findall(text)) != sorted(_PLACEHOLDER.findall(translated)):
        yield f"placeholders or commands differ: {text!r} -> {translated!r}"
    if message.fuzzy:
        yield f"fuzzy: {text!r}"


def update() -> None:
    """Write the .po file with today's texts, keeping the translations there are, and compile it."""
    before = read() if PO.exists() else Catalog(locale="zh_CN")
    after = Catalog(
        locale="zh_CN",
        header_comment=_HEADER,
        project="phonebench",
        version="1",
        msgid_bugs_address="the project's issues",
        last_translator="the maintainers",
        language_team="zh_CN",
        creation_date=_DATE,
        revision_date=_DATE,
        fuzzy=False,
    )
    for text, where in texts().items():
        old = before.get(text)
        after.add(text, string=str(old.string) if old else "", auto_comments=where)
    PO.parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    write_po(out, after, width=0, sort_output=True, ignore_obsolete=True)
    PO.write_bytes(out.getvalue())
    MO.write_bytes(compiled(read()))


def main(arguments: Sequence[str]) -> int:
    """``update`` writes the files; ``check`` says what is wrong with them and returns 1 then."""
    if list(arguments) not in (["update"], ["check"]):
        sys.stderr.write("usage: python -m docs.tools.catalogue_files update|check\n")
        return 64
    if arguments[0] == "update":
        update()
    wrong = list(troubles(read(), MO.read_bytes()))
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
