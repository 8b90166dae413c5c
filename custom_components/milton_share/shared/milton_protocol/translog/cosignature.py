"""Witness cosignatures, ``cosignature/v1`` (c2sp.org/tlog-cosignature, Ed25519)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..errors import ProtocolError
from ..limits import CLOCK_SKEW_MAX
from .checkpoint import Checkpoint
from .rules import LogRule
from .verifier_key import SignatureType, VerifierKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from .note import SignedNote

TIMESTAMP_SIZE_BYTES = 8
SIGNATURE_SIZE_BYTES = 64


def cosign(note: SignedNote, name: str, private_key: Ed25519PrivateKey, at: datetime) -> SignedNote:
    """Return the checkpoint's note with one more cosignature, made at ``at`` (aware; kept to the second)."""
    Checkpoint.parse(note.text)
    key = VerifierKey.of(name, private_key, SignatureType.COSIGNATURE)
    timestamp_s = int(at.timestamp())
    signature = private_key.sign(_message(note, timestamp_s))
    return note.with_signature(key, timestamp_s.to_bytes(TIMESTAMP_SIZE_BYTES, "big") + signature)


def cosigned_at(note: SignedNote, witness: VerifierKey, now: datetime) -> datetime | None:
    """Return when the witness cosigned, or None where it did not; raise ProtocolError for a false cosignature.

    One that is dated later than a clock may be off is passed over: else a witness whose key was stolen for an hour
    would vouch for years, and refusing it would let one bad witness stop what enough good ones have seen.
    """
    times_s = [_checked_time_s(note, witness, signature) for signature in note.signatures_of(witness)]
    latest_s = (now + CLOCK_SKEW_MAX).timestamp()
    found_s = max((time_s for time_s in times_s if time_s <= latest_s), default=None)
    return None if found_s is None else datetime.fromtimestamp(found_s, UTC)


def _checked_time_s(note: SignedNote, witness: VerifierKey, timestamped_signature: bytes) -> int:
    if len(timestamped_signature) != TIMESTAMP_SIZE_BYTES + SIGNATURE_SIZE_BYTES:
        raise ProtocolError(LogRule.NOTE_MALFORMED, "length of a cosignature")
    timestamp_s = int.from_bytes(timestamped_signature[:TIMESTAMP_SIZE_BYTES], "big")
    if not witness.signed(timestamped_signature[TIMESTAMP_SIZE_BYTES:], _message(note, timestamp_s)):
        raise ProtocolError(LogRule.NOTE_SIGNATURE_WRONG, witness.name)
    return timestamp_s


def _message(note: SignedNote, timestamp_s: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp_s}\n{note.text}".encode()
