"""Pulls one work order from a ticket system: one GET, one deadline, one size, no redirect, one line for a failure."""

from __future__ import annotations

import http.client
import json
import os
import queue
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import SplitResult, quote, urlsplit

from probes import BadInput, BenchError, show

URL_VARIABLE: Final = "PHONEBENCH_ORDERS_URL"
"""Environment variable with the address of an order, ``{ticket}`` in it."""
HEADER_VARIABLE: Final = "PHONEBENCH_ORDERS_AUTHORIZATION"
"""Environment variable with the whole header ``Authorization``: a secret has no place in a command line."""
_MAX_BYTES: Final = 1 << 20
_CHUNK: Final = 1 << 16
_OK: Final = 200
_MOVED: Final = range(300, 400)
_SLOW_DOWN: Final = frozenset({429, 502, 503, 504})
_SAID: Final[Mapping[int, str]] = {
    401: f"wants to know who asks: set {HEADER_VARIABLE}",
    403: f"does not let us see it: see {HEADER_VARIABLE}",
    404: "has no such order",
    410: "has closed that address",
}


class TicketTrouble(BenchError):
    """The ticket system did not give the order. Example: it is down, wants a key, sends a page in place of JSON."""

    code = "E_TICKETS"
    cure = "check address, network and key of the ticket system, or take the order from a file"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an order is fetched; made by ``place_of`` alone, which checks it. ``name`` is what messages call it."""

    parts: SplitResult
    name: str


def place_of(wanted: str, *, plain_http: bool = False, environment: Mapping[str, str] = os.environ) -> Place:
    """The address of an order, given as such or as a ticket that goes into ``PHONEBENCH_ORDERS_URL``.

    Args:
        wanted: an address or a ticket.
        plain_http: let a request go unencrypted to another computer; to this one it always may.
        environment: where the address of the ticket system stands.

    Raises:
        BadInput: it is no address that we would ask.
    """
    address = wanted
    if "://" not in wanted:
        template = environment.get(URL_VARIABLE, "")
        if "{ticket}" not in template:
            raise BadInput(f"give an address, or set {URL_VARIABLE} with {{ticket}} in it", step="pull order")
        address = template.replace("{ticket}", quote(wanted, safe=""))
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadInput(f"this is no address: {show(address, 120)}", step="pull order") from error
    is_plain = address.isascii() and address.isprintable() and " " not in address
    if parts.scheme not in {"https", "http"} or not host or not is_plain:
        raise BadInput(f"an order is pulled from an https address, not from {show(address, 120)}", step="pull order")
    if parts.username is not None or parts.password is not None:
        words = f"a name or a password in the address ends in logs: put it into {HEADER_VARIABLE}"
        raise BadInput(words, step="pull order")
    if parts.scheme == "http" and not plain_http and not _is_here(host):
        words = (
            f"{show(host, 80)} would be asked unencrypted: use https, or add --plain-http where the wire is your own"
        )
        raise BadInput(words, step="pull order")
    return Place(parts, show(parts.netloc, 80))


def pull(place: Place, *, deadline_s: float = 20.0, environment: Mapping[str, str] = os.environ) -> bytes:
    """Fetch the JSON of one order. The whole exchange ends with the deadline, however slowly the other side drips.

    Raises:
        BadInput: what should stand in the header ``Authorization`` cannot stand there.
        TicketTrouble: there is no answer, or it is not the JSON of an order.
    """
    authorization = environment.get(HEADER_VARIABLE, "")
    if not (authorization.isascii() and authorization.isprintable()):
        raise BadInput(f"{HEADER_VARIABLE} holds more than one line of plain letters", step="pull order")
    told = queue.SimpleQueue[bytes | BenchError]()
    link = _Link(place, deadline_s, authorization)

    def run() -> None:
        try:
            told.put(link.fetch())
        except BenchError as error:
            told.put(error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            told.put(_trouble(place, _reason(error)))

    # a name that does not resolve and a wire that drips hold a call beyond its own deadline: it is left behind
    threading.Thread(target=run, daemon=True, name="pull order").start()
    try:
        answer = told.get(timeout=deadline_s)
    except queue.Empty:
        raise _trouble(place, f"has not answered within {deadline_s:g} s") from None
    finally:
        link.close()
    if isinstance(answer, BenchError):
        raise answer
    return _unwrapped(answer, place)


class _Link:
    """One request. ``close`` may come from another thread and ends whatever is waited for."""

    def __init__(self, place: Place, deadline_s: float, authorization: str) -> None:
        self._place, self._authorization = place, authorization
        self._wire: socket.socket | None = None
        host, port = place.parts.hostname or "", place.parts.port
        self._connection = (
            http.client.HTTPSConnection(host, port, timeout=deadline_s, context=ssl.create_default_context())
            if place.parts.scheme == "https"
            else http.client.HTTPConnection(host, port, timeout=deadline_s)
        )

    def fetch(self) -> bytes:
        """The body of the answer."""
        parts = self._place.parts
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "phonebench"}
        if self._authorization:
            headers["Authorization"] = self._authorization
        target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        try:
            self._connection.connect()
            self._wire = self._connection.sock  # the connection forgets it when the answer begins
            self._connection.request("GET", target, headers=headers)
            with self._connection.getresponse() as answer:
                self._require_json(answer)
                return self._body(answer)
        finally:
            self._connection.close()

    def _body(self, answer: http.client.HTTPResponse) -> bytes:
        body = bytearray()
        while chunk := answer.read(min(_CHUNK, _MAX_BYTES + 1 - len(body))):
            body += chunk
        if len(body) > _MAX_BYTES:
            raise _trouble(self._place, f"sends more than {_MAX_BYTES >> 20} MiB: that is no order")
        if answer.length:  # what was promised and never came
            raise _trouble(self._place, "broke off in the middle of the order")
        return bytes(body)

    def _require_json(self, answer: http.client.HTTPResponse) -> None:
        status, kind = answer.status, answer.headers.get_content_type()
        if status in _MOVED:
            there = show(answer.headers.get("Location", "?"), 80)
            raise _trouble(self._place, f"sends us elsewhere ({status} to {there}): ask there, if you trust it")
        if status in _SLOW_DOWN:
            after = show(answer.headers.get("Retry-After", ""), 40)
            raise _trouble(self._place, f"is busy ({status}): try again {f'after {after}' if after else 'later'}")
        if status != _OK:
            raise _trouble(self._place, f"{_SAID.get(status, 'does not give the order')} ({status})")
        encoding = answer.headers.get("Content-Encoding", "identity")
        if encoding != "identity":
            raise _trouble(self._place, f"sends the order packed ({show(encoding, 20)}), which we did not ask for")
        if answer.headers.get("Content-Type") and not kind.endswith(("/json", "+json")):
            raise _trouble(self._place, f"sends {show(kind, 40)} in place of JSON: is it the address of a page?")

    def close(self) -> None:
        """End whatever is waited for. It never raises."""
        with suppress(OSError):
            if self._wire is not None:
                self._wire.shutdown(socket.SHUT_RDWR)


def _is_here(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"does not prove who it is ({show(error.verify_message, 80)}); an authority of your own: SSL_CERT_FILE"
    if isinstance(error, ssl.SSLError):
        return f"does not speak TLS as it should ({show(error.reason or 'no reason', 60)})"
    if isinstance(error, socket.gaierror):
        return "is not known: there is no such name"
    if isinstance(error, TimeoutError):
        return "has not answered in time"
    if isinstance(error, http.client.HTTPException | ValueError):
        return f"does not speak HTTP as it should ({type(error).__name__})"
    said = error.strerror if isinstance(error, OSError) else ""
    return f"cannot be reached: {show(said or type(error).__name__, 80)}"


def _trouble(place: Place, words: str) -> TicketTrouble:
    return TicketTrouble(f"the ticket system {place.name} {words}", step="pull order")


def _unwrapped(raw: bytes, place: Place) -> bytes:
    """The order itself: out of its CloudEvents envelope, where it came in one."""
    try:
        data: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _trouble(place, "sends what is no JSON") from error
    if isinstance(data, dict) and "specversion" in data:
        return json.dumps(data.get("data")).encode()
    return raw
