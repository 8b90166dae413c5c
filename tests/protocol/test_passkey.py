"""What passes was signed by that key, by a present and verified user, on that page, for that request."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from milton_protocol.errors import ProtocolError
from milton_protocol.messages.city.directory import Algorithm, SigningCredential
from milton_protocol.messages.requests.assertion import Assertion, AssertionRole
from milton_protocol.passkey import verify_assertion
from tests.simulators.city import ORIGIN, RP_ID, Passkey

VECTORS = json.loads((Path(__file__).parent / "vectors" / "webauthn" / "assertions.json").read_text())
ENDS = [
    json.loads(line)
    for line in (Path(__file__).parent / "vectors" / "asked" / "client_data_ends.jsonl").read_text().splitlines()
]
ID = "8d" * 32
CHALLENGE = bytes.fromhex(ID)
ES256 = Passkey(person_id="officer-1")
EDDSA = Passkey(person_id="officer-2", algorithm=Algorithm.EDDSA)
SYNCED = Passkey(person_id="officer-3", device_bound=False)
BOTH = pytest.mark.parametrize("passkey", [ES256, EDDSA], ids=["ES256", "EdDSA"])
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


def rule_of(passkey: Passkey, expected: bytes = CHALLENGE, **bent: Any) -> str:  # noqa: ANN401
    """Return the rule that a bent assertion breaks."""
    with pytest.raises(ProtocolError) as caught:
        verify_assertion(passkey.credential, passkey.assertion(ID, **bent), expected)
    return caught.value.rule


def published(name: str) -> tuple[SigningCredential, Assertion, bytes]:
    """Return a published vector: the credential, its assertion, the challenge."""
    vector = next(one for one in VECTORS if one["name"] == name)
    raw = {key: bytes.fromhex(value) for key, value in vector.items() if key not in {"name", "algorithm"}}
    credential = replace(
        SYNCED.credential,
        credential_id=raw["credential_id"],
        algorithm=Algorithm(vector["algorithm"]),
        public_key=raw["public_key"],
        rp_id="example.org",
        origin="https://example.org",
    )
    assertion = Assertion(
        role=AssertionRole.OFFICER,
        person_id="officer-3",
        credential_id=raw["credential_id"],
        client_data=raw["client_data"],
        authenticator_data=raw["authenticator_data"],
        signature=raw["signature"],
    )
    return credential, assertion, raw["challenge"]


@pytest.mark.parametrize("name", ["none-es256-long-credential-id", "packed-es256", "tpm-es256"])
def test_the_published_assertions_with_user_verification_pass(name: str) -> None:
    """Made by the specification's own authors; one has extraData in its client data."""
    verify_assertion(*published(name))
    credential, assertion, challenge = published(name)
    with pytest.raises(ProtocolError, match="not_device_bound"):
        verify_assertion(replace(credential, device_bound=True), assertion, challenge)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("none-es256", "user_not_verified"),
        ("packed-self-es256", "user_not_verified"),
        ("android-key-es256", "user_not_verified"),
        ("apple-es256", "user_not_verified"),
        ("fido-u2f-es256", "user_not_verified"),
        ("packed-eddsa", "user_not_verified"),
        ("none-es256-crossOrigin", "client_data_cross_origin"),
        ("none-es256-topOrigin", "client_data_cross_origin"),
    ],
)
def test_the_other_published_assertions_are_refused_for_what_they_lack(name: str, rule: str) -> None:
    """All are valid WebAuthn, and none says what we ask for."""
    with pytest.raises(ProtocolError, match=rule):
        verify_assertion(*published(name))


@BOTH
def test_a_good_assertion_passes(passkey: Passkey) -> None:
    """Whatever its counter, and with keys that a browser adds."""
    verify_assertion(passkey.credential, passkey.assertion(ID), CHALLENGE)
    verify_assertion(passkey.credential, passkey.assertion(ID, counter=2**32 - 1), CHALLENGE)
    added = {"other_keys_can_be_added_here": "do not compare clientDataJSON against a template"}
    verify_assertion(passkey.credential, passkey.assertion(ID, more=added), CHALLENGE)


def test_a_synced_credential_may_be_backed_up() -> None:
    """But one that the directory calls device-bound may not."""
    verify_assertion(SYNCED.credential, SYNCED.assertion(ID, flags=0x1D), CHALLENGE)
    verify_assertion(SYNCED.credential, SYNCED.assertion(ID, flags=0x0D), CHALLENGE)
    assert rule_of(ES256, flags=0x0D) == "not_device_bound"
    assert rule_of(ES256, flags=0x1D) == "not_device_bound"
    assert rule_of(SYNCED, flags=0x15) == "flags_forbidden"  # backed up without being eligible


@BOTH
@pytest.mark.parametrize(
    ("bent", "rule"),
    [
        ({"credential_id": b"another credential"}, "credential_unknown"),
        ({"type": "webauthn.create"}, "client_data_wrong"),
        ({"type": "payment.get"}, "client_data_wrong"),
        ({"challenge": "AAAA"}, "client_data_wrong"),
        ({"origin": "https://hub.milton.example"}, "client_data_wrong"),
        ({"origin": ORIGIN + ".attacker.example"}, "client_data_wrong"),
        ({"origin": "http://sign.milton.example"}, "client_data_wrong"),
        ({"crossOrigin": True}, "client_data_cross_origin"),
        ({"crossOrigin": None}, "client_data_cross_origin"),
        ({"more": {"topOrigin": "https://attacker.example"}}, "client_data_cross_origin"),
        ({"rp_id": "milton.example"}, "rp_id_wrong"),
        ({"rp_id": "hub.milton.example"}, "rp_id_wrong"),
        ({"flags": 0x04}, "user_not_present"),
        ({"flags": 0x01}, "user_not_verified"),
        ({"flags": 0x45}, "flags_forbidden"),
        ({"flags": 0x85}, "flags_forbidden"),
        ({"flags": 0x07}, "flags_forbidden"),
        ({"flags": 0x25}, "flags_forbidden"),
        ({"tail": b"\xa1"}, "out_of_bounds"),
        ({"authenticator_data": b"\0" * 36}, "out_of_bounds"),
        ({"client_data": b"{}"}, "client_data_wrong"),
        ({"client_data": b"a" * 2049}, "out_of_bounds"),
    ],
)
def test_a_bent_assertion_is_refused_though_its_signature_is_right(
    passkey: Passkey, bent: dict[str, Any], rule: str
) -> None:
    """The authenticator signs whatever the page and the machine gave it."""
    assert rule_of(passkey, **bent) == rule


@BOTH
def test_client_data_is_compared_by_its_bytes(passkey: Passkey) -> None:
    """Another order, spaces or escapes mean the same JSON, and are refused."""
    good = passkey.assertion(ID).client_data
    assert rule_of(passkey, client_data=good.replace(b":", b": ", 1)) == "client_data_wrong"
    assert rule_of(passkey, client_data=good.replace(b"https", b"\\u0068ttps")) == "client_data_wrong"
    assert rule_of(passkey, client_data=good[:-1]) == "client_data_wrong"
    assert rule_of(passkey, client_data=good[:-1] + b"x}") == "client_data_wrong"
    assert rule_of(passkey, client_data=good + b"\n") == "client_data_wrong"
    assert rule_of(passkey, client_data=b"\xef\xbb\xbf" + good) == "client_data_wrong"


@BOTH
@pytest.mark.parametrize(
    ("rest", "rule"),
    [*((each["rest"].encode(), each["rule"]) for each in ENDS), (b',"a":"\xff"}', "client_data_wrong")],
    ids=ascii,
)
def test_what_follows_in_client_data_is_the_rest_of_one_json_object(passkey: Passkey, rest: bytes, rule: str) -> None:
    """With no key twice, nothing behind it, and no page around the page however its key is spelled."""
    client_data = passkey.assertion(ID).client_data.removesuffix(b"}") + rest
    if rule == "":
        verify_assertion(passkey.credential, passkey.assertion(ID, client_data=client_data), CHALLENGE)
    else:
        assert rule_of(passkey, client_data=client_data) == rule


@BOTH
def test_an_assertion_over_another_request_is_refused(passkey: Passkey) -> None:
    """And a challenge of another length is nobody's id."""
    assert rule_of(passkey, expected=bytes(32)) == "client_data_wrong"
    assert rule_of(passkey, expected=CHALLENGE[:31]) == "out_of_bounds"


@BOTH
def test_a_signature_over_other_bytes_is_refused(passkey: Passkey) -> None:
    """Client data and authenticator data are both signed."""
    good = passkey.assertion(ID)
    assert rule_of(passkey, signature=passkey.assertion("00" * 32).signature) == "signature_wrong"
    assert rule_of(passkey, signature=good.signature, counter=1) == "signature_wrong"
    assert rule_of(passkey, signature=good.signature, more={"a": 1}) == "signature_wrong"


@BOTH
def test_another_credentials_signature_is_refused(passkey: Passkey) -> None:
    """The same person's second key, and the other algorithm's key."""
    second = replace(passkey, name="second")
    assert rule_of(passkey, signature=second.assertion(ID).signature) == "signature_wrong"
    other = EDDSA if passkey is ES256 else ES256
    assert rule_of(passkey, signature=other.assertion(ID).signature) in {"signature_wrong", "signature_not_der"}


def test_an_ecdsa_signature_is_strict_der() -> None:
    """Neither padded integers, nor trailing bytes, nor raw r and s."""
    good = ES256.assertion(ID)
    r, s = decode_dss_signature(good.signature)
    body = b"".join(
        b"\x02" + bytes([len(number) + 2]) + b"\0\0" + number
        for number in (value.to_bytes(32, "big") for value in (r, s))
    )
    for signature in (
        b"\x30" + bytes([len(body)]) + body,
        good.signature + b"\0",
        r.to_bytes(32, "big") + s.to_bytes(32, "big"),
        b"\x30\x81" + good.signature[1:],
        b"\0" * 8,
    ):
        assert rule_of(ES256, signature=signature) == "signature_not_der"
    assert rule_of(ES256, signature=encode_dss_signature(0, 0)) == "signature_wrong"


def test_the_other_ecdsa_signature_of_the_same_message_passes_too() -> None:
    """(r, n-s) verifies: nothing may be identified by its signature, and nothing is."""
    good = ES256.assertion(ID)
    r, s = decode_dss_signature(good.signature)
    verify_assertion(ES256.credential, replace(good, signature=encode_dss_signature(r, ORDER - s)), CHALLENGE)


def test_a_key_that_is_none_is_refused() -> None:
    """A point that is not on the curve, a key of another length."""
    off_curve = replace(ES256.credential, public_key=b"\x04" + b"\x01" * 64)
    short = replace(EDDSA.credential, public_key=b"\x01" * 31)
    for credential, passkey in ((off_curve, ES256), (short, EDDSA)):
        with pytest.raises(ProtocolError, match="key_wrong"):
            verify_assertion(credential, passkey.assertion(ID), CHALLENGE)


def test_the_simulator_signs_under_the_signers_names() -> None:
    """Else the tests above would prove little."""
    assert (ES256.credential.rp_id, ES256.credential.origin) == (RP_ID, ORIGIN)
    assert ES256.credential.public_key != EDDSA.credential.public_key
