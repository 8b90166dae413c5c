"""Under which names an application answers.

Invariant: a request whose ``Host`` is a name that is not the hub's own is refused before anything of it is looked at.
A page of another site whose name was made to lead here (DNS rebinding) carries that name, so it reads nothing, though
the hub listens on loopback. An address of the network and ``localhost`` are no names that a site can have.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from hub.kit.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.typedefs import Handler, Middleware

LOCALHOST = "localhost"
MISDIRECTED = 421


def known_host(names: Callable[[], Awaitable[frozenset[str]]]) -> Middleware:
    """Return the middleware that refuses every other name (``host_unknown``, 421); ``names`` may change."""
    known: frozenset[str] = frozenset()

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        nonlocal known
        name = host_of(request.headers.getall(hdrs.HOST, []))
        if name is None or not (is_address(name) or name in known):
            known = await names()
            if name not in known:
                rule = "host_unknown"
                raise HubError(rule, MISDIRECTED, "The hub does not answer under this name.")
        return await handler(request)

    return middleware


def fixed_names(origin: str) -> Callable[[], Awaitable[frozenset[str]]]:
    """Return the name of ``origin`` for :func:`known_host`."""
    found = frozenset({name_of(origin)})

    async def names() -> frozenset[str]:
        return found

    return names


def name_of(url: str) -> str:
    """Return the host of a URL of the hub's own."""
    return (urlsplit(url).hostname or "").lower()


def host_of(headers: list[str]) -> str | None:
    """Return the host that the one ``Host`` header names, without its port; None when there is no such thing."""
    if len(headers) != 1:
        return None
    try:
        parts = urlsplit(f"//{headers[0]}")
        _ = parts.port
    except ValueError:
        return None
    if parts.netloc != headers[0] or "@" in parts.netloc or not parts.hostname:
        return None
    return parts.hostname.lower().removesuffix(".")


def is_address(name: str) -> bool:
    """Say whether ``name`` is an address, or this very machine."""
    if name == LOCALHOST:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
