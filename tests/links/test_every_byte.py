"""A phone that goes away at any byte of any answer is an error of the link, and never an answer."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from agent.links import AdbLink, Deadline, DirEntry, FileStat, Listing, ShellReply, discover
from probes import DeviceText, LinkError, LinkTimeout, ProtocolBroken, SetupError, Unplugged

if TYPE_CHECKING:
    from tests.links.conftest import Canned, End

MODERN = b"shell_v2,stat_v2,ls_v2"
NONCE = "0123456789abcdef0123456789abcdef"
OPENED = b"OKAYOKAY"


def shell_packet(channel: int, data: bytes) -> bytes:
    return struct.pack("<BI", channel, len(data)) + data


def dent(name: bytes, mode: int, size: int) -> bytes:
    return struct.pack("<4sIIII", b"DENT", mode, size, 1_700_000_000, len(name)) + name


def stat_v2(kind: bytes, mode: int, size: int) -> bytes:
    return struct.pack("<4sIQQIIIIQqqq", kind, 0, 1, 2, mode, 1, 0, 0, size, 3, 1_700_000_000, 5)


def dnt2(name: bytes, mode: int, size: int) -> bytes:
    return stat_v2(b"DNT2", mode, size) + struct.pack("<I", len(name)) + name


def shell(link: AdbLink) -> object:
    return link.shell(["cat", "it"], deadline_s=DEADLINE_S, cap_bytes=4096)


def stream(link: AdbLink) -> object:
    with link.stream(["cat", "it"], deadline_s=DEADLINE_S, cap_bytes=4096) as output:
        text = b"".join(output)
        return ShellReply(text, bytes(output.stderr), output.exit_code if output.exit_code is not None else -1)


def stat(link: AdbLink) -> object:
    return link.stat("/sdcard/a", deadline_s=DEADLINE_S)


def listdir(link: AdbLink) -> object:
    return link.listdir("/sdcard", deadline_s=DEADLINE_S, cap_bytes=4096)


def pull(link: AdbLink) -> object:
    sink = io.BytesIO()
    count = link.pull("/sdcard/a", sink, deadline_s=DEADLINE_S, cap_bytes=4096)
    return count, sink.getvalue()


def push(link: AdbLink) -> object:
    return link.push(b"abc", "/sdcard/a", deadline_s=DEADLINE_S, cap_bytes=4096)


DEADLINE_S = 0.001
FILE = FileStat(0o100644, 5, 1_700_000_000)
LISTED = Listing((DirEntry(DeviceText(b"a"), FILE), DirEntry(DeviceText(b"b c"), FILE)))
PACKETS = shell_packet(1, b"hel") + shell_packet(2, b"oops\n") + shell_packet(1, b"lo\n") + shell_packet(3, b"\x07")
REPLY = ShellReply(b"hello\n", b"oops\n", 7)


@dataclass(frozen=True)
class Golden:
    """A call, the whole answer to it, and what it means."""

    name: str
    call: Callable[[AdbLink], object]
    answer: bytes
    meaning: object
    features: bytes = MODERN


GOLDEN = [
    Golden("shell-v2", shell, OPENED + PACKETS, REPLY),
    Golden("stream-v2", stream, OPENED + PACKETS, REPLY),
    Golden(
        "shell-v1", shell, OPENED + b"hello\r\n%b:127\r\n" % NONCE.encode(), ShellReply(b"hello\r\n", b"", 127), b""
    ),
    Golden("stream-v1", stream, OPENED + b"hello%b:0\n" % NONCE.encode(), ShellReply(b"hello", b"", 0), b""),
    Golden("stat-v1", stat, OPENED + struct.pack("<4sIII", b"STAT", 0o100644, 5, 1_700_000_000), FILE, b""),
    Golden("stat-v2", stat, OPENED + stat_v2(b"LST2", 0o100644, 5), FILE),
    Golden(
        "list-v1",
        listdir,
        OPENED + dent(b".", 0o40755, 0) + dent(b"a", 0o100644, 5) + dent(b"b c", 0o100644, 5) + b"DONE" + bytes(16),
        LISTED,
        b"",
    ),
    Golden(
        "list-v2",
        listdir,
        OPENED + dnt2(b"..", 0o40755, 0) + dnt2(b"a", 0o100644, 5) + dnt2(b"b c", 0o100644, 5) + b"DONE" + bytes(72),
        LISTED,
    ),
    Golden(
        "pull",
        pull,
        OPENED + b"DATA\x05\0\0\0hello" + b"DATA\x03\0\0\0abc" + b"DONE\0\0\0\0",
        (8, b"helloabc"),
    ),
    Golden("push", push, OPENED + b"OKAY\0\0\0\0", 3),
]


@pytest.fixture(params=GOLDEN, ids=lambda golden: golden.name)
def golden(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Golden:
    monkeypatch.setattr("agent.links.shell_v2.secrets.token_hex", lambda _count: NONCE)
    chosen = request.param
    assert isinstance(chosen, Golden)
    return chosen


def outcome(golden: Golden, canned: Canned, answer: bytes, end: End) -> object:
    canned.forget()
    link = canned.opened(golden.features)
    # the second stage comes when the first has been answered whole
    canned.expect(answer[:4], *([answer[4:]] if len(answer) >= 4 else []), end=end)
    try:
        return golden.call(link)
    finally:
        canned.forget()


def test_a_whole_answer_means_what_it_says(golden: Golden, canned: Canned, ends: type[End]) -> None:
    assert outcome(golden, canned, golden.answer, ends.EOF) == golden.meaning


@pytest.mark.parametrize("end", ["EOF", "RESET", "STALL"])
def test_an_answer_cut_at_any_byte_is_an_error_of_the_link(
    golden: Golden, canned: Canned, ends: type[End], end: str
) -> None:
    expected = {"EOF": LinkError, "RESET": LinkError, "STALL": LinkTimeout}[end]
    for cut in range(len(golden.answer)):
        with pytest.raises(expected):
            outcome(golden, canned, golden.answer[:cut], ends[end])


GARBAGE = {
    "ones": b"\xff" * 200,
    "zeros": bytes(200),
    "done": b"DONE" * 50,
    "okay": b"OKAY" * 50,
    "fail": b"FAIL0004" * 25,
    "data": b"DATA\x01\0\0\0x" * 25,
    "empty-packets": b"\x01\0\0\0\0" * 40,
    "exit-packets": b"\x03\x01\0\0\0\0" * 40,
    "random": random.Random(11).randbytes(300),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_from_any_byte_on_is_an_error_of_the_link(
    golden: Golden, canned: Canned, ends: type[End], garbage: bytes
) -> None:
    for cut in range(len(golden.answer) + 1):
        with pytest.raises(LinkError):
            outcome(golden, canned, golden.answer[:cut] + garbage, ends.EOF)


def test_a_cut_behind_the_opening_is_an_unplug(golden: Golden, canned: Canned, ends: type[End]) -> None:
    for cut in range(len(OPENED), len(golden.answer)):
        with pytest.raises(Unplugged):
            outcome(golden, canned, golden.answer[:cut], ends.EOF)


@pytest.mark.parametrize("end", ["EOF", "RESET", "STALL"])
def test_a_list_of_phones_cut_at_any_byte_is_an_error_of_the_link(canned: Canned, ends: type[End], end: str) -> None:
    whole = b"OKAY0022SERIAL1 device usb:1 transport_id:7\n"[:42]
    assert int(whole[4:8], 16) == len(whole) - 8
    for cut in range(len(whole)):
        canned.forget()
        canned.expect(whole[:cut], end=ends[end])
        with pytest.raises(LinkError):
            discover(canned.server(), clock=_Soon())


class _Soon:
    """A frozen clock under which the fixed deadline of ``discover`` is one millisecond away."""

    def __init__(self) -> None:
        self._readings = iter((0.0,))

    def monotonic_s(self) -> float:
        return next(self._readings, 4.999)

    def monotonic_ns(self) -> int:
        return 0


@pytest.mark.parametrize("end", ["EOF", "RESET", "STALL"])
def test_opening_cut_at_any_byte_is_an_error_of_the_link(canned: Canned, ends: type[End], end: str) -> None:
    answers = [b"OKAY" + struct.pack("<Q", 7), b"OKAY0006device", b"OKAY0008shell_v2"]
    for number, answer in enumerate(answers):
        for cut in range(len(answer)):
            canned.forget()
            for before in answers[:number]:
                canned.expect(before)
            canned.expect(answer[:cut], end=ends[end])
            link = AdbLink(canned.server(), "SERIAL1", clock=canned.clock)
            with pytest.raises(LinkError):
                link.open(deadline_s=DEADLINE_S)


def test_a_server_version_cut_at_any_byte_is_a_bench_that_is_not_ready(canned: Canned) -> None:
    whole = b"OKAY00040029"
    for cut in range(len(whole)):
        canned.forget()
        canned.expect(whole[:cut])
        with pytest.raises(SetupError):
            canned.server().require_version()
    canned.expect(whole)
    canned.server().require_version()


@pytest.mark.parametrize("digits", [b"00g0", b"+001", b"0x01", b"1_00", b" 001"])
def test_a_length_that_is_no_hexadecimal_number_is_garbage(canned: Canned, digits: bytes) -> None:
    canned.expect(b"OKAY" + digits + b"a" * 300)
    with pytest.raises(ProtocolBroken):
        canned.server().socket.query("host:x", deadline=Deadline.after(canned.clock, 5))
