"""Reads what a device asks with: a PKCS 10 request by a key that was made there and stays there.

Only its public key is taken. The name in it, and whatever else it asks for, is nobody's word.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.kit.certificates import UNREADABLE
from hub.kit.errors import HubError
from milton_protocol.ed25519 import check_key
from milton_protocol.errors import ProtocolError

REQUEST_MAX_BYTES = 8_192  # one with every name that a tool writes has some 1,500
BAD_REQUEST = 400

type DeviceKey = EllipticCurvePublicKey | Ed25519PublicKey


def read_signing_request(pem: bytes) -> DeviceKey:
    """Return the public key that asks, which has signed the request.

    Raises ``csr_unreadable`` (no PEM of a PKCS 10 request, or too long), ``csr_key_kind`` (neither P-256 nor Ed25519)
    and ``csr_not_its_own`` (signed by another key, or by one under which anybody signs), all 400.
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
    if isinstance(key, Ed25519PublicKey) and _is_weak(key):
        raise _not_its_own()
    if not request.is_signature_valid:
        raise _not_its_own()
    return key


def _is_weak(key: Ed25519PublicKey) -> bool:
    try:
        check_key(key.public_bytes_raw())
    except ProtocolError:
        return True
    return False


def _not_its_own() -> HubError:
    rule = "csr_not_its_own"
    return HubError(rule, BAD_REQUEST, "The request is not signed by the key in it.")


def _unreadable() -> HubError:
    rule = "csr_unreadable"
    return HubError(rule, BAD_REQUEST, "This is no certificate signing request (PKCS 10, PEM).")


def _wrong_kind() -> HubError:
    rule = "csr_key_kind"
    return HubError(rule, BAD_REQUEST, "The device's key is neither P-256 nor Ed25519.")
