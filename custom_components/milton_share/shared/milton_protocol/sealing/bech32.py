"""Bech32 (BIP 173), as age uses it for its keys: the original checksum, not Bech32m."""

from __future__ import annotations

from ..errors import ProtocolError
from .rules import SealRule

TEXT_MAX_CHARS = 90  # BIP 173; an X25519 identity has 74 characters

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_CHARS = 6
_GROUP_BITS = 5
_BYTE_BITS = 8
_GROUP_MASK = 31
_TOP_SHIFT = 25  # the checksum has 30 bits; a step moves the top five out


def encode(prefix: str, data: bytes) -> str:
    """Return ``data`` under a lower-case ``prefix``, in lower case."""
    groups = _groups_of(data)
    checksum = _polymod([*_expand(prefix), *groups, *[0] * _CHECKSUM_CHARS]) ^ 1
    groups += [
        (checksum >> _GROUP_BITS * (_CHECKSUM_CHARS - 1 - place)) & _GROUP_MASK for place in range(_CHECKSUM_CHARS)
    ]
    return prefix + "1" + "".join(_ALPHABET[group] for group in groups)


def decode(text: str, prefix: str) -> bytes:
    """Return the bytes of ``text`` under a lower-case ``prefix``; raise ProtocolError when it is not well formed.

    The text is in lower or in upper case; mixed case is refused.
    """
    if len(text) > TEXT_MAX_CHARS or not text.isascii():
        raise ProtocolError(SealRule.KEY_MALFORMED, "length or characters")
    if text not in (text.lower(), text.upper()):
        raise ProtocolError(SealRule.KEY_MALFORMED, "mixed case")
    found_prefix, _, body = text.lower().rpartition("1")
    if found_prefix != prefix:
        raise ProtocolError(SealRule.KEY_MALFORMED, "another prefix")
    groups = [_ALPHABET.find(character) for character in body]
    if len(groups) < _CHECKSUM_CHARS or -1 in groups:
        raise ProtocolError(SealRule.KEY_MALFORMED, "length or characters")
    if _polymod([*_expand(prefix), *groups]) != 1:
        raise ProtocolError(SealRule.KEY_MALFORMED, "checksum")
    data = _bytes_of(groups[:-_CHECKSUM_CHARS])
    if encode(prefix, data) != text.lower():
        raise ProtocolError(SealRule.KEY_MALFORMED, "padding")
    return data


def _groups_of(data: bytes) -> list[int]:
    """Split into groups of five bits, the last filled up with zero bits."""
    count = -(-len(data) * _BYTE_BITS // _GROUP_BITS)
    number = int.from_bytes(data) << (count * _GROUP_BITS - len(data) * _BYTE_BITS)
    return [(number >> _GROUP_BITS * (count - 1 - place)) & _GROUP_MASK for place in range(count)]


def _bytes_of(groups: list[int]) -> bytes:
    """Join groups of five bits, dropping what does not fill a byte (``decode`` checks that it is zero)."""
    number = 0
    for group in groups:
        number = number << _GROUP_BITS | group
    size = len(groups) * _GROUP_BITS // _BYTE_BITS
    return (number >> (len(groups) * _GROUP_BITS - size * _BYTE_BITS)).to_bytes(size)


def _expand(prefix: str) -> list[int]:
    codes = prefix.encode()
    return [*(code >> _GROUP_BITS for code in codes), 0, *(code & _GROUP_MASK for code in codes)]


def _polymod(groups: list[int]) -> int:
    checksum = 1
    for group in groups:
        top = checksum >> _TOP_SHIFT
        checksum = (checksum & (1 << _TOP_SHIFT) - 1) << _GROUP_BITS ^ group
        for place, generator in enumerate(_GENERATORS):
            checksum ^= generator if top >> place & 1 else 0
    return checksum
