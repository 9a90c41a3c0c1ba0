"""What the companion measures and how it behaves, with time moved by hand."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from tests.hwsim.rig import ask
from tests.hwsim_companion.wire import DATA, EOS, ERROR, EVT, GAP, HELLO, RES, Got, Talk, ping, records, samples, split


def start(talk: Talk, type_: int = 1, hz: float = 400) -> int:
    stream: int = talk.ask("sensor.start", type=type_, hz=hz)["stream"]
    return stream


def test_four_hundred_hertz_are_delivered_without_loss_in_batches_of_twenty_milliseconds() -> None:
    talk = Talk()
    accelerometer, gyroscope = start(talk), start(talk, 4)
    frames = talk.run(2.0)
    for stream in (accelerometer, gyroscope):
        assert len(records(frames, stream)) == pytest.approx(800, abs=2)
        assert not any(frame.flags & GAP for frame in frames)
        assert max(len(frame.body) for frame in frames) <= 64 * 24
    assert len(frames) == pytest.approx(200, abs=4)


def test_stamps_are_of_the_phones_clock_and_always_rise() -> None:
    talk = Talk()
    talk.unit.phone.wear["sensor_bus.jitter"] = 1.0
    stream = start(talk)
    before_ns = talk.engine.device.now_ns
    stamps = records(talk.run(40.0), stream)["t"].astype(np.int64)
    assert (np.diff(stamps) > 0).all()
    assert before_ns < stamps[0]
    assert stamps[-1] <= talk.engine.device.now_ns
    rate_hz = (len(stamps) - 1) / (stamps[-1] - stamps[0]) * 1e9
    assert rate_hz == pytest.approx(400, rel=3e-4)


def test_the_batches_do_not_depend_on_how_often_somebody_looks() -> None:
    often, seldom = Talk(), Talk()
    start(often), start(seldom)
    a, b = records(often.run(3.0, step_s=0.01), 1), records(seldom.run(3.0, step_s=0.5), 1)
    assert np.array_equal(a[: len(b)], b[: len(a)])
    assert len(a) == len(b)


def test_a_part_that_breaks_shows_at_once() -> None:
    talk = Talk()
    stream = start(talk)
    assert records(talk.run(0.5), stream)["v"][:, 2].max() < 12
    talk.unit.phone.wear["accelerometer.axis_stuck"] = 1.0
    assert records(talk.run(0.5), stream)["v"][9:, 2].min() > 70


def vibrate(talk: Talk, duration_ms: int) -> None:
    assert ask(talk.unit, f"cmd vibrator_manager synced oneshot {duration_ms}").code == 0


def test_the_accelerometer_feels_the_vibration_that_the_shell_asks_for() -> None:
    def swing(wear: dict[str, float]) -> list[float]:
        talk = Talk()
        talk.unit.phone.wear.update(wear)
        stream = start(talk)
        talk.run(0.5)
        vibrate(talk, 400)
        return [float(records(talk.run(0.3), stream)["v"][:, 2].std()) for _ in range(3)]

    during, _, after = swing({})
    assert during > 3.0
    assert after < 0.05
    assert swing({"motor.weak": 0.8})[0] < 0.5 * during


def test_the_microphones_hear_the_vibration_from_its_beginning() -> None:
    talk = Talk()
    stream = talk.ask("audio.start")["stream"]
    quiet = samples(talk.run(0.5), stream)[0].std(axis=0)
    vibrate(talk, 300)
    bottom, top = samples(talk.run(0.3), stream)[0].std(axis=0) / quiet
    assert bottom > 5
    assert 1 < top < bottom


def test_still_phones_differ_by_seed_only() -> None:
    first, second = Talk(), Talk()
    start(first), start(second)
    assert records(first.run(0.5), 1).tobytes() == records(second.run(0.5), 1).tobytes()


def test_gravity_field_light_pressure_and_proximity_are_those_of_a_bench() -> None:
    talk = Talk()
    field, light, pressure, near = (start(talk, type_, 50) for type_ in (2, 5, 6, 8))
    frames = talk.run(2.0)
    assert 30 < np.linalg.norm(records(frames, field)["v"].mean(axis=0)) < 80
    one = np.dtype([("t", ">i8"), ("head", ">u4"), ("v", ">f4")])
    means = []
    for stream in (light, pressure, near):
        body = b"".join(frame.body for frame in frames if frame.id == stream)
        means.append(float(np.frombuffer(body, one)["v"].mean()))
    assert means == [pytest.approx(320, rel=0.05), pytest.approx(1008.4, abs=0.5), 5.0]


def test_an_on_change_sensor_tells_each_value_once() -> None:
    talk = Talk()
    stream = start(talk, 8, 10)
    assert len([frame for frame in talk.run(3.0) if frame.id == stream]) == 1


def test_a_stopped_stream_ends_behind_its_last_samples() -> None:
    talk = Talk()
    stream = start(talk)
    talk.run(0.1)
    talk.clock.now_s += 0.015
    talk.engine.receive(b"")
    talk.engine.streams.stop(stream)
    frames, _ = split(talk.engine.take(1 << 20))
    assert [frame.kind for frame in frames] == [DATA, EOS]
    assert talk.run(0.2) == []
    assert talk.answer("sensor.stop", stream=stream).flags == ERROR


def test_a_dead_sensor_hub_has_no_sensors() -> None:
    talk = Talk(fault="sensors.hub_dead")
    assert talk.ask("sensors") == {"sensors": []}
    assert talk.answer("sensor.start", type=1).json == {"error": "no such sensor"}


@pytest.mark.parametrize(
    ("profile", "quirks", "rate_hz"),
    [
        ("google_16", {}, 400),
        ("vivo_9", {}, 400),
        ("xiaomi_12", {}, 200),
        ("google_16", {"rate_clamp": True}, 200),
        ("google_16", {"mic_muted": True}, 200),
        ("motorola_11", {"mic_muted": True}, 400),
    ],
)
def test_the_rate_is_clamped_where_android_clamps_it(profile: str, quirks: dict[str, bool], rate_hz: int) -> None:
    talk = Talk(profile, quirks=quirks)
    stream = start(talk)
    assert len(records(talk.run(2.0), stream)) == pytest.approx(2 * rate_hz, abs=2)


def play(talk: Talk, seconds: float, **arguments: object) -> tuple[list[Got], int]:
    stream = talk.ask("audio.start", **arguments)["stream"]
    return talk.run(seconds), stream


def test_sound_is_recorded_without_loss_and_frame_numbers_prove_it() -> None:
    frames, stream = play(Talk(), 5.0)
    sound, firsts = samples(frames, stream)
    assert firsts == list(range(0, len(sound), 1024))
    assert len(sound) == pytest.approx(48000 * 4.92, abs=2048)
    loud_dbfs = 20 * np.log10(sound.std(axis=0) / 32768)
    assert (loud_dbfs > -97).all()
    assert (loud_dbfs < -70).all()


def test_blocks_of_ambient_sound_join_without_a_click() -> None:
    sound, _ = samples(*play(Talk(), 6.0))
    steps = np.abs(np.diff(sound[:, 0].astype(float)))
    seams = [steps[at - 8 : at + 8].max() for at in (61440, 122880, 184320)]
    assert max(seams) <= steps.max()
    assert max(seams) < 8 * steps.std()


def test_where_a_sweep_lies_in_the_recording_follows_from_the_phones_stamps() -> None:
    talk = Talk()
    frames, stream = play(talk, 2.5, play="sweep", duration_s=1.0, low_hz=200, level=0.5, channels=1)
    events = {frame.json["event"]: frame.json for frame in frames if frame.kind == EVT}
    boot_ns, mono_ns = clocks(talk)
    begun_ns = events["play.start"]["mono_ns"] + boot_ns - mono_ns
    stamp = events["record.stamp"]
    place = stamp["frame"] + (begun_ns - stamp["boot_ns"]) * 48000 / 1e9
    sound = samples(frames, stream, 1)[0][:, 0].astype(float)
    delay_s = (echo_of_sweep(sound) - place) / 48000
    assert delay_s == pytest.approx(0.02 / 343, abs=0.3e-3)


def clocks(talk: Talk) -> tuple[int, int]:
    talk.engine.receive(ping())
    (pong,) = split(talk.engine.take(1 << 20))[0]
    boot_ns, mono_ns = struct.unpack(">qq", pong.body)
    return boot_ns, mono_ns


def echo_of_sweep(sound: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """Return the sample at which the sweep begins, by correlation with what was asked for."""
    times_s = np.arange(48000) / 48000
    growth_s = 1.0 / np.log(20000 / 200)
    wanted = np.sin(2 * np.pi * 200 * growth_s * np.expm1(times_s / growth_s))
    size = 1 << 18
    both = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(wanted, size).conj(), size)
    return float(np.argmax(np.abs(both[: len(sound)])))


def test_a_torn_cone_is_heard_in_the_overtones() -> None:
    def residue(talk: Talk) -> float:
        frames, stream = play(talk, 2.0, play="tone", tone_hz=500, duration_s=1.5, level=0.9, channels=1)
        sound = samples(frames, stream, 1)[0][24000:72000, 0].astype(float)
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
        return float(np.sqrt((spectrum[900:] ** 2).sum()) / spectrum[495:506].max())

    healthy, torn = Talk(), Talk()
    torn.unit.phone.wear["speaker.torn_cone"] = 0.6
    assert residue(torn) > 8 * residue(healthy)


def test_a_route_sends_sound_to_the_earpiece_and_takes_one_microphone() -> None:
    levels = {}
    for out in (2, 3):
        talk = Talk()
        assert talk.ask("route", out=out, in_=15) == {"out": out, "in": 15}
        frames, stream = play(talk, 1.5, play="tone", tone_hz=1000, duration_s=1.0, level=0.5)
        levels[out] = samples(frames, stream)[0][24000:60000].std(axis=0)
    assert levels[3][0] == pytest.approx(levels[3][1], rel=0.01)
    assert levels[3].mean() / levels[2].mean() < 10
    assert talk.ask("route", out=0, in_=0) == {}


def test_the_second_microphone_is_nearer_to_the_earpiece() -> None:
    talk = Talk()
    talk.ask("route", out=2)
    frames, stream = play(talk, 1.5, play="tone", tone_hz=1000, duration_s=1.0, level=0.5)
    bottom, top = samples(frames, stream)[0][24000:60000].std(axis=0)
    assert top > 3 * bottom


@pytest.mark.parametrize("quirk", ["mic_muted", "silent_source"])
def test_a_blocked_microphone_gives_zeros_and_no_error(quirk: str) -> None:
    talk = Talk(quirks={quirk: True})
    answer = talk.ask("audio.start")
    assert answer["client_silenced"] == (quirk == "silent_source")
    sound, firsts = samples(talk.run(1.0), answer["stream"])
    assert firsts
    assert not sound.any()


def test_the_privacy_toggle_came_with_android_12() -> None:
    frames, stream = play(Talk("motorola_11", quirks={"mic_muted": True}), 0.5)
    assert samples(frames, stream)[0].any()


def test_refusals_are_androids_words() -> None:
    refused = {"error": "Cannot create AudioRecord"}
    assert Talk("vivo_9").answer("audio.start").json == refused
    talk = Talk(quirks={"refused": "audio.start torch"})
    assert talk.answer("audio.start").json == refused
    assert talk.answer("torch", on=1).flags == ERROR
    assert talk.ask("battery", id=4)["supported"]


def test_one_recording_runs_at_a_time() -> None:
    talk = Talk()
    stream = talk.ask("audio.start")["stream"]
    assert talk.answer("audio.start").json == {"error": "audio is busy"}
    assert talk.answer("sensor.stop", stream=stream).flags == ERROR
    talk.ask("audio.stop", stream=stream)
    assert talk.ask("audio.start")["stream"] == stream + 1


def test_a_phone_that_may_not_record_still_plays() -> None:
    talk = Talk("vivo_9")
    frames, _stream = play(talk, 1.5, play="tone", duration_s=0.5, record=0)
    assert [frame.json["event"] for frame in frames] == ["play.start", "play.end"]


def test_a_gap_is_told_in_the_first_frame_after_it() -> None:
    talk = Talk(quirks={"gap_every_s": 1.0, "gap_s": 0.2})
    stream, audio = start(talk), talk.ask("audio.start")["stream"]
    frames = talk.run(1.9)
    for number in (stream, audio):
        assert [frame.flags for frame in frames if frame.kind == DATA and frame.id == number].count(GAP) == 1
    steps = np.diff(records(frames, stream)["t"].astype(np.int64))
    assert (steps > 150e6).sum() == 1
    _, firsts = samples(frames, audio)
    assert (np.diff(firsts) > 1024).sum() == 1
    assert talk.ask("stats")["dropped"] > 0


def test_a_host_that_does_not_read_loses_samples_and_is_told() -> None:
    talk = Talk()
    stream = talk.ask("audio.start")["stream"]
    for _ in range(1600):
        talk.clock.now_s += 0.02
        talk.engine.receive(ping())
        talk.engine.advance()
    assert talk.engine.outbox.queued_bytes < 4.3 * 1024 * 1024
    frames = [frame for frame in split(talk.engine.take(1 << 30))[0] if frame.kind == DATA]
    assert not any(frame.flags for frame in frames)
    after = [frame for frame in talk.run(0.2) if frame.id == stream and frame.kind == DATA]
    assert [frame.flags for frame in after][:2] == [GAP, 0]
    assert talk.ask("stats")["dropped"] > 100


def test_a_jump_of_the_clock_is_a_gap_and_not_hours_of_work() -> None:
    talk = Talk()
    stream, audio = start(talk), talk.ask("audio.start")["stream"]
    talk.run(0.5)
    talk.unit.phone.clock.advance(3 * 3600)
    talk.engine.receive(ping())
    talk.engine.advance()
    frames, _ = split(talk.engine.take(1 << 30))
    assert next(frame for frame in frames if frame.id == stream and frame.kind == DATA).flags == GAP
    assert next(frame for frame in frames if frame.id == audio and frame.kind == DATA).flags == GAP
    assert len(records(frames, stream)) <= 400 * 20 + 2


def test_an_old_program_tells_its_own_version() -> None:
    hello = Talk(quirks={"stale": True}).hello
    assert (hello.kind, hello.json["proto"], hello.json["version"]) == (HELLO, 0, "0.9")


def test_noise_of_the_runtime_comes_before_the_magic() -> None:
    talk = Talk(quirks={"noise": "WARNING: linker: unsupported flags\n"})
    assert talk.noise == b"WARNING: linker: unsupported flags\n"
    assert talk.hello.kind == HELLO


def test_a_program_that_dies_leaves_half_a_frame() -> None:
    talk = Talk(quirks={"eof_in_data_frame": 3})
    start(talk)
    frames = talk.run(1.0)
    assert [frame.kind for frame in frames] == [DATA, DATA]
    assert 16 < len(talk.left) < 16 + 9 * 24
    assert talk.engine.finished


def test_fifteen_seconds_of_silence_end_the_program_and_put_the_torch_out() -> None:
    talk = Talk()
    assert talk.ask("torch", on=1) == {"on": True}
    talk.run(14.9, step_s=0.1, pinging=False)
    assert talk.unit.phone.torch_lit
    assert not talk.engine.finished
    talk.run(0.3, step_s=0.1, pinging=False)
    assert talk.engine.finished
    talk.engine.close()
    assert not talk.unit.phone.torch_lit


def test_the_nonce_must_come_first() -> None:
    talk = Talk(nonce="5eed")
    assert talk.ask("auth", nonce="5eed") == {}
    assert talk.ask("stats")["dropped"] == 0
    stranger = Talk(nonce="5eed")
    assert stranger.answer("torch", on=1).json == {"error": "not authorised"}
    assert stranger.engine.finished
    assert not stranger.unit.phone.torch_lit


def test_the_battery_tells_what_its_android_version_can() -> None:
    def told(profile: str) -> list[int]:
        talk = Talk(profile)
        return [number for number in range(1, 13) if talk.ask("battery", id=number)["supported"]]

    assert told("google_16") == [1, 2, 3, 4, 6, 7, 8, 9, 10, 12]
    assert told("samsung_14") == [1, 2, 3, 4, 6]


def test_identity_and_card_are_those_of_the_phone() -> None:
    talk = Talk()
    assert talk.ask("imei")["imeis"] == list(talk.unit.phone.identity.imeis)
    slots = talk.ask("sim")["slots"]
    assert [slot["state"] for slot in slots] == ["READY", "ABSENT"]


def test_answers_carry_the_number_of_their_request() -> None:
    talk = Talk()
    answer = talk.answer("stats", 77)
    assert (answer.kind, answer.id) == (RES, 77)
