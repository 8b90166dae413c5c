"""Inputs that are long or deep in one simple way: a parser that takes more than its share of time shows it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FLOOD_BYTES = 70_000  # more than a message may have


def floods() -> Iterator[bytes]:
    """Yield them."""
    yield b""
    yield b"[" * FLOOD_BYTES
    yield b'{"a":' * (FLOOD_BYTES // 5)
    yield b"9" * FLOOD_BYTES
    yield b'"' + b"\\u0000" * (FLOOD_BYTES // 6) + b'"'
    yield b"{" + b",".join(b'"%d":0' % number for number in range(FLOOD_BYTES // 9)) + b"}"
    yield b"[" + b"0," * (FLOOD_BYTES // 2) + b"0]"
    yield from (piece * (FLOOD_BYTES // len(piece)) for piece in (b"\n", b"A", b"\0", b"a b\n", b"-> X25519 A\n"))
