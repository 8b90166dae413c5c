"""What a passkey says when somebody bends it: each answer is signed by the right key, and none of them holds.

Of a frame on another site, of another origin or rp id, without a person or their PIN, with a counter that went back.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, override

import cbor2
import pytest
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from hub.identity.model import SignInCredential
from hub.kit.errors import HubError
from hub.kit.passkeys.attestation import Authenticators
from hub.kit.passkeys.service import Relying, check_assertion, check_registration
from milton_protocol.base64_text import b64
from tests.e2e.passkey import ATTESTED, USER_PRESENT, USER_VERIFIED, SoftwarePasskey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.kit.passkeys.service import Json

ORIGIN = "https://officers.milton.example"
RELYING = Relying(rp_id="officers.milton.example", origin=ORIGIN, name="Milton Police")
BACKED_UP = 0x10
MAP_OF_3 = 0xA3
FOREIGN = (
    {"origin": "https://evil.example"},
    {"origin": "https://milton.example"},
    {"origin": "https://sign.milton.example"},
    {"origin": f"{ORIGIN}:8443"},
    {"origin": f"{ORIGIN}/"},
    {"origin": ORIGIN.replace("https", "http")},
    {"origin": "null"},
    {"crossOrigin": True},
    {"crossOrigin": True, "topOrigin": "https://evil.example"},
    {"crossOrigin": False, "topOrigin": "https://evil.example"},
    {"type": "payment.get"},
    {"challenge": bytes_to_base64url(b"\0" * 32)},
)


class BentPasskey(SoftwarePasskey):
    """A passkey whose words are bent before it signs them."""

    said: Mapping[str, object] = {}
    flags = USER_PRESENT | USER_VERIFIED
    counter = 0

    @override
    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({**json.loads(super()._client_data(kind, challenge)), **self.said}).encode()

    @override
    def _authenticator_data(self, flags: int, attested: bytes = b"") -> bytes:
        data = bytearray(super()._authenticator_data(flags, attested))
        data[32] = self.flags | flags & ATTESTED
        data[33:37] = self.counter.to_bytes(4)
        return bytes(data)


def bent(**changes: object) -> BentPasskey:
    """Return a passkey of the officers' hostname, with changes."""
    passkey = BentPasskey(RELYING.rp_id, ORIGIN)
    for name, value in changes.items():
        setattr(passkey, name, value)
    return passkey


def signs_in(passkey: SoftwarePasskey, counted: int = 0) -> str:
    """Return the rule by which a sign-in is refused; the key was registered as it should be."""
    challenge = secrets.token_bytes(32)
    registered = check_registration(RELYING, challenge, _plain_twin(passkey, challenge), Authenticators())
    known = SignInCredential(
        credential_id=b64(passkey.credential_id), public_key=registered.cose_key, sign_count=counted
    )
    return rule_of(lambda: check_assertion(RELYING, challenge, passkey.sign(bytes_to_base64url(challenge)), known))


def registers(passkey: SoftwarePasskey) -> str:
    """Return the rule by which a registration is refused."""
    challenge = secrets.token_bytes(32)
    answer = passkey.register(bytes_to_base64url(challenge))
    return rule_of(lambda: check_registration(RELYING, challenge, answer, Authenticators()))


def rule_of(act: Callable[[], object]) -> str:
    """Return the rule of a refusal, nothing where there is none."""
    try:
        act()
    except HubError as error:
        return error.rule
    return ""


def _plain_twin(passkey: SoftwarePasskey, challenge: bytes) -> Json:
    twin = SoftwarePasskey(RELYING.rp_id, ORIGIN)
    twin.__dict__.update(passkey.__dict__)
    twin.rp_id = RELYING.rp_id
    return twin.register(bytes_to_base64url(challenge))


@pytest.mark.parametrize("said", FOREIGN)
def test_an_answer_that_was_not_given_on_the_hubs_own_page_is_none(said: Mapping[str, object]) -> None:
    """Neither at sign-in nor as a device registers: another origin's, a frame's, of another kind or challenge."""
    assert (signs_in(bent(said=said)), registers(bent(said=said))) == ("passkey_refused", "passkey_refused")


def test_an_answer_without_a_person_or_for_another_hostname_is_none() -> None:
    """No touch; no PIN or finger; the rp id of the parent hostname; a copy of what can't be copied."""
    for flags in (USER_PRESENT, USER_VERIFIED, 0, USER_PRESENT | USER_VERIFIED | BACKED_UP):
        assert (signs_in(bent(flags=flags)), registers(bent(flags=flags))) == ("passkey_refused", "passkey_refused")
    for rp_id in ("milton.example", "sign.milton.example", "evil.example"):
        assert signs_in(bent(rp_id=rp_id)) == "passkey_refused"
        assert registers(bent(rp_id=rp_id)) == "passkey_refused"


def test_a_passkey_that_counts_backwards_was_copied() -> None:
    """Nor does it count on where it stood; one that counts up, or never counts, signs in."""
    for counter, counted in ((4, 5), (5, 5), (0, 5)):
        assert signs_in(bent(counter=counter), counted) == "passkey_refused"
    assert (signs_in(bent(counter=6), 5), signs_in(bent(), 0), registers(bent())) == ("", "", "")


def test_an_attestation_in_which_a_key_stands_twice_is_refused() -> None:
    """One reader takes the first value, another the last: the hub takes neither (RFC 8949 section 5.6)."""
    challenge = secrets.token_bytes(32)
    answer = bent().register(bytes_to_base64url(challenge))
    response = answer["response"]
    assert isinstance(response, dict)
    once = base64url_to_bytes(response["attestationObject"])
    assert once[0] == MAP_OF_3
    twice = bytes([MAP_OF_3 + 1]) + once[1:] + cbor2.dumps("fmt") + cbor2.dumps("none")
    assert rule_of(lambda: check_registration(RELYING, challenge, answer, Authenticators())) == ""
    response["attestationObject"] = bytes_to_base64url(twice)
    assert rule_of(lambda: check_registration(RELYING, challenge, answer, Authenticators())) == "passkey_refused"
