"""``phonebench remedy``: do one thing to a phone's software, then run again what had failed."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from agent import remedies, runs
from agent.cli import entry
from agent.cli.bench import opened
from agent.cli.diagnose import Wanted, one_phone
from agent.cli.language import tr
from agent.cli.names import names
from agent.cli.screen import language, print_json, progress, results
from agent.consent import BackupAnswer, Consent, Permission, Permissions
from agent.home import Home
from agent.journal import Journal, RunRow
from agent.links import AdbLink, Lease
from agent.plan import make_plan
from agent.remedies import Remedy
from probes import BadInput, Record, show
from reports import Diagnosis, Mask, print_diagnosis, redacted, shown_name

_BACK_S: Final = 240.0
_ALWAYS: Final = "identity.phone"
_BY_HAND: Final = {
    Remedy.SAFE_BOOT: tr(
        "Hold the power key, then hold 'Power off' on the screen until safe mode is offered, and confirm. On phones "
        "without it: hold volume-down while the maker's logo shows."
    ),
    Remedy.FACTORY_RESET: tr(
        "Sign out of the owner's account, then: Settings, System, Reset options, Erase all data. The bench does not do "
        "it by itself."
    ),
}
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRemedy:
    """What to do to which phone. ``done`` says that the operator has done it by hand and that only the test is left."""

    remedy: Remedy
    package: str = ""
    serial: str = ""
    run: str = ""
    faults: tuple[str, ...] = ()
    seed: int = 1
    profile: str = ""
    consent: Path | None = None
    backup: Path | None = None
    done: bool = False


def remedy_named(word: str) -> Remedy:
    """The remedy of that name.

    Raises:
        BadInput: there is none.
    """
    try:
        return Remedy(word)
    except ValueError as error:
        known = ", ".join(Remedy)
        raise BadInput(f"there is no remedy {show(word, 40)!r}: it is one of {known}", step="remedy") from error


def remedy(wanted: WantedRemedy, *, as_json: bool) -> int:
    """Do the remedy and test again; return the exit code: what is wrong after it."""
    with opened() as (home, journal), ExitStack() as stack:
        phone = one_phone(
            Wanted(wanted.serial, every=False, faults=wanted.faults, seed=wanted.seed, profile=wanted.profile), stack
        )
        before = _before(home, journal, phone, wanted)
        again = remedies.to_test_again(journal.results(before.id))
        record, phone = _act(home, journal, phone, before, wanted)
        if wanted.remedy.is_by_hand and not wanted.done:
            remedies.note(journal, before.id, record)
            return _instruct(wanted, before, as_json=as_json)
        probes = tuple(probe for probe in make_plan() if probe.meta.id in {_ALWAYS, *again})
        after = runs.diagnose_phone(home, journal, phone, runs.Orders(probes=probes))
        effect = remedies.effect_of(journal.results(before.id), after.results)
        remedies.note(journal, before.id, record, effect)
        evidence = remedies.as_evidence(record, effect)
        diagnosis = runs.conclude_again(journal, before, (evidence,), runs.Orders())
    return _show(record, effect, diagnosis, after, as_json=as_json)


def _before(home: Home, journal: Journal, phone: runs.PhoneAddress, wanted: WantedRemedy) -> RunRow:
    """The run whose failures are tested again: the one named, or one that is made now."""
    if not wanted.run:
        return journal.run(runs.diagnose_phone(home, journal, phone, runs.Orders()).run_id)
    run = journal.run(wanted.run)
    if run.source != "adb" or run.subject != phone.serial:
        raise BadInput(f"run {run.id} is not of the phone {shown_name(show(phone.serial, 60))}", step="remedy")
    return run


def _act(
    home: Home, journal: Journal, phone: runs.PhoneAddress, run: RunRow, wanted: WantedRemedy
) -> tuple[remedies.RemedyRecord, runs.PhoneAddress]:
    with Lease(home.leases, phone.key, what="phonebench remedy"):
        with AdbLink(phone.server, phone.serial, transport_id=phone.transport_id) as link:
            if wanted.done and wanted.remedy.is_by_hand:
                return remedies.done_by_hand(wanted.remedy, link), phone
            permission = _permission(journal, run, wanted) if wanted.remedy.loses_data else None
            record = remedies.apply(wanted.remedy, link, package=wanted.package, permission=permission)
        if wanted.remedy is Remedy.RESTART:
            phone = remedies.wait_until_back(phone, _BACK_S)
    return record, phone


def _permission(journal: Journal, run: RunRow, wanted: WantedRemedy) -> Permission | None:
    if wanted.consent is None or wanted.backup is None:
        return None
    consent, backup = _read(Consent, wanted.consent), _read(BackupAnswer, wanted.backup)
    return Permissions(journal, run.id).allow(consent, backup)


def _read(record: type[R], path: Path) -> R:
    try:
        return record.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadInput(f"cannot read {show(str(path))}: {error.strerror}", step="read consent") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{show(path.name)}, {place}: {first['msg']}", step="read consent") from error


def _instruct(wanted: WantedRemedy, before: RunRow, *, as_json: bool) -> int:
    then = f"phonebench remedy {wanted.remedy} --done --run {before.id}"
    if as_json:
        print_json({"remedy": str(wanted.remedy), "run": before.id, "instruction": _BY_HAND[wanted.remedy]})
    else:
        results().print(_BY_HAND[wanted.remedy])
        results().print(tr("Then: {command}").format(command=then))
    return entry.OPEN


def _show(
    record: remedies.RemedyRecord, effect: remedies.Effect, diagnosis: Diagnosis, after: Diagnosis, *, as_json: bool
) -> int:
    rows = (
        (tr("cleared"), effect.cleared),
        (tr("still there"), effect.stays),
        (tr("nothing new since"), effect.nothing_new),
    )
    if as_json:
        told: dict[str, Any] = json.loads(record.model_dump_json())
        told |= {"cleared": effect.cleared, "stays": effect.stays, "nothing_new": effect.nothing_new}
        print_json({"remedy": Mask((record.serial,)).data(told), "before": _record(diagnosis), "after": _record(after)})
        return after.exit_code
    console = results()
    print_diagnosis(console, redacted(diagnosis), language(), names)
    for title, codes in rows:
        if codes:
            console.print(f"{title}: {tr(', ').join(names(code, language()) for code in codes)}")
    progress().print(tr("tested again in run {run}").format(run=after.run_id))
    return after.exit_code


def _record(diagnosis: Diagnosis) -> object:
    return redacted(diagnosis).model_dump(mode="json")
