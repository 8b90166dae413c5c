"""The owner's word that a share may be accepted before its 24 hours are over. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..shared.milton_protocol.dsse import sign
from ..shared.milton_protocol.messages.consent import Consent

if TYPE_CHECKING:
    from datetime import datetime

    from ..store.shares import StoredShare


def agreement_of(share: StoredShare, at: datetime) -> bytes:
    """Return the consent, signed by the share's one-time key, so the hub learns no more of who agrees."""
    word = Consent(share_id=share.share_id, request_id=share.request_id, at=at.replace(microsecond=0), to=None)
    key = Ed25519PrivateKey.from_private_bytes(share.one_time_key)
    return sign(Consent.PAYLOAD_TYPE, word.to_bytes(), (key,))
