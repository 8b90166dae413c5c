"""The withdrawal of a share, signed by its one-time key (section 11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from ... import canonical
from ...fields import Fields
from ...limits import DIGEST_HEX_CHARS, SHORT_ID_HEX_CHARS
from ...times import format_time

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The owner withdraws a share."""

    TYPE: ClassVar[str] = "milton/withdrawal"
    PAYLOAD_TYPE: ClassVar[str] = "application/vnd.milton.withdrawal.v1+json"

    share_id: str
    request_id: str
    at: datetime

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a withdrawal's payload."""
        fields = Fields.of(canonical.decode(payload))
        fields.header(cls.TYPE)
        withdrawal = cls(
            share_id=fields.hex("share_id", SHORT_ID_HEX_CHARS),
            request_id=fields.hex("request_id", DIGEST_HEX_CHARS),
            at=fields.time("at"),
        )
        fields.done()
        return withdrawal

    def to_bytes(self) -> bytes:
        """Return the canonical payload."""
        return canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "share_id": self.share_id,
                "request_id": self.request_id,
                "at": format_time(self.at),
            }
        )
