"""Where a recording lost samples it is made once more; a loss that stays is no fault of a part."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import create_autospec

import numpy as np
import pytest

from probes import Excuse, HardwareBench, Output, SoundOrder, Take
from probes.hardware.audio_paths import HIGH_HZ, LOW_HZ, SWEEP_S, TAKE_S, listen, order, whole_take
from probes.hardware.audio_silence import MicrophonesInSilence
from probes.hardware.vibration import VibrationHeard
from probes.signals.sweep import Sweep

RATE_HZ = 48_000
BEGINS = 12_000
GONE = 400


def heard(*, missing: int = 0) -> Take:
    """A sweep as two good microphones hear it, with so many samples missing in its middle."""
    played = Sweep(start_hz=LOW_HZ, stop_hz=HIGH_HZ, duration_s=SWEEP_S, rate_hz=float(RATE_HZ), amplitude=0.5)
    sound = np.random.default_rng(7).normal(0.0, 2.0, (2, round(TAKE_S * RATE_HZ) + missing))
    sound[:, BEGINS : BEGINS + played.count] += 8000.0 * played.samples()
    middle = BEGINS + played.count // 2
    frames = np.delete(sound, slice(middle, middle + missing), axis=1).astype(np.int16)
    return Take(
        id="take",
        backend="test",
        frames=frames,
        rate_hz=RATE_HZ,
        plays_from_frame=float(BEGINS),
        is_whole=True,
        is_silenced=False,
    )


def bench_that_gives(*takes: Take) -> HardwareBench:
    bench: HardwareBench = create_autospec(HardwareBench, instance=True)
    bench.sound.side_effect = takes  # type: ignore[attr-defined]  # a mock's own attribute
    return bench


def asked(bench: HardwareBench) -> int:
    count: int = bench.sound.call_count  # type: ignore[attr-defined]  # as above
    return count


def test_a_recording_that_lost_samples_is_made_once_more() -> None:
    whole = heard()
    bench = bench_that_gives(replace(whole, is_whole=False), whole)
    assert whole_take(bench, order(Output.SPEAKER)) is whole


def test_a_sweep_that_shows_a_loss_nobody_told_is_played_once_more() -> None:
    whole = heard()
    bench = bench_that_gives(heard(missing=GONE), whole)
    take, paths = listen(bench, Output.SPEAKER)
    assert take is whole
    assert paths is not None
    assert not paths.lost
    assert paths.found.all()


def test_a_whole_sweep_is_played_once() -> None:
    bench = bench_that_gives(heard())
    listen(bench, Output.SPEAKER)
    assert asked(bench) == 1


@pytest.mark.parametrize("probe", [VibrationHeard(), MicrophonesInSilence()], ids=lambda probe: probe.meta.id)
def test_a_loss_that_stays_is_said_and_no_fault(probe: VibrationHeard | MicrophonesInSilence) -> None:
    hiss = np.random.default_rng(7).normal(0.0, 2.0, (2, 2 * RATE_HZ)).astype(np.int16)
    cut = replace(heard(), frames=hiss, is_whole=False)
    bench = bench_that_gives(cut, cut)
    said = [one for one in probe.measure(bench) if isinstance(one, Excuse)]
    assert said
    assert {one.reason for one in said} == {"samples_lost"}
    assert asked(bench) == 2


def test_what_is_ordered_again_is_what_was_ordered() -> None:
    quiet = SoundOrder(play=None, duration_s=1.0)
    cut = replace(heard(), is_whole=False)
    bench = bench_that_gives(cut, cut)
    whole_take(bench, quiet)
    assert [call.args for call in bench.sound.call_args_list] == [(quiet,), (quiet,)]  # type: ignore[attr-defined]  # as above
