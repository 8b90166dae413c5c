"""An envelope opens only with enough signatures by the keys that were asked for."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from milton_protocol import canonical
from milton_protocol.dsse import (
    key_id,
    open_envelope,
    open_self_signed,
    pre_authentication_encoding,
    sign,
    signer_ids,
    split,
)
from milton_protocol.errors import ProtocolError

TYPE = "application/vnd.milton.directory.v1+json"
FIRST, SECOND, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3))
KEYS = [key.public_key().public_bytes_raw() for key in (FIRST, SECOND)]


def rule_of(envelope: bytes, required: int = 2, payload_type: str = TYPE, max_bytes: int = 65_536) -> str:
    """Return the rule that an envelope breaks."""
    with pytest.raises(ProtocolError) as caught:
        open_envelope(envelope, payload_type, KEYS, required=required, max_bytes=max_bytes)
    return caught.value.rule


def bent(envelope: bytes, **changes: object) -> bytes:
    """Return an envelope with fields replaced."""
    return canonical.encode({**json.loads(envelope), **changes})


def test_what_is_signed_is_that_of_the_published_vector() -> None:
    """DSSE protocol.md, its example with its own signature."""
    vector = json.loads((Path(__file__).parent / "vectors" / "dsse" / "hello_world.json").read_text())
    encoded = pre_authentication_encoding(vector["payload_type"], vector["payload"].encode())
    assert encoded == vector["pae"].encode()
    raw = base64.b64decode(vector["sig"])
    signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicNumbers(int(vector["x"]), int(vector["y"]), ec.SECP256R1()).public_key()
    key.verify(signature, encoded, ec.ECDSA(hashes.SHA256()))


def test_lengths_are_counted_in_bytes() -> None:
    """Of the UTF-8 form of the type, too."""
    assert pre_authentication_encoding("é", "é".encode()) == "DSSEv1 2 é 2 é".encode()


def test_an_envelope_opens_with_the_signatures_asked_for() -> None:
    """One of two, two of two, and with a stranger's beside them."""
    assert open_envelope(sign(TYPE, b"x", [FIRST]), TYPE, KEYS, required=1) == b"x"
    assert open_envelope(sign(TYPE, b"x", [FIRST, SECOND]), TYPE, KEYS, required=2) == b"x"
    assert open_envelope(sign(TYPE, b"x", [STRANGER, SECOND, FIRST]), TYPE, KEYS, required=2) == b"x"
    assert key_id(KEYS[0]) == hashlib.sha256(KEYS[0]).hexdigest()


def test_an_envelope_is_split_into_one_for_each_key_that_signed() -> None:
    """So whoever adds signatures of their own makes no more of it; one that doesn't open isn't split."""
    alone = {sign(TYPE, b"x", [key]) for key in (FIRST, SECOND)}
    assert set(split(sign(TYPE, b"x", [STRANGER, SECOND, FIRST]), TYPE, KEYS)) == alone
    assert split(sign(TYPE, b"x", [STRANGER, FIRST]), TYPE, KEYS) == (sign(TYPE, b"x", [FIRST]),)
    with pytest.raises(ProtocolError, match="signature_missing"):
        split(sign(TYPE, b"x", [STRANGER]), TYPE, KEYS)


def test_too_few_signatures_are_refused() -> None:
    """A stranger's doesn't count, and one key counts once."""
    assert rule_of(sign(TYPE, b"x", [FIRST])) == "signature_missing"
    assert rule_of(sign(TYPE, b"x", [FIRST, STRANGER])) == "signature_missing"
    assert rule_of(sign(TYPE, b"x", [FIRST, FIRST])) == "duplicate_item"


def test_a_signature_under_a_known_key_id_must_be_that_keys() -> None:
    """A false one refuses the envelope, though others would suffice."""
    envelope = json.loads(sign(TYPE, b"x", [FIRST, SECOND]))
    envelope["signatures"][1]["sig"] = json.loads(sign(TYPE, b"y", [SECOND]))["signatures"][0]["sig"]
    assert rule_of(canonical.encode(envelope), required=1) == "signature_wrong"


def test_another_payload_or_type_is_refused() -> None:
    """Both are signed."""
    envelope = sign(TYPE, b"x", [FIRST, SECOND])
    assert rule_of(bent(envelope, payload=base64.b64encode(b"y").decode())) == "signature_wrong"
    assert rule_of(envelope, payload_type="application/vnd.milton.live.v1+json") == "wrong_payload_type"
    other = bent(envelope, payloadType="application/vnd.milton.live.v1+json")
    assert rule_of(other, payload_type="application/vnd.milton.live.v1+json") == "signature_wrong"


def test_the_envelope_is_read_strictly() -> None:
    """Form, bounds, further fields."""
    envelope = sign(TYPE, b"x", [FIRST, SECOND])
    first = json.loads(envelope)["signatures"][0]
    assert rule_of(json.dumps(json.loads(envelope)).encode()) == "not_canonical"
    assert rule_of(bent(envelope, extra=1)) == "unknown_field"
    assert rule_of(bent(envelope, payloadType="a" * 128)) == "wrong_payload_type"
    assert rule_of(bent(envelope, payloadType="a" * 129)) == "out_of_bounds"
    assert rule_of(bent(envelope, payloadType=1)) == "wrong_type"
    assert rule_of(bent(envelope, payload="eB==")) == "not_b64"
    assert rule_of(bent(envelope, signatures=[])) == "out_of_bounds"
    assert rule_of(bent(envelope, signatures=[{**first, "keyid": f"{n:064x}"} for n in range(9)])) == "out_of_bounds"
    assert rule_of(bent(envelope, signatures=[{**first, "more": 1}])) == "unknown_field"
    assert rule_of(bent(envelope, signatures=[{**first, "sig": "AAAA"}])) == "out_of_bounds"
    assert rule_of(bent(envelope, signatures=[{**first, "keyid": first["keyid"].upper()}])) == "not_hex"
    assert rule_of(envelope, max_bytes=len(envelope) - 1) == "message_too_long"


def test_a_key_of_another_length_verifies_nothing() -> None:
    """It can't be told from a false signature."""
    envelope = bent(sign(TYPE, b"x", [FIRST]))
    body = json.loads(envelope)
    body["signatures"][0]["keyid"] = key_id(b"short")
    with pytest.raises(ProtocolError, match="signature_wrong"):
        open_envelope(canonical.encode(body), TYPE, [b"short"], required=1)


def test_a_self_signed_envelope_is_checked_by_the_key_in_its_payload() -> None:
    """A share's one-time key."""
    assert open_self_signed(sign(TYPE, KEYS[0], [FIRST]), TYPE, lambda payload: payload) == KEYS[0]
    with pytest.raises(ProtocolError, match="signature_missing"):
        open_self_signed(sign(TYPE, KEYS[0], [SECOND]), TYPE, lambda payload: payload)


def test_the_keys_that_are_named_as_signers_can_be_shown_whoever_they_are() -> None:
    """Unverified, in their order: to be compared by a person, and only in an envelope that can be read."""
    envelope = sign(TYPE, b"{}", [STRANGER, FIRST])
    stranger = STRANGER.public_key().public_bytes_raw()
    assert signer_ids(envelope, TYPE) == (key_id(stranger), key_id(KEYS[0]))
    with pytest.raises(ProtocolError, match="wrong_payload_type"):
        signer_ids(envelope, "another")
