"""The operation ``audio.start``: play and record at once, on the clocks of the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hwsim.companion.arguments import Arguments, OperationFailed, read_number, read_whole
from hwsim.companion.audio_session import (
    PLAY_STARTS_AFTER_NS,
    RECORD_STARTS_AFTER_NS,
    SOURCES,
    AudioSession,
    Playing,
    player_rate_hz,
)
from hwsim.companion.routes import SPEAKER, find_route, inputs_of
from hwsim.companion.sound import Recorder, Sound, make_sweep, make_tone
from hwsim.physics.noise import generator

if TYPE_CHECKING:
    from hwsim.companion.engine import Engine

_MAX_PLAY_S = 20.0
_HIGHEST_HZ = 24000.0


def start_audio(engine: Engine, arguments: Arguments) -> dict[str, Any]:
    """Start the microphones, the speaker or both; one session at a time, as there is one recorder in the program."""
    device, now_ns = engine.device, engine.device.now_ns
    source = arguments.get("source", "unprocessed")
    if source not in SOURCES:
        raise ValueError(f"source is one of {', '.join(SOURCES)}")
    channels = read_whole(arguments, "channels", low=1, high=2, default=2)
    recording = read_whole(arguments, "record", low=0, high=1, default=1)
    sound = _sound(engine, arguments)
    if engine.streams.has(AudioSession):
        raise OperationFailed("audio is busy")
    if recording and not device.may_record:
        raise OperationFailed("Cannot create AudioRecord")
    if not recording and sound is None:
        raise ValueError("nothing to play and nothing to record")
    recorder = _recorder(engine, channels, now_ns) if recording else None
    playing = None
    if sound is not None:
        at_ns = now_ns + PLAY_STARTS_AFTER_NS
        playing = Playing(at_ns, len(sound.samples), player_rate_hz(device.scene().parts.player_ppm))
        if recorder is not None:
            recorder.play(sound, at_ns)
        if (air := device.scene().air) is not None:
            air.phone_plays(sound, at_ns)
    session = AudioSession(recorder, playing, silent=device.mic_silent, asleep_ns=device.asleep_ns)
    return {
        "stream": engine.streams.add(session),
        "rate_hz": 48000,
        "channels": channels if recording else 0,
        "source": source,
        "client_silenced": device.client_silenced,
        "play_frames": len(sound.samples) if sound is not None else 0,
    }


def _recorder(engine: Engine, channels: int, now_ns: int) -> Recorder:
    preferred = find_route(engine.routes["in"], output=False) if "in" in engine.routes else None
    return Recorder(
        engine.device.scene,
        start_ns=now_ns + RECORD_STARTS_AFTER_NS,
        inputs=inputs_of(channels, preferred),
        rng=generator(engine.device.phone.seed, "audio", str(now_ns)),
    )


def _sound(engine: Engine, arguments: Arguments) -> Sound | None:
    play = arguments.get("play", "none")
    if play not in {"none", "sweep", "tone"}:
        raise ValueError("play is none, sweep or tone")
    if play == "none":
        return None
    duration_s = read_number(arguments, "duration_s", 1.0, low=0.05, high=_MAX_PLAY_S)
    level = read_number(arguments, "level", 0.25, low=0.0, high=1.0)
    out = find_route(engine.routes.get("out", SPEAKER.id), output=True).place
    if play == "tone":
        tone_hz = read_number(arguments, "tone_hz", 1000.0, low=1.0, high=_HIGHEST_HZ)
        return make_tone(tone_hz=tone_hz, duration_s=duration_s, level=level, out=out)
    low_hz = read_number(arguments, "low_hz", 20.0, low=1.0, high=_HIGHEST_HZ / 2)
    high_hz = read_number(arguments, "high_hz", 20000.0, low=low_hz + 1.0, high=_HIGHEST_HZ)
    return make_sweep(low_hz=low_hz, high_hz=high_hz, duration_s=duration_s, level=level, out=out)
