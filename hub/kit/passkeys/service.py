"""WebAuthn, by the ``webauthn`` package.

Invariants: user verification is required in every ceremony; a credential is checked against one exact rp id and one
exact origin, on a page that no other page embeds; only ES256 and EdDSA are taken, which homes can check.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, decode_credential_public_key
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey, DecodedOKPPublicKey
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hub.kit.certificates import UNREADABLE
from hub.kit.errors import HubError
from hub.kit.passkeys.attestation import attested
from milton_protocol.base64_text import b64, read_b64
from milton_protocol.ed25519 import check_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub.kit.passkeys.attestation import Authenticators
    from milton_protocol.messages.city.directory import Attestation

ALGORITHMS = [COSEAlgorithmIdentifier.ECDSA_SHA_256, COSEAlgorithmIdentifier.EDDSA]
POINT_PREFIX = b"\x04"  # SEC 1: an uncompressed point
BAD_REQUEST = 400
_BROKEN = (WebAuthnException, ValueError, KeyError, TypeError)

type Json = Mapping[str, object]


class Known(Protocol):
    """A passkey that a house keeps; ``public_key`` is as WebAuthn has it (COSE)."""

    credential_id: Any  # SQLAlchemy's Mapped[str]
    public_key: Any
    sign_count: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Relying:
    """Whom a passkey is for: the rp id, the one origin, the name that the device shows."""

    rp_id: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredential:
    """A credential that was just made; ``public_key`` is raw, as the directory has it, ``cose_key`` as WebAuthn."""

    credential_id: bytes
    algorithm: int
    public_key: bytes
    cose_key: bytes
    sign_count: int
    aaguid: str
    device_bound: bool
    attestation: Attestation


def relying_of(origin: str, name: str) -> Relying:
    """Return the relying party of a house's pages: the rp id is the origin's hostname."""
    return Relying(rp_id=urlsplit(origin).hostname or "", origin=origin, name=name)


def creation_options(  # noqa: PLR0913 - what WebAuthn asks for
    relying: Relying,
    *,
    challenge: bytes,
    user_id: bytes,
    user_name: str,
    display_name: str,
    conveyance: AttestationConveyancePreference = AttestationConveyancePreference.NONE,
    exclude: Iterable[str] = (),
) -> Json:
    """Return the options of ``navigator.credentials.create`` in their JSON form."""
    options = webauthn.generate_registration_options(
        rp_id=relying.rp_id,
        rp_name=relying.name,
        user_id=user_id,
        user_name=user_name,
        user_display_name=display_name,
        challenge=challenge,
        attestation=conveyance,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=read_b64(each, "credential_id")) for each in exclude],
        supported_pub_key_algs=ALGORITHMS,
    )
    return _json(webauthn.options_to_json(options))


def request_options(relying: Relying, challenge: bytes, credential_id: str | None = None) -> Json:
    """Return the options of ``navigator.credentials.get``: one passkey, or any of this rp id, without a user name."""
    allowed = [] if credential_id is None else [credential_id]
    options = webauthn.generate_authentication_options(
        rp_id=relying.rp_id,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=read_b64(each, "credential_id")) for each in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _json(webauthn.options_to_json(options))


def check_registration(relying: Relying, challenge: bytes, credential: Json, takes: Authenticators) -> NewCredential:
    """Check what a device made. Raises ``passkey_refused``, and what the agency does not take (:mod:`attestation`)."""
    try:
        verified = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=relying.rp_id,
            expected_origin=relying.origin,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
            pem_root_certs_bytes_by_fmt=takes.roots_by_format,
        )
        _check_not_embedded(credential)
        algorithm, public_key = _raw_key(verified.credential_public_key)
        aaguid = verified.aaguid.replace("-", "")
        found = attested(verified.attestation_object, bytes.fromhex(aaguid), has_roots=bool(takes.roots))
    except (*_BROKEN, *UNREADABLE) as error:
        raise refused() from error
    device_bound = verified.credential_device_type is CredentialDeviceType.SINGLE_DEVICE
    takes.check(found=found, aaguid=aaguid, device_bound=device_bound)
    return NewCredential(
        credential_id=verified.credential_id,
        algorithm=algorithm,
        public_key=public_key,
        cose_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        aaguid=aaguid,
        device_bound=device_bound,
        attestation=found,
    )


def check_assertion(relying: Relying, challenge: bytes, credential: Json, known: Known) -> int:
    """Check a sign-in against the credential that the hub knows; return the new counter. Raises ``passkey_refused``."""
    try:
        verified = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=relying.rp_id,
            expected_origin=relying.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
        _check_not_embedded(credential)
    except _BROKEN as error:
        raise refused() from error
    if b64(verified.credential_id) != known.credential_id:
        raise refused()
    return verified.new_sign_count


def _check_not_embedded(credential: Json) -> None:
    """Raise for an answer, verified otherwise, that was given within another page (WebAuthn 7.1 and 7.2)."""
    response = credential["response"]
    if not isinstance(response, dict):
        raise TypeError
    said = json.loads(base64url_to_bytes(response["clientDataJSON"]))
    if said.get("crossOrigin") or "topOrigin" in said:
        message = "given within another page"
        raise ValueError(message)


def _raw_key(cose_key: bytes) -> tuple[int, bytes]:
    key = decode_credential_public_key(cose_key)
    if isinstance(key, DecodedEC2PublicKey):
        return int(key.alg), POINT_PREFIX + key.x + key.y
    if isinstance(key, DecodedOKPPublicKey):
        check_key(key.x)
        return int(key.alg), key.x
    message = "a key type that was not asked for"
    raise ValueError(message)


def refused() -> HubError:
    """Return the answer to a passkey's answer that does not hold."""
    rule = "passkey_refused"
    return HubError(rule, BAD_REQUEST, "The passkey's answer does not hold. Begin again.")


def _json(text: str) -> Json:
    value: Json = json.loads(text)
    return value
