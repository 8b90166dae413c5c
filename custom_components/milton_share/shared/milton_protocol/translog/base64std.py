"""Standard base64 with padding, canonical form only, as C2SP notes and proofs use it (RFC 4648 sections 3.5 and 4)."""

from __future__ import annotations

import base64
import binascii

from ..errors import ProtocolError


def encode(data: bytes) -> str:
    """Return ``data`` in padded standard base64."""
    return base64.b64encode(data).decode("ascii")


def decode(text: str, *, rule: str) -> bytes:
    """Return the bytes of ``text``; raise ProtocolError with ``rule`` unless it is their one canonical form."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProtocolError(rule, "not base64") from error
    if encode(data) != text:
        raise ProtocolError(rule, "base64 is not canonical")
    return data
