"""What a hardware probe asks of a bench: recorded before it is seen, and answered again bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from agent.benches import EquippedBench, Recorder, ReplayBench
from agent.capture import Gear, Tools, abilities
from agent.ledger import Ledger
from agent.links import AdbLink
from agent.safety import Guard
from agent.sim_phone import SimPhone, SimPhones
from agent.store import Store
from probes import (
    Blocked,
    Capability,
    CommandFailed,
    HardwareBench,
    Input,
    NotSupported,
    Risk,
    SensorKind,
    SoundOrder,
    Sweep,
    Tone,
    Vibrate,
)

JAR = b"emulated phones run the companion by its name"
SWEEP = SoundOrder(play=Sweep(low_hz=200.0, high_hz=8000.0, duration_s=0.6, level=0.25), duration_s=1.0)


class Desk:
    """One phone on one bench, with the recordings of what it was asked."""

    def __init__(self, phone: SimPhone, folder: Path, tools: Tools) -> None:
        self.phone = phone
        self.gear = Gear(phone.link, tools)
        self.store = Store(folder / "run")
        self.recorder = Recorder(self.store)
        self.recorder.start("test.probe")
        self.ledger = Ledger(folder / "settings", "S1")
        self.bench = self.risky(Risk.NONE)

    def risky(self, risk: Risk) -> EquippedBench:
        return EquippedBench(self.phone.link, self.recorder, self.gear, self.ledger, Guard(self.phone.link, risk))

    def replay(self) -> ReplayBench:
        return ReplayBench(self.recorder.taken(), self.store)


MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(sim_phones: SimPhones, tmp_path: Path) -> Iterator[MakeDesk]:
    desks: list[Desk] = []

    def make(*, profile: str = "", companion: bool = True) -> Desk:
        phone = sim_phones(profile=profile)
        desks.append(Desk(phone, tmp_path / str(len(desks)), Tools(companion=JAR if companion else None)))
        return desks[-1]

    yield make
    for desk in desks:
        desk.gear.close()


def test_both_benches_are_what_a_probe_may_ask(make_desk: MakeDesk) -> None:
    desk = make_desk()
    assert isinstance(desk.bench, HardwareBench)
    assert isinstance(desk.replay(), HardwareBench)


def test_sensors_come_out_of_a_replay_bit_for_bit(make_desk: MakeDesk) -> None:
    desk = make_desk()
    kinds = [SensorKind.ACCELEROMETER, SensorKind.GYROSCOPE, SensorKind.LIGHT]
    live = desk.bench.sense(kinds, rate_hz=400, duration_s=1.0)
    assert {track.backend for track in live.values()} == {"companion"}
    again = desk.replay().sense(kinds, rate_hz=400, duration_s=1.0)
    assert list(again) == list(live)
    for kind, track in live.items():
        assert again[kind].t_ns.tobytes() == track.t_ns.tobytes()
        assert again[kind].values.tobytes() == track.values.tobytes()
        assert again[kind].values.shape == track.values.shape
        assert (again[kind].id, again[kind].is_whole, again[kind].requested_hz) == (track.id, track.is_whole, 400)
    stored = {recording.id: recording for recording in desk.recorder.taken()}
    assert [channel.name for channel in stored[live[SensorKind.GYROSCOPE].id].channels] == ["x", "y", "z"]


def test_sound_comes_out_of_a_replay_bit_for_bit(make_desk: MakeDesk) -> None:
    desk = make_desk()
    live = desk.bench.sound(SWEEP)
    again = desk.replay().sound(SWEEP)
    assert live.frames.shape[0] == 2
    assert live.frames.dtype == np.int16 == again.frames.dtype
    assert again.frames.tobytes() == live.frames.tobytes()
    assert live.plays_from_frame is not None
    assert again.plays_from_frame == live.plays_from_frame
    first = round(live.plays_from_frame)
    before = live.frames[0, : first - 480].astype(float).std()
    assert live.frames[0, first : first + 24_000].astype(float).std() > 3 * before


def test_two_orders_alike_are_answered_in_their_order(make_desk: MakeDesk) -> None:
    desk = make_desk()
    order = SoundOrder(play=None, inputs=(Input.BOTTOM,), duration_s=0.2)
    live = [desk.bench.sound(order) for _ in range(2)]
    bench = desk.replay()
    assert [bench.sound(order).frames.tobytes() for _ in range(2)] == [take.frames.tobytes() for take in live]
    with pytest.raises(NotSupported):
        bench.sound(order)


def test_the_accelerometer_feels_the_motor(make_desk: MakeDesk) -> None:
    desk = make_desk()
    buzz = Vibrate(at_s=0.6, duration_ms=400)
    track = desk.bench.sense([SensorKind.ACCELEROMETER], rate_hz=400, duration_s=1.6, during=[buzz])
    values = track[SensorKind.ACCELEROMETER].values[:, 2]
    t_s = (track[SensorKind.ACCELEROMETER].t_ns - track[SensorKind.ACCELEROMETER].t_ns[0]) / 1e9
    assert values[(t_s > 0.7) & (t_s < 0.9)].std() > 5 * values[t_s < 0.5].std()


REFUSED: dict[str, Callable[[HardwareBench], object]] = {
    "sound": lambda bench: bench.sound(SWEEP),
    "torch": lambda bench: bench.torch(lit=True),
    "pull": lambda bench: bench.pull("/data/secret"),
    "setting": lambda bench: bench.setting("system", "screen_brightness", "1").__enter__(),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refusal_is_kept_and_replayed_in_the_same_words(make_desk: MakeDesk, what: str) -> None:
    desk = make_desk(companion=False)
    refuse_settings(desk)
    said: list[str] = []
    for bench in (lambda: desk.bench, desk.replay):
        with pytest.raises((NotSupported, CommandFailed)) as raised:
            REFUSED[what](bench())
        said.append(raised.value.what)
    assert said[0] == said[1]
    assert what not in {"sound", "torch"} or "without the companion" in said[0]


def refuse_settings(desk: Desk) -> None:
    """Let the phone's shell change nothing."""

    class Refuses(Ledger):
        @contextmanager
        def changed(self, link: AdbLink, namespace: str, key: str, value: str) -> Iterator[None]:
            del link
            raise NotSupported(f"no {namespace}/{key}={value}")
            yield

    desk.bench = EquippedBench(
        desk.phone.link, desk.recorder, desk.gear, Refuses(Path("/nowhere"), ""), Guard(desk.phone.link, Risk.NONE)
    )


def test_a_setting_is_changed_on_the_phone_and_not_in_a_replay(make_desk: MakeDesk) -> None:
    desk = make_desk()
    ask = ("settings", "get", "system", "screen_brightness")
    for make, changes in ((lambda: desk.bench, True), (desk.replay, False)):
        with make().setting("system", "screen_brightness", "3"):
            now = desk.phone.link.shell(ask, deadline_s=5, cap_bytes=99).stdout.strip()
        assert (now == b"3") is changes


def test_the_flash_is_off_after_the_probe(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.bench.torch(lit=True)
    assert desk.phone.torch_is_lit()
    desk.bench.finish()
    assert not desk.phone.torch_is_lit()


def test_files_torch_properties_and_commands_are_replayed(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.phone.link.push(b"\xff\xd8picture", "/sdcard/DCIM/a.jpg", deadline_s=5, cap_bytes=100)

    def ask(bench: HardwareBench) -> list[object]:
        bench.torch(lit=True)
        bench.torch(lit=False)
        bench.vibrate(Vibrate(at_s=0, duration_ms=50))
        heard = bench.listen("getevent", "-lt", duration_s=0.3)
        return [bench.pull("/sdcard/DCIM/a.jpg"), bench.battery_property(4), heard.out, heard.complete]

    live = ask(desk.bench)
    assert live[0] == b"\xff\xd8picture"
    assert live[3] is False
    assert ask(desk.replay()) == live


@pytest.mark.parametrize(
    ("switch", "reason"),
    [({"mic_muted": True}, "blocked_muted"), ({"silent_source": True}, "blocked_busy")],
)
def test_nothing_but_zeros_is_blocked_and_never_a_recording(
    make_desk: MakeDesk, switch: dict[str, bool], reason: str
) -> None:
    desk = make_desk()
    desk.phone.misbehave(switch)
    order = SoundOrder(play=Tone(frequency_hz=1000, duration_s=0.2, level=0.1), duration_s=0.3)
    for bench in (desk.bench, desk.replay):
        with pytest.raises(Blocked) as raised:
            (bench() if callable(bench) else bench).sound(order)
        assert raised.value.reason == reason


def test_the_privacy_switch_is_named(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.phone.link.shell(("cmd", "sensor_privacy", "enable", "0", "microphone"), deadline_s=5, cap_bytes=1000)
    with pytest.raises(Blocked) as raised:
        desk.bench.sound(SWEEP)
    assert raised.value.reason == "blocked_privacy"


def test_a_companion_that_dies_is_no_trouble_of_the_link_and_is_started_again(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.phone.misbehave({"eof_in_data_frame": 3})
    with pytest.raises(CommandFailed):
        desk.bench.sense([SensorKind.ACCELEROMETER], rate_hz=400, duration_s=1.0)
    assert desk.phone.link.broken is None
    desk.phone.misbehave({})
    assert desk.bench.sense([SensorKind.ACCELEROMETER], rate_hz=400, duration_s=0.3)


@pytest.mark.parametrize("quirk", [{"aborted": True}, {"stale": True}])
def test_where_the_companion_does_not_run_the_shell_tells_what_it_can(
    make_desk: MakeDesk, quirk: dict[str, bool]
) -> None:
    desk = make_desk()
    desk.phone.misbehave(quirk)
    track = desk.bench.sense([SensorKind.ACCELEROMETER], rate_hz=400, duration_s=0.2)[SensorKind.ACCELEROMETER]
    assert (track.backend, track.is_whole) == ("shell", False)
    assert np.sqrt((track.values.mean(axis=0) ** 2).sum()) == pytest.approx(9.81, abs=0.5)
    rows = {row.capability: row for row in abilities(desk.gear)}
    assert rows[Capability.SENSORS].backend == "shell: dumpsys sensorservice"
    assert "companion" in rows[Capability.PLAY].lacks
    desk.bench.prepare({Capability.VIBRATE})
    said = []
    for bench in (lambda: desk.bench, desk.replay):
        with pytest.raises(NotSupported) as raised:
            bench().prepare({Capability.PLAY})
        said.append(raised.value.what)
    assert said[0] == said[1]
    assert "without the companion" in said[0]


def test_too_loud_is_refused_before_anything_sounds(make_desk: MakeDesk) -> None:
    desk = make_desk()
    loud = SoundOrder(play=Tone(frequency_hz=1000, duration_s=0.2, level=0.9), duration_s=0.3)
    with pytest.raises(Blocked) as raised:
        desk.bench.sound(loud)
    assert raised.value.reason == "safety_too_loud"
    assert desk.gear.companion_lacks == ""


def test_a_hot_cell_stops_a_load_and_only_a_load(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.phone.warm(60.0)
    desk.phone.advance(7200)
    desk.phone.link.shell(("dumpsys", "battery", "set", "temp", "650"), deadline_s=5, cap_bytes=1000)
    desk.bench.wait(0.1)
    with pytest.raises(Blocked) as raised:
        desk.risky(Risk.LOADS_PART).wait(5.0)
    assert raised.value.reason == "safety_cell_temperature"


def test_the_phones_own_time_is_waited_for(make_desk: MakeDesk) -> None:
    desk = make_desk()
    begun_s = desk.gear.time.now_s()
    desk.bench.wait(0.6)
    assert desk.gear.time.now_s() - begun_s >= 0.6
    desk.replay().wait(1e9)
