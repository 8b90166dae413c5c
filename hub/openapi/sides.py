"""The two documents: of the officers' application and of the homes'."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from hub.identity.passkeys.reverify import HEADER as FRESH_HEADER
from hub.identity.sessions.guard import COOKIE
from hub.kit.access import Action
from hub.openapi import bodies, homes, queries
from hub.openapi.document import Side
from hub.web.routing import RouteAccess

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.web.routing import Route


def _of_officers(route: Route) -> Sequence[str] | None:
    """Return what closes a route: the session."""
    return None if route.opens in {RouteAccess.OPEN, RouteAccess.OWN_PROOF} else ("session",)


def _of_homes(route: Route) -> Sequence[str] | None:
    """Return what closes a route: the home's token."""
    return ("home",) if isinstance(route.opens, Action) or route in homes.BEARER else None


OFFICERS = Side(
    title="Milton Share: the officers' application",
    description=(
        f"`x-fresh` names the act for which the passkey is proven again, the proof of which is in `{FRESH_HEADER}`. "
        "Every call that changes something comes from a page of the hub's own, by its `Origin` or `Sec-Fetch-Site`."
    ),
    elsewhere="another page",
    schemes={"session": {"type": "apiKey", "in": "cookie", "name": COOKIE}},
    proofs=_of_officers,
    bodies=bodies.BODIES,
    queries=queries.QUERIES,
    needed=queries.NEEDED,
)
HOMES = Side(
    title="Milton Share: the homes' application",
    description=(
        "What each call means is in the protocol's own document; its section 12 has every rule that a refusal names. "
        "JSON is canonical (RFC 8785). The page behind a link, its files, and an enrollment link's page are here too."
    ),
    elsewhere="what the asker has is still so",
    schemes={"home": {"type": "http", "scheme": "bearer"}},
    proofs=_of_homes,
    bodies=homes.BODIES,
    queries=homes.QUERIES,
    needed=homes.NEEDED,
    headers=homes.HEADERS,
    pieces=homes.PIECES,
)
SIDES: Mapping[str, Side] = MappingProxyType({"officers": OFFICERS, "homes": HOMES})
