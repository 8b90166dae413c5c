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
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_OFFSET_DIFFERS = HTTPStatus.CONFLICT
_CHECKSUM_DIFFERS = 460  # tus 1.0, checksum extension

_NUMBER_CHARS_MAX = 16  # 2**53 has as many digits

type ReadPiece = Callable[[int, int], Awaitable[bytes]]


async def send_body(
    client: HubClient, path: str, size_bytes: int, read: ReadPiece, on_progress: Callable[[int], None]
) -> None:
    """Send what the hub does not have yet, until it has ``size_bytes``; safe to call again after anything.

    ``read(offset, length)`` returns that piece of the body. Raises `HubAwayError`, `HubRefusedError`.
    """
    offset = await _offset(client, path, size_bytes)
    on_progress(offset)
    while offset < size_bytes:
        piece = await read(offset, min(PIECE_SIZE_BYTES, size_bytes - offset))
        offset = await _send_piece(client, path, offset, piece, size_bytes)
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
    return _number(headers.get("Upload-Offset"), size_bytes)


def _number(text: str | None, most: int) -> int:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > _NUMBER_CHARS_MAX or int(text) > most:
        raise HubAwayError
    return int(text)
