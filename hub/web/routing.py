"""The routes of the three applications, each with what opens it. Deny by default.

Invariants: a route is added by :func:`add_routes` with its entry, and an application that has one without an entry does
not start; a guard lets people in by the entry of the route that was found and by nothing else; where no route was found
there is no entry, and that is closed too.

A slice writes its entries into its own ``routes.py``, each a name that its handlers are joined to.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.kit.access import Action


class RouteAccess(StrEnum):
    """How a route is closed where no action of the access table closes it."""

    OPEN = "open"
    SIGNED_IN = "signed in"  # one's own keys, one's own way out, what every page needs
    OWN_PROOF = "own proof"  # the handler checks it: a share's one-time key, the token of a home that may have left


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route: ``path`` as aiohttp's router reads it, and the action, or the access, that opens it.

    ``fresh`` names an act that can't be taken back: officers prove their passkey again for it
    (hub.identity.passkeys.reverify). ``in_pieces``: one answer is fetched by hundreds of ranges, which are counted as
    such (hub.identity.sessions.reading).
    """

    method: str
    path: str
    opens: Action | RouteAccess
    has_head: bool = False  # a HEAD is answered as the GET, without its body
    fresh: str = ""
    in_pieces: bool = False

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the methods that are answered."""
        return (self.method, hdrs.METH_HEAD) if self.has_head else (self.method,)


class UnguardedRouteError(Exception):
    """A route has no entry."""


ROUTES: web.AppKey[dict[web.AbstractRoute, Route]] = web.AppKey("routes", dict)


def get(path: str, opens: Action | RouteAccess) -> Route:
    """Return the entry of a GET, which is answered without its body too."""
    return Route(method=hdrs.METH_GET, path=path, opens=opens, has_head=True)


def pieces(path: str, opens: Action | RouteAccess) -> Route:
    """Return the entry of a GET of something large, of which a player fetches ranges."""
    return Route(method=hdrs.METH_GET, path=path, opens=opens, has_head=True, in_pieces=True)


def stream(path: str, opens: Action | RouteAccess) -> Route:
    """Return the entry of a stream: a GET whose answer has no end, so that a HEAD would be answered with a body."""
    return Route(method=hdrs.METH_GET, path=path, opens=opens)


def post(path: str, opens: Action | RouteAccess, *, fresh: str = "") -> Route:
    """Return the entry of a POST."""
    return Route(method=hdrs.METH_POST, path=path, opens=opens, fresh=fresh)


def begin_routes(application: web.Application) -> None:
    """Let ``application`` start only when each of its routes has an entry."""
    application[ROUTES] = {}
    application.on_startup.append(_check_every_route)


def add_routes(application: web.Application, handlers: Mapping[Route, Handler]) -> None:
    """Add the routes of these entries, each with what answers it."""
    for entry, handler in handlers.items():
        resource = application.router.add_resource(entry.path)
        for method in entry.methods:
            application[ROUTES][resource.add_route(method, handler)] = entry


def route_of(request: web.Request) -> Route | None:
    """Return the entry of the route that was asked for, None where there is no such route."""
    return request.app[ROUTES].get(request.match_info.route)


async def _check_every_route(application: web.Application) -> None:
    for route in application.router.routes():
        if route not in application[ROUTES]:
            path = "-" if route.resource is None else route.resource.canonical
            message = f"no entry says what opens {route.method} {path}"
            raise UnguardedRouteError(message)
