"""A day's custody at the hub; the public log holds only its SHA-256 hash (section 11)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from ... import canonical
from ...base64_text import b64
from ...fields import Fields, require_sorted
from ...limits import CUSTODY_EVENTS_MAX, DIGEST_HEX_CHARS, DIGEST_SIZE_BYTES, INTEGER_MAX
from ..shares.receipt import ReceiptEvent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from ...canonical import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCount:
    """How many receipts of one kind a day had."""

    event: ReceiptEvent
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyDay:
    """One day, UTC: its receipts, and where the hub's audit trail stood when it was sealed.

    The salt keeps who reads the log from trying out days; nothing in it names a share, a case or a person.
    """

    TYPE: ClassVar[str] = "milton/custody-day"

    agency_id: str
    day: date
    salt: bytes
    receipts: tuple[EventCount, ...]
    receipts_sha256: str
    audit_number: int
    audit_sha256: str

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a day as its hub keeps it."""
        fields = Fields.of(canonical.decode(payload))
        fields.header(cls.TYPE)
        day = cls(
            agency_id=fields.id("agency_id"),
            day=fields.day("day"),
            salt=fields.b64("salt", DIGEST_SIZE_BYTES, DIGEST_SIZE_BYTES),
            receipts=fields.objects("receipts", 0, CUSTODY_EVENTS_MAX, _read_count),
            receipts_sha256=fields.hex("receipts_sha256", DIGEST_HEX_CHARS),
            audit_number=fields.integer("audit_number", 0, INTEGER_MAX),
            audit_sha256=fields.hex("audit_sha256", DIGEST_HEX_CHARS),
        )
        fields.done()
        require_sorted(tuple(each.event.value for each in day.receipts), "receipts")
        return day

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        receipts: list[JsonValue] = [{"event": each.event.value, "count": each.count} for each in self.receipts]
        return canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "agency_id": self.agency_id,
                "day": self.day.isoformat(),
                "salt": b64(self.salt),
                "receipts": receipts,
                "receipts_sha256": self.receipts_sha256,
                "audit_number": self.audit_number,
                "audit_sha256": self.audit_sha256,
            }
        )

    @property
    def seal(self) -> str:
        """Return what the public log says of the day: the hex SHA-256 of its bytes."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def receipts_digest(envelope_digests: Iterable[str]) -> str:
    """Return the hex SHA-256 over the hex digests of a day's receipt envelopes, sorted, one right after the other."""
    return hashlib.sha256("".join(sorted(envelope_digests)).encode("ascii")).hexdigest()


def _read_count(fields: Fields) -> EventCount:
    return EventCount(event=fields.choice("event", ReceiptEvent), count=fields.integer("count", 1, INTEGER_MAX))
