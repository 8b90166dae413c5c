"""A security key in software, for machines without a browser: what an officer's device answers (WebAuthn level 2)."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40
COORDINATE_BYTES = 32


class SoftwarePasskey:
    """One ES256 credential of one officer for one relying party."""

    def __init__(self, rp_id: str, origin: str) -> None:
        """Make a key for ``rp_id``, used on pages of ``origin``."""
        self.rp_id, self.origin = rp_id, origin
        self.credential_id = secrets.token_bytes(32)
        self._key = ec.generate_private_key(ec.SECP256R1())

    def _client_data(self, kind: str, challenge: str) -> bytes:
        data = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(data, separators=(",", ":")).encode()

    def _authenticator_data(self, flags: int, attested: bytes = b"") -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(">BI", flags, 0) + attested

    def register(self, challenge: str) -> dict[str, object]:
        """Return the registration response to ``challenge`` (base64url), with attestation "none"."""
        numbers = self._key.public_key().public_numbers()
        x, y = (value.to_bytes(COORDINATE_BYTES, "big") for value in (numbers.x, numbers.y))
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + cose
        data = self._authenticator_data(USER_PRESENT | USER_VERIFIED | ATTESTED, attested)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": bytes_to_base64url(self._client_data("webauthn.create", challenge)),
            "attestationObject": bytes_to_base64url(attestation),
        }
        return self._credential(response)

    def sign(self, challenge: str) -> dict[str, object]:
        """Return the authentication response to ``challenge`` (base64url)."""
        client_data = self._client_data("webauthn.get", challenge)
        data = self._authenticator_data(USER_PRESENT | USER_VERIFIED)
        signature = self._key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": bytes_to_base64url(client_data),
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(signature),
            "userHandle": None,
        }
        return self._credential(response)

    def _credential(self, response: dict[str, object]) -> dict[str, object]:
        name = bytes_to_base64url(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
