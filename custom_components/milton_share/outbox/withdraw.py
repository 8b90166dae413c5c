"""The owner's word that takes a share back. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..shared.milton_protocol.dsse import sign
from ..shared.milton_protocol.messages.shares.withdrawal import Withdrawal

if TYPE_CHECKING:
    from datetime import datetime

    from ..cases.shares_table import StoredShare


def withdrawal_of(share: StoredShare, at: datetime) -> bytes:
    """Return the withdrawal, signed by the share's one-time key, so the hub learns no more of who withdraws."""
    word = Withdrawal(share_id=share.share_id, request_id=share.request_id, at=at.replace(microsecond=0))
    key = Ed25519PrivateKey.from_private_bytes(share.one_time_key)
    return sign(Withdrawal.PAYLOAD_TYPE, word.to_bytes(), (key,))
