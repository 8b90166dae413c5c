"""The door of the homes' application: what the access table opens to homes needs an enrolled home's bearer token.

So does a path that is no route. What is open, or checks a proof of its own, says so in its entry
(:mod:`hub.web.routing`).

A handler behind the guard learns that *an* enrolled home asks, never which one: it can't write down what it isn't told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.kit.access import ANY_HOME, Action, require
from hub.kit.errors import HubError
from hub.kit.tickets import is_ticket, ticket_unknown
from hub.web.routing import RouteAccess, route_of

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

    from hub.db.engine import Database
    from hub.enrollment.service import Enrollment
    from hub.kit.tickets import Tickets

TOKEN_MAX_CHARS = 200
_SCHEME = "bearer"  # in any case (RFC 9110 section 11.1)


def guard(database: Database, enrollment: Enrollment, tickets: Tickets | None) -> Middleware:
    """Return the middleware of the homes' application; ``tickets`` open what sends a share, and nothing else."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        entry = route_of(request)
        opens = None if entry is None else entry.opens
        if opens not in {RouteAccess.OPEN, RouteAccess.OWN_PROOF}:
            token = bearer(request)
            if is_ticket(token):
                if opens is not Action.SHARE_SEND or tickets is None or not await tickets.is_good(token):
                    raise ticket_unknown()
            else:
                async with database.reading() as session:
                    if not await enrollment.is_enrolled(session, token):
                        raise _unknown()
        if isinstance(opens, Action):
            require(ANY_HOME, opens)
        return await handler(request)

    return middleware


def bearer(request: web.Request) -> str:
    """Return the request's bearer token; raise ``home_unknown`` (401) when there is none."""
    header = request.headers.get(hdrs.AUTHORIZATION, "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != _SCHEME or not 0 < len(token) <= TOKEN_MAX_CHARS or not token.isascii():
        raise _unknown()
    return token


def _unknown() -> HubError:
    rule = "home_unknown"
    return HubError(
        rule,
        web.HTTPUnauthorized.status_code,
        "This home is not enrolled here.",
        headers={hdrs.WWW_AUTHENTICATE: "Bearer"},
    )
