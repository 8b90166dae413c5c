"""A key's fingerprint as words that two people can compare by voice (docs/protocol.md section 2)."""

from __future__ import annotations

import hashlib

from .bip39_english import WORDS
from .limits import DIGEST_SIZE_BYTES, FINGERPRINT_WORD_BITS, FINGERPRINT_WORDS


def fingerprint_words(public_key: bytes) -> tuple[str, ...]:
    """Return the 8 words of a raw public key: the first 88 bits of its SHA-256, 11 bits a word."""
    return digest_words(hashlib.sha256(public_key).digest())


def digest_words(key_sha256: bytes) -> tuple[str, ...]:
    """Return the 8 words of a key of which only the SHA-256 is known, as a signature's key id."""
    digest = int.from_bytes(key_sha256, "big")
    bits = DIGEST_SIZE_BYTES * 8
    mask = (1 << FINGERPRINT_WORD_BITS) - 1
    return tuple(
        WORDS[digest >> (bits - FINGERPRINT_WORD_BITS * (place + 1)) & mask] for place in range(FINGERPRINT_WORDS)
    )
