"""What only the Java can get wrong: Android's corners, a host that reads nothing, and the samples that it plays."""

from __future__ import annotations

import socket
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from agent.companion import Refused, record_sensors, record_sound
from hwsim.physics.audio.loop import sweep
from probes import Input, Output, SensorKind, SoundOrder, Tone
from probes.signals.sweep import Sweep as KnownSweep
from tests.companion_java.places import JavaPlace, java
from tests.companion_place import DEADLINE_S, PROTO, Host, companion
from tests.hwsim_companion.wire import DATA, EOS, ERROR, GAP, HELLO, RES, request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "pbc_0011223344556677"
BEEP = SoundOrder(play=Tone(frequency_hz=1000, duration_s=0.1, level=0.5), inputs=(Input.BOTTOM,), duration_s=0.2)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[JavaPlace]:
    place = JavaPlace(tmp_path)
    yield place
    place.close()


def played(**arguments: object) -> np.ndarray[Any, np.dtype[np.int64]]:
    lines = [f"{key}={value}" for key, value in arguments.items()]
    done = subprocess.run(java("pbc.Samples", *lines), capture_output=True, timeout=DEADLINE_S, check=True)
    return np.frombuffer(done.stdout, ">i2").astype(np.int64)


@pytest.mark.parametrize(
    ("low_hz", "high_hz", "duration_s", "level"), [(20, 20000, 2.0, 1.0), (200.5, 16000, 0.60001, 0.37)]
)
def test_the_sweep_is_the_one_that_the_analysis_and_the_emulated_phones_know(
    low_hz: float, high_hz: float, duration_s: float, level: float
) -> None:
    samples = played(play="sweep", low_hz=low_hz, high_hz=high_hz, duration_s=duration_s, level=level)
    emulated = sweep(low_hz=low_hz, high_hz=high_hz, duration_s=duration_s)[0] * np.float32(level)
    known = KnownSweep(start_hz=low_hz, stop_hz=high_hz, duration_s=duration_s, rate_hz=48000, amplitude=level)
    for other in (emulated, known.samples()):
        assert len(samples) == len(other)
        assert np.abs(samples - other * 32767.0).max() <= 1


def test_a_tone_is_a_sine_at_its_level() -> None:
    samples = played(play="tone", tone_hz=997, duration_s=0.5, level=0.9)
    wanted = 0.9 * 32767 * np.sin(2 * np.pi * 997 * np.arange(24000) / 48000)
    assert np.abs(samples - wanted).max() <= 1


@pytest.mark.parametrize("sdk", [28, 31, 36])
def test_it_finds_its_way_on_each_android(tmp_path: Path, sdk: int) -> None:
    place = JavaPlace(tmp_path, sdk=sdk)
    with companion(place) as program:
        assert (program.hello["sdk"], program.hello["ctx_error"]) == (sdk, None)
        told = [number for number in range(1, 13) if program.ask("battery", {"id": number})["supported"]]
        sensors = program.ask("sensors")["sensors"]
    place.close()
    assert told == [1, 2, 3, 4, 6, *((7, 8, 9, 10, 12) if sdk > 34 else ())]
    assert [one["type"] for one in sensors] == [1, 2, 4, 5, 6, 8, 65540]
    assert sensors[-1]["resolution"] is None
    assert sensors[0]["name"] == 'Accelerometer "x" \u00b5'


def test_on_android_11_it_tries_until_the_microphone_is_given(tmp_path: Path) -> None:
    place = JavaPlace(tmp_path, sdk=30)
    with companion(place) as program:
        assert record_sound(program, BEEP).is_whole
    place.close()


def test_a_makers_own_sensor_streams_what_its_events_hold(place: JavaPlace) -> None:
    with closing(place.start()) as link:
        host = Host(link)
        number = host.answer("sensor.start", type=65540, hz=50).json["stream"]
        frame = host.until(lambda got: got.kind == DATA)[-1]
        assert frame.id == number
        assert frame.body[9] == 3


def test_without_androids_inner_classes_it_says_what_is_wrong(place: JavaPlace) -> None:
    with companion(place, "no_context") as program:
        assert "no looper of the maker's liking" in program.hello["ctx_error"]
        for op in ("sensors", "routes", "imei"):
            with pytest.raises(Refused, match="no context"):
                program.ask(op)
        with pytest.raises(Refused, match="no context"):
            program.ask("battery", {"id": 1})
        assert program.ask("stats")["dropped"] == 0


def test_parts_that_refuse_are_told_apart(place: JavaPlace) -> None:
    with companion(place, "no_flash no_sensor_starts") as program:
        with pytest.raises(Refused, match="no camera has a flash"):
            program.ask("torch", {"on": 1})
        with pytest.raises(Refused, match="does not start"):
            program.ask("sensor.start", {"type": 1})
        assert record_sensors(program, [SensorKind.GYROSCOPE], rate_hz=100, duration_s=0.05) == {}


def test_the_flash_is_that_of_the_camera_at_the_back(place: JavaPlace) -> None:
    with companion(place) as program:
        program.ask("torch", {"on": 1})
    place.wait()
    assert [line for line in place.told() if "torch" in line] == ["torch 2 on", "torch 2 off"]


def test_a_player_without_time_stamps_gives_no_place_in_the_recording(place: JavaPlace) -> None:
    with companion(place, "no_play_stamps") as program:
        take = record_sound(program, BEEP)
    assert take.plays_from_frame is None
    assert np.abs(take.frames.astype(int)).max() > 4000


def test_a_recorder_that_overran_is_not_whole(place: JavaPlace) -> None:
    with companion(place, "overrun") as program:
        assert not record_sound(program, BEEP).is_whole


def test_chosen_routes_reach_the_recorder_and_the_player(place: JavaPlace) -> None:
    order = SoundOrder(play=BEEP.play, output=Output.EARPIECE, inputs=(Input.TOP,), duration_s=0.1)
    with companion(place) as program:
        record_sound(program, order)
    place.wait()
    assert {"output 2", "input 15", "track released", "record released"} <= set(place.told())


def test_what_finds_no_room_is_dropped_told_and_counted(place: JavaPlace) -> None:
    with closing(place.start(quirk="flood")) as link:
        host = Host(link)
        for number in range(1, 17):
            host.send(request("sensor.start", number, type=(1, 4)[number % 2], hz=10000))
        place.wait_until_told("flooded", times=16)
        stops = (request("sensor.stop", 50 + number, stream=number) for number in range(1, 17))
        host.send(request("stats", 50) + b"".join(stops))
        frames = host.until(lambda got: got.kind == EOS and got.id == 16)
        stats = next(frame for frame in frames if frame.kind == RES and frame.id == 50).json
        assert stats["dropped"] > 1000
        assert stats["queued_bytes"] <= 5 * 1024 * 1024
        # who found no room is a matter of scheduling; that somebody did is told in the stream's own end
        assert GAP in {frame.flags for frame in frames if frame.kind == EOS}
        assert len([frame for frame in frames if frame.kind == DATA]) > 2000, "the end overtook samples"


def test_a_host_that_reads_nothing_does_not_keep_the_phone(place: JavaPlace) -> None:
    with closing(place.start(quirk="flood")) as link:
        host = Host(link)
        assert host.answer("torch", on=1).json == {"on": True}
        for number in range(1, 17):
            host.send(request("sensor.start", number, type=1, hz=10000))
        place.wait_until_told("flooded", times=16)
        place.jump(16)
        place.wait()
        assert not place.is_torch_lit()


def test_root_becomes_the_shells_user_before_anything_else(place: JavaPlace) -> None:
    with companion(place, "root"):
        assert place.told()[:2] == ["setgid 2000", "setuid 2000"]


def test_nothing_that_the_runtime_prints_later_gets_between_frames(place: JavaPlace) -> None:
    with companion(place) as program:
        assert place.told() == ["dup2 1", "dup2 2"]
        program.ask("sensor.start", {"type": 1})  # the fake prints a line here
        assert program.ask("stats")["dropped"] == 0


def listening(place: JavaPlace, words: str) -> tuple[subprocess.Popen[bytes], str]:
    process = place.launch(words, quirk="", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert process.stdout is not None
    return process, process.stdout.readline().decode()


def test_behind_a_socket_it_serves_one_host(place: JavaPlace, tmp_path: Path) -> None:
    _process, said = listening(place, f"{PROTO} socket={NAME}")
    assert said == f"LISTENING {NAME}\n"
    assert place.has_jar()
    with socket.socket(socket.AF_UNIX) as link, socket.socket(socket.AF_UNIX) as late:
        link.connect(str(tmp_path / NAME))
        host = Host(link)
        hello = host.next()
        assert hello is not None
        assert hello.kind == HELLO
        assert not place.has_jar()
        with pytest.raises(ConnectionRefusedError):
            late.connect(str(tmp_path / NAME))
        assert host.answer("fly").flags == ERROR
        assert host.answer("quit").json == {}
    assert place.wait() == 0


def test_behind_a_socket_it_waits_fifteen_seconds_for_its_host(place: JavaPlace) -> None:
    assert listening(place, f"{PROTO} socket={NAME}")[1]
    place.jump(16)
    assert place.wait() == 0


def test_a_socket_of_another_name_is_refused(place: JavaPlace) -> None:
    assert listening(place, f"{PROTO} socket=media")[1] == ""
    assert place.wait() == 1
    assert "pbc_" in place.complaint()
