"""Lets the pages of one other origin call some routes (https://fetch.spec.whatwg.org, the CORS protocol).

Invariants: one origin, named in full; no cookie comes with a call or is taken; other paths, and pages of any other
origin, are answered as before, so their browsers keep the answers from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import hdrs, web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.typedefs import Handler, Middleware

KEPT_S = 3_600  # a browser asks once an hour, not before each piece
METHODS = "GET, HEAD, POST, PATCH, DELETE"
SENT = (
    "Authorization, Content-Type, Milton-Share-Key, Tus-Resumable, Upload-Checksum, Upload-Length, Upload-Metadata, "
    "Upload-Offset"
)
READ = "Location, Retry-After, Tus-Resumable, Upload-Length, Upload-Offset"


def let_pages_in(application: web.Application, origin: str, paths: tuple[str, ...]) -> None:
    """Let pages of ``origin`` call what begins with one of ``paths``."""

    def is_let_in(request: web.Request) -> bool:
        return request.headers.get(hdrs.ORIGIN) == origin and request.path.startswith(paths)

    application.middlewares.insert(1, _preflight(is_let_in))
    application.on_response_prepare.append(_allowed(is_let_in, origin))


def _preflight(is_let_in: Callable[[web.Request], bool]) -> Middleware:
    """Answer what a browser asks before a call."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        is_asked = request.method == hdrs.METH_OPTIONS and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
        if not (is_asked and is_let_in(request)):
            return await handler(request)
        headers = {
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: METHODS,
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: SENT,
            hdrs.ACCESS_CONTROL_MAX_AGE: str(KEPT_S),
        }
        return web.Response(status=web.HTTPNoContent.status_code, headers=headers)

    return middleware


def _allowed(
    is_let_in: Callable[[web.Request], bool], origin: str
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    async def on_prepare(request: web.Request, response: web.StreamResponse) -> None:
        if is_let_in(request):
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
            response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = READ
            response.headers.add(hdrs.VARY, hdrs.ORIGIN)

    return on_prepare
