from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.adbd.packet import A_OPEN, A_WRTE, HEADER, Framer, FramingError, Packet, checksum, encode_header

PACKETS = st.lists(
    st.tuples(
        st.sampled_from([A_OPEN, A_WRTE]), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=300)
    ),
    max_size=8,
)


def on_wire(packets: list[tuple[int, int, int, bytes]]) -> bytes:
    return b"".join(encode_header(*packet, with_checksum=True) + packet[3] for packet in packets)


@given(PACKETS, st.lists(st.integers(1, 400), min_size=1, max_size=20))
def test_any_cutting_of_the_wire_gives_the_same_packets(
    packets: list[tuple[int, int, int, bytes]], cuts: list[int]
) -> None:
    data = on_wire(packets)
    framer = Framer()
    got: list[Packet] = []
    at = turn = 0
    while at < len(data):
        step = cuts[turn % len(cuts)]
        got += framer.feed(data[at : at + step])
        at, turn = at + step, turn + 1
    assert [(p.command, p.arg0, p.arg1, bytes(p.payload)) for p in got] == packets
    assert all(p.checksum == checksum(p.payload) for p in got)


def test_a_megabyte_payload_is_read_in_place() -> None:
    payload = bytes(range(256)) * 4096
    got = Framer().feed(on_wire([(A_WRTE, 1, 2, payload)]))
    assert [bytes(p.payload) for p in got] == [payload]


@given(st.binary(min_size=24, max_size=24))
def test_bytes_that_are_no_header_are_refused_at_once(noise: bytes) -> None:
    command, *_rest, magic = HEADER.unpack(noise)
    if command ^ 0xFFFFFFFF == magic:
        return
    with pytest.raises(FramingError):
        Framer().feed(noise)


def test_a_payload_over_the_limit_is_refused_before_it_is_read() -> None:
    header = HEADER.pack(A_WRTE, 0, 0, 2**31, 0, A_WRTE ^ 0xFFFFFFFF)
    with pytest.raises(FramingError, match="over the limit"):
        Framer().feed(header)
