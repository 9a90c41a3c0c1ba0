"""Instruments of a rack, attached and made to fail over the control socket.

``{"cmd": "instrument", "phone": 0, "kind": "um25c", "pty": "/whole/path"}`` -> ``{"id": 0, "tcp": 41234, ...}``;
``{"cmd": "instruments", "phone": 0}`` -> ``{"kinds": [...]}`` tells which there can be;
``{"cmd": "ail", "id": 0, "silent": true}`` lets one fail (see ``Ailing``), no names make it good again.
"""

from __future__ import annotations

import shutil
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwsim.instruments.bench_camera import BenchCamera
from hwsim.instruments.fronts import Wires
from hwsim.instruments.hub import SwitchedHub
from hwsim.instruments.instrument import Ailing, Instrument
from hwsim.instruments.light_panel import LightPanel
from hwsim.instruments.power_meter import ScpiMeter, Um25c
from hwsim.instruments.turntable import Turntable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hwsim.instruments.bench_sound import BenchSound
    from hwsim.unit import Unit

_SERIAL: dict[str, type[Instrument]] = {kind.kind: kind for kind in (Um25c, ScpiMeter, LightPanel, Turntable)}
_SOUND = "sound_card"
KINDS = (*_SERIAL, SwitchedHub.kind, BenchCamera.kind)
"""What can always stand there; a sound card as well where it can sound, see ``kinds_at``."""
_MAX = 64


class CannotAttach(ValueError):
    """The request makes no sense; the text says why."""


def kinds_at(unit: Unit) -> tuple[str, ...]:
    """Return what can stand beside a phone: a card plays in real time, and needs a sound server on this computer."""
    can_sound = unit.phone.times.speed == 1.0 and shutil.which("pulseaudio") is not None
    return (*KINDS, _SOUND) if can_sound else KINDS


class Instruments:
    """All instruments of a rack."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._units = units
        self._all: list[Wires | BenchCamera | BenchSound] = []

    async def attach(self, unit: Unit, kind: object, *, link: object = None, port: int = 0) -> dict[str, Any]:
        """Put an instrument beside a phone and tell where it answers.

        Raises:
            CannotAttach: there is no such kind, the terminal cannot be made, or there are too many.
        """
        kinds = kinds_at(unit)
        if kind not in kinds or len(self._all) >= _MAX:
            raise CannotAttach(f"kind is one of {', '.join(kinds)}, not {kind!r}; and there are {_MAX} at most")
        if kind == _SOUND:
            return await self._card(unit)
        if link is not None and (not isinstance(link, str) or not link.startswith("/")):
            raise CannotAttach(f"pty is the whole path of the terminal to make, not {link!r}")
        try:
            if kind == BenchCamera.kind:
                camera = BenchCamera(unit)
                found: dict[str, Any] = {"tcp": await camera.listen(port)}
                found["url"] = f"http://127.0.0.1:{found['tcp']}/stream.mjpg"
                self._all.append(camera)
            else:
                wires = Wires(SwitchedHub(unit, self._units) if kind == SwitchedHub.kind else _SERIAL[str(kind)](unit))
                self._all.append(wires)
                found = {"tcp": await wires.listen(port)}
                if link is not None:
                    found |= {"pty": link, "tty": wires.open_terminal(Path(link))}
        except OSError as error:
            raise CannotAttach(f"the instrument cannot be served: {error.strerror}") from None
        return {"id": len(self._all) - 1, **found}

    async def _card(self, unit: Unit) -> dict[str, Any]:
        from hwsim.instruments.bench_sound import BenchSound  # noqa: PLC0415 - most racks have none
        from hwsim.sound_card import NoSound  # noqa: PLC0415 - as above

        try:
            card = BenchSound(unit)
            self._all.append(card)
            return {"id": len(self._all) - 1, **await card.start()}
        except NoSound as error:
            raise CannotAttach(str(error)) from None

    def ail(self, request: dict[str, Any]) -> dict[str, Any]:
        """Let an instrument fail, or make it good.

        Raises:
            CannotAttach: there is no such instrument, or no such way to fail.
        """
        number = request.get("id")
        if type(number) is not int or not 0 <= number < len(self._all):
            raise CannotAttach(f"id is the number of an instrument, not {number!r}")
        wanted = {one.name: request[one.name] for one in fields(Ailing) if one.name in request}
        for name, value in wanted.items():
            kind = bool if name in ("calibrated", "silent") else (int, float)
            if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)) or not -10 <= value <= 10:
                raise CannotAttach(f"{name} cannot be {value!r}")
        one = self._all[number]
        (one.instrument if isinstance(one, Wires) else one).ailing = Ailing(**wanted)
        return {}

    def close(self) -> None:
        """Take all away."""
        for one in self._all:
            one.close()
        self._all.clear()
