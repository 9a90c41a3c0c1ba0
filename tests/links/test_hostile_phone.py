"""A phone that floods, drips, lies or prints nonsense costs a deadline and a cap, never more."""

from __future__ import annotations

import contextlib
import io
import random
import socket
import struct
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.links import Deadline, RealClock, ShellOutputTooLarge, ShellReply
from agent.links.shell_v2 import collect, packets, until_marker
from agent.links.wire import Wire
from probes import BadInput, CommandFailed, LinkTimeout, OutputTooLarge, ProtocolBroken, Unplugged

if TYPE_CHECKING:
    from tests.links.conftest import Canned, ScriptedServer

    MakeServer = Callable[[Callable[[socket.socket], None]], ScriptedServer]

MIB = 1024 * 1024
OK = b"OKAY"


def packet(channel: int, data: bytes) -> bytes:
    return struct.pack("<BI", channel, len(data)) + data


def flood_of(unit: bytes) -> Callable[[socket.socket], None]:
    def play(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(unit)

    return play


def test_a_flood_is_cut_at_its_cap_with_what_came_before(scripted: MakeServer) -> None:
    link = scripted(flood_of(packet(1, b"x" * 30_000))).link()
    with link, pytest.raises(ShellOutputTooLarge) as caught:
        link.shell(["yes"], deadline_s=20, cap_bytes=100_000)
    assert caught.value.partial_stdout == b"x" * 100_000
    assert link.broken is None


def test_a_flood_on_stderr_counts_as_output(scripted: MakeServer) -> None:
    link = scripted(flood_of(packet(2, b"x" * 30_000))).link()
    with link, pytest.raises(ShellOutputTooLarge) as caught:
        link.shell(["yes"], deadline_s=20, cap_bytes=100_000)
    assert caught.value.partial_stderr == b"x" * 100_000


def test_a_flood_in_a_stream_is_incomplete_and_no_error(scripted: MakeServer) -> None:
    with scripted(flood_of(packet(1, b"x" * 7_000))).link() as link:
        with link.stream(["logcat"], deadline_s=20, cap_bytes=100_000) as output:
            assert sum(len(chunk) for chunk in output) == 100_000
        assert not output.complete
        assert output.exit_code is None
        assert link.broken is None


def test_a_flood_needs_no_more_memory_than_its_cap_and_the_buffer(scripted: MakeServer) -> None:
    cap = 8 * MIB
    with scripted(flood_of(packet(1, b"x" * MIB))).link() as link:
        tracemalloc.start()
        try:
            with pytest.raises(ShellOutputTooLarge):
                link.shell(["yes"], deadline_s=20, cap_bytes=cap)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    # BytesIO grows by an eighth at a time, and the flooding side of the test is measured, too
    assert peak < cap * 9 // 8 + 4 * MIB


def test_a_drip_ends_at_the_deadline_of_the_whole_call(scripted: MakeServer) -> None:
    gave_up: list[bool] = []

    def drip(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while not server.stopped.wait(0.01):
                connection.sendall(packet(1, b"x"))
        gave_up.append(not server.stopped.is_set())

    server = scripted(drip)
    with server.link() as link:
        started_s = time.monotonic()
        with pytest.raises(LinkTimeout):
            link.shell(["slow"], deadline_s=0.2, cap_bytes=MIB)
        assert time.monotonic() - started_s < 1.2
        assert link.broken is None


def test_a_reset_in_the_middle_is_an_unplug_and_breaks_the_link(scripted: MakeServer) -> None:
    def reset(connection: socket.socket) -> None:
        connection.sendall(packet(1, b"x"))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    with scripted(reset).link() as link:
        with pytest.raises(Unplugged):
            link.shell(["id"], deadline_s=5, cap_bytes=MIB)
        assert isinstance(link.broken, Unplugged)


@pytest.mark.parametrize(
    "lie",
    [
        struct.pack("<BI", 1, 0xFFFFFFFF),
        struct.pack("<BI", 1, 2 * MIB),
        struct.pack("<BI", 3, 0),
        struct.pack("<BI", 3, 4) + b"\0\0\0\0",
        packet(0, b"x"),
        packet(5, b"x"),
        packet(200, b"x"),
        packet(3, b"\0") + packet(1, b"late"),
    ],
)
def test_a_shell_packet_that_no_adbd_sends_is_a_broken_protocol(canned: Canned, lie: bytes) -> None:
    link = canned.opened()
    canned.expect(OK, OK + lie)
    with pytest.raises(ProtocolBroken):
        link.shell(["id"], deadline_s=1, cap_bytes=MIB)


def test_a_packet_of_the_largest_size_is_read_whole(scripted: MakeServer) -> None:
    whole = random.Random(1).randbytes(MIB)
    with scripted(lambda connection: connection.sendall(packet(1, whole) + packet(3, b"\0"))).link() as link:
        assert link.shell(["cat"], deadline_s=10, cap_bytes=MIB).stdout == whole


class Dribbling(socket.socket):
    sizes: list[int]

    def recv_into(self, *arguments: Any, **_options: Any) -> int:
        size = self.sizes.pop() if self.sizes else 1000
        return super().recv_into(arguments[0][:size])


@contextlib.contextmanager
def dribbled(answer: bytes, sizes: list[int]) -> Iterator[Wire]:
    """A wire on which ``answer`` arrives in reads of these sizes."""
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(answer)
        theirs.shutdown(socket.SHUT_WR)
        sock = Dribbling(fileno=ours.detach())
        sock.sizes = sizes
        wire = Wire(sock, Deadline.after(RealClock(), 10))
        yield wire
        wire.close()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=300)), max_size=20),
    st.integers(0, 255),
    st.lists(st.integers(1, 200), max_size=30),
)
def test_however_an_answer_is_split_it_reads_the_same(
    parts: list[tuple[int, bytes]], code: int, sizes: list[int]
) -> None:
    answer = b"".join(packet(channel, data) for channel, data in parts) + packet(3, bytes([code]))
    with dribbled(answer, sizes) as wire:
        reply = collect(packets(wire), MIB)
    assert reply.stdout == b"".join(data for channel, data in parts if channel == 1)
    assert reply.stderr == b"".join(data for channel, data in parts if channel == 2)
    assert reply.exit_code == code


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=300), st.integers(0, 255), st.lists(st.integers(1, 60), max_size=40))
def test_however_an_old_answer_is_split_it_reads_the_same(output: bytes, code: int, sizes: list[int]) -> None:
    answer = output + b"feedfeed:%d\r\n" % code
    with dribbled(answer, sizes) as wire:
        assert collect(until_marker(wire, "feedfeed"), MIB) == ShellReply(output, b"", code)


def test_output_of_exactly_the_cap_is_whole(canned: Canned) -> None:
    link = canned.opened()
    canned.expect(OK, OK + packet(1, b"x" * 10) + packet(3, b"\0"))
    assert link.shell(["id"], deadline_s=1, cap_bytes=10).stdout == b"x" * 10


@pytest.mark.parametrize(
    "ending", [b"", b"\n", b":", b":\n", b":256\n", b":9999\n", b":1x\n", b":1\n\n", b":-1\n", b":0\nmore", b":0\r\n\n"]
)
def test_a_damaged_end_marker_is_never_an_exit_code(
    canned: Canned, monkeypatch: pytest.MonkeyPatch, ending: bytes
) -> None:
    monkeypatch.setattr("agent.links.shell_v2.secrets.token_hex", lambda _count: "feed")
    link = canned.opened(b"")
    canned.expect(OK, OK + b"outputfeed" + ending)
    with pytest.raises((Unplugged, ProtocolBroken)):
        link.shell(["id"], deadline_s=1, cap_bytes=MIB)


def test_a_block_of_a_file_over_64_kib_is_a_broken_protocol(canned: Canned) -> None:
    link = canned.opened()
    canned.expect(OK, OK, b"DATA" + struct.pack("<I", 65_537) + b"x" * 65_537)
    sink = io.BytesIO()
    with pytest.raises(ProtocolBroken):
        link.pull("/a", sink, deadline_s=1, cap_bytes=MIB)
    assert not sink.getvalue()


def test_a_file_over_its_cap_fills_the_sink_no_further(scripted: MakeServer) -> None:
    sink = io.BytesIO()
    with scripted(flood_of(b"DATA\0\0\1\0" + b"x" * 65_536)).link() as link, pytest.raises(OutputTooLarge):
        link.pull("/dev/zero", sink, deadline_s=10, cap_bytes=MIB)
    assert len(sink.getvalue()) == MIB


def test_an_endless_list_of_names_ends_at_its_cap(scripted: MakeServer) -> None:
    with scripted(flood_of(dnt2(b"a") * 100)).link() as link, pytest.raises(OutputTooLarge):
        link.listdir("/", deadline_s=10, cap_bytes=MIB)


def hostile_names(count: int) -> list[bytes]:
    draw = random.Random(20)
    nasty = [
        b"../",
        b"/",
        b"\\",
        b"\0",
        b"..",
        b"~",
        b"\x1b]0;x\x07",
        "\u202e".encode(),
        b"\xff",
        b"\n",
        b" ",
        b"$(id)",
    ]
    names: list[bytes] = []
    while len(names) < count:
        name = b"".join(draw.choice([*nasty, b"a", b"etc", b"passwd"]) for _ in range(draw.randrange(1, 9)))
        names.append(name[:255])
    return names


def dnt2(name: bytes) -> bytes:
    return struct.pack("<4sIQQIIIIQqqqI", b"DNT2", 0, 1, 2, 0o100644, 1, 0, 0, 1, 1, 1, 1, len(name)) + name


def test_five_thousand_hostile_names_stay_data(scripted: MakeServer) -> None:
    names = hostile_names(5_000)
    answer = b"".join(dnt2(name) for name in [b".", b"..", *names]) + b"DONE" + bytes(72)
    with scripted(lambda connection: connection.sendall(answer)).link() as link:
        listing = link.listdir("/sdcard", deadline_s=30, cap_bytes=16 * MIB)
    kept = [entry.name.raw for entry in listing.entries]
    refused = [name.raw for name in listing.refused]
    assert len(kept) + len(refused) == len([name for name in names if name not in {b".", b".."}])
    assert not any(sign in name for name in kept for sign in (b"/", b"\\", b"\0"))
    assert b".." not in kept
    assert all(any(sign in name for sign in (b"/", b"\\", b"\0")) for name in refused)
    assert not any("\x1b" in entry.name.show() for entry in listing.entries)


def test_a_name_of_impossible_length_is_a_broken_protocol(canned: Canned) -> None:
    link = canned.opened(b"")
    canned.expect(OK, OK, struct.pack("<4sIIII", b"DENT", 0, 0, 0, 0xFFFFFFF0))
    with pytest.raises(ProtocolBroken):
        link.listdir("/", deadline_s=1, cap_bytes=MIB)


@pytest.mark.parametrize("call", ["stat", "listdir", "pull", "push"])
def test_a_refusal_of_the_phone_is_its_answer_and_shows_no_controls(canned: Canned, call: str) -> None:
    link = canned.opened(b"")
    text = b"open failed: \x1b[31mPermission denied"
    canned.expect(OK, OK, b"FAIL" + struct.pack("<I", len(text)) + text)
    calls: dict[str, Callable[[], object]] = {
        "stat": lambda: link.stat("/a", deadline_s=1),
        "listdir": lambda: link.listdir("/a", deadline_s=1, cap_bytes=MIB),
        "pull": lambda: link.pull("/a", io.BytesIO(), deadline_s=1, cap_bytes=MIB),
        "push": lambda: link.push(b"x", "/a", deadline_s=1, cap_bytes=MIB),
    }
    with pytest.raises(CommandFailed, match="Permission denied") as caught:
        calls[call]()
    assert "\x1b" not in str(caught.value)
    assert link.broken is None


@pytest.mark.parametrize("errno", [2, 13, 4095, 4096, 0xFFFFFFFF])
def test_any_error_number_of_a_stat_is_a_plain_no(canned: Canned, errno: int) -> None:
    link = canned.opened()
    canned.expect(OK, OK, struct.pack("<4sIQQIIIIQqqq", b"LST2", errno, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    with pytest.raises(CommandFailed):
        link.stat("/nope", deadline_s=1)


def test_a_file_that_is_not_there_is_a_plain_no_on_old_phones(canned: Canned) -> None:
    link = canned.opened(b"")
    canned.expect(OK, OK, b"STAT" + bytes(12))
    with pytest.raises(CommandFailed, match="no such file"):
        link.stat("/nope", deadline_s=1)


@pytest.mark.parametrize("path", ["", b"", "a\0b", "x" * 1025])
def test_a_path_that_no_phone_can_have_is_never_sent(canned: Canned, path: str | bytes) -> None:
    link = canned.opened()
    canned.expect(OK, OK)
    with pytest.raises(BadInput):
        link.stat(path, deadline_s=1)


def test_a_source_over_its_cap_is_refused(canned: Canned) -> None:
    link = canned.opened()
    canned.expect(OK, OK)
    with pytest.raises(BadInput):
        link.push(b"x" * 11, "/a", deadline_s=1, cap_bytes=10)
