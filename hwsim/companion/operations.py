"""What a host may ask of the companion: one function for each operation, arguments as text, an answer for JSON.

Wrong arguments raise ValueError and what the phone refuses raises OperationFailed: both are answered, never fatal.

========================  ==========================================================================================
operation                 arguments (those in brackets may be left out)
========================  ==========================================================================================
ops, sensors, imei, sim   none
sensor.start              type (Android's number) [hz]; the answer names the stream
sensor.stop, audio.stop   stream
audio.start               [source=mic|camcorder|voice_recognition|voice_communication|unprocessed] [channels=1|2]
                          [record=0|1] [play=none|sweep|tone] [duration_s] [level] [low_hz high_hz] [tone_hz]
torch                     on=0|1
battery                   id (of BatteryManager's properties, 1 to 12)
routes, route             none; [in] [out], ids as ``routes`` lists them
auth                      nonce: the first request where the program was started with one
stats, quit               none
========================  ==========================================================================================

While sound runs, events of its stream tell the clocks: ``record.stamp`` {frame, boot_ns}, ``play.start``,
``play.stamp`` and ``play.end`` {frame, mono_ns}; a PONG's body (BOOTTIME, MONOTONIC, 64 bit each) joins the two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hwsim.companion.arguments import Arguments, OperationFailed, read_number, read_whole
from hwsim.companion.audio_session import AudioSession
from hwsim.companion.routes import ROUTES, find_route
from hwsim.companion.sensors import KINDS, SensorStream
from hwsim.companion.sound_operations import start_audio
from hwsim.physics.noise import generator

if TYPE_CHECKING:
    from hwsim.companion.engine import Engine

    Operation = Callable[[Engine, Arguments], dict[str, Any]]

_MAX_BATTERY_ID = 12


def _list_ops(_engine: Engine, _arguments: Arguments) -> dict[str, Any]:
    return {"ops": sorted(OPERATIONS)}


def _authorised(_engine: Engine, _arguments: Arguments) -> dict[str, Any]:
    """Answer the nonce, which the engine has checked by now."""
    return {}


def _list_sensors(engine: Engine, _arguments: Arguments) -> dict[str, Any]:
    found = [kind for kind in KINDS.values() if engine.device.sensor_alive(kind.type)]
    return {
        "sensors": [
            {
                "type": kind.type,
                "name": kind.name,
                "axes": kind.axes,
                "max_hz": kind.max_hz,
                "range": kind.unit_range,
                "resolution": kind.resolution,
                "on_change": kind.on_change,
            }
            for kind in found
        ]
    }


def _start_sensor(engine: Engine, arguments: Arguments) -> dict[str, Any]:
    kind = KINDS.get(read_whole(arguments, "type", low=1, high=99))
    if kind is None or not engine.device.sensor_alive(kind.type):
        raise OperationFailed("no such sensor")
    requested_hz = read_number(arguments, "hz", kind.max_hz, low=1.0, high=10000.0)
    now_ns = engine.device.now_ns
    stream = SensorStream(
        kind,
        engine.device.scene,
        requested_hz=requested_hz,
        clamped=engine.device.rate_clamped,
        start_ns=now_ns,
        rng=generator(engine.device.phone.seed, "sensor", kind.name, str(now_ns)),
    )
    return {"stream": engine.streams.add(stream), "requested_hz": requested_hz}


def _stop_sensor(engine: Engine, arguments: Arguments) -> dict[str, Any]:
    return _stop(engine, arguments, SensorStream)


def _stop(engine: Engine, arguments: Arguments, kind: type[SensorStream | AudioSession]) -> dict[str, Any]:
    number = read_whole(arguments, "stream", low=1, high=0xFFFF)
    if not engine.streams.find(number, kind):
        raise OperationFailed(f"no such stream {number}")
    engine.streams.stop(number)
    return {}


def _stop_audio(engine: Engine, arguments: Arguments) -> dict[str, Any]:
    return _stop(engine, arguments, AudioSession)


def _torch(engine: Engine, arguments: Arguments) -> dict[str, Any]:
    lit = bool(read_whole(arguments, "on", low=0, high=1))
    engine.device.set_torch(lit=lit)
    return {"on": lit}


def _battery(engine: Engine, arguments: Arguments) -> dict[str, Any]:
    number = read_whole(arguments, "id", low=1, high=_MAX_BATTERY_ID)
    value = engine.device.battery(number)
    return {"id": number, "value": value, "supported": value is not None}


def _imei(engine: Engine, _arguments: Arguments) -> dict[str, Any]:
    return {"imeis": list(engine.device.phone.identity.imeis)}


def _sim(engine: Engine, _arguments: Arguments) -> dict[str, Any]:
    return {"slots": engine.device.sims()}


def _list_routes(engine: Engine, _arguments: Arguments) -> dict[str, Any]:
    found = [{"id": route.id, "type": route.type, "place": route.place, "output": route.output} for route in ROUTES]
    return {"routes": found, **engine.routes}


def _choose_route(engine: Engine, arguments: Arguments) -> dict[str, Any]:
    """Prefer an output or input for what starts next; id 0 gives the choice back to the phone."""
    chosen = dict(engine.routes)
    for key in ("in", "out"):
        if key in arguments:
            number = read_whole(arguments, key, low=0, high=99)
            chosen.pop(key, None)
            if number:
                chosen[key] = find_route(number, output=key == "out").id
    engine.routes = chosen
    return dict(chosen)


def _stats(engine: Engine, _arguments: Arguments) -> dict[str, Any]:
    return {"dropped": engine.outbox.dropped, "queued_bytes": engine.outbox.queued_bytes}


def _quit(engine: Engine, _arguments: Arguments) -> dict[str, Any]:
    engine.finished = True
    return {}


OPERATIONS: dict[str, Operation] = {
    "audio.start": start_audio,
    "audio.stop": _stop_audio,
    "auth": _authorised,
    "battery": _battery,
    "imei": _imei,
    "ops": _list_ops,
    "quit": _quit,
    "route": _choose_route,
    "routes": _list_routes,
    "sensor.start": _start_sensor,
    "sensor.stop": _stop_sensor,
    "sensors": _list_sensors,
    "sim": _sim,
    "stats": _stats,
    "torch": _torch,
}
