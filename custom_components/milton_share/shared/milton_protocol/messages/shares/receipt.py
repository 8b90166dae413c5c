"""Receipts: the hub's signed statements about what happened to a share (section 11)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from ... import canonical
from ...base64_text import read_base64, standard_base64
from ...errors import ProtocolError, Rule
from ...fields import Fields
from ...limits import (
    BADGE_MAX_CHARS,
    DIGEST_HEX_CHARS,
    INTEGER_MAX,
    NAME_MAX_CHARS,
    RECEIPTS_BLOCK_BYTES,
    RECEIPTS_MAX,
    RECEIPTS_SIZE_MAX_BYTES,
    SEALED_RECEIPT_MAX_BYTES,
    SHORT_ID_HEX_CHARS,
)
from ...times import format_time
from .passed_on import PassedOnTo

if TYPE_CHECKING:
    from datetime import datetime

    from ...canonical import JsonValue


class ReceiptEvent(StrEnum):
    """What happened to a share."""

    RECEIVED = "received"
    FETCHED = "fetched"
    ACCEPTED = "accepted"
    ASKED = "asked"
    PASSED_ON = "passed_on"
    VIEWED = "viewed"
    REVOKED = "revoked"
    EXPORTED = "exported"
    WITHDRAWN = "withdrawn"
    HELD = "held"
    RELEASED = "released"
    UNFLAGGED = "unflagged"
    DELETED = "deleted"


# What concerns one person outside of the agency, whom the receipt then names.
OF_AN_OUTSIDER = frozenset({ReceiptEvent.ASKED, ReceiptEvent.PASSED_ON, ReceiptEvent.VIEWED, ReceiptEvent.REVOKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptBy:
    """Who did it, and on which device."""

    badge: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One event; each names the hash of the one before."""

    TYPE: ClassVar[str] = "milton/receipt"
    PAYLOAD_TYPE: ClassVar[str] = "application/vnd.milton.receipt.v1+json"

    agency_id: str
    share_id: str
    request_id: str
    sequence: int
    event: ReceiptEvent
    at: datetime
    by: ReceiptBy | None
    share_sha256: str
    previous_sha256: str | None
    to: PassedOnTo | None = None  # there exactly for the events OF_AN_OUTSIDER

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a receipt's payload."""
        fields = Fields.of(canonical.decode(payload))
        fields.header(cls.TYPE)
        event = fields.choice("event", ReceiptEvent)
        receipt = cls(
            agency_id=fields.id("agency_id"),
            share_id=fields.hex("share_id", SHORT_ID_HEX_CHARS),
            request_id=fields.hex("request_id", DIGEST_HEX_CHARS),
            sequence=fields.integer("sequence", 1, INTEGER_MAX),
            event=event,
            at=fields.time("at"),
            by=fields.optional("by", lambda name: _read_by(fields.child(name))),
            share_sha256=fields.hex("share_sha256", DIGEST_HEX_CHARS),
            previous_sha256=fields.optional("previous_sha256", lambda name: fields.hex(name, DIGEST_HEX_CHARS)),
            to=PassedOnTo.read(fields.child("to")) if event in OF_AN_OUTSIDER else None,
        )
        fields.done()
        return receipt

    def to_bytes(self) -> bytes:
        """Return the canonical payload."""
        value: dict[str, JsonValue] = {
            "type": self.TYPE,
            "version": 1,
            "agency_id": self.agency_id,
            "share_id": self.share_id,
            "request_id": self.request_id,
            "sequence": self.sequence,
            "event": self.event.value,
            "at": format_time(self.at),
            "by": None if self.by is None else {"badge": self.by.badge, "device": self.by.device},
            "share_sha256": self.share_sha256,
            "previous_sha256": self.previous_sha256,
        }
        if self.to is not None:
            value["to"] = self.to.value()
        return canonical.encode(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedReceipts:
    """All receipts of a share, oldest first, each an age file to its ``receipt_recipient``; none where there is none.

    A hub answers :meth:`to_body`, whose size tells who watches the line only roughly how many there are.
    """

    TYPE: ClassVar[str] = "milton/receipts"

    share_id: str
    sealed: tuple[bytes, ...]

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read the message without its padding."""
        fields = Fields.of(canonical.decode(payload, max_bytes=RECEIPTS_SIZE_MAX_BYTES))
        fields.header(cls.TYPE)
        receipts = cls(
            share_id=fields.hex("share_id", SHORT_ID_HEX_CHARS),
            sealed=tuple(_read_sealed(value) for value in fields.items("sealed", 0, RECEIPTS_MAX)),
        )
        fields.done()
        return receipts

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        return canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "share_id": self.share_id,
                "sealed": [standard_base64(sealed) for sealed in self.sealed],
            }
        )

    def to_body(self) -> bytes:
        """Return the message and, behind it, spaces up to the next whole block (section 11)."""
        message = self.to_bytes()
        return message.ljust(-(-len(message) // RECEIPTS_BLOCK_BYTES) * RECEIPTS_BLOCK_BYTES)


def unpadded(body: bytes) -> bytes:
    """Return the message in a hub's answer, without the spaces behind it."""
    return body.rstrip(b" ")


def envelope_sha256(envelope: bytes) -> str:
    """Return the hex SHA-256 of an envelope's bytes: how one message names another."""
    return hashlib.sha256(envelope).hexdigest()


def _read_by(fields: Fields) -> ReceiptBy:
    by = ReceiptBy(badge=fields.code_or_none("badge", BADGE_MAX_CHARS), device=fields.text("device", NAME_MAX_CHARS))
    fields.done()
    return by


def _read_sealed(value: JsonValue) -> bytes:
    sealed = read_base64(value, "sealed")
    if not 1 <= len(sealed) <= SEALED_RECEIPT_MAX_BYTES:
        raise ProtocolError(Rule.OUT_OF_BOUNDS, f"sealed: {len(sealed)} bytes")
    return sealed
