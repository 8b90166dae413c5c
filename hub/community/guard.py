"""Checks every call of the community house before its handler.

Invariants: every route needs a resident's session unless it is open (:mod:`hub.web.routing`); a change is taken only
from a page of the house's own origin, and no other site's page reads anything (:mod:`hub.web.origins`). The cookie is
``SameSite=Strict`` and ``HttpOnly``; over https its name begins with ``__Host-``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.community.sessions import account_of
from hub.kit.buckets import Buckets, RateLimit
from hub.web.actor import not_signed_in
from hub.web.origins import SAFE_METHODS, check_origin
from hub.web.routing import RouteAccess, route_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aiohttp.typedefs import Handler, Middleware

    from hub.db.engine import Database

COOKIE = "milton_resident"  # a demonstration's, over http
SECURE_COOKIE = f"__Host-{COOKIE}"
SIGN_IN = "/sign-in"
ACCOUNT: web.RequestKey[str] = web.RequestKey("account", str)
TOKEN: web.RequestKey[str] = web.RequestKey("resident token", str)
CHANGES = RateLimit(
    name="changes of a resident",
    rule="too_fast",
    message="That was too much at once. Try again in {wait}.",
    burst=60,
    per_s=0.5,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the guard judges by; ``origin`` is the pages'."""

    database: Database
    clock: Callable[[], datetime]
    origin: str
    buckets: Buckets = field(default_factory=Buckets)

    @property
    def is_secure(self) -> bool:
        """Whether cookies go over https alone."""
        return self.origin.startswith("https://")


def account_of_request(request: web.Request) -> str:
    """Return the account that is signed in; raise ``not_signed_in`` (401)."""
    account_id: str | None = request.get(ACCOUNT)
    if account_id is None:
        raise not_signed_in()
    return account_id


def set_cookie(response: web.StreamResponse, token: str, max_age_s: int, *, secure: bool) -> None:
    """Give the browser its session; ``secure`` is False only for a demonstration over http."""
    response.set_cookie(
        _cookie(secure=secure), token, max_age=max_age_s, httponly=True, samesite="Strict", secure=secure, path="/"
    )


def clear_cookie(response: web.StreamResponse, *, secure: bool) -> None:
    """Take the session's cookie back."""
    response.del_cookie(_cookie(secure=secure), path="/", secure=secure)


def guard(gate: Gate) -> Middleware:
    """Return the middleware of the house's application."""
    cookie = _cookie(secure=gate.is_secure)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        check_origin(request, gate.origin)
        token = request.cookies.get(cookie, "")
        if token:
            await _note_account(gate, request, token)
        route = route_of(request)
        if route is not None and route.opens is RouteAccess.OPEN:
            return await handler(request)
        if ACCOUNT not in request:
            return _turned_away(request)
        if request.method not in SAFE_METHODS:
            gate.buckets.count(CHANGES, request[ACCOUNT], gate.clock())
        return await handler(request)

    return middleware


async def _note_account(gate: Gate, request: web.Request, token: str) -> None:
    async with gate.database.reading() as session:
        account_id = await account_of(session, token, gate.clock())
    if account_id is not None:
        request[ACCOUNT], request[TOKEN] = account_id, token


def _turned_away(request: web.Request) -> web.StreamResponse:
    """Send a person to the sign-in page; tell a script that it is not signed in."""
    if request.method in SAFE_METHODS and "text/html" in request.headers.get(hdrs.ACCEPT, ""):
        raise web.HTTPSeeOther(SIGN_IN)
    raise not_signed_in()


def _cookie(*, secure: bool) -> str:
    return SECURE_COOKIE if secure else COOKIE
