"""Checks every call of the officers' application before its handler.

Invariants: every route needs a session unless it is open (:mod:`hub.web.routing`), and whoever has one is
let in only to what the access table allows them, before a handler runs. A change (any method but GET and HEAD) is taken
only from a page of the officers' own origin, by what the browser says in ``Origin`` or ``Sec-Fetch-Site``: without
either it is refused. No other site's page, nor the signer's, reads anything either. The cookie is ``SameSite=Strict``
and ``HttpOnly``; over https its name begins with ``__Host-``: no neighboring hostname (the signer's is one) can plant a
session in an officer's browser. Where devices have certificates, nothing at all is answered to who shows none that is
good now, open routes included, and a session is nobody's beside another one than it was opened with. Who is revoked, or
has another role, while their call is on its way or waits for its turn, does nothing by it any more. What can't be taken
back needs the passkey once more, and nobody acts faster than hands do, nor reads more than a person does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.db.engine import before_writing
from hub.identity.devices import registry
from hub.identity.passkeys import reverify
from hub.identity.passkeys.reverify import Intent, Reverification
from hub.identity.routes import SIGN_IN
from hub.identity.sessions.pace import Pace
from hub.kit.access import Action, Actor, require
from hub.kit.errors import HubError
from hub.web.actor import ACTOR, not_signed_in
from hub.web.origins import SAFE_METHODS, check_origin
from hub.web.routing import RouteAccess, route_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from aiohttp.typedefs import Handler, Middleware
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.db.engine import Database
    from hub.identity.devices.presented import Presented
    from hub.identity.sessions.service import Sessions
    from hub.web.routing import Route

COOKIE = "milton_session"  # a demo's, over http
SECURE_COOKIE = f"__Host-{COOKIE}"
TOKEN: web.RequestKey[str] = web.RequestKey("token", str)
UNATTENDED = "Milton-Unattended"
EVENTS = "text/event-stream"  # what a browser's own reader of a stream accepts
# The digest of the device's certificate; only where one is asked for.
CERTIFICATE: web.RequestKey[str] = web.RequestKey("certificate", str)
# Whose session it was that was used after somebody had ended it, or at another device; no role is left of it.
ENDED: web.RequestKey[Actor] = web.RequestKey("ended", Actor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the guard judges by; ``origin`` is the officers' pages'.

    ``presented`` finds a device's certificate; None: none is asked for.
    """

    database: Database
    sessions: Sessions
    clock: Callable[[], datetime]
    origin: str
    reverification: Reverification
    presented: Presented | None = None
    pace: Pace = field(default_factory=Pace)


async def still_signed_in(sessions: Sessions, session: AsyncSession, request: web.Request, at: datetime) -> Actor:
    """Return who holds the session of a stream that was let in; raise ``not_signed_in`` once it is locked."""
    actor = await sessions.actor(session, request[TOKEN], at)
    if actor is None:
        raise not_signed_in()
    return actor


def set_cookie(response: web.StreamResponse, token: str, *, secure: bool) -> None:
    """Give the browser its session; ``secure`` is False only for a demo's ``http://localhost``."""
    response.set_cookie(_cookie(secure=secure), token, httponly=True, samesite="Strict", secure=secure, path="/")


def clear_cookie(response: web.StreamResponse) -> None:
    """Take the session's cookie back."""
    response.del_cookie(COOKIE, path="/")
    response.del_cookie(SECURE_COOKIE, path="/", secure=True)


def guard(gate: Gate) -> Middleware:
    """Return the middleware of the officers' application."""
    cookie = _cookie(secure=gate.origin.startswith("https://"))

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        token = request.cookies.get(cookie, "")
        await _check_site(gate, request, token)
        await _check_device(gate, request, token)
        actor = await _actor(gate, request, token) if token and token.isascii() else None
        route = route_of(request)
        if actor is not None:
            request[ACTOR], request[TOKEN] = actor, token
        if route is None or route.opens is not RouteAccess.OPEN:
            if actor is None:
                if ENDED in request:
                    raise _another_device()
                # Where somebody ended it: a page of that person would not bring it any more.
                await _note(gate, request, token, gate.sessions.ended_actor)
                return _turned_away(request)
            await _check_act(gate, request, actor, route)
            with before_writing(partial(_check_still, gate, request, actor)):
                return await handler(request)
        return await handler(request)

    return middleware


async def _check_device(gate: Gate, request: web.Request, token: str) -> None:
    """Raise what keeps a device out; the refusal is that of whose session it tried."""
    if gate.presented is None:
        return
    try:
        certificate = gate.presented(request)
        async with gate.database.reading() as session:
            device = await registry.judge(session, certificate, gate.clock())
    except HubError:
        await _note(gate, request, token, gate.sessions.whose)
        raise
    request[CERTIFICATE] = device.certificate_sha256


async def _note(
    gate: Gate, request: web.Request, token: str, whose: Callable[[AsyncSession, str], Awaitable[Actor | None]]
) -> None:
    """Note whose session it is or was, by ``whose``, that comes with what is refused."""
    if token and token.isascii():
        async with gate.database.reading() as session:
            found = await whose(session, token)
        if found is not None:
            request[ENDED] = found


async def _actor(gate: Gate, request: web.Request, token: str) -> Actor | None:
    """Return who is signed in at this device; note whose session it is that came from another."""
    now = gate.clock()
    async with gate.database.reading() as session:
        actor = await gate.sessions.actor(session, token, now)
        if actor is not None and await gate.sessions.certificate(session, token) != request.get(CERTIFICATE):
            request[ENDED] = replace(actor, roles=frozenset())
            return None
        is_use = actor is not None and not _is_unattended(request)
        stale = is_use and await gate.sessions.needs_seen(session, token, now)
    if stale:
        async with gate.database.session("session.seen") as session:
            await gate.sessions.seen(session, token, now)
    return actor


def _is_unattended(request: web.Request) -> bool:
    """Say whether a page asks by itself, while perhaps nobody sits there: that keeps no session from locking."""
    return UNATTENDED in request.headers or request.headers.get(hdrs.ACCEPT) == EVENTS


async def _check_act(gate: Gate, request: web.Request, actor: Actor, route: Route | None) -> None:
    """Raise what keeps a signed-in person from an act; ``route`` is None outside of all routes."""
    if request.method in SAFE_METHODS:
        _count_read(gate, request, actor, route)
    else:
        gate.pace.count_act(actor, gate.clock())
    if route is not None and isinstance(route.opens, Action):
        require(actor, route.opens)
    if route is not None and route.fresh:
        await _check_fresh(gate, request, actor, route)


async def _check_still(gate: Gate, request: web.Request, actor: Actor, session: AsyncSession) -> None:
    """Judge once more who acts, in the act's own transaction; raise ``not_signed_in`` (401), ``role_changed`` (409).

    A body may come slowly, and a writer's turn late: meanwhile somebody may have ended the session.
    """
    still = await gate.sessions.actor(session, request[TOKEN], gate.clock(), lock=True)
    if still is None:
        raise not_signed_in()
    if still != actor:
        rule = "role_changed"
        raise HubError(rule, web.HTTPConflict.status_code, "What you may do was changed. Load the page again.")


def _count_read(gate: Gate, request: web.Request, actor: Actor, route: Route | None) -> None:
    """Count what is read; a stream is counted as it begins, by how many are open (hub.web.events) as it lasts."""
    if route is not None and route.in_pieces and hdrs.RANGE in request.headers:
        gate.pace.count_piece(actor, request.path, gate.clock())
    else:
        gate.pace.count_look(actor, gate.clock(), unattended=UNATTENDED in request.headers)


async def _check_fresh(gate: Gate, request: web.Request, actor: Actor, route: Route) -> None:
    """Use up the proof that the request brings; raise ``fresh_needed`` or ``fresh_wrong`` (403)."""
    intent = Intent(token=request[TOKEN], act=route.fresh, subject="/".join(request.match_info.values()))
    proof, now = request.headers.get(reverify.HEADER), gate.clock()
    if proof is None:
        async with gate.database.reading() as session:
            if await gate.reverification.counts_instead(session, route, actor, intent.subject, now):
                return
        raise reverify.fresh_needed()
    async with gate.database.session("fresh.used") as session:
        await gate.reverification.use(session, proof, intent, now)


def _another_device() -> HubError:
    rule = "certificate_differs"
    return HubError(rule, web.HTTPForbidden.status_code, "This session was opened at another device.")


def _cookie(*, secure: bool) -> str:
    return SECURE_COOKIE if secure else COOKIE


async def _check_site(gate: Gate, request: web.Request, token: str) -> None:
    """Raise for what comes from another site's page; the refusal is that of whose session it tried to use."""
    try:
        check_origin(request, gate.origin)
    except HubError:
        await _note(gate, request, token, gate.sessions.whose)
        raise


def _turned_away(request: web.Request) -> web.StreamResponse:
    """Send a person to the sign-in page; tell a program that it is not signed in."""
    if request.method in SAFE_METHODS and "text/html" in request.headers.get(hdrs.ACCEPT, ""):
        raise web.HTTPSeeOther(SIGN_IN.path)
    raise not_signed_in()
