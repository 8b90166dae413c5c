"""The door of the officers' application.

Invariants: every route needs a session but those whose entry (:mod:`hub.doors`) is open, and whoever has one is let in
only to what the access table allows them, before a handler runs; a change (any method but GET and HEAD) is taken only
from the officers' own origin, and the cookie is ``SameSite=Strict`` and ``HttpOnly``, so another site can't act
for a signed-in officer. Over https its name begins with ``__Host-``: no neighboring hostname (the signer's is one) can
plant a session in an officer's browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.access import Action, Actor, require
from hub.accounts.doors import SIGN_IN
from hub.doors import Door, entry_of
from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aiohttp.typedefs import Handler, Middleware

    from hub.accounts.sessions import Sessions
    from hub.db.engine import Database

COOKIE = "milton_session"  # a demo's, over http
SECURE_COOKIE = f"__Host-{COOKIE}"
ACTOR: web.RequestKey[Actor] = web.RequestKey("actor", Actor)
TOKEN: web.RequestKey[str] = web.RequestKey("token", str)
_SAFE_METHODS = frozenset({hdrs.METH_GET, hdrs.METH_HEAD})


def actor_of(request: web.Request) -> Actor:
    """Return who is signed in; raise ``not_signed_in`` on an open route that nobody is signed in for."""
    actor: Actor | None = request.get(ACTOR)
    if actor is None:
        rule = "not_signed_in"
        raise HubError(rule, web.HTTPUnauthorized.status_code, "Sign in first.")
    return actor


def set_cookie(response: web.StreamResponse, token: str, *, secure: bool) -> None:
    """Give the browser its session; ``secure`` is False only for a demo's ``http://localhost``."""
    response.set_cookie(_cookie(secure=secure), token, httponly=True, samesite="Strict", secure=secure, path="/")


def clear_cookie(response: web.StreamResponse) -> None:
    """Take the session's cookie back."""
    response.del_cookie(COOKIE, path="/")
    response.del_cookie(SECURE_COOKIE, path="/", secure=True)


def guard(database: Database, sessions: Sessions, clock: Callable[[], datetime], origin: str) -> Middleware:
    """Return the middleware of the officers' application, whose pages have ``origin``."""
    cookie = _cookie(secure=origin.startswith("https://"))

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        _check_origin(request, origin)
        token = request.cookies.get(cookie, "")
        actor = await _actor(token) if token and token.isascii() else None
        if actor is not None:
            request[ACTOR], request[TOKEN] = actor, token
        entry = entry_of(request)
        opens = None if entry is None else entry.opens
        if actor is None and opens is not Door.OPEN:
            return _turned_away(request)
        if actor is not None and isinstance(opens, Action):
            require(actor, opens)
        return await handler(request)

    async def _actor(token: str) -> Actor | None:
        now = clock()
        async with database.reading() as session:
            actor = await sessions.actor(session, token, now)
            stale = actor is not None and await sessions.needs_seen(session, token, now)
        if stale:
            async with database.session("session.seen") as session:
                await sessions.seen(session, token, now)
        return actor

    return middleware


def _cookie(*, secure: bool) -> str:
    return SECURE_COOKIE if secure else COOKIE


def _check_origin(request: web.Request, origin: str) -> None:
    """Refuse a change that another site's page sends (a client that is no browser sends no Origin)."""
    if request.method in _SAFE_METHODS:
        return
    sender = request.headers.get(hdrs.ORIGIN)
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if (sender is not None and sender != origin) or site not in {"same-origin", "none"}:
        rule = "wrong_origin"
        raise HubError(rule, web.HTTPForbidden.status_code, "This came from another site's page.")


def _turned_away(request: web.Request) -> web.StreamResponse:
    """Send a person to the sign-in page; tell a program that it is not signed in."""
    if request.method in _SAFE_METHODS and "text/html" in request.headers.get(hdrs.ACCEPT, ""):
        raise web.HTTPSeeOther(SIGN_IN.path)
    rule = "not_signed_in"
    raise HubError(rule, web.HTTPUnauthorized.status_code, "Sign in first.")
