"""What each microphone gives in silence: its noise, and an offset that no sound has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe, Input, SoundOrder
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource
from probes._records import Evidence
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.hardware.audio_paths import whole_take

_TAKE_S: Final = 1.5
_SETTLING_S: Final = 0.2
_NOISIEST_DBFS: Final = -78.0
_CDD: Final = LimitSource(
    kind="prior",
    text="CDD 5.11 asks for 60 dB(A) under 94 dB SPL at -36 dBFS, so -96 dBFS(A); 18 dB are left to the bench's room",
)
_CENTRED: Final = LimitSource(kind="prior", text="3 % of full scale: a coupled converter is centred within a few steps")
_NAMES: Final = {Input.BOTTOM: "main_microphone", Input.TOP: "second_microphone"}
_PARTS: Final = {Input.BOTTOM: "MIC1", Input.TOP: "MIC2"}
_LABELS: Final = {
    Input.BOTTOM: ("Noise of the main microphone", "Offset of the main microphone"),
    Input.TOP: ("Noise of the second microphone", "Offset of the second microphone"),
}


def _measures(place: Input) -> tuple[Measure, ...]:
    name = _NAMES[place]
    return (
        Measure(
            name=f"{name}_noise_db",
            label=_LABELS[place][0],
            unit=Unit.DECIBEL,
            limit=AtMost(high=_NOISIEST_DBFS, source=_CDD),
            says=Says(code=f"audio.{name}_noise", component=_PARTS[place]),
        ),
        Measure(
            name=f"{name}_offset_percent",
            label=_LABELS[place][1],
            unit=Unit.PERCENT,
            limit=AtMost(high=3.0, source=_CENTRED),
            says=Says(code=f"audio.{name}_offset", component=_PARTS[place]),
        ),
    )


class MicrophonesInSilence(HardwareProbe):
    """Noise and offset of each microphone while nothing plays; noise that both hear alike is that of the room."""

    meta = ProbeMeta(
        id="audio.microphones_silent",
        version=1,
        purpose="Microphones in silence",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.NONE,
        duration_s=_TAKE_S + 0.5,
        needs_setting=frozenset({"setting.mic_privacy"}),
        resources=frozenset({Resource.MICROPHONE}),
        wants=frozenset({Capability.RECORD}),
        measures=(*_measures(Input.BOTTOM), *_measures(Input.TOP)),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Record silence once with both."""
        from probes.signals.level import level  # noqa: PLC0415  most runs of the command line need no arrays
        from probes.signals.noise_floor import noise_floor  # noqa: PLC0415  as above

        order = SoundOrder(play=None, duration_s=_TAKE_S)
        take = whole_take(bench, order)
        evidence = (Evidence(recording=take.id, text=f"{take.frames.shape[1]} frames, {take.backend}"),)
        settled = take.frames[:, round(_SETTLING_S * take.rate_hz) :]
        floor, heard = noise_floor(settled, take.rate_hz), level(settled, take.rate_hz)
        loud = [
            not floor.channel_reasons[at] and floor.a_weighted_dbfs[at] > _NOISIEST_DBFS for at in range(len(settled))
        ]
        for at, place in enumerate(order.inputs):
            name = _NAMES[place]
            # a channel of one value (nothing but zeros, when the other gives sound) holds no noise to judge
            why = "".join(heard.channel_reasons[at][:1] or floor.channel_reasons[at][:1])
            if why:
                yield Excuse(name=f"{name}_noise_db", verdict=Verdict.INCONCLUSIVE, reason=why)
                yield Excuse(name=f"{name}_offset_percent", verdict=Verdict.INCONCLUSIVE, reason=why)
                continue
            if all(loud):
                yield Excuse(name=f"{name}_noise_db", verdict=Verdict.INCONCLUSIVE, reason="room_too_noisy")
            elif not take.is_whole:
                yield Excuse(name=f"{name}_noise_db", verdict=Verdict.INCONCLUSIVE, reason="samples_lost")
            else:
                yield Reading(name=f"{name}_noise_db", value=float(floor.a_weighted_dbfs[at]), evidence=evidence)
            offset = abs(float(heard.offset[at])) * 100.0
            yield Reading(name=f"{name}_offset_percent", value=offset, evidence=evidence)
