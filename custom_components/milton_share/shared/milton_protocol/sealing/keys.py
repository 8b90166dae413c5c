"""X25519 recipients and identities of age: who a part is sealed to, and who opens it.

Invariant: a recipient that :func:`parse_recipient` returns is usable. Sealing to it works, and its bytes are the ones
that its holder's identity gives, which age binds into the seal. Every place that takes a recipient asks it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from ..errors import ProtocolError
from . import bech32
from .rules import SealRule

KEY_SIZE_BYTES = 32

_RECIPIENT_PREFIX = "age"
_IDENTITY_PREFIX = "age-secret-key-"
_FIELD_PRIME = 2**255 - 19  # RFC 7748 section 4.1
_PROBE = bytes(KEY_SIZE_BYTES)  # any scalar will do: once clamped it is a multiple of 8, of no other small number


def parse_recipient(text: str) -> bytes:
    """Return the X25519 public key of ``age1…`` (lower case); raise ProtocolError unless it is usable.

    Not usable: another form; a number of 2^255 - 19 or more, which no identity gives, so nobody could open; a point of
    low order, with which every exchange gives zeros (RFC 7748 section 6.1, cr.yp.to/ecdh.html).
    """
    key = _key_of(text, _RECIPIENT_PREFIX, canonical=text.lower())
    if int.from_bytes(key, "little") >= _FIELD_PRIME:
        raise ProtocolError(SealRule.KEY_MALFORMED, "not canonical")
    try:
        X25519PrivateKey.from_private_bytes(_PROBE).exchange(X25519PublicKey.from_public_bytes(key))
    except ValueError as error:
        raise ProtocolError(SealRule.KEY_MALFORMED, "low order") from error
    return key


def format_recipient(public_key: bytes) -> str:
    """Return ``age1…`` for an X25519 public key of 32 bytes."""
    return bech32.encode(_RECIPIENT_PREFIX, public_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A private key that opens what was sealed to its recipient. Its repr does not show the key."""

    private_key: X25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> Identity:
        """Make a new one from the system's randomness."""
        return cls(private_key=X25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str) -> Identity:
        """Read ``AGE-SECRET-KEY-1…`` (upper case); raise ProtocolError, which never holds the text."""
        secret = _key_of(text, _IDENTITY_PREFIX, canonical=text.upper())
        return cls(private_key=X25519PrivateKey.from_private_bytes(secret))

    def secret_text(self) -> str:
        """Return ``AGE-SECRET-KEY-1…``: a secret, to be written to its keeper and nowhere else."""
        return bech32.encode(_IDENTITY_PREFIX, self.private_key.private_bytes_raw()).upper()

    @property
    def recipient(self) -> str:
        """The ``age1…`` that others seal to."""
        return format_recipient(self.private_key.public_key().public_bytes_raw())


def _key_of(text: str, prefix: str, *, canonical: str) -> bytes:
    if text != canonical:
        raise ProtocolError(SealRule.KEY_MALFORMED, "case")
    key = bech32.decode(text, prefix)
    if len(key) != KEY_SIZE_BYTES:
        raise ProtocolError(SealRule.KEY_MALFORMED, "length")
    return key
