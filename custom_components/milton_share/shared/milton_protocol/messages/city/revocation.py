"""Revocations by a directory key, listed in a directory or sent alone (section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from ... import canonical
from ...fields import Fields
from ...limits import REVOCATION_REASON_MAX_CHARS, REVOKED_ID_MAX_CHARS
from ...times import format_time

if TYPE_CHECKING:
    from datetime import datetime

    from ...canonical import JsonObject


class RevocationKind(StrEnum):
    """What can be revoked."""

    PERSON = "person"
    CREDENTIAL = "credential"
    RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """One revoked thing; a credential's id is its b64."""

    kind: RevocationKind
    id: str
    revoked_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """A revocation sent alone, signed by one of the two directory keys."""

    TYPE: ClassVar[str] = "milton/revocation"
    PAYLOAD_TYPE: ClassVar[str] = "application/vnd.milton.revocation.v1+json"

    agency_id: str
    revoked: Revoked

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a revocation's payload."""
        fields = Fields.of(canonical.decode(payload))
        fields.header(cls.TYPE)
        revocation = cls(agency_id=fields.id("agency_id"), revoked=read_revoked(fields))
        fields.done()
        return revocation

    def to_bytes(self) -> bytes:
        """Return the canonical payload."""
        return canonical.encode(
            {"type": self.TYPE, "version": 1, "agency_id": self.agency_id, **revoked_value(self.revoked)}
        )


def read_revoked(fields: Fields) -> Revoked:
    """Return the revocation whose fields these are; the caller ends the reading."""
    return Revoked(
        kind=fields.choice("kind", RevocationKind),
        id=fields.text("id", REVOKED_ID_MAX_CHARS),
        revoked_at=fields.time("revoked_at"),
        reason=fields.text("reason", REVOCATION_REASON_MAX_CHARS),
    )


def revoked_value(revoked: Revoked) -> JsonObject:
    """Return a revocation's fields as they are written."""
    return {
        "kind": revoked.kind.value,
        "id": revoked.id,
        "revoked_at": format_time(revoked.revoked_at),
        "reason": revoked.reason,
    }
