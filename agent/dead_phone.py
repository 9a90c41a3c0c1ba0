"""A phone that does not boot: from the facts of its USB socket to a diagnosis like any other.

The facts come from :mod:`agent.no_boot`; here they become measurements and findings, and the knowledge of causes says
what they speak for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic_ns
from typing import Final

from agent.benches import Recorder
from agent.home import Home
from agent.journal import Journal, new_run_id
from agent.limits import DECLARED
from agent.links import UsbMode
from agent.localizer import RunFacts, conclude, load_knowledge
from agent.no_boot import NoBootFacts
from agent.runs import agent_version
from agent.session import run_probe
from agent.store import Store
from probes import (
    BadInput,
    Bench,
    Evidence,
    Excuse,
    LogStream,
    Measure,
    NotSupported,
    Probe,
    ProbeMeta,
    Reading,
    Reply,
    Said,
    Sign,
    Stage,
    Strength,
    Unit,
    Verdict,
)
from reports import Diagnosis

_SOURCE: Final = ("usb", "facts")
# Priors: our own, until benches have counted. A phone that is off with a full pack takes next to nothing; a deeply
# discharged one is fed the small current of pre-charge (50..150 mA, data sheets of chargers); a live one takes more.
_NOTHING_MA: Final = 20.0
_TRICKLE_MA: Final = 150.0
_COMES_AND_GOES: Final = 3
_BOOT_LOADER_LOW_MV: Final = 3400.0  # prior: boot loaders refuse to start the system below about this
_LEAST_SANE_MV, _MICROVOLTS_FROM = 1000.0, 100_000.0


@dataclass(frozen=True, slots=True)
class _Rule:
    """What one state of the socket says, and how loudly."""

    code: str
    holds: Callable[[NoBootFacts], bool]
    strength: Strength
    text: str


def _is(*modes: UsbMode) -> Callable[[NoBootFacts], bool]:
    return lambda facts: facts.mode in modes


def _current(low_ma: float, high_ma: float, *modes: UsbMode) -> Callable[[NoBootFacts], bool]:
    def holds(facts: NoBootFacts) -> bool:
        current_ma = facts.current_mean_ma
        return facts.mode in modes and current_ma is not None and low_ma <= current_ma < high_ma

    return holds


def _restless(facts: NoBootFacts) -> bool:
    return (facts.enumerations or 0) + (facts.departures or 0) >= _COMES_AND_GOES


def _slot_dead(facts: NoBootFacts) -> bool:
    return any(name.startswith("slot-unbootable") and said == "yes" for name, said in facts.fastboot.items())


def _battery_low(facts: NoBootFacts) -> bool:
    if facts.fastboot.get("battery-soc-ok") == "no":
        return True
    voltage_mv = _battery_mv(facts)
    return voltage_mv is not None and voltage_mv < _BOOT_LOADER_LOW_MV


_OFF: Final = (UsbMode.NOTHING, UsbMode.CHARGING_ONLY)
_RULES: Final = (
    _Rule("usb.draws_nothing", _current(-1e9, _NOTHING_MA, *_OFF), Strength.STRONG, "no device, no current"),
    _Rule("usb.trickle_only", _current(_NOTHING_MA, _TRICKLE_MA, *_OFF), Strength.STRONG, "a small current only"),
    _Rule("usb.charging_only", _current(_TRICKLE_MA, 1e9, *_OFF), Strength.STRONG, "charges, but is no USB device"),
    _Rule(
        "usb.nothing",
        lambda facts: facts.mode in _OFF and facts.current_mean_ma is None,
        Strength.STRONG,
        "no USB device; the current is not known",
    ),
    _Rule("usb.comes_and_goes", _restless, Strength.STRONG, "comes and goes"),
    _Rule("usb.qualcomm_9008", _is(UsbMode.QUALCOMM_9008), Strength.STRONG, "Qualcomm emergency download"),
    _Rule("usb.mediatek_brom", _is(UsbMode.MEDIATEK_BROM), Strength.STRONG, "MediaTek boot ROM"),
    _Rule("usb.mediatek_preloader", _is(UsbMode.MEDIATEK_PRELOADER), Strength.STRONG, "MediaTek preloader"),
    _Rule("usb.stays_in_boot_loader", _is(UsbMode.FASTBOOT), Strength.STRONG, "stays in the boot loader"),
    _Rule("usb.stays_in_download_mode", _is(UsbMode.SAMSUNG_DOWNLOAD), Strength.STRONG, "stays in download mode"),
    _Rule(
        "usb.stays_in_recovery",
        _is(UsbMode.RECOVERY, UsbMode.SIDELOAD),
        Strength.STRONG,
        "stays in the recovery system",
    ),
    _Rule("usb.slot_unbootable", _slot_dead, Strength.STRONG, "the boot loader has given up a slot"),
    _Rule("usb.boot_loader_battery_low", _battery_low, Strength.MODERATE, "the boot loader calls the battery low"),
    _Rule("usb.serial_only", _is(UsbMode.SERIAL, UsbMode.OTHER), Strength.STRONG, "a serial port and nothing else"),
)


class DeadPhone(Probe):
    """What the socket shows of a phone on which no Android runs."""

    meta = ProbeMeta(
        id="boot.usb_state",
        version=1,
        purpose="What a phone that does not boot shows at its socket",
        stage=Stage.IDENTITY,
        needs=frozenset(),
        duration_s=12.0,
        measures=(
            Measure(name="mode", label="USB mode", unit=Unit.TEXT, key=True),
            Measure(name="current_ma", label="Current into the phone", unit=Unit.MILLIAMPERE),
            Measure(name="comings_and_goings", label="Comings and goings on USB", unit=Unit.COUNT),
            Measure(name="battery_mv", label="Battery, as the boot loader says", unit=Unit.MILLIVOLT),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Read the facts and say which of the rules they meet."""
        reply = bench.shell(*_SOURCE)
        facts = NoBootFacts.model_validate_json(reply.out.raw)
        where = Evidence(recording=reply.id, text=f"socket {facts.socket}, {facts.ids or 'no device'}")
        yield Reading(name="mode", value=str(facts.mode), evidence=(where,))
        watched = None if facts.enumerations is None else facts.enumerations + (facts.departures or 0)
        for name, value in (
            ("current_ma", facts.current_mean_ma),
            ("comings_and_goings", watched),
            ("battery_mv", _battery_mv(facts)),
        ):
            if value is None:
                yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason=_lacking(facts, name))
            else:
                yield Reading(name=name, value=value, evidence=(where,))
        for rule in _RULES:
            if rule.holds(facts):
                yield Sign(
                    code=rule.code,
                    strength=rule.strength,
                    evidence=(Evidence(recording=reply.id, measurement="mode", text=rule.text),),
                )


class FactsBench:
    """Stands for a phone of which nothing is known but the facts of its socket; keeps them as evidence."""

    def __init__(self, facts: NoBootFacts, recorder: Recorder) -> None:
        self._facts = facts
        self._recorder = recorder

    def shell(self, *argv: str, deadline_s: float = 10.0, cap_bytes: int = 0) -> Reply:  # noqa: ARG002  as Bench has it
        """Give the facts as JSON; there is no shell.

        Raises:
            NotSupported: anything else is asked.
        """
        if argv != _SOURCE:
            raise NotSupported("no Android runs on this phone", step=argv[0])
        raw = self._facts.model_dump_json().encode()
        return self._recorder.reply(" ".join(argv), raw, b"", 0, monotonic_ns())

    def log(self, buffer: str, *, deadline_s: float = 0.0, cap_bytes: int = 0) -> LogStream:  # noqa: ARG002  as Bench
        """There is none.

        Raises:
            NotSupported: always.
        """
        raise NotSupported("no Android runs on this phone", step=buffer)


def diagnose_dead(home: Home, journal: Journal, facts: NoBootFacts, *, complaints: tuple[str, ...] = ()) -> Diagnosis:
    """Journal a run of the facts and conclude from them.

    Raises:
        BadInput: Android runs on the phone; it is to be diagnosed by its serial.
        StoreError: the evidence cannot be written.
    """
    if facts.mode.android_runs:
        raise BadInput(f"the phone at socket {facts.socket} runs Android ({facts.mode}): give its serial instead")
    probe, created = DeadPhone(), datetime.now(UTC)
    run_id, subject = new_run_id(created), f"socket {facts.socket}"
    journal.begin(run_id=run_id, source="usb", subject=subject, plan=(probe.meta.id,), agent_version=agent_version())
    recorder = Recorder(Store(home.run_dir(run_id)))
    result = run_probe(probe, FactsBench(facts, recorder), recorder, {})
    journal.durable([journal.add(run_id, 0, result)])
    said = RunFacts(
        run_id=run_id,
        created_at=created,
        source="usb",
        subject=subject,
        agent_version=agent_version(),
        limits=DECLARED,
        complaints=complaints,
    )
    diagnosis = conclude(said, (result,), load_knowledge())
    journal.finish(run_id, diagnosis.model_dump_json(), is_whole=True)
    return diagnosis


def _battery_mv(facts: NoBootFacts) -> float | None:
    """The boot loader's ``battery-voltage``: mV, or µV on some phones; None for anything else."""
    text = facts.fastboot.get("battery-voltage", "").lower().removesuffix("mv").strip()
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        return None
    value = float(text)
    voltage_mv = value / 1000.0 if value >= _MICROVOLTS_FROM else value
    return voltage_mv if voltage_mv >= _LEAST_SANE_MV else None


def _lacking(facts: NoBootFacts, name: str) -> str:
    why = facts.lacking.get({"current_ma": "current", "comings_and_goings": "traffic"}.get(name, "fastboot"), "")
    return "no_meter" if why == "no_meter" else "not_reported"
