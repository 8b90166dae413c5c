"""A passkey's assertion over a request (section 4); ``passkey`` verifies it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from ... import canonical
from ...base64_text import b64
from ...fields import Fields
from ...limits import (
    AUTHENTICATOR_DATA_SIZE_BYTES,
    CLIENT_DATA_MAX_BYTES,
    CLIENT_DATA_MIN_BYTES,
    CREDENTIAL_ID_MAX_BYTES,
    CREDENTIAL_ID_MIN_BYTES,
    SIGNATURE_MAX_BYTES,
    SIGNATURE_MIN_BYTES,
)

if TYPE_CHECKING:
    from ...canonical import JsonObject


class AssertionRole(StrEnum):
    """The role in which someone signed."""

    OFFICER = "officer"
    APPROVER = "approver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """One person's WebAuthn assertion."""

    role: AssertionRole
    person_id: str
    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read an assertion that stands alone."""
        fields = Fields.of(canonical.decode(payload))
        assertion = cls.read(fields)
        fields.done()
        return assertion

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read an assertion's fields; the caller ends the reading."""
        return cls(
            role=fields.choice("role", AssertionRole),
            person_id=fields.id("person_id"),
            credential_id=fields.b64("credential_id", CREDENTIAL_ID_MIN_BYTES, CREDENTIAL_ID_MAX_BYTES),
            client_data=fields.b64("client_data", CLIENT_DATA_MIN_BYTES, CLIENT_DATA_MAX_BYTES),
            authenticator_data=fields.b64(
                "authenticator_data", AUTHENTICATOR_DATA_SIZE_BYTES, AUTHENTICATOR_DATA_SIZE_BYTES
            ),
            signature=fields.b64("signature", SIGNATURE_MIN_BYTES, SIGNATURE_MAX_BYTES),
        )

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        return canonical.encode(self.value())

    def value(self) -> JsonObject:
        """Return the fields as they are written in a bundle."""
        return {
            "role": self.role.value,
            "person_id": self.person_id,
            "credential_id": b64(self.credential_id),
            "client_data": b64(self.client_data),
            "authenticator_data": b64(self.authenticator_data),
            "signature": b64(self.signature),
        }
