"""Security keys in software that prove their make, as their maker has them do: packed attestation (WebAuthn 8.2)."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import override

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from hub.kit.passkeys.attestation import AAGUID_EXTENSION
from tests.e2e.passkey import SoftwarePasskey

ES256 = -7
AAGUID_AT = 32 + 1 + 4
FLAGS_AT = 32
BACKUP_ELIGIBLE = 0x08
A_DAY = dt.timedelta(days=1)
OCTETS = b"\x04\x10"


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """A maker of security keys: its root, and the certificate and key that a batch of them has."""

    root: bytes
    certificate: bytes
    key: ec.EllipticCurvePrivateKey


def maker(aaguid: bytes | None = None, *, ca: bool = False) -> Maker:
    """Make one; ``aaguid`` is written into the batch's certificate, which is an authority's when ``ca``."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Keys Inc. root")])
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Keys Inc."),
            x509.NameAttribute(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, "Authenticator Attestation"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, "batch 7"),
        ]
    )
    root = _begun(root_name, root_name, root_key.public_key(), ca=True).sign(root_key, hashes.SHA256())
    begun = _begun(name, root_name, key.public_key(), ca=ca)
    if aaguid is not None:
        begun = begun.add_extension(x509.UnrecognizedExtension(AAGUID_EXTENSION, OCTETS + aaguid), critical=False)
    batch = begun.sign(root_key, hashes.SHA256())
    return Maker(root=root.public_bytes(Encoding.PEM), certificate=batch.public_bytes(Encoding.DER), key=key)


def _begun(name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - A_DAY)
        .not_valid_after(now + A_DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )


class AttestingPasskey(SoftwarePasskey):
    """A security key; without a ``maker`` it attests itself."""

    def __init__(
        self, rp_id: str, origin: str, *, maker: Maker | None = None, aaguid: bytes = bytes(16), synced: bool = False
    ) -> None:
        """Make a key for ``rp_id``; ``synced``: its maker's cloud copies it. ``bent`` alters the signature."""
        super().__init__(rp_id, origin)
        self._maker, self._aaguid, self._synced = maker, aaguid, synced
        self.bent = False

    @override
    def register(self, challenge: str) -> dict[str, object]:
        credential = super().register(challenge)
        response = credential["response"]
        assert isinstance(response, dict)
        data = bytearray(cbor2.loads(base64url_to_bytes(response["attestationObject"]))["authData"])
        data[AAGUID_AT : AAGUID_AT + 16] = self._aaguid
        data[FLAGS_AT] |= BACKUP_ELIGIBLE if self._synced else 0
        signed = bytes(data) + hashlib.sha256(base64url_to_bytes(response["clientDataJSON"])).digest()
        key = self._key if self._maker is None else self._maker.key
        statement: dict[str, object] = {"alg": ES256, "sig": key.sign(signed, ec.ECDSA(hashes.SHA256()))}
        if self._maker is not None:
            statement["x5c"] = [self._maker.certificate]
        if self.bent:
            data[FLAGS_AT + 1] ^= 1  # the counter is another than was signed
        made = {"fmt": "packed", "attStmt": statement, "authData": bytes(data)}
        response["attestationObject"] = bytes_to_base64url(cbor2.dumps(made))
        return credential
