"""The bench's hand on an emulated modem: one JSON object a line in, one a line out.

``{"cmd": "ring", "from": "+99912345"}`` -> ``{"ok": true}``; what makes no sense is answered with
``{"ok": false, "error": "..."}``. Only here the truth is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from hwsim.faults import Ailment, UnknownFault, effect_of, library, parse_faults
from hwsim.modem.modem import Modem


class BadRequest(ValueError):
    """The request makes no sense; the text says why."""


class Plug(Protocol):
    """The modem's plug, where it is on a bus."""

    def plug(self) -> None:
        """Put it in."""

    def unplug(self) -> None:
        """Pull it out."""


class Control:
    """Carries out requests on one modem."""

    def __init__(self, modem: Modem, ailments: tuple[Ailment, ...], *, usb: Plug | None = None) -> None:
        self._modem = modem
        self._ailments = ailments
        self._usb = usb
        self._actions: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "urc": self._urc,
            "ring": self._ring,
            "hang_up": self._hang_up,
            "sms": self._sms,
            "break": self._break,
            "heal": self._heal,
            "card": self._card,
            "restart": self._restart,
            "battery": self._battery,
            "truth": self._truth,
            "plug": self._plug,
            "unplug": self._unplug,
        }

    def answer(self, line: bytes) -> bytes:
        """Answer one line."""
        try:
            said = {"ok": True, **self._carry_out(json.loads(line))}
        except (BadRequest, UnknownFault, json.JSONDecodeError, UnicodeDecodeError) as error:
            said = {"ok": False, "error": str(error)}
        return json.dumps(said).encode() + b"\n"

    def _carry_out(self, request: object) -> dict[str, Any]:
        if not isinstance(request, dict) or request.get("cmd") not in self._actions:
            raise BadRequest(f"cmd is one of {', '.join(sorted(self._actions))}")
        return self._actions[request["cmd"]](request)

    def _urc(self, request: dict[str, Any]) -> dict[str, Any]:
        line = _text(request, "line")
        self._modem.announce(lambda _port: [line])
        return {}

    def _ring(self, request: dict[str, Any]) -> dict[str, Any]:
        self._require_network()
        self._modem.switchboard.ring(_text(request, "from"), str(request.get("name", "")))
        return {}

    def _hang_up(self, _request: dict[str, Any]) -> dict[str, Any]:
        self._modem.switchboard.drop()
        return {}

    def _sms(self, request: dict[str, Any]) -> dict[str, Any]:
        self._require_network()
        self._modem.receive_message(_text(request, "from"), _text(request, "text"))
        return {}

    def _require_network(self) -> None:
        if not self._modem.network.registered:
            raise BadRequest("the modem is not registered: nothing reaches it")

    def _break(self, request: dict[str, Any]) -> dict[str, Any]:
        self._suffer(parse_faults(_text(request, "fault")))
        return {}

    def _heal(self, _request: dict[str, Any]) -> dict[str, Any]:
        self._suffer(())
        return {}

    def _suffer(self, ailments: tuple[Ailment, ...]) -> None:
        self._ailments = ailments
        self._modem.change_condition(effect_of((one.fault, one.severity) for one in ailments).modem)

    def _card(self, request: dict[str, Any]) -> dict[str, Any]:
        present = request.get("present")
        if not isinstance(present, bool):
            raise BadRequest("present is true or false")
        self._modem.change_condition(replace(self._modem.condition, card_present=present))
        return {}

    def _plug(self, _request: dict[str, Any]) -> dict[str, Any]:
        self._on_usb().plug()
        return {}

    def _unplug(self, _request: dict[str, Any]) -> dict[str, Any]:
        self._on_usb().unplug()
        return {}

    def _on_usb(self) -> Plug:
        if self._usb is None:
            raise BadRequest("the modem is on no USB: serve it with --usb")
        return self._usb

    def _restart(self, _request: dict[str, Any]) -> dict[str, Any]:
        self._modem.restart()
        return {}

    def _battery(self, request: dict[str, Any]) -> dict[str, Any]:
        percent = request.get("percent")
        if type(percent) is not int or not 0 <= percent <= 100:
            raise BadRequest("percent is a number from 0 to 100")
        self._modem.battery_percent = percent
        return {}

    def _truth(self, _request: dict[str, Any]) -> dict[str, Any]:
        modem, first = self._modem, self._ailments[0] if self._ailments else None
        fault = first.fault if first else library()["healthy"]
        return {
            "fault": fault.id,
            "truth": fault.truth,
            "function": fault.function or "",
            "severity": first.severity if first else 0.0,
            "reason": fault.reason,
            "is_fault": first is not None and first.is_fault,
            "imei": modem.imei,
            "number": modem.card.subscription.number,
            "registered": modem.network.registered,
            "dialled": modem.switchboard.dialled,
            "calls": [[ended.number, ended.how, ended.digits] for ended in modem.switchboard.log],
            "sent": [[message.number, message.text] for message in modem.sent],
        }


def _text(request: dict[str, Any], key: str) -> str:
    value = request.get(key)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"{key} is a text")
    return value
