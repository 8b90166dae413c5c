"""The share: the plaintext part that is sent with sealed footage (section 10)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from ... import canonical
from ...base64_text import b64
from ...dsse import open_self_signed
from ...errors import ProtocolError, Rule
from ...fields import Fields, require_sorted
from ...limits import (
    BODY_SIZE_MAX_BYTES,
    DIGEST_HEX_CHARS,
    HEADER_MAX_BYTES,
    PARTS_MAX,
    SHORT_ID_HEX_CHARS,
)
from .share_key import share_id_of

if TYPE_CHECKING:
    from ...canonical import JsonValue


class PartName(StrEnum):
    """What a sealed part holds."""

    CLIP = "clip"
    MANIFEST = "manifest"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPart:
    """One age file: its header, and the digest and size of its body (nonce and chunks)."""

    name: PartName
    header: bytes
    body_sha256: str
    body_size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What the hub learns of a share."""

    TYPE: ClassVar[str] = "milton/share"
    PAYLOAD_TYPE: ClassVar[str] = "application/vnd.milton.share.v1+json"

    share_id: str
    request_id: str
    recipients_sha256: str
    one_time_key: bytes
    receipt_recipient: str
    parts: tuple[SealedPart, ...]

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a share's payload."""
        fields = Fields.of(canonical.decode(payload))
        fields.header(cls.TYPE)
        share = cls(
            share_id=fields.hex("share_id", SHORT_ID_HEX_CHARS),
            request_id=fields.hex("request_id", DIGEST_HEX_CHARS),
            recipients_sha256=fields.hex("recipients_sha256", DIGEST_HEX_CHARS),
            one_time_key=fields.ed25519_key("one_time_key"),
            receipt_recipient=fields.age_recipient("receipt_recipient"),
            parts=fields.objects("parts", 1, PARTS_MAX, _read_part),
        )
        fields.done()
        names = tuple(part.name for part in share.parts)
        require_sorted(names, "parts")
        if PartName.CLIP not in names or PartName.MANIFEST not in names:
            raise ProtocolError(Rule.MISSING_FIELD, "parts: clip and manifest are always there")
        return share

    def to_bytes(self) -> bytes:
        """Return the canonical payload."""
        return canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "share_id": self.share_id,
                "request_id": self.request_id,
                "recipients_sha256": self.recipients_sha256,
                "one_time_key": b64(self.one_time_key),
                "receipt_recipient": self.receipt_recipient,
                "parts": [_part_value(part) for part in self.parts],
            }
        )

    def part(self, name: PartName) -> SealedPart | None:
        """Return the part of that name."""
        return next((part for part in self.parts if part.name is name), None)


def open_share(envelope: bytes) -> tuple[Share, bytes]:
    """Return the share and its payload's bytes when its own one-time key signed it, and its id is that key's.

    Raises ProtocolError, ``share_id_wrong`` for an id that is another's or of chance.
    """
    payload = open_self_signed(envelope, Share.PAYLOAD_TYPE, lambda data: Share.from_bytes(data).one_time_key)
    share = Share.from_bytes(payload)
    if share.share_id != share_id_of(share.one_time_key):
        raise ProtocolError(Rule.SHARE_ID_WRONG, share.share_id)
    return share, payload


def share_sha256(payload: bytes) -> str:
    """Return what a receipt names a share by: the hex SHA-256 of its payload's bytes."""
    return hashlib.sha256(payload).hexdigest()


def _read_part(fields: Fields) -> SealedPart:
    return SealedPart(
        name=fields.choice("name", PartName),
        header=fields.b64("header", 1, HEADER_MAX_BYTES),
        body_sha256=fields.hex("body_sha256", DIGEST_HEX_CHARS),
        body_size_bytes=fields.integer("body_size_bytes", 1, BODY_SIZE_MAX_BYTES),
    )


def _part_value(part: SealedPart) -> JsonValue:
    return {
        "name": part.name.value,
        "header": b64(part.header),
        "body_sha256": part.body_sha256,
        "body_size_bytes": part.body_size_bytes,
    }
