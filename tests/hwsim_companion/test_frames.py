"""The frames on the wire, byte by byte as companion.md gives them."""

from __future__ import annotations

import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.companion.frames import BadFrame, Framer, Kind, encode
from hwsim.companion.outbox import Outbox, Overrun
from hwsim.companion.quirks import parse_quirks
from tests.hwsim_companion.wire import MAGIC, Talk, ping, request, split


def test_a_frame_is_sixteen_bytes_of_header_and_a_body() -> None:
    frame = encode(Kind.DATA, id_=0x0203, t_ns=0x0405060708090A0B, body=b"xy", flags=1)
    assert frame.hex() == "10" + "01" + "0203" + "00000002" + "0405060708090a0b" + "7879"
    assert encode(Kind.EOS, id_=7).hex() == "11" + "00" + "0007" + "00000000" + "0000000000000000"


def test_the_magic_comes_first_and_then_the_hello() -> None:
    talk = Talk()
    assert talk.raw.startswith(b"\0PBC1\r\n\x1a\x01\x00\x00\x00")
    hello = talk.hello.json
    assert set(hello) == {"proto", "version", "sdk", "model", "uid", "pid", "ctx_error", "ops"}
    assert (hello["proto"], hello["sdk"], hello["model"], hello["uid"]) == (1, 36, "Pixel 8", 2000)
    assert hello["ops"] == sorted(hello["ops"]) == talk.ask("ops")["ops"]


def test_a_sensor_record_of_three_axes_is_twenty_four_bytes() -> None:
    talk = Talk()
    stream = talk.ask("sensor.start", type=1, hz=400)["stream"]
    data = next(frame for frame in talk.run(0.1) if frame.id == stream)
    t_ns, accuracy, count, zero, _x, _y, z = struct.unpack(">qBBHfff", data.body[:24])
    assert len(data.body) % 24 == 0
    assert (t_ns, accuracy, count, zero) == (data.t_ns, 3, 3, 0)
    assert z == pytest.approx(9.8, abs=0.3)


def test_a_piece_of_sound_begins_with_the_number_of_its_first_frame() -> None:
    talk = Talk()
    talk.ask("audio.start", channels=1)
    pieces = [frame for frame in talk.run(0.3) if frame.kind == Kind.DATA]
    assert [frame.body[:8].hex() for frame in pieces[:2]] == ["0000000000000000", "0000000000000400"]
    assert {len(frame.body) for frame in pieces} == {8 + 1024 * 2}


def test_a_pong_carries_both_clocks() -> None:
    talk = Talk()
    talk.engine.receive(ping(0xBEEF))
    (pong,), _ = split(talk.engine.take(1 << 20))
    boot_ns, mono_ns = struct.unpack(">qq", pong.body)
    assert (pong.kind, pong.id, pong.t_ns) == (6, 0xBEEF, boot_ns)
    assert 0 < boot_ns - mono_ns < 5400e9


@given(cuts=st.lists(st.integers(0, 60), max_size=20), magic=st.booleans())
def test_frames_are_understood_wherever_they_are_torn(cuts: list[int], magic: bool) -> None:
    whole = (MAGIC if magic else b"") + request("battery", 1, id=1) + ping() + request("ops", 5)
    edges = [0, *sorted(cuts), len(whole)]
    framer = Framer()
    got = [frame for a, b in pairwise(edges) for frame in framer.feed(whole[a:b])]
    assert [(frame.kind, frame.id) for frame in got] == [(2, 1), (5, 9), (2, 5)]


def test_a_body_that_is_too_long_ends_the_connection_before_it_comes() -> None:
    with pytest.raises(BadFrame):
        list(Framer().feed(struct.pack(">BBHIq", 2, 0, 0, 1024 * 1024 + 1, 0)))


@given(st.binary(max_size=300))
def test_no_bytes_of_a_host_bring_the_engine_down(data: bytes) -> None:
    talk = Talk()
    talk.engine.receive(data)
    talk.engine.receive(request("torch", on=1) + data)
    talk.engine.advance()
    talk.engine.take(1 << 30)
    talk.engine.close()
    assert not talk.unit.phone.torch_lit


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"torch",
        b"torch\non=2",
        b"torch\non",
        b"sensor.start\ntype=99999999999999999999",
        b"sensor.start\ntype=1\nhz=nan",
        b"sensor.start\ntype=1\nhz=1e999",
        b"sensor.start\ntype=3",
        b"sensor.stop\nstream=5",
        b"audio.start\nduration_s=1e9\nplay=tone",
        b"audio.start\nchannels=3",
        b"audio.start\nsource=output",
        b"audio.start\nplay=song",
        b"audio.start\nrecord=0",
        b"audio.start\nplay=sweep\nlow_hz=9000\nhigh_hz=100",
        b"battery\nid=13",
        b"route\nout=14",
        b"x" * 100_000,
    ],
)
def test_a_request_that_makes_no_sense_is_answered_with_an_error(body: bytes) -> None:
    talk = Talk()
    talk.engine.receive(struct.pack(">BBHIq", 2, 0, 3, len(body), 0) + body)
    (answer,), _ = split(talk.engine.take(1 << 20))
    assert (answer.kind, answer.flags, answer.id) == (3, 2, 3)
    assert len(answer.json["error"]) < 300
    assert talk.ask("stats") == {"dropped": 0, "queued_bytes": 0}


def test_a_host_that_asks_and_never_reads_is_left() -> None:
    talk = Talk()
    for _ in range(9000):
        talk.engine.receive(request("ops"))
    assert talk.engine.finished
    assert talk.engine.outbox.queued_bytes < 1.1 * 1024 * 1024


def test_streams_are_limited_in_number() -> None:
    talk = Talk()
    for _ in range(16):
        talk.ask("sensor.start", type=6, hz=5)
    assert talk.answer("sensor.start", type=6).json == {"error": "16 streams are open"}


def test_control_frames_overtake_samples_and_the_end_of_a_stream_does_not() -> None:
    outbox = Outbox()
    outbox.data(1, t_ns=0, body=b"a")
    outbox.end(1, t_ns=5)
    outbox.control(encode(Kind.RES, id_=3))
    assert [frame.kind for frame in split(outbox.take(1 << 20))[0]] == [3, 16, 17]


def test_what_does_not_fit_is_dropped_and_told_and_the_end_still_comes() -> None:
    outbox = Outbox(cap_bytes=100)
    taken = [outbox.data(stream, t_ns=0, body=bytes(30)) for stream in (1, 1, 1, 2)]
    assert taken == [True, True, False, False]
    assert outbox.dropped == 2
    outbox.take(1 << 20)
    outbox.data(1, t_ns=0, body=b"b")
    outbox.data(1, t_ns=0, body=b"c")
    outbox.end(2, t_ns=0)
    frames = split(outbox.take(1 << 20))[0]
    assert [(frame.id, frame.kind, frame.flags) for frame in frames] == [(1, 16, 1), (1, 16, 0), (2, 17, 1)]


def test_answers_beyond_a_megabyte_are_an_overrun() -> None:
    outbox = Outbox()
    outbox.control(bytes(1024 * 1024))
    with pytest.raises(Overrun):
        outbox.control(b"x")


@pytest.mark.parametrize(
    "wanted", [{"nope": 1}, {"mic_muted": 1}, {"gap_every_s": "1"}, {"gap_s": -1.0}, {"gap_s": True}]
)
def test_quirks_that_make_no_sense_are_refused(wanted: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"quirk|gap|mic"):
        parse_quirks(wanted)
