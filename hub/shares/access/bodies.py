"""Sealed bodies as they are handed out, whole or a range.

Invariant: whoever asks was let in before, and is judged again while the answer lasts, however slowly they take it: who
may see no more of a share gets no more of it, and what was begun is cut off.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.kit.errors import HubError
from hub.shares.access import ranges
from hub.shares.upload.service import blob_name

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.kit.blobs import Blobs
    from hub.shares.access.ranges import ByteRange
    from milton_protocol.messages.shares.share import SealedPart

_LOGGER = logging.getLogger(__name__)
LOOK_EVERY_S = 1.0


class Bodies:
    """Reads from the blob store."""

    def __init__(self, blobs: Blobs) -> None:
        """Read from ``blobs``."""
        self._blobs = blobs

    async def asked(self, request: web.Request, share_id: str, part: SealedPart) -> ByteRange:
        """Return what of a body is asked for.

        Raises ``range_unsatisfiable`` (416), and ``body_missing`` (503) rather than let a look at nothing be receipted.
        """
        asked = ranges.parse(request.headers.get(hdrs.RANGE), part.body_size_bytes)
        blob = blob_name(share_id, part.name.value)
        try:
            found = await self._blobs.size_bytes(blob)
        except FileNotFoundError:
            found = None
        if found != part.body_size_bytes:
            _LOGGER.error("A sealed body is missing or cut short in the blob store: %s", blob)
            rule = "body_missing"
            sentence = "The sealed body is not in the store; tell whoever runs the hub."
            raise HubError(rule, HTTPStatus.SERVICE_UNAVAILABLE, sentence)
        return asked

    async def send(
        self,
        request: web.Request,
        share_id: str,
        part: SealedPart,
        asked: ByteRange,
        still_may: Callable[[], Awaitable[object]],
    ) -> web.StreamResponse:
        """Answer with the bytes, or, to a HEAD, with what they would be.

        ``still_may`` is asked each second, and raises HubError once whoever asked may see no more of the share.
        """
        status = HTTPStatus.OK if asked.is_whole else HTTPStatus.PARTIAL_CONTENT
        response = web.StreamResponse(status=status)
        response.headers[hdrs.ACCEPT_RANGES] = "bytes"
        response.headers[hdrs.ETAG] = f'"{part.body_sha256}"'
        response.content_type = "application/octet-stream"
        response.content_length = asked.end - asked.start
        if not asked.is_whole:
            response.headers[hdrs.CONTENT_RANGE] = asked.content_range
        await response.prepare(request)
        if request.method != hdrs.METH_HEAD:
            loop = asyncio.get_running_loop()
            looked_s = loop.time()
            async for chunk in self._blobs.read(blob_name(share_id, part.name.value), asked.start, asked.end):
                if loop.time() - looked_s >= LOOK_EVERY_S:
                    await _look(request, still_may)
                    looked_s = loop.time()
                await response.write(chunk)
        await response.write_eof()
        return response


async def _look(request: web.Request, still_may: Callable[[], Awaitable[object]]) -> None:
    """Cut the answer off where ``still_may`` refuses: no error's words may follow as if they were the share's bytes."""
    try:
        await still_may()
    except HubError as error:
        if request.transport is not None:
            request.transport.abort()
        message = f"cut off: {error.rule}"
        raise ConnectionResetError(message) from error
