"""A small S3 peer: PUT (also create-only), GET with Range, HEAD, DELETE of one bucket, kept in memory."""

from __future__ import annotations

import hashlib
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import hdrs, web
from aiohttp.test_utils import TestServer

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

OBJECT_MAX_BYTES = 2**28
REFUSED = 503


@dataclass(kw_only=True)
class ObjectStore:
    """The bucket's objects by key, and what was asked of it."""

    objects: dict[str, bytes] = field(default_factory=dict)
    pieces: dict[int, bytes] = field(default_factory=dict)
    url: str = ""
    status: int | None = None  # answered to everything while it is set
    refused: str | None = None  # a method that is answered 503
    held: asyncio.Event | None = None  # nothing is answered until it is set

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request, when this store answers at all."""
        if self.held is not None:
            await self.held.wait()
        status = REFUSED if request.method == self.refused else self.status
        return await self._well(request) if status is None else web.Response(status=status)

    async def _well(self, request: web.Request) -> web.Response:
        key = request.match_info["key"]
        if "uploads" in request.query or "uploadId" in request.query:
            return await self._multipart(request, key)
        if request.method == hdrs.METH_PUT:
            return await self._put(request, key)
        if request.method == hdrs.METH_DELETE:
            self.objects.pop(key, None)
            return web.Response(status=204)
        if key not in self.objects:
            return web.Response(status=404)
        data = self.objects[key]
        wanted = request.http_range
        part = data[wanted]
        headers = {hdrs.ETAG: _etag(data), hdrs.LAST_MODIFIED: "Fri, 20 Nov 2026 12:00:00 GMT"}
        if wanted.start is None and wanted.stop is None:
            return web.Response(body=data, headers=headers)
        first = wanted.start or 0
        headers[hdrs.CONTENT_RANGE] = f"bytes {first}-{first + len(part) - 1}/{len(data)}"
        return web.Response(status=206, body=part, headers=headers)

    async def _multipart(self, request: web.Request, key: str) -> web.Response:
        """Begin an upload in parts, take a part, or put the parts together."""
        if "uploads" in request.query:
            self.pieces = {}
            names = f"<Bucket>b</Bucket><Key>{key}</Key><UploadId>one</UploadId>"
            return _xml(f"<InitiateMultipartUploadResult>{names}</InitiateMultipartUploadResult>")
        if "partNumber" in request.query:
            piece = await request.read()
            self.pieces[int(request.query["partNumber"])] = piece
            return web.Response(headers={hdrs.ETAG: _etag(piece)})
        data = self.objects[key] = b"".join(self.pieces[number] for number in sorted(self.pieces))
        names = f"<Location>x</Location><Bucket>b</Bucket><Key>{key}</Key><ETag>{_etag(data)}</ETag>"
        return _xml(f"<CompleteMultipartUploadResult>{names}</CompleteMultipartUploadResult>")

    async def _put(self, request: web.Request, key: str) -> web.Response:
        if request.headers.get(hdrs.IF_NONE_MATCH) == "*" and key in self.objects:
            return web.Response(status=412)
        self.objects[key] = await request.read()
        return web.Response(headers={hdrs.ETAG: _etag(self.objects[key])})


@asynccontextmanager
async def serving_bucket(bucket: str) -> AsyncIterator[ObjectStore]:
    """Serve one bucket on a free port."""
    store = ObjectStore()
    application = web.Application(client_max_size=OBJECT_MAX_BYTES)
    application.router.add_route("*", f"/{bucket}/{{key:.+}}", store.handle)
    async with TestServer(application) as server:
        store.url = str(server.make_url("")).rstrip("/")
        yield store


def _xml(text: str) -> web.Response:
    return web.Response(text=text, content_type="application/xml")


def _etag(data: bytes) -> str:
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'
