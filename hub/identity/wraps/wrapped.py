"""What the page sends: read strictly, understood by nobody here.

Invariant: a wrap is AES-256-GCM over the PKCS #8 form of one X25519 key, under a key that a security key's secret
(WebAuthn PRF) is needed for. The hub checks its length and knows no more of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.identity.wraps.model import LABEL_MAX_CHARS, WRAP_ID_CHARS

if TYPE_CHECKING:
    from milton_protocol.fields import Fields

IV_BYTES = 12
WRAP_BYTES = 48 + 16  # RFC 8410's form of the key, and GCM's tag
CREDENTIAL_ID_MAX_BYTES = 1_023  # WebAuthn, section 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """An opening key under one security key."""

    recipient: str
    credential_id: bytes
    label: str
    iv: bytes
    wrap: bytes

    def id_for(self, person_id: str) -> str:
        """Return the id that the same wrap always has: a repeated call finds it."""
        words = (person_id.encode(), self.recipient.encode(), self.credential_id)
        return hashlib.sha256(b"\n".join(words)).hexdigest()[:WRAP_ID_CHARS]


def read_wrapped(fields: Fields) -> Wrapped:
    """Read the body of ``POST /api/wraps``. Raises ProtocolError."""
    wrapped = Wrapped(
        recipient=fields.usable_recipient("recipient"),
        credential_id=fields.b64("credential_id", 1, CREDENTIAL_ID_MAX_BYTES),
        label=fields.text("label", LABEL_MAX_CHARS),
        iv=fields.b64("iv", IV_BYTES, IV_BYTES),
        wrap=fields.b64("wrap", WRAP_BYTES, WRAP_BYTES),
    )
    fields.done()
    return wrapped
