"""A fingerprint in words."""

from __future__ import annotations

import hashlib

from milton_protocol.bip39_english import WORDS
from milton_protocol.words import digest_words, fingerprint_words


def test_the_list_is_the_published_one() -> None:
    """Its digest is that of bitcoin/bips bip-0039/english.txt."""
    text = "\n".join(WORDS) + "\n"
    assert len(WORDS) == 2048
    assert hashlib.sha256(text.encode()).hexdigest() == (
        "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"
    )


def test_the_words_are_the_first_88_bits_of_the_hash() -> None:
    """Read as a string of bits, eleven at a time."""
    key = bytes(range(32))
    bits = "".join(f"{byte:08b}" for byte in hashlib.sha256(key).digest())
    assert fingerprint_words(key) == tuple(WORDS[int(bits[at : at + 11], 2)] for at in range(0, 88, 11))
    assert digest_words(hashlib.sha256(key).digest()) == fingerprint_words(key)


def test_bip_39_reads_the_same_words_from_the_same_bits() -> None:
    """The published vector of 7f7f…: its words before the last, which has the checksum, have these bits."""
    legal = ["legal", "winner", "thank", "year", "wave", "sausage", "worth", "useful"]
    bits = "".join(f"{byte:08b}" for byte in bytes([0x7F] * 11))
    assert [WORDS[int(bits[at : at + 11], 2)] for at in range(0, 88, 11)] == legal
