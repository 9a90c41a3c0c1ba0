"""Software remedies: done with consent, journalled, and each followed by the checks that had failed.

What a remedy clears was software: that goes into the diagnosis as evidence. Nothing here wipes a phone by itself; the
ways that lose data only become an instruction to the operator after consent and backup answer are on record.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from agent.consent import Danger, Permission
from agent.journal import Journal
from agent.links import AdbLink, DeviceState, discover
from agent.runs import PhoneAddress
from probes import (
    SOFTWARE,
    BadInput,
    BenchError,
    Blame,
    CommandFailed,
    Evidence,
    Finding,
    PermissionMissing,
    ProbeResult,
    Record,
    Stage,
    Strength,
    Unplugged,
    Verdict,
    first_look,
    show,
    unsteady,
)

CLEARED: Final = "software.cleared_by_remedy"
_PACKAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+")
_SHELL_S: Final = 30.0
_LOOK_EVERY_S: Final = 0.25
_CAP_BYTES: Final = 64 * 1024
_OPEN: Final = frozenset({Verdict.FAIL, Verdict.MARGINAL, Verdict.INCONCLUSIVE})
_SAID_SO: Final = frozenset({Verdict.PASS, Verdict.MARGINAL, Verdict.FAIL})


class Remedy(StrEnum):
    """What can be done to software, from mild to strong."""

    RESTART = "restart"
    STOP_APP = "stop-app"
    CLEAR_CACHE = "clear-cache"
    SAFE_BOOT = "safe-boot"
    CLEAR_DATA = "clear-data"
    FACTORY_RESET = "factory-reset"

    @property
    def loses_data(self) -> bool:
        """Whether it needs consent and a backup answer."""
        return self in {Remedy.CLEAR_DATA, Remedy.FACTORY_RESET}

    @property
    def is_by_hand(self) -> bool:
        """Whether the operator does it on the phone; the bench instructs, journals and tests again."""
        return self in {Remedy.SAFE_BOOT, Remedy.FACTORY_RESET}


class RemedyRecord(Record):
    """What was done to which phone, as the journal keeps it."""

    remedy: Remedy
    serial: str
    package: str = ""
    at: datetime
    said: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What became of the findings: gone, still there, or only in the logs of before."""

    cleared: tuple[str, ...]
    stays: tuple[str, ...]
    nothing_new: tuple[str, ...]

    @property
    def helped(self) -> bool:
        """Whether something is gone and nothing that was loud is still there."""
        return bool(self.cleared) and not self.stays


def apply(remedy: Remedy, link: AdbLink, *, package: str = "", permission: Permission | None = None) -> RemedyRecord:
    """Do it to the phone on an open link.

    Args:
        package: the app, for what concerns one; empty for ``clear-cache`` means the caches of all apps.
        permission: token of ``Permissions.allow``, needed for what loses data.

    Raises:
        BadInput: the package is missing or no package name.
        PermissionMissing: it loses data and nobody allowed it.
        CommandFailed: the phone refused.
    """
    if (remedy in {Remedy.STOP_APP, Remedy.CLEAR_DATA} or package) and not _PACKAGE.fullmatch(package):
        raise BadInput(f"{show(package, 60)!r} is no package name", step=str(remedy))
    serial = _serial(link)
    if remedy.loses_data:
        if permission is None:
            raise PermissionMissing(f"{remedy} needs the customer's consent and backup answer", device=serial)
        permission.use(danger=Danger.WIPE, serial=serial)
    said = ""
    if remedy is Remedy.RESTART:
        link.reboot(deadline_s=_SHELL_S)
    elif not remedy.is_by_hand:
        said = _command(link, _argv(remedy, package), remedy)
    return RemedyRecord(remedy=remedy, serial=serial, package=package, at=datetime.now(UTC), said=said)


def done_by_hand(remedy: Remedy, link: AdbLink) -> RemedyRecord:
    """What the operator says to have done; consent was asked for when it was instructed."""
    return RemedyRecord(remedy=remedy, serial=_serial(link), at=datetime.now(UTC), said="done by the operator")


def _argv(remedy: Remedy, package: str) -> tuple[str, ...]:
    if remedy is Remedy.STOP_APP:
        return ("am", "force-stop", package)
    if remedy is Remedy.CLEAR_DATA:
        return ("pm", "clear", package)
    # `--cache-only` came late (Android 14); asking for more room than there is empties all caches on any version
    return ("pm", "clear", "--cache-only", package) if package else ("pm", "trim-caches", "999G")


def _command(link: AdbLink, argv: Sequence[str], remedy: Remedy) -> str:
    reply = link.shell(argv, deadline_s=_SHELL_S, cap_bytes=_CAP_BYTES)
    said = show((reply.stdout + reply.stderr).decode("utf-8", "replace").strip())
    if reply.exit_code or said.startswith(("Failed", "Failure", "Error", "Exception")):
        raise CommandFailed(f"the phone refused {remedy}: {said}", step=str(remedy))
    return said


def _serial(link: AdbLink) -> str:
    """The phone's own serial, read now: a token for another phone must not fit because of an address."""
    reply = link.shell(("getprop", "ro.serialno"), deadline_s=_SHELL_S, cap_bytes=_CAP_BYTES)
    return show(reply.stdout.decode("utf-8", "replace").strip(), 80)


def wait_until_back(phone: PhoneAddress, wait_s: float, sleep: Callable[[float], None] = time.sleep) -> PhoneAddress:
    """Wait for a phone that restarts until it is gone, and then until it has started; connect again over a network.

    Raises:
        Unplugged: it does not come back in time.
    """
    deadline, was_gone = time.monotonic() + wait_s, False
    while time.monotonic() < deadline:
        found = next((one for one in discover(phone.server) if one.key == phone.key), None)
        usable = found is not None and found.state is DeviceState.DEVICE
        was_gone = was_gone or not usable
        if found is not None and usable and was_gone and _has_started(phone):
            return replace(phone, serial=found.serial, key=found.key, transport_id=found.transport_id)
        if not usable and ":" in phone.serial:
            _connect(phone)
        sleep(_LOOK_EVERY_S)
    raise Unplugged(f"the phone has not come back within {wait_s:g} s", device=show(phone.serial, 60), step="restart")


def _connect(phone: PhoneAddress) -> None:
    with suppress(BenchError):  # the server has forgotten it by itself
        phone.server.disconnect(phone.serial)
    with suppress(BenchError):  # not up yet
        phone.server.connect(phone.serial)


def _has_started(phone: PhoneAddress) -> bool:
    try:
        with AdbLink(phone.server, phone.serial) as link:
            reply = link.shell(("getprop", "sys.boot_completed"), deadline_s=_SHELL_S, cap_bytes=_CAP_BYTES)
    except BenchError:
        return False
    return reply.stdout.strip() == b"1"


def to_test_again(results: Sequence[ProbeResult]) -> tuple[str, ...]:
    """Ids of the probes that failed, warned or said something loud, in their order."""
    loud = (
        first_look(result.probe)
        for result in results
        if result.verdict in _OPEN or any(finding.strength is not Strength.WEAK for finding in result.findings)
    )
    return tuple(dict.fromkeys(loud))


def effect_of(before: Sequence[ProbeResult], after: Sequence[ProbeResult]) -> Effect:
    """Compare the loud findings of before with those after the remedy; what was not tested again is left out.

    Nor is anything cleared by one quiet look where a check had found it at one look of before and not at another.
    """
    tested = {first_look(result.probe) for result in after if result.verdict is not Verdict.ERROR}
    answered = {first_look(result.probe) for result in after if result.verdict in _SAID_SO}
    came_and_went = unsteady(before)
    judged = {
        f"{first_look(result.probe)}:{taken.name}"
        for result in after
        for taken in result.measurements
        if taken.value is not None
    }
    now = _loud(after, tested)
    cleared, stays, nothing_new = list[str](), list[str](), list[str]()
    for key, finding in _loud(before, tested).items():
        later, measured = now.get(key), finding.evidence[0].measurement if finding.evidence else ""
        again = f"{key[0]}:{measured}" in judged if measured else key[0] in answered
        if later is None and (not again or key[0] in came_and_went):
            continue  # not measured again, such as a drain so soon after a start, or measured once of what is unsteady
        if later is None:
            cleared.append(finding.code)
        elif finding.last and _moment(later) == _moment(finding):
            nothing_new.append(finding.code)  # logs and drop box keep what was before
        else:
            stays.append(finding.code)
    unique = [tuple(dict.fromkeys(codes)) for codes in (cleared, stays, nothing_new)]
    return Effect(*unique)


def _loud(results: Sequence[ProbeResult], tested: set[str]) -> Mapping[tuple[str, str, str], Finding]:
    return {
        (first_look(result.probe), finding.code, finding.subject): finding
        for result in results
        if first_look(result.probe) in tested
        for finding in result.findings
        if finding.strength is not Strength.WEAK
    }


def as_evidence(record: RemedyRecord, effect: Effect) -> ProbeResult:
    """The remedy as a result of its own, so that the diagnosis can weigh what it cleared."""
    words = f"{record.remedy} {record.package}: " if record.package else f"{record.remedy}: "
    words += f"cleared {', '.join(effect.cleared) or 'nothing'}; stays {', '.join(effect.stays) or 'nothing'}"
    finding = Finding(
        code=CLEARED,
        strength=Strength.MODERATE,
        blame=Blame.COMPONENT,
        components=(SOFTWARE,),
        subject=record.package or str(record.remedy),
        evidence=(Evidence(text=show(words, 300)),),
    )
    return ProbeResult(
        probe=f"remedy.{str(record.remedy).replace('-', '_')}",
        probe_version=1,
        stage=Stage.SOFTWARE,
        verdict=Verdict.MARGINAL if effect.helped else Verdict.INCONCLUSIVE,
        blame=Blame.COMPONENT if effect.helped else Blame.UNDETERMINED,
        reason="cleared_by_remedy" if effect.helped else "not_cleared",
        started_at=record.at,
        duration_ns=0,
        findings=(finding,) if effect.helped else (),
    )


def note(journal: Journal, run_id: str, record: RemedyRecord, effect: Effect | None = None) -> None:
    """Write what was done, and what came of it, into the journal of a run."""
    data = record.model_dump(mode="json")
    if effect is not None:
        data |= {"cleared": effect.cleared, "stays": effect.stays, "nothing_new": effect.nothing_new}
    journal.note(run_id, "remedy", json.dumps(data, ensure_ascii=False))


def _moment(finding: Finding) -> str:
    """When it was seen last, without the boot: the same line is of boot 0 before a restart and of boot -1 after it."""
    return finding.last.partition(" (boot ")[0]
