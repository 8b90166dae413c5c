"""The hub's signed statement that it erased a former home's data (section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from ... import canonical, dsse
from ...base64_text import standard_base64
from ...errors import ProtocolError, Rule
from ...fields import Fields
from ...limits import MESSAGE_SIZE_MAX_BYTES, SHORT_ID_HEX_CHARS
from ...times import format_time

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Which home left, and when; signed by the hub's key."""

    TYPE: ClassVar[str] = "milton/erasure"
    PAYLOAD_TYPE: ClassVar[str] = "application/vnd.milton.erasure.v1+json"

    agency_id: str
    home_id: str
    at: datetime

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read an erasure's payload."""
        fields = Fields.of(canonical.decode(payload))
        fields.header(cls.TYPE)
        erasure = cls(
            agency_id=fields.id("agency_id"), home_id=fields.hex("home_id", SHORT_ID_HEX_CHARS), at=fields.time("at")
        )
        fields.done()
        return erasure

    def to_bytes(self) -> bytes:
        """Return the canonical payload."""
        return canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "agency_id": self.agency_id,
                "home_id": self.home_id,
                "at": format_time(self.at),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveAnswer:
    """The hub's answer to a home that leaves: the erasure's envelope."""

    erasure: bytes

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read the answer of ``DELETE /v1/enrolment``."""
        fields = Fields.of(canonical.decode(payload))
        left = fields.boolean("left")
        answer = cls(erasure=fields.base64("erasure", 1, MESSAGE_SIZE_MAX_BYTES))
        fields.done()
        if not left:
            raise ProtocolError(Rule.OUT_OF_BOUNDS, "left")
        return answer

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        return canonical.encode({"left": True, "erasure": standard_base64(self.erasure)})


def open_erasure(envelope: bytes, hub_key: bytes, agency_id: str, home_id: str) -> Erasure:
    """Return what the hub signed; raise ProtocolError when another signed, or of another home or agency."""
    payload = dsse.open_envelope(envelope, Erasure.PAYLOAD_TYPE, [hub_key], required=1)
    erasure = Erasure.from_bytes(payload)
    if (erasure.agency_id, erasure.home_id) != (agency_id, home_id):
        raise ProtocolError(Rule.OUT_OF_BOUNDS, "home_id")
    return erasure
