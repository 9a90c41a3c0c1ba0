"""The control socket of a rack: the bench's hand on the phones, and the only place that tells the truth.

One JSON object a line in, one a line out: ``{"cmd": "unplug", "phone": 0}`` -> ``{"ok": true}``. A request that
makes no sense is answered with ``{"ok": false, "error": "..."}``.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwsim.adbd.chaos import KINDS
from hwsim.companion.quirks import parse_quirks
from hwsim.faults import UnknownFault, library, parse_faults
from hwsim.line_socket import LineSocket
from hwsim.phone.at_bench import bench_of
from hwsim.physics.bench import SCENES
from hwsim.rack import BadRack, choose_profile
from hwsim.shell_commands.fingers import operate
from hwsim.unit import STATES

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.faults import Ailment
    from hwsim.instruments.attach import Instruments
    from hwsim.rack import Rack
    from hwsim.unit import Unit

_ADVANCE_MAX_S = 400 * 86_400.0


class BadRequest(ValueError):
    """The request makes no sense; the text says why."""


class ControlServer(LineSocket):
    """Answers requests on a unix socket that only its owner may open."""

    def __init__(self, rack: Rack, path: Path, *, on_stop: Callable[[], None]) -> None:
        super().__init__(path)
        self._rack = rack
        self._on_stop = on_stop
        self._instruments: Instruments | None = None

    def stop(self) -> None:
        """Close and remove the socket, and take the instruments away."""
        super().stop()
        if self._instruments is not None:
            self._instruments.close()

    async def answer(self, line: bytes) -> dict[str, Any]:
        """Answer one request."""
        try:
            return {"ok": True, **(await self._do(_parse(line)))}
        except (BadRequest, BadRack, UnknownFault, json.JSONDecodeError, UnicodeDecodeError) as error:
            return {"ok": False, "error": str(error)}

    async def _do(self, request: dict[str, Any]) -> dict[str, Any]:
        command = request.get("cmd")
        if command == "stop":
            self._on_stop()
            return {}
        if command in ("instrument", "instruments", "ail"):
            return await self._instrument(str(command), request)
        action = _ACTIONS.get(command) if isinstance(command, str) else None
        if action is None:
            raise BadRequest(f"no command is called {command!r}; known: stop, {', '.join(sorted(_ACTIONS))}")
        return await action(self._unit(request), request)

    async def _instrument(self, command: str, request: dict[str, Any]) -> dict[str, Any]:
        from hwsim.instruments.attach import (  # noqa: PLC0415 - most racks have none
            CannotAttach,
            Instruments,
            kinds_at,
        )

        if command == "instruments":
            return {"kinds": kinds_at(self._unit(request))}
        if self._instruments is None:
            self._instruments = Instruments(self._rack.units)
        try:
            if command == "ail":
                return self._instruments.ail(request)
            return await self._instruments.attach(self._unit(request), request.get("kind"), link=request.get("pty"))
        except CannotAttach as error:
            raise BadRequest(str(error)) from None

    def _unit(self, request: dict[str, Any]) -> Unit:
        index = request.get("phone", 0)
        if type(index) is not int or not 0 <= index < len(self._rack.units):
            raise BadRequest(f"phone is a number from 0 to {len(self._rack.units) - 1}, not {index!r}")
        return self._rack.units[index]


def _parse(line: bytes) -> dict[str, Any]:
    request = json.loads(line)
    if not isinstance(request, dict):
        raise BadRequest("a request is a JSON object")
    return request


def _number(request: dict[str, Any], key: str, default: float, *, low: float, high: float) -> float:
    value = request.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadRequest(f"{key} is a number from {low:g} to {high:g}, not {value!r}")
    return value


async def _truth(unit: Unit, _request: dict[str, Any]) -> dict[str, Any]:
    """Tell what is broken: of the first fault, as most phones have one, and of all."""
    phone = unit.phone
    phone.refresh()
    told = [
        {
            "fault": one.fault.id,
            "truth": one.fault.truth,
            "function": one.fault.function,
            "cause": one.fault.cause,
            "severity": one.severity,
            "condition": one.when,
            "active": active,
            "is_fault": one.is_fault,
            "fault_from": one.fault.fault_from,
            "seen_from": one.fault.seen_from,
            "reason": one.fault.reason,
        }
        for one, active in zip(phone.ailments, phone.health.active, strict=True)
    ]
    if not told:
        healthy = library()["healthy"]
        told = [{"fault": healthy.id, "truth": healthy.truth, "function": None, "severity": 0.0}]
        told[0] |= {"cause": healthy.cause, "condition": "constant", "active": True, "is_fault": False}
        told[0] |= {"fault_from": 1.0, "seen_from": healthy.seen_from, "reason": healthy.reason}
    return {**told[0], "faults": told, "profile": phone.profile.name, "seed": phone.seed}


async def _unplug(unit: Unit, _request: dict[str, Any]) -> dict[str, Any]:
    unit.unplug()
    return {}


async def _replug(unit: Unit, _request: dict[str, Any]) -> dict[str, Any]:
    await unit.plug()
    return {"port": unit.server.port}


async def _state(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    state = request.get("state")
    if state not in STATES:
        raise BadRequest(f"state is one of {', '.join(STATES)}, not {state!r}")
    unit.set_state(state)
    return {}


async def _tap_allow(unit: Unit, _request: dict[str, Any]) -> dict[str, Any]:
    if not unit.server.tap_allow():
        raise BadRequest("no host has offered a key")
    return {}


async def _chaos(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    kind = request.get("kind")
    if kind not in KINDS:
        raise BadRequest(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
    chaos = unit.server.chaos
    chaos.clear()
    chaos.after_bytes = int(_number(request, "after_bytes", 0, low=0, high=2**40))
    chaos.piece_bytes = int(_number(request, "piece_bytes", 1, low=1, high=2**20))
    chaos.interval_s = _number(request, "interval_s", 0.05, low=0, high=3600)
    chaos.kind = str(kind)
    return {}


def _faults(request: dict[str, Any]) -> tuple[Ailment, ...]:
    """Read ``fault`` (``id:severity@when``, joined by ``+``); ``severity`` is that of those that name none."""
    severity = request.get("severity")
    if severity is not None:
        severity = _number(request, "severity", 0.0, low=0.0, high=1.0)
    return parse_faults(str(request.get("fault", "healthy")), severity=severity)


async def _break(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    ailments = _faults({"fault": None, **request})
    choose_profile(unit.phone.profile.name, 0, ailments=ailments)  # refuses a part that this phone has not
    unit.break_part(ailments)
    return {}


async def _renew(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    ailments = _faults(request)
    name, seed = request.get("profile") or None, request.get("seed", unit.phone.seed)
    if name is not None and not isinstance(name, str):
        raise BadRequest(f"profile is a name, not {name!r}")
    profile = choose_profile(name, 0, ailments=ailments)
    if type(seed) is not int:
        raise BadRequest(f"seed is a whole number, not {seed!r}")
    unit.server.chaos.clear()
    unit.renew(profile=profile, seed=seed, ailments=ailments)
    await unit.plug()
    await unit.follow_phone()
    return {"port": unit.server.port, "serial": unit.phone.identity.serial}


async def _warm(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    """Put the phone where it is this warm; its body follows as time goes on."""
    unit.phone.warm(_number(request, "ambient_c", 24.0, low=-20.0, high=60.0))
    return {"cell_c": round(unit.phone.battery.temperature_c, 2)}


async def _heal(unit: Unit, _request: dict[str, Any]) -> dict[str, Any]:
    unit.heal()
    return {}


async def _advance(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    unit.phone.clock.advance(_number(request, "seconds", 0, low=0, high=_ADVANCE_MAX_S))
    unit.phone.refresh()
    await unit.follow_phone()
    return {"uptime_s": round(unit.phone.clock.uptime_s, 3)}


async def _companion(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    """Switch on how the companion misbehaves, from its next start on for what is decided there."""
    quirks = request.get("quirks", {})
    if not isinstance(quirks, dict):
        raise BadRequest(f"quirks is an object, not {quirks!r}")
    try:
        unit.phone.quirks = parse_quirks(quirks)
    except ValueError as error:
        raise BadRequest(str(error)) from None
    return {"torch_lit": unit.phone.torch_lit}


async def _modem(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    """Serve the phone's modem: ``link`` names a terminal beside the TCP port that there always is."""
    link = request.get("link")
    if link is not None and (not isinstance(link, str) or not link.startswith("/")):
        raise BadRequest(f"link is the whole path of the terminal to make, not {link!r}")
    try:
        return dict(await unit.open_modem(Path(link) if link else None))
    except OSError as error:
        raise BadRequest(f"the modem cannot be served: {error.strerror}") from None


async def _fastboot(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    """Serve the phone's boot loader and tell of it; ``unlock_allowed`` is the owner's switch, ``unlocked`` the lock."""
    try:
        fastboot = unit.open_fastboot()
    except OSError as error:
        raise BadRequest(f"the boot loader cannot be served: {error.strerror}") from None
    loader = fastboot.loader
    for name in ("unlock_allowed", "unlocked"):
        if not isinstance(request.get(name, False), bool):
            raise BadRequest(f"{name} is true or false, not {request[name]!r}")
    loader.unlock_allowed = request.get("unlock_allowed", loader.unlock_allowed)
    if request.get("unlocked", loader.unlocked) != loader.unlocked:
        loader.set_unlocked(unlocked=request["unlocked"])
    mode = ("fastbootd" if loader.userspace else "fastboot") if fastboot.inside else "system"
    written = {name: {"bytes": image.size_bytes, "sha256": image.sha256} for name, image in loader.written.items()}
    told = {"port": fastboot.port, "mode": mode, "present": loader.present, "unlocked": loader.unlocked}
    return told | {"written": written, "erased": list(loader.erased)}


async def _scene(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    """Put something before the cameras and set the light: ``{"rear": "chart", "front": "flat", "lux": 300}``."""
    bench = bench_of(unit.phone)
    for facing in ("rear", "front"):
        view = request.get(facing, bench.scenes[facing])
        if view not in SCENES:
            raise BadRequest(f"{facing} looks at one of {', '.join(SCENES)}, not {view!r}")
        bench.scenes[facing] = view
    bench.lux = _number(request, "lux", bench.lux, low=0.0, high=200_000.0)
    bench.charger_noise = _number(request, "charger_noise", bench.charger_noise, low=0.0, high=10.0)
    return {**bench.scenes, "lux": bench.lux}


async def _panel(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    """Write what a bench camera sees of the screen as a PNG; ``show`` makes the panel show a plain page for it."""
    from hwsim.render.photo import PLAIN, photograph_panel  # noqa: PLC0415 - arrays, for a request that is rare

    path, page = request.get("path"), request.get("show", "")
    if not isinstance(path, str) or not path.endswith(".png"):
        raise BadRequest(f"path names the .png file to write, not {path!r}")
    if page and page not in PLAIN:
        raise BadRequest(f"show is one of {', '.join(PLAIN)}, not {page!r}")
    full_cd_m2 = _number(request, "full_cd_m2", 0.0, low=0.0, high=10_000.0)
    data, full_cd_m2 = await asyncio.to_thread(photograph_panel, unit.phone, page=page, full_cd_m2=full_cd_m2)
    return {"bytes": _write(Path(path), data), "full_cd_m2": round(full_cd_m2, 3)}


async def _usb(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    """Change the phone's mode on the emulated bus, or let its plug flap; see hwsim.usb.hand."""
    from hwsim.usb.hand import operate as operate_usb  # noqa: PLC0415 - most racks have no bus

    if unit.usb is None:
        raise BadRequest("this rack has no USB: serve it with --usb")
    try:
        return await operate_usb(unit.usb, request)
    except ValueError as error:
        raise BadRequest(str(error)) from None


async def _bugreport(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    path = request.get("path")
    if not isinstance(path, str) or not path.endswith(".zip"):
        raise BadRequest(f"path names the .zip file to write, not {path!r}")
    from hwsim.render.bugreport import bugreport_zip  # noqa: PLC0415 - every render, for a request that is rare

    return {"bytes": _write(Path(path), bugreport_zip(unit.phone))}


def _write(path: Path, data: bytes) -> int:
    try:
        return path.write_bytes(data)
    except OSError as error:
        raise BadRequest(f"cannot write {path}: {error.strerror}") from None


async def _input(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    try:
        return operate(unit.phone, request)
    except ValueError as error:
        raise BadRequest(str(error)) from None


async def _owner(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    """Let the owner say yes or no to installations over adb from now on."""
    answer = request.get("installs")
    if not isinstance(answer, bool):
        raise BadRequest(f"installs is true or false, not {answer!r}")
    unit.phone.owner_accepts_installs = answer
    return {}


async def _operator(unit: Unit, request: dict[str, Any]) -> dict[str, Any]:
    """Have the person at the bench do something; see hwsim.operator_hand."""
    from hwsim.operator_hand import BadDeed, ask  # noqa: PLC0415 - many racks have nobody at the bench

    try:
        return ask(unit.phone, request)
    except BadDeed as error:
        raise BadRequest(str(error)) from None


_ACTIONS = {
    "operator": _operator,
    "input": _input,
    "truth": _truth,
    "unplug": _unplug,
    "replug": _replug,
    "state": _state,
    "tap_allow": _tap_allow,
    "chaos": _chaos,
    "break": _break,
    "heal": _heal,
    "advance": _advance,
    "warm": _warm,
    "bugreport": _bugreport,
    "scene": _scene,
    "panel": _panel,
    "fastboot": _fastboot,
    "companion": _companion,
    "usb": _usb,
    "modem": _modem,
    "owner": _owner,
    "renew": _renew,
}
