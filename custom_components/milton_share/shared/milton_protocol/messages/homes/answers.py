"""The hub's short answers over HTTP (sections 8, 10 and 12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from ... import canonical
from ...base64_text import read_base64, standard_base64
from ...errors import ProtocolError, Rule
from ...fields import Fields
from ...limits import (
    CONSISTENCY_HASHES_MAX,
    DIGEST_SIZE_BYTES,
    ERROR_MESSAGE_MAX_CHARS,
    ID_MAX_CHARS,
    PATH_MAX_CHARS,
)
from ..shares.share import PartName

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAnswer:
    """Why the hub refused: the rule and one sentence."""

    error: str
    message: str

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read an error's bytes."""
        fields = Fields.of(canonical.decode(payload))
        answer = cls(error=fields.text("error", ID_MAX_CHARS), message=fields.text("message", ERROR_MESSAGE_MAX_CHARS))
        fields.done()
        return answer

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        return canonical.encode({"error": self.error, "message": self.message})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareAnswer:
    """Where each part of a share is uploaded to: absolute paths on the hub."""

    uploads: Mapping[PartName, str]

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read the answer of ``POST /v1/shares``."""
        fields = Fields.of(canonical.decode(payload))
        uploads = fields.child("uploads")
        fields.done()
        names = [name for name in PartName if name.value in uploads.names()]
        answer = cls(uploads={name: uploads.text(name.value, PATH_MAX_CHARS) for name in names})
        uploads.done()
        if not names:
            raise ProtocolError(Rule.OUT_OF_BOUNDS, "uploads")
        return answer

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        return canonical.encode({"uploads": {name.value: path for name, path in self.uploads.items()}})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsistencyAnswer:
    """A proof that the log only grew between two sizes (RFC 6962 2.1.2)."""

    hashes: tuple[bytes, ...]

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read the answer of ``GET /v1/log/consistency``."""
        fields = Fields.of(canonical.decode(payload))
        hashes = tuple(read_base64(value, "hashes") for value in fields.items("hashes", 0, CONSISTENCY_HASHES_MAX))
        fields.done()
        if any(len(digest) != DIGEST_SIZE_BYTES for digest in hashes):
            raise ProtocolError(Rule.OUT_OF_BOUNDS, "hashes")
        return cls(hashes=hashes)

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        return canonical.encode({"hashes": [standard_base64(digest) for digest in self.hashes]})
