"""Each output and each microphone of the phone alone, against the bench's reference loudspeaker and microphone.

The loopback hears each output through microphones of the same phone; here the other end of each way is the bench's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite, nan
from typing import Final

from probes._captures import HardwareBench, HardwareProbe, Output
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import AtLeast, AtMost, LimitSource
from probes._records import Evidence
from probes._station import BoothTake, StationBench
from probes._verdict import Capability, Effort, Resource, Risk, Stage, Unit, Verdict
from probes.hardware.audio_booth import BENCH_LEVEL, Heard, at_phone, at_reference, bench_plays, phone_plays
from probes.hardware.audio_golden import REFERENCE_INPUT_DB, REFERENCE_OUTPUT_DBSPL, SILENT_DB
from probes.hardware.audio_paths import LEVEL
from probes.hardware.audio_volume import full_volume

_OUTPUTS: Final = (Output.SPEAKER, Output.EARPIECE)
_INPUT_NAMES: Final = ("main_microphone", "second_microphone")
_OUTPUT_NAMES: Final = ("loudspeaker", "earpiece")
_SAID_BESIDE: Final = ("loudspeaker_dbspl", "earpiece_dbspl", "loudspeaker_thd_percent")
_LEAST_OUTPUT_DB: Final = -3.5
_LEAST_INPUT_DB: Final = -2.0
_ALIKE_DB: Final = 3.0
"""Two parts that have lost as much, within production's spread, have lost it in what they share."""
_TRIES: Final = 3
_GOLDEN: Final = "against good emulated phones on the same bench, until the model is learned: "
_OUTPUT: Final = LimitSource(kind="prior", text=_GOLDEN + "makers bin small speakers to 3 dB")
_INPUT: Final = LimitSource(
    kind="prior", text=_GOLDEN + "data sheets of MEMS microphones give 1 dB, and twice that is out of their bin"
)
_SILENT: Final = LimitSource(
    kind="prior", text="a silent loudspeaker is open, or gets nothing: sound alone cannot tell"
)
_CDD: Final = LimitSource(kind="standard", text="Android CDD 7.8.4: below 3 % through air")


def _output(name: str, label: str, says: Says) -> Measure:
    limit = AtLeast(low=_LEAST_OUTPUT_DB, source=_OUTPUT)
    return Measure(name=f"{name}_db", label=label, unit=Unit.DECIBEL, limit=limit, says=says, key=True)


def _input(name: str, label: str, says: Says) -> Measure:
    limit = AtLeast(low=_LEAST_INPUT_DB, source=_INPUT)
    return Measure(name=f"{name}_db", label=label, unit=Unit.DECIBEL, limit=limit, says=says, key=True)


def _says(code: str, part: str) -> Says:
    return Says(code=f"audio.reference_{code}", component=part, function="audio" if part == "PCB" else "")


_MEASURES: Final = (
    Measure(
        name="loudspeaker_heard",
        label="Loudspeaker is heard by the reference microphone",
        unit=Unit.COUNT,
        limit=AtLeast(low=1, source=_SILENT),
        says=Says(code="audio.loudspeaker_silent"),
    ),
    _output("loudspeaker", "Loudspeaker at the reference microphone", _says("loudspeaker_quiet", "SPK")),
    _output("earpiece", "Earpiece at the reference microphone", _says("earpiece_quiet", "RCV")),
    _output("outputs", "Both outputs together at the reference microphone", _says("outputs_quiet", "PCB")),
    _input(
        "main_microphone", "Main microphone before the reference loudspeaker", _says("main_microphone_quiet", "MIC1")
    ),
    _input(
        "second_microphone",
        "Second microphone before the reference loudspeaker",
        _says("second_microphone_quiet", "MIC2"),
    ),
    _input("inputs", "Both microphones together before the reference loudspeaker", _says("inputs_quiet", "PCB")),
    Measure(name="loudspeaker_dbspl", label="Sound pressure level of the loudspeaker", unit=Unit.DECIBEL),
    Measure(name="earpiece_dbspl", label="Sound pressure level of the earpiece", unit=Unit.DECIBEL),
    Measure(
        name="loudspeaker_thd_percent",
        label="Distortion of the loudspeaker at the reference microphone",
        unit=Unit.PERCENT,
        limit=AtMost(high=3.0, source=_CDD),
        says=_says("loudspeaker_distorts", "SPK"),
    ),
)


class Reference(HardwareProbe):
    """Loudspeaker and earpiece heard by the reference microphone, the reference loudspeaker heard by the phone's."""

    meta = ProbeMeta(
        id="audio.reference",
        version=1,
        purpose="Outputs and microphones against the bench's reference pair",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        risk=Risk.CHANGES_SETTING,
        duration_s=18.0,
        needs_setting=frozenset({"setting.mic_privacy", "setting.media_volume_zero", "setting.bluetooth_route"}),
        resources=frozenset({Resource.SPEAKER, Resource.MICROPHONE}),
        wants=frozenset({Capability.PLAY, Capability.RECORD, Capability.SOUND_BOOTH}),
        measures=_MEASURES,
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Sweep the bench's loudspeaker, then each output of the phone."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes a reference loudspeaker and microphone")
        yield from self._inputs(bench)
        yield from self._outputs(bench)

    def _inputs(self, bench: StationBench) -> Iterator[Said]:
        for _try in range(_TRIES):
            take, near = bench_plays(bench)
            own, heard = at_reference(near, BENCH_LEVEL, faded=True), at_phone(take)
            if take.is_whole and own.level_db is not None and not any(one.lost for one in (own, *heard)):
                break
        else:
            why = "reference_not_heard" if own.level_db is None and not own.lost else "samples_lost"
            yield from _excused((*_INPUT_NAMES, "inputs"), why)
            return
        # the sound at the phone is as loud as at the reference microphone, but for where the two stand
        loss = [_loss(one, good + own.level_db) for one, good in zip(heard, REFERENCE_INPUT_DB, strict=True)]
        evidence = _evidence(take.id, near)
        if near.full_scale_dbspl is None:
            yield from _excused((*_INPUT_NAMES, "inputs"), "bench_uncalibrated")
        else:
            yield from _split(loss, (*_INPUT_NAMES, "inputs"), _LEAST_INPUT_DB, evidence)

    def _outputs(self, bench: StationBench) -> Iterator[Said]:
        with full_volume(bench) as is_full:
            found = [_heard_of(bench, output) for output in _OUTPUTS]
        takes, heard = [take for take, _one in found], [one for _take, one in found]
        full_scale_dbspl = takes[0].full_scale_dbspl
        if any(one.lost for one in heard) or not is_full or full_scale_dbspl is None:
            why = "bench_uncalibrated" if full_scale_dbspl is None else "samples_lost" if is_full else "volume_unknown"
            yield from _excused((*_OUTPUT_NAMES, "outputs"), why)
            yield from _excused_of(("loudspeaker_heard", *_SAID_BESIDE), why)
            return
        good = [level - full_scale_dbspl for level in REFERENCE_OUTPUT_DBSPL]
        loss = [_loss(one, level) for one, level in zip(heard, good, strict=True)]
        evidence = tuple(_evidence(take.id, take)[0] for take in takes)
        speaks = heard[0].level_db is not None
        yield Reading(name="loudspeaker_heard", value=int(speaks), evidence=evidence[:1])
        for one in _split(loss, (*_OUTPUT_NAMES, "outputs"), _LEAST_OUTPUT_DB, evidence):
            if speaks or one.name != "loudspeaker_db":
                yield one
            else:
                yield from _excused_of((one.name,), "output_not_heard")
        told = [one.level_db + full_scale_dbspl if one.level_db is not None else nan for one in heard]
        for name, value in zip(_SAID_BESIDE, (*told, heard[0].thd_percent), strict=True):
            if isfinite(value):
                yield Reading(name=name, value=value, evidence=evidence)
            else:
                yield from _excused_of((name,), "output_not_heard")


def _heard_of(bench: StationBench, output: Output) -> tuple[BoothTake, Heard]:
    """What is heard of an output; once more where samples were lost or nothing came."""
    for _try in range(_TRIES):
        take = phone_plays(bench, output)
        heard = at_reference(take, LEVEL[output])
        if heard.level_db is not None and not heard.lost:
            break
    return take, heard


def _loss(heard: Heard, good_db: float) -> float:
    return max(heard.level_db - good_db, SILENT_DB) if heard.level_db is not None else SILENT_DB


def _split(
    loss_db: Sequence[float], names: tuple[str, str, str], least_db: float, evidence: tuple[Evidence, ...]
) -> Iterator[Reading]:
    """What two parts have lost alike is put down to what they share, the rest to each."""
    together = max(loss_db) if max(loss_db) < least_db and max(loss_db) - min(loss_db) < _ALIKE_DB else 0.0
    for name, db in zip(names, (*(one - together for one in loss_db), together), strict=True):
        yield Reading(name=f"{name}_db", value=db, evidence=evidence)


def _excused(parts: Sequence[str], reason: str) -> Iterator[Said]:
    return _excused_of([f"{part}_db" for part in parts], reason)


def _excused_of(names: Sequence[str], reason: str) -> Iterator[Said]:
    for name in names:
        yield Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason=reason)


def _evidence(recording: str, booth: BoothTake) -> tuple[Evidence, ...]:
    dated = f", calibrated {booth.calibrated}" if booth.calibrated else ""
    return (Evidence(recording=recording, text=f"{booth.instrument}{dated}, {booth.rate_hz} Hz"),)
