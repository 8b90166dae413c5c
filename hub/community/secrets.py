"""What is derived from the hub's enrollment secret for the community house.

A letter's code can't be read out of the database, nor guessed from its digest, without the secret.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunitySecret:
    """32 random bytes of ``keys/enrolment.key``; what is derived here is apart from what enrollment derives."""

    value: bytes = field(repr=False)

    def code_digest(self, code: str) -> str:
        """Return what is kept of a letter's code."""
        message = b"\0".join([b"milton community v1", b"code", code.encode()])
        return hmac.digest(self.value, message, hashlib.sha256).hex()
