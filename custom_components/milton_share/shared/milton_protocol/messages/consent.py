"""What an owner agrees to for a share, signed by the share's one-time key (section 11)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from .. import canonical
from ..fields import Fields, format_time, require_period
from ..limits import CONSENT_VALID_MAX, DIGEST_HEX_CHARS, NAME_MAX_CHARS, SHORT_ID_HEX_CHARS

if TYPE_CHECKING:
    from datetime import datetime

    from ..canonical import JsonValue


class ConsentKind(StrEnum):
    """What is agreed to."""

    ACCEPT_EARLY = "accept_early"
    PASSING_ON = "pass_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOnTo:
    """Whom a share may be shown to outside of the agency, and until when."""

    name: str
    organisation: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The owner agrees that a share is accepted before its 24 hours are over, or passed on (``to``) to one person."""

    TYPE: ClassVar[str] = "milton/consent"
    PAYLOAD_TYPE: ClassVar[str] = "application/vnd.milton.consent.v1+json"

    share_id: str
    request_id: str
    at: datetime
    to: PassedOnTo | None

    @property
    def kind(self) -> ConsentKind:
        """Return what is agreed to."""
        return ConsentKind.ACCEPT_EARLY if self.to is None else ConsentKind.PASSING_ON

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a consent's payload."""
        fields = Fields.of(canonical.decode(payload))
        fields.header(cls.TYPE)
        kind = fields.choice("kind", ConsentKind)
        consent = cls(
            share_id=fields.hex("share_id", SHORT_ID_HEX_CHARS),
            request_id=fields.hex("request_id", DIGEST_HEX_CHARS),
            at=fields.time("at"),
            to=_read_to(fields.child("to")) if kind is ConsentKind.PASSING_ON else None,
        )
        fields.done()
        if consent.to is not None:
            require_period(consent.at, consent.to.until, "to.until", CONSENT_VALID_MAX)
        return consent

    def to_bytes(self) -> bytes:
        """Return the canonical payload."""
        value: dict[str, JsonValue] = {
            "type": self.TYPE,
            "version": 1,
            "kind": self.kind.value,
            "share_id": self.share_id,
            "request_id": self.request_id,
            "at": format_time(self.at),
        }
        if self.to is not None:
            value["to"] = {
                "name": self.to.name,
                "organisation": self.to.organisation,
                "until": format_time(self.to.until),
            }
        return canonical.encode(value)


def _read_to(fields: Fields) -> PassedOnTo:
    to = PassedOnTo(
        name=fields.text("name", NAME_MAX_CHARS),
        organisation=fields.text("organisation", NAME_MAX_CHARS),
        until=fields.time("until"),
    )
    fields.done()
    return to
