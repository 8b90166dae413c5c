"""Sending one sealed body by tus 1.0: the hub says how far it got, and the rest goes in checked pieces."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from http import HTTPStatus
from typing import TYPE_CHECKING

from .client import HubAwayError, HubRefusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .client import HubClient

PIECE_SIZE_BYTES = 4 * 1024 * 1024  # a lost line costs at most this; the protocol allows 16 MiB
PIECE_SIZE_MIN_BYTES = 64 * 1024  # so much comes through any line that an upload can be hoped for on
PASSED_BEFORE_MORE = 8  # a piece that fails costs as much as one that passes: then it is one of ten at most
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_OFFSET_DIFFERS = HTTPStatus.CONFLICT
_CHECKSUM_DIFFERS = 460  # tus 1.0, checksum extension

_NUMBER_CHARS_MAX = 16  # 2**53 has as many digits

type ReadPiece = Callable[[int, int], Awaitable[bytes]]


class PieceSize:
    """How much is sent at once. A hub keeps a piece whole or not at all, so a line that breaks asks for less."""

    def __init__(self) -> None:
        """Begin with the most."""
        self.size_bytes = PIECE_SIZE_BYTES
        self._passed = 0

    def failed(self) -> None:
        """Ask for half as much next time."""
        self.size_bytes = max(PIECE_SIZE_MIN_BYTES, self.size_bytes // 2)
        self._passed = 0

    def passed(self) -> None:
        """Try twice as much once eight pieces in a row came through."""
        self._passed += 1
        if self._passed >= PASSED_BEFORE_MORE:
            self.size_bytes = min(PIECE_SIZE_BYTES, self.size_bytes * 2)
            self._passed = 0


async def send_body(  # noqa: PLR0913  where to, what, how much at once, whom to tell
    client: HubClient,
    path: str,
    size_bytes: int,
    read: ReadPiece,
    on_progress: Callable[[int], None],
    *,
    pieces: PieceSize | None = None,
) -> None:
    """Send what the hub does not have yet, until it has ``size_bytes``; safe to call again after anything.

    ``read(offset, length)`` returns that piece of the body. ``pieces`` is kept between calls for the same line.
    Raises `HubAwayError`, `HubRefusedError`.
    """
    pieces = pieces or PieceSize()
    offset = await _offset(client, path, size_bytes)
    on_progress(offset)
    while offset < size_bytes:
        piece = await read(offset, min(pieces.size_bytes, size_bytes - offset))
        try:
            offset = await _send_piece(client, path, offset, piece, size_bytes)
        except (HubAwayError, HubRefusedError):
            pieces.failed()
            raise
        pieces.passed()
        on_progress(offset)


async def _offset(client: HubClient, path: str, size_bytes: int) -> int:
    try:
        headers = await client.tus("HEAD", path, {})
    except HubRefusedError as error:
        if error.status not in _GONE:
            raise
        await client.tus("POST", path, {"Upload-Length": str(size_bytes)})
        return 0
    return _number(headers.get("Upload-Offset"), size_bytes)


async def _send_piece(client: HubClient, path: str, offset: int, piece: bytes, size_bytes: int) -> int:
    checksum = b64encode(hashlib.sha256(piece).digest()).decode()
    sent = {
        "Upload-Offset": str(offset),
        "Upload-Checksum": f"sha256 {checksum}",
        "Content-Type": "application/offset+octet-stream",
    }
    try:
        headers = await client.tus("PATCH", path, sent, piece)
    except HubRefusedError as error:
        if error.status not in {_OFFSET_DIFFERS, _CHECKSUM_DIFFERS}:
            raise
        raise HubAwayError from error  # asked again from the hub's own offset, after a pause
    reached = _number(headers.get("Upload-Offset"), size_bytes)
    if not offset < reached <= offset + len(piece):  # else a hub could have a home send without end and without a pause
        raise HubAwayError
    return reached


def _number(text: str | None, most: int) -> int:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > _NUMBER_CHARS_MAX or int(text) > most:
        raise HubAwayError
    return int(text)
