"""What ``knowledge check`` and ``knowledge learn`` do and print."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from agent.cli import entry
from agent.cli.bench import opened
from agent.cli.language import tr
from agent.cli.screen import print_json, print_table, progress, results
from agent.dead_phone import DeadPhone
from agent.journal import Journal
from agent.localizer import (
    ConfirmedRepair,
    Drift,
    Problem,
    Testability,
    as_csv,
    check_files,
    count,
    drifts,
    knowledge_of,
    load_knowledge,
    proposal,
    shipped_files,
    testability,
    used_files,
)
from agent.plan import known_probes
from probes import BadInput, ProbeResult, StoreError, show

_MAX_BYTES: Final = 1 << 22
_STDOUT: Final = "-"


def check(paths: Sequence[Path], *, with_shipped: bool, csv: Path | None, as_json: bool) -> int:
    """Check files and report what they can tell; 1 where one of them is wrong.

    Raises:
        BadInput: a file cannot be read.
        StoreError: the table cannot be written.
    """
    files = dict(_read(paths))
    if with_shipped or not files:
        files = used_files() | files
    probes = {probe.meta.id: {one.name for one in probe.meta.measures} for probe in (*known_probes(), DeadPhone())}
    problems = check_files(files, probes)
    if problems:
        _print_problems(problems, as_json=as_json)
        return entry.FAULT
    knowledge = knowledge_of(files)
    told = testability(knowledge, probes)
    if csv is not None:
        _write(csv, as_csv(knowledge))
    if as_json:
        print_json({"problems": [], "testability": asdict(told)})
    elif csv is None or str(csv) != _STDOUT:
        _print_testability(told)
    return entry.OK


def _read(paths: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        try:
            found = sorted(path.glob("*.toml")) if path.is_dir() else [path]
            for file in found:
                yield str(file), _content(file)
        except OSError as error:
            raise BadInput(f"cannot read {show(str(path), 100)}: {error.strerror}") from error
        if not found:
            raise BadInput(f"there is no file *.toml in {show(str(path), 100)}")


def _content(path: Path) -> bytes:
    with path.open("rb") as opened_file:
        raw = opened_file.read(_MAX_BYTES + 1)
    if len(raw) > _MAX_BYTES:
        raise BadInput(f"{show(str(path), 100)} is larger than {_MAX_BYTES >> 20} MiB")
    return raw


def _write(path: Path, text: str) -> None:
    if str(path) == _STDOUT:
        sys.stdout.write(text)
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {show(str(path), 100)}: {error.strerror}") from error


def _print_problems(problems: Sequence[Problem], *, as_json: bool) -> None:
    if as_json:
        print_json({"problems": [asdict(one) for one in problems]})
        return
    for one in problems:
        results().print(show(str(one), 400))
    progress().print(tr("{count} problems; nothing of these files would be used").format(count=len(problems)))


def _print_testability(told: Testability) -> None:
    say = tr("{causes} causes, {effects} effects, {links} links, no problem")
    results().print(say.format(causes=told.causes, effects=told.effects, links=told.links))
    rows = [
        [tr("cannot be told apart"), "; ".join(" = ".join(group) for group in told.alike)],
        [tr("read by no probe (seen only where logs speak by themselves)"), ", ".join(told.unread)],
        [tr("no effect shows in more than half of the phones"), ", ".join(told.seldom)],
        [tr("parts of which no cause is known"), ", ".join(told.unknown_parts)],
    ]
    print_table(["", ""], [[title, show(text, 2000) or "-"] for title, text in rows])


def learn(repairs: Path, *, out: Path | None, as_json: bool) -> int:
    """Count confirmed repairs and print, or write, what they propose.

    Raises:
        BadInput: the file cannot be read, or a line is no confirmed repair of a run that this bench knows.
    """
    knowledge, files = load_knowledge(), shipped_files()
    with opened() as (_home, journal):
        confirmed = list(_confirmed(repairs, journal, set(knowledge.causes)))
    counts = count(knowledge, confirmed)
    found = drifts(knowledge, counts)
    diff = proposal(files, found)
    if out is not None:
        _write(out, diff)
    if as_json:
        print_json({"phones": counts.phones, "drifts": [asdict(one) for one in found], "diff": diff})
        return entry.OK
    progress().print(
        tr("{phones} confirmed repairs; {count} numbers have moved").format(phones=counts.phones, count=len(found))
    )
    if out is None:
        sys.stdout.write(diff)
    else:
        print_table([tr("What"), tr("Was"), tr("Now"), tr("Seen")], [_row(one) for one in found])
    return entry.OK


def _row(one: Drift) -> list[str]:
    what = " ← ".join(word for word in (one.effect, one.cause) if word)
    return [what, f"{one.was:.3g}", f"{one.mean:.3g}", f"{one.seen}/{one.looked}"]


def _confirmed(
    path: Path, journal: Journal, causes: set[str]
) -> Iterator[tuple[ConfirmedRepair, tuple[ProbeResult, ...]]]:
    if not path.is_file():
        raise BadInput(f"there is no file {show(str(path), 100)}")
    ((_, raw),) = _read([path])
    told = set[str]()
    for number, line in enumerate(raw.decode(errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{show(path.name, 60)}:{number}"
        repair = _parsed(where, line)
        unknown = set(repair.causes) - causes
        if unknown:
            raise BadInput(f"{where}: unknown causes: {show(', '.join(sorted(unknown)), 100)}")
        run = journal.run(repair.run).id
        if run in told:
            raise BadInput(f"{where}: run {show(run, 60)} is in this file twice: it would count twice")
        told.add(run)
        yield repair, journal.results(run)


def _parsed(where: str, line: str) -> ConfirmedRepair:
    try:
        return ConfirmedRepair.model_validate_json(line)
    except ValidationError as error:
        raise BadInput(f'{where}: is no {{"run": "ID", "causes": [...]}}') from error
