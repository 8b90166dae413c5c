"""The live statement: which requests are live, signed by the hub and valid for one day at most (section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from ... import canonical
from ...fields import Fields, require_period, require_sorted
from ...limits import (
    DIGEST_HEX_CHARS,
    INTEGER_MAX,
    LIVE_IDS_MAX,
    LIVE_VALID_MAX,
    NOTE_MAX_CHARS,
    RECORD_SIZE_MAX_BYTES,
)
from ...times import format_time
from ...values import read_hex

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStatement:
    """The live and the withdrawn requests, as stated by the hub."""

    TYPE: ClassVar[str] = "milton/live"
    PAYLOAD_TYPE: ClassVar[str] = "application/vnd.milton.live.v1+json"

    agency_id: str
    sequence: int
    issued_at: datetime
    expires_at: datetime
    checkpoint: str
    city_record_sha256: str
    directory_sha256: str
    live: tuple[str, ...]
    withdrawn: tuple[str, ...]

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a live statement's payload."""
        fields = Fields.of(canonical.decode(payload, max_bytes=RECORD_SIZE_MAX_BYTES))
        fields.header(cls.TYPE)
        statement = cls(
            agency_id=fields.id("agency_id"),
            sequence=fields.integer("sequence", 1, INTEGER_MAX),
            issued_at=fields.time("issued_at"),
            expires_at=fields.time("expires_at"),
            checkpoint=fields.raw_text("checkpoint", NOTE_MAX_CHARS),
            city_record_sha256=fields.hex("city_record_sha256", DIGEST_HEX_CHARS),
            directory_sha256=fields.hex("directory_sha256", DIGEST_HEX_CHARS),
            live=_read_ids(fields, "live"),
            withdrawn=_read_ids(fields, "withdrawn"),
        )
        fields.done()
        require_period(statement.issued_at, statement.expires_at, "expires_at", LIVE_VALID_MAX)
        return statement

    def to_bytes(self) -> bytes:
        """Return the canonical payload."""
        return canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "agency_id": self.agency_id,
                "sequence": self.sequence,
                "issued_at": format_time(self.issued_at),
                "expires_at": format_time(self.expires_at),
                "checkpoint": self.checkpoint,
                "city_record_sha256": self.city_record_sha256,
                "directory_sha256": self.directory_sha256,
                "live": self.live,
                "withdrawn": self.withdrawn,
            }
        )


def _read_ids(fields: Fields, name: str) -> tuple[str, ...]:
    ids = tuple(read_hex(value, name, DIGEST_HEX_CHARS) for value in fields.items(name, 0, LIVE_IDS_MAX))
    require_sorted(ids, name)
    return ids
