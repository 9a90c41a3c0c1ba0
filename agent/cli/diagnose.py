"""``phonebench diagnose``, ``bugreport`` and ``resume``: from a phone or a report to a diagnosis on the screen."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from agent import runs
from agent.cli import around, entry
from agent.cli.begun import Begun, keep_begun, read_begun
from agent.cli.bench import opened
from agent.cli.complaint import print_triage, triage_record
from agent.cli.language import tr
from agent.cli.names import names
from agent.cli.order_run import keep_with_order, order_for_run, require_its_phone
from agent.cli.plots import draw, print_files
from agent.cli.screen import error_line, language, print_json, progress, results
from agent.cli.team import Outcome, run_team
from agent.guide import Rules
from agent.home import Home
from agent.journal import Journal, RunRow
from agent.limits import DECLARED, read_limits
from agent.links import AdbServer, DeviceState, FoundPhone, PrivateServer, bench_server, discover
from agent.plan import known_probes, probes_by_id, probes_with
from agent.plan_files import DEFAULT as DEFAULT_PLAN
from agent.plan_files import probes_of, read_plan
from agent.rack import Rack, RackSpec
from agent.replug import wait_for
from agent.session import Limits
from agent.stop import StopSign
from probes import BadInput, BenchError, NotAuthorized, Probe, SetupError, UnknownDevice, show
from probes.complaint import Complaint, read_complaint
from probes.software.indicators import read_indicators
from reports import Diagnosis, print_diagnosis, redacted, shown_name

_PASSING: Final = frozenset({DeviceState.OFFLINE, DeviceState.AUTHORIZING, DeviceState.CONNECTING})
_SETTLE_S: Final = 3.0
_FIRST_OF: Final = (entry.FAULT, entry.BENCH, entry.OPEN, entry.OK)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which phones to diagnose."""

    serial: str
    every: bool
    faults: tuple[str, ...]
    seed: int
    profile: str
    replug_s: float = 0.0
    complaint: str = ""
    indicators: Path | None = None
    plan: str = DEFAULT_PLAN
    explain_time: bool = False
    bench: Path | None = None
    modem: str = ""
    unattended: bool = False
    explain: bool = False
    history: tuple[str, ...] = ()
    order: str = ""


def diagnose(wanted: Wanted, *, limits_file: Path | None, as_json: bool) -> int:
    """Diagnose one phone, all phones, or emulated ones; return the exit code."""
    _require_sense(wanted)
    said = read_complaint(wanted.complaint) if wanted.complaint else None
    limits = _limits(limits_file)
    plan = read_plan(wanted.plan)
    _known_history(wanted.history)
    probes = probes_of(plan, known_probes(_probes(wanted.indicators)))
    with opened() as (home, journal), ExitStack() as stack:
        case = order_for_run(home, wanted.order) if wanted.order else None
        spec = RackSpec(wanted.faults, len(wanted.faults), wanted.seed, wanted.profile) if wanted.faults else None
        phones = _phones(wanted, spec, stack)
        begun = _begun(wanted, plan.rules, limits_file, spec)
        if case is not None:
            require_its_phone(home, journal, case, phones[0])
        outcomes = run_team(
            home,
            journal,
            phones,
            limits,
            quiet=as_json,
            replug_s=wanted.replug_s,
            complaints=tuple(dict.fromkeys((*(case.order.codes if case else ()), *(said.named if said else ())))),
            probes=probes,
            rules=plan.rules,
            contexts=wanted.history,
            order=case.order.ticket if case else "",
            begins=lambda phone, run_id: keep_begun(
                home, run_id, begun.model_copy(update={"number": phones.index(phone)})
            ),
        )
        _keep_with_orders(home, outcomes)
        if wanted.explain_time and not as_json:
            _explain_time(journal, outcomes)
        drawn = tuple(_drawn(home, journal, outcomes)) if wanted.explain else ()
    code = _show(outcomes, as_json=as_json, many=wanted.every or len(wanted.faults) > 1, said=said)
    if wanted.explain and not as_json:
        print_files(drawn)
    return code


def _require_sense(wanted: Wanted) -> None:
    many = wanted.every or len(wanted.faults) > 1
    if wanted.complaint and many:
        raise BadInput("a complaint belongs to one phone: give it with one serial")
    if wanted.order and many:
        raise BadInput("an order belongs to one phone: give it with one serial")
    if sum((bool(wanted.serial), wanted.every, bool(wanted.faults))) > 1:
        raise BadInput("give a serial, or --all, or --sim")


def _phones(wanted: Wanted, spec: RackSpec | None, stack: ExitStack) -> list[runs.PhoneAddress]:
    """The phones that are wanted, on the bench or emulated until ``stack`` closes."""
    if spec is None:
        return phones_on_bench(wanted)
    return stack.enter_context(emulated_phones(spec, unattended=wanted.unattended))


def _begun(wanted: Wanted, rules: Rules, limits_file: Path | None, spec: RackSpec | None) -> Begun:
    """What has to be known to go on with a run of this command."""
    files = {"limits": limits_file, "indicators": wanted.indicators, "bench": wanted.bench}
    return Begun(
        rack=spec,
        rules=rules,
        modem=wanted.modem,
        unattended=wanted.unattended or wanted.every,
        **{name: path and path.absolute() for name, path in files.items()},
    )


def _explain_time(journal: Journal, outcomes: Sequence[Outcome]) -> None:
    from agent.cli.bench_report import explain_time

    for outcome in outcomes:
        explain_time(journal, outcome.run_id)


def _keep_with_orders(home: Home, outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.diagnosis is not None and outcome.diagnosis.order:
            keep_with_order(home, outcome.diagnosis)


def _known_history(history: Sequence[str]) -> None:
    from agent.localizer import load_knowledge

    known = load_knowledge().contexts
    unknown = [name for name in history if name not in known]
    if unknown:
        raise BadInput(f"nothing is known of a history {show(unknown[0], 60)!r}: take one of {', '.join(known)}")


def _drawn(home: Home, journal: Journal, outcomes: Sequence[Outcome]) -> Iterator[Path]:
    """Plots of what the runs recorded; a run that did not begin has none."""
    for outcome in outcomes:
        if outcome.diagnosis is not None:
            yield from draw(home, journal, outcome.diagnosis.run_id)


def bugreport(
    path: Path, *, limits_file: Path | None, as_json: bool, complaint: str = "", indicators: Path | None = None
) -> int:
    """Diagnose from a bug report or dumps, and from what the customer says of it; return the exit code."""
    chosen, name = _limits(limits_file)
    said = read_complaint(complaint) if complaint else None
    with opened() as (home, journal):
        orders = runs.Orders(chosen, name, complaints=said.named if said else (), probes=_probes(indicators))
        diagnosis = runs.diagnose_report(home, journal, path, orders)
    return _show([Outcome(str(path), diagnosis, None)], as_json=as_json, many=False, said=said)


def resume(run_id: str, *, limits_file: Path | None, as_json: bool) -> int:
    """Go on with a run that was broken off, as it was begun; return the exit code."""
    with opened() as (home, journal), ExitStack() as stack:
        run = journal.run(run_id)
        if run.state == "done":
            raise BadInput(f"run {run.id} is complete: see `phonebench report {run.id}`", step="resume")
        if run.source == "bugreport":
            raise BadInput(
                f"run {run.id} is of a bug report: run `phonebench bugreport` on {run.subject} again", step="resume"
            )
        begun = read_begun(home, run.id)
        chosen = _limits(limits_file or begun.limits)
        probes = probes_by_id(run.plan, known_probes(_probes(begun.indicators)))
        phone = _phone_of(run, begun, stack)
        journal.note(run.id, "resumed", "{}")
        outcomes = run_team(
            home, journal, [phone], chosen, quiet=as_json, resumed=run, probes=probes, rules=begun.rules
        )
        _keep_with_orders(home, outcomes)
    return _show(outcomes, as_json=as_json, many=False)


def one_phone(wanted: Wanted, stack: ExitStack) -> runs.PhoneAddress:
    """The one phone that is wanted: on the bench, or emulated until ``stack`` closes.

    Raises:
        SetupError: there is none, there are several, or it cannot be used as it is.
    """
    if len(wanted.faults) + bool(wanted.serial) > 1:
        raise BadInput("give a serial, or --sim once")
    if wanted.faults:
        spec = RackSpec(wanted.faults, 1, wanted.seed, wanted.profile)
        return stack.enter_context(emulated_phones(spec, unattended=wanted.unattended))[0]
    return phones_on_bench(wanted)[0]


def read_limits_of(path: Path | None) -> tuple[Limits, str]:
    """The limits of a file and their name, or the declared ones."""
    return _limits(path)


def show_one(serial: str, diagnosis: Diagnosis, *, as_json: bool) -> int:
    """Show the diagnosis of one phone and return its exit code."""
    return _show([Outcome(serial, diagnosis, None)], as_json=as_json, many=False)


def _probes(indicators: Path | None) -> tuple[Probe, ...]:
    return probes_with(read_indicators(indicators) if indicators else None)


def _limits(path: Path | None) -> tuple[Limits, str]:
    return read_limits(path) if path else ({}, DECLARED)


@contextmanager
def emulated_phones(spec: RackSpec, *, unattended: bool = False) -> Iterator[list[runs.PhoneAddress]]:
    """Emulated phones behind an adb server of their own: nobody else's server sees them.

    Args:
        spec: what to emulate.
        unattended: whether there is nobody at the emulated bench.
    """
    with (
        tempfile.TemporaryDirectory(prefix="phonebench-adb-") as folder,
        Rack(spec) as rack,
        PrivateServer(Path(folder)) as server,
    ):
        serials = [server.connect(address) for address in rack.addresses]
        yield [
            runs.PhoneAddress(server, serial, serial, around=around.emulated(rack, index, unattended=unattended))
            for index, serial in enumerate(serials)
        ]


def phones_on_bench(wanted: Wanted) -> list[runs.PhoneAddress]:
    """The phones on this bench that are wanted.

    Raises:
        SetupError: there is none, or it cannot be used as it is.
    """
    server = bench_server()
    stands = around.real(bench=wanted.bench, modem=wanted.modem, unattended=wanted.unattended or wanted.every)
    found = discover(server)
    if wanted.serial:
        found = tuple(phone for phone in found if phone.serial == wanted.serial)
        if not found:
            raise UnknownDevice(f"the bench sees no phone {show(wanted.serial, 60)!r}", step="find phone")
    if not found:
        raise UnknownDevice("the bench sees no phone", step="find phone")
    if len(found) > 1 and not wanted.every:
        listed = ", ".join(shown_name(show(phone.serial, 40)) for phone in found)
        words = f"{len(found)} phones are connected ({listed}): give a serial of `phonebench devices`, or --all"
        raise BadInput(words, step="find phone")
    if not wanted.every:
        return [replace(_settled(server, found[0]), around=stands(_socket(found[0])))]
    return [
        runs.PhoneAddress(server, phone.serial, phone.key, phone.transport_id, stands(_socket(phone)))
        for phone in found
    ]


def _socket(phone: FoundPhone) -> str:
    """USB socket of a phone, as the bench file names it."""
    return phone.devpath.removeprefix("usb:")


def _settled(server: AdbServer, phone: FoundPhone) -> runs.PhoneAddress:
    """A phone that has just been plugged in passes through other states: give it the time to settle."""
    address = runs.PhoneAddress(server, phone.serial, phone.key, phone.transport_id)
    if phone.state in _PASSING:
        settled = wait_for(address, _SETTLE_S, StopSign())
        if settled is not None:
            return settled
    _require_usable(phone)
    return address


def _require_usable(phone: FoundPhone) -> None:
    if phone.state is DeviceState.UNAUTHORIZED:
        raise NotAuthorized("the phone has not allowed this bench", device=show(phone.serial, 60))
    if phone.state not in {DeviceState.DEVICE, DeviceState.RECOVERY}:
        raise SetupError(
            f"the phone is {phone.state}: {tr(phone.state.advice)}", device=show(phone.serial, 60), step="find phone"
        )


def _phone_of(run: RunRow, begun: Begun, stack: ExitStack) -> runs.PhoneAddress:
    """The phone of a stored run: on the bench, or emulated again from what was kept."""
    if begun.rack is not None:
        return stack.enter_context(emulated_phones(begun.rack, unattended=begun.unattended))[begun.number]
    wanted = Wanted(run.subject, every=False, faults=(), seed=0, profile="")
    return phones_on_bench(replace(wanted, bench=begun.bench, modem=begun.modem, unattended=begun.unattended))[0]


def _show(outcomes: Sequence[Outcome], *, as_json: bool, many: bool, said: Complaint | None = None) -> int:
    if as_json:
        records = [_record(outcome, said) for outcome in outcomes]
        print_json(records if many else records[0])
    else:
        console = results()
        for outcome in outcomes:
            if outcome.diagnosis is not None:
                print_diagnosis(console, redacted(outcome.diagnosis), language(), names)
                print_triage(console, said, outcome.diagnosis)
            elif outcome.trouble is not None:
                progress().print(f"phonebench: {_line(outcome.trouble)}")
    codes = [_code(outcome) for outcome in outcomes]
    return next((code for code in (entry.INTERRUPTED, *_FIRST_OF) if code in codes), entry.OK)


def _record(outcome: Outcome, said: Complaint | None) -> object:
    if outcome.diagnosis is not None:
        return redacted(outcome.diagnosis).model_dump(mode="json") | triage_record(said, outcome.diagnosis)
    code = getattr(outcome.trouble, "code", "E_STOPPED")
    return {"subject": shown_name(show(outcome.subject)), "error": {"code": code, "line": _line(outcome.trouble)}}


def _line(trouble: Exception | None) -> str:
    if isinstance(trouble, BenchError):
        return error_line(trouble)
    return tr("interrupted; what was shown as done is kept")


def _code(outcome: Outcome) -> int:
    if outcome.diagnosis is not None:
        return outcome.diagnosis.exit_code
    if isinstance(outcome.trouble, BadInput):
        return entry.USAGE
    return entry.BENCH if isinstance(outcome.trouble, BenchError) else entry.INTERRUPTED
