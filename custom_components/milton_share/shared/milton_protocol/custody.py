"""Receipts as a chain: the hub signs each, seals it to the share's one-time recipient, and the home checks all.

Invariants (docs/protocol.md section 11):

- A receipt names the hash of the one before it, so none can be taken out, put in or changed unnoticed.
- Every receipt of a chain is of one share, one request and one agency, and names the share's very bytes.
- The newest receipt is by the hub key in force. Those before it may be by an earlier key: the chain, which the newest
  one names, confirms them. A stolen key adds nothing to a chain.
- Who stores or carries receipts learns only how many there are; the share's owner alone reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from . import dsse
from .errors import ProtocolError, Rule
from .limits import RECEIPTS_MAX, SEALED_RECEIPT_MAX_BYTES
from .messages.shares.receipt import Receipt, ReceiptBy, ReceiptEvent, SealedReceipts, envelope_sha256
from .sealing.age import Identity, open_sealed, seal

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from .messages.shares.passed_on import PassedOnTo


class CustodyRule(StrEnum):
    """The rules of custody that receipts can break (section 12)."""

    RECEIPT_OF_ANOTHER_SHARE = "receipt_of_another_share"
    RECEIPT_CHAIN_BROKEN = "receipt_chain_broken"
    TOO_MANY_RECEIPTS = "too_many_receipts"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptChain:
    """Where the receipts of one share stand: what the next one has to name."""

    agency_id: str
    share_id: str
    request_id: str
    share_sha256: str
    sequence: int = 0
    previous_sha256: str | None = None

    def next_receipt(
        self, event: ReceiptEvent, at: datetime, by: ReceiptBy | None, to: PassedOnTo | None = None
    ) -> Receipt:
        """Return the receipt that follows; raise ProtocolError where no reader would take so many."""
        if self.sequence >= RECEIPTS_MAX:
            raise ProtocolError(CustodyRule.TOO_MANY_RECEIPTS, str(self.sequence))
        return Receipt(
            agency_id=self.agency_id,
            share_id=self.share_id,
            request_id=self.request_id,
            sequence=self.sequence + 1,
            event=event,
            at=at,
            by=by,
            share_sha256=self.share_sha256,
            previous_sha256=self.previous_sha256,
            to=to,
        )

    def after(self, envelope: bytes) -> ReceiptChain:
        """Return where the chain stands once ``envelope`` (the next receipt, signed) is its last."""
        return replace(self, sequence=self.sequence + 1, previous_sha256=envelope_sha256(envelope))


def sign_receipt(receipt: Receipt, hub_key: Ed25519PrivateKey) -> bytes:
    """Return the receipt's envelope."""
    return dsse.sign(Receipt.PAYLOAD_TYPE, receipt.to_bytes(), [hub_key])


def seal_receipt(envelope: bytes, receipt_recipient: str) -> bytes:
    """Return the envelope as an age file to the share's one-time recipient (``age1…``)."""
    sealed = seal(envelope, [receipt_recipient])
    if len(sealed) > SEALED_RECEIPT_MAX_BYTES:
        raise ProtocolError(Rule.OUT_OF_BOUNDS, f"a receipt of {len(sealed)} bytes")
    return sealed


def open_receipts(
    sealed_receipts: SealedReceipts,
    identity: Identity,
    hub_key: bytes,
    share_sha256: str,
    earlier_keys: Collection[bytes] = (),
) -> tuple[Receipt, ...]:
    """Return the receipts of a share, oldest first; raise ProtocolError when one is false, missing or out of place.

    ``identity`` belongs to the share's ``receipt_recipient``, ``hub_key`` is the raw Ed25519 key of the city record,
    ``earlier_keys`` are those of earlier ones (the newest receipt is by ``hub_key``),
    ``share_sha256`` is the hex digest of the payload of the share that the home sent. That the newest receipts are
    held back can't be seen here: a home keeps what it saw and compares.
    """
    receipts: list[Receipt] = []
    chain: ReceiptChain | None = None
    newest = len(sealed_receipts.sealed) - 1
    for number, sealed in enumerate(sealed_receipts.sealed):
        envelope = open_sealed(sealed, identity)
        keys = (hub_key,) if number == newest else (hub_key, *earlier_keys)
        payload = dsse.open_envelope(envelope, Receipt.PAYLOAD_TYPE, keys, required=1)
        receipt = Receipt.from_bytes(payload)
        if (receipt.share_id, receipt.share_sha256) != (sealed_receipts.share_id, share_sha256):
            raise ProtocolError(CustodyRule.RECEIPT_OF_ANOTHER_SHARE, f"receipt {receipt.sequence}")
        chain = chain or ReceiptChain(
            agency_id=receipt.agency_id,
            share_id=receipt.share_id,
            request_id=receipt.request_id,
            share_sha256=share_sha256,
        )
        if receipt != chain.next_receipt(receipt.event, receipt.at, receipt.by, receipt.to):
            raise ProtocolError(CustodyRule.RECEIPT_CHAIN_BROKEN, f"receipt {receipt.sequence}")
        chain = chain.after(envelope)
        receipts.append(receipt)
    return tuple(receipts)
