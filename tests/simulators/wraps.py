"""A wrapped opening key as the officers' page sends it; what is in it is nobody's key."""

from __future__ import annotations

import hashlib

from hub.identity.wraps.wrapped import IV_BYTES, WRAP_BYTES
from milton_protocol.base64_text import b64


def a_wrap(recipient: str, name: str, /, **changes: str) -> dict[str, str]:
    """Return what the page sends of one wrap under the security key ``name``."""
    credential_id = hashlib.sha256(name.encode()).digest()
    whole = {
        "recipient": recipient,
        "credential_id": b64(credential_id),
        "label": name,
        "iv": b64(bytes(IV_BYTES)),
        "wrap": b64(bytes(WRAP_BYTES)),
    }
    return whole | changes
