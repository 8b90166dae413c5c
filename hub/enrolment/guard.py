"""The door of the homes' application: every route needs an enrolled home's bearer token but those in ``OPEN_PATHS``.

A handler behind the door learns that *an* enrolled home asks, never which one: it can't write down what it isn't told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.errors import HubError

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

    from hub.db.engine import Database
    from hub.enrolment.service import Enrolment

# A path that ends in "/" opens what lies under it. Withdrawals prove themselves by the share's one-time key.
OPEN_PATHS = ("/v1/city", "/v1/enrol", "/v1/log/", "/v1/withdrawals", "/enrol", "/health")
# Leaving is repeatable, so its handler judges tokens of homes that have left, too.
OWN_CHECK = ("/v1/enrolment",)
TOKEN_MAX_CHARS = 200
_SCHEME = "Bearer "


def guard(database: Database, enrolment: Enrolment) -> Middleware:
    """Return the middleware of the homes' application."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_open(request.path) and request.path not in OWN_CHECK:
            token = bearer(request)
            async with database.reading() as session:
                if not await enrolment.is_enrolled(session, token):
                    raise _unknown()
        return await handler(request)

    return middleware


def bearer(request: web.Request) -> str:
    """Return the request's bearer token; raise ``home_unknown`` (401) when there is none."""
    header = request.headers.get(hdrs.AUTHORIZATION, "")
    token = header.removeprefix(_SCHEME)
    if token == header or not 0 < len(token) <= TOKEN_MAX_CHARS or not token.isascii():
        raise _unknown()
    return token


def is_open(path: str) -> bool:
    """Say whether ``path`` needs no token."""
    return any(path == each or (each.endswith("/") and path.startswith(each)) for each in OPEN_PATHS)


def _unknown() -> HubError:
    rule = "home_unknown"
    return HubError(
        rule,
        web.HTTPUnauthorized.status_code,
        "This home is not enrolled here.",
        headers={hdrs.WWW_AUTHENTICATE: "Bearer"},
    )
