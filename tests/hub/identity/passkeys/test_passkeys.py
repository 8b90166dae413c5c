"""The ceremonies' own checks: which keys are taken, and that an answer is of the very credential."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, override

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from hub.identity.model import SignInCredential
from hub.kit.errors import HubError
from hub.kit.passkeys.attestation import Authenticators
from hub.kit.passkeys.service import Relying, check_assertion, check_registration
from milton_protocol.base64_text import b64
from tests.e2e.passkey import SoftwarePasskey

if TYPE_CHECKING:
    from hub.kit.passkeys.service import NewCredential

RELYING = Relying(rp_id="officers.example", origin="https://officers.example", name="Milton Police")


class OtherPasskey(SoftwarePasskey):
    """A key of another kind: what the device says of its public key is given."""

    def __init__(self, cose: dict[int, object]) -> None:
        """Make one for the officers' pages."""
        super().__init__(RELYING.rp_id, RELYING.origin)
        self._cose = cose

    @override
    def register(self, challenge: str) -> dict[str, object]:
        credential = super().register(challenge)
        response = credential["response"]
        assert isinstance(response, dict)
        attestation = cbor2.loads(base64url_to_bytes(response["attestationObject"]))
        until_key = 32 + 5 + 16 + 2 + len(self.credential_id)
        attestation["authData"] = attestation["authData"][:until_key] + cbor2.dumps(self._cose)
        response["attestationObject"] = bytes_to_base64url(cbor2.dumps(attestation))
        return credential


def ed25519_passkey() -> tuple[OtherPasskey, bytes]:
    """Return a security key that makes Ed25519 credentials, and the raw public key."""
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return OtherPasskey({1: 1, 3: -8, -1: 6, -2: public}), public


def registered(passkey: SoftwarePasskey) -> NewCredential:
    """Go through a registration."""
    challenge = secrets.token_bytes(32)
    return check_registration(RELYING, challenge, passkey.register(bytes_to_base64url(challenge)), Authenticators())


def known(made: NewCredential, credential_id: bytes | None = None) -> SignInCredential:
    """Return what the hub keeps of a credential."""
    return SignInCredential(
        credential_id=b64(credential_id or made.credential_id), public_key=made.cose_key, sign_count=made.sign_count
    )


def test_an_ed25519_key_is_taken_and_handed_on_raw() -> None:
    """As the directory writes it and as homes check it: 32 bytes, no wrapping."""
    passkey, public = ed25519_passkey()
    made = registered(passkey)
    assert (made.algorithm, made.public_key) == (-8, public)


def test_a_p256_key_is_handed_on_as_an_uncompressed_point() -> None:
    """The one form that homes read."""
    made = registered(SoftwarePasskey(RELYING.rp_id, RELYING.origin))
    assert (made.algorithm, len(made.public_key), made.public_key[0]) == (-7, 65, 4)


def test_an_rsa_key_is_refused() -> None:
    """Homes could not check what it signs."""
    numbers = generate_private_key(public_exponent=65_537, key_size=2048).public_key().public_numbers()
    cose: dict[int, object] = {1: 3, 3: -257, -1: numbers.n.to_bytes(256, "big"), -2: b"\x01\x00\x01"}
    with pytest.raises(HubError, match="passkey"):
        registered(OtherPasskey(cose))


def test_a_key_by_which_anybody_signs_is_refused() -> None:
    """The neutral element, with its order of 1: no authenticator has it."""
    for x in (b"\x01" + bytes(31), bytes(32)):
        with pytest.raises(HubError, match="passkey"):
            registered(OtherPasskey({1: 1, 3: -8, -1: 6, -2: x}))
    good = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32).public_key().public_bytes_raw()
    assert registered(OtherPasskey({1: 1, 3: -8, -1: 6, -2: good})).public_key == good


def test_a_sign_in_counts_for_the_credential_that_was_asked_about_only() -> None:
    """The same key under another id is another credential."""
    passkey = SoftwarePasskey(RELYING.rp_id, RELYING.origin)
    made = registered(passkey)
    challenge = secrets.token_bytes(32)
    answer = passkey.sign(bytes_to_base64url(challenge))
    assert check_assertion(RELYING, challenge, answer, known(made)) == 0
    with pytest.raises(HubError, match="passkey"):
        check_assertion(RELYING, challenge, answer, known(made, b"another credential"))
