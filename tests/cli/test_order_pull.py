"""An order is pulled from a real server on this computer: whatever that does, one line, in time, nothing kept."""

from __future__ import annotations

import json
import shutil
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from agent.order_pull import HEADER_VARIABLE, URL_VARIABLE, place_of
from probes import BadInput
from tests.cli.order_desk import ORDER, Desk

KEY = "Bearer CANARY-KEY-31"
GOOD = json.dumps(ORDER).encode()


def answer(body: bytes, *head: str, status: str = "200 OK", kind: str = "application/json") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *head, "Connection: close", "", ""]
    if not any(line.startswith("Content-Length") for line in head):
        lines.insert(2, f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + body


class Server(socketserver.ThreadingTCPServer):
    """Sends the bytes it was given, each after its wait, and keeps what it was asked."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *chunks: bytes, wait_s: float = 0.0, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.chunks, self.wait_s, self.asked = chunks, wait_s, list[bytes]()
        self.gone = threading.Event()
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hangs up is what some of these tests are about."""


class Handler(socketserver.BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        with suppress(OSError):
            self.server.asked.append(self.request.recv(4096))
            for chunk in self.server.chunks:
                self.request.sendall(chunk)
                if self.server.wait_s and self.server.gone.wait(self.server.wait_s):
                    return


@contextmanager
def serving(*chunks: bytes, wait_s: float = 0.0, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    with Server(*chunks, wait_s=wait_s, context=context) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.gone.set()
        server.shutdown()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "200")
    return Desk(tmp_path, capsys)


def test_an_order_is_pulled_by_its_address_and_taken_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HEADER_VARIABLE, KEY)
    with serving(answer(GOOD)) as server:
        taken = desk.run("order", "pull", f"http://{server.host}/api/orders/T-1001?x=1")
        again = desk.run("order", "pull", f"http://{server.host}/api/orders/T-1001")
    assert taken.code == 0
    assert desk.case().order.contact is None
    assert (again.code, "is here already" in again.line) == (64, True)
    assert server.asked[0].startswith(b"GET /api/orders/T-1001?x=1 HTTP/1.1\r\n")
    assert f"Authorization: {KEY}".encode() in server.asked[0]


def test_a_ticket_is_enough_where_the_bench_knows_the_address(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert URL_VARIABLE in desk.run("order", "pull", "T-1001").line
    with serving(answer(GOOD)) as server:
        monkeypatch.setenv(URL_VARIABLE, f"http://{server.host}/orders/{{ticket}}.json")
        other = desk.run("order", "pull", "T/1&2")
        taken = desk.run("order", "pull", "T-1001")
    assert (other.code, "where T/1&2 was asked for" in other.line) == (64, True)
    assert server.asked[0].startswith(b"GET /orders/T%2F1%262.json HTTP/1.1\r\n")
    assert taken.code == 0


def test_an_order_in_an_envelope_is_taken_out_of_it(desk: Desk) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "/tickets", "type": "order", "data": ORDER}
    with serving(answer(json.dumps(event).encode(), kind="application/cloudevents+json")) as server:
        assert desk.run("order", "pull", f"http://{server.host}/").code == 0


@pytest.mark.parametrize(
    ("sent", "code", "said"),
    [
        (answer(b"", status="401 Unauthorized"), 2, HEADER_VARIABLE),
        (answer(b"", status="404 Not Found"), 2, "has no such order (404)"),
        (answer(b"", "Retry-After: 120", status="429 Too Many Requests"), 2, "try again after 120"),
        (answer(b"", status="503 Busy"), 2, "try again later"),
        (answer(b"", status="500 Oops"), 2, "does not give the order (500)"),
        (answer(b"", "Location: file:///etc/passwd", status="302 Found"), 2, "sends us elsewhere (302 to file:///etc"),
        (answer(b"", "Location: http://h.invalid/", status="307 Temporary"), 2, "sends us elsewhere"),
        (answer(b"<html>log in</html>", kind="text/html"), 2, "sends text/html in place of JSON"),
        (answer(b"\x1f\x8b", "Content-Encoding: gzip"), 2, "packed (gzip)"),
        (answer(b'{"ticket":'), 2, "no JSON"),
        (answer(b"[" * 100_000), 2, "no JSON"),
        (answer(b" " * ((1 << 20) + 1)), 2, "more than 1 MiB"),
        (answer(GOOD, f"Content-Length: {len(GOOD) + 9}"), 2, "broke off"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", 2, "does not speak HTTP"),
        (b"", 2, "phonebench: the ticket system"),
        (answer(json.dumps(ORDER | {"purchase_date": "2031-01-01"}).encode()), 64, "after the day of the order"),
        (answer(json.dumps(ORDER | {"ids": [{"kind": "imei", "raw": "490154203237519"}]}).encode()), 64, "IMEI"),
        (answer(b"[]"), 64, "127.0.0.1"),
    ],
)
def test_whatever_the_server_sends_is_one_line_and_nothing_is_kept(
    desk: Desk, sent: bytes, code: int, said: str
) -> None:
    with serving(sent) as server:
        refused = desk.run("order", "pull", f"http://{server.host}/T-1001")
    assert said in f"phonebench: {refused.line}"
    assert "\x1b" not in refused.err
    assert refused.code == code
    assert desk.book.cases() == ()


@pytest.mark.parametrize(
    ("chunks", "wait_s"),
    [((b"",), 60.0), (tuple(b"HTTP/1.1 200 OK\r\n"[i : i + 1] for i in range(17)), 0.2), ((answer(GOOD)[:150],), 60.0)],
)
def test_a_server_that_hangs_or_drips_is_left_at_the_deadline(
    desk: Desk, chunks: tuple[bytes, ...], wait_s: float
) -> None:
    with serving(*chunks, wait_s=wait_s) as server:
        begun = time.monotonic()
        refused = desk.run("order", "pull", f"http://{server.host}/T-1001", "--deadline", "0.5")
        took = time.monotonic() - begun
    assert (refused.code, "0.5 s" in refused.line or "in time" in refused.line) == (2, True)
    assert took < 3


def test_nobody_there_and_no_such_name_are_one_line(desk: Desk) -> None:
    with serving(b"") as server:
        host = server.host
    assert "cannot be reached" in desk.run("order", "pull", f"http://{host}/T-1").line
    assert "ticket system" in desk.run("order", "pull", "https://no-such-host.invalid/T-1", "--deadline", "2").line


def test_a_server_must_prove_who_it_is(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "own.pem"
    made = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    made += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=30)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(answer(GOOD), context=context) as server:
        refused = desk.run("order", "pull", f"https://{server.host}/T-1001")
        assert (refused.code, "does not prove who it is" in refused.line) == (2, True)
        assert desk.book.cases() == ()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert desk.run("order", "pull", f"https://{server.host}/T-1001").code == 0
    with serving(answer(GOOD)) as plain:
        assert "TLS" in desk.run("order", "pull", f"https://{plain.host}/T-1001").line


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "ftp://h.invalid/x", "https://", "https://h.invalid:99999/", "https://u:p@h.invalid/x",
        "http://10.1.2.3/x", "http://h.invalid/x", "https://h.invalid/a b", "https://h.invalid/\r\nX: 1",
        "https://\u6545.invalid/", "javascript://h/x", "https://[::1/x",
    ],
)  # fmt: skip
def test_an_address_that_we_would_not_ask_is_one_line(desk: Desk, address: str) -> None:
    refused = desk.run("order", "pull", address)
    assert refused.code == 64
    assert refused.line
    assert "u:p" not in refused.err


def test_only_this_computer_is_asked_unencrypted_unless_told() -> None:
    for host in ("127.0.0.1:8080", "localhost", "[::1]:80"):
        assert place_of(f"http://{host}/x").parts.scheme == "http"
    assert place_of("http://10.1.2.3/x", plain_http=True).name == "10.1.2.3"
    with pytest.raises(BadInput, match="unencrypted"):
        place_of("http://10.1.2.3/x")


def test_a_key_of_several_lines_is_refused_without_being_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HEADER_VARIABLE, f"{KEY}\nX-Other: 1")
    refused = desk.run("order", "pull", "https://127.0.0.1:9/T-1")
    assert (refused.code, KEY in refused.err) == (64, False)
