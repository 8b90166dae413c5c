"""What is derived from the hub's enrolment secret.

The answer to an enrolment is derived, not stored: the same code and home get the same token again, and neither a code
nor a token can be read out of the database or guessed from its digests without the secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

USERNAME_HEX_CHARS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentSecret:
    """32 random bytes of ``keys/enrolment.key``."""

    value: bytes = field(repr=False)

    def code_digest(self, code: str) -> str:
        """Return what is kept of a code."""
        return self._mac(b"code", code).hex()

    def address_digest(self, address: str) -> str:
        """Return what is kept, for an hour, of the address of a wrong try."""
        return self._mac(b"address", address).hex()

    def home_token(self, code: str, home_id: str) -> str:
        """Return the bearer token of the home that used ``code``."""
        return base64.urlsafe_b64encode(self._mac(b"home token", code, home_id)).rstrip(b"=").decode()

    def mqtt_username(self, home_id: str) -> str:
        """Return the home's user name at the broker; it says nothing about the home."""
        return f"home-{self._mac(b'mqtt username', home_id).hex()[:USERNAME_HEX_CHARS]}"

    def filling_key(self, number: int) -> bytes:
        """Return the seed of a key that is no home's (``hub.enrollment.keys``); nothing is ever signed with it."""
        return self._mac(b"filling key", str(number))

    def _mac(self, purpose: bytes, *parts: str) -> bytes:
        message = b"\0".join([b"milton enrolment v1", purpose, *(part.encode() for part in parts)])
        return hmac.digest(self.value, message, hashlib.sha256)
