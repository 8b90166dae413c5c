"""Reads what a device asks with: a PKCS 10 request by a key that was made there and stays there.

Only its public key is taken. The name in it, and whatever else it asks for, is nobody's word.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.certificates import UNREADABLE
from hub.errors import HubError

REQUEST_MAX_BYTES = 8_192  # one with every name that a tool writes has some 1,500
BAD_REQUEST = 400

type DeviceKey = EllipticCurvePublicKey | Ed25519PublicKey


def read_signing_request(pem: bytes) -> DeviceKey:
    """Return the public key that asks, which has signed the request.

    Raises ``csr_unreadable`` (no PEM of a PKCS 10 request, or too long), ``csr_key_kind`` (neither P-256 nor Ed25519)
    and ``csr_not_its_own`` (signed by another key), all 400.
    """
    if len(pem) > REQUEST_MAX_BYTES:
        raise _unreadable()
    try:
        request = x509.load_pem_x509_csr(pem)
    except UNREADABLE as error:
        raise _unreadable() from error
    try:
        key = request.public_key()
    except UNREADABLE as error:
        raise _wrong_kind() from error
    if not isinstance(key, Ed25519PublicKey) and not (
        isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
    ):
        raise _wrong_kind()
    if not request.is_signature_valid:
        rule = "csr_not_its_own"
        raise HubError(rule, BAD_REQUEST, "The request is not signed by the key in it.")
    return key


def _unreadable() -> HubError:
    rule = "csr_unreadable"
    return HubError(rule, BAD_REQUEST, "This is no certificate signing request (PKCS 10, PEM).")


def _wrong_kind() -> HubError:
    rule = "csr_key_kind"
    return HubError(rule, BAD_REQUEST, "The device's key is neither P-256 nor Ed25519.")
