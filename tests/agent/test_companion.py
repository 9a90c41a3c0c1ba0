"""The companion from the host's side: an emulated phone with every ugly mode, and a program that lies."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.capture import load_companion
from agent.companion import Companion, Refused, record_sensors, record_sound
from agent.links import AdbLink, Deadline, RealClock
from agent.links.wire import Wire
from agent.sim_phone import SimPhone
from probes import (
    BenchError,
    Blocked,
    Input,
    LinkError,
    NotSupported,
    NotUnderstood,
    Output,
    ProtocolBroken,
    SensorKind,
    SoundOrder,
    Sweep,
    Tone,
)

JAR = load_companion() or b"emulated phones run the companion by its name"
BOTH = [SensorKind.ACCELEROMETER, SensorKind.GYROSCOPE]
MAGIC = b"\0PBC1\r\n\x1a"
HELLO, RES, EVT, PONG, DATA, EOS = 1, 3, 4, 6, 16, 17


def frame(kind: int, number: int, body: bytes, *, flags: int = 0, t_ns: int = 0) -> bytes:
    return struct.pack(">BBHIq", kind, flags, number, len(body), t_ns) + body


def hello(proto: int = 1) -> bytes:
    return MAGIC + frame(HELLO, 0, json.dumps({"proto": proto, "ops": []}).encode())


class ScriptedLink:
    """Stands for a link to a phone whose program says what a test wants."""

    def __init__(self, *said: bytes, stays: bool = False, beat: bytes = b"") -> None:
        self._said = said
        self._stays = stays
        self._beat = beat
        self.pushed = ""

    def push(self, _source: bytes, path: str, **_options: object) -> int:
        self.pushed = path
        return 0

    @contextmanager
    def program(self, _command: str, *, deadline_s: float) -> Iterator[Wire]:
        ours, theirs = socket.socketpair()

        over = threading.Event()

        def speak() -> None:
            with suppress(OSError):
                for piece in self._said:
                    theirs.sendall(piece)
                while self._beat and not over.wait(0.01):
                    theirs.sendall(self._beat)
                if not self._stays:
                    theirs.shutdown(socket.SHUT_WR)

        speaker = threading.Thread(target=speak, daemon=True)
        speaker.start()
        wire = Wire(ours, Deadline.after(RealClock(), min(deadline_s, 5.0)))
        try:
            yield wire
        finally:
            over.set()
            wire.close()
            theirs.close()
            speaker.join(5.0)


def scripted(*said: bytes, stays: bool = False, beat: bytes = b"") -> Companion:
    link: AdbLink = ScriptedLink(*said, stays=stays, beat=beat)  # type: ignore[assignment]  # all that a companion asks of a link
    return Companion(link, JAR)


Start = Callable[..., Companion]


@pytest.fixture
def start(sim_phone: SimPhone) -> Iterator[Start]:
    running: list[Companion] = []

    def begin(**quirks: object) -> Companion:
        sim_phone.misbehave(quirks)
        running.append(Companion(sim_phone.link, JAR).__enter__())
        return running[-1]

    yield begin
    for companion in running:
        companion.__exit__(None, None, None)


def test_two_sensors_stream_at_full_rate_without_loss(start: Start) -> None:
    rows = record_sensors(start(), BOTH, rate_hz=400, duration_s=1.0)
    assert set(rows) == set(BOTH)
    for row in rows.values():
        steps = np.diff(row.t_ns)
        assert row.is_whole
        assert (steps > 0).all()
        assert np.median(steps) == pytest.approx(2.5e6, rel=0.1)
        assert (row.t_ns[-1] - row.t_ns[0]) / 1e9 == pytest.approx(1.0, abs=0.2)
        assert len(row.t_ns) >= 0.97 * (row.t_ns[-1] - row.t_ns[0]) / np.median(steps)
    assert np.sqrt((rows[BOTH[0]].values.mean(axis=0) ** 2).sum()) == pytest.approx(9.81, abs=0.3)


def test_noise_before_the_magic_is_skipped(start: Start) -> None:
    companion = start(noise="WARNING: linker: something\n\x1b[2J" * 20)
    assert companion.hello["uid"] == 2000
    assert "sensor.start" in companion.ask("ops")["ops"]


def test_a_gap_is_seen_and_the_recording_is_not_whole(start: Start) -> None:
    rows = record_sensors(start(gap_every_s=0.4, gap_s=0.1), BOTH, rate_hz=400, duration_s=1.2)
    assert not any(row.is_whole for row in rows.values())


def test_a_clamp_shows_in_the_stamps(start: Start) -> None:
    rows = record_sensors(start(rate_clamp=True), BOTH[:1], rate_hz=400, duration_s=0.8)
    assert np.median(np.diff(rows[BOTH[0]].t_ns)) == pytest.approx(5e6, rel=0.1)


def test_a_sensor_that_the_phone_lacks_is_missing(sim_phone: SimPhone, start: Start) -> None:
    sim_phone.break_("sensors.hub_dead")
    assert record_sensors(start(), BOTH, rate_hz=400, duration_s=0.2) == {}


@pytest.mark.parametrize("output", list(Output))
def test_what_is_played_is_found_where_the_phones_clocks_say(start: Start, output: Output) -> None:
    play = Sweep(low_hz=300, high_hz=6000, duration_s=0.5, level=0.25)
    rows = record_sound(start(), SoundOrder(play=play, output=output, inputs=(Input.TOP,), duration_s=0.9))
    assert rows.is_whole
    assert not rows.is_silenced
    assert rows.rate_hz == 48_000
    assert rows.plays_from_frame is not None
    power = rows.frames[0].astype(float) ** 2
    loud = np.convolve(power, np.ones(480) / 480, mode="same")
    begins = int(np.argmax(loud > 0.25 * loud.max()))
    assert begins == pytest.approx(rows.plays_from_frame, abs=0.25 * 48_000)
    assert rows.frames.shape == (1, rows.frames.shape[1])


def test_zeros_are_told_as_silenced_where_the_phone_knows(start: Start) -> None:
    rows = record_sound(start(silent_source=True), SoundOrder(play=None, duration_s=0.1))
    assert rows.is_silenced
    assert not rows.frames.any()


def test_a_refusal_and_a_busy_microphone_are_told_apart(start: Start) -> None:
    order = SoundOrder(play=Tone(frequency_hz=500, duration_s=0.1, level=0.1), duration_s=0.1)
    with pytest.raises(NotSupported):
        record_sound(start(refused="audio.start"), order)
    companion = start()
    companion.ask("audio.start", {"play": "none"})
    with pytest.raises(Blocked) as raised:
        record_sound(companion, order)
    assert raised.value.reason == "blocked_busy"
    with pytest.raises(Refused):
        companion.ask("no.such.thing")


def test_an_old_program_is_not_spoken_with(start: Start) -> None:
    with pytest.raises(NotSupported):
        start(stale=True)


def test_a_program_that_does_not_start_is_told(start: Start) -> None:
    with pytest.raises(ProtocolBroken):
        start(aborted=True)


def test_the_end_in_the_middle_of_a_frame_is_no_end_of_a_recording(start: Start) -> None:
    with pytest.raises(LinkError):
        record_sensors(start(eof_in_data_frame=4), BOTH, rate_hz=400, duration_s=5.0)


def test_several_threads_share_one_companion(start: Start) -> None:
    companion = start()
    answers: list[object] = []

    def ask() -> None:
        for _ in range(20):
            answers.append(companion.ask("battery", {"id": 4})["value"])
            companion.now_ns()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(answers) == 80
    assert len(set(answers)) == 1


def test_the_file_on_the_phone_is_named_by_its_hash() -> None:
    link = ScriptedLink(hello())
    with Companion(link, JAR) as companion:  # type: ignore[arg-type]  # as above
        assert link.pushed.startswith("/data/local/tmp/pbc-")
        assert companion.hello["proto"] == 1


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ((b"",), ProtocolBroken),
        ((b"x" * 70_000,), ProtocolBroken),
        ((MAGIC[:5],), ProtocolBroken),
        ((MAGIC,), LinkError),
        ((MAGIC + frame(RES, 0, b"{}"),), NotSupported),
        ((hello(proto=0),), NotSupported),
        ((MAGIC + frame(HELLO, 0, b"[1]"),), NotUnderstood),
        ((MAGIC + frame(HELLO, 0, b"\xff"),), NotUnderstood),
        ((MAGIC + struct.pack(">BBHIq", HELLO, 0, 0, 2**31, 0),), ProtocolBroken),
    ],
)
def test_a_bad_beginning_is_told(said: tuple[bytes, ...], error: type[BenchError]) -> None:
    with pytest.raises(error), scripted(*said):
        pass


@pytest.mark.parametrize(
    "lie",
    [
        frame(PONG, 1, b"short"),
        frame(EVT, 1, b"not json"),
        struct.pack(">BBHIq", DATA, 0, 1, 0xFFFFFFFF, 0),
        b"\x10",
    ],
)
def test_a_lie_ends_the_companion_and_every_question_says_so(lie: bytes) -> None:
    with scripted(hello(), lie) as companion, pytest.raises(BenchError):
        companion.ask("stats", deadline_s=2.0)
    assert companion.ended is not None


def test_no_answer_ends_at_the_deadline() -> None:
    with scripted(hello(), stays=True) as companion:
        with pytest.raises(LinkError):
            companion.ask("stats", deadline_s=0.05)
        assert companion.ended is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=8))
def test_whatever_comes_only_typed_errors_leave(pieces: list[bytes]) -> None:
    try:
        with scripted(hello(), *pieces) as companion:
            companion.ask("stats", deadline_s=0.5)
    except BenchError:
        pass


@pytest.mark.parametrize("body", [b"\0" * 7, b"\0" * 23, struct.pack(">qBBH", 1, 3, 9, 0) + b"\0" * 12])
def test_sensor_records_that_are_cut_or_of_another_size_are_not_understood(body: bytes) -> None:
    answers = [frame(RES, 1, b'{"stream": 7}'), frame(DATA, 7, body, t_ns=10**9), frame(EOS, 7, b"")]
    clock = frame(PONG, 1, struct.pack(">qq", 10**9, 0))
    with (
        scripted(hello(), *answers, frame(RES, 2, b"{}"), beat=clock) as companion,
        pytest.raises(NotUnderstood),
    ):
        record_sensors(companion, BOTH[:1], rate_hz=400, duration_s=0.0)
