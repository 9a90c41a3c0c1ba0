"""A phone and the bench's reference loudspeaker and microphone, sounding and hearing side by side."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from probes import BenchError, SoundOrder, Sweep

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.capture._gear import SoundSource
    from agent.companion import SoundRows
    from agent.companion._rows import WaitUntil
    from fixtures import Sound, SoundBooth

RATE_HZ: Final = 48_000
_LEAD_S: Final = 0.1
_TAIL_S: Final = 0.9
"""What the card still buffers when the last sample was taken from it, and the room's decay."""
_AROUND_S: Final = 2.0
"""The card records so much longer than the phone: the phone takes its time to begin and to end."""
_BEGINS_S: Final = 5.0
_FADE_S: Final = 0.005


def hear(way: SoundSource, booth: SoundBooth, order: SoundOrder, plays: Sweep | None) -> tuple[SoundRows, Sound | None]:
    """Let the phone carry out an order and return what it recorded, and what the reference microphone heard.

    None where the card could not keep up.

    Raises:
        BenchError: what phone or card raise.
    """
    return _bench_plays(way, booth, order, plays) if plays is not None else _phone_plays(way, booth, order)


def _bench_plays(
    way: SoundSource, booth: SoundBooth, order: SoundOrder, plays: Sweep
) -> tuple[SoundRows, Sound | None]:
    from fixtures import LostSamples  # noqa: PLC0415  instruments bring arrays: most runs need none

    heard: list[Sound] = []
    samples = _samples(plays)

    def play(wait_until: WaitUntil) -> None:
        wait_until(_LEAD_S)
        with suppress(LostSamples):
            heard.append(booth.play_and_record(samples, rate_hz=RATE_HZ, deadline_s=_deadline_s(len(samples))))

    rows = way.sound(order, meanwhile=play)
    return rows, heard[0] if heard else None


def _phone_plays(way: SoundSource, booth: SoundBooth, order: SoundOrder) -> tuple[SoundRows, Sound | None]:
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    from fixtures import LostSamples  # noqa: PLC0415  as above

    silence = np.zeros(round((order.duration_s + _AROUND_S) * RATE_HZ), np.float32)
    heard: list[Sound] = []
    trouble: list[BenchError] = []
    begun = threading.Event()

    def record() -> None:
        try:
            heard.append(
                booth.play_and_record(silence, rate_hz=RATE_HZ, deadline_s=_deadline_s(len(silence)), begun=begun.set)
            )
        except LostSamples:
            pass  # it is told by what is not there
        except BenchError as error:
            trouble.append(error)
        finally:
            begun.set()

    recording = threading.Thread(target=record, name="booth", daemon=True)
    recording.start()
    begun.wait(_BEGINS_S)
    try:
        rows = way.sound(order, meanwhile=_nothing)
    finally:
        recording.join()
    if trouble:
        raise trouble[0]
    return rows, heard[0] if heard else None


def _nothing(_wait_until: WaitUntil) -> None:
    """The phone is left alone."""


def _deadline_s(samples: int) -> float:
    return samples / RATE_HZ + _BEGINS_S


def _samples(plays: Sweep) -> NDArray[np.float32]:
    import numpy as np  # noqa: PLC0415  as above

    from probes.signals import sweep  # noqa: PLC0415  as above

    played = sweep.Sweep(
        start_hz=plays.low_hz,
        stop_hz=plays.high_hz,
        duration_s=plays.duration_s,
        rate_hz=float(RATE_HZ),
        amplitude=plays.level,
        fade_in_s=_FADE_S,
        fade_out_s=_FADE_S,
    )
    return np.pad(played.samples(), (round(_LEAD_S * RATE_HZ), round(_TAIL_S * RATE_HZ)))
