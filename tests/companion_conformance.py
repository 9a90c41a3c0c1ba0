"""What every companion must do, whichever program it is: run against the emulated phones and against the real Java.

``agent.companion`` drives it where that is what a user would notice, and frames written by hand where it is the wire.
"""

from __future__ import annotations

import socket
import struct
from abc import ABC, abstractmethod
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from agent.companion import Refused, record_sensors, record_sound
from probes import Input, LinkError, NotSupported, Output, SensorKind, SoundOrder, Sweep
from tests.companion_place import PROTO, Host, Place, companion
from tests.hwsim_companion.wire import (
    DATA,
    EOS,
    ERROR,
    EVT,
    HELLO,
    MAGIC,
    PONG,
    RES,
    ping,
    records,
    request,
    samples,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


OPS = [
    *("audio.start", "audio.stop", "auth", "battery", "imei", "ops", "quit", "route", "routes"),
    *("sensor.start", "sensor.stop", "sensors", "sim", "stats", "torch"),
]
REFUSED = {
    "fly": "unknown op fly",
    "": "unknown op",
    "sensor.start\ntype=99": "no such sensor",
    "sensor.start\ntype=x": "",
    "sensor.start\ntype=1\nhz=nan": "",
    "sensor.start\ntype=1\nhz=0": "",
    "sensor.start": "",
    "sensor.stop\nstream=9": "no such stream 9",
    "audio.stop\nstream=9": "no such stream 9",
    "audio.start\nsource=radio": "",
    "audio.start\nchannels=3": "",
    "audio.start\nrecord=0": "nothing to play and nothing to record",
    "audio.start\nplay=song": "play is none, sweep or tone",
    "audio.start\nplay=sweep\nlow_hz=9000\nhigh_hz=100": "",
    "audio.start\nplay=tone\nduration_s=21": "",
    "battery\nid=13": "",
    "torch\non=2": "",
    "torch\nwithout an equals sign": "",
    "torch\non=\u0661": "",
}
"""Requests, and what the answer's text must hold."""
WHOLE, REAL, TEXT = (int,), (int, float), (str,)


def nothing(*_wait: object) -> None:
    """Do nothing while a recording runs."""


def fits(content: Any, shape: Any) -> bool:
    """Tell whether JSON has a shape: keys and types, one shape for all items of a list."""
    if isinstance(shape, dict):
        return (
            isinstance(content, dict)
            and content.keys() == shape.keys()
            and all(fits(content[key], shape[key]) for key in shape)
        )
    if isinstance(shape, list):
        return isinstance(content, list) and all(fits(item, shape[0]) for item in content)
    return type(content) in shape


class CompanionConformance(ABC):
    """The tests; a subclass says where the program runs."""

    @abstractmethod
    def make_place(self, folder: Path) -> Place:
        """Return a phone with nothing started."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Iterator[Place]:
        place = self.make_place(tmp_path)
        yield place
        place.close()

    @pytest.fixture
    def host(self, place: Place) -> Iterator[Host]:
        with closing(place.start()) as link:
            host = Host(link)
            first = host.next()
            assert first is not None
            assert first.kind == HELLO
            yield host

    def test_it_greets_with_what_it_is(self, place: Place) -> None:
        with companion(place) as program:
            hello = program.hello
        assert hello["ops"] == OPS
        assert (hello["proto"], hello["uid"], hello["ctx_error"]) == (1, 2000, None)
        assert fits(
            {key: hello[key] for key in ("version", "sdk", "model", "pid")},
            {"version": TEXT, "sdk": WHOLE, "model": TEXT, "pid": WHOLE},
        )

    def test_two_sensors_at_four_hundred_hertz_lose_nothing(self, place: Place) -> None:
        kinds = [SensorKind.ACCELEROMETER, SensorKind.GYROSCOPE, SensorKind.LIGHT]
        with companion(place) as program:
            before_ns = program.now_ns()
            found = record_sensors(program, kinds, rate_hz=400, duration_s=1.0, meanwhile=nothing)
            after_ns = program.now_ns()
        for kind in kinds[:2]:
            rows = found[kind]
            steps_ns = np.diff(rows.t_ns)
            assert rows.is_whole
            assert len(rows.t_ns) > 380
            assert 2.25e6 < steps_ns.min() <= steps_ns.max() < 2.75e6
            assert before_ns < rows.t_ns[0] < rows.t_ns[-1] <= after_ns
        assert np.linalg.norm(found[SensorKind.ACCELEROMETER].values, axis=1).mean() == pytest.approx(9.8, abs=0.5)
        light = found[SensorKind.LIGHT].values
        assert light.shape == (len(light), 1)
        assert light[0] == pytest.approx(320, rel=0.2)

    def test_records_come_in_batches_and_their_end_behind_them(self, host: Host) -> None:
        started = host.answer("sensor.start", type=1, hz=400)
        assert fits(started.json, {"stream": WHOLE, "requested_hz": REAL})
        number = started.json["stream"]
        frames = [frame for _ in range(8) for frame in host.until(lambda got: got.kind == DATA)]
        host.send(request("sensor.stop", 2, stream=number))
        frames += host.until(lambda got: got.kind == EOS)
        ids = [frame.kind for frame in frames if frame.id == number and frame.kind in {DATA, EOS}]
        assert ids == [DATA] * (len(ids) - 1) + [EOS]
        assert max(len(frame.body) for frame in frames) <= 64 * 24
        rows = records(frames, number)
        assert (rows["n"] == 3).all()
        assert (rows["zero"] == 0).all()
        firsts = [frame.t_ns for frame in frames if frame.kind == DATA]
        assert set(firsts) <= set(rows["t"].astype(int).tolist())

    def test_where_a_sweep_lies_in_the_recording_follows_from_the_phones_clocks(self, place: Place) -> None:
        sweep = Sweep(low_hz=200, high_hz=16000, duration_s=0.6, level=0.5)
        order = SoundOrder(play=sweep, output=Output.SPEAKER, inputs=(Input.BOTTOM,), duration_s=0.8)
        with companion(place) as program:
            take = record_sound(program, order, meanwhile=nothing)
        assert take.is_whole
        assert take.plays_from_frame is not None
        delay_s = (place_of(sweep, take.frames[0]) - take.plays_from_frame) / take.rate_hz
        assert delay_s == pytest.approx(place.echo_s, abs=0.3e-3)

    def test_frames_of_sound_are_counted_and_its_events_tell_both_clocks(self, host: Host) -> None:
        started = host.answer("audio.start", play="tone", duration_s=0.2, tone_hz=1000, level=0.3)
        answer = {"stream": WHOLE, "rate_hz": WHOLE, "channels": WHOLE, "source": TEXT}
        assert fits(started.json, {**answer, "client_silenced": (bool,), "play_frames": WHOLE})
        assert (started.json["channels"], started.json["play_frames"]) == (2, 9600)
        number = started.json["stream"]
        frames = host.until(lambda got: got.kind == EVT and got.json["event"] == "play.end")
        host.send(request("audio.stop", 2, stream=number))
        frames += host.until(lambda got: got.kind == EOS)
        sound, firsts = samples(frames, number)
        assert firsts == list(range(0, len(sound), 1024))
        assert np.abs(sound.astype(int)).max() > 0
        events = {frame.json["event"]: frame.json for frame in frames if frame.kind == EVT and frame.id == number}
        assert fits(events["record.stamp"], {"event": TEXT, "frame": WHOLE, "boot_ns": WHOLE})
        assert fits(events["play.start"], {"event": TEXT, "frame": WHOLE, "mono_ns": WHOLE})
        played_ns = events["play.end"]["mono_ns"] - events["play.start"]["mono_ns"]
        assert played_ns == pytest.approx(2e8, rel=1e-3)

    def test_a_silenced_recording_says_so_and_is_zeros(self, place: Place) -> None:
        with companion(place, "silenced") as program:
            take = record_sound(program, SoundOrder(play=None, duration_s=0.1), meanwhile=nothing)
        assert take.is_silenced
        assert not take.frames.any()

    def test_both_clocks_are_told_at_once(self, host: Host) -> None:
        offsets = []
        for number in (7, 8):
            host.send(ping(number))
            pong = host.until(lambda got: got.kind == PONG)[-1]
            boot_ns, mono_ns = struct.unpack(">qq", pong.body)
            assert (pong.id, pong.t_ns) == (number, boot_ns)
            offsets.append(boot_ns - mono_ns)
        assert offsets[0] > 0
        assert offsets[1] == pytest.approx(offsets[0], abs=5e6)

    def test_answers_have_the_shapes_that_are_written_down(self, host: Host) -> None:
        sensor = {"type": WHOLE, "name": TEXT, "axes": WHOLE, "max_hz": REAL, "range": REAL, "resolution": REAL}
        slot = {"slot": WHOLE, "state": TEXT, "operator": TEXT, "name": TEXT}
        route = {"id": WHOLE, "type": WHOLE, "place": TEXT, "output": (bool,)}
        shapes: dict[str, Any] = {
            "ops": {"ops": [TEXT]},
            "sensors": {"sensors": [{**sensor, "on_change": (bool,)}]},
            "imei": {"imeis": [TEXT]},
            "sim": {"slots": [slot]},
            "routes": {"routes": [route]},
            "stats": {"dropped": WHOLE, "queued_bytes": WHOLE},
        }
        for number, (op, shape) in enumerate(shapes.items(), 1):
            answer = host.answer(op, number)
            assert not answer.flags
            content = answer.json
            if op == "sensors":  # a maker's own may leave anything out
                content["sensors"] = [one for one in content["sensors"] if one["type"] < 65536]
            assert fits(content, shape), (op, content)

    def test_the_battery_answers_by_number_and_says_what_it_does_not_know(self, host: Host) -> None:
        told = [host.answer("battery", number, id=number).json for number in range(1, 13)]
        assert [one["id"] for one in told] == list(range(1, 13))
        assert {one["id"] for one in told if one["supported"]} >= {1, 2, 3, 4, 6}
        for one in told:
            assert fits(one, {"id": WHOLE, "supported": (bool,), "value": WHOLE if one["supported"] else (type(None),)})
        assert not told[4]["supported"]

    def test_a_route_is_chosen_kept_and_given_back(self, host: Host) -> None:
        places = {(one["place"], one["output"]): one["id"] for one in host.answer("routes").json["routes"]}
        assert places.keys() >= {("speaker", True), ("earpiece", True), ("bottom", False), ("top", False)}
        out, top = places["earpiece", True], places["top", False]
        assert host.answer("route", 1, **{"out": out, "in": top}).json == {"out": out, "in": top}
        assert host.answer("routes").json.items() >= {"out": out, "in": top}.items()
        assert host.answer("route", 2, out=top).flags == ERROR
        assert host.answer("route", 3, out=0).json == {"in": top}

    def test_what_cannot_be_done_is_refused_and_nothing_else_happens(self, host: Host) -> None:
        for lines, says in REFUSED.items():
            body = lines.encode()
            host.send(struct.pack(">BBHIq", 2, 0, 5, len(body), 0) + body)
            answer = host.until(lambda got: got.kind == RES)[-1]
            assert (answer.flags, answer.id, set(answer.json)) == (ERROR, 5, {"error"}), lines
            assert says in answer.json["error"]
        assert host.answer("stats", 6).json == {"dropped": 0, "queued_bytes": 0}

    def test_one_sound_at_a_time_and_each_stream_by_its_kind(self, host: Host) -> None:
        number = host.answer("audio.start", 1).json["stream"]
        assert host.answer("audio.start", 2).json == {"error": "audio is busy"}
        assert host.answer("sensor.stop", 3, stream=number).flags == ERROR
        assert host.answer("audio.stop", 4, stream=number).json == {}
        assert host.answer("audio.start", 5).json["stream"] != number

    def test_sixteen_streams_are_enough(self, host: Host) -> None:
        answers = [host.answer("sensor.start", 1 + at, type=5, hz=1) for at in range(17)]
        assert [bool(answer.flags) for answer in answers] == [False] * 16 + [True]

    def test_requests_may_be_torn_anywhere_and_begin_with_the_magic(self, host: Host) -> None:
        for byte in MAGIC + request("ops", 1) + ping(2) + request("quit", 3):
            host.send(bytes([byte]))
        assert [(frame.kind, frame.id) for frame in host.until(lambda _got: False)] == [(RES, 1), (PONG, 2), (RES, 3)]

    @pytest.mark.parametrize("bad", [bytes([7]) + bytes(15), struct.pack(">BBHIq", 2, 0, 1, (1 << 20) + 1, 0)])
    def test_what_is_no_frame_ends_the_connection(self, place: Place, host: Host, bad: bytes) -> None:
        assert host.answer("torch", on=1).json == {"on": True}
        host.send(bad)
        assert host.until(lambda _got: False) == []
        assert place.wait() == 0
        assert not place.is_torch_lit()

    def test_when_the_host_leaves_everything_is_put_back(self, place: Place, host: Host) -> None:
        host.answer("sensor.start", 1, type=1, hz=400)
        host.answer("audio.start", 2)
        assert host.answer("torch", 3, on=1).json == {"on": True}
        assert place.is_torch_lit()
        assert not place.has_jar()
        host.link.shutdown(socket.SHUT_WR)
        host.until(lambda _got: False)
        assert place.wait() == 0
        assert not place.is_torch_lit()

    def test_fifteen_seconds_of_silence_end_it_too(self, place: Place, host: Host) -> None:
        host.answer("torch", on=1)
        place.jump(14)
        host.send(ping())
        assert host.until(lambda got: got.kind == PONG)
        assert place.is_torch_lit()
        host.link.settimeout(6.0)  # a program that waits for much longer than 15 s is still there then
        place.jump(16)
        assert host.until(lambda _got: False) == []
        assert place.wait() == 0
        assert not place.is_torch_lit()

    def test_quit_is_answered(self, place: Place, host: Host) -> None:
        host.send(request("quit", 4))
        assert [(frame.kind, frame.id) for frame in host.until(lambda _got: False)] == [(RES, 4)]
        assert place.wait() == 0

    def test_another_version_is_refused_before_anything_starts(self, place: Place) -> None:
        with closing(place.start("proto=2")):
            assert place.wait() == 2
        assert place.complaint().strip() == "proto 2 wanted, 1 here"

    def test_a_nonce_must_come_first(self, place: Place) -> None:
        with closing(place.start(f"{PROTO} nonce=5eed")) as link:
            host = Host(link)
            assert host.answer("auth", 1, nonce="5eed").json == {}
            assert host.answer("stats", 2).json["dropped"] == 0

    def test_without_its_nonce_nobody_gets_anything(self, place: Place) -> None:
        with closing(place.start(f"{PROTO} nonce=5eed")) as link:
            host = Host(link)
            assert host.answer("torch", on=1).json == {"error": "not authorised"}
            assert host.until(lambda _got: False) == []
        assert place.wait() == 0
        assert not place.is_torch_lit()

    def test_what_the_runtime_prints_first_is_skipped(self, place: Place) -> None:
        with companion(place, "noise") as program:
            assert program.ask("stats")["dropped"] == 0
            program.ask("sensor.start", {"type": 1})
            assert program.ask("ops")["ops"] == OPS

    def test_a_program_that_is_gone_is_an_error_of_the_link(self, place: Place) -> None:
        with companion(place) as program:
            program.ask("quit")
            place.wait()
            with pytest.raises(LinkError):
                program.ask("stats")

    def test_a_refusal_reaches_the_caller_as_one(self, place: Place) -> None:
        with companion(place) as program:
            with pytest.raises(Refused, match="no such sensor"):
                program.ask("sensor.start", {"type": 98})
            order = SoundOrder(play=None, inputs=(Input.TOP,), duration_s=0.05)
            assert record_sound(program, order, meanwhile=nothing).frames.shape[0] == 1

    def test_a_phone_that_may_not_record_says_not_supported(self, place: Place) -> None:
        with companion(place, "android_9") as program, pytest.raises(NotSupported):
            record_sound(program, SoundOrder(play=None, duration_s=0.05), meanwhile=nothing)


def place_of(sweep: Sweep, sound: np.ndarray[Any, np.dtype[np.int16]]) -> float:
    """Return the frame at which a sweep begins, by correlation with the formula that it was asked by."""
    times_s = np.arange(round(sweep.duration_s * 48000)) / 48000
    growth_s = sweep.duration_s / np.log(sweep.high_hz / sweep.low_hz)
    wanted = np.sin(2 * np.pi * sweep.low_hz * growth_s * np.expm1(times_s / growth_s))
    size = 1 << 18
    both = np.fft.irfft(np.fft.rfft(sound.astype(float), size) * np.fft.rfft(wanted, size).conj(), size)
    return float(np.argmax(np.abs(both[: len(sound)])))
