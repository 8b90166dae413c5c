"""Who a request of the officers' application comes from, as its guard found."""

from __future__ import annotations

from aiohttp import web

from hub.kit.access import Actor
from hub.kit.errors import HubError

ACTOR: web.RequestKey[Actor] = web.RequestKey("actor", Actor)
WORD: web.RequestKey[str] = web.RequestKey("word", str)  # the session's, which its pages send with each change


def actor_of(request: web.Request) -> Actor:
    """Return who is signed in; raise ``not_signed_in`` on an open route that nobody is signed in for."""
    actor: Actor | None = request.get(ACTOR)
    if actor is None:
        raise not_signed_in()
    return actor


def not_signed_in() -> HubError:
    """Return the refusal of who is not signed in (any more)."""
    rule = "not_signed_in"
    return HubError(rule, web.HTTPUnauthorized.status_code, "Sign in first.")
