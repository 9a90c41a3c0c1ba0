"""The bench's reference pair: each output and microphone of a phone is measured without the others."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from ctypes.util import find_library
from dataclasses import replace
from typing import Any
from unittest.mock import create_autospec

import numpy as np
import pytest

from agent.localizer import load_knowledge
from agent.sim_phone import SimPhone
from probes import BoothTake, Excuse, Output, Reading, SoundOrder, StationBench, Sweep, Take, Verdict
from probes.hardware.audio_reference import Reference
from probes.signals import sweep

SimPhones = Callable[..., SimPhone]
RATE_HZ = 48_000
NEEDS_SOUND = pytest.mark.skipif(
    shutil.which("pulseaudio") is None or find_library("portaudio") is None,
    reason="pulseaudio or libportaudio2 is missing (Debian: pulseaudio libportaudio2 libasound2-plugins)",
)


def samples(played: Sweep, gain: float, *, late_s: float = 0.4) -> Any:
    """What a flat microphone hears of a sweep, with a little noise."""
    made = sweep.Sweep(
        start_hz=played.low_hz,
        stop_hz=played.high_hz,
        duration_s=played.duration_s,
        rate_hz=float(RATE_HZ),
        amplitude=played.level,
    ).samples()
    sound = np.random.default_rng(5).normal(0.0, 1e-5, round((played.duration_s + 2.0) * RATE_HZ))
    first = round(late_s * RATE_HZ)
    sound[first : first + len(made)] += gain * made
    return sound.astype(np.float32)


def heard(played: Sweep, gain: float, **more: Any) -> BoothTake:
    made = BoothTake(
        id="booth",
        instrument="ref",
        calibrated="2026-01-15",
        is_whole=True,
        rate_hz=RATE_HZ,
        full_scale_dbspl=111.0,
        sound=samples(played, gain),
        frequency_hz=np.array([20.0, 20_000.0]),
        deviation_db=np.zeros(2),
    )
    return replace(made, **more)


def bench_of(*, gains: dict[str, float], **more: Any) -> StationBench:
    """A bench around a phone; gains from what is played to what is recorded, by way, of a good one where not told."""
    good = {"speaker": 0.81, "earpiece": 0.071, "bench": 0.165, "bottom": 0.0465, "top": 0.0465} | gains
    bench: StationBench = create_autospec(StationBench, instance=True)

    def booth(order: SoundOrder, *, plays: Sweep | None = None) -> tuple[Take, BoothTake]:
        rows = [np.round(samples(plays, good[at]) * 32768) for at in ("bottom", "top")] if plays else [np.zeros(9)] * 2
        frames = np.array(rows).astype(np.int16)
        take = Take(
            id="take",
            backend="test",
            frames=frames,
            rate_hz=RATE_HZ,
            plays_from_frame=None,
            is_whole=True,
            is_silenced=False,
        )
        if plays is not None:
            return take, heard(plays, good["bench"], **more)
        assert isinstance(order.play, Sweep)
        return take, heard(order.play, good["speaker" if order.output is Output.SPEAKER else "earpiece"], **more)

    bench.booth.side_effect = booth  # type: ignore[attr-defined]  # a mock's own attribute
    reply = bench.shell.return_value  # type: ignore[attr-defined]  # as above
    reply.complete = True
    reply.out.parse.return_value = (15, 15)
    return bench


def said(bench: StationBench) -> dict[str, float | str]:
    """Values and excuses by measurement."""
    found: dict[str, float | str] = {}
    for one in Reference().measure(bench):
        assert isinstance(one, Reading | Excuse)
        value = one.value if isinstance(one, Reading) else one.reason
        found[one.name] = value if isinstance(value, str) else round(float(value), 1)
    assert set(found) == {measure.name for measure in Reference.meta.measures}
    return found


@pytest.mark.parametrize(
    ("gains", "lost"),
    [
        ({}, {}),
        ({"speaker": 0.405}, {"loudspeaker_db": -6.0}),
        ({"earpiece": 0.0355}, {"earpiece_db": -6.0}),
        ({"bottom": 0.02325}, {"main_microphone_db": -6.0}),
        ({"top": 0.02325}, {"second_microphone_db": -6.0}),
        ({"speaker": 0.405, "earpiece": 0.0355}, {"outputs_db": -6.0}),
        ({"bottom": 0.02325, "top": 0.02325}, {"inputs_db": -6.0}),
        ({"speaker": 0.405, "bottom": 0.02325}, {"loudspeaker_db": -6.0, "main_microphone_db": -6.0}),
    ],
)
def test_each_part_answers_for_itself_and_pairs_for_what_they_share(
    gains: dict[str, float], lost: dict[str, float]
) -> None:
    found = said(bench_of(gains=gains))
    levels = {name: value for name, value in found.items() if name.endswith("_db")}
    for name, value in levels.items():
        assert value == pytest.approx(lost.get(name, 0.0), abs=0.6), found


def test_a_bench_that_was_never_calibrated_judges_no_level() -> None:
    found = said(bench_of(gains={}, full_scale_dbspl=None))
    assert set(found.values()) == {"bench_uncalibrated"}


def test_what_the_card_lost_is_no_fault_and_is_tried_again() -> None:
    bench = bench_of(gains={}, is_whole=False)
    assert set(said(bench).values()) == {"samples_lost"}
    assert bench.booth.call_count == 9  # type: ignore[attr-defined]  # a mock's own attribute


def test_a_reference_pair_that_does_not_hear_itself_says_nothing_of_microphones() -> None:
    found = said(bench_of(gains={"bench": 0.0}))
    assert found["main_microphone_db"] == found["inputs_db"] == "reference_not_heard"
    assert found["loudspeaker_db"] == pytest.approx(0.0, abs=0.6)


def test_a_silent_loudspeaker_may_be_its_amplifiers_fault_and_no_part_is_named() -> None:
    found = said(bench_of(gains={"speaker": 0.0}))
    assert (found["loudspeaker_heard"], found["loudspeaker_db"]) == (0.0, "output_not_heard")
    assert found["earpiece_db"] == pytest.approx(0.0, abs=0.6)


def test_a_deviation_of_the_microphone_is_taken_off() -> None:
    found = said(bench_of(gains={}, deviation_db=np.full(2, 3.0)))
    assert found["loudspeaker_db"] == pytest.approx(-3.0, abs=0.6)


def test_a_bench_without_a_reference_pair_is_told_what_lacks(sim_phones: SimPhones) -> None:
    phone = sim_phones(speed=10.0)  # an emulated card plays in real time
    result = phone.run(Reference(), station=True)
    assert result.verdict is Verdict.NOT_SUPPORTED
    assert phone.run(Reference()).verdict is Verdict.NOT_SUPPORTED


def test_every_finding_is_an_effect_that_the_localizer_knows() -> None:
    codes = {measure.says.code for measure in Reference.meta.measures if measure.says}
    assert codes <= set(load_knowledge().effects)


@NEEDS_SOUND
def test_speaker_and_microphone_that_fail_together_are_both_named_over_a_real_sound_card(
    sim_phones: SimPhones,
) -> None:
    phone = sim_phones(profile="xiaomi_14", seed=21)
    phone.break_("speaker.coil_open:0.6+microphone_main.port_clogged:0.4")
    for _again in range(2):  # a busy computer may be late with what is heard, and own up to no loss
        result = phone.run(Reference(), station=True)
        reasons = {taken.reason for taken in result.measurements}
        if "samples_lost" in reasons:
            pytest.skip("this computer is too busy for sound in real time")
        named = {part for found in result.findings for part in found.components}
        if named == {one.part for one in phone.truths}:
            break
    assert named == {one.part for one in phone.truths} == {"SPK", "MIC1"}
