"""A key of small order is none: under it anybody's signature verifies."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from milton_protocol import canonical
from milton_protocol.base64_text import b64, standard_base64
from milton_protocol.dsse import key_id, open_envelope
from milton_protocol.ed25519 import check_key, has_signed
from milton_protocol.errors import ProtocolError
from milton_protocol.messages.city.directory import Algorithm
from milton_protocol.messages.homes.enrollment import CityAnswer, EnrolRequest
from milton_protocol.messages.shares.share import PartName, SealedPart, Share
from milton_protocol.passkey import verify_assertion
from milton_protocol.translog.verifier_key import SignatureType, VerifierKey
from tests.simulators.city import City, Passkey, age_identity

VECTORS = json.loads((Path(__file__).parent / "vectors" / "ed25519" / "small_order.json").read_text())
WEAK = [bytes.fromhex(each["key"]) for each in VECTORS["keys"]]
P, D = 2**255 - 19, -121665 * pow(121666, -1, 2**255 - 19)
FORGED = (1).to_bytes(64, "little")  # R neutral, S 0: holds wherever the challenge is a multiple of the key's order
EXAMPLE = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32).public_key().public_bytes_raw()
SECOND = Ed25519PrivateKey.from_private_bytes(b"\x08" * 32).public_key().public_bytes_raw()


def order_of(y: int) -> int:
    """Return the order of the points with this y, by doubling alone (RFC 8032 section 5.1.4)."""
    x2, order = (y * y - 1) * pow(D * y * y + 1, -1, P) % P, 1
    while (x2, y) != (0, 1):
        if order > 8:
            return 0
        t = D * x2 * y * y % P
        y, x2 = (y * y + x2) * pow(1 - t, -1, P) % P, 4 * x2 * y * y * pow(1 + t, -2, P) % P
        order *= 2
    return order


def rule_of_key(key: bytes) -> str:
    """Return the rule that a key breaks."""
    with pytest.raises(ProtocolError) as caught:
        check_key(key, "here")
    assert caught.value.detail == "here"
    return caught.value.rule


def test_the_vectors_are_all_points_of_small_order() -> None:
    """Each with the order that is written, both signs of x, and every encoding that 255 bits of y have."""
    for each in VECTORS["keys"]:
        y = int.from_bytes(bytes.fromhex(each["key"]), "little") % 2**255
        assert order_of(y % P) == each["order"]
    assert len({bytes.fromhex(each["key"]) for each in VECTORS["keys"]}) == 14
    assert order_of(int.from_bytes(EXAMPLE, "little") % 2**255) == 0


@pytest.mark.parametrize("key", WEAK, ids=lambda key: key.hex()[:8] + key.hex()[-2:])
def test_anybody_signs_by_a_weak_key_and_it_is_refused(key: bytes) -> None:
    """The library alone takes a signature that nobody made, over a message found in a few tries."""

    def takes(message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(FORGED, message)
        except InvalidSignature:
            return False
        return True

    message = next(text for text in (str(number).encode() for number in range(500)) if takes(text))
    with pytest.raises(ProtocolError, match="key_weak"):
        has_signed(key, FORGED, message)
    assert rule_of_key(key) == "key_weak"


def test_a_y_that_is_not_below_p_is_refused_for_every_point() -> None:
    """RFC 8032 section 5.1.3: no key has two encodings."""
    for above in range(19):
        for sign in (0, 2**255):
            assert rule_of_key((P + above + sign).to_bytes(32, "little")) == "key_weak"
    check_key((P - 2).to_bytes(32, "little"))
    check_key((2).to_bytes(32, "little"))


def test_a_key_that_is_none_has_signed_nothing() -> None:
    """As one of another length."""
    key = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
    assert has_signed(EXAMPLE, key.sign(b"text"), b"text")
    assert not has_signed(EXAMPLE, key.sign(b"text"), b"other")
    assert not has_signed(EXAMPLE + b"\x00", key.sign(b"text"), b"text")


def bent(data: bytes, key: bytes, *path: Any) -> bytes:  # noqa: ANN401
    """Return a message's bytes with a key at ``path``."""
    value = found = json.loads(data)
    for step in path[:-1]:
        found = found[step]
    found[path[-1]] = b64(key)
    return canonical.encode(value)


CITY = City()
SHARE = Share(
    share_id="2" * 32,
    request_id="3" * 64,
    recipients_sha256="4" * 64,
    one_time_key=EXAMPLE,
    receipt_recipient=age_identity("receipts").recipient,
    parts=tuple(
        SealedPart(name=name, header=b"h", body_sha256="5" * 64, body_size_bytes=1)
        for name in (PartName.CLIP, PartName.MANIFEST)
    ),
)
ENROLS = EnrolRequest(code="MS", home_id="0" * 32, device_key=EXAMPLE)
FOUNDED = CityAnswer(root_public_key=EXAMPLE, city_record=b"record", versions=(1,))
EDDSA_PERSON = next(
    at for at, person in enumerate(CITY.directory.people) if person.credentials[0].algorithm is Algorithm.EDDSA
)
BY_EDDSA = Passkey(person_id="officer-1", algorithm=Algorithm.EDDSA)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (CITY.record, ("hub_key",)),
        (CITY.record, ("directory_keys", 0, "public_key")),
        (CITY.record, ("directory_keys", 1, "public_key")),
        (CITY.record, ("log", "public_key")),
        (CITY.directory, ("people", EDDSA_PERSON, "credentials", 0, "public_key")),
        (SHARE, ("one_time_key",)),
        (ENROLS, ("device_key",)),
        (FOUNDED, ("root_public_key",)),
    ],
    ids=lambda each: ".".join(map(str, each)) if isinstance(each, tuple) else type(each).__name__,
)
def test_no_message_brings_a_weak_key(kind: Any, path: tuple[Any, ...]) -> None:  # noqa: ANN401
    """Wherever one has an Ed25519 key."""
    read, data = type(kind).from_bytes, kind.to_bytes()
    read(bent(data, EXAMPLE if path[0] != "directory_keys" else SECOND, *path))
    for key in WEAK:
        with pytest.raises(ProtocolError, match="key_weak"):
            read(bent(data, key, *path))


@pytest.mark.parametrize("key", WEAK, ids=lambda key: key.hex()[:8] + key.hex()[-2:])
def test_nothing_is_signed_by_a_weak_key(key: bytes) -> None:
    """No envelope (of the root, say, which stands in no message), no passkey's assertion, no note."""
    envelope = canonical.encode(
        {
            "payload": standard_base64(b"{}"),
            "payloadType": "x",
            "signatures": [{"keyid": key_id(key), "sig": standard_base64(FORGED)}],
        }
    )
    with pytest.raises(ProtocolError, match="key_weak"):
        open_envelope(envelope, "x", [key], required=1)
    credential, assertion = replace(BY_EDDSA.credential, public_key=key), BY_EDDSA.assertion("8d" * 32)
    with pytest.raises(ProtocolError, match="key_weak"):
        verify_assertion(credential, replace(assertion, signature=FORGED), bytes.fromhex("8d" * 32))
    for kind in SignatureType:
        with pytest.raises(ProtocolError, match="key_weak"):
            VerifierKey(name="weak.example", signature_type=kind, public_key=key)
