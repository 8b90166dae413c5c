"""What an owner agrees to for a share, signed by the share's one-time key (section 11)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from ... import canonical
from ...fields import Fields, require_period
from ...limits import CONSENT_VALID_MAX, DIGEST_HEX_CHARS, SHORT_ID_HEX_CHARS
from ...times import format_time
from .passed_on import PassedOnTo

if TYPE_CHECKING:
    from datetime import datetime

    from ...canonical import JsonValue


class ConsentKind(StrEnum):
    """What the owner agrees to, or no longer agrees to."""

    ACCEPT_EARLY = "accept_early"
    PASSING_ON = "pass_on"
    NOT_PASSING_ON = "do_not_pass_on"
    CUSTODIANS_ONLY = "custodians_only"


OF_AN_OUTSIDER = frozenset({ConsentKind.PASSING_ON, ConsentKind.NOT_PASSING_ON})  # name the person outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The owner's consent about a share that was sent.

    That it is accepted before its 24 hours are over; that it is passed on to one person (``to``), or is not, or no
    longer; that custodians alone see it from now on, for a child or something intimate may be seen.
    """

    TYPE: ClassVar[str] = "milton/consent"
    PAYLOAD_TYPE: ClassVar[str] = "application/vnd.milton.consent.v1+json"

    share_id: str
    request_id: str
    at: datetime
    kind: ConsentKind
    to: PassedOnTo | None = None  # there exactly for the kinds OF_AN_OUTSIDER

    @property
    def refuses(self) -> bool:
        """Say whether something is not, or no longer, agreed to."""
        return self.kind is ConsentKind.NOT_PASSING_ON

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
            kind=kind,
            to=PassedOnTo.read(fields.child("to")) if kind in OF_AN_OUTSIDER else None,
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
            value["to"] = self.to.value()
        return canonical.encode(value)
