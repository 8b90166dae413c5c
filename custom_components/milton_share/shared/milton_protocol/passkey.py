"""A WebAuthn assertion over a request's hash, judged offline and without a CBOR parser.

Invariants: what passes was made by the credential's own key, by a present and verified user, on a page of exactly the
credential's origin that no other page embeds, for exactly this challenge, without extensions. The beginning of
``clientDataJSON`` is compared as bytes, as WebAuthn level 3 section 5.8.1.2 (limited verification) lays down, and the
whole is one JSON object with no key twice. Nothing is identified by its signature: for ECDSA (r, n-s) verifies too.
Counters are not judged here; the hub does.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from . import canonical, ed25519
from .base64_text import b64
from .errors import ProtocolError, Rule
from .limits import AUTHENTICATOR_DATA_SIZE_BYTES, CLIENT_DATA_MAX_BYTES, DIGEST_SIZE_BYTES, ED25519_KEY_SIZE_BYTES
from .messages.city.directory import Algorithm

if TYPE_CHECKING:
    from .messages.city.directory import SigningCredential
    from .messages.requests.assertion import Assertion

_USER_PRESENT: Final = 0x01
_USER_VERIFIED: Final = 0x04
_BACKUP_ELIGIBLE: Final = 0x08
_BACKED_UP: Final = 0x10
_ATTESTED_DATA: Final = 0x40
_EXTENSION_DATA: Final = 0x80
_RESERVED: Final = 0x22
_FLAGS_AT: Final = 32


def verify_assertion(credential: SigningCredential, assertion: Assertion, challenge: bytes) -> None:
    """Return when ``assertion`` signs ``challenge`` (32 bytes) by ``credential``; else raise ProtocolError.

    Rules, in this order: ``credential_unknown``, ``client_data_wrong``, ``client_data_cross_origin``,
    ``rp_id_wrong``, ``user_not_present``, ``user_not_verified``, ``flags_forbidden``, ``not_device_bound``,
    ``key_wrong``, ``signature_not_der``, ``signature_wrong``; ``out_of_bounds`` for a wrong size.
    """
    if not hmac.compare_digest(assertion.credential_id, credential.credential_id):
        raise ProtocolError(Rule.CREDENTIAL_UNKNOWN)
    _check_client_data(assertion.client_data, challenge, credential.origin)
    _check_authenticator_data(assertion.authenticator_data, credential)
    signed = assertion.authenticator_data + hashlib.sha256(assertion.client_data).digest()
    if credential.algorithm is Algorithm.ES256:
        _check_es256(credential.public_key, assertion.signature, signed)
    else:
        _check_eddsa(credential.public_key, assertion.signature, signed)


def _check_client_data(client_data: bytes, challenge: bytes, origin: str) -> None:
    if len(client_data) > CLIENT_DATA_MAX_BYTES or len(challenge) != DIGEST_SIZE_BYTES:
        raise ProtocolError(Rule.OUT_OF_BOUNDS, "client_data or challenge")
    # A b64 challenge and an origin of [a-z0-9.:/-] need no escapes, so the beginning is fixed.
    start = f'{{"type":"webauthn.get","challenge":"{b64(challenge)}","origin":"{origin}","crossOrigin":'.encode()
    if not client_data.startswith(start):
        raise ProtocolError(Rule.CLIENT_DATA_WRONG)
    rest = client_data.removeprefix(start)
    if not rest.startswith(b"false"):
        raise ProtocolError(Rule.CLIENT_DATA_CROSS_ORIGIN)
    # "}" ends it; "," begins keys that browsers add ("other_keys_can_be_added_here"), which say nothing to us.
    if not rest.startswith((b"false}", b"false,")) or not rest.endswith(b"}"):
        raise ProtocolError(Rule.CLIENT_DATA_WRONG)
    try:
        members = canonical.read(client_data)  # no key twice: the first four are what the beginning says
    except ProtocolError as error:
        raise ProtocolError(Rule.CLIENT_DATA_WRONG, error.rule) from error
    if isinstance(members, dict) and "topOrigin" in members:
        raise ProtocolError(Rule.CLIENT_DATA_CROSS_ORIGIN)


def _check_authenticator_data(data: bytes, credential: SigningCredential) -> None:
    if len(data) != AUTHENTICATOR_DATA_SIZE_BYTES:
        raise ProtocolError(Rule.OUT_OF_BOUNDS, "authenticator_data")
    if not hmac.compare_digest(data[:_FLAGS_AT], hashlib.sha256(credential.rp_id.encode()).digest()):
        raise ProtocolError(Rule.RP_ID_WRONG)
    flags = data[_FLAGS_AT]
    if not flags & _USER_PRESENT:
        raise ProtocolError(Rule.USER_NOT_PRESENT)
    if not flags & _USER_VERIFIED:
        raise ProtocolError(Rule.USER_NOT_VERIFIED)
    if flags & (_ATTESTED_DATA | _EXTENSION_DATA | _RESERVED):
        raise ProtocolError(Rule.FLAGS_FORBIDDEN, f"{flags:02x}")
    if flags & _BACKED_UP and not flags & _BACKUP_ELIGIBLE:
        raise ProtocolError(Rule.FLAGS_FORBIDDEN, "backed up, but not eligible for it")
    if credential.device_bound and flags & _BACKUP_ELIGIBLE:
        raise ProtocolError(Rule.NOT_DEVICE_BOUND)


def _check_es256(public_key: bytes, signature: bytes, signed: bytes) -> None:
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
    except ValueError as error:
        raise ProtocolError(Rule.KEY_WRONG) from error
    try:
        is_der = encode_dss_signature(*decode_dss_signature(signature)) == signature
    except ValueError:
        is_der = False
    if not is_der:
        raise ProtocolError(Rule.SIGNATURE_NOT_DER)
    try:
        key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise ProtocolError(Rule.SIGNATURE_WRONG) from error


def _check_eddsa(public_key: bytes, signature: bytes, signed: bytes) -> None:
    if len(public_key) != ED25519_KEY_SIZE_BYTES:
        raise ProtocolError(Rule.KEY_WRONG)
    if not ed25519.has_signed(public_key, signature, signed):
        raise ProtocolError(Rule.SIGNATURE_WRONG)
