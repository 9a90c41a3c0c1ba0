"""The phone listens to itself: both outputs swept, both microphones recorded, and the part that is at fault named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from probes._captures import HardwareBench, HardwareProbe, Output
from probes._declare import Excuse, ProbeMeta, Reading, Said
from probes._records import Evidence
from probes._verdict import Capability, Effort, Resource, Risk, Stage, Verdict
from probes.hardware.audio_blame import blame
from probes.hardware.audio_golden import BASS_DB, MID_DB, SILENT_DB, TREBLE_DB
from probes.hardware.audio_measures import BUZZES_DB, CLIPS_PERCENT, MEASURES
from probes.hardware.audio_paths import Paths, listen
from probes.hardware.audio_volume import full_volume

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_OUTPUTS: Final = (Output.SPEAKER, Output.EARPIECE)


class Loopback(HardwareProbe):
    """Every way from an output of the phone to one of its microphones, against a good phone of the ordinary build."""

    meta = ProbeMeta(
        id="audio.loopback",
        version=3,
        purpose="Loudspeaker, earpiece and microphones by loopback",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.NONE,
        risk=Risk.CHANGES_SETTING,
        duration_s=7.5,
        needs_setting=frozenset({"setting.mic_privacy", "setting.media_volume_zero", "setting.bluetooth_route"}),
        resources=frozenset({Resource.SPEAKER, Resource.MICROPHONE}),
        wants=frozenset({Capability.PLAY, Capability.RECORD}),
        measures=MEASURES,
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Sweep each output once and take the four ways apart."""
        with full_volume(bench) as is_full:
            takes, heard = zip(*(listen(bench, output) for output in _OUTPUTS), strict=True)
        evidence = tuple(
            Evidence(recording=take.id, text=f"{output}, {take.backend}, {take.rate_hz} Hz")
            for take, output in zip(takes, _OUTPUTS, strict=True)
        )
        speaker, earpiece = heard
        if speaker is None or earpiece is None:
            yield from self._excused("play_time_unknown")
        elif speaker.lost or earpiece.lost:
            yield from self._excused("samples_lost")
        elif not is_full:
            yield from self._excused("volume_unknown")
        else:
            yield from self._judged(speaker, earpiece, evidence)

    def _excused(self, reason: str, *, but: frozenset[str] = frozenset()) -> Iterator[Said]:
        for measure in self.meta.measures:
            if measure.name not in but:
                yield _inconclusive(measure.name, reason)

    def _judged(self, speaker: Paths, earpiece: Paths, evidence: tuple[Evidence, ...]) -> Iterator[Said]:
        import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

        found = np.array([speaker.found, earpiece.found])
        yield Reading(name="ways_heard", value=int(found.sum()), evidence=evidence)
        if not found.any():
            yield from self._excused("nothing_heard", but=frozenset({"ways_heard"}))
            return
        clipped = _clipped_percent(speaker)
        if clipped is not None and clipped > CLIPS_PERCENT:  # levels fall with it, and no part is to blame for that
            yield Reading(name="outputs_thd_percent", value=clipped, evidence=evidence[:1])
            yield from self._excused("amplifier_clips", but=frozenset({"ways_heard", "outputs_thd_percent"}))
            return
        yield Reading(name="loudspeaker_ways", value=int(found[0].sum()), evidence=evidence[:1])
        yield from _levels(np.array([speaker.mid_db, earpiece.mid_db]), evidence)
        yield from _colours(speaker, earpiece, found, evidence)
        yield from _hiss(speaker, evidence[:1])
        yield from _motion(speaker, clipped, evidence[:1])


def _inconclusive(name: str, reason: str) -> Excuse:
    return Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason=reason)


def _levels(mid_db: NDArray[np.float64], evidence: tuple[Evidence, ...]) -> Iterator[Said]:
    """The levels of parts, from the middle band of all four ways."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    loss = np.where(np.isfinite(mid_db), np.maximum(mid_db - np.array(MID_DB), SILENT_DB), SILENT_DB)
    found = blame(loss)
    for name, part in (
        ("loudspeaker_db", "speaker"),
        ("earpiece_db", "earpiece"),
        ("main_microphone_db", "bottom"),
        ("main_microphone_off_db", "bottom"),
        ("second_microphone_db", "top"),
        ("second_microphone_off_db", "top"),
    ):
        if part == "speaker" and not np.isfinite(mid_db[0]).any():  # silent: it, its wires or its amplifier
            yield _inconclusive(name, "output_not_heard")
        else:
            yield Reading(name=name, value=found.part_db[part], evidence=evidence)
    yield Reading(name="outputs_db", value=found.outputs_db, evidence=evidence)
    yield Reading(name="path_db", value=found.path_db, evidence=evidence)


def _colours(
    speaker: Paths, earpiece: Paths, found: NDArray[np.bool_], evidence: tuple[Evidence, ...]
) -> Iterator[Said]:
    """Treble of each part and bass of the loudspeaker: a part has lost what all its ways have lost."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    treble = np.array([speaker.treble_db, earpiece.treble_db]) - np.array(TREBLE_DB)
    for name, ways, known in (
        ("loudspeaker_treble_db", treble[0], found[0]),
        ("earpiece_treble_db", treble[1], found[1]),
        ("main_microphone_treble_db", treble[:, 0], found[:, 0]),
        ("second_microphone_treble_db", treble[:, 1], found[:, 1]),
        ("loudspeaker_bass_db", speaker.bass_db - np.array(BASS_DB), found[0]),
    ):
        if known.all() and np.isfinite(ways).all():
            yield Reading(name=name, value=float(ways.max()), evidence=evidence)
        else:
            yield _inconclusive(name, "one_way_only")


def _clipped_percent(speaker: Paths) -> float | None:
    """Distortion where the coil hardly moves; the better heard way counts, as a microphone only adds to distortion."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    known = speaker.treble_thd_percent[np.isfinite(speaker.treble_thd_percent)]
    return float(known.min()) if len(known) else None


def _hiss(speaker: Paths, evidence: tuple[Evidence, ...]) -> Iterator[Said]:
    """What both microphones hear after the sound: one alone may be noisy itself."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    if np.isfinite(speaker.hiss_db).all():
        yield Reading(name="outputs_hiss_db", value=float(speaker.hiss_db.min()), evidence=evidence)
    else:
        yield _inconclusive("outputs_hiss_db", "take_too_short")


def _motion(speaker: Paths, clipped: float | None, evidence: tuple[Evidence, ...]) -> Iterator[Said]:
    """What the loudspeaker adds of its own."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    named = {
        "loudspeaker_third_percent": speaker.third_percent,
        "loudspeaker_thd_percent": speaker.thd_percent,
        "loudspeaker_buzz_db": -speaker.buzz_db,
    }
    least = {name: values[np.isfinite(values)] for name, values in named.items()}
    if clipped is None or any(len(values) == 0 for values in least.values()):
        for name in ("outputs_thd_percent", *named, "loudspeaker_sign"):
            yield _inconclusive(name, "output_not_heard")
        return
    yield Reading(name="outputs_thd_percent", value=clipped, evidence=evidence)
    buzz_db = -float(least.pop("loudspeaker_buzz_db").min())  # the nearer microphone hears more of it
    yield Reading(name="loudspeaker_buzz_db", value=buzz_db, evidence=evidence)
    for name, values in least.items():
        yield Reading(name=name, value=float(values.min()), evidence=evidence)
    signs = {float(sign) for sign in speaker.sign[np.isfinite(speaker.sign)]}
    if buzz_db > BUZZES_DB or not signs:
        yield _inconclusive("loudspeaker_sign", "too_distorted")
    elif len(signs) > 1:  # no membrane goes both ways at once
        yield _inconclusive("loudspeaker_sign", "microphones_disagree")
    else:
        yield Reading(name="loudspeaker_sign", value=signs.pop(), evidence=evidence)
