"""Reading the hub's receipts: each chain is checked whole, and a shorter one never takes a longer one's place."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..shared.milton_protocol.custody import open_receipts
from ..shared.milton_protocol.dsse import open_envelope
from ..shared.milton_protocol.errors import ProtocolError
from ..shared.milton_protocol.messages.shares.receipt import ReceiptEvent, SealedReceipts
from ..shared.milton_protocol.messages.shares.share import Share
from ..shared.milton_protocol.messages.shares.share_key import share_key
from ..shared.milton_protocol.sealing.age import open_sealed
from ..shared.milton_protocol.sealing.keys import Identity

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from ..cases.shares_table import StoredShare
    from ..shared.milton_protocol.messages.shares.receipt import Receipt

RECEIPTS_WITHOUT_SHARE = "receipts_without_share"


def announced_share(share: StoredShare) -> tuple[Share, str]:
    """Return what this home announced, and the digest by which receipts name it; raise ProtocolError."""
    if share.envelope is None:
        raise ProtocolError(RECEIPTS_WITHOUT_SHARE)
    public_key = _public_key(share)
    payload = open_envelope(share.envelope, Share.PAYLOAD_TYPE, (public_key,), required=1)
    return Share.from_bytes(payload), hashlib.sha256(payload).hexdigest()


def share_key_of(share: StoredShare) -> str:
    """Return what the hub is shown with each call about a share."""
    return share_key(share.share_id, Ed25519PrivateKey.from_private_bytes(share.one_time_key))


def read_receipts(
    share: StoredShare, message: bytes, hub_key: bytes, earlier_keys: Collection[bytes] = ()
) -> tuple[Receipt, ...]:
    """Return the receipts in a message; raise ProtocolError when one of them is not what it should be."""
    _, share_sha256 = announced_share(share)
    sealed = SealedReceipts.from_bytes(message)
    return open_receipts(sealed, Identity.parse(share.receipt_identity), hub_key, share_sha256, earlier_keys)


def opened_receipts(share: StoredShare) -> tuple[bytes, ...]:
    """Return the receipts' envelopes as the hub signed them, of the newest message that was checked."""
    if share.receipts is None:
        return ()
    identity = Identity.parse(share.receipt_identity)
    return tuple(open_sealed(sealed, identity) for sealed in SealedReceipts.from_bytes(share.receipts).sealed)


def continues(known: tuple[Receipt, ...], new: tuple[Receipt, ...]) -> bool:
    """Whether the new chain begins with all that is known and has more."""
    return len(new) > len(known) and new[: len(known)] == known


def has(receipts: tuple[Receipt, ...], event: ReceiptEvent) -> bool:
    """Whether this happened."""
    return any(receipt.event is event for receipt in receipts)


def times_unflagged(receipts: tuple[Receipt, ...]) -> int:
    """Return how often custodians took a flag of the owner's off."""
    return sum(receipt.event is ReceiptEvent.UNFLAGGED for receipt in receipts)


def question_of(receipts: tuple[Receipt, ...], sequence: int, now: datetime) -> Receipt | None:
    """Return the receipt that asks the owner to let the share be passed on, None when there is none or it is over."""
    asked = next((receipt for receipt in receipts if receipt.sequence == sequence), None)
    if asked is None or asked.event is not ReceiptEvent.ASKED or asked.to is None or asked.to.until <= now:
        return None
    return asked


def _public_key(share: StoredShare) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(share.one_time_key).public_key().public_bytes_raw()
