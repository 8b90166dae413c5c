"""X25519 public keys that nothing can be sealed to, as the world has published them.

The points of low order are the list of cr.yp.to/ecdh.html ("How do I validate Curve25519 public keys?"), with those of
its numbers that differ in the top bit alone, which X25519 doesn't read (RFC 7748, section 5).
"""

from __future__ import annotations

from typing import Final

_PRIME = 2**255 - 19
_TOP_BIT = 2**255
_OF_ORDER_8 = (
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)
_LOW: Final = (0, 1, *_OF_ORDER_8, _PRIME - 1, _PRIME, _PRIME + 1)

LOW_ORDER: Final = tuple(number.to_bytes(32, "little") for low in _LOW for number in (low, low + _TOP_BIT))
NOT_CANONICAL: Final = tuple(
    number.to_bytes(32, "little") for number in (_PRIME + 9, 2**255 - 1, _TOP_BIT + 9, 2**256 - 1)
)
"""Not of low order, but no identity gives them: age binds the recipient's bytes into the seal, so nobody could open."""
