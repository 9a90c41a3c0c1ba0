"""The back-ends that need no companion: the motor's commands, rings of sensors, scrcpy's microphone, the report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.capture import Gear, Tools, abilities, load_companion, load_tools
from agent.capture import _scrcpy as scrcpy
from agent.capture._shell_sensors import read_rings
from agent.capture._vibrator import command, vibrate
from agent.safety import Guard, safety_limits
from agent.sim_phone import SimPhone, SimPhones
from probes import (
    BadInput,
    Blocked,
    Capability,
    NotSupported,
    Output,
    Risk,
    SensorKind,
    SoundOrder,
    Tone,
    Vibrate,
)

RINGS = """Sensor List:
0x0000000b) BMI160 Accelerometer | BOSCH | ver: 1 | type: android.sensor.accelerometer(1) | perm: n/a
0x0000000c) TMD Light | ams | ver: 1 | type: android.sensor.light(5) | perm: n/a
Fusion States:
Recent Sensor events:
BMI160 Accelerometer: last 2 events
\t 1 (ts=2089.467488631, wall=13:08:46.801) 0.09, 0.06, 9.81,\x20
\t 2 (ts=2089.534155610, wall=13:08:46.880) 0.10, 0.06, 9.80,\x20
Somebody Else: last 1 events
\t 1 (ts=2089.000000000, wall=13:08:46.801) 1.00, 1.00, 1.00,\x20
TMD Light: last 1 events
\t 1 (ts=66.197517485, wall=10:54:42.161) 5.00, 0.00, 0.00,\x20
"""


@pytest.mark.parametrize(
    ("sdk", "order", "words"),
    [
        (28, Vibrate(at_s=0, duration_ms=150), "cmd vibrator vibrate 150"),
        (29, Vibrate(at_s=0, duration_ms=600), "cmd vibrator vibrate -f 600"),
        (30, Vibrate(at_s=0, duration_ms=600), "cmd vibrator vibrate -f 600"),
        (31, Vibrate(at_s=0, duration_ms=600, amplitude=90), "cmd vibrator_manager synced -f oneshot -a 600 90"),
        (36, Vibrate(at_s=0, duration_ms=20), "cmd vibrator_manager synced -f oneshot -a 20 255"),
    ],
)
def test_each_android_has_its_command_for_the_motor(sdk: int, order: Vibrate, words: str) -> None:
    assert " ".join(command(sdk, order)) == words


@pytest.mark.parametrize(
    ("sdk", "order"),
    [
        (28, Vibrate(at_s=0, duration_ms=201)),
        (29, Vibrate(at_s=0, duration_ms=100, amplitude=80)),
        (34, Vibrate(at_s=0, duration_ms=0)),
        (34, Vibrate(at_s=0, duration_ms=60_000)),
        (34, Vibrate(at_s=0, duration_ms=10, amplitude=256)),
    ],
)
def test_what_an_android_cannot_do_is_not_tried(sdk: int, order: Vibrate) -> None:
    with pytest.raises(NotSupported):
        command(sdk, order)


def test_a_silent_phone_of_android_9_says_that_it_ignores_the_order(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="vivo_9")
    phone.link.shell(("settings", "put", "global", "zen_mode", "2"), deadline_s=5, cap_bytes=1000)
    with pytest.raises(Blocked) as raised:
        vibrate(phone.link, 28, Vibrate(at_s=0, duration_ms=100))
    assert raised.value.reason == "blocked_silent"


def test_rings_are_read_by_the_kind_of_the_sensor() -> None:
    events = list(read_rings(RINGS))
    assert events[0] == (SensorKind.ACCELEROMETER, (2_089_467_488_631, (0.09, 0.06, 9.81)))
    assert [kind for kind, _ in events] == [SensorKind.ACCELEROMETER] * 2 + [SensorKind.LIGHT]


@given(st.text(max_size=300))
def test_any_text_is_rings_or_refused(text: str) -> None:
    try:
        list(read_rings(f"{RINGS}{text}"))
        list(read_rings(text))
    except NotSupported:
        pass


def test_the_companion_ships_with_its_hash() -> None:
    jar = load_companion()
    if jar is None:
        pytest.skip("this tree has no companion.jar")
    assert len(jar) <= 40_000


def test_scrcpy_records_and_is_checked_by_its_hash(
    sim_phone: SimPhone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = tmp_path / "scrcpy-server"
    server.write_bytes(b"not the server")
    gear = Gear(sim_phone.link, Tools(scrcpy_server=server))
    order = SoundOrder(play=None, duration_s=0.3)
    with pytest.raises(BadInput):
        gear.sound_source(order).sound(order, meanwhile=gear.meanwhile(()))
    monkeypatch.setattr(scrcpy, "SHA256", hashlib.sha256(server.read_bytes()).hexdigest())
    source = gear.sound_source(order)
    rows = source.sound(order, meanwhile=gear.meanwhile((Vibrate(at_s=0.1, duration_ms=100),)))
    assert source.name == "scrcpy-server"
    assert rows.frames.shape == (2, 0.3 * 48_000)
    assert rows.is_whole
    assert rows.frames.any()
    assert rows.plays_from_frame is None
    with pytest.raises(NotSupported):
        gear.sound_source(SoundOrder(play=Tone(frequency_hz=440, duration_s=0.1, level=0.1), duration_s=0.1))


def test_scrcpy_that_the_phone_refuses_is_not_supported(
    sim_phone: SimPhone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = tmp_path / "scrcpy-server"
    server.write_bytes(b"x")
    monkeypatch.setattr(scrcpy, "SHA256", hashlib.sha256(b"x").hexdigest())
    sim_phone.misbehave({"refused": "audio.start"})
    order = SoundOrder(play=None, duration_s=0.2)
    gear = Gear(sim_phone.link, Tools(scrcpy_server=server))
    with pytest.raises(NotSupported):
        gear.sound_source(order).sound(order, meanwhile=gear.meanwhile(()))
    assert sim_phone.link.broken is None


STATION = {
    Capability.OPERATOR,
    Capability.POWER_METER,
    Capability.BENCH_CAMERA,
    Capability.LIGHT_PANEL,
    Capability.TURNTABLE,
    Capability.SOUND_BOOTH,
    Capability.HUB,
    Capability.MODEM,
}


def test_the_report_names_what_measures_or_what_lacks_and_never_both(sim_phone: SimPhone, tmp_path: Path) -> None:
    for tools in (Tools(), Tools(companion=b"jar"), Tools(scrcpy_server=tmp_path)):
        with Gear(sim_phone.link, tools) as gear:
            rows = {row.capability: row for row in abilities(gear)}
        assert set(rows) == set(Capability) - STATION
        assert all(bool(row.backend) != bool(row.lacks) for row in rows.values())
        assert rows[Capability.VIBRATE].backend.startswith("shell: vibrator")
        assert bool(rows[Capability.PLAY].backend) == (tools.companion is not None)
        assert bool(rows[Capability.RECORD].lacks) == (tools == Tools())


def test_what_a_phone_does_not_let_a_shell_do_is_said_before_it_is_tried(sim_phones: SimPhones) -> None:
    wanted = (Capability.VIBRATE, Capability.RECORD, Capability.PHOTO)
    open_codes = {}
    for profile in ("vivo_9", "xiaomi_14", "samsung_14"):
        with Gear(sim_phones(profile=profile).link, load_tools()) as gear:
            open_codes[profile] = [row.reason for row in abilities(gear, wanted) if row.lacks]
    assert open_codes == {
        "vivo_9": ["needs_android_11", "needs_android_10"],
        "xiaomi_14": ["needs_key_switch"],
        "samsung_14": [],
    }


def test_the_users_scrcpy_is_named_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHONEBENCH_SCRCPY_SERVER", "/somewhere/scrcpy-server")
    assert load_tools().scrcpy_server == Path("/somewhere/scrcpy-server")
    monkeypatch.delenv("PHONEBENCH_SCRCPY_SERVER")
    assert load_tools().scrcpy_server is None


def test_every_safety_limit_has_its_unit_and_its_source() -> None:
    limits = safety_limits()
    assert {"sound.speaker_level", "screen.brightness_ratio", "charge.cell_c", "load.cell_c", "load.skin_c"} < set(
        limits
    )
    assert (limits["charge.cell_c"].most, limits["load.cell_c"].most, limits["load.skin_c"].most) == (45, 60, 48)
    for limit in limits.values():
        assert limit.unit
        assert limit.source
        assert limit.source_kind in {"standard", "datasheet", "learned", "prior"}
        assert limit.least < limit.most


def heat(phone: SimPhone, tenths_c: int, level: int = 80) -> None:
    for name, value in (("temp", tenths_c), ("level", level)):
        phone.link.shell(("dumpsys", "battery", "set", name, str(value)), deadline_s=5, cap_bytes=1000)


@pytest.mark.parametrize(
    ("tenths_c", "level", "charges", "reason"),
    [
        (300, 80, False, ""),
        (460, 80, False, ""),
        (460, 80, True, "safety_cell_temperature"),
        (610, 80, False, "safety_cell_temperature"),
        (-10, 80, True, "safety_cell_temperature"),
        (300, 10, False, "safety_low_battery"),
        (300, 10, True, ""),
    ],
)
def test_charging_stops_at_45_and_any_load_at_60_degrees(
    sim_phone: SimPhone, tenths_c: int, level: int, charges: bool, reason: str
) -> None:
    heat(sim_phone, tenths_c, level)
    look: Callable[[], None] = Guard(sim_phone.link, Risk.LOADS_PART, charges=charges).look
    if not reason:
        look()
        return
    with pytest.raises(Blocked) as raised:
        look()
    assert raised.value.reason == reason


def test_a_guard_looks_now_and_then_and_only_at_loads(sim_phone: SimPhone) -> None:
    now_s = [0.0]
    guard = Guard(sim_phone.link, Risk.LOADS_PART, clock_s=lambda: now_s[0])
    guard.look()
    heat(sim_phone, 700)
    guard.look()
    Guard(sim_phone.link, Risk.NONE).look()
    now_s[0] = 2.1
    with pytest.raises(Blocked):
        guard.look()


@pytest.mark.parametrize(("output", "level"), [(Output.SPEAKER, 0.51), (Output.EARPIECE, 0.26)])
def test_an_earpiece_is_softer_than_a_speaker(sim_phone: SimPhone, output: Output, level: float) -> None:
    guard = Guard(sim_phone.link, Risk.NONE)
    loud = SoundOrder(play=Tone(frequency_hz=440, duration_s=0.1, level=level), output=output, duration_s=1)
    with pytest.raises(Blocked):
        guard.check_sound(loud)
    guard.check_sound(SoundOrder(play=Tone(frequency_hz=440, duration_s=0.1, level=0.25), output=output, duration_s=1))
    endless = SoundOrder(play=Tone(frequency_hz=440, duration_s=21, level=0.1), output=output, duration_s=22)
    with pytest.raises(Blocked):
        guard.check_sound(endless)
