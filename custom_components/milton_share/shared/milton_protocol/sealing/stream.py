"""The body of an age file: a nonce and chunks of 64 KiB, each authenticated, in constant memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from ..errors import ProtocolError
from .header import FILE_KEY_SIZE_BYTES, derive_key
from .rules import SealRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NONCE_SIZE_BYTES = 16
CHUNK_SIZE_BYTES = 65_536
TAG_SIZE_BYTES = 16
SEALED_CHUNK_SIZE_BYTES = CHUNK_SIZE_BYTES + TAG_SIZE_BYTES

_COUNTER_SIZE_BYTES = 11


def sealed_body_size(plain_size: int) -> int:
    """Return how many bytes the body of ``plain_size`` bytes has."""
    chunks = max(1, -(-plain_size // CHUNK_SIZE_BYTES))
    return NONCE_SIZE_BYTES + plain_size + chunks * TAG_SIZE_BYTES


def seal_body(file_key: bytes, nonce: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the nonce, then each sealed chunk. Pieces of ``chunks`` may have any length.

    The same key and nonce must never meet other bytes.
    """
    cipher = _cipher(file_key, nonce)
    yield nonce
    for index, (block, last) in enumerate(_blocks(chunks, CHUNK_SIZE_BYTES)):
        yield cipher.encrypt(_chunk_nonce(index, last=last), block, None)


def open_body(file_key: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the plaintext, chunk by chunk, each once it is authenticated. Pieces may have any length.

    Raises ProtocolError for what was altered, cut off or added; what was yielded before then is authentic, but
    without the end it is not the whole.
    """
    pieces = iter(chunks)
    nonce, rest = _take_nonce(pieces)
    cipher = _cipher(file_key, nonce)
    for index, (block, last) in enumerate(_blocks(_after(rest, pieces), SEALED_CHUNK_SIZE_BYTES)):
        try:
            plain = cipher.decrypt(_chunk_nonce(index, last=last), block, None)
        except InvalidTag as error:
            raise ProtocolError(SealRule.BODY_WRONG, f"chunk {index}") from error
        if not plain and index:
            raise ProtocolError(SealRule.BODY_MALFORMED, "an empty last chunk")
        yield plain


def _cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    if len(file_key) != FILE_KEY_SIZE_BYTES or len(nonce) != NONCE_SIZE_BYTES:
        raise ProtocolError(SealRule.FILE_KEY_MALFORMED, "length of file key or nonce")
    return ChaCha20Poly1305(derive_key(file_key, salt=nonce, info=b"payload"))


def _chunk_nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(_COUNTER_SIZE_BYTES) + bytes([last])


def _take_nonce(pieces: Iterator[bytes]) -> tuple[bytes, bytes]:
    """Return the nonce and what came with it."""
    held = bytearray()
    while len(held) < NONCE_SIZE_BYTES:
        piece = next(pieces, None)
        if piece is None:
            raise ProtocolError(SealRule.BODY_MALFORMED, "no nonce")
        held += piece
    return bytes(held[:NONCE_SIZE_BYTES]), bytes(held[NONCE_SIZE_BYTES:])


def _after(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _blocks(pieces: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Yield blocks of ``size`` bytes and whether each is the last, which may be shorter (empty if all is)."""
    held = bytearray()
    for piece in pieces:
        held += piece
        start = 0
        while len(held) - start > size:
            yield bytes(held[start : start + size]), False
            start += size
        del held[:start]
    yield bytes(held), True
