"""``phonebench complaint``, and what ``--complaint`` adds to a diagnosis: the remote preliminary diagnosis."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from agent.cli import entry
from agent.cli.language import tr
from agent.cli.screen import language, print_json, results
from probes import decode, symptoms
from probes.complaint import MAX_CHARS, Complaint, read_complaint
from reports import Conclusion, Diagnosis, Language, ServiceMode, Triage, TriageClass, TriageText, mark, triage

_MAX_BYTES: Final = 8 * MAX_CHARS
_CLASSES: Final = {
    TriageClass.SW: mark("it seems to be software or a setting"),
    TriageClass.HW: mark("it seems to be hardware"),
    TriageClass.UNKNOWN: mark("it may be software or hardware"),
}
_MODES: Final = {
    ServiceMode.CARRY_IN: mark("bring the phone to a service centre"),
    ServiceMode.MAIL_IN: mark("send the phone in, or bring it"),
    ServiceMode.ON_SITE: mark("have it tested where you are, or bring it"),
}
_WHEN: Final = {
    "now": mark("Service: {mode}. {reason}"),
    "if_steps_fail": mark("If that does not help: {mode}. {reason}"),
    "not_needed": mark("Service: none. {reason}"),
    "not_known": mark("Service: not known yet. {reason}"),
}
_EVIDENCE: Final = {
    Conclusion.PART: TriageClass.HW,
    Conclusion.SOFTWARE: TriageClass.SW,
    Conclusion.CONFIGURATION: TriageClass.SW,
}


def complaint(text: str, *, as_json: bool) -> int:
    """Say what a complaint means and which words said so. Exit code 3 where nothing was understood."""
    read = read_complaint(_standard_input() if text == "-" else text)
    remote = triage(read)
    if as_json:
        print_json({"complaint": read.model_dump(mode="json"), "triage": remote.model_dump(mode="json")})
    else:
        for line in (*_understood(read), *triage_lines(remote)):
            results().print(Text(line), soft_wrap=True)
    return entry.OK if read.is_understood else entry.OPEN


def triage_lines(remote: Triage) -> Iterator[str]:
    """The remote preliminary diagnosis as lines in the language of this process."""
    if not remote.is_understood:
        yield tr("The complaint is not understood; it names no symptom that is known.")
    else:
        said = tr(", ").join(f"{row.zh if _is_chinese() else row.en} ({row.code})" for row in remote.symptoms)
        yield tr("Complaint: {said}: {seems}").format(said=said, seems=tr(_CLASSES[remote.kind]))
    if remote.steps:
        yield tr("The customer can try, in this order:")
        yield from (f"  {number}. {_words(step)}" for number, step in enumerate(remote.steps, 1))
    mode = tr(_MODES[remote.service_mode]) if remote.service_mode else ""
    yield tr(_WHEN[remote.when]).format(mode=mode, reason=_words(remote.reason))
    if remote.backup_reminder:
        yield tr("Remind the customer to back up the data before the phone leaves.")
    yield tr("Ask next: {question}").format(question=_words(remote.question))


def _understood(read: Complaint) -> Iterator[str]:
    for guess in read.guesses:
        named = "*" if guess.code in read.named else " "
        words = tr(", ").join(guess.because)
        name = symptoms()[guess.code].name(language())
        yield f"{named} {guess.code} {100 * guess.share:3.0f} %  {name}  [{words}]"
    for code in read.denied:
        yield tr("not the case: {what}").format(what=f"{code} {symptoms()[code].name(language())}")
    for group in read.groups:
        words = tr(", ").join(group.because)
        yield tr("  like repairs of {group}: {percent} % [{words}]").format(
            group=group.group, percent=f"{100 * group.share:.0f}", words=words
        )
    if read.was_cut:
        yield tr("Only the first {number} characters were read.").format(number=MAX_CHARS)


def _words(text: TriageText) -> str:
    return text.zh if _is_chinese() else text.en


def _is_chinese() -> bool:
    return language() is Language.ZH


def _standard_input() -> str:
    stream = getattr(sys.stdin, "buffer", None)  # a daemon has no standard input
    return decode(stream.read(_MAX_BYTES)) if stream is not None else ""


def print_triage(console: Console, said: Complaint | None, diagnosis: Diagnosis) -> None:
    """Print what follows from a complaint, below the diagnosis; nothing where there is none."""
    if said is not None:
        for line in triage_lines(_triage_of(said, diagnosis)):
            console.print(Text(line), soft_wrap=True)


def triage_record(said: Complaint | None, diagnosis: Diagnosis) -> dict[str, Any]:
    """The remote preliminary diagnosis, to stand beside a diagnosis in JSON; empty where there is no complaint."""
    return {} if said is None else {"triage": _triage_of(said, diagnosis).model_dump(mode="json")}


def _triage_of(said: Complaint, diagnosis: Diagnosis) -> Triage:
    """What a report found outweighs the words."""
    return triage(said, _EVIDENCE.get(diagnosis.conclusion))
