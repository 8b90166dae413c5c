"""A signing credential as it travels to the directory: protocol section 3's form, standing alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milton_protocol.errors import ProtocolError, Rule
from milton_protocol.fields import b64
from milton_protocol.limits import (
    CREDENTIAL_ID_MAX_BYTES,
    CREDENTIAL_ID_MIN_BYTES,
    ED25519_KEY_SIZE_BYTES,
    P256_POINT_SIZE_BYTES,
    SHORT_ID_HEX_CHARS,
)
from milton_protocol.messages.directory import Algorithm, Attestation, SigningCredential

if TYPE_CHECKING:
    from milton_protocol.canonical import JsonValue
    from milton_protocol.fields import Fields

_KEY_SIZE_BYTES = {Algorithm.ES256: P256_POINT_SIZE_BYTES, Algorithm.EDDSA: ED25519_KEY_SIZE_BYTES}


def read_credential(fields: Fields) -> SigningCredential:
    """Read a credential's fields; raise ProtocolError with the rule's name."""
    number = fields.integer("algorithm", min(Algorithm), max(Algorithm))
    if number not in set(Algorithm):
        raise ProtocolError(Rule.UNKNOWN_CHOICE, "algorithm")
    algorithm = Algorithm(number)
    size = _KEY_SIZE_BYTES[algorithm]
    credential = SigningCredential(
        credential_id=fields.b64("credential_id", CREDENTIAL_ID_MIN_BYTES, CREDENTIAL_ID_MAX_BYTES),
        algorithm=algorithm,
        public_key=fields.b64("public_key", size, size),
        rp_id=fields.rp_id("rp_id"),
        origin=fields.origin("origin"),
        device_bound=fields.boolean("device_bound"),
        aaguid=fields.hex("aaguid", SHORT_ID_HEX_CHARS),
        attestation=fields.choice("attestation", Attestation),
    )
    fields.done()
    return credential


def credential_value(credential: SigningCredential) -> dict[str, JsonValue]:
    """Return the fields as they are written."""
    return {
        "credential_id": b64(credential.credential_id),
        "algorithm": int(credential.algorithm),
        "public_key": b64(credential.public_key),
        "rp_id": credential.rp_id,
        "origin": credential.origin,
        "device_bound": credential.device_bound,
        "aaguid": credential.aaguid,
        "attestation": credential.attestation.value,
    }
