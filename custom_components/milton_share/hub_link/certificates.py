"""Why a server's certificate was refused, in a word that the owner and the city can act on. Pure.

A refused certificate ends the connection before a byte of ours is sent; nothing falls back to plain text.
"""

from __future__ import annotations

import ssl
from enum import StrEnum

_NOT_YET_VALID, _EXPIRED = 9, 10  # X509_V_ERR_* of OpenSSL
_OTHER_NAME = frozenset({62, 64})  # of the host, of the address
_CHAIN_MAX = 10  # exceptions that caused each other


class Certificate(StrEnum):
    """What is wrong with it."""

    EXPIRED = "expired"  # or not valid yet: one of the two clocks may be wrong, too
    OTHER_NAME = "other_name"
    UNKNOWN_ISSUER = "unknown_issuer"


def refused_certificate(error: BaseException) -> Certificate | None:
    """Return what was wrong with the certificate because of which a connection failed, None for another reason."""
    one: BaseException | None = error
    for _ in range(_CHAIN_MAX):
        if one is None:
            return None
        if isinstance(one, ssl.SSLCertVerificationError) and hasattr(one, "verify_code"):  # aiohttp's own has none
            return _of_code(one.verify_code)
        one = one.__cause__ or one.__context__
    return None


def _of_code(code: int) -> Certificate:
    if code in {_NOT_YET_VALID, _EXPIRED}:
        return Certificate.EXPIRED
    return Certificate.OTHER_NAME if code in _OTHER_NAME else Certificate.UNKNOWN_ISSUER
