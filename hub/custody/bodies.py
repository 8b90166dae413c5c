"""Sealed bodies as they are handed out, whole or a range; whoever asks was let in before."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.custody import ranges
from hub.errors import HubError
from hub.submissions.service import blob_name

if TYPE_CHECKING:
    from hub.blobs.store import Blobs
    from hub.custody.ranges import ByteRange
    from milton_protocol.messages.share import SealedPart

_LOGGER = logging.getLogger(__name__)


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

    async def send(self, request: web.Request, share_id: str, part: SealedPart, asked: ByteRange) -> web.StreamResponse:
        """Answer with the bytes, or, to a HEAD, with what they would be."""
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
            async for chunk in self._blobs.read(blob_name(share_id, part.name.value), asked.start, asked.end):
                await response.write(chunk)
        await response.write_eof()
        return response
