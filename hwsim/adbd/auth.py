"""Does this host hold a key that the phone's owner has allowed?

The host signs a 20-byte token with RSA-2048 (PKCS#1 v1.5, the token standing in for a SHA-1 digest);
the public key travels in Android's own layout, base64-encoded, followed by a space and a name.
"""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass

TOKEN_BYTES = 20
AUTH_TOKEN = 1
AUTH_SIGNATURE = 2
AUTH_RSAPUBLICKEY = 3

_MODULUS_BYTES = 256
_STRUCT_BYTES = 524  # words in modulus, n0inv, modulus, r squared, exponent: system/core libcrypto_utils
_SHA1_PREFIX = bytes.fromhex("3021300906052b0e03021a05000414")


@dataclass(frozen=True)
class PublicKey:
    """An RSA public key of an adb host."""

    modulus: int
    exponent: int


def parse_public_key(payload: bytes) -> PublicKey | None:
    """Read the payload of AUTH(RSAPUBLICKEY); None when it is not a key of the one size adb knows."""
    words = payload.rstrip(b"\0").split(b" ", 1)
    try:
        blob = base64.b64decode(words[0], validate=True)
    except binascii.Error:
        return None
    if len(blob) != _STRUCT_BYTES or struct.unpack_from("<I", blob)[0] * 4 != _MODULUS_BYTES:
        return None
    modulus = int.from_bytes(blob[8 : 8 + _MODULUS_BYTES], "little")
    (exponent,) = struct.unpack_from("<I", blob, _STRUCT_BYTES - 4)
    return PublicKey(modulus, exponent) if modulus > 0 else None


def signature_matches(key: PublicKey, *, token: bytes, signature: bytes) -> bool:
    """Check a PKCS#1 v1.5 signature of ``token`` (RFC 8017, 8.2.2) with plain integers."""
    if len(signature) != _MODULUS_BYTES:
        return False
    opened = pow(int.from_bytes(signature, "big"), key.exponent, key.modulus)
    tail = b"\0" + _SHA1_PREFIX + token
    expected = b"\0\1" + b"\xff" * (_MODULUS_BYTES - 2 - len(tail)) + tail
    return opened.to_bytes(_MODULUS_BYTES, "big") == expected
