"""The hub's own small authority: it issues certificates to the city's devices, and to nothing else.

Invariants: its key is made on the hub, is mode 0600 and is never told; whoever has it can make a certificate, but the
door asks for one that is in the table (:mod:`hub.identity.devices.registry`), so a certificate alone opens nothing; a
certificate takes nothing from who asks for it but a public key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from hub.kit.disk import write_new

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from hub.identity.devices.signing_request import DeviceKey

KEY_NAME = "device-ca.key"
CERTIFICATE_NAME = "device-ca.crt"
AUTHORITY_VALID = timedelta(days=20 * 365)  # longer than any device: it is not in the devices themselves
DEVICE_VALID = timedelta(days=2 * 365)
CLOCK_SLACK = timedelta(hours=1)  # a device's or a web server's clock that is behind


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who issues: ``certificate`` is what a TLS server trusts devices by."""

    key: EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def of(cls, keys_folder: Path, at: datetime) -> Self:
        """Read the hub's authority; make what is missing of it (an older hub, an ``init`` that was cut short).

        Raises ValueError when a file holds something else.
        """
        path = keys_folder / KEY_NAME
        if not path.exists():
            made = generate_private_key(SECP256R1())
            write_new(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        key = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, EllipticCurvePrivateKey):
            message = f"{KEY_NAME} is not a key of an elliptic curve"
            raise ValueError(message)  # noqa: TRY004 - the file's content is wrong, not an argument's type
        path = keys_folder / CERTIFICATE_NAME
        if not path.exists():
            write_new(path, _of_authority(key, at).public_bytes(Encoding.PEM))
        return cls(key=key, certificate=x509.load_pem_x509_certificate(path.read_bytes()))

    @property
    def pem(self) -> str:
        """The certificate as TLS servers read it."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def issue(self, key: DeviceKey, device_id: str, at: datetime) -> x509.Certificate:
        """Return a certificate for a device's public key, good for ``DEVICE_VALID``."""
        return (
            _begun(_named(device_id), self.certificate.subject, at, DEVICE_VALID)
            .public_key(key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )


def _of_authority(key: EllipticCurvePrivateKey, at: datetime) -> x509.Certificate:
    name = _named("Milton Share devices")
    return (
        _begun(name, name, at, AUTHORITY_VALID)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _begun(subject: x509.Name, issuer: x509.Name, at: datetime, valid: timedelta) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - CLOCK_SLACK)
        .not_valid_after(at + valid)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
