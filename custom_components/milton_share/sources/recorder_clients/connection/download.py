"""Downloads a file to disk: bounded, hashed on the way, and either complete and synced or not there."""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import CopyError, CopyRule

if TYPE_CHECKING:
    from pathlib import Path

    import aiohttp

CHUNK_BYTES = 256 * 1024
_FILE_MODE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A complete, synced download."""

    size_bytes: int
    sha256: str


async def write(answer: aiohttp.ClientResponse, target: Path, *, room_bytes: int, max_bytes: int) -> Fetched:
    """Write a body; raises CopyError `hold_quota` before more than the room was taken, `source_answer`; OSError.

    Without a result the file is not whole: the caller removes it.
    """
    check_size(answer.content_length or 0, room_bytes, max_bytes, CopyRule.WRONG_ANSWER)
    digest, size_bytes = hashlib.sha256(), 0
    opening = asyncio.create_task(
        asyncio.to_thread(os.open, target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _FILE_MODE), name="copied open"
    )
    try:
        handle = await asyncio.shield(opening)
    except asyncio.CancelledError:
        os.close(await opening)  # else it would be there after it was removed
        raise
    with os.fdopen(handle, "wb") as file:
        async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
            size_bytes += len(chunk)
            check_size(size_bytes, room_bytes, max_bytes, CopyRule.WRONG_ANSWER)
            digest.update(chunk)
            await asyncio.to_thread(file.write, chunk)
        await asyncio.to_thread(file.flush)
        await asyncio.to_thread(os.fsync, file.fileno())
    return Fetched(size_bytes=size_bytes, sha256=digest.hexdigest())


def check_size(size_bytes: int, room_bytes: int, max_bytes: int, too_large: CopyRule) -> None:
    """Refuse a file larger than any recording, by its source's rule, however much room there is.

    Raises CopyError that, or `hold_quota` for what there is no room for.
    """
    if size_bytes > max_bytes:
        raise CopyError(too_large, "a recording that is too large")
    if size_bytes > room_bytes:
        raise CopyError(CopyRule.HOLD_QUOTA)
