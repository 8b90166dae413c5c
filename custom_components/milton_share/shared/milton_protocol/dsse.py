"""DSSE v1 envelopes with Ed25519 (https://github.com/secure-systems-lab/dsse, protocol.md and envelope.md).

Invariants: a payload is returned only after ``required`` different given keys signed exactly it and its type; a
signature counts by the key that verifies it, the ``keyid`` only says which key to try; the envelope is canonical.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from . import canonical, ed25519
from .base64_text import standard_base64
from .errors import ProtocolError, Rule
from .fields import Fields, require_unique
from .limits import (
    DIGEST_HEX_CHARS,
    ED25519_SIGNATURE_SIZE_BYTES,
    MESSAGE_SIZE_MAX_BYTES,
    PAYLOAD_TYPE_MAX_CHARS,
    SIGNATURES_MAX,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def key_id(public_key: bytes) -> str:
    """Return the id of a raw Ed25519 public key: the hex SHA-256 of its 32 bytes."""
    return hashlib.sha256(public_key).hexdigest()


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """Return what is signed (DSSE's PAE)."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, payload: bytes, keys: Sequence[Ed25519PrivateKey]) -> bytes:
    """Return the envelope of ``payload``, signed by ``keys`` in that order."""
    message = pre_authentication_encoding(payload_type, payload)
    signatures = tuple((key_id(key.public_key().public_bytes_raw()), key.sign(message)) for key in keys)
    return _write(_Envelope(payload=payload, payload_type=payload_type, signatures=signatures))


def open_envelope(
    envelope: bytes,
    payload_type: str,
    keys: Sequence[bytes],
    *,
    required: int,
    max_bytes: int = MESSAGE_SIZE_MAX_BYTES,
) -> bytes:
    """Return the payload when at least ``required`` of ``keys`` (raw, different) signed it.

    Raises ProtocolError: the rules of the encoding, ``wrong_payload_type``, ``signature_wrong`` (a signature that
    names one of the keys does not verify), ``signature_missing`` (too few), ``key_weak``. Signatures by other keys are
    ignored.
    """
    return _verified(_read(envelope, payload_type, max_bytes), keys, required)


def signer_ids(envelope: bytes, payload_type: str, *, max_bytes: int = MESSAGE_SIZE_MAX_BYTES) -> tuple[str, ...]:
    """Return the ids of the keys that an envelope says it is signed by, unverified; raise ProtocolError if unreadable.

    To be shown beside the key that should have signed, and for nothing else.
    """
    return tuple(name for name, _ in _read(envelope, payload_type, max_bytes).signatures)


def split(
    envelope: bytes, payload_type: str, keys: Sequence[bytes], *, max_bytes: int = MESSAGE_SIZE_MAX_BYTES
) -> tuple[bytes, ...]:
    """Return one envelope for each of ``keys`` that signed, with that signature alone.

    Signatures by other keys are not copied: with them anybody can make one envelope into many. Raises as
    ``open_envelope`` does with ``required=1``.
    """
    read = _read(envelope, payload_type, max_bytes)
    _verified(read, keys, 1)
    known = {key_id(key) for key in keys}
    return tuple(_write(replace(read, signatures=(one,))) for one in read.signatures if one[0] in known)


def claimed_payload(envelope: bytes) -> bytes:
    """Return what an envelope holds, unverified: only to find the key that must have signed it, or in what one signed.

    Raises ProtocolError where it can't be read.
    """
    return Fields.of(canonical.decode(envelope)).base64("payload", 1, MESSAGE_SIZE_MAX_BYTES)


def open_self_signed(
    envelope: bytes,
    payload_type: str,
    key_of: Callable[[bytes], bytes],
    *,
    max_bytes: int = MESSAGE_SIZE_MAX_BYTES,
) -> bytes:
    """Return the payload when it is signed by the key that ``key_of`` reads in it (a share's one-time key).

    Such a signature ties later messages to the same key; it says nothing on who holds it. Raises as
    ``open_envelope`` does, and what ``key_of`` raises.
    """
    read = _read(envelope, payload_type, max_bytes)
    return _verified(read, [key_of(read.payload)], 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Envelope:
    payload: bytes
    payload_type: str
    signatures: tuple[tuple[str, bytes], ...]


def _read(envelope: bytes, payload_type: str, max_bytes: int) -> _Envelope:
    fields = Fields.of(canonical.decode(envelope, max_bytes=max_bytes))
    read = _Envelope(
        payload=fields.base64("payload", 0, max_bytes),
        payload_type=fields.text("payloadType", PAYLOAD_TYPE_MAX_CHARS),
        signatures=fields.objects("signatures", 1, SIGNATURES_MAX, _read_signature),
    )
    fields.done()
    require_unique(tuple(name for name, _ in read.signatures), "signatures")
    if read.payload_type != payload_type:
        raise ProtocolError(Rule.WRONG_PAYLOAD_TYPE, f"not {payload_type}")
    return read


def _write(envelope: _Envelope) -> bytes:
    return canonical.encode(
        {
            "payload": standard_base64(envelope.payload),
            "payloadType": envelope.payload_type,
            "signatures": [{"keyid": name, "sig": standard_base64(sig)} for name, sig in envelope.signatures],
        }
    )


def _verified(read: _Envelope, keys: Sequence[bytes], required: int) -> bytes:
    known = {key_id(key): key for key in keys}
    message = pre_authentication_encoding(read.payload_type, read.payload)
    valid = 0
    for name, signature in read.signatures:
        if name in known:
            _verify(known[name], signature, message)
            valid += 1
    if valid < required:
        raise ProtocolError(Rule.SIGNATURE_MISSING, f"{valid} of {required}")
    return read.payload


def _read_signature(fields: Fields) -> tuple[str, bytes]:
    name = fields.hex("keyid", DIGEST_HEX_CHARS)
    return name, fields.base64("sig", ED25519_SIGNATURE_SIZE_BYTES, ED25519_SIGNATURE_SIZE_BYTES)


def _verify(key: bytes, signature: bytes, message: bytes) -> None:
    if not ed25519.has_signed(key, signature, message):
        raise ProtocolError(Rule.SIGNATURE_WRONG, key_id(key))
