"""Ed25519 public keys and signatures (RFC 8032): the one place by which every other part reads and checks them.

Invariants: a key of small order is never taken. There are eight such points, and under one of them anybody's signature
verifies: over every message under the neutral element, over each eighth one at least under the others. They are known
by their y alone (RFC 7748 section 4.1 has the curve; Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs", SSR
2020, table 1, lists the points with their non-canonical encodings), whatever the sign of x. A y that is not below p is
refused for every point, as RFC 8032 section 5.1.3 asks and OpenSSL does not: so no key has two encodings.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .errors import ProtocolError, Rule

_P: Final = 2**255 - 19
_SIGN: Final = 2**255  # the last bit is that of x
_Y_OF_ORDER_8: Final = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_WEAK: Final = frozenset({1, _P - 1, 0, _Y_OF_ORDER_8, _P - _Y_OF_ORDER_8})  # of order 1, 2, 4, 8, 8


def check_key(public_key: bytes, where: str = "") -> None:
    """Refuse a raw key (32 bytes) by which anybody signs, or one in another than its own encoding (``key_weak``)."""
    y = int.from_bytes(public_key, "little") % _SIGN
    if y >= _P or y in _WEAK:
        raise ProtocolError(Rule.KEY_WEAK, where)


def has_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether ``signature`` is this raw key's over exactly ``message``; raise ProtocolError ``key_weak``.

    Bytes of another length than a key's have signed nothing.
    """
    check_key(public_key)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
