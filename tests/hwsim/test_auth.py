from __future__ import annotations

import base64
import random
import struct

from hypothesis import given
from hypothesis import strategies as st

from hwsim.adbd.auth import PublicKey, parse_public_key, signature_matches

PREFIX = bytes.fromhex("3021300906052b0e03021a05000414")


def make_key() -> tuple[PublicKey, int]:
    """Two fixed 1024-bit primes, found once with a probable-prime test over a seeded generator."""
    rng = random.Random(20260505)

    def prime() -> int:
        while True:
            candidate = rng.getrandbits(1024) | (1 << 1023) | (1 << 1022) | 1
            if (
                candidate % 65537 != 1
                and all(candidate % small for small in (3, 5, 7, 11, 13))
                and pow(2, candidate - 1, candidate) == 1
            ):
                return candidate

    p, q = prime(), prime()
    return PublicKey(p * q, 65537), pow(65537, -1, (p - 1) * (q - 1))


KEY, SECRET = make_key()


def sign(token: bytes) -> bytes:
    tail = b"\0" + PREFIX + token
    padded = b"\0\1" + b"\xff" * (254 - len(tail)) + tail
    return pow(int.from_bytes(padded, "big"), SECRET, KEY.modulus).to_bytes(256, "big")


def test_the_holder_of_the_key_is_let_in() -> None:
    token = bytes(range(20))
    assert signature_matches(KEY, token=token, signature=sign(token))


def test_a_signature_of_another_token_is_refused() -> None:
    assert not signature_matches(KEY, token=bytes(20), signature=sign(bytes(range(20))))


@given(st.binary(max_size=300))
def test_noise_is_no_signature(noise: bytes) -> None:
    assert not signature_matches(KEY, token=bytes(20), signature=noise)


def test_androids_key_layout_is_read() -> None:
    blob = struct.pack("<II", 64, 0) + KEY.modulus.to_bytes(256, "little") + bytes(256) + struct.pack("<I", 65537)
    assert parse_public_key(base64.b64encode(blob) + b" somebody@bench\0") == KEY


@given(st.binary(max_size=800))
def test_noise_is_no_key_and_breaks_nothing(noise: bytes) -> None:
    assert parse_public_key(noise) is None
