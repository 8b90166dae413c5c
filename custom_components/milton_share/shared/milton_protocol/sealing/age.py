"""Seal and open age files: the names that the rest of the project uses."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .header import (
    HEADER_SIZE_MAX_BYTES,
    SINGLE_HEADER_SIZE_BYTES,
    check_single,
    header_size_bytes,
    open_header,
    seal_header,
    wrap_file_key,
)
from .keys import Identity, format_recipient, parse_recipient
from .stream import CHUNK_SIZE_BYTES, NONCE_SIZE_BYTES, open_body, seal_body, sealed_body_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "CHUNK_SIZE_BYTES",
    "HEADER_SIZE_MAX_BYTES",
    "NONCE_SIZE_BYTES",
    "SINGLE_HEADER_SIZE_BYTES",
    "Identity",
    "SealState",
    "check_single",
    "format_recipient",
    "open_body",
    "open_header",
    "open_sealed",
    "parse_recipient",
    "rewrap",
    "seal",
    "seal_body",
    "seal_header",
    "sealed_body_size",
    "split",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealState:
    """What sealing one part needs to start over after a power cut and make the very same bytes.

    Keep it as long as the part is not acknowledged, bound to the SHA-256 of the plaintext: other bytes under this
    key and nonce would undo the seal. The repr shows neither.
    """

    file_key: bytes = field(repr=False)
    nonce: bytes = field(repr=False)
    header: bytes

    @classmethod
    def new(cls, recipients: Sequence[str]) -> SealState:
        """Make key, nonce and header for one part."""
        file_key, header = seal_header(recipients)
        return cls(file_key=file_key, nonce=secrets.token_bytes(NONCE_SIZE_BYTES), header=header)

    def body(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the sealed body."""
        return seal_body(self.file_key, self.nonce, chunks)


def split(file: bytes) -> tuple[bytes, bytes]:
    """Return header and body of an age file; raise ProtocolError when no header is found."""
    end = header_size_bytes(file)
    return file[:end], file[end:]


def seal(plain: bytes, recipients: Sequence[str]) -> bytes:
    """Return a short plaintext as a whole age file."""
    state = SealState.new(recipients)
    return state.header + b"".join(state.body([plain]))


def open_sealed(file: bytes, identity: Identity) -> bytes:
    """Return the plaintext of a whole, short age file; raise ProtocolError when it does not open."""
    header, body = split(file)
    return b"".join(open_body(open_header(header, identity), [body]))


def rewrap(header: bytes, identity: Identity, recipients: Sequence[str]) -> bytes:
    """Return a new header for the same body: how a recipient lets another one in."""
    return wrap_file_key(open_header(header, identity), recipients)
